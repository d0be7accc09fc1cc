"""What a desk would promise if a policy or a calendar said otherwise: drafts as plain values, and what follows of them.

Nothing is saved: a draft is compared with what is in force (`tickets/what_if.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from guichet.calendars import changing
from guichet.calendars.changing import Special, hours_of_said
from guichet.calendars.hours import Hours
from guichet.calendars.models import Calendar
from guichet.calendars.reading import hours_of, latest_of
from guichet.lib.errors import Refused
from guichet.people.models import Organisation
from guichet.sla.models import PAUSES, Policy
from guichet.sla.offers import Conditions, Offer, Offers, Terms, fallback, offers_of, terms_of
from guichet.sla.settings_actions import Said, need_sayable

# The version of a calendar that isn't saved, and the calendar of a time that is counted in the opening hours.
DRAFTED = -1
OPENING = "opening"


@dataclass(frozen=True)
class Basis:
    """What a desk promises, or would promise, and the hours by which it counts."""

    offers: Offers
    drafted: Hours | None = None

    def hours(self, version: int | None) -> Hours | None:
        """None: day and night."""
        if version is None:
            return None
        return self.drafted if version == DRAFTED else hours_of(version)


def policy_draft(*, policy: Policy | None, desk: Organisation, said: Said) -> dict[str, Any]:
    """What a policy is to say, in plain values; Refused where it can't. None: one that isn't there yet."""
    need_sayable(policy=policy, desk=desk, said=said)
    return {
        "policy": policy.pk if policy else None,
        "active": said.active,
        "client": said.client.pk if said.client else None,
        "service": said.service.pk if said.service else None,
        "category": said.category.pk if said.category else None,
        "kind": said.kind,
        "aims": {
            aim.measure: {
                "pauses": [reason for reason in PAUSES if reason in aim.pauses],
                "times": {s: [t.minutes, OPENING if t.opening else t.calendar] for s, t in aim.times.items()},
            }
            for aim in said.aims
            if aim.times
        },
    }


def calendar_draft(*, calendar: Calendar, said: changing.Said) -> dict[str, Any]:
    """What a calendar is to say, in plain values; Refused where it can't."""
    hours_of_said(said)
    return {
        "calendar": calendar.pk,
        "time_zone": said.time_zone,
        "week": [[[int(a), int(b)] for a, b in day] for day in said.week],
        "holidays": said.holidays,
        "exceptions": [
            {"day": each.day.isoformat(), "spans": [[int(a), int(b)] for a, b in each.spans], "name": each.name}
            for each in said.exceptions
        ],
    }


def present(desk: Organisation) -> Basis:
    """What is in force."""
    return Basis(offers_of(desk))


def under(desk: Organisation, draft: Mapping[str, Any]) -> Basis:
    """What would be in force with the draft: all else stays as it stands now."""
    return _with_calendar(desk, draft) if "calendar" in draft else _with_policy(desk, draft)


def _with_policy(desk: Organisation, draft: Mapping[str, Any]) -> Basis:
    versions, opening = _versions(desk)
    there, number = terms_of(desk), draft["policy"]
    drawn = _terms(draft, {**versions, OPENING: opening, None: None}) if draft["active"] else None
    known = list(Policy.objects.filter(organisation=desk).order_by("position", "pk").values_list("pk", flat=True))
    # One that isn't there yet comes after all others; the usual one is the last in any case.
    found = [drawn if pk == number else there.get(pk) for pk in known] + ([] if number in known else [drawn])
    return Basis(Offers([terms for terms in found if terms is not None], fallback(opening)))


def _terms(draft: Mapping[str, Any], versions: Mapping[Any, int | None]) -> Terms:
    terms = Terms(Conditions(**{name: draft[name] for name in ("client", "service", "category", "kind")}))
    for measure, aim in draft["aims"].items():
        for severity, (minutes, calendar) in aim["times"].items():
            terms.offers.setdefault(severity, {})[measure] = Offer(
                measure=measure,
                severity=severity,
                minutes=minutes,
                version=versions.get(calendar, versions[OPENING]),
                pauses=tuple(aim["pauses"]),
            )
    return terms


def _with_calendar(desk: Organisation, draft: Mapping[str, Any]) -> Basis:
    versions, opening = _versions(desk)
    old = versions.get(draft["calendar"])
    if old is None:
        raise Refused(_("This calendar isn’t there any more."), code="gone")
    terms = [
        Terms(
            own.conditions,
            {severity: {m: _moved(o, old) for m, o in offers.items()} for severity, offers in own.offers.items()},
        )
        for own in terms_of(desk).values()
    ]
    return Basis(Offers(terms, fallback(DRAFTED if opening == old else opening)), drafted=hours_of_said(_said(draft)))


def _moved(offer: Offer, old: int) -> Offer:
    return replace(offer, version=DRAFTED) if offer.version == old else offer


def _said(draft: Mapping[str, Any]) -> changing.Said:
    return changing.Said(
        time_zone=draft["time_zone"],
        week=draft["week"],
        holidays=draft["holidays"],
        exceptions=[
            Special(day=date.fromisoformat(each["day"]), spans=each["spans"], name=each["name"])
            for each in draft["exceptions"]
        ],
    )


def _versions(desk: Organisation) -> tuple[dict[int, int], int]:
    """By calendar, its present version; and that of the opening hours."""
    offers_of(desk)  # Makes the opening hours of a desk that never set any.
    found = latest_of(desk)
    return {v.calendar_id: v.pk for v in found}, next(v.pk for v in found if v.calendar.usual)
