"""What an action says when it can't do as asked: a sentence for a person, a code for a program."""

from django.utils.functional import Promise

Text = str | Promise


class Refused(Exception):
    """The action changed nothing. `message` is for the person (translated when shown), `code` for programs.

    `field` names the input that would have to change, "" when none does.
    """

    status = 422

    def __init__(self, message: Text, *, code: str, field: str = "") -> None:
        super().__init__(code)
        self.message = message
        self.code = code
        self.field = field


class Forbidden(Refused):
    """The person sees the thing but may not do this to it."""

    status = 403


class Conflict(Refused):
    """Somebody else changed the thing meanwhile, or its state no longer allows this."""

    status = 409


class NoRoom(Refused):
    """There is no room to store it now. Later there may be."""

    status = 503


class Busy(Refused):
    """What it needs has too much to do, or is too slow, to wait for it. In a while it may not be."""

    status = 503


class Stale(Conflict):
    """The caller's version is not the current one (If-Match)."""

    status = 412
