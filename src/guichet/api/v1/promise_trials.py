"""Drafts of policies and calendars tried on past tickets before they are saved. Nothing is changed by it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, shown
from guichet.api.v1 import calendars, policies, reach
from guichet.api.v1.fields import Given, Named, OneOf, PathId, RowId, Shown, Size, named
from guichet.calendars.changing import said_by
from guichet.calendars.models import Calendar
from guichet.lib.errors import Refused
from guichet.lib.paging import page
from guichet.people.models import Organisation
from guichet.sla.drafts import calendar_draft, policy_draft
from guichet.sla.models import Measure, Policy
from guichet.tickets import trials
from guichet.tickets.models import Severity, Trial, TrialChange, TrialState, Verdict
from guichet.tickets.what_if import SIDES

router = Resource(tag="Service desk", scope="settings")
Version = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]


class PolicyTried(policies.PolicyGiven):
    """What a policy would say; without `id`, one that isn't there yet."""

    id: RowId | None = None


class CalendarTried(Given):
    """What a calendar would say: an earlier `version` of it, or all that is in `says`."""

    id: RowId
    version: Version | None = None
    says: calendars.CalendarGiven | None = None


class PromiseTrialGiven(Given):
    """A policy or a calendar, and how many weeks of tickets: the last quarter where nothing is said."""

    policy: PolicyTried | None = None
    calendar: CalendarTried | None = None
    weeks: Annotated[int, Field(strict=True, ge=1, le=trials.WEEKS_MAX)] = trials.QUARTER


class Counts(Shown):
    """How many promises."""

    kept: int
    broken: int
    open: int


class PromiseTrialLine(Shown):
    """Promises of a measure and severity. `now`: what present settings would have promised, counted as the draft is;
    `promised`: what was promised then. `worse` would be broken by the draft only, `better` no longer would."""

    measure: Annotated[str, OneOf.these(Measure)]
    severity: Annotated[str, OneOf.these(Severity)]
    now: Counts
    draft: Counts
    promised: Counts
    worse: int
    better: int


class PromiseTrialShown(Shown):
    """Who tried what on which tickets. The lines come when it is `done`: more than 2,000 tickets are a job's."""

    id: int
    name: str
    about: Annotated[str, OneOf("policy", "calendar")]
    row: int | None
    by: Named | None
    asked_at: datetime
    weeks: int
    state: Annotated[str, OneOf.these(TrialState)]
    tickets: int
    tried: int
    finished_at: datetime | None
    lines: list[PromiseTrialLine]


class TrialChangeShown(Shown):
    """Promises of a ticket that would be broken (`worse`), or no longer be; due times are those of the first of them.
    `was` and `becomes` are null where nothing is promised."""

    ticket: str
    title: str
    measure: Annotated[str, OneOf.these(Measure)]
    severity: Annotated[str, OneOf.these(Severity)]
    worse: bool
    was: Annotated[str, OneOf.these(Verdict)] | None
    becomes: Annotated[str, OneOf.these(Verdict)] | None
    was_due: datetime | None
    becomes_due: datetime | None
    promises: int


class TrialChangePage(Shown):
    """Tickets that change: 2,000 each way at most, the newest."""

    items: list[TrialChangeShown]
    next_cursor: str | None


class PromiseTrialFilters(Given):
    """Which of them, and which part of the list."""

    worse: bool | None = None
    cursor: Annotated[str, Field(max_length=400)] = ""
    size: Size = 50


@router.read("/organisations/{organisation}/promise-trials", answer=list[PromiseTrialShown])
def list_promise_trials(request: ApiRequest, organisation: PathId) -> list[PromiseTrialShown]:
    """Trials of the last thirty days, the latest first, a hundred at most, without their lines. Managers only."""
    rows = trials.trials_of(_desk(request, organisation)).defer("typed", "result")[:100]
    return [_shown(row, lines=[]) for row in rows]


@router.write(
    "POST", "/organisations/{organisation}/promise-trials", answer=PromiseTrialShown, status=201, guarded=False
)
def start_promise_trial(request: ApiRequest, organisation: PathId, body: PromiseTrialGiven) -> PromiseTrialShown:
    """Try a draft on past tickets: nothing is saved, nothing changed, nobody told. Managers only."""
    desk = _desk(request, organisation)
    if body.policy is not None and body.calendar is None:
        name, draft = _policy(desk, body.policy)
    elif body.calendar is not None and body.policy is None:
        name, draft = _calendar(desk, body.calendar)
    else:
        raise Refused(_("Say what to try: a policy or a calendar."), code="one_of", field="policy")
    made = trials.start(desk=desk, draft=draft, name=name, weeks=body.weeks, actor=request.person, now=request.now)
    return _shown(made, lines=_lines(made))


@router.read("/organisations/{organisation}/promise-trials/{number}", answer=PromiseTrialShown)
def read_promise_trial(request: ApiRequest, organisation: PathId, number: PathId) -> PromiseTrialShown:
    """How far it is, and what came of it. Managers only."""
    found = _trial(request, organisation, number)
    return _shown(found, lines=_lines(found))


@router.read("/organisations/{organisation}/promise-trials/{number}/changes", answer=TrialChangePage)
def list_promise_trial_changes(
    request: ApiRequest, organisation: PathId, number: PathId, filters: Query[PromiseTrialFilters]
) -> HttpResponse:
    """The tickets whose promises would be broken, or no longer be, with the draft. Managers only."""
    rows = trials.changes_of(_trial(request, organisation, number), viewer=request.person)
    if filters.worse is not None:
        rows = rows.filter(worse=filters.worse)
    found = page(rows, order=("id",), cursor=filters.cursor, size=filters.size)
    return shown(TrialChangePage(items=[_change(row) for row in found.items], next_cursor=found.next_cursor or None))


def _desk(request: ApiRequest, organisation: int) -> Organisation:
    desk = reach.organisation(request.person, organisation).desk
    reach.need_manager(request.person, organisation_id=desk.pk)
    return desk


def _trial(request: ApiRequest, organisation: int, number: int) -> Trial:
    return reach.in_path(trials.trials_of(_desk(request, organisation)), number)


def _policy(desk: Organisation, given: PolicyTried) -> tuple[str, dict[str, Any]]:
    row = reach.named_in_body(Policy.objects.filter(organisation=desk), given.id, field="id")
    return given.name_fr, policy_draft(policy=row, desk=desk, said=policies.said_of(desk, given))


def _calendar(desk: Organisation, given: CalendarTried) -> tuple[str, dict[str, Any]]:
    row = reach.named_in_body(Calendar.objects.filter(organisation=desk), given.id, field="id")
    assert row is not None, "its number is required"
    if (given.says is None) == (given.version is None):
        raise Refused(_("Say what the calendar would say: a version or its content."), code="one_of", field="says")
    if given.says is not None:
        return given.says.name, calendar_draft(calendar=row, said=calendars.said_of(given.says))
    version = row.versions.filter(number=given.version or 0).first()
    if version is None:
        raise Refused(_("There is no such thing, or you may not see it."), code="unknown", field="version")
    return row.title, calendar_draft(calendar=row, said=said_by(version))


def _shown(trial: Trial, *, lines: list[PromiseTrialLine]) -> PromiseTrialShown:
    return PromiseTrialShown(
        id=trial.pk,
        name=trial.name,
        about="calendar" if trial.of_calendar else "policy",
        row=trial.row,
        by=named(trial.by),
        asked_at=trial.asked_at,
        weeks=trial.weeks,
        state=trial.state,
        tickets=trial.tickets,
        tried=trial.tried,
        finished_at=trial.finished_at,
        lines=lines,
    )


def _lines(trial: Trial) -> list[PromiseTrialLine]:
    return [
        PromiseTrialLine(
            measure=line["measure"],
            severity=line["severity"],
            **{side: Counts(**dict(zip(Verdict.values, line[side], strict=True))) for side in SIDES},
            worse=line["worse"],
            better=line["better"],
        )
        for line in trial.result.get("lines", [])
    ]


def _change(row: TrialChange) -> TrialChangeShown:
    return TrialChangeShown(
        ticket=row.ticket.reference,
        title=row.ticket.title,
        measure=row.measure,
        severity=row.severity,
        worse=row.worse,
        was=row.was or None,
        becomes=row.becomes or None,
        was_due=row.was_due,
        becomes_due=row.becomes_due,
        promises=row.promises,
    )
