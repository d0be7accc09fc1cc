"""What a transport says when it did not deliver (pure)."""


class NotSent(Exception):
    """Not delivered; `reason` is kept with the row for a person to read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Later(NotSent):
    """Not now: it is tried again."""


class Down(Later):
    """Nothing gets through at the moment, this or another; the rest need not be tried in this round."""


class Never(NotSent):
    """The other side refused it for good."""


class Unneeded(NotSent):
    """What was to be said no longer concerns anybody."""
