"""What a kiosk hands over: check-ins of this moment, and those that it accepted while nobody answered.

Each has a key of its own, so that handed over twice it is one visit. The number that the person was given is theirs:
where an answer was lost on its way, the visit takes the machine's number. What the queue refuses is kept as a stray.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import OperationalError, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Forbidden, Refused, Text
from guichet.people.models import Person
from guichet.walkup import checking_in, days, numbers, telling
from guichet.walkup.arriving import appointment_of
from guichet.walkup.locking import at_venue, lock_venue, lock_visit
from guichet.walkup.models import Device, Reason, StrayCause, StrayCheckIn, Venue, Visit, VisitState
from guichet.walkup.policies import may_receive
from guichet.walkup.reasons import tree_of
from guichet.walkup.who import Who

logger = logging.getLogger(__name__)

# After a power cut: whoever waits at the machine for their number is still there this long.
_STILL_THERE = timedelta(minutes=2)
_NUMBER_LENGTH = 8
_MARKS = "bcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One check-in as the machine says it. `promised`: the machine gave it a number of its own, and showed it."""

    key: str
    venue: str
    language: str
    arrived_at: datetime
    way: str = ""
    typed: str = ""
    reason: int | None = None
    number: str = ""
    promised: bool = False


@dataclass(frozen=True, kw_only=True)
class Handed:
    """What became of it: a visit; a stray that the desk looks at; or a refusal that the person is told at once."""

    visit: Visit | None = None
    stray: StrayCheckIn | None = None
    refused: Text = ""
    code: str = ""


def hand_over(entry: Entry, *, device: Device, now: datetime) -> Handed:
    """Never raises for what the entry says: each one gets its answer, and none holds up those behind it."""
    before = _before(entry, device=device, now=now)
    if before is not None:
        return before
    if entry.venue != device.venue.slug:
        return keep(entry, device=device, cause=StrayCause.ELSEWHERE, now=now)
    if not entry.promised and now - entry.arrived_at > _STILL_THERE:
        return keep(entry, device=device, cause=StrayCause.UNPROMISED, now=now)
    if entry.promised and _has_left(entry, venue=device.venue, now=now):
        return keep(entry, device=device, cause=StrayCause.ANOTHER_DAY, now=now)
    return _take(entry, device=device, now=now)


def _has_left(entry: Entry, *, venue: Venue, now: datetime) -> bool:
    """It was another day, and the doors closed since: nobody waits who could be called by that number."""
    day = days.day_of(venue, now=entry.arrived_at)
    days_since = (days.day_of(venue, now=now) - day).days
    if days_since <= 0 or now - entry.arrived_at > checking_in.OLDEST:
        return days_since > 0
    open_until = entry.arrived_at
    for since in range(days_since + 1):
        for start, end in days.stretches(venue, day=day + timedelta(days=since)):
            if start - checking_in.BEFORE_OPENING <= open_until:
                open_until = max(open_until, end)
    return open_until <= now


def _take(entry: Entry, *, device: Device, now: datetime) -> Handed:
    try:
        with at_venue(device.venue):
            # The same one may have been handed over twice at once, with and without its number.
            before = _before(entry, device=device, now=now)
            return before or Handed(visit=_check_in(entry, device=device, now=now))
    except Refused as error:
        if not entry.promised:
            return Handed(refused=error.message, code=error.code)
        return keep(entry, device=device, cause=StrayCause.REFUSED, now=now, words=error.message)
    except OperationalError:
        raise  # the database is away for a moment: the machine asks again
    except Exception:
        if not entry.promised:
            raise
        logger.exception("A check-in that a kiosk had accepted could not be taken")
        return keep(entry, device=device, cause=StrayCause.FAILED, now=now)


def keep(entry: Entry, *, device: Device, cause: StrayCause, now: datetime, words: Text = "") -> Handed:
    """Aside, until somebody of the desk has looked."""
    with translation.override(device.venue.organisation.language):
        sentence = str(words)[:300]
    stray, _made = StrayCheckIn.objects.get_or_create(
        venue=device.venue,
        client_key=entry.key,
        defaults={
            "device": device,
            "number": entry.number,
            "arrived_at": entry.arrived_at,
            "said": {**asdict(entry), "arrived_at": entry.arrived_at.isoformat()},
            "cause": cause,
            "words": sentence,
            "at": now,
        },
    )
    telling.show(device.venue)
    return Handed(stray=stray)


def _before(entry: Entry, *, device: Device, now: datetime) -> Handed | None:
    """What became of it when it was handed over before; None: it is new."""
    known = checking_in.same(device.venue, client_key=entry.key)
    if known is not None:
        return _again(known, entry, device=device, now=now)
    kept = StrayCheckIn.objects.filter(venue=device.venue, client_key=entry.key).first()
    return Handed(stray=kept) if kept is not None else None


def _again(visit: Visit, entry: Entry, *, device: Device, now: datetime) -> Handed:
    """It is here already. The number on the person's paper is the one that has to be called."""
    if not entry.number or visit.number == entry.number:
        return Handed(visit=visit)
    with transaction.atomic():
        venue = lock_venue(visit.venue)
        visit = lock_visit(visit, venue=venue)
        if visit.state == VisitState.WAITING and numbers.is_free(venue, number=entry.number, day=visit.day):
            visit.number = entry.number
            visit.save(update_fields=["number"])
            telling.show(venue, visit)
            return Handed(visit=visit)
    return keep(entry, device=device, cause=StrayCause.OTHER_NUMBER, now=now, words=visit.number)


def _check_in(entry: Entry, *, device: Device, now: datetime) -> Visit:
    venue = device.venue
    arrived = min(max(entry.arrived_at, now - checking_in.OLDEST), now)
    appointment = None
    if entry.way in {"appointment", "badge"}:
        appointment = appointment_of(venue, said=entry.typed, now=arrived, by_code=entry.way == "badge")
        if appointment is None and entry.way == "appointment" and not entry.promised and entry.reason is None:
            raise Refused(
                _("We find no appointment here today under these words. Check them, or go on without an appointment."),
                code="no_appointment",
                field="typed",
            )
    return checking_in.check_in(
        venue=venue,
        reason=appointment.reason if appointment is not None else _reason(entry, device),
        now=now,
        language=entry.language,
        who=_who(entry),
        device=device,
        client_key=entry.key,
        number=_free_number(entry, device, arrived),
        arrived_at=arrived if entry.promised else None,
        appointment=appointment,
    )


def _free_number(entry: Entry, device: Device, arrived: datetime) -> str:
    """The machine's own number; one that was given out twice that day gets a mark, so that both people are called."""
    day = days.day_of(device.venue, now=arrived)
    marks: tuple[str, ...] = ("", *_MARKS) if entry.number else ()
    for mark in marks:
        number = entry.number[: _NUMBER_LENGTH - len(mark)] + mark
        if numbers.is_free(device.venue, number=number, day=day):
            return number
    return ""


def _reason(entry: Entry, device: Device) -> Reason:
    """The one that was touched. Put away meanwhile, a promised check-in gets its neighbour: a person waits."""
    tree = tree_of(device.venue)
    offered = [reason for reason in tree.by_id.values() if reason.active and tree.is_leaf(reason)]
    touched = tree.by_id.get(entry.reason or 0)
    if touched in offered:
        return touched
    if entry.promised and offered:
        beside = [r for r in offered if touched is not None and r.parent_id in {touched.pk, touched.parent_id}]
        return (beside or offered)[-1]
    raise Refused(_("Choose what brings you here."), code="no_reason", field="reason")


def _who(entry: Entry) -> Who:
    said = entry.typed
    if entry.way == "badge":
        return Who(badge=said)
    if "@" in said and entry.way in {"email", "appointment"} and (not entry.promised or _is_address(said)):
        return Who(email=said)
    if entry.way == "email" and not entry.promised:
        return Who(email=said)
    return Who(name=said) if entry.way in {"email", "name", "appointment"} else Who()


def _is_address(said: str) -> bool:
    """Nobody can be asked again once they have their number: what is no address is what they are called."""
    try:
        validate_email(said)
    except ValidationError:
        return False
    return True


def settle(stray: StrayCheckIn, *, actor: Person, now: datetime) -> None:
    """Somebody of the desk has looked, and done what there was to do: who it was about is kept no longer."""
    if not may_receive(actor, stray.venue):
        raise Forbidden(_("Only this venue’s desk may do this."), code="not_desk")
    if stray.settled_at is None:
        stray.settled_at, stray.settled_by, stray.said = now, actor, {}
        stray.save(update_fields=["settled_at", "settled_by", "said"])
        telling.show(stray.venue)
