"""The log alone says what a ticket is. (`tickets/test_any_story.py` holds it for random stories.)"""

import pytest

from guichet.tickets import lifecycle
from guichet.watchdog.retelling import STATE_AFTER, Told, retell
from tests.tickets.stage import STATES, Stage, history


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES)
def test_the_log_tells_each_state(stage: Stage, state: str) -> None:
    row = stage.ticket(state)
    told = retell((event.verb, event.data) for event in history(row))
    assert (told.state, told.team, told.level) == (state, row.team_id, row.level_id)
    assert told.promise == row.promise_kind
    assert bool(told.due_at) == (row.promise_due_at is not None)


def test_nothing_told_is_no_ticket() -> None:
    assert retell([]) == Told()
    assert not Told().is_live


def test_verbs_lead_to_states_that_exist() -> None:
    assert set(STATE_AFTER.values()) <= set(lifecycle.STATES)


def test_a_hold_ends_with_whatever_says_so() -> None:
    opened = ("ticket.opened", {"team": 1, "level": 2, "promise": {"kind": "first_answer", "due_at": "2026-01-01"}})
    held = ("ticket.held", {"promise": {"kind": "resume", "due_at": "2026-01-02"}})
    heard = ("ticket.replied", {"woke": True, "from_desk": False, "promise": {"kind": "solve", "due_at": "2026-01-03"}})
    told = retell([opened, held])
    assert (told.state, told.promise) == ("on_hold", "resume")
    told = retell([opened, held, heard])
    assert (told.state, told.promise, told.due_at) == ("open", "solve", "2026-01-03")
