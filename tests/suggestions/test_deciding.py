"""Accepted by the actions that people use, dismissed, never applied by itself; and what came of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guichet.lib.errors import Conflict, Forbidden, Stale
from guichet.suggestions import actions
from guichet.suggestions.figures import came_of, read_lately
from guichet.suggestions.models import Suggestion
from guichet.suggestions.proposing import read_new
from guichet.suggestions.showing import shown_for
from guichet.tickets.actions import hand_over, recategorise
from guichet.tickets.models import Ticket
from tests import builders
from tests.builders import NOW
from tests.suggestions.conftest import World

LATER = NOW + timedelta(minutes=2)


def suggested(world: World, field: str, value: object, **more: object) -> Suggestion:
    ticket = builders.ticket(world.amelie)
    return Suggestion.objects.create(
        ticket=ticket, field=field, value=str(value), confidence=0.8, at=LATER, **{"rule": "words", **more}
    )


def now_is(suggestion: Suggestion) -> Ticket:
    return Ticket.objects.get(pk=suggestion.ticket_id)


def test_each_field_is_accepted_by_its_own_action(world: World) -> None:
    cases = {
        "category": (world.printers.pk, "ticket.recategorised"),
        "kind": ("request", "ticket.recategorised"),
        "asset": ("PC-0231", "ticket.recategorised"),
        "impact": ("everyone", "ticket.assessed"),
        "urgency": ("stopped", "ticket.assessed"),
        "team": (world.desk.second.pk, "ticket.handed_over"),
    }
    for field, (value, verb) in cases.items():
        one = suggested(world, field, value)
        before = now_is(one)
        assert before.version == 1
        actions.accept(one, actor=world.nadia, now=LATER, expect=before.version)
        after = now_is(one)
        assert str(getattr(after, f"{field}_id" if field in {"category", "team"} else field)) == str(value)
        assert after.version >= 2
        one.refresh_from_db()
        assert (one.outcome, one.by, one.decided_at) == ("accepted", world.nadia, LATER)
        from guichet.activity.models import Event

        assert Event.objects.filter(subject_type="ticket", subject_id=after.pk, verb=verb, actor=world.nadia).exists()
        # Pressed twice.
        actions.accept(one, actor=world.nadia, now=LATER)
        assert now_is(one).version == after.version


def test_a_stale_page_accepts_nothing(world: World) -> None:
    one = suggested(world, "category", world.printers.pk)
    recategorise(now_is(one), asset="X-1", actor=world.nadia, now=LATER)
    with pytest.raises(Stale):
        actions.accept(one, actor=world.nadia, now=LATER, expect=1)
    one.refresh_from_db()
    assert one.outcome == "open"


def test_dismissed_it_is_gone_and_says_nothing_on_the_ticket(world: World) -> None:
    one = suggested(world, "category", world.printers.pk)
    assert [shown.label for shown in shown_for(now_is(one), person=world.nadia)] == ["Imprimantes"]
    actions.dismiss(one, actor=world.nadia, now=LATER)
    assert shown_for(now_is(one), person=world.nadia) == []
    assert now_is(one).version == 1
    with pytest.raises(Conflict):
        actions.accept(one, actor=world.nadia, now=LATER)
    other = suggested(world, "kind", "request")
    actions.accept(other, actor=world.nadia, now=LATER)
    with pytest.raises(Conflict):
        actions.dismiss(other, actor=world.nadia, now=LATER)


def test_only_those_of_the_desk_see_and_decide(world: World) -> None:
    one = suggested(world, "category", world.printers.pk)
    technician = builders.provider(world.desk, team=world.desk.front)
    for person in (world.amelie, technician, builders.agent(builders.desk())):
        assert shown_for(now_is(one), person=person) == []
        for act in (actions.accept, actions.dismiss):
            with pytest.raises(Forbidden):
                act(one, actor=person, now=LATER)


def test_what_can_no_longer_be_chosen_isn_t_shown(world: World) -> None:
    one = suggested(world, "category", world.printers.pk)
    world.printers.active = False
    world.printers.save()
    assert shown_for(now_is(one), person=world.nadia) == []
    with pytest.raises(Conflict):
        actions.accept(one, actor=world.nadia, now=LATER)


def test_said_with_its_reason_and_the_severity_that_follows(world: World) -> None:
    one = suggested(world, "impact", "everyone", because={"words": ["tout le monde"]})
    (shown,) = shown_for(now_is(one), person=world.nadia)
    assert shown.because == "d’après «\u00a0tout le monde\u00a0»"
    assert shown.percent is None
    assert shown.severity not in {"", now_is(one).severity}
    past = suggested(world, "team", world.desk.second.pk, rule="past", because={"count": 34, "among": 37})
    (told,) = shown_for(now_is(past), person=world.nadia)
    assert told.because == "34 des 37 tickets semblables"
    assert told.percent == 80
    # Once somebody handed it over, the text has nothing more to say of it.
    hand_over(now_is(past), to_team=world.desk.teams["N3"], reason="rights", actor=world.nadia, now=LATER)
    assert shown_for(now_is(past), person=world.nadia) == []


def test_what_came_of_it_is_counted(world: World) -> None:
    right, corrected, dismissed = (suggested(world, "category", world.printers.pk) for _n in range(3))
    for one in (right, corrected):
        actions.accept(one, actor=world.nadia, now=LATER)
    actions.dismiss(dismissed, actor=world.nadia, now=LATER)
    recategorise(now_is(corrected), category=world.network, actor=world.nadia, now=LATER)
    for one in (right, corrected):
        builders.resolved(now_is(one), actor=world.nadia, now=LATER)
    came = came_of(world.desk.organisation, now=LATER)["category"]
    assert (came.made, came.accepted, came.dismissed, came.open) == (3, 2, 1, 0)
    assert (came.ended, came.right, came.corrected) == (2, 1, 1)
    assert came_of(world.desk.organisation, now=LATER + timedelta(days=91)) == {}
    assert read_new(now=LATER) == 1
    assert read_lately(world.desk.organisation, now=LATER) == 1
