"""A desk's usual policy: the one without conditions, which fits whatever no other fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from guichet.calendars.changing import usual_calendar
from guichet.people.models import Organisation
from guichet.sla.models import Measure, Policy, Target
from guichet.sla.offers import FALLBACK

NAMES = ("Convention habituelle", "Usual policy")


@dataclass(frozen=True)
class Figures:
    """Minutes to a first answer and between news for a severity; day and night, or while the desk is open."""

    severity: str
    first_answer: int
    next_news: int
    around_the_clock: bool


STANDARD = [Figures(severity, *figures) for severity, figures in FALLBACK.items()]


def usual_policy(desk: Organisation, *, now: datetime) -> Policy:
    """The one there is; else one that promises what a desk promises that has set nothing."""
    found = find_usual(desk)
    return found or set_usual(desk, figures=STANDARD, now=now)


def set_usual(desk: Organisation, *, figures: Iterable[Figures], now: datetime) -> Policy:
    """Say when a first answer and news are due as usual. What else the policy promises stays."""
    with transaction.atomic():
        calendar = usual_calendar(desk, now=now)
        policy = find_usual(desk) or _make(desk)
        for each in figures:
            for measure, minutes in (
                (Measure.FIRST_RESPONSE, each.first_answer),
                (Measure.NEXT_UPDATE, each.next_news),
            ):
                Target.objects.update_or_create(
                    policy=policy,
                    measure=measure,
                    severity=each.severity,
                    defaults={"minutes": minutes, "calendar": None if each.around_the_clock else calendar},
                )
    desk.__dict__.pop("_offers", None)
    return policy


def usual_figures(policy: Policy) -> dict[str, Figures]:
    """By severity, what the usual policy says of a first answer and of news."""
    rows = {(target.measure, target.severity): target for target in policy.targets.all()}
    return {
        severity: Figures(severity, answer.minutes, rows[Measure.NEXT_UPDATE, severity].minutes, not answer.calendar_id)
        for (measure, severity), answer in rows.items()
        if measure == Measure.FIRST_RESPONSE and (Measure.NEXT_UPDATE, severity) in rows
    }


def find_usual(desk: Organisation) -> Policy | None:
    """None where a desk has set none."""
    return Policy.objects.filter(organisation=desk, client=None, service=None, category=None, kind="").first()


def _make(desk: Organisation) -> Policy:
    return Policy.objects.create(organisation=desk, name_fr=NAMES[0], name_en=NAMES[1], position=1000)
