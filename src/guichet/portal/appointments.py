"""Appointments as their owner sees them, and the steps by which one is made: place, reason, time, a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language

from guichet.lib import moments, references
from guichet.lib.parsing import parse_moment, whole_number
from guichet.lib.text import one_line
from guichet.people.models import Person
from guichet.tickets.models import Ticket
from guichet.ui.agenda import Agenda, agenda, day_of_text
from guichet.walkup import booking
from guichet.walkup.booked import venues_for
from guichet.walkup.days import zone_of
from guichet.walkup.models import Appointment, Booking, Reason, Venue
from guichet.walkup.reasons import Tree, tree_of
from guichet.walkup.vacancies import free_times, slot_at

_NOTE = 500


class Shown:
    """One appointment. Its times are those of the clock at the venue, wherever one reads this."""

    def __init__(self, appointment: Appointment) -> None:
        self.appointment = appointment
        self.venue = appointment.venue

    @property
    def url(self) -> str:
        return reverse("portal:appointment", args=[self.appointment.pk])

    @property
    def when(self) -> str:
        return spoken(self.appointment.starts_at, venue=self.venue)

    @cached_property
    def reason(self) -> str:
        return tree_of(self.venue).path(self.appointment.reason)

    @property
    def open(self) -> bool:
        return self.appointment.state == Booking.BOOKED

    @property
    def length(self) -> str:
        return moments.length(minutes=self.appointment.minutes)

    @property
    def late_after(self) -> str:
        return moments.length(minutes=self.venue.late_minutes)


def spoken(at: datetime, *, venue: Venue) -> str:
    """« lundi 23 novembre 2026 à 10 h », by the venue's clock."""
    return moments.absolute(at=at, zone=zone_of(venue), language=get_language() or "fr")


def to_come(person: Person) -> list[Shown]:
    """What the person is awaited for, the next one first."""
    return [Shown(found) for found in Appointment.objects.own_of(person).to_come().with_names().order_by("starts_at")]


def past(person: Person, *, count: int) -> list[Shown]:
    """The last ones that ended, in whatever way."""
    ended = Appointment.objects.own_of(person).exclude(state=Booking.BOOKED).with_names()
    return [Shown(found) for found in ended.order_by("-starts_at", "-pk")[:count]]


@dataclass(frozen=True)
class Steps:
    """What was chosen so far. It travels in the address, so that going back is the browser's own; but for the person's
    own words, since addresses are written to logs."""

    person: Person
    venues: Sequence[Venue]
    venue: Venue | None = None
    # The last touch in the tree of reasons, which may ask for another one.
    touched: Reason | None = None
    day: date | None = None
    at: datetime | None = None
    ticket: Ticket | None = None
    note: str = ""

    @cached_property
    def tree(self) -> Tree | None:
        return tree_of(self.venue) if self.venue else None

    @property
    def reason(self) -> Reason | None:
        """What one comes for, once nothing more is asked."""
        if self.venue is None or self.touched is None or self.tree is None:
            return None
        return self.touched if booking.bookable(self.touched, venue=self.venue, tree=self.tree) else None

    @property
    def path(self) -> str:
        return self.tree.path(self.reason) if self.tree and self.reason else ""

    @property
    def when(self) -> str:
        return spoken(self.at, venue=self.venue) if self.at and self.venue else ""

    def is_free(self, *, now: datetime) -> bool:
        """Whether the chosen time can still be had."""
        if self.venue is None or self.reason is None or self.at is None:
            return False
        return slot_at(self.venue, self.reason, starts_at=self.at, now=now) is not None

    def another_time(self) -> Steps:
        """The same without the time, on its day."""
        if self.venue is None or self.at is None:
            return self
        return replace(self, at=None, day=self.at.astimezone(zone_of(self.venue)).date())

    def offered(self) -> list[Reason]:
        """The pictures to touch next: only such as lead to an appointment."""
        if self.venue is None or self.tree is None:
            return []
        parent = self.touched.pk if self.touched else None
        below = [reason for reason in self.tree.by_id.values() if reason.parent_id == parent and reason.active]
        return [reason for reason in below if self._leads(reason)]

    def _leads(self, reason: Reason) -> bool:
        if self.venue is None or self.tree is None:
            return False
        if booking.bookable(reason, venue=self.venue, tree=self.tree):
            return True
        children = [r for r in self.tree.by_id.values() if r.parent_id == reason.pk and r.active]
        return any(self._leads(child) for child in children)

    def url(self, **changed: object) -> str:
        """The address of the next step, with `changed` on top of what was chosen."""
        chosen = {
            "venue": self.venue.pk if self.venue and len(self.venues) > 1 else "",
            "reason": self.touched.pk if self.touched else "",
            "day": self.day.isoformat() if self.day else "",
            "at": self.at.isoformat() if self.at else "",
            "ticket": self.ticket.reference if self.ticket else "",
            **changed,
        }
        query = urlencode({name: value for name, value in chosen.items() if value not in {"", None}})
        return f"{reverse('portal:new_appointment')}?{query}" if query else reverse("portal:new_appointment")

    def agenda(self, *, now: datetime) -> Agenda | None:
        """The week to choose from; None where nothing is free before the horizon."""
        if self.venue is None or self.reason is None:
            return None
        free = free_times(self.venue, self.reason, now=now)
        if not free:
            return None
        return agenda(
            free,
            zone=zone_of(self.venue),
            wanted=self.day,
            day_url=lambda day: self.url(day=day.isoformat(), at=""),
            time_url=lambda at: self.url(day="", at=at.isoformat()),
        )


def steps(given: QueryDict, *, person: Person) -> Steps:
    """Read from an address or a form. 404 for what the person may not see; what is only mistyped is asked again."""
    venues = list(venues_for(person).order_by("name_fr", "pk"))
    venue = _chosen(venues, given.get("venue")) if given.get("venue") else (venues[0] if len(venues) == 1 else None)
    found = Steps(person=person, venues=venues, venue=venue, note=one_line(given.get("note", ""))[:_NOTE])
    if reference := given.get("ticket"):
        found = replace(found, ticket=_ticket(reference, person=person))
    if venue is None or found.tree is None:
        return found
    touched = found.tree.by_id.get(whole_number(given.get("reason")) or 0)
    return replace(
        found,
        touched=touched if touched and touched.active else None,
        day=day_of_text(given.get("day", "")),
        at=parse_moment(given.get("at", ""), zone=zone_of(venue)),
    )


def _chosen(venues: Sequence[Venue], text: str | None) -> Venue:
    number = whole_number(text)
    found = next((venue for venue in venues if venue.pk == number), None)
    if found is None:
        raise Http404
    return found


def _ticket(text: str, *, person: Person) -> Ticket:
    reference = references.parse(text)
    found: Ticket | None = (
        Ticket.objects.own_of(person).filter(requester=person, reference=reference).first() if reference else None
    )
    if found is None:
        raise Http404
    return found
