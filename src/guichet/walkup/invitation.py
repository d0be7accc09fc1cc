"""An appointment as calendars read it (iCalendar, RFC 5545 and 5546; pure).

The same `uid` names it for ever; `sequence` grows with each change, so that a calendar replaces what it had. The
organiser asks for no answer: nobody's calendar is to write to the desk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"
_PRODUCT = "-//Guichet//Guichet//FR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What the calendar is told. Addresses are (name, address); "" where there is none."""

    uid: str
    sequence: int
    starts_at: datetime
    minutes: int
    zone: ZoneInfo
    title: str
    words: str
    place: str
    url: str
    organiser: tuple[str, str]
    guest: tuple[str, str]
    at: datetime
    cancelled: bool = False


def written(invitation: Invitation, *, method: str) -> bytes:
    """The calendar with its one event and its time zone. `method` is one of REQUEST, CANCEL and PUBLISH."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    event = Event()
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", invitation.at)
    starts = invitation.starts_at.astimezone(invitation.zone)
    event.add("dtstart", starts)
    # The end is told by its length: an hour that exists twice has two ends on the wall clock.
    event.add("duration", timedelta(minutes=invitation.minutes))
    event.add("summary", invitation.title)
    event.add("description", invitation.words)
    if invitation.place:
        event.add("location", invitation.place)
    if invitation.url:
        event.add("url", invitation.url)
    event.add("status", "CANCELLED" if invitation.cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE")
    if invitation.organiser[1]:
        event.add("organizer", _address(invitation.organiser), encode=False)
        # Without an organiser nobody can be invited; and what is published invites nobody (RFC 5546, 3.2.1).
        if invitation.guest[1] and method != PUBLISH:
            guest = _address(invitation.guest)
            guest.params["ROLE"] = vText("REQ-PARTICIPANT")
            guest.params["PARTSTAT"] = vText("ACCEPTED")
            guest.params["RSVP"] = vText("FALSE")
            event.add("attendee", guest, encode=False)
    calendar.add_component(event)
    calendar.add_missing_timezones(first_date=date(starts.year, 1, 1), last_date=date(starts.year + 1, 12, 31))
    return bytes(calendar.to_ical())


def _address(who: tuple[str, str]) -> vCalAddress:
    name, where = who
    address = vCalAddress(f"mailto:{where}")
    if name:
        address.params["CN"] = vText(name)
    return address
