"""The verbs of a ticket. Each is atomic, locks its ticket, checks who and when, and records exactly one event.

All are keyword-only after the ticket and take `actor` and `now`. They raise `lib.errors.Refused` (or its kinds) and
then have changed nothing. `expect` is the version that the caller saw; another raises `Stale`.
"""

from guichet.tickets.actions.conversation import attach, note, reply, set_tags, unwatch, watch, withdraw
from guichet.tickets.actions.delivery import resent, undelivered
from guichet.tickets.actions.ending import cancel, close, confirm, rate, refuse, reopen, resolve
from guichet.tickets.actions.handing_over import escalate, hand_over, send_back, sender_of
from guichet.tickets.actions.opening import open_ticket
from guichet.tickets.actions.path import attempt, judge, suppose, test_attempt
from guichet.tickets.actions.treatment import (
    assess,
    assign,
    hold,
    override_severity,
    prioritise,
    promise,
    recategorise,
    release,
    take,
    wake,
)

__all__ = [
    "assess",
    "assign",
    "attach",
    "attempt",
    "cancel",
    "close",
    "confirm",
    "escalate",
    "hand_over",
    "hold",
    "judge",
    "note",
    "open_ticket",
    "override_severity",
    "prioritise",
    "promise",
    "rate",
    "recategorise",
    "refuse",
    "release",
    "reopen",
    "reply",
    "resent",
    "resolve",
    "send_back",
    "sender_of",
    "set_tags",
    "suppose",
    "take",
    "test_attempt",
    "undelivered",
    "unwatch",
    "wake",
    "watch",
    "withdraw",
]
