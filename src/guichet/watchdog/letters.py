"""The mail to a manager, in their language, from what is still so when it is sent."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from guichet.channels.mail.composing import Letter
from guichet.lib.models import Outgoing
from guichet.lib.moments import LIKELY, spoken
from guichet.lib.sending import Unneeded
from guichet.notifications import addressing, mailing
from guichet.notifications.look import look_in
from guichet.people.middleware import zone_of
from guichet.people.models import Person
from guichet.routing.models import Forecast
from guichet.routing.pending import STATES
from guichet.tickets.models import Ticket
from guichet.watchdog.models import Finding, MailWhen
from guichet.watchdog.wording import BY_KIND
from guichet.watchdog.writing import choice_of, sender_for

# So many of a sort are named; the page has the rest.
_NAMED = 10


def deliver(outgoing: Outgoing) -> str:
    """The outbox's transport."""
    return mailing.post(outgoing, letter=letter_of(outgoing, now=timezone.now()))


def letter_of(outgoing: Outgoing, *, now: datetime) -> Letter:
    """The mail of an outbox row. Unneeded where all of it is over, or the person manages nothing any more."""
    person = Person.objects.select_related("organisation").filter(pk=outgoing.payload["person"]).first()
    if person is None or not person.grants.manages_in or choice_of(person).when == MailWhen.NEVER:
        raise Unneeded("what was to be said was withdrawn")
    found = sender_for(person)
    if found is None:
        raise Unneeded("the desk has no address to write from")
    desk, sender = found
    with translation.override(person.language), timezone.override(zone_of(person)):
        context = _context(outgoing.payload, person=person, now=now)
        context |= {"desk": desk, "look": look_in(sender.mailbox.accent if sender.mailbox else "")}
        text = render_to_string("watchdog/mail/watch.txt", context)
        return Letter(
            sender_name=sender.name,
            sender_address=sender.address,
            to_name=person.name,
            to_address=person.email,
            reply_to=sender.address,
            subject=context["title"],
            text=re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
            html=render_to_string("watchdog/mail/watch.html", context),
            message_id=f"<{outgoing.key.replace(':', '.')}@{sender.domain}>",
            date=now,
            instance=addressing.instance(),
            references=[],
            language=person.language,
        )


def _context(payload: dict[str, Any], *, person: Person, now: datetime) -> dict[str, Any]:
    mine = Ticket.objects.filter(desk__in=person.grants.manages_in, state__in=STATES)
    ahead = Forecast.objects.filter(ticket__in=mine, chance__gte=LIKELY, due_at__gt=now)
    tickets = ahead.filter(ticket__in=payload["tickets"]).select_related("ticket").order_by("due_at", "pk")
    findings = Finding.objects.visible_to(person).present().filter(pk__in=payload["findings"])
    in_danger = [_danger(one) for one in tickets]
    found = [_finding(one) for one in findings]
    if not in_danger and not found:
        raise Unneeded("what was to be said was withdrawn")
    return {
        "language": get_language(),
        "name": person.name,
        "title": _title(len(in_danger), len(found)),
        "in_danger": in_danger[:_NAMED],
        "more_in_danger": max(len(in_danger) - _NAMED, 0),
        "found": found[:_NAMED],
        "more_found": max(len(found) - _NAMED, 0),
        "risk_url": f"{settings.BASE_URL}{reverse('desk:tickets')}?view=at-risk",
        "watch_url": settings.BASE_URL + reverse("desk:watch"),
        "choice_url": settings.BASE_URL + reverse("desk:watch_mail"),
    }


def _title(in_danger: int, found: int) -> str:
    said = []
    if in_danger:
        said.append(
            ngettext(
                "%(count)d promise will probably be broken", "%(count)d promises will probably be broken", in_danger
            )
            % {"count": in_danger}
        )
    if found:
        said.append(
            ngettext("%(count)d thing is left lying", "%(count)d things are left lying", found) % {"count": found}
        )
    return ", ".join(said)


def _danger(forecast: Forecast) -> dict[str, str]:
    ticket = forecast.ticket
    language = get_language() or "fr"
    when = spoken(at=forecast.due_at, zone=timezone.get_current_timezone(), language=language)
    says = _("%(severity)s, due %(when)s") % {"severity": ticket.severity, "when": when}
    url = settings.BASE_URL + reverse("desk:ticket", args=[ticket.reference])
    return {"name": f"{ticket.reference} {ticket.title}", "says": says, "url": url}


def _finding(finding: Finding) -> dict[str, str]:
    check = BY_KIND[finding.kind]
    url = settings.BASE_URL + reverse("desk:watch")
    return {"name": finding.name, "says": check.tell(finding.detail) or str(check.mend), "url": url}
