"""The stage of the tickets' tests: a desk with its people."""

from tests.tickets.conftest import files_apart, stage

__all__ = ["files_apart", "stage"]
