"""Everything that the ticket page shows, in one query beside the timeline's.

A page that asks for hypotheses, attempts, followers, tags, … one after the other costs a query each. Here they come as
JSON arrays with the ticket's row, and become rows of their models again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from guichet.calendars import hours
from guichet.lib.bilingual import pick
from guichet.lib.text import to_html
from guichet.notifications.models import Notification
from guichet.people.models import Person
from guichet.tickets import lifecycle
from guichet.tickets.intake import Completeness, completeness
from guichet.tickets.models import (
    Attachment,
    Attempt,
    Draft,
    HandOver,
    Hold,
    Hypothesis,
    HypothesisState,
    Macro,
    Ticket,
    Watcher,
)
from guichet.tickets.queries import TicketQuerySet
from guichet.tickets.timeline import Entry, timeline

M = TypeVar("M", bound=Model)
_OTHERS = 6
# From how many on a run of facts is folded.
_FOLD_FROM = 3


def with_dossier(tickets: TicketQuerySet, *, person: Person, draft_key: str) -> TicketQuerySet:
    """`tickets` with all that `dossier` reads, still one query."""
    mine = {"ticket": OuterRef("pk")}
    others = Ticket.objects.at_desk_of(person).live().exclude(pk=OuterRef("pk")).order_by("-opened_at")
    unread = Notification.objects.filter(person=person, read_at=None).order_by().values("person")
    full: TicketQuerySet = tickets.select_related(
        "reporter",
        "service",
        "request_type",
        "severity_by",
        "priority_by",
        "solution",
        "decision__rule",
        "decision__team",
    ).annotate(
        hypotheses_json=_rows(Hypothesis.objects.filter(**mine), Hypothesis, by_name="by__name"),
        attempts_json=_rows(Attempt.objects.filter(**mine), Attempt, by_name="by__name"),
        holds_json=_rows(Hold.objects.filter(**mine), Hold, by_name="by__name"),
        hand_overs_json=_rows(HandOver.objects.filter(**mine), HandOver, by_name="by__name", team_name="to_team__name"),
        files_json=_rows(Attachment.objects.filter(message=None, **mine), Attachment),
        tags_json=ArraySubquery(
            Ticket.tags.through.objects.filter(**mine).order_by("tag__name").values_list("tag__name", flat=True)
        ),
        watchers_json=ArraySubquery(
            Watcher.objects.filter(**mine)
            .order_by("person__name")
            .values(row=JSONObject(id="person_id", name="person__name"))
        ),
        macros_json=ArraySubquery(
            Macro.objects.filter(organisation=OuterRef("desk")).values(
                row=JSONObject(id="pk", kind="kind", fr="name_fr", en="name_en")
            )
        ),
        of_requester_json=_others(others.filter(requester=OuterRef("requester"))),
        of_asset_json=_others(others.filter(desk=OuterRef("desk"), asset=OuterRef("asset")).exclude(asset="")),
        draft_json=Subquery(Draft.objects.filter(person=person, key=draft_key).values("body")[:1]),
        unread_count=Subquery(unread.annotate(count=Count("pk")).values("count")[:1]),
    )
    return full


def _rows(queryset: QuerySet[Any], model: type[Model], **extra: str) -> ArraySubquery:
    columns = {f.attname: f.attname for f in model._meta.concrete_fields if f.attname != "ticket_id"}
    return ArraySubquery(queryset.values(row=JSONObject(**columns, **extra)))


def _others(queryset: TicketQuerySet) -> ArraySubquery:
    shown = JSONObject(reference="reference", title="title", state="state", severity="severity")
    return ArraySubquery(queryset.values(row=shown)[:_OTHERS])


def _built(model: type[M], ticket: Ticket, rows: list[dict[str, Any]] | None) -> list[M]:
    """JSON rows as rows of their model; what is no column of it becomes a plain attribute."""
    built = []
    columns = {f.attname: f for f in model._meta.concrete_fields}
    for row in rows or []:
        values = {name: columns[name].to_python(value) for name, value in row.items() if name in columns}
        made = model(ticket_id=ticket.pk, **values)
        for name in row.keys() - columns.keys():
            setattr(made, name, row[name])
        built.append(made)
    return built


@dataclass(frozen=True)
class Run:
    """A message or note, or several facts in a row. Many facts are folded."""

    entries: list[Entry]
    facts: bool

    @property
    def folded(self) -> bool:
        return self.facts and len(self.entries) >= _FOLD_FROM


@dataclass(frozen=True)
class Limit:
    """Until when the level may keep the ticket: its minutes, in opening hours, since it was received or last rested."""

    minutes: int
    at: datetime
    over: bool


@dataclass(frozen=True)
class Dossier:
    ticket: Ticket
    runs: list[Run]
    hypotheses: list[Hypothesis]
    attempts: list[Attempt]
    hold: Hold | None
    hand_overs: list[HandOver]
    files: list[Attachment]
    tags: list[str]
    watchers: list[dict[str, Any]]
    macros: list[dict[str, Any]]
    of_requester: list[dict[str, Any]]
    of_asset: list[dict[str, Any]]
    draft: Mapping[str, str]
    unread: int
    known: Completeness
    description: str
    limit: Limit | None
    came_back: list[str] = field(default_factory=list)

    @property
    def step(self) -> int:
        """Where the way to the solution stands: intake, analysis, solution, test, the requester's say."""
        if self.ticket.state in {lifecycle.RESOLVED, lifecycle.CLOSED}:
            return 5
        if any(attempt.result == "untested" for attempt in self.attempts):
            return 4
        if self.attempts or any(h.state == HypothesisState.CONFIRMED for h in self.hypotheses):
            return 3
        return 2 if self.hypotheses or self.ticket.assignee_id else 1


def dossier(ticket: Ticket, *, known: Mapping[str, str], now: datetime) -> Dossier:
    """`ticket` comes from `with_dossier`; `known` from `wording.known`."""
    row: Any = ticket
    hypotheses = _built(Hypothesis, ticket, row.hypotheses_json)
    attempts = _built(Attempt, ticket, row.attempts_json)
    holds = _built(Hold, ticket, row.holds_json)
    hand_overs = _built(HandOver, ticket, row.hand_overs_json)
    loaded: dict[type[Model], list[Any]] = {
        Hypothesis: hypotheses, Attempt: attempts, Hold: holds, HandOver: hand_overs,
    }  # fmt: skip
    entries = timeline(ticket, for_desk=True, loaded=loaded)
    runs = [Run(list(run), facts) for facts, run in groupby(entries, key=lambda entry: entry.kind == "fact")]
    return Dossier(
        ticket=ticket,
        runs=runs,
        hypotheses=hypotheses,
        attempts=attempts,
        hold=next((hold for hold in holds if hold.ended_at is None), None),
        hand_overs=hand_overs,
        files=_built(Attachment, ticket, row.files_json),
        tags=row.tags_json,
        watchers=row.watchers_json,
        macros=[{**macro, "name": pick(macro["fr"], macro["en"])} for macro in row.macros_json],
        of_requester=row.of_requester_json,
        of_asset=row.of_asset_json,
        draft=row.draft_json or {},
        unread=row.unread_count or 0,
        known=completeness(kind=ticket.kind, known=known),
        description=to_html(ticket.description),
        limit=limit(ticket, holds=holds, now=now),
        came_back=_came_back(hand_overs),
    )


def limit(ticket: Ticket, *, holds: list[Hold], now: datetime) -> Limit | None:
    """None where the level has no limit, and while nobody is expected to work on the ticket."""
    minutes = ticket.level.minutes_limit
    if minutes is None or ticket.state not in {lifecycle.NEW, lifecycle.OPEN}:
        return None
    start = max([ticket.received_at, *(hold.ended_at for hold in holds if hold.ended_at)])
    week = ticket.desk.opening or hours.OFFICE_HOURS
    at = hours.add_working(start=start, minutes=minutes, week=week, zone=ZoneInfo(ticket.desk.time_zone))
    return Limit(minutes=minutes, at=at, over=at <= now)


def _came_back(hand_overs: list[Any]) -> list[str]:
    """Teams that got the ticket again after having handed it over: ping-pong."""
    left: set[int] = set()
    back: list[str] = []
    for made in hand_overs:
        if made.hierarchical:
            continue
        left.add(made.from_team_id)
        if made.to_team_id in left:
            back.append(made.team_name)
    return back
