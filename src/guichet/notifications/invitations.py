"""Mail about an appointment: the invitation that calendars take up, its changes, the reminder, and having missed it.

Worded when it is sent. What was overtaken by a later change isn't sent any more: the later one says it all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guichet.channels.mail import composing, tokens
from guichet.channels.mail.composing import Attachment, Letter
from guichet.lib import moments
from guichet.lib.models import Outgoing
from guichet.lib.sending import Unneeded
from guichet.notifications import addressing, mailing
from guichet.notifications.look import look_in
from guichet.people.models import Account, Person
from guichet.tickets.actions import undelivered
from guichet.walkup import booking, invitation
from guichet.walkup.days import zone_of
from guichet.walkup.invitation import CANCEL, PUBLISH, REQUEST
from guichet.walkup.models import Appointment, Booking
from guichet.walkup.reasons import tree_of

KIND = booking.KIND
FILE_NAME = "rendez-vous.ics"
# What is written of → the state in which it is still true, and what calendars are told.
_TRUE_WHILE = {
    "booked": Booking.BOOKED, "moved": Booking.BOOKED, "reminded": Booking.BOOKED, "cancelled": Booking.CANCELLED,
    "no_show": Booking.NO_SHOW,
}  # fmt: skip
# What is still worth saying once the slot has begun.
_AFTERWARDS = {"cancelled", "no_show"}
_METHODS = {"booked": REQUEST, "moved": REQUEST, "cancelled": CANCEL}


def deliver(outgoing: Outgoing) -> str:
    """The outbox's transport for mail about appointments."""
    return mailing.post(outgoing, letter=letter_of(outgoing, now=timezone.now()))


def given_up(outgoing: Outgoing) -> None:
    """The ticket's desk learns that it has to reach the person otherwise."""
    found = Appointment.objects.select_related("ticket", "person").filter(pk=outgoing.payload["appointment"]).first()
    if found is not None and found.ticket is not None:
        undelivered(found.ticket, person=found.person, actor=None, now=timezone.now(), source=f"outgoing:{outgoing.pk}")


def letter_of(outgoing: Outgoing, *, now: datetime) -> Letter:
    """The mail of an outbox row. Unneeded where it is no longer true, or nobody can be written to."""
    payload = outgoing.payload
    found = Appointment.objects.with_names().select_related("person__organisation")
    appointment = found.filter(pk=payload["appointment"]).first()
    what = str(payload["what"])
    if (
        appointment is None
        or appointment.state != _TRUE_WHILE[what]
        or appointment.sequence != payload["sequence"]
        or (what not in _AFTERWARDS and appointment.starts_at <= now)
    ):
        raise Unneeded("what was to be said was withdrawn")
    person = appointment.person
    if not person.email:
        raise Unneeded("the person has no address that works")
    sender = addressing.identity(appointment.venue.organisation.desk)
    if sender is None:
        raise Unneeded("the desk has no address to write from")
    with translation.override(person.language), timezone.override(zone_of(appointment.venue)):
        context = _context(appointment, what=what)
        accent = sender.mailbox.accent if sender.mailbox else ""
        text, html = _written(context, accent=accent)
        reply_to, message_id, references = _thread(appointment, outgoing=outgoing, sender=sender)
        calendar = _METHODS.get(what)
        content = ics(appointment, method=calendar, organiser=sender, now=now) if calendar else b""
        return Letter(
            sender_name=sender.name,
            sender_address=sender.address,
            to_name=person.name,
            to_address=person.email,
            reply_to=reply_to,
            subject=_subject(appointment, title=context["subject"]),
            text=text,
            html=html,
            message_id=message_id,
            date=now,
            instance=addressing.instance(),
            references=references,
            language=person.language,
            invitation=composing.Invitation(calendar, content) if calendar else None,
            attachments=[Attachment(FILE_NAME, "application/ics", content)] if calendar else (),
        )


def ics(
    appointment: Appointment, *, method: str = PUBLISH, organiser: addressing.Identity | None, now: datetime
) -> bytes:
    """The appointment as a calendar file in the active language; PUBLISH: to be saved by whoever has it."""
    venue, person = appointment.venue, appointment.person
    return invitation.written(
        invitation.Invitation(
            uid=appointment.uid,
            sequence=appointment.sequence,
            starts_at=appointment.starts_at,
            minutes=appointment.minutes,
            zone=zone_of(venue),
            title=_("Appointment: %(venue)s") % {"venue": venue.name},
            words="\n".join(line for line in (_reason(appointment), appointment.note, _late(appointment)) if line),
            place=place_of(appointment),
            url=_url("portal:appointment", appointment.pk) if _signs_in(person) else "",
            organiser=(composing.line(organiser.name), composing.line(organiser.address)) if organiser else ("", ""),
            guest=(composing.line(person.name), composing.line(person.email)),
            at=now,
            cancelled=appointment.state == Booking.CANCELLED,
        ),
        method=method,
    )


def place_of(appointment: Appointment) -> str:
    """The venue with where it is, on one line."""
    venue = appointment.venue
    site = venue.site
    parts = [venue.name, *([site.name, site.address] if site else [])]
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _thread(appointment: Appointment, *, outgoing: Outgoing, sender: addressing.Identity) -> tuple[str, str, list[str]]:
    """Where an answer goes, the mail's own name, and what it follows: its ticket's thread where it has a ticket."""
    ticket, person = appointment.ticket, appointment.person
    if ticket is None:
        return sender.address, f"<{appointment.uid}.{appointment.sequence}.{outgoing.pk}@{sender.domain}>", []
    token = addressing.token(ticket=ticket, person=person)
    message_id = tokens.message_id(token=token, unique=outgoing.key, domain=sender.domain)
    return tokens.plus_address(sender.address, token), message_id, addressing.thread(ticket=ticket, person=person)


def _subject(appointment: Appointment, *, title: str) -> str:
    ticket = appointment.ticket
    return composing.subject_of(reference=ticket.reference, title=title) if ticket else title


def _context(appointment: Appointment, *, what: str) -> dict[str, Any]:
    person, venue = appointment.person, appointment.venue
    signs_in = _signs_in(person)
    open_ = appointment.state == Booking.BOOKED
    return {
        "language": get_language(),
        "name": person.name,
        "subject": _SUBJECTS[what]() % {"when": _spoken(appointment.starts_at)},
        "title": _TITLES[what](),
        "sentence": _SENTENCES[what](),
        "when": _spoken(appointment.starts_at),
        "length": moments.length(minutes=appointment.minutes),
        "place": place_of(appointment),
        "reason": _reason(appointment),
        "note": appointment.note,
        "ticket": appointment.ticket,
        "late": _late(appointment) if open_ else "",
        "move_url": _url("portal:appointment_move", appointment.pk) if signs_in and open_ else "",
        "url": _url("portal:appointment", appointment.pk) if signs_in and open_ else "",
        "again_url": _url("portal:new_appointment") if signs_in and not open_ else "",
        "open": open_,
        "walk_ins": venue.walk_ins,
        "desk": venue.organisation.desk,
    }


def _written(context: Mapping[str, Any], *, accent: str) -> tuple[str, str]:
    text = render_to_string("notifications/mail/appointment.txt", dict(context))
    html = render_to_string("notifications/mail/appointment.html", {**context, "look": look_in(accent)})
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", html


def _reason(appointment: Appointment) -> str:
    return tree_of(appointment.venue).path(appointment.reason)


def _late(appointment: Appointment) -> str:
    return _("If you are more than %(minutes)s late, you will be received after those who are on time.") % {
        "minutes": moments.length(minutes=appointment.venue.late_minutes)
    }


def _spoken(at: datetime) -> str:
    return moments.spoken(at=at, zone=timezone.get_current_timezone(), language=get_language() or "fr")


def _signs_in(person: Person) -> bool:
    return Account.objects.filter(person=person, is_active=True).exists()


def _url(name: str, *args: Any) -> str:
    return settings.BASE_URL + reverse(name, args=args)


_SUBJECTS: dict[str, Callable[[], str]] = {
    "booked": lambda: _("Your appointment on %(when)s"),
    "moved": lambda: _("Your appointment was moved: %(when)s"),
    "cancelled": lambda: _("Your appointment on %(when)s is cancelled"),
    "reminded": lambda: _("Reminder: your appointment on %(when)s"),
    "no_show": lambda: _("We did not see you: your appointment on %(when)s"),
}
_TITLES: dict[str, Callable[[], str]] = {
    "booked": lambda: _("Your appointment"),
    "moved": lambda: _("A new time for your appointment"),
    "cancelled": lambda: _("Appointment cancelled"),
    "reminded": lambda: _("See you soon"),
    "no_show": lambda: _("We did not see you"),
}
_SENTENCES: dict[str, Callable[[], str]] = {
    "booked": lambda: _("Your place is kept. We are expecting you:"),
    "moved": lambda: _("Your appointment has a new time. We are expecting you:"),
    "cancelled": lambda: _("This appointment is cancelled, you do not need to come:"),
    "reminded": lambda: _("This is a reminder of your appointment:"),
    "no_show": lambda: _("We were expecting you, and could not receive you at the time agreed:"),
}
