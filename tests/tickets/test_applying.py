"""Today's policies and calendars applied to open tickets: what changes, what stays, and that it is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from guichet.people.models import Organisation, Person
from guichet.sla.models import Measure
from guichet.tickets import applications
from guichet.tickets.models import Commitment, PolicyApplication, Ticket
from guichet.tickets.rebuilding import rebuild_all
from guichet.watchdog.clocks import watch as watch_clocks
from guichet.watchdog.looking import Look
from guichet.watchdog.tickets import watch as watch_tickets
from tests.tickets.stage import Stage, heard_of, history, later, sound
from tests.tickets.test_commitments import kept, opened, target, usual

pytestmark = pytest.mark.django_db


def desk_of(stage: Stage) -> Organisation:
    """As a request finds it: nothing is remembered of an earlier one."""
    return Organisation.objects.get(pk=stage.desk.organisation.pk)


def asked(stage: Stage, minutes: int, *, actor: Person | None = None, later_: Callable[[int], object] = print) -> Any:
    return applications.ask(desk=desk_of(stage), actor=actor or stage.manager, now=later(minutes), later=later_)


def applied(stage: Stage, minutes: int, reason: str = "Nouvelle convention") -> PolicyApplication:
    """Foreseen, agreed to and done at the same moment."""
    made = asked(stage, minutes)
    applications.begin(made, reason=reason, actor=stage.manager, now=later(minutes), later=lambda _pk: None)
    applications.carry_out(made.pk, clock=lambda: later(minutes))
    made.refresh_from_db()
    return made


def rows_of(ticket: Ticket) -> list[tuple[Any, ...]]:
    return list(ticket.commitments.order_by("id").values_list("measure", "minutes", "due_at", "replaced_at"))


def faults(now: datetime) -> list[Any]:
    look = Look(now=now, whole=True)
    watch_tickets(look)
    watch_clocks(look)
    return look.faults


def test_what_runs_follows_with_author_and_reason(stage: Stage) -> None:
    policy = usual(stage)
    ticket = opened(stage)
    target(policy, Measure.RESOLUTION, 900, "requester")
    target(policy, Measure.FIRST_RESPONSE, 30)
    done = applied(stage, 5)
    assert (done.state, done.tickets, done.touched, done.handled) == ("done", 1, 1, 1)
    assert applications.counts(done) == {"resolution": {"later": 1}, "first_response": {"later": 1}}
    new = kept(ticket, "resolution")
    assert (new.due_at, new.by, new.reason, new.made_at) == (later(900), stage.manager, "Nouvelle convention", later(5))
    old = Commitment.objects.get(ticket=ticket, measure="resolution", minutes=600)
    assert (old.replaced_at, old.due_at) == (later(5), later(600))
    assert kept(ticket, "next_update").replaced_at is None
    # What the requester was told goes with the clock.
    assert stage.again(ticket).promise_due_at == later(30)
    event = history(ticket)[-1]
    assert (event.verb, event.actor) == ("ticket.terms_applied", stage.manager)
    assert event.data["promise"]["kind"] == "first_answer"
    sound(ticket)
    assert rebuild_all(now=later(6)).corrected == 0
    assert faults(later(6)) == []
    assert heard_of(ticket, "ticket.terms_applied") == set()
