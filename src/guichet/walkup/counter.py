"""The verbs of the counter. Each is atomic, locks the venue, the visit and its ticket in this order, checks who and
when, and tells boards, counters and phones.

All take `actor` and `now`. They raise `lib.errors.Refused` (or its kinds) and then have changed nothing.
"""

from guichet.walkup.calling import begin, call, call_next, hold, recall, release
from guichet.walkup.ending import Ending, abandon, cancel, finish, no_show
from guichet.walkup.seats import pause, resume, rise, sit
from guichet.walkup.transferring import transfer

__all__ = [
    "Ending",
    "abandon",
    "begin",
    "call",
    "call_next",
    "cancel",
    "finish",
    "hold",
    "no_show",
    "pause",
    "recall",
    "release",
    "resume",
    "rise",
    "sit",
    "transfer",
]
