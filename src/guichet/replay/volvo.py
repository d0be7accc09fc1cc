"""Drives the log through the tickets' own actions, with the log's own clock.

Every row becomes what a person would have done: queueing to another team or line is a hand-over with a reason, a wait
is a hold with a reason, and so on. Each event carries the row it came from, so that a second run adds nothing and a
run that was cut off goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypedDict

from django.db import connection, transaction

from guichet.activity.models import Event
from guichet.catalog.models import Service
from guichet.lib import events
from guichet.people.known import now_known
from guichet.people.models import Level, LevelScheme, Organisation, Person, Role, RoleKind, Team
from guichet.replay.log import Case, Row, lines_of
from guichet.tickets import actions, lifecycle
from guichet.tickets.actions.change import together
from guichet.tickets.models import HandOverReason, HoldReason, Impact, Ticket, Unsolved, Urgency

SLUG = "volvo-it"
# How the keys of its cases and the sources of its rows begin.
PREFIX = "volvo:"
IMPACTS = {
    "Major": (Impact.EVERYONE, Urgency.STOPPED),
    "High": (Impact.DEPARTMENT, Urgency.BLOCKED),
    "Medium": (Impact.GROUP, Urgency.HAMPERED),
    "Low": (Impact.PERSON, Urgency.HAMPERED),
}
WAITS = {
    "Wait - User": HoldReason.REQUESTER,
    "Wait - Customer": HoldReason.REQUESTER,
    "Wait - Vendor": HoldReason.PROVIDER,
    "Wait - Implementation": HoldReason.CHANGE,
}
# The log never says until when; a pause is looked at again after three days.
WAKE_AFTER = timedelta(days=3)


class World:
    """The organisation of the log: its levels, teams and people, made as they appear and kept at hand."""

    def __init__(self) -> None:
        self.organisation, _ = Organisation.objects.get_or_create(
            slug=SLUG, defaults={"name": "Volvo IT (BPI 2013)", "language": "en", "time_zone": "Europe/Stockholm"}
        )
        self.scheme, _ = LevelScheme.objects.get_or_create(
            organisation=self.organisation, key="lines", defaults={"name_fr": "Lignes de soutien", "name_en": "Lines"}
        )
        if self.organisation.scheme_id is None:
            self.organisation.scheme = self.scheme
            self.organisation.save(update_fields=["scheme"])
        self.levels = {level.code: level for level in self.scheme.levels.all()}
        self.teams = {t.name: t for t in Team.objects.filter(organisation=self.organisation).select_related("level")}
        self.people = {p.name: p for p in Person.objects.filter(organisation=self.organisation)}
        self.services = {s.name_fr: s for s in Service.objects.filter(organisation=self.organisation)}

    def prepare(self, cases: Iterable[Case]) -> None:
        """Make every level, team, person and service that the cases name and that isn't there yet."""
        rows = [row for case in cases for row in case.rows]
        for code in sorted({row.level for row in rows} - set(self.levels)):
            rank = 10 * max(lines_of(code) or {9}) - 5 * ("/" in code)
            while Level.objects.filter(scheme=self.scheme, rank=rank).exists():
                rank += 1
            self.levels[code] = Level.objects.create(scheme=self.scheme, rank=rank, code=code[:8], name_fr=code)
        for name, level in sorted({(team_name(row), row.level) for row in rows}):
            if name not in self.teams:
                self.teams[name] = Team.objects.create(
                    organisation=self.organisation, level=self.levels[level], name=name
                )
        agents = sorted({row.resource for row in rows} - set(self.people))
        requesters = sorted({requester_name(row) for row in rows} - set(self.people))
        met = Person.objects.bulk_create(
            Person(organisation=self.organisation, name=name[:120], language="en") for name in agents + requesters
        )
        now_known(met)
        self.people |= {person.name: person for person in met}
        Role.objects.bulk_create(
            Role(person=self.people[name[:120]], organisation=self.organisation, kind=RoleKind.AGENT) for name in agents
        )
        for service in Service.objects.bulk_create(
            Service(organisation=self.organisation, name_fr=name[:120])
            for name in sorted({row.product for row in rows} - set(self.services))
        ):
            self.services[service.name_fr] = service

    def who(self, row: Row) -> Person:
        person = self.people[row.resource[:120]]
        person.organisation = self.organisation
        return person


def team_name(row: Row) -> str:
    """The log's team at its line: the same name at another line is another team."""
    return f"{row.team[:100]} ({row.level})"


def requester_name(row: Row) -> str:
    return f"Requester ({row.country})"[:120]


def key_of(case: Case) -> str:
    return f"{PREFIX}{case.number}"[:100]


def replay(cases: list[Case], *, progress: Callable[[int], None]) -> int:
    """Drive `cases` through the actions; how many rows were new. `progress` hears of the rows done."""
    with connection.cursor() as cursor:
        # A power cut may cost the last moments of an import that anyone can repeat; nothing else is at stake.
        cursor.execute("SET synchronous_commit TO off")
    try:
        with transaction.atomic():
            world = World()
            world.prepare(cases)
        known = _known(world, cases)
        with events.long_ago():
            return sum(_case(world, case, *known.get(key_of(case), (None, 0)), progress) for case in cases)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")


def _known(world: World, cases: list[Case]) -> dict[str, tuple[Ticket | None, int]]:
    """Case → its ticket and the number of rows that were already driven."""
    keys = [key_of(case) for case in cases]
    tickets = {t.pk: t for t in Ticket.objects.filter(organisation=world.organisation, external_key__in=keys)}
    done: dict[int, int] = {}
    driven = Event.objects.filter(subject_type="ticket", subject_id__in=list(tickets))
    driven = driven.filter(source__startswith=PREFIX)
    for subject, source in driven.values_list("subject_id", "source").iterator():
        done[subject] = max(done.get(subject, 0), int(source.rpartition(":")[2]))
    return {t.external_key or "": (t, done.get(pk, 0)) for pk, t in tickets.items()}


def _case(world: World, case: Case, ticket: Ticket | None, done: int, progress: Callable[[int], None]) -> int:
    # A case stands or falls together, so that a run that is cut off never leaves half a row behind.
    with together():
        for number, row in enumerate(case.rows[done:], start=done + 1):
            step = _Step(world, row, source=f"{key_of(case)}:{number}")
            ticket = step.drive(ticket) if ticket else step.begin(case)
    progress(len(case.rows))
    return max(0, len(case.rows) - done)


class Common(TypedDict):
    """What every action of a row is given."""

    now: datetime
    source: str


class _Step:
    """One row, driven."""

    def __init__(self, world: World, row: Row, *, source: str) -> None:
        self.world, self.row = world, row
        self.actor = world.who(row)
        self.team = world.teams[team_name(row)]
        self.common: Common = {"now": row.at, "source": source}

    def begin(self, case: Case) -> Ticket:
        row = self.row
        impact, urgency = IMPACTS.get(row.impact, IMPACTS["Medium"])
        ticket = actions.open_ticket(
            organisation=self.world.organisation,
            requester=self.world.people[requester_name(row)],
            actor=self.actor,
            team=self.team,
            title=f"{row.product}: incident {case.number}",
            description=f"Incident {case.number} of the log of 2013, product {row.product}, {row.country}.",
            impact=impact,
            urgency=urgency,
            channel="phone",
            service=self.world.services[row.product[:120]],
            external_key=key_of(case),
            **self.common,
        )
        return ticket if row.status == "Queued" else self.drive(ticket)

    def drive(self, ticket: Ticket) -> Ticket:
        """Bring the ticket to where the row says it is."""
        if self.row.status == "Completed":
            return self._complete(ticket)
        if ticket.state in (lifecycle.RESOLVED, *lifecycle.ENDED):
            ticket = actions.reopen(ticket, actor=self.actor, **self.common)
        if self.row.status == "Accepted":
            return self._accept(ticket)
        return self._queue(ticket)

    def _queue(self, ticket: Ticket) -> Ticket:
        if self._elsewhere(ticket):
            return self._hand_over(ticket)
        return actions.release(ticket, actor=self.actor, **self.common)

    def _accept(self, ticket: Ticket) -> Ticket:
        if self._elsewhere(ticket):
            ticket = self._hand_over(ticket)
        wait = self.row.sub_status.startswith("Wait")
        if not wait:
            if self.row.sub_status == "Assigned":
                return actions.assign(ticket, to=self.actor, actor=self.actor, **self.common)
            return actions.take(ticket, actor=self.actor, **self.common)
        if ticket.assignee_id != self.actor.pk:
            ticket = actions.take(ticket, actor=self.actor, **self.common)
        reason = WAITS.get(self.row.sub_status, HoldReason.OTHER)
        return actions.hold(
            ticket,
            reason=reason,
            note=self.row.sub_status,
            wake_at=self.row.at + WAKE_AFTER,
            actor=self.actor,
            **self.common,
        )

    def _complete(self, ticket: Ticket) -> Ticket:
        ended = {"Resolved": lifecycle.RESOLVED, "Cancelled": lifecycle.CANCELLED}.get(
            self.row.sub_status, lifecycle.CLOSED
        )
        again = ticket.state == ended and not self._elsewhere(ticket)
        if again:
            actions.note(ticket, body=f"{self.row.status} - {self.row.sub_status}", actor=self.actor, **self.common)
            return ticket
        if ticket.state in lifecycle.ENDED or (
            ticket.state == lifecycle.RESOLVED and (ended != lifecycle.CLOSED or self._elsewhere(ticket))
        ):
            ticket = actions.reopen(ticket, actor=self.actor, **self.common)
        if self._elsewhere(ticket):
            ticket = self._hand_over(ticket)
        if ended == lifecycle.CANCELLED:
            return actions.cancel(ticket, reason="Cancelled in the log.", actor=self.actor, **self.common)
        if ticket.state != lifecycle.RESOLVED:
            ticket = actions.resolve(ticket, unsolved_reason=Unsolved.UNRECORDED, actor=self.actor, **self.common)
        if self.row.sub_status == "In Call":
            return actions.confirm(ticket, actor=self.actor, **self.common)
        return actions.close(ticket, actor=self.actor, **self.common) if ended == lifecycle.CLOSED else ticket

    def _elsewhere(self, ticket: Ticket) -> bool:
        return ticket.team_id != self.team.pk

    def _hand_over(self, ticket: Ticket) -> Ticket:
        """A higher line is asked for its competence, the same or a lower one as the specialist of the subject."""
        higher = self.team.level.rank > ticket.level.rank
        reason = HandOverReason.COMPETENCE if higher else HandOverReason.SPECIALIST
        return actions.hand_over(ticket, to_team=self.team, reason=reason, actor=self.actor, **self.common)
