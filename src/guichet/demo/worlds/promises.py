"""The college's promises are reviewed: a shorter time applied to open tickets, a closing day not yet applied."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from guichet.calendars.changing import Special, change_calendar, said_by
from guichet.calendars.reading import current
from guichet.demo.conventions import DAY
from guichet.demo.stage import Stage, Story
from guichet.demo.typography import french
from guichet.people.models import Organisation
from guichet.sla.models import Measure, Policy
from guichet.sla.settings_actions import Aim, Said, Time, last_number, save_policy
from guichet.tickets import applications

_SHORTER = 6 * DAY


def review(s: Stage) -> Story:
    """What the service committee decided of ordinary faults holds for those that are open too."""
    yield s.at(2, "16:10")
    desk, manager = _desk(s), s.person("helene")
    policy = next(row for row in Policy.objects.filter(organisation=desk) if row.usual)
    save_policy(
        policy=policy,
        desk=desk,
        said=_said(policy, Measure.RESOLUTION, "S3", minutes=_SHORTER),
        note=french("Comité de service"),
        since=last_number(policy),
        actor=manager,
        now=s.clock,
    )
    _forget(s)
    made = applications.ask(desk=_desk(s), actor=manager, now=s.clock, later=lambda _pk: None)
    yield s.clock + timedelta(minutes=6)
    if made.touched:
        reason = french(
            "Comité de service : les pannes courantes se règlent en six jours ouvrés, celles en cours aussi."
        )
        applications.begin(made, reason=reason, actor=manager, now=s.clock, later=lambda _pk: None)
        applications.carry_out(made.pk, clock=lambda: s.clock)


def closing(s: Stage) -> Story:
    """A day on which the desk is closed, said today: whoever manages it may still apply it."""
    yield s.at(0, "8:20")
    usual = _desk(s).calendars.select_related("organisation").get(usual=True)
    day = s.hence(days=6).date()
    said = said_by(current(usual.pk))
    if all(special.day != day for special in said.exceptions):
        own = Special(day, (), french("Fermeture : travaux électriques"))
        said = replace(said, exceptions=[*said.exceptions, own])
        note = french("Coupure de courant au pavillon")
        change_calendar(calendar=usual, said=said, note=note, actor=s.person("helene"), now=s.clock)
        _forget(s)


def _desk(s: Stage) -> Organisation:
    """Anew: nothing is remembered of what it said before."""
    return Organisation.objects.get(pk=s.ground.desk.pk)


def _forget(s: Stage) -> None:
    """Everybody's requests go by what holds from now on."""
    for organisation in (s.ground.desk, *(person.organisation for person in s.ground.people.values())):
        for place in (organisation, organisation.desk):
            place.__dict__.pop("_offers", None)
            place.__dict__.pop("_usual_version", None)


def _said(policy: Policy, measure: str, severity: str, *, minutes: int) -> Said:
    """All that the policy says, with another time for this."""
    times: dict[str, dict[str, Time]] = {}
    pauses: dict[str, list[str]] = {}
    for target in policy.targets.all():
        times.setdefault(target.measure, {})[target.severity] = Time(target.minutes, calendar=target.calendar_id)
        pauses[target.measure] = target.pauses
    times[measure][severity] = replace(times[measure][severity], minutes=minutes)
    return Said(
        name_fr=policy.name_fr,
        name_en=policy.name_en,
        shows_resolution=policy.shows_resolution,
        aims=[Aim(each, own, pauses[each]) for each, own in times.items()],
    )


COLLEGE = (review, closing)
