"""What is promised to a ticket: commitments made from the desk's policies, and their clocks kept right as it moves.

`Clocks` holds the current commitments of one locked ticket inside an action. What an event does to a clock takes no
more than the commitment itself: what was left at a pause is left at its end. The same follows from the whole log
(`clocks.py`); `tests/tickets/test_clocks.py` compares the two after any story.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import connection

from guichet.activity.models import Event
from guichet.activity.record import Statement
from guichet.calendars.hours import Hours
from guichet.calendars.reading import hours_of
from guichet.catalog.models import Category
from guichet.people.models import Organisation, Person
from guichet.sla import clock
from guichet.sla.models import FROM_OPENING, Measure
from guichet.sla.offers import Offer, Terms, lineage, offers_of
from guichet.tickets import clocks, lifecycle
from guichet.tickets.models import Commitment, HoldReason, Ticket


def offers_for(ticket: Ticket, *, severity: str = "") -> dict[str, Offer]:
    """By measure, what the desk promises such a ticket now, for its severity or another."""
    return offers_of(ticket.desk).under(policy_for(ticket), severity=severity or ticket.severity)


def policy_for(ticket: Ticket) -> Terms | None:
    """What the desk's policy says that counts for such a ticket now; None where it has set none."""
    offers = offers_of(ticket.desk)
    categories = lineage(ticket.category_id) if ticket.category_id and offers.ask_category else ()
    return offers.fitting(
        client=ticket.organisation_id, service=ticket.service_id, categories=categories, kind=ticket.kind
    )


def answer_due(
    organisation: Organisation, *, severity: str, kind: str, category: Category | None, now: datetime
) -> datetime:
    """Until when a first answer would be promised to a ticket of that organisation which is opened now."""
    offers = offers_of(organisation.desk)
    categories = lineage(category.pk) if category and offers.ask_category else ()
    service = category.service_id if category else None
    found = offers.of(severity=severity, client=organisation.pk, service=service, categories=categories, kind=kind)
    return due(found[Measure.FIRST_RESPONSE], start=now)


def hours_by(version: int | None) -> Hours | None:
    return None if version is None else hours_of(version)


def due(offer: Offer, *, start: datetime) -> datetime:
    """When a clock of this offer that begins at `start` runs out."""
    return clock.add(hours_by(offer.version), start, 60 * offer.minutes)


def promised(
    ticket: Ticket, offer: Offer, *, start: datetime, now: datetime, by: Person | None = None, reason: str = ""
) -> Commitment:
    """The offer as a commitment that is not yet saved."""
    return Commitment(
        ticket_id=ticket.pk,
        measure=offer.measure,
        severity=offer.severity,
        policy_name_fr=offer.name_fr,
        policy_name_en=offer.name_en,
        minutes=offer.minutes,
        calendar_version_id=offer.version,
        pauses=list(offer.pauses),
        shown=offer.shown,
        started_at=start,
        made_at=now,
        by=by,
        reason=reason[:240],
        due_at=due(offer, start=start),
    )


def first(ticket: Ticket, *, now: datetime) -> dict[str, Commitment]:
    """What a new ticket is promised, by measure."""
    offers = offers_for(ticket)
    return {m: promised(ticket, offers[m], start=now, now=now) for m in FROM_OPENING if m in offers}


# Plain statements, as those of the actions.
_COLUMNS = (
    "ticket_id", "measure", "severity", "policy_name_fr", "policy_name_en", "minutes",
    "calendar_version_id", "pauses", "shown", "started_at", "made_at", "by_id", "reason", "due_at", "paused_at",
    "stopped_at",
)  # fmt: skip
_ROW = f"({', '.join(['%s'] * len(_COLUMNS))})"


def inserting(commitments: Iterable[Commitment]) -> Statement:
    """All of them in one statement."""
    rows = list(commitments)
    values = [json.dumps(c.pauses) if name == "pauses" else getattr(c, name) for c in rows for name in _COLUMNS]
    return f"INSERT INTO tickets_commitment ({', '.join(_COLUMNS)}) VALUES {', '.join([_ROW] * len(rows))}", values  # noqa: S608


_KEPT = Commitment._meta.concrete_fields
_JSON = Commitment._meta.get_field("pauses")
_READ = (
    f"SELECT {', '.join(f.attname for f in _KEPT)} FROM tickets_commitment"  # noqa: S608
    " WHERE ticket_id = %s AND replaced_at IS NULL ORDER BY id"
)
# A hold begins: what it holds stands still, and the team has taken the ticket on.
_HOLD = """
UPDATE tickets_commitment SET
    paused_at = CASE WHEN measure NOT IN ('level', 'provider') AND pauses @> %s::jsonb THEN %s END,
    stopped_at = CASE WHEN measure = 'level' THEN %s END
WHERE ticket_id = %s AND stopped_at IS NULL AND replaced_at IS NULL
"""


def _row(values: Sequence[Any]) -> Commitment:
    read = [json.loads(value) if f is _JSON else value for f, value in zip(_KEPT, values, strict=True)]
    return Commitment.from_db(connection.alias, [f.attname for f in _KEPT], read)


_STOP = (
    "UPDATE tickets_commitment SET stopped_at = %s WHERE ticket_id = %s AND stopped_at IS NULL AND replaced_at IS NULL"
)


# Of what a change of severity or policy replaces: all but what a provider owes.
_REPLACED = (*FROM_OPENING, Measure.LEVEL)


class Clocks:
    """The current commitments of a locked ticket, read when first asked for, and what the action writes to them."""

    def __init__(self, ticket: Ticket, *, at: datetime) -> None:
        self.ticket, self.at = ticket, at
        self.held = ticket.state == lifecycle.ON_HOLD
        # Nobody had it yet, so nobody handed it over.
        self.fresh = ticket.received_at == ticket.opened_at
        self.made: list[Commitment] = []
        self.touched: dict[int, Commitment] = {}
        self.statements: list[Statement] = []

    @cached_property
    def rows(self) -> list[Commitment]:
        with connection.cursor() as cursor:
            cursor.execute(_READ, [self.ticket.pk])
            return [_row(values) for values in cursor.fetchall()]

    def of(self, measure: str) -> Commitment | None:
        return next((row for row in self.rows if row.measure == measure and row.replaced_at is None), None)

    def running(self, measure: str) -> Commitment | None:
        """The last of that measure that hasn't stopped."""
        own = [row for row in self.rows if row.measure == measure and row.replaced_at is None]
        return own[-1] if own and own[-1].stopped_at is None else None

    # What an action asks for.

    def answer_due(self) -> datetime:
        """Until when the first answer is promised, once the ticket is ours again.

        A promise lies ahead: where it is broken already, the next one takes as long as the first.
        """
        row = self.of(Measure.FIRST_RESPONSE)
        if row is None:
            return due(offers_for(self.ticket)[Measure.FIRST_RESPONSE], start=self.at)
        hours = hours_by(row.calendar_version_id)
        stood = row.paused_at or row.stopped_at
        ends = clock.shifted(hours, due=row.due_at, start=stood, end=self.at) if stood else row.due_at
        return ends if ends > self.at else clock.add(hours, self.at, 60 * row.minutes)

    def news_due(self) -> datetime:
        """Until when news are promised that are counted from now."""
        row = self.of(Measure.NEXT_UPDATE)
        if row is None:
            return due(offers_for(self.ticket)[Measure.NEXT_UPDATE], start=self.at)
        return clock.add(hours_by(row.calendar_version_id), self.at, 60 * row.minutes)

    def hand_over(self) -> datetime:
        """The receiving team's clock begins; until when it takes the ticket on."""
        offers = offers_for(self.ticket)
        level = self._short(offers.get(Measure.LEVEL), stays=True)
        return level or due(offers[Measure.FIRST_RESPONSE], start=self.at)

    def ask_provider(self) -> None:
        """The provider's clock begins."""
        self._short(offers_for(self.ticket).get(Measure.PROVIDER), stays=False)

    def _short(self, offer: Offer | None, *, stays: bool) -> datetime | None:
        """A clock that begins now. `stays`: one that began at this very moment goes on instead."""
        if offer is None:
            return None
        running = [r for r in self.rows if r.measure == offer.measure and r.stopped_at is None] if stays else []
        if running and running[-1].started_at == self.at:
            return running[-1].due_at
        commitment = promised(self.ticket, offer, start=self.at, now=self.at)
        self.made.append(commitment)
        return commitment.due_at

    def change_severity(self, severity: str, *, by: Person | None, reason: str) -> None:
        """What runs is replaced by what the policy promises for `severity`, counted from the same start."""
        self._replace(offers_for(self.ticket, severity=severity), among=_REPLACED, by=by, reason=reason)

    def change_policy(self, before: Terms | None, *, by: Person | None) -> Terms | None:
        """The same where another policy than `before` fits the ticket now: which one. What both promise alike stays."""
        fits = policy_for(self.ticket)
        if fits is None or (before is not None and before.conditions == fits.conditions):
            return None
        offers = offers_of(self.ticket.desk)
        old, new = (offers.under(terms, severity=self.ticket.severity) for terms in (before, fits))
        names = " → ".join(terms.name_fr if terms else "–" for terms in (before, fits))
        self._replace(new, among=[m for m in _REPLACED if old.get(m) != new.get(m)], by=by, reason=names)
        return fits

    def _replace(self, offers: Mapping[str, Offer], *, among: Collection[str], by: Person | None, reason: str) -> None:
        """What runs of these measures, by the offers; what wasn't promised yet, from the opening."""
        gone = [row for row in self.rows if row.measure in among and row.stopped_at is None]
        for row in gone:
            row.replaced_at = self.at
        if gone:
            pks = [row.pk for row in gone]
            self.statements.append(
                ("UPDATE tickets_commitment SET replaced_at = %s WHERE id = ANY(%s)", [self.at, pks])
            )
        kept = [row for row in self.rows if row.replaced_at is None]
        had = {row.measure for row in kept}
        starts: dict[str, datetime] = {m: self.ticket.opened_at for m in FROM_OPENING if m in among and m not in had}
        starts |= {row.measure: row.started_at for row in gone if row.measure == Measure.LEVEL}
        new = [
            promised(self.ticket, offers[m], start=start, now=self.at, by=by, reason=reason)
            for m, start in starts.items()
            if m in offers
        ]
        if new:
            story = self._story()
            for row in new:
                twins = [one for one in kept if (one.measure, one.started_at) == (row.measure, row.started_at)]
                clocks.settle(row, clocks.course(row, story, turn=len(twins)))
        self.made += new
        self.__dict__["rows"] = kept + new

    def _story(self) -> clocks.Story:
        events = Event.objects.filter(subject_type="ticket", subject_id=self.ticket.pk).order_by("number")
        lines = (clocks.Line(*row) for row in events.values_list("subject_id", "verb", "at", "data"))
        return clocks.story_of(lines, opened_at=self.ticket.opened_at)

    # What an event does.

    def follow(self, verb: str, data: Mapping[str, Any]) -> list[Statement]:
        """What the event says happened, to the clocks; the statements that write it. The ticket is changed already."""
        if verb in {"ticket.attempted", "ticket.attempt_tested"}:
            self._attempted(verb, data)
        elif not self._simply(verb, data):
            self._move(verb, data)
        statements = list(self.statements)
        touched = [row for row in self.touched.values() if row.pk]
        if touched:
            statements.append(clocks.written(touched))
        if self.made:
            statements.append(inserting(self.made))
        return statements

    def _simply(self, verb: str, data: Mapping[str, Any]) -> bool:
        """What a statement can do that reads nothing: the common ways of a ticket."""
        if "rows" in self.__dict__ or data.get("woke") or data.get("reopened"):
            return False
        if verb == "ticket.held":
            return self._rests(data)
        if verb in clocks.ENDS:
            self.statements.append((_STOP, [self.at, self.ticket.pk]))
            return True
        if clocks.answers(verb, data) or self._news(verb, data):
            return False
        if clocks.takes_on(verb, data) and not self.fresh:
            self.statements.append((f"{_STOP} AND measure = 'level'", [self.at, self.ticket.pk]))
        return True

    def _rests(self, data: Mapping[str, Any]) -> bool:
        """From now on it is held, and wasn't before: nothing is due anew."""
        if self.held:
            return False
        values = [json.dumps(data["reason"]), self.at, self.at, self.ticket.pk]
        self.statements.append((_HOLD, values))
        if data["reason"] == HoldReason.PROVIDER:
            self.ask_provider()
        return True

    def _news(self, verb: str, data: Mapping[str, Any]) -> bool:
        return self.ticket.state in lifecycle.UNSOLVED and clocks.gives_news(verb, data)

    def _move(self, verb: str, data: Mapping[str, Any]) -> None:
        held = verb == "ticket.held"
        for row in [row for row in self.rows if row.pk]:
            if data.get("woke") or held:
                self._wake(row)
            if data.get("reopened"):
                self._reopen(row)
            if held and row.measure in FROM_OPENING and row.stopped_at is None and data["reason"] in row.pauses:
                row.paused_at = self.at
                self._touch(row)
            if self._ends(row, verb, data):
                self._stop(row)
            if row.measure == Measure.NEXT_UPDATE and self._news(verb, data):
                self._restart(row)
        if held and data["reason"] == HoldReason.PROVIDER:
            self.ask_provider()

    def _ends(self, row: Commitment, verb: str, data: Mapping[str, Any]) -> bool:
        if verb in clocks.ENDS:
            return True
        if row.measure == Measure.FIRST_RESPONSE:
            return clocks.answers(verb, data)
        # A hand-over at the very moment of another goes on with its clock.
        again = verb == "ticket.handed_over" and row.started_at == self.at
        return row.measure == Measure.LEVEL and clocks.takes_on(verb, data) and not again

    def _attempted(self, verb: str, data: Mapping[str, Any]) -> None:
        if data["result"] == "worked":
            row = self.of(Measure.RESTORATION)
            if row is not None:
                self._stop(row)
        elif verb == "ticket.attempt_tested" and data["result"] == "failed":
            # Whether another one works is in the log.
            row = self.of(Measure.RESTORATION)
            if row is not None and row.stopped_at:
                story = self._story()
                story.hear(clocks.Line(self.ticket.pk, verb, self.at, dict(data)))
                clocks.settled([row], story)
                self._touch(row)

    def _touch(self, row: Commitment) -> None:
        if row.pk:
            self.touched[row.pk] = row

    def _wake(self, row: Commitment) -> None:
        if row.measure == Measure.PROVIDER:
            self._stop(row)
        elif row.paused_at and row.stopped_at is None:
            hours = hours_by(row.calendar_version_id)
            row.due_at = clock.shifted(hours, due=row.due_at, start=row.paused_at, end=self.at)
            row.paused_at = None
            self._touch(row)

    def _stop(self, row: Commitment) -> None:
        if row.stopped_at is not None:
            return
        if row.paused_at:
            self._wake(row)
        row.stopped_at = self.at
        self._touch(row)

    def _reopen(self, row: Commitment) -> None:
        """The time since it stopped doesn't count. A first answer that was given stays given."""
        answered = row.measure == Measure.FIRST_RESPONSE and self.ticket.answered_at is not None
        if row.measure not in FROM_OPENING or row.stopped_at is None or answered:
            return
        hours = hours_by(row.calendar_version_id)
        row.due_at = clock.shifted(hours, due=row.due_at, start=row.stopped_at, end=self.at)
        row.stopped_at = None
        self._touch(row)

    def _restart(self, row: Commitment) -> None:
        """News were given: the next ones are counted from here. A pause that lasts goes on holding it."""
        row.due_at = clock.add(hours_by(row.calendar_version_id), self.at, 60 * row.minutes)
        row.paused_at = self.at if row.paused_at and self.ticket.state == lifecycle.ON_HOLD else None
        row.stopped_at = None
        self._touch(row)
