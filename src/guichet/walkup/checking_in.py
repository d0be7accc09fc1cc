"""Checking in: the visit and its ticket are saved together, before anything is shown or printed; and leaving again.

Every change at a venue locks first the venue's row, then the visit's, then its ticket's: nothing waits in a circle.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Conflict, Refused
from guichet.lib.text import clean, one_line
from guichet.people.models import Person
from guichet.routing.actions import submit
from guichet.tickets.actions.change import together
from guichet.tickets.models import Channel, Impact, Ticket, Urgency
from guichet.walkup import arriving, numbers, policies, waits
from guichet.walkup.days import day_of, is_open
from guichet.walkup.locking import at_venue, lock_venue
from guichet.walkup.models import Appointment, Booking, Device, Reason, Standing, Venue, Visit
from guichet.walkup.reasons import Tree, tree_of
from guichet.walkup.telling import show, told
from guichet.walkup.who import Who, home_of, nobody, of_appointment, person_for

logger = logging.getLogger(__name__)

# A kiosk that was without network hands over what it took in at most so long ago.
OLDEST = timedelta(hours=24)
# Doors open before counters do.
BEFORE_OPENING = timedelta(minutes=30)
_WORDS_LIMIT = 2000
_KEY_LIMIT = 64


def check_in(
    *,
    venue: Venue,
    reason: Reason,
    now: datetime,
    language: str,
    who: Who,
    device: Device | None = None,
    client_key: str = "",
    number: str = "",
    arrived_at: datetime | None = None,
    appointment: Appointment | None = None,
    words: str = "",
    actor: Person | None = None,
) -> Visit:
    """Somebody takes their place in the queue; repeated with the same `client_key` it is the same visit.

    `number` and `arrived_at` are those that a kiosk gave while it was without network. `actor`: the agent who does it
    for them, at any time of the day; else they do it themselves, while the venue is open or soon will be.
    """
    if len(client_key) > _KEY_LIMIT:
        raise Refused(_("This text is too long."), code="too_long", field="client_key")
    arrived = min(max(arrived_at or now, now - OLDEST), now)
    with together():
        venue = lock_venue(venue)
        before = same(venue, client_key=client_key)
        if before is not None:
            return before
        if appointment is not None:
            appointment = _awaited(appointment, venue=venue, at=arrived)
            who = of_appointment(appointment, who)
        else:
            appointment = arriving.appointment_meant(who, reason=reason, venue=venue, now=arrived)
        tree = tree_of(venue)
        _need_welcome(venue, reason, tree=tree, who=who, appointment=appointment, actor=actor, at=arrived)
        visit = Visit(
            venue=venue,
            person=person_for(who, venue=venue, language=language),
            language="en" if language.startswith("en") else "fr",
            reason=reason,
            appointment=appointment,
            day=day_of(venue, now=arrived),
            token=numbers.new_token(),
            device=device,
            client_key=client_key,
            arrived_at=arrived,
        )
        visit.standing, visit.counts_from = _place(visit, tree=tree)
        kept = one_line(number)
        visit.number = (
            kept
            if kept and numbers.is_free(venue, number=kept, day=visit.day)
            else numbers.next_number(venue, letter=tree.letter(reason), day=visit.day)
        )
        opened = _ticket(visit, tree=tree, words=words, actor=actor, now=now)
        if appointment is not None:
            # Whoever didn't hear their call or left, and comes back, has the appointment with their new number.
            Visit.objects.filter(appointment=appointment).update(appointment=None)
        visit.save()
        _tell(visit, opened=opened, how=who.how, actor=actor, now=now)
        _arrived(appointment)
        show(venue, visit)
        _estimate(visit, tree=tree, now=now)
    return visit


def same(venue: Venue, *, client_key: str) -> Visit | None:
    """The visit that this check-in became when it was handed over before; by a machine that was enrolled anew, too."""
    if not client_key:
        return None
    found = Visit.objects.filter(venue=venue, client_key=client_key)
    return found.select_related("venue__organisation__served_by", "ticket", "reason").first()


def _need_welcome(
    venue: Venue,
    reason: Reason,
    *,
    tree: Tree,
    who: Who,
    appointment: Appointment | None,
    actor: Person | None,
    at: datetime,
) -> None:
    if actor is not None and not policies.may_receive(actor, venue):
        raise Refused(_("Only this venue’s desk may check somebody in."), code="not_desk")
    if not venue.active:
        raise Refused(_("This walk-up point is closed for good."), code="inactive")
    if reason.venue_id != venue.pk or reason.pk not in tree.by_id:
        raise Refused(_("This reason belongs to another venue."), code="foreign", field="reason")
    # What an appointment was taken for holds, should it be offered no longer.
    booked = appointment is not None and appointment.reason_id == reason.pk
    if not booked and (not reason.active or not tree.is_leaf(reason)):
        raise Refused(_("Choose one of the reasons offered."), code="unknown_choice", field="reason")
    if appointment is None and actor is None and not venue.walk_ins:
        raise Refused(_("People are received by appointment only here."), code="appointment_only")
    if who.how == "anonymous" and not venue.anonymous and actor is None:
        raise Refused(_("Please give your name or your e-mail address."), code="name_needed", field="name")
    if actor is None and not is_open(venue, now=at, before=BEFORE_OPENING):
        raise Refused(_("This walk-up point is closed at the moment."), code="closed")


def _awaited(appointment: Appointment, *, venue: Venue, at: datetime) -> Appointment:
    """The appointment as it is now, locked: it may have been moved or given back meanwhile."""
    if appointment.venue_id != venue.pk:
        raise Refused(_("This appointment is at another walk-up point."), code="foreign", field="appointment")
    locked = arriving.lock_appointment(appointment)
    if not arriving.awaited().filter(pk=locked.pk).exists():
        raise Refused(_("This appointment is no longer awaited."), code="not_awaited", field="appointment")
    if day_of(venue, now=locked.starts_at) != day_of(venue, now=at):
        raise Conflict(_("This appointment is on another day: move it first."), code="another_day")
    return locked


def _place(visit: Visit, *, tree: Tree) -> tuple[str, datetime]:
    """The class and the moment that somebody counts from. Who is too late for their slot waits as if without one."""
    if tree.urgent(visit.reason):
        return Standing.URGENT, visit.arrived_at
    if visit.appointment is not None:
        late_from = visit.appointment.starts_at + timedelta(minutes=visit.venue.late_minutes)
        if visit.arrived_at <= late_from:
            return Standing.APPOINTMENT, visit.appointment.starts_at
    return Standing.WALK_IN, visit.arrived_at


def _ticket(visit: Visit, *, tree: Tree, words: str, actor: Person | None, now: datetime) -> bool:
    """Give the visit the ticket of its appointment while that is still to be solved, else a new one; whether new."""
    given = visit.appointment.ticket if visit.appointment is not None else None
    if given is not None and given.is_unsolved:
        visit.ticket = given
        return False
    visit.ticket = _open(visit, tree=tree, words=words, actor=actor, now=now)
    return True


def _open(visit: Visit, *, tree: Tree, words: str, actor: Person | None, now: datetime) -> Ticket:
    venue = visit.venue
    requester = visit.person or nobody(venue)
    organisation = home_of(requester, venue=venue)
    with override(organisation.language):
        path = tree.path(visit.reason)
        title = gettext("%(venue)s: %(reason)s") % {"venue": venue.name, "reason": path}
    category = tree.category(visit.reason)
    note = visit.appointment.note if visit.appointment is not None else ""
    return submit(
        organisation=organisation,
        requester=requester,
        actor=actor or requester,
        now=now,
        title=title[:200],
        description=clean(words).strip()[:_WORDS_LIMIT] or note.strip() or path,
        impact=Impact.PERSON,
        urgency=Urgency.BLOCKED if visit.standing == Standing.URGENT else Urgency.HAMPERED,
        channel=Channel.KIOSK,
        category=category if category and category.organisation_id in {None, organisation.desk.pk} else None,
        site=venue.site if venue.site and venue.site.organisation_id == organisation.pk else None,
    )


def _tell(visit: Visit, *, opened: bool, how: str, actor: Person | None, now: datetime) -> None:
    """The check-in on the ticket's chain; and, apart, that a ticket came of it: what connectors wait for."""
    by = actor or visit.ticket.requester
    with told(visit, verb="visit.checked_in", actor=by, now=now, reason=visit.reason_id, how=how) as step:
        step.data.update(
            standing=visit.standing,
            arrived_at=visit.arrived_at,
            appointment=visit.appointment.starts_at if visit.appointment is not None else None,
            by_desk=actor is not None,
        )
    if opened:
        with told(visit, verb="visit.ticket_opened", actor=by, now=now, category=visit.ticket.category_id):
            pass


def _estimate(visit: Visit, *, tree: Tree, now: datetime) -> None:
    """The wait that is told is kept, to be compared with the wait that it becomes. Nobody is refused for its sake."""
    try:
        with transaction.atomic():
            waits.keep_estimate(visit, now=now, tree=tree)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        logger.exception("No wait could be estimated at a check-in")


def _arrived(appointment: Appointment | None) -> None:
    if appointment is not None:
        Appointment.objects.filter(pk=appointment.pk).update(state=Booking.ARRIVED, ended_at=None)
        appointment.state = Booking.ARRIVED


def leave(visit: Visit, *, now: datetime) -> None:
    """The person goes, and says so on their phone. Having left already changes nothing."""
    from guichet.walkup.ending import abandon

    with at_venue(visit.venue):
        if Visit.objects.filter(pk=visit.pk, ended_at=None).exists():
            abandon(visit, actor=None, now=now)
