"""Who hears of a major incident: lead and managers under the bell; those affected under the bell and by mail.

Mail is worded when it is sent, in its reader's language, from public text alone: notes are never read here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guichet.activity.models import Event
from guichet.channels.mail.composing import Letter
from guichet.lib import events, moments, outbox
from guichet.lib.models import Outgoing
from guichet.lib.sending import Unneeded
from guichet.notifications import addressing, mailing
from guichet.notifications.look import look_in
from guichet.people.middleware import zone_of
from guichet.people.models import Account, Person, Role, RoleKind
from guichet.tickets import lifecycle
from guichet.tickets.major_people import affected
from guichet.tickets.models import MajorAudience, MajorIncident, MajorNews, MajorTicket

KIND = "major"
# Verb → who hears of it under the bell.
CIRCLES: dict[str, tuple[str, ...]] = {
    "major.declared": ("managers", "lead"),
    "major.led": ("lead",),
    "major.news_late": ("managers", "lead"),
    "major.still_broken": ("lead",),
    "major.news": ("affected",),
    "major.restored": ("affected",),
    "major.resumed": ("affected", "managers"),
}
# What those affected are written of.
WRITTEN = frozenset({"major.news", "major.restored", "major.resumed"})

_TELL = """
INSERT INTO notifications_notification (person_id, major_id, event_id, at)
SELECT person_id, %s, %s, %s FROM people_account WHERE person_id = ANY(%s) AND is_active
ON CONFLICT DO NOTHING
"""


def tell(*, event: Event, subject: MajorIncident) -> None:
    """Under the bell. The actor never hears of what they did themselves."""
    if events.is_long_ago():
        return
    people: set[int] = set()
    for circle in CIRCLES[event.verb]:
        people.update(_affected(subject, verb=event.verb) if circle == "affected" else _people(circle, subject))
    people.discard(event.actor_id or 0)
    if people:
        with connection.cursor() as cursor:
            cursor.execute(_TELL, [subject.pk, event.pk, event.at, sorted(people)])


def write(*, event: Event, subject: MajorIncident) -> None:
    """By mail, to everybody affected who has an address. News of a broken service does not wait to be joined.

    To addresses that are said not to exist too: their mail is given up where everybody can see it.
    """
    if settings.SMTP is None or events.is_long_ago() or subject.audience == MajorAudience.DESK:
        return
    if addressing.identity(subject.desk) is None:
        return
    people = set(_affected(subject, verb=event.verb)) - {event.actor_id}
    for person in Person.objects.filter(pk__in=people).exclude(email=""):
        outbox.enqueue(
            kind=KIND,
            key=f"major:{subject.pk}:{event.number}:{person.pk}",
            payload={"major": subject.pk, "news": event.data["news"], "person": person.pk},
            recipient=person.email.lower(),
            about=subject.reference,
            now=event.at,
        )


def _people(circle: str, major: MajorIncident) -> set[int]:
    if circle == "lead":
        return {major.lead_id}
    managers = Role.objects.filter(organisation=major.desk_id, kind=RoleKind.MANAGER)
    return set(managers.values_list("person_id", flat=True))


def _affected(major: MajorIncident, *, verb: str) -> set[int]:
    """Nobody, as long as only the desk may see it. Of the end those with an open ticket hear through that ticket."""
    if major.audience == MajorAudience.DESK:
        return set()
    people = set(affected(major).values_list("pk", flat=True))
    if verb == "major.restored":
        asked = MajorTicket.objects.filter(major=major, ticket__state__in=lifecycle.UNSOLVED)
        people -= set(asked.values_list("ticket__requester", flat=True))
    return people


def told(people: Collection[Person], *, major: MajorIncident) -> set[int]:
    """Those whom news reaches: under the bell, if they can sign in; or by mail, at an address that works."""
    signs_in = Account.objects.filter(person__in=people, is_active=True).values_list("person", flat=True)
    writes = settings.SMTP is not None and addressing.identity(major.desk) is not None
    return set(signs_in) | ({person.pk for person in addressing.reachable(people)} if writes else set())


def deliver(outgoing: Outgoing) -> str:
    """The outbox's transport for news of major incidents."""
    return mailing.post(outgoing, letter=letter_of(outgoing, now=timezone.now()))


def letter_of(outgoing: Outgoing, *, now: datetime) -> Letter:
    """The mail of an outbox row. Unneeded where it was overtaken, taken back, or nobody can be written to."""
    payload = outgoing.payload
    person = Person.objects.select_related("organisation").filter(pk=payload["person"]).first()
    news = MajorNews.objects.select_related("major__desk").filter(pk=payload["news"]).first()
    if person is None or news is None or news.major.audience == MajorAudience.DESK:
        raise Unneeded("what was to be said was withdrawn")
    if news.major.news.filter(pk__gt=news.pk).exists():
        # The later news are in a mail of their own, and say how it stands.
        raise Unneeded("what was to be said was withdrawn")
    if not person.email:
        raise Unneeded("the person has no address that works")
    sender = addressing.identity(news.major.desk)
    if sender is None:
        raise Unneeded("the desk has no address to write from")
    with translation.override(person.language), timezone.override(zone_of(person)):
        context = _context(news, person=person)
        accent = sender.mailbox.accent if sender.mailbox else ""
        text, html = _written(context, accent=accent)
        return Letter(
            sender_name=sender.name,
            sender_address=sender.address,
            to_name=person.name,
            to_address=person.email,
            reply_to=sender.address,
            subject=subject_of(news),
            text=text,
            html=html,
            message_id=f"<{outgoing.key.replace(':', '.').replace('#', '.')}@{sender.domain}>",
            date=now,
            instance=addressing.instance(),
            references=[],
            language=person.language,
        )


def subject_of(news: MajorNews) -> str:
    """In the language in force."""
    said = _("Restored: %(title)s") if news.ends else _("Incident: %(title)s")
    return said % {"title": news.major.title}


def _context(news: MajorNews, *, person: Person) -> dict[str, Any]:
    major = news.major
    signs_in = Account.objects.filter(person=person, is_active=True).exists()
    url = settings.BASE_URL + reverse("portal:outage", args=[major.reference]) if signs_in else ""
    return {
        "language": get_language(),
        "name": person.name,
        "major": major,
        "news": news,
        "title": major.title,
        "sentence": _("The service is back.") if news.ends else _("You are affected by this incident. Here is news:"),
        "said": news.text,
        "meanwhile": "" if news.ends else major.meanwhile,
        "next": "" if news.ends or major.next_news_at is None else _next(major.next_news_at),
        "ends": news.ends,
        "url": url,
        "desk": major.desk,
    }


def _next(at: datetime) -> str:
    when = moments.spoken(at=at, zone=timezone.get_current_timezone(), language=get_language() or "fr")
    return _("Next news before %(when)s.") % {"when": when}


def _written(context: Mapping[str, Any], *, accent: str) -> tuple[str, str]:
    text = render_to_string("notifications/mail/major.txt", dict(context))
    html = render_to_string("notifications/mail/major.html", {**context, "look": look_in(accent)})
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", html
