"""Setting up a venue: what it is called, when it is open, its counters, and how people are ordered there.

Those who manage the desk may; a change is told to the venue's open screens. Who is on duty stands in
`setting_up_duties.py`, the pictured reasons in `setting_up_reasons.py`, what is still missing in `missing.py`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from guichet.calendars import hours
from guichet.calendars.reading import usual_week
from guichet.lib.errors import Conflict, Refused
from guichet.lib.live import Event, publish
from guichet.people.managing import line_of, name_of, need_free, need_manager, need_served, noted, users_of
from guichet.people.models import Organisation, Person, Site
from guichet.walkup.models import Counter, Standing, Venue

COUNTERS_MAX = 60
CLOSED_MAX = 400
# A venue's numbers of minutes: from, to.
MINUTES = {
    "early_minutes": (0, 120), "late_minutes": (0, 120), "answer_minutes": (1, 30), "slot_minutes": (5, 240),
}  # fmt: skip
HEAD_START_MAX = 7 * 24 * 60


def create_venue(
    *,
    desk: Organisation,
    organisation: Organisation,
    name_fr: str,
    name_en: str,
    site: Site | None,
    walk_ins: bool,
    appointments: bool,
    anonymous: bool,
    counters: int,
    actor: Person,
    now: datetime,
) -> Venue:
    """A venue that can work as it is: open when the organisation is, with counters 1, 2, …"""
    need_manager(actor, desk)
    need_served(organisation, desk)
    if not 1 <= counters <= COUNTERS_MAX:
        raise Refused(_("A venue has from 1 to 60 counters."), code="counters", field="counters")
    with transaction.atomic():
        venue = Venue(organisation=organisation, board_key=secrets.token_urlsafe(24))
        _describe(venue, name_fr=name_fr, name_en=name_en, site=site)
        _receive(venue, walk_ins=walk_ins, appointments=appointments, anonymous=anonymous)
        week = usual_week(organisation) or usual_week(desk) or hours.OFFICE_HOURS
        venue.opening = [[list(span) for span in day] for day in week]
        venue.slug = _free_slug(venue.name_fr)
        venue.save()
        Counter.objects.bulk_create(Counter(venue=venue, name=str(n), position=n) for n in range(1, counters + 1))
        changed("venue created", venue, actor=actor, now=now)
    return venue


def change_venue(
    *,
    venue: Venue,
    name_fr: str,
    name_en: str,
    site: Site | None,
    walk_ins: bool,
    appointments: bool,
    anonymous: bool,
    actor: Person,
    now: datetime,
) -> Venue:
    """Its name, its place, whom it receives. Its address stays: posters and screens carry it."""
    need_manager(actor, venue.organisation.desk)
    _describe(venue, name_fr=name_fr, name_en=name_en, site=site)
    _receive(venue, walk_ins=walk_ins, appointments=appointments, anonymous=anonymous)
    with transaction.atomic():
        venue.save(update_fields=["name_fr", "name_en", "site", "walk_ins", "appointments", "anonymous"])
        changed("venue changed", venue, actor=actor, now=now)
    return venue


def set_opening(
    *, venue: Venue, week: Sequence[Sequence[Sequence[int]]], closed_on: Sequence[date], actor: Person, now: datetime
) -> Venue:
    """The week in which it is open, and the dates on which it isn't."""
    need_manager(actor, venue.organisation.desk)
    problems = hours.week_errors(week)
    if problems == ["empty"]:
        raise Refused(_("Give at least one opening time; to close the venue, switch it off."), code="never_open")
    if problems:
        raise Refused(_("These opening hours can’t be used."), code="bad_week")
    if len(closed_on) > CLOSED_MAX:
        raise Refused(_("These are too many days: 400 at most."), code="too_many", field="closed_on")
    venue.opening = [[list(span) for span in day] for day in week]
    venue.closed_on = sorted({day.isoformat() for day in closed_on})
    with transaction.atomic():
        venue.save(update_fields=["opening", "closed_on"])
        changed("venue opening", venue, actor=actor, now=now)
    return venue


def set_rules(
    *, venue: Venue, head_starts: Mapping[str, int], minutes: Mapping[str, int], actor: Person, now: datetime
) -> Venue:
    """Who goes before whom (`head_starts`: standing → minutes), and the venue's other lengths of time (MINUTES)."""
    need_manager(actor, venue.organisation.desk)
    if set(head_starts) != set(Standing.values) or set(minutes) != set(MINUTES):
        raise ValueError(f"not the rules of a venue: {sorted(head_starts)} {sorted(minutes)}")
    for standing, value in head_starts.items():
        _need_between(value, 0, HEAD_START_MAX, field=f"head_{standing}")
    for name, value in minutes.items():
        _need_between(value, *MINUTES[name], field=name)
        setattr(venue, name, value)
    venue.head_starts = dict(head_starts)
    with transaction.atomic():
        venue.save(update_fields=["head_starts", *minutes])
        changed("venue rules", venue, actor=actor, now=now)
    return venue


def switch_venue(*, venue: Venue, active: bool, actor: Person, now: datetime) -> Venue:
    """Off, nobody can check in or book any more. Who is waiting can still be served."""
    need_manager(actor, venue.organisation.desk)
    venue.active = active
    with transaction.atomic():
        venue.save(update_fields=["active"])
        changed("venue switched", venue, actor=actor, now=now)
    return venue


def save_counter(
    *, venue: Venue, counter: Counter | None, name: str, active: bool, actor: Person, now: datetime
) -> Counter:
    """A counter, by the name that is shown on the board and said aloud; `counter` None makes one."""
    need_manager(actor, venue.organisation.desk)
    name = name_of(name, field="name", limit=20)
    with transaction.atomic():
        locked(venue)
        others = Counter.objects.filter(venue=venue)
        if counter is not None:
            others = others.exclude(pk=counter.pk)
        need_free(others.filter(name__iexact=name), field="name", message=_("There is a counter of that name already."))
        if counter is None:
            if others.count() >= COUNTERS_MAX:
                raise Refused(_("A venue has from 1 to 60 counters."), code="counters")
            last = others.order_by("-position").first()
            counter = Counter(venue=venue, position=last.position + 1 if last else 1)
        elif not active:
            _need_empty(counter)
        counter.name, counter.active = name, active
        counter.save()
        changed("counter saved", venue, actor=actor, now=now)
    return counter


def remove_counter(*, counter: Counter, actor: Person, now: datetime) -> None:
    """Only a counter at which nobody ever sat can go; another is switched off."""
    venue = counter.venue
    need_manager(actor, venue.organisation.desk)
    with transaction.atomic():
        locked(venue)
        _need_empty(counter)
        if users_of(counter):
            raise Conflict(
                _("People were received there, so its name has to stay. Take it out of use instead."), code="in_use"
            )
        counter.delete()
        changed("counter removed", venue, actor=actor, now=now)


def locked(venue: Venue) -> Venue:
    """The venue's row, for as long as this transaction lasts: its parts are changed one after another."""
    return Venue.objects.select_for_update().get(pk=venue.pk)


def changed(verb: str, venue: Venue, *, actor: Person, now: datetime) -> None:
    """Note a change, and tell it to the venue's open screens."""
    noted(verb, subject=venue, actor=actor, now=now)
    publish(Event(kind="venue", topic=f"venue:{venue.pk}", ref=venue.slug))


def _describe(venue: Venue, *, name_fr: str, name_en: str, site: Site | None) -> None:
    if site is not None and site.organisation_id != venue.organisation_id:
        raise Refused(_("This place belongs to another organisation."), code="foreign", field="site")
    venue.name_fr = name_of(name_fr, field="name_fr")
    venue.name_en = line_of(name_en, field="name_en")
    venue.site = site


def _receive(venue: Venue, *, walk_ins: bool, appointments: bool, anonymous: bool) -> None:
    if not walk_ins and not appointments:
        raise Refused(
            _("Somebody has to be able to come: without an appointment, with one, or both."),
            code="nobody",
            field="walk_ins",
        )
    venue.walk_ins, venue.appointments, venue.anonymous = walk_ins, appointments, anonymous


def _need_between(value: int, least: int, most: int, *, field: str) -> None:
    if not least <= value <= most:
        told: dict[str, Any] = {"least": least, "most": most}
        raise Refused(_("From %(least)d to %(most)d minutes.") % told, code="out_of_range", field=field)


def _need_empty(counter: Counter) -> None:
    if counter.sittings.filter(closed_at=None).exists():
        raise Conflict(_("An agent is sitting there now. They have to leave it first."), code="occupied")


def _free_slug(name: str) -> str:
    base = slugify(name)[:50] or "venue"
    slug, number = base, 2
    while Venue.objects.filter(slug=slug).exists():
        slug, number = f"{base}-{number}", number + 1
    return slug
