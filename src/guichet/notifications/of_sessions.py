"""Mail about a training session: the place one has or waits for, changes, the reminder, and thanks with the materials.

Worded when it is sent. What was overtaken by a later change isn't sent any more: the later one says it all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guichet.activity.models import Event
from guichet.channels.mail import composing
from guichet.channels.mail.composing import Attachment, Letter
from guichet.knowledge.models import Article
from guichet.lib import events, moments, outbox
from guichet.lib.models import Outgoing
from guichet.lib.sending import Unneeded
from guichet.notifications import addressing, mailing
from guichet.notifications.look import look_in
from guichet.people.models import Account, Person
from guichet.training.models import Material, Presence, Registration, Session, SessionState, Standing, Way
from guichet.walkup import invitation
from guichet.walkup.invitation import CANCEL, PUBLISH, REQUEST

KIND = "session"
FILE_NAME = "formation.ics"
_AWAITED = (Standing.REGISTERED, Standing.WAITING)
# What is written of → the standings and the state of the session in which it is still true.
_TRUE_WHILE: dict[str, tuple[tuple[str, ...], str]] = {
    "registered": ((Standing.REGISTERED,), SessionState.OPEN),
    "waiting": ((Standing.WAITING,), SessionState.OPEN),
    "promoted": ((Standing.REGISTERED,), SessionState.OPEN),
    "withdrawn": ((Standing.WITHDRAWN,), SessionState.OPEN),
    "moved": (_AWAITED, SessionState.OPEN),
    "reminded": ((Standing.REGISTERED,), SessionState.OPEN),
    "cancelled": (_AWAITED, SessionState.CANCELLED),
    "thanked": ((Standing.REGISTERED,), SessionState.HELD),
}
_AFTERWARDS = {"cancelled", "thanked", "withdrawn"}
_METHODS = {"registered": REQUEST, "promoted": REQUEST, "moved": REQUEST, "cancelled": CANCEL, "withdrawn": CANCEL}


def write(*, event: Event, subject: Session) -> None:
    """To those whom the event concerns, in its transaction."""
    if settings.SMTP is None or events.is_long_ago() or addressing.identity(subject.desk) is None:
        return
    for row, what in _concerned(event, subject):
        if row.person.email:
            outbox.enqueue(
                kind=KIND,
                key=f"session:{subject.pk}:{row.pk}:{event.number}:{what}",
                payload={
                    "registration": row.pk, "person": row.person_id, "what": what, "changes": row.changes,
                    "sequence": subject.sequence,
                },
                recipient=row.person.email.lower(),
                about="",
                now=event.at,
            )  # fmt: skip


def _concerned(event: Event, session: Session) -> list[tuple[Registration, str]]:
    rows: QuerySet[Registration] = Registration.objects.filter(session=session).select_related("person")
    promoted = [(row, "promoted") for row in rows.filter(pk__in=event.data.get("promoted", ()))]
    told = {row.pk for row, _what in promoted}
    match event.verb:
        case "session.registered":
            return [(row, event.data["standing"]) for row in rows.filter(pk=event.data["registration"])]
        case "session.withdrawn":
            return [(row, "withdrawn") for row in rows.filter(pk=event.data["registration"])] + promoted
        case "session.moved" | "session.cancelled":
            what = event.verb.partition(".")[2]
            return promoted + [(row, what) for row in rows.filter(standing__in=_AWAITED).exclude(pk__in=told)]
        case "session.reminded":
            return [(row, "reminded") for row in rows.filter(standing=Standing.REGISTERED)]
        case "session.held":
            came = rows.filter(attendance__presence__in=(Presence.PRESENT, Presence.PARTLY))
            return [(row, "thanked") for row in came]
    return promoted


def deliver(outgoing: Outgoing) -> str:
    """The outbox's transport for mail about sessions."""
    return mailing.post(outgoing, letter=letter_of(outgoing, now=timezone.now()))


def letter_of(outgoing: Outgoing, *, now: datetime) -> Letter:
    """The mail of an outbox row. Unneeded where it is no longer true, or nobody can be written to."""
    payload = outgoing.payload
    found = Registration.objects.select_related("person", "session__desk", "session__trainer", "session__site")
    row = found.filter(pk=payload["registration"]).first()
    what = str(payload["what"])
    if row is None or not _is_true(row, what=what, payload=payload, now=now):
        raise Unneeded("what was to be said was withdrawn")
    person, session = row.person, row.session
    if not person.email:
        raise Unneeded("the person has no address that works")
    sender = addressing.identity(session.desk)
    if sender is None:
        raise Unneeded("the desk has no address to write from")
    with translation.override(person.language), timezone.override(session.zone):
        context = _context(row, what=what)
        text, html = _written(context, accent=sender.mailbox.accent if sender.mailbox else "")
        # Whoever only waits has nothing in their calendar.
        method = None if row.standing == Standing.WAITING else _METHODS.get(what)
        content = ics(row, method=method, organiser=sender, now=now) if method else b""
        return Letter(
            sender_name=sender.name,
            sender_address=sender.address,
            to_name=person.name,
            to_address=person.email,
            reply_to=sender.address,
            subject=context["subject"],
            text=text,
            html=html,
            message_id=f"<{session.uid}.{outgoing.pk}@{sender.domain}>",
            date=now,
            instance=addressing.instance(),
            language=person.language,
            invitation=composing.Invitation(method, content) if method else None,
            attachments=[Attachment(FILE_NAME, "application/ics", content)] if method else (),
        )


def _is_true(row: Registration, *, what: str, payload: Mapping[str, Any], now: datetime) -> bool:
    standings, state = _TRUE_WHILE[what]
    session = row.session
    if row.standing not in standings or session.state != state or session.sequence != payload["sequence"]:
        return False
    return row.changes == payload["changes"] and (what in _AFTERWARDS or session.starts_at > now)


def ics(row: Registration, *, method: str = PUBLISH, organiser: addressing.Identity | None, now: datetime) -> bytes:
    """The session as a calendar file; PUBLISH: to be saved by whoever has it."""
    session, person = row.session, row.person
    over = session.state == SessionState.CANCELLED or row.standing == Standing.WITHDRAWN
    return invitation.written(
        invitation.Invitation(
            uid=session.uid,
            sequence=session.sequence + row.changes,
            starts_at=session.starts_at,
            minutes=session.minutes,
            zone=session.zone,
            title=session.title,
            words="\n".join(line for line in (session.about, session.link) if line),
            place=session.place or session.link,
            url=_url(session) if _signs_in(person) else "",
            organiser=(composing.line(organiser.name), composing.line(organiser.address)) if organiser else ("", ""),
            guest=(composing.line(person.name), composing.line(person.email)),
            at=now,
            cancelled=over,
        ),
        method=method,
    )


def materials_for(session: Session, *, person: Person) -> list[Material]:
    """What is handed out, but for articles that the person may not read."""
    rows = list(session.materials.select_related("article"))
    wanted = [row.article_id for row in rows if row.article_id]
    readable = set(Article.objects.visible_to(person).filter(pk__in=wanted).values_list("pk", flat=True))
    return [row for row in rows if row.article_id is None or row.article_id in readable]


def _context(row: Registration, *, what: str) -> dict[str, Any]:
    session, person = row.session, row.person
    spoken = moments.spoken(at=session.starts_at, zone=timezone.get_current_timezone(), language=get_language() or "fr")
    return {
        "language": get_language(),
        "name": person.name,
        "subject": _SUBJECTS[what]() % {"title": composing.line(session.title)},
        "title": session.title,
        "sentence": _SENTENCES[what](),
        "when": spoken,
        "length": moments.length(minutes=session.minutes),
        "place": session.place,
        "link": session.link if row.holds_a_place and session.way == Way.WEBINAR and session.is_open else "",
        "reason": session.cancel_reason,
        "materials": [
            (one.title, _article_url(one.article) if one.article else one.link)
            for one in (materials_for(session, person=person) if what == "thanked" else ())
        ],
        "url": _url(session) if _signs_in(person) else "",
        "open": session.is_open and row.holds_a_place,
        "waiting": session.is_open and row.standing == Standing.WAITING,
        "desk": session.desk,
    }


def _written(context: Mapping[str, Any], *, accent: str) -> tuple[str, str]:
    text = render_to_string("notifications/mail/session.txt", dict(context))
    html = render_to_string("notifications/mail/session.html", {**context, "look": look_in(accent)})
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", html


def _signs_in(person: Person) -> bool:
    return Account.objects.filter(person=person, is_active=True).exists()


def _url(session: Session) -> str:
    return settings.BASE_URL + reverse("portal:session", args=[session.pk])


def _article_url(article: Article) -> str:
    return settings.BASE_URL + reverse("portal:article", args=[article.reference])


_SUBJECTS: dict[str, Callable[[], str]] = {
    "registered": lambda: _("You are registered: %(title)s"),
    "waiting": lambda: _("You are on the waiting list: %(title)s"),
    "promoted": lambda: _("A place is yours: %(title)s"),
    "withdrawn": lambda: _("You are no longer registered: %(title)s"),
    "moved": lambda: _("New time or place: %(title)s"),
    "reminded": lambda: _("Reminder: %(title)s"),
    "cancelled": lambda: _("Cancelled: %(title)s"),
    "thanked": lambda: _("Thank you for coming: %(title)s"),
}
_SENTENCES: dict[str, Callable[[], str]] = {
    "registered": lambda: _("Your place in this training session is kept. We are expecting you:"),
    "waiting": lambda: _(
        "All places are taken. We write as soon as one is free; until then you are on the waiting list for:"
    ),
    "promoted": lambda: _("A place is free now, and it is yours. We are expecting you:"),
    "withdrawn": lambda: _("You are no longer registered for this training session:"),
    "moved": lambda: _("This training session has a new time or place:"),
    "reminded": lambda: _("This is a reminder of a training session in which a place is kept for you:"),
    "cancelled": lambda: _("This training session does not take place:"),
    "thanked": lambda: _("Thank you for having taken part in this training session:"),
}
# Of what happens to sessions, what anybody is written to about; more places are given away by a correction.
VERBS = frozenset(
    {
        "session.registered", "session.withdrawn", "session.moved", "session.described", "session.cancelled",
        "session.reminded", "session.held",
    }
)  # fmt: skip
