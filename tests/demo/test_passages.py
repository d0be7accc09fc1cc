"""Past visits written at once say what the counter's own verbs would have said; a made-up day keeps the law."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.utils import translation

from guichet.activity.models import Event
from guichet.activity.record import broken_links
from guichet.demo.crowd import Cause, Day, Passage, Shift
from guichet.demo.passages import Came, Writer
from guichet.lib import events
from guichet.people.models import Person
from guichet.routing.models import Decision
from guichet.tickets.actions import close
from guichet.tickets.models import Attempt, Message, Ticket
from guichet.walkup import counter
from guichet.walkup.checking_in import check_in
from guichet.walkup.dispatcher import Rules, Waiting
from guichet.walkup.models import Call, Reason, Venue, Visit
from guichet.walkup.reasons import tree_of
from guichet.walkup.who import Who, nobody
from tests import builders

# A Tuesday in Québec, two weeks before now.
DAY = datetime(2026, 11, 10, 5, 0, tzinfo=UTC)
NOW = DAY + timedelta(days=14)
# What differs between two visits, or is not told by the verbs.
_OWN = {"id", "reference", "chain", "ticket_id", "token", "number", "solution_id", "visit_id"}


@pytest.fixture(autouse=True)
def french() -> Any:
    with translation.override("fr"), events.long_ago():
        yield


@pytest.fixture
def venue(db: None) -> Venue:
    desk = builders.desk()
    builders.agent(desk)
    made = Venue.objects.create(
        organisation=desk.organisation, name_fr="Le comptoir", name_en="The counter", slug="le-comptoir", board_key="x",
        opening=[[[480, 1020]]] * 7,
    )  # fmt: skip
    made.counters.create(name="1")
    Reason.objects.create(venue=made, name_fr="Imprimer")
    return made


def passage(outcome: str, agent: int, reason: Reason) -> Passage:
    """At 10:00; called at 10:12, begun at 10:13, over at 10:20; gone at 10:30 without a call."""
    cause = Cause(str(reason.pk), 1, 8)
    person = Waiting(id=0, since=600, arrived=600, category=cause.key)
    made = Passage(0, cause, 600, 30, person, outcome=outcome, ended=630 if outcome == "abandoned" else 620)
    if outcome != "abandoned":
        made.called, made.shift = 612, Shift(agent, 0, 480, 1020)
    if outcome == "served":
        made.begun = 613
    return made


def by_verbs(venue: Venue, made: Passage, *, agent: Any, person: Any) -> Visit:
    def at(minute: float | None) -> datetime:
        assert minute is not None
        return DAY + timedelta(minutes=minute)

    reason = venue.reasons.get()
    visit = check_in(venue=venue, reason=reason, who=Who(name=person.name), language="fr", now=at(made.arrived))
    Visit.objects.filter(pk=visit.pk).update(person=person)
    Ticket.objects.filter(pk=visit.ticket_id).update(requester=person, reporter=person)
    visit = Visit.objects.get(pk=visit.pk)
    place = venue.counters.get()
    if made.called is not None:
        counter.sit(place, actor=agent, now=at(480))
        counter.call_next(place, actor=agent, now=at(made.called))
        visit.refresh_from_db()
    if made.begun is not None:
        counter.begin(visit, actor=agent, now=at(made.begun))
        counter.finish(visit, ending="resolved", solution="Réglé sur place.", actor=agent, now=at(made.ended))
        ticket = Ticket.objects.get(pk=visit.ticket_id)
        assert ticket.promise_due_at is not None
        close(ticket, actor=None, now=ticket.promise_due_at + timedelta(minutes=5))
    elif made.called is not None:
        counter.no_show(visit, actor=agent, now=at(made.ended))
    else:
        counter.abandon(visit, actor=None, now=at(made.ended))
    return Visit.objects.get(pk=visit.pk)


def plain(row: Any) -> dict[str, Any]:
    """The row's own fields."""
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname not in _OWN}


def story(visit: Visit) -> list[tuple[str, Any, frozenset[str]]]:
    chain = list(Event.objects.filter(subject_type="ticket", subject_id=visit.ticket_id).order_by("number"))
    assert broken_links(chain) == []
    return [(event.verb, event.at if event.verb != "ticket.closed" else None, frozenset(event.data)) for event in chain]


@pytest.mark.parametrize("outcome", ["served", "no_show", "abandoned"])
def test_a_visit_written_at_once_is_as_the_verbs_leave_it(venue: Venue, outcome: str) -> None:
    agent = Person.objects.get(roles__organisation=venue.organisation)
    person = builders.person(venue.organisation)
    made = passage(outcome, agent.pk, venue.reasons.get())
    told = by_verbs(venue, made, agent=agent, person=person)
    writer = Writer(
        venue=venue, tree=tree_of(venue), people={agent.pk: agent}, counters=[venue.counters.get()],
        nobody=nobody(venue), now=NOW, rng=random.Random(1),
    )  # fmt: skip
    writer.write([Came(made, DAY, person, "A 9", "Réglé sur place.")])
    written = Visit.objects.get(number="A 9")
    assert story(written) == story(told)
    assert plain(written) == plain(told)
    ours, theirs = plain(written.ticket), plain(told.ticket)
    for late in ("closed_at", "updated_at", "site_id"):
        ours.pop(late), theirs.pop(late)
    assert ours == theirs
    for model in (Attempt, Message, Decision):
        rows = [[plain(row) for row in model._default_manager.filter(ticket=v.ticket)] for v in (written, told)]
        assert rows[0] == rows[1], model
    calls = [list(Call.objects.filter(visit=v).values_list("at", "agent", "kind")) for v in (written, told)]
    assert calls[0] == calls[1]


def day(seed: int) -> Day:
    causes = [Cause("a", 3, 8), Cause("b", 1, 12, skill="s"), Cause("u", 0.3, 6, urgent=True)]
    shifts = [Shift(1, 0, 480, 900, ((720, 60),)), Shift(2, 1, 540, 1020, (), frozenset({"s"}))]
    made = Day(
        rng=random.Random(seed), shifts=shifts, causes=causes, influx=dict.fromkeys(range(8, 17), 9.0), number=1,
        rules=Rules(head_starts={"urgent": 240.0, "appointment": 60.0}), opens=480, closes=1020,
    )  # fmt: skip
    made.play()
    return made


@pytest.mark.parametrize("seed", range(8))
def test_a_made_up_day_is_possible(seed: int) -> None:
    played = day(seed)
    people = played.passages
    assert len(people) > 40
    assert all(p.outcome and p.ended is not None for p in people)
    for shift in played.shifts:
        served = sorted((p.called, p.ended) for p in people if p.shift == shift and p.called and p.ended)
        # One person at a time, within the hours of duty, by whoever can.
        assert all(end <= start for (_s, end), (start, _e) in pairwise(served))
        assert all(shift.starts <= start < shift.ends for start, _end in served)
    assert all(p.shift.agent == 2 for p in people if p.cause.skill and p.shift)
    plain_ones = [p for p in people if p.cause.key == "a" and p.called is not None]
    calls = [p.called for p in sorted(plain_ones, key=lambda p: p.arrived)]
    assert calls == sorted(calls)
    assert [(p.arrived, p.called, p.outcome) for p in people] == [
        (p.arrived, p.called, p.outcome) for p in day(seed).passages
    ]
