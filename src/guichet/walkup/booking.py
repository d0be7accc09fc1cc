"""Appointments: taken, moved, given back; reminded of, and marked where nobody came.

Rules, on one page. One books for oneself, or the desk does for its people and its clients'; up to `HORIZON` ahead,
`OPEN_EACH` open ones a person, one a ticket. Whoever checks in before the slot waits for it (a venue's `early_minutes`
before, they may be called); later than `late_minutes` after it, they wait like those who simply come. Who hasn't come
`NO_SHOW_AFTER` later still is marked as not having come, and is told how to book anew; should they come after all,
they are received without an appointment's precedence. A reminder goes out `REMIND_BEFORE` the slot, once.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from guichet.lib import events, outbox
from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.lib.live import Event, publish
from guichet.lib.text import one_line
from guichet.people.models import Person
from guichet.tickets.actions.change import change, lock
from guichet.tickets.models import Ticket
from guichet.walkup import misfits, policies, telling
from guichet.walkup.booked import AppointmentQuerySet
from guichet.walkup.locking import lock_venue
from guichet.walkup.models import Appointment, Booking, Reason, Venue
from guichet.walkup.reasons import Tree, tree_of
from guichet.walkup.vacancies import HORIZON, Free, free_slots, slot_at

__all__ = [
    "HORIZON", "NO_SHOW_AFTER", "OPEN_EACH", "REMIND_BEFORE", "Free", "book", "bookable", "cancel", "free_slots",
    "is_written_to", "mark_no_shows", "may_change", "move", "remind",
]  # fmt: skip

KIND = "appointment"
OPEN_EACH = 3
NO_SHOW_AFTER = timedelta(minutes=15)
REMIND_BEFORE = timedelta(hours=24)
_NOTE_LIMIT = 500
_MOMENT = timedelta(seconds=1)
logger = logging.getLogger(__name__)


def bookable(reason: Reason, *, venue: Venue, tree: Tree) -> bool:
    """Whether one takes an appointment for it: a last choice; what is urgent comes at once, where it may."""
    return reason.active and tree.is_leaf(reason) and not (tree.urgent(reason) and venue.walk_ins)


def may_change(person: Person, appointment: Appointment) -> bool:
    """Move it or give it back: whoever has it, and those who receive there."""
    return person.pk == appointment.person_id or policies.may_receive(person, appointment.venue)


def is_written_to(person: Person) -> bool:
    """Whether mail about appointments goes to the person."""
    return settings.SMTP is not None and bool(person.email)


def book(
    *,
    venue: Venue,
    reason: Reason,
    person: Person,
    starts_at: datetime,
    actor: Person,
    now: datetime,
    ticket: Ticket | None = None,
    note: str = "",
) -> Appointment:
    """Take a place in the slot that begins at that moment, and write to the person.

    The caller has looked up venue, reason, person and ticket among what `actor` may see.
    """
    note = _noted(note)
    if not policies.may_book_for(actor, person):
        raise Forbidden(_("You can’t book for this person."), code="not_yours")
    with transaction.atomic():
        venue = lock_venue(venue)
        _lock_person(person)
        _need_welcome(venue, reason, person=person)
        _need_few(person)
        if ticket is not None:
            _need_ticket(ticket, person=person)
        slot = _need_slot(venue, reason, starts_at=starts_at, now=now)
        _need_apart(person, slot)
        appointment = Appointment(
            venue=venue, reason=reason, person=person, ticket=ticket, note=note, starts_at=slot.starts_at,
            minutes=slot.minutes, uid=f"{uuid.uuid4()}", booked_by=actor, booked_at=now,
            reminded_at=_told_already(slot.starts_at, now=now),
        )  # fmt: skip
        _take_place(appointment)
        _tell(appointment, event="appointment.booked", actor=actor, now=now)
    return appointment


def move(appointment: Appointment, *, starts_at: datetime, actor: Person, now: datetime) -> Appointment:
    """To another slot of the same venue: for calendars the same appointment, one version later."""
    with _changing(appointment, actor=actor) as moved:
        if starts_at == moved.starts_at:
            return moved
        slot = _need_slot(moved.venue, moved.reason, starts_at=starts_at, now=now, moving=moved)
        _lock_person(moved.person)
        _need_apart(moved.person, slot, moving=moved)
        was = moved.starts_at
        moved.starts_at, moved.minutes = slot.starts_at, slot.minutes
        moved.sequence += 1
        moved.reminded_at = _told_already(slot.starts_at, now=now)
        _take_place(moved)
        _tell(moved, event="appointment.moved", actor=actor, now=now, was=was)
    return moved


def cancel(appointment: Appointment, *, actor: Person, now: datetime) -> Appointment:
    """Give the place back. What it was for stays open on its ticket."""
    with _changing(appointment, actor=actor) as given_back:
        given_back.state, given_back.ended_at = Booking.CANCELLED, now
        given_back.sequence += 1
        given_back.save(update_fields=["state", "ended_at", "sequence"])
        _tell(given_back, event="appointment.cancelled", actor=actor, now=now)
    return given_back


def mark_no_shows(*, now: datetime) -> int:
    """Mark whoever is awaited no longer; how many.

    Where nobody would have received them, they missed nothing, and aren't told that they did.
    """
    due = Appointment.objects.to_come().filter(starts_at__lt=now - NO_SHOW_AFTER)
    return _each(due, _miss, now=now)


def _miss(appointment: Appointment, *, unfit: bool, now: datetime) -> bool:
    late = timedelta(minutes=appointment.venue.late_minutes)
    if now <= appointment.starts_at + late + NO_SHOW_AFTER:
        return False
    appointment.state, appointment.ended_at = Booking.CANCELLED if unfit else Booking.NO_SHOW, now
    appointment.save(update_fields=["state", "ended_at"])
    if not unfit:
        _tell(appointment, event="appointment.no_show", actor=None, now=now)
    return not unfit


def remind(*, now: datetime) -> int:
    """Write once to whoever comes within REMIND_BEFORE, can be written to and will be received; how many."""
    if settings.SMTP is None:
        return 0
    due = Appointment.objects.to_come().filter(reminded_at=None, starts_at__gt=now, starts_at__lte=now + REMIND_BEFORE)
    return _each(due.exclude(person__email=""), _remind, now=now)


def _remind(appointment: Appointment, *, unfit: bool, now: datetime) -> bool:
    coming = now < appointment.starts_at <= now + REMIND_BEFORE
    if unfit or appointment.reminded_at is not None or not coming:
        return False
    appointment.reminded_at = now
    appointment.save(update_fields=["reminded_at"])
    _tell(appointment, event="appointment.reminded", actor=None, now=now)
    return True


def _each(due: AppointmentQuerySet, act: Callable[..., bool], *, now: datetime) -> int:
    """Do it to each that is still awaited, locked and by itself, so that one that fails holds up no other; how many.

    `act` is told whether it no longer fits (`misfits.py`).
    """
    done = 0
    rows = list(due.select_related("venue__organisation").order_by("starts_at", "pk"))
    unfit: dict[int, set[int]] = {}
    for found in rows:
        try:
            if found.venue_id not in unfit:
                times = [row.starts_at for row in rows if row.venue_id == found.venue_id]
                unfit[found.venue_id] = misfits.unfit(found.venue, since=times[0], until=times[-1] + _MOMENT)
            with transaction.atomic():
                appointment = _locked(found, venue=lock_venue(found.venue))
                if appointment.state == Booking.BOOKED:
                    done += act(appointment, unfit=found.pk in unfit[found.venue_id], now=now)
        except Exception:
            logger.exception("The appointment %s could not be looked after", found.pk)
    return done


@contextmanager
def _changing(appointment: Appointment, *, actor: Person) -> Iterator[Appointment]:
    """The appointment as it is now, with its venue locked; while somebody is still awaited."""
    with transaction.atomic():
        venue = lock_venue(appointment.venue)
        locked = _locked(appointment, venue=venue)
        if not may_change(actor, locked):
            raise Forbidden(_("This is somebody else’s appointment."), code="not_yours")
        if locked.state != Booking.BOOKED:
            raise Conflict(
                _("This is no longer possible: the appointment is now “%(state)s”.")
                % {"state": locked.get_state_display()},
                code="wrong_state",
            )
        yield locked


def _locked(appointment: Appointment, *, venue: Venue) -> Appointment:
    rows = Appointment.objects.select_for_update(of=("self",), no_key=True)
    locked = rows.select_related("person__organisation", "reason", "ticket").get(pk=appointment.pk)
    locked.venue = venue
    return locked


def _noted(note: str) -> str:
    note = one_line(note)
    if len(note) > _NOTE_LIMIT:
        raise Refused(_("This text is too long."), code="too_long", field="note")
    return note


def _need_welcome(venue: Venue, reason: Reason, *, person: Person) -> None:
    """The venue takes appointments, of these people, for this reason."""
    if not (venue.active and venue.appointments):
        raise Refused(_("No appointments are taken here."), code="no_appointments", field="venue")
    if venue.organisation_id not in {person.organisation_id, person.organisation.desk.pk}:
        raise Refused(_("This venue doesn’t receive people of that organisation."), code="not_served", field="venue")
    tree = tree_of(venue)
    if reason.venue_id != venue.pk or not bookable(reason, venue=venue, tree=tree):
        raise Refused(_("Choose one of the reasons offered."), code="unknown_choice", field="reason")


def _lock_person(person: Person) -> None:
    """Nobody books or moves another appointment of theirs meanwhile, at whatever venue."""
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)


def _need_apart(person: Person, slot: Free, *, moving: Appointment | None = None) -> None:
    """Nobody is in two places at once."""
    ends_at = slot.starts_at + timedelta(minutes=slot.minutes)
    near = Appointment.objects.own_of(person).to_come().between(slot.starts_at - timedelta(days=1), ends_at)
    for other in near:
        if other != moving and other.starts_at + timedelta(minutes=other.minutes) > slot.starts_at:
            raise Conflict(_("There is an appointment at that time already."), code="has_one", field="starts_at")


def _need_few(person: Person) -> None:
    if Appointment.objects.own_of(person).to_come().count() >= OPEN_EACH:
        raise Refused(
            _("At most %(count)d appointments can be open at a time: move one of them, or give one back.")
            % {"count": OPEN_EACH},
            code="too_many",
        )


def _need_ticket(ticket: Ticket, *, person: Person) -> None:
    """The person's own, alive, without another appointment. Locked, so that this is still so when all is written."""
    locked = lock(ticket)
    if locked.requester_id != person.pk:
        raise Refused(_("This ticket is somebody else’s."), code="not_theirs", field="ticket")
    if not locked.is_live:
        raise Conflict(_("This ticket has ended. Open it again first, or book without it."), code="wrong_state")
    if Appointment.objects.filter(ticket=ticket).to_come().exists():
        raise Conflict(_("There is an appointment for this ticket already: move that one."), code="has_one")


def _need_slot(
    venue: Venue, reason: Reason, *, starts_at: datetime, now: datetime, moving: Appointment | None = None
) -> Free:
    slot = slot_at(venue, reason, starts_at=starts_at, now=now, moving=moving)
    if slot is None:
        raise Conflict(
            _("This time is no longer free, and nothing was changed. Please choose another one."),
            code="taken",
            field="starts_at",
        )
    return slot


def _take_place(appointment: Appointment) -> None:
    """Save it at the first place of its slot that nobody holds. The database has the last word, whoever else writes."""
    held = Appointment.objects.filter(venue=appointment.venue_id, starts_at=appointment.starts_at)
    places = set(held.exclude(pk=appointment.pk).exclude(state=Booking.CANCELLED).values_list("place", flat=True))
    appointment.place = next(n for n in range(len(places) + 1) if n not in places)
    try:
        with transaction.atomic():
            appointment.save()
    except IntegrityError as error:
        if "one_booking_a_person" in str(error):
            raise Conflict(
                _("There is an appointment at that time already."), code="has_one", field="starts_at"
            ) from error
        if "one_booking_a_place" not in str(error):
            raise
        raise Conflict(
            _("This time is no longer free, and nothing was changed. Please choose another one."),
            code="taken",
            field="starts_at",
        ) from error


def _told_already(starts_at: datetime, *, now: datetime) -> datetime | None:
    """So shortly before, the invitation itself is the reminder."""
    return now if starts_at - now <= REMIND_BEFORE else None


def _tell(appointment: Appointment, *, event: str, actor: Person | None, now: datetime, **data: Any) -> None:
    """On its ticket where it has one, to the open screens, and by mail to the person."""
    if appointment.ticket is not None:
        with change(appointment.ticket, verb="note", event=event, actor=actor, now=now) as step:
            step.data.update(
                appointment=appointment.pk,
                venue=appointment.venue_id,
                venue_name_fr=appointment.venue.name_fr,
                venue_name_en=appointment.venue.name_en,
                starts_at=appointment.starts_at,
                **data,
            )
        appointment.ticket = step.ticket
    if events.is_long_ago():
        return
    telling.show(appointment.venue)
    publish(Event(kind="mine", topic=f"person:{appointment.person_id}", ref="appointment"))
    what = event.partition(".")[2]
    if is_written_to(appointment.person):
        outbox.enqueue(
            kind=KIND,
            key=f"appointment:{appointment.pk}:{appointment.sequence}:{what}",
            payload={"appointment": appointment.pk, "what": what, "sequence": appointment.sequence},
            recipient=appointment.person.email.lower(),
            about=appointment.ticket.reference if appointment.ticket is not None else "",
            now=now,
        )
