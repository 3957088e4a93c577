"""The service with the files of its release, as the tests of the files have it."""

from tests.bulk.conftest import address, built

__all__ = ["address", "built"]
