"""What each state allows; the same verbs are declared for every state."""

import pytest

from guichet.tickets import lifecycle
from guichet.tickets.models import State

WORK = {"take", "assign", "release", "hold", "hand_over", "promise", "assess", "prioritise", "resolve", "cancel"}
PATH = {"suppose", "attempt", "escalate", "recategorise"}
ALWAYS = {"reply", "note", "link"}
TABLE = {
    "new": WORK | PATH | ALWAYS,
    "open": WORK | PATH | ALWAYS,
    "on_hold": WORK | PATH | ALWAYS | {"wake"},
    "resolved": PATH | ALWAYS | {"confirm", "refuse", "close", "reopen", "rate"},
    "closed": ALWAYS | {"reopen", "rate"},
    "cancelled": ALWAYS | {"reopen"},
}


@pytest.mark.parametrize("state", lifecycle.STATES)
def test_verbs_of_a_state(state: str) -> None:
    assert lifecycle.verbs(state) == TABLE[state]
    for verb in set().union(*TABLE.values()):
        assert lifecycle.may(verb, state=state) == (verb in TABLE[state])


def test_states_are_sorted_into_live_and_ended() -> None:
    assert set(lifecycle.LIVE) | set(lifecycle.ENDED) == set(lifecycle.STATES) == set(State.values)
    assert not set(lifecycle.LIVE) & set(lifecycle.ENDED)
    assert set(lifecycle.UNSOLVED) == set(lifecycle.LIVE) - {"resolved"}


def test_an_unknown_verb_is_an_error_not_a_no() -> None:
    with pytest.raises(KeyError):
        lifecycle.may("explode", state="open")
