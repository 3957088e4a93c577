"""One module per kind of statement."""
