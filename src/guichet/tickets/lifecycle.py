"""The states of a ticket and the verbs that lead from one to another (pure).

new → open ⇄ on hold → resolved → closed; or cancelled. Reopening begins a new open period.
"""

NEW, OPEN, ON_HOLD, RESOLVED, CLOSED, CANCELLED = "new", "open", "on_hold", "resolved", "closed", "cancelled"
STATES = (NEW, OPEN, ON_HOLD, RESOLVED, CLOSED, CANCELLED)
# Someone still has to do something: such a ticket cannot be without a promise.
LIVE = (NEW, OPEN, ON_HOLD, RESOLVED)
# The desk still has to do something.
UNSOLVED = (NEW, OPEN, ON_HOLD)
ENDED = (CLOSED, CANCELLED)

_ALLOWED: dict[str, tuple[str, ...]] = {
    "take": UNSOLVED,
    "assign": UNSOLVED,
    "release": UNSOLVED,
    "hold": UNSOLVED,
    "wake": (ON_HOLD,),
    "hand_over": UNSOLVED,
    "escalate": LIVE,
    "promise": UNSOLVED,
    "assess": UNSOLVED,
    "prioritise": UNSOLVED,
    "recategorise": LIVE,
    "reply": STATES,
    "note": STATES,
    "suppose": LIVE,
    "attempt": LIVE,
    "resolve": UNSOLVED,
    "confirm": (RESOLVED,),
    "refuse": (RESOLVED,),
    "close": (RESOLVED,),
    "cancel": UNSOLVED,
    "reopen": (RESOLVED, CLOSED, CANCELLED),
    "rate": (RESOLVED, CLOSED),
    "link": STATES,
}


def may(verb: str, *, state: str) -> bool:
    """Whether `verb` leads anywhere from `state`. KeyError for an unknown verb."""
    return state in _ALLOWED[verb]


def verbs(state: str) -> frozenset[str]:
    """Every verb that `state` allows."""
    return frozenset(verb for verb, states in _ALLOWED.items() if state in states)
