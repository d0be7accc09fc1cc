"""Past days of a venue as rows, written at once: visits, their calls, their tickets with whole chains of events.

The product's actions would say the same of each visit and take a minute for all; `tests/demo` compares the two.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils import translation
from django.utils.translation import gettext as as_there

from guichet.activity.models import Event
from guichet.activity.record import digest
from guichet.demo.crowd import ABANDONED, NO_SHOW, SERVED, Passage
from guichet.demo.typography import french
from guichet.lib import references
from guichet.lib.text import to_html
from guichet.people.models import Person, Team
from guichet.routing import engine
from guichet.routing.actions import decide, facts_of
from guichet.routing.models import Decision
from guichet.search.writing import Words, put_all
from guichet.sla.models import Measure
from guichet.tickets.actions.opening import matrix_of
from guichet.tickets.commitments import due, offers_for
from guichet.tickets.indexing import of_attempt, of_message, of_ticket
from guichet.tickets.models import (
    Attempt,
    AttemptKind,
    AttemptResult,
    Channel,
    Impact,
    Message,
    MessageKind,
    PromiseKind,
    State,
    Ticket,
    Urgency,
)
from guichet.tickets.promises import CONFIRM_WITHIN
from guichet.tickets.rebuilding import give
from guichet.tickets.severity import assess
from guichet.walkup.models import Call, CallKind, Counter, EstimateRecord, Reason, Venue, Visit, VisitState
from guichet.walkup.reasons import Tree

# `as_there`: the walk-up room's own sentences, in its own catalogue.
_Step = tuple[str, Person | None, datetime, dict[str, Any]]


@dataclass(frozen=True)
class Came:
    """One visit to write down: who came, as whom they are known, and what was done."""

    passage: Passage
    day: datetime
    person: Person | None
    number: str
    solution: str
    estimate: EstimateRecord | None = None
    appointment: Any = None


@dataclass
class Opened:
    """What a ticket for one reason is like, asked of the product once."""

    category: Any
    team: Team
    severity: str
    urgency: str
    facts: dict[str, str]
    routed: engine.Routed
    title: str
    path: str


@dataclass
class Writer:
    """Collects the rows of many visits, and writes them in one go."""

    venue: Venue
    tree: Tree
    people: Mapping[int, Person]
    counters: Sequence[Counter]
    nobody: Person
    now: datetime
    rng: random.Random
    rows: dict[type, list[Any]] = field(default_factory=dict)
    kinds: dict[int, Opened] = field(default_factory=dict)
    _ids: dict[str, list[int]] = field(default_factory=dict)

    def write(self, came: Sequence[Came]) -> None:
        for model in (Ticket, Visit, Attempt, Message):
            self._ids[model._meta.db_table] = _numbers(model._meta.db_table, len(came))
        # The product speaks the language of the desk while it writes.
        with translation.override(self.venue.organisation.language):
            for one in came:
                self._one(one)
        # A ticket names its solution, which names the ticket: the database looks when the transaction ends.
        rows: tuple[type[Model], ...] = (Ticket, Event, Attempt, Message, Decision, Visit, Call, EstimateRecord)
        for kind in rows:
            kind._default_manager.bulk_create(self._of(kind), batch_size=500)
        give(self._of(Ticket))
        put_all(self._found_by())

    def _found_by(self) -> Iterator[Words]:
        yield from (of_ticket(ticket) for ticket in self._of(Ticket))
        yield from (of_message(message, message.ticket) for message in self._of(Message))
        yield from (of_attempt(attempt, attempt.ticket) for attempt in self._of(Attempt))

    def _of(self, model: type) -> list[Any]:
        return self.rows.setdefault(model, [])

    def _next(self, model: Any) -> int:
        return self._ids[model._meta.db_table].pop(0)

    def _kind(self, reason: Reason) -> Opened:
        if reason.pk not in self.kinds:
            place, tree = self.venue.organisation, self.tree
            urgency = Urgency.BLOCKED if tree.urgent(reason) else Urgency.HAMPERED
            severity = assess(impact=Impact.PERSON, urgency=urgency, matrix=matrix_of(place)).severity
            category = tree.category(reason)
            facts = facts_of(organisation=place, severity=severity, channel=Channel.KIOSK, category=category,
                             site=self.venue.site)  # fmt: skip
            path = tree.path(reason)
            title = as_there("%(venue)s: %(reason)s") % {"venue": self.venue.name, "reason": path}
            routed = decide(place.desk, facts=facts, text=f"{title} {path}")
            team = Team.objects.select_related("level").get(pk=routed.team)
            self.kinds[reason.pk] = Opened(category, team, severity, urgency, facts, routed, title[:200], path)
        return self.kinds[reason.pk]

    def _one(self, came: Came) -> None:
        passage, reason = came.passage, self.tree.by_id[int(came.passage.cause.key)]
        kind, requester = self._kind(reason), came.person or self.nobody

        def at(minute: float | None) -> datetime | None:
            return came.day + timedelta(minutes=minute) if minute is not None else None

        arrived, called, begun, ended = (at(m) for m in (passage.arrived, passage.called, passage.begun, passage.ended))
        assert arrived is not None and ended is not None
        ticket = self._ticket(kind, requester, arrived)
        shift = passage.shift
        agent = self.people[shift.agent] if shift else None
        counter = self.counters[shift.counter] if shift else None
        booked = came.appointment.starts_at if came.appointment and passage.person.slot is not None else arrived
        visit = Visit(
            pk=self._next(Visit), venue=self.venue, ticket=ticket, person=came.person, language=requester.language,
            reason=reason, standing=passage.person.standing, appointment=came.appointment, number=came.number,
            day=came.day.date(), token=secrets.token_urlsafe(24), arrived_at=arrived, counts_from=booked,
            state=VisitState.ENDED, outcome=passage.outcome, counter=counter, agent=agent, called_at=called,
            served_at=begun, ended_at=ended,
        )  # fmt: skip
        self._of(Visit).append(visit)
        steps = self._beginning(visit, kind, came, requester)
        if called is not None and agent is not None and counter is not None:
            self._of(Call).append(
                Call(visit=visit, counter=counter, agent=agent, kind=CallKind.CALL, at=called, reason=reason,
                     served_at=begun, left_at=ended)
            )  # fmt: skip
            steps += [
                ("visit.called", agent, called, self._told(visit, counter=counter.name)),
                ("ticket.taken", agent, called, {"to": agent.pk}),
            ]
            ticket.assignee, ticket.state, ticket.received_at = agent, State.OPEN, called
        ending: dict[str, Callable[[Visit, Came], list[_Step]]] = {
            SERVED: self._served, NO_SHOW: self._lost, ABANDONED: self._lost,
        }  # fmt: skip
        steps += ending[passage.outcome](visit, came)
        self._record(ticket, steps)
        self._of(Ticket).append(ticket)
        if came.estimate is not None:
            came.estimate.visit, came.estimate.at = visit, arrived
            came.estimate.waited = passage.called - passage.arrived if passage.called is not None else None
            self._of(EstimateRecord).append(came.estimate)

    def _ticket(self, kind: Opened, requester: Person, at: datetime) -> Ticket:
        number, place = self._next(Ticket), self.venue.organisation
        ticket = Ticket(
            pk=number, reference=references.reference(number), organisation=place, desk=place.desk,
            requester=requester, reporter=requester, channel=Channel.KIOSK, kind="incident", title=kind.title,
            description=kind.path, category=kind.category, service=kind.category.service if kind.category else None,
            site=self.venue.site or requester.site, state=State.NEW, impact=Impact.PERSON, urgency=kind.urgency,
            severity=kind.severity, level=kind.team.level, team=kind.team, promise_kind=PromiseKind.FIRST_ANSWER,
            opened_at=at, updated_at=at, received_at=at,
        )  # fmt: skip
        ticket.promise_due_at = due(offers_for(ticket)[Measure.FIRST_RESPONSE], start=at)
        why = {"facts": kind.facts, "trace": [{"rule": c.rule, "held": c.held, "failed": c.failed}
                                              for c in kind.routed.trace]}  # fmt: skip
        rule = kind.routed.rule
        self._of(Decision).append(Decision(ticket=ticket, rule_id=rule, team=kind.team, why=why, at=at))
        return ticket

    def _beginning(self, visit: Visit, kind: Opened, came: Came, requester: Person) -> list[_Step]:
        ticket, at = visit.ticket, visit.arrived_at
        slot = came.appointment.starts_at if came.appointment else None
        how = "known" if came.appointment else "name" if came.person else "anonymous"
        opened = {
            "channel": ticket.channel, "kind": ticket.kind, "impact": ticket.impact, "urgency": ticket.urgency,
            "severity": ticket.severity, "team": ticket.team_id, "level": ticket.level_id, "requester": requester.pk,
            "promise": {"kind": ticket.promise_kind, "owner": None, "due_at": ticket.promise_due_at},
            "routed_by": {"rule": kind.routed.rule},
        }  # fmt: skip
        checked_in = self._told(
            visit, reason=visit.reason_id, how=how, standing=visit.standing, arrived_at=at, appointment=slot,
            by_desk=False,
        )  # fmt: skip
        return [
            ("ticket.opened", requester, at, opened),
            ("visit.checked_in", requester, at, checked_in),
            ("visit.ticket_opened", requester, at, self._told(visit, category=ticket.category_id)),
        ]

    def _served(self, visit: Visit, came: Came) -> list[_Step]:
        ticket, agent, counter = visit.ticket, visit.agent, visit.counter
        begun, ended = visit.served_at, visit.ended_at
        assert agent is not None and counter is not None and begun is not None and ended is not None
        news = {"kind": PromiseKind.SOLVE, "owner": None,
                "due_at": due(offers_for(ticket)[Measure.NEXT_UPDATE], start=begun)}  # fmt: skip
        attempt = Attempt(
            pk=self._next(Attempt), ticket=ticket, kind=AttemptKind.FIX, text=french(came.solution),
            test=as_there("Tried at the counter, with the person"), result=AttemptResult.WORKED, by=agent,
            created_at=ended, tested_at=ended,
        )  # fmt: skip
        self._of(Attempt).append(attempt)
        until = ended + CONFIRM_WITHIN
        say = {"kind": PromiseKind.CONFIRM, "owner": ticket.requester_id, "due_at": until}
        ticket.answered_at, ticket.resolved_at, ticket.solution_id = begun, ended, attempt.pk
        ticket.state, ticket.promise_kind = State.RESOLVED, PromiseKind.CONFIRM
        ticket.promise_owner, ticket.promise_due_at = ticket.requester, until
        resolved = {"solution": attempt.pk, "unsolved_reason": "", "promise": say}
        steps: list[_Step] = [
            ("visit.serving", agent, begun, self._told(visit, counter=counter.name, promise=news)),
            ("visit.served", agent, ended, self._told(visit, ending="resolved")),
            ("ticket.attempted", agent, ended, {"attempt": attempt.pk, "kind": "fix", "result": "worked"}),
            ("ticket.resolved", agent, ended, resolved),
        ]
        if until < self.now:
            closed = min(until + timedelta(minutes=self.rng.randint(1, 55)), self.now)
            steps.append(("ticket.closed", None, closed, {}))
            self._end(ticket, State.CLOSED, closed)
        return steps

    def _lost(self, visit: Visit, came: Came) -> list[_Step]:
        """Called in vain, or gone: the ticket is withdrawn, with a word to them."""
        ticket, ended, no_show = visit.ticket, visit.ended_at, visit.outcome == NO_SHOW
        assert ended is not None
        by = visit.agent if no_show and visit.agent else ticket.requester
        with translation.override(visit.language):
            body = (
                as_there("You were called at the walk-up point and didn’t come. Check in again, or answer here.")
                if no_show
                else as_there("You left the queue of the walk-up point. If you still need help, answer here.")
            )
        message = Message(
            pk=self._next(Message), ticket=ticket, kind=MessageKind.REPLY, author=by, from_desk=no_show,
            channel=Channel.PORTAL, body=body, html=to_html(body), created_at=ended,
        )  # fmt: skip
        self._of(Message).append(message)
        self._end(ticket, State.CANCELLED, ended)
        told = self._told(visit) if no_show else self._told(visit, by_desk=False)
        return [
            (f"visit.{visit.outcome}", by, ended, told),
            ("ticket.cancelled", by, ended, {"message": message.pk, "from_desk": no_show}),
        ]

    def _end(self, ticket: Ticket, state: str, at: datetime) -> None:
        ticket.state, ticket.closed_at = state, at
        ticket.promise_kind, ticket.promise_text, ticket.promise_owner, ticket.promise_due_at = "", "", None, None

    def _told(self, visit: Visit, **data: Any) -> dict[str, Any]:
        return {
            "visit": visit.pk, "venue": self.venue.pk, "venue_name_fr": self.venue.name_fr,
            "venue_name_en": self.venue.name_en, "number": visit.number, **data,
        }  # fmt: skip

    def _record(self, ticket: Ticket, steps: Sequence[_Step]) -> None:
        for number, (verb, actor, at, data) in enumerate(steps, start=1):
            previous = ticket.chain
            by = actor.pk if actor else None
            ticket.chain = digest(previous=previous, number=number, verb=verb, actor=by, at=at, data=data)
            ticket.version, ticket.updated_at = number, at
            self._of(Event).append(
                Event(
                    organisation_id=ticket.organisation_id,
                    subject_type="ticket",
                    subject_id=ticket.pk,
                    number=number,
                    verb=verb,
                    actor=actor,
                    at=at,
                    data=data,
                    previous_hash=previous,
                    hash=ticket.chain,
                )
            )


def _numbers(table: str, count: int) -> list[int]:
    """That many numbers of a table's own sequence, taken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [number for (number,) in cursor.fetchall()]
