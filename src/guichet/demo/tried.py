"""What a manager of each desk tried a few days ago: shorter times in the usual policy, on the tickets so far."""

from __future__ import annotations

from datetime import datetime, timedelta

from guichet.people.models import Organisation, Person, RoleKind
from guichet.sla.drafts import policy_draft
from guichet.sla.models import Measure, Policy
from guichet.sla.settings_actions import Aim, Said, Time
from guichet.tickets.models import Trial
from guichet.tickets.trials import start

_AGO = timedelta(days=2, hours=3)
# Which times are halved: those that one would like to promise.
_SHORTER = (Measure.FIRST_RESPONSE, Measure.RESOLUTION)


def try_shorter_times(desk: Organisation, *, now: datetime) -> Trial:
    """First answers and solutions in half the time, of the severities that are counted in opening hours."""
    manager = Person.objects.filter(roles__organisation=desk, roles__kind=RoleKind.MANAGER).order_by("pk")[0]
    policy = next(row for row in Policy.objects.filter(organisation=desk) if row.usual)
    said = Said(
        name_fr=policy.name_fr,
        name_en=policy.name_en,
        shows_resolution=policy.shows_resolution,
        aims=[_aim(policy, measure) for measure in Measure],
    )
    draft = policy_draft(policy=policy, desk=desk, said=said)
    return start(desk=desk, draft=draft, name=policy.name_fr, actor=manager, now=now - _AGO)


def _aim(policy: Policy, measure: Measure) -> Aim:
    targets = list(policy.targets.filter(measure=measure))
    times = {
        target.severity: Time(
            minutes=target.minutes // 2 if measure in _SHORTER and target.calendar_id else target.minutes,
            calendar=target.calendar_id,
        )
        for target in targets
    }
    return Aim(measure=measure.value, times=times, pauses=targets[0].pauses if targets else ())
