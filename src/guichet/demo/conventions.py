"""What the demo's desks promise: their usual policy, one of a client's own, one of a service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from guichet.demo.plan import Pair, WorldPlan
from guichet.demo.typography import french
from guichet.people.models import Organisation
from guichet.sla.models import Measure, Policy, Target
from guichet.sla.usual import Figures, set_usual

DAY = 9 * 60
# Minutes by severity, S1 to S5; None: nothing is promised.
Grades = tuple[int | None, ...]
_RESTORED: Grades = (4 * 60, 8 * 60, 4 * DAY, None, None)
_SOLVED: Grades = (8 * 60, 24 * 60, 8 * DAY, 20 * DAY, None)
_PROVIDER: Grades = (2 * 60, 8 * 60, 2 * DAY, 5 * DAY, 5 * DAY)
# Which holds stop which clock: a first answer is owed whatever one waits for.
_PAUSES: Mapping[str, tuple[str, ...]] = {
    Measure.NEXT_UPDATE: ("requester", "appointment", "parts", "provider", "change"),
    Measure.RESTORATION: ("requester", "appointment"),
    Measure.RESOLUTION: ("requester", "appointment", "parts", "change"),
}


@dataclass(frozen=True)
class Convention:
    """A policy for a client or a service; `night`: the severities that count day and night."""

    name: Pair
    grades: Mapping[str, Grades]
    client: str = ""
    service: str = ""
    night: tuple[str, ...] = ("S1", "S2")
    shown: bool = False


OWN: Mapping[str, tuple[Convention, ...]] = {
    "college": (
        Convention(
            name=("Salles de classe : un cours n’attend pas", "Classrooms: a lesson doesn’t wait"),
            service="classroom",
            grades={
                Measure.FIRST_RESPONSE: (5, 10, 20, 120, 540),
                Measure.NEXT_UPDATE: (30, 60, 180, DAY, 2 * DAY),
                Measure.RESTORATION: (30, 45, 90, DAY, None),
                Measure.RESOLUTION: (DAY, 2 * DAY, 3 * DAY, 10 * DAY, None),
            },
            night=(),
        ),
    ),
    "company": (
        Convention(
            name=("Ardenne Primeurs : l’entrepôt jour et nuit", "Ardenne Primeurs: the warehouse day and night"),
            client="Ardenne Primeurs",
            grades={
                Measure.FIRST_RESPONSE: (10, 20, 120, 480, 1080),
                Measure.NEXT_UPDATE: (45, 120, 480, 1440, 3240),
                Measure.RESTORATION: (2 * 60, 4 * 60, 24 * 60, None, None),
                Measure.RESOLUTION: (4 * 60, 12 * 60, 48 * 60, 10 * DAY, None),
            },
            night=("S1", "S2", "S3"),
            shown=True,
        ),
        Convention(
            name=("Serveurs et sauvegardes", "Servers and backups"),
            service="server",
            grades={
                Measure.RESTORATION: (2 * 60, 4 * 60, DAY, 3 * DAY, None),
                Measure.RESOLUTION: (4 * 60, 24 * 60, 3 * DAY, 10 * DAY, None),
            },
        ),
    ),
}


def convene(plan: WorldPlan, *, desk: Organisation, now: datetime) -> None:
    """The desk's policies, before its first ticket."""
    usual = set_usual(
        desk,
        figures=[Figures(p.severity, p.first_answer, p.next_news, p.around_the_clock) for p in plan.policies],
        now=now,
    )
    night = tuple(p.severity for p in plan.policies if p.around_the_clock)
    taken_on = tuple(p.first_answer for p in plan.policies)
    more: dict[str, Grades] = {
        Measure.RESTORATION: _RESTORED, Measure.RESOLUTION: _SOLVED, Measure.LEVEL: taken_on,
        Measure.PROVIDER: _PROVIDER,
    }  # fmt: skip
    _aim(usual, more, night=night)
    usual.targets.filter(measure=Measure.NEXT_UPDATE).update(pauses=list(_PAUSES[Measure.NEXT_UPDATE]))
    for position, own in enumerate(OWN.get(plan.key, ()), start=1):
        policy = Policy.objects.create(
            organisation=desk,
            name_fr=french(own.name[0]),
            name_en=own.name[1],
            position=position,
            client=desk.clients.get(name=own.client) if own.client else None,
            service=desk.services.get(name_fr=french(plan.services[own.service][0])) if own.service else None,
            shows_resolution=own.shown,
        )
        _aim(policy, own.grades, night=own.night)
    desk.__dict__.pop("_offers", None)


def _aim(policy: Policy, grades: Mapping[str, Iterable[int | None]], *, night: tuple[str, ...]) -> None:
    opening = policy.organisation.calendars.get(usual=True)
    Target.objects.bulk_create(
        Target(
            policy=policy,
            measure=measure,
            severity=f"S{number}",
            minutes=minutes,
            calendar=None if f"S{number}" in night else opening,
            pauses=list(_PAUSES.get(measure, ())),
        )
        for measure, own in grades.items()
        for number, minutes in enumerate(own, start=1)
        if minutes is not None
    )
