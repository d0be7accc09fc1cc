"""Today's policies applied to open tickets: what would change, the word to do it, how far it is, what was done."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.db.models import QuerySet
from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, Named, OneOf, PathId, Shown, named
from guichet.lib.paging import page
from guichet.people.models import Organisation
from guichet.tickets import applications
from guichet.tickets.jobs import apply_policies, plan_application
from guichet.tickets.models import How, PolicyApplication, Ticket

router = Resource(tag="Service desk", scope="settings")
APPLICATIONS_MAX = 1000


class ReasonGiven(Given):
    """Why promises that were made are changed."""

    reason: Annotated[str, Field(min_length=1, max_length=240)]


class ChangedPromises(Shown):
    """How many promises of a measure become so."""

    measure: str
    how: str
    promises: int


class StayingPromises(Shown):
    """How many promises stay although policies say something else now.

    `met`: ended already; `broken`: broken already; `over`: today's policies would break them at once.
    """

    met: int
    broken: int
    over: int


class ApplicationShown(Shown):
    """Present policies held against a desk's open tickets. `state`: planning, ready, applying, done or outdated."""

    id: int
    state: str
    by: Named | None
    reason: str
    asked_at: datetime
    planned_at: datetime | None
    begun_at: datetime | None
    finished_at: datetime | None
    open_tickets: int
    looked_at: int
    tickets: int
    handled: int
    stays: StayingPromises
    changes: list[ChangedPromises]


class PromiseChange(Shown):
    """What becomes of one promise. While its ticket rests, moments are as if the wait ended then."""

    ticket: str
    measure: str
    how: str
    was: datetime | None
    due: datetime | None
    done_at: datetime | None


class ChangePage(Shown):
    """Some changes, the soonest due first, and the cursor of those after them."""

    items: list[PromiseChange]
    next_cursor: str | None


class ChangeFilters(Given):
    """Which changes: of one kind, after a cursor, how many."""

    how: Annotated[str | None, OneOf.these(How)] = None
    cursor: Annotated[str, Field(max_length=400)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@router.read("/organisations/{organisation}/policy-applications", answer=list[ApplicationShown])
def list_policy_applications(request: ApiRequest, organisation: PathId) -> list[ApplicationShown]:
    """What was applied to open tickets, and what somebody is looking at, the latest first. Managers only."""
    rows = _rows(_desk(request, organisation))[:APPLICATIONS_MAX]
    return [_shown(row, changes=False) for row in rows]


@router.write(
    "POST", "/organisations/{organisation}/policy-applications", answer=ApplicationShown, status=201, guarded=False
)
def plan_policy_application(request: ApiRequest, organisation: PathId) -> ApplicationShown:
    """Work out what today's policies and calendars would change. No ticket changes. Managers only."""
    made = applications.ask(
        desk=_desk(request, organisation),
        actor=request.person,
        now=request.now,
        later=lambda pk: plan_application.defer(application=pk),
    )
    return _shown(made)


@router.read("/organisations/{organisation}/policy-applications/{number}", answer=ApplicationShown)
def read_policy_application(request: ApiRequest, organisation: PathId, number: PathId) -> ApplicationShown:
    """How far it is, and how many promises of which measure become what. Managers only."""
    return _shown(_one(request, organisation, number))


@router.read("/organisations/{organisation}/policy-applications/{number}/changes", answer=ChangePage)
def list_policy_application_changes(
    request: ApiRequest, organisation: PathId, number: PathId, filters: Query[ChangeFilters]
) -> ChangePage:
    """Promise by promise: when it was due, and when it is. Managers only."""
    rows = _one(request, organisation, number).changes.filter(ticket__in=Ticket.objects.at_desk_of(request.person))
    if filters.how:
        rows = rows.filter(how=filters.how)
    found = page(rows.select_related("ticket"), order=("at", "id"), cursor=filters.cursor, size=filters.limit)
    items = [
        PromiseChange(
            ticket=row.ticket.reference,
            measure=row.measure,
            how=row.how,
            was=row.was,
            due=row.due,
            done_at=row.done_at,
        )
        for row in found.items
    ]
    return ChangePage(items=items, next_cursor=found.next_cursor or None)


@router.write(
    "POST", "/organisations/{organisation}/policy-applications/{number}/start", answer=ApplicationShown, status=202,
    guarded=False,
)  # fmt: skip
def start_policy_application(
    request: ApiRequest, organisation: PathId, number: PathId, body: ReasonGiven
) -> ApplicationShown:
    """Do it; a job goes through the tickets that were shown. Policies that changed since answer 409. Managers only."""
    begun = applications.begin(
        _one(request, organisation, number),
        reason=body.reason,
        actor=request.person,
        now=request.now,
        later=lambda pk: apply_policies.defer(application=pk),
    )
    return _shown(begun)


def _desk(request: ApiRequest, organisation: int) -> Organisation:
    desk = reach.organisation(request.person, organisation).desk
    reach.need_manager(request.person, organisation_id=desk.pk)
    return desk


def _rows(desk: Organisation) -> QuerySet[PolicyApplication]:
    return PolicyApplication.objects.filter(organisation=desk).select_related("by", "organisation")


def _one(request: ApiRequest, organisation: int, number: int) -> PolicyApplication:
    return reach.in_path(_rows(_desk(request, organisation)), number)


def _shown(row: PolicyApplication, *, changes: bool = True) -> ApplicationShown:
    counts = applications.counts(row) if changes else {}
    return ApplicationShown(
        id=row.pk,
        state=row.state,
        by=named(row.by),
        reason=row.reason,
        asked_at=row.asked_at,
        planned_at=row.planned_at,
        begun_at=row.begun_at,
        finished_at=row.finished_at,
        open_tickets=row.tickets,
        looked_at=row.looked,
        tickets=row.touched,
        handled=row.handled,
        stays=StayingPromises(**{why: row.stays.get(why, 0) for why in ("met", "broken", "over")}),
        changes=[
            ChangedPromises(measure=measure, how=how, promises=number)
            for measure, own in sorted(counts.items())
            for how, number in sorted(own.items())
        ],
    )
