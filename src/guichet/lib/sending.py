"""What a transport says when it did not deliver (pure)."""

from collections.abc import Mapping
from typing import Any


class NotSent(Exception):
    """Not delivered; `reason` is kept with the row for a person to read.

    `kept` is the payload to keep: what a transport changed in the row's own is undone when it fails.
    """

    def __init__(self, reason: str, *, kept: Mapping[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.kept = kept


class Later(NotSent):
    """Not now: it is tried again."""


class Down(Later):
    """Nothing gets through at the moment, this or another; the rest need not be tried in this round."""


class Never(NotSent):
    """The other side refused it for good."""


class Unneeded(NotSent):
    """What was to be said no longer concerns anybody."""
