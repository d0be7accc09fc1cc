"""Policies made, changed, ordered and removed by a desk's managers. Nothing promised before moves by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from guichet.calendars.changing import usual_calendar
from guichet.calendars.models import Calendar
from guichet.catalog.models import Category, Kind, Service
from guichet.lib.errors import Conflict, Refused
from guichet.people.managing import line_of, name_of, need_manager, need_own, need_served, noted
from guichet.people.models import Organisation, Person
from guichet.sla.models import PAUSES, SEVERITIES, Measure, Policy, PolicyChange, Target
from guichet.sla.offers import ALWAYS
from guichet.sla.usual import STANDARD, Figures, find_usual, usual_figures, usual_policy

MINUTES_MAX = 60 * 24 * 365
POLICIES_MAX = 200
# The usual one comes after all others, whatever their number.
LAST = 1000


@dataclass(frozen=True)
class Time:
    """So many minutes by a calendar of the desk; `calendar` None is day and night, `opening` its opening hours."""

    minutes: int
    calendar: int | None = None
    opening: bool = False


@dataclass(frozen=True)
class Aim:
    """What is promised for a measure: a time for some severities, and which holds stop its clock."""

    measure: str
    times: Mapping[str, Time]
    pauses: Sequence[str] = ()


@dataclass(frozen=True)
class Said:
    """All that a policy is to say. The usual one has no condition and is always in force."""

    name_fr: str
    name_en: str = ""
    active: bool = True
    client: Organisation | None = None
    service: Service | None = None
    category: Category | None = None
    kind: str = ""
    shows_resolution: bool = False
    aims: Sequence[Aim] = field(default_factory=tuple)

    @property
    def unconditional(self) -> bool:
        return not (self.client or self.service or self.category or self.kind)


def save_policy(
    *, policy: Policy | None, desk: Organisation, said: Said, note: str, since: int | None, actor: Person, now: datetime
) -> Policy:
    """Say all of a policy anew; without one, a new one, the last before the usual.

    `since` is the number of the change that somebody had before their eyes; another one in between is a Conflict.
    A field in a refusal is `resolution-S1` and so on.
    """
    need_manager(actor, desk)
    if policy is not None:
        need_own(policy, desk)
    _need_conditions(policy, said, desk)
    with transaction.atomic():
        _lock(desk)
        if policy is not None and since is not None and since != last_number(policy):
            raise Conflict(_("Somebody changed this policy meanwhile: look at it again."), code="changed")
        # Another instance: what is refused half-way leaves the caller's as it was.
        row = Policy(organisation=desk, position=_end(desk)) if policy is None else Policy.objects.get(pk=policy.pk)
        row.name_fr = name_of(said.name_fr, field="name_fr")
        row.name_en = line_of(said.name_en, field="name_en")
        row.active, row.shows_resolution = said.active, said.shows_resolution
        row.client, row.service, row.category, row.kind = said.client, said.service, said.category, said.kind
        row.save()
        _aim(row, said.aims, desk=desk, now=now)
        _keep(row, note=note, actor=actor, now=now)
        noted("policy saved", subject=row, actor=actor, now=now)
    desk.__dict__.pop("_offers", None)
    return row


def start_usual(*, desk: Organisation, actor: Person, now: datetime) -> Policy:
    """The desk's usual policy; where there is none, one that promises what a desk promises that has set nothing."""
    need_manager(actor, desk)
    with transaction.atomic():
        _lock(desk)
        policy = usual_policy(desk, now=now)
        if not last_number(policy):
            _keep(policy, note="", actor=actor, now=now)
            noted("policy saved", subject=policy, actor=actor, now=now)
    return policy


def set_usual_times(*, desk: Organisation, figures: Iterable[Figures], actor: Person, now: datetime) -> None:
    """When a first answer and news are due as usual; all else that the usual policy says stays as it is."""
    need_manager(actor, desk)
    wanted = {each.severity: each for each in figures}
    with transaction.atomic():
        _lock(desk)
        found = find_usual(desk)
        stands = usual_figures(found) if found else {each.severity: each for each in STANDARD}
        if wanted == stands:
            return
        policy = start_usual(desk=desk, actor=actor, now=now)
        said = _as_said(policy)
        known = {aim.measure: aim for aim in said.aims}
        aims = [aim for aim in said.aims if aim.measure not in ALWAYS]
        aims += [_retimed(known.get(m) or Aim(m, {}), wanted, stands) for m in ALWAYS]
        save_policy(policy=policy, desk=desk, said=replace(said, aims=aims), note="", since=None, actor=actor, now=now)


def _as_said(policy: Policy) -> Said:
    """What a policy says, to be said again with a change."""
    times: dict[str, dict[str, Time]] = {}
    pauses: dict[str, set[str]] = {}
    for target in policy.targets.all():
        times.setdefault(target.measure, {})[target.severity] = Time(target.minutes, target.calendar_id)
        pauses.setdefault(target.measure, set()).update(target.pauses)
    return Said(
        name_fr=policy.name_fr,
        name_en=policy.name_en,
        active=policy.active,
        client=policy.client,
        service=policy.service,
        category=policy.category,
        kind=policy.kind,
        shows_resolution=policy.shows_resolution,
        aims=[Aim(measure, own, sorted(pauses[measure])) for measure, own in times.items()],
    )


def _retimed(aim: Aim, wanted: Mapping[str, Figures], stands: Mapping[str, Figures]) -> Aim:
    """With other minutes; another calendar only where day and night became opening hours, or the reverse."""
    times = {}
    for severity, figures in wanted.items():
        minutes = figures.first_answer if aim.measure == Measure.FIRST_RESPONSE else figures.next_news
        time, stood = aim.times.get(severity), stands.get(severity)
        if time and stood and figures.around_the_clock == stood.around_the_clock:
            times[severity] = replace(time, minutes=minutes)
        else:
            times[severity] = Time(minutes, opening=not figures.around_the_clock)
    return replace(aim, times=times)


def move_policy(*, policy: Policy, up: bool, actor: Person, now: datetime) -> None:
    """One place up or down: the first policy that fits counts. The usual one stays last."""
    desk = policy.organisation
    need_manager(actor, desk)
    if policy.usual:
        raise Conflict(_("The usual policy is always the last."), code="usual")
    with transaction.atomic():
        _lock(desk)
        rows = [row for row in Policy.objects.filter(organisation=desk) if not row.usual]
        at = next((i for i, row in enumerate(rows) if row.pk == policy.pk), None)
        if at is None:
            return
        to = at - 1 if up else at + 1
        if not 0 <= to < len(rows):
            return
        rows[at], rows[to] = rows[to], rows[at]
        for position, row in enumerate(rows, start=1):
            row.position = position
        Policy.objects.bulk_update(rows, ["position"])
        _keep(policy, note="", actor=actor, now=now, position=to + 1)
        noted("policy moved", subject=policy, actor=actor, now=now)
    desk.__dict__.pop("_offers", None)


def remove_policy(*, policy: Policy, actor: Person, now: datetime) -> None:
    """What it promised stays promised. The usual one can't be removed."""
    desk = policy.organisation
    need_manager(actor, desk)
    if policy.usual:
        raise Conflict(_("The usual policy stays: it counts where no other fits."), code="usual")
    with transaction.atomic():
        _lock(desk)
        _keep(policy, note="", actor=actor, now=now, removed=True)
        noted("policy removed", subject=policy, actor=actor, now=now)
        policy.delete()
    desk.__dict__.pop("_offers", None)


def last_number(policy: Policy) -> int:
    """Of its changes; 0 where nobody changed it since it was set up."""
    return PolicyChange.objects.filter(policy=policy).order_by("-number").values_list("number", flat=True).first() or 0


def last_numbers(desk: Organisation) -> dict[int, int]:
    """The same of all policies of a desk that somebody changed."""
    rows = PolicyChange.objects.filter(policy__organisation=desk).order_by().values_list("policy")
    return dict(rows.annotate(Max("number")).values_list("policy", "number__max"))


def said_by(policy: Policy) -> dict[str, Any]:
    """What a policy says, in plain values; pauses and times by measure."""
    targets: dict[str, dict[str, Any]] = {}
    for target in policy.targets.select_related("calendar").order_by("measure", "severity"):
        own = targets.setdefault(target.measure, {"pauses": target.pauses, "times": {}})
        calendar = target.calendar
        # By its number, as it may be called otherwise one day; by its name, for whoever reads this then.
        own["times"][target.severity] = [target.minutes, calendar.name, calendar.pk] if calendar else [target.minutes]
    return {
        "name_fr": policy.name_fr,
        "name_en": policy.name_en,
        "active": policy.active,
        "client": policy.client.name if policy.client else "",
        "service": policy.service.name_fr if policy.service else "",
        "category": policy.category.name_fr if policy.category else "",
        "kind": policy.kind,
        "shows_resolution": policy.shows_resolution,
        "targets": targets,
    }


def _keep(policy: Policy, *, note: str, actor: Person, now: datetime, **more: Any) -> None:
    PolicyChange.objects.create(
        organisation_id=policy.organisation_id,
        policy=policy,
        number=last_number(policy) + 1,
        said={**said_by(policy), **more},
        by=actor,
        at=now,
        note=line_of(note, field="note", limit=200),
    )


def _need_conditions(policy: Policy | None, said: Said, desk: Organisation) -> None:
    usual = policy is not None and policy.usual
    if usual and not said.unconditional:
        raise Refused(_("The usual policy has no condition: it counts where no other fits."), code="usual")
    if usual and not said.active:
        raise Refused(_("The usual policy is always in force."), code="usual", field="active")
    if not usual and said.unconditional:
        raise Refused(
            _("Say for whom or for what: without any condition it would be the usual policy."),
            code="no_condition",
            field="client",
        )
    if said.client is not None:
        need_served(said.client, desk)
    if said.service is not None:
        need_own(said.service, desk)
    if said.category is not None and said.category.organisation_id not in {None, desk.pk}:
        need_own(said.category, desk)
    if said.kind and said.kind not in Kind.values:
        raise Refused(_("Choose one of the answers offered."), code="unknown_choice", field="kind")
    _need_aims(said.aims, usual=usual)


def _need_aims(aims: Sequence[Aim], *, usual: bool) -> None:
    if len({aim.measure for aim in aims}) != len(aims):
        raise Refused(_("Each measure is said once."), code="twice", field="measures")
    if not any(aim.times for aim in aims):
        raise Refused(_("Promise something: at least one time for one severity."), code="empty")
    for aim in aims:
        if (
            aim.measure not in Measure.values
            or not set(aim.pauses) <= set(PAUSES)
            or not set(aim.times) <= set(SEVERITIES)
        ):
            raise Refused(_("Choose one of the answers offered."), code="unknown_choice", field="measures")
        for severity, time in aim.times.items():
            if not 1 <= time.minutes <= MINUTES_MAX:
                raise Refused(
                    _("Between one minute and 365 days."), code="out_of_range", field=f"{aim.measure}-{severity}"
                )
    if usual:
        known = {aim.measure: aim.times for aim in aims}
        for measure in ALWAYS:
            for severity in SEVERITIES:
                if severity not in known.get(measure, {}):
                    raise Refused(
                        _("The usual policy promises a first answer and news for every severity."),
                        code="required",
                        field=f"{measure}-{severity}",
                    )


def _aim(policy: Policy, aims: Sequence[Aim], *, desk: Organisation, now: datetime) -> None:
    """The policy's targets as they are said; those that stay keep their number, others go."""
    own = _calendars(aims, desk=desk)
    there = {(target.measure, target.severity): target for target in policy.targets.all()}
    for aim in aims:
        for severity, time in aim.times.items():
            target = there.pop((aim.measure, severity), None) or Target(
                policy=policy, measure=aim.measure, severity=severity
            )
            target.minutes = time.minutes
            target.calendar = usual_calendar(desk, now=now) if time.opening else own.get(time.calendar or 0)
            target.pauses = [reason for reason in PAUSES if reason in aim.pauses]
            target.save()
    for target in there.values():
        target.delete()


def _calendars(aims: Sequence[Aim], *, desk: Organisation) -> dict[int, Calendar]:
    """Those of the desk; Refused where a time names another."""
    own = {calendar.pk: calendar for calendar in Calendar.objects.filter(organisation=desk)}
    for aim in aims:
        for severity, time in aim.times.items():
            if time.calendar is not None and time.calendar not in own:
                field_name = f"{aim.measure}-{severity}-calendar"
                raise Refused(_("Choose one of the answers offered."), code="unknown_choice", field=field_name)
    return own


def need_sayable(*, policy: Policy | None, desk: Organisation, said: Said) -> None:
    """Refused where a policy of the desk could not say this; for what is tried before it is saved."""
    if policy is not None:
        need_own(policy, desk)
    _need_conditions(policy, said, desk)
    _calendars(said.aims, desk=desk)


def _end(desk: Organisation) -> int:
    """The position of a new policy: before the usual one."""
    taken = [row.position for row in Policy.objects.filter(organisation=desk) if not row.usual]
    if len(taken) >= POLICIES_MAX:
        raise Refused(_("That is too many policies: remove one that is no longer needed."), code="too_many")
    return min(max(taken, default=0) + 1, LAST - 1)


def categories_of(desk: Organisation) -> Any:
    """Those that a policy of the desk may name."""
    return Category.objects.filter(Q(organisation=desk) | Q(organisation__isnull=True))


def _lock(desk: Organisation) -> None:
    Organisation.objects.select_for_update().get(pk=desk.pk)
