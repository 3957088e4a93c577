"""Checks: the records of a disclosure in, the results of every rule out. One rule is one function in one file."""

# Raised by one whenever the same records would give other results: a load then computes them anew.
CHECKS_VERSION = 8
