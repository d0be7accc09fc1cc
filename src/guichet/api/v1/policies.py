"""Service level policies: what a desk promises, to whom and for what, in the order in which they are asked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, Named, OneOf, PathId, RowId, Shown, named
from guichet.catalog.models import Service
from guichet.people.models import Organisation
from guichet.sla import settings_actions
from guichet.sla.models import Measure, Policy, PolicyChange
from guichet.sla.settings_actions import Aim, Said, Time, categories_of
from guichet.tickets.models import HoldReason, Severity

router = Resource(tag="Service desk", scope="settings")
Name = Annotated[str, Field(max_length=120)]
CHANGES_MAX = 1000


class TimeGiven(Given):
    """So many minutes of a calendar; without one, day and night."""

    severity: Annotated[str, OneOf.these(Severity)]
    minutes: Annotated[int, Field(strict=True, ge=1, le=settings_actions.MINUTES_MAX)]
    calendar: RowId | None = None


class AimGiven(Given):
    """What is promised for a measure, and which holds stop its clock."""

    measure: Annotated[str, OneOf.these(Measure)]
    times: Annotated[list[TimeGiven], Field(max_length=5)]
    pauses: Annotated[list[Annotated[str, OneOf.these(HoldReason)]], Field(max_length=10)] = []


class PolicyGiven(Given):
    """All that a policy says. Conditions left out fit everything; the usual policy has none."""

    name_fr: Name
    name_en: Name = ""
    active: bool = True
    client: RowId | None = None
    service: RowId | None = None
    category: RowId | None = None
    kind: Annotated[str, Field(max_length=10, description="Empty fits every kind")] = ""
    shows_resolution: bool = False
    measures: Annotated[list[AimGiven], Field(max_length=6)]
    note: Annotated[str, Field(max_length=200)] = ""
    since: Annotated[
        int | None, Field(strict=True, ge=0, le=2**31 - 1, description="The change that you saw; another answers 409")
    ] = None


class PlaceGiven(Given):
    """One place up, or down."""

    up: bool


class PolicyShown(Named):
    """What a desk promises under conditions. The first active one that fits counts; the usual one is the last."""

    name_fr: str
    name_en: str
    usual: bool
    active: bool
    client: Named | None
    service: Named | None
    category: Named | None
    kind: str
    shows_resolution: bool
    measures: list[AimGiven]
    change: int


class PolicyChangeShown(Shown):
    """Who said what of a policy, and when."""

    number: int
    at: datetime
    by: Named | None
    note: str
    said: dict[str, Any]


@router.read("/organisations/{organisation}/service-levels", answer=list[PolicyShown])
def list_service_levels(request: ApiRequest, organisation: PathId) -> list[PolicyShown]:
    """The desk's policies in the order in which they are asked. Desk only."""
    return _all(_desk(request, organisation))


@router.write("POST", "/organisations/{organisation}/service-levels", answer=PolicyShown, status=201, guarded=False)
def add_service_level(request: ApiRequest, organisation: PathId, body: PolicyGiven) -> PolicyShown:
    """A new policy, the last before the usual one. Managers only."""
    return _save(request, _desk(request, organisation), None, body)


@router.read("/organisations/{organisation}/service-levels/{number}", answer=PolicyShown)
def read_service_level(request: ApiRequest, organisation: PathId, number: PathId) -> PolicyShown:
    """One policy with its times. Desk only."""
    return _one(_desk(request, organisation), number)


@router.write("PUT", "/organisations/{organisation}/service-levels/{number}", answer=PolicyShown, guarded=False)
def change_service_level(request: ApiRequest, organisation: PathId, number: PathId, body: PolicyGiven) -> PolicyShown:
    """Say all of a policy anew. What was promised before stays as it is. Managers only."""
    desk = _desk(request, organisation)
    return _save(request, desk, _policy(desk, number), body)


@router.write("DELETE", "/organisations/{organisation}/service-levels/{number}", answer=None, status=204, guarded=False)
def remove_service_level(request: ApiRequest, organisation: PathId, number: PathId) -> None:
    """Remove a policy; what it promised stays promised. The usual one answers 409. Managers only."""
    policy = _policy(_desk(request, organisation), number)
    settings_actions.remove_policy(policy=policy, actor=request.person, now=request.now)


@router.write(
    "POST", "/organisations/{organisation}/service-levels/{number}/moves", answer=list[PolicyShown], status=201,
    guarded=False,
)  # fmt: skip
def move_service_level(
    request: ApiRequest, organisation: PathId, number: PathId, body: PlaceGiven
) -> list[PolicyShown]:
    """One place up or down: the first policy that fits counts. Managers only."""
    desk = _desk(request, organisation)
    policy = _policy(desk, number)
    settings_actions.move_policy(policy=policy, up=body.up, actor=request.person, now=request.now)
    return _all(desk)


@router.read("/organisations/{organisation}/service-levels/{number}/changes", answer=list[PolicyChangeShown])
def list_service_level_changes(request: ApiRequest, organisation: PathId, number: PathId) -> list[PolicyChangeShown]:
    """Who said what of a policy, the latest first. Desk only."""
    policy = _policy(_desk(request, organisation), number)
    rows = PolicyChange.objects.filter(policy=policy).select_related("by")[:CHANGES_MAX]
    return [
        PolicyChangeShown(number=row.number, at=row.at, by=named(row.by), note=row.note, said=row.said) for row in rows
    ]


def _desk(request: ApiRequest, organisation: int) -> Organisation:
    desk = reach.organisation(request.person, organisation).desk
    reach.need_at_desk(request.person, desk)
    return desk


def _policy(desk: Organisation, number: int) -> Policy:
    rows = Policy.objects.select_related("organisation", "client", "service", "category")
    return reach.in_path(rows.filter(organisation=desk), number)


def _save(request: ApiRequest, desk: Organisation, policy: Policy | None, body: PolicyGiven) -> PolicyShown:
    reach.need_manager(request.person, organisation_id=desk.pk)
    saved = settings_actions.save_policy(
        policy=policy,
        desk=desk,
        said=said_of(desk, body),
        note=body.note,
        since=body.since,
        actor=request.person,
        now=request.now,
    )
    return _one(desk, saved.pk)


def said_of(desk: Organisation, body: PolicyGiven) -> Said:
    """What a policy is to say; refused where it names what isn't the desk's."""
    served = Organisation.objects.filter(pk=desk.pk) | desk.clients.all()
    return Said(
        name_fr=body.name_fr,
        name_en=body.name_en,
        active=body.active,
        client=reach.named_in_body(served, body.client, field="client"),
        service=reach.named_in_body(Service.objects.filter(organisation=desk), body.service, field="service"),
        category=reach.named_in_body(categories_of(desk), body.category, field="category"),
        kind=body.kind,
        shows_resolution=body.shows_resolution,
        aims=[
            Aim(
                measure=aim.measure,
                times={t.severity: Time(minutes=t.minutes, calendar=t.calendar) for t in aim.times},
                pauses=aim.pauses,
            )
            for aim in body.measures
        ],
    )


def _one(desk: Organisation, number: int) -> PolicyShown:
    policy = _policy(desk, number)
    return _shown(policy, change=settings_actions.last_number(policy))


def _all(desk: Organisation) -> list[PolicyShown]:
    rows = Policy.objects.filter(organisation=desk).select_related("client", "service", "category")
    found = sorted(rows.prefetch_related("targets"), key=lambda row: row.usual)
    numbers = settings_actions.last_numbers(desk)
    return [_shown(row, change=numbers.get(row.pk, 0)) for row in found]


def _shown(row: Policy, *, change: int) -> PolicyShown:
    aims: dict[str, AimGiven] = {}
    for target in row.targets.all():
        aim = aims.setdefault(target.measure, AimGiven(measure=target.measure, times=[], pauses=list(target.pauses)))
        aim.times.append(TimeGiven(severity=target.severity, minutes=target.minutes, calendar=target.calendar_id))
    return PolicyShown(
        id=row.pk,
        name=row.name,
        name_fr=row.name_fr,
        name_en=row.name_en,
        usual=row.usual,
        active=row.active,
        client=named(row.client),
        service=named(row.service),
        category=named(row.category),
        kind=row.kind,
        shows_resolution=row.shows_resolution,
        measures=[aims[measure] for measure in Measure.values if measure in aims],
        change=change,
    )
