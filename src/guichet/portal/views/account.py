"""One's own profile and news."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from guichet.lib.errors import Refused
from guichet.lib.paging import page as page_of
from guichet.lib.text import one_line
from guichet.notifications.models import Notification
from guichet.notifications.tell import mark_read
from guichet.people.middleware import PersonRequest
from guichet.people.models import Person
from guichet.portal.forms import AccountForm
from guichet.portal.frame import page, signed_in
from guichet.tickets.models import MajorIncident, Ticket
from guichet.training.models import Session
from guichet.ui.toasts import toast

_PAGE = 25
_YEAR = 365 * 24 * 3600
# Verb → how it is told to the requester's side, and its picture. What is not here is the desk's own business.
_NEWS: dict[str, tuple[Any, str]] = {
    "ticket.opened": (_l("A new ticket was opened."), "circle-dot"),
    "ticket.replied": (_l("%(actor)s wrote to you."), "message-circle"),
    "ticket.attached": (_l("%(actor)s added files."), "paperclip"),
    "ticket.held": (_l("%(actor)s put the ticket on hold; the reason is on its page."), "circle-pause"),
    "ticket.promised": (_l("%(actor)s told you what happens next."), "hourglass"),
    "ticket.resolved": (_l("%(actor)s says that it is solved. Does it work for you?"), "circle-check"),
    "ticket.fixed": (_l("The cause of the failure is removed. Does it work for you?"), "wrench"),
    "ticket.reopened": (_l("%(actor)s opened the ticket again."), "rotate-ccw"),
    "ticket.cancelled": (_l("%(actor)s cancelled the ticket."), "circle-slash"),
    "ticket.closed": (_l("The ticket is closed."), "lock"),
    "major.news": (_l("There is news about this incident."), "siren"),
    "major.restored": (_l("The service is back. Does it work for you?"), "circle-check"),
    "major.resumed": (_l("It broke down again. We are working on it."), "siren"),
    "session.registered": (_l("%(actor)s registered you for a training session."), "graduation-cap"),
    "session.withdrawn": (_l("A place in a training session is free, and it is yours."), "graduation-cap"),
    "session.described": (_l("A place in a training session is free, and it is yours."), "graduation-cap"),
    "session.moved": (_l("A training session has a new time or place."), "calendar-clock"),
    "session.cancelled": (_l("A training session does not take place."), "calendar-x"),
    "appointment.booked": (_l("%(actor)s made an appointment for you."), "calendar-plus"),
    "appointment.moved": (_l("%(actor)s moved your appointment."), "calendar-clock"),
    "appointment.cancelled": (_l("%(actor)s cancelled your appointment."), "calendar-x"),
    "appointment.no_show": (_l("You were expected for an appointment. You can make another one."), "calendar-x"),
}


@dataclass(frozen=True)
class News:
    """One piece of news as it is listed."""

    sentence: str
    icon: str
    at: datetime
    about: Ticket | MajorIncident | Session
    url: str
    unread: bool


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: PersonRequest) -> HttpResponse:
    """Language, time zone, how to be reached, how at ease with computing."""
    person = request.person
    if request.method != "POST":
        return page(request, "portal/account.html", {"form": AccountForm(instance=person)})
    # The form works on a copy: what it refuses must not show in the frame around it.
    form = AccountForm(request.POST, instance=Person.objects.select_related("organisation").get(pk=person.pk))
    if not form.is_valid():
        return page(request, "portal/account.html", {"form": form}, status=422)
    changed = form.save(commit=False)
    changed.phone, changed.availability = one_line(changed.phone), one_line(changed.availability)
    changed.save(update_fields=list(form.fields))
    with override(changed.language):
        toast(request, _("Your profile is saved."))
    response = redirect("portal:account")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        changed.language,
        max_age=_YEAR,
        samesite="Lax",
        secure=request.is_secure(),
        httponly=True,
    )
    return response


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def news(request: PersonRequest) -> HttpResponse:
    """What happened on the tickets that one follows, newest first; a POST marks all of it as read."""
    person = request.person
    if request.method == "POST":
        mark_read(person, now=timezone.now())
        return redirect("portal:news")
    mine = Q(ticket__in=Ticket.objects.own_of(person).values("pk"))
    mine |= Q(major__in=MajorIncident.objects.visible_to(person).values("pk"))
    mine |= Q(session__in=Session.objects.seen_outside_by(person).values("pk"))
    rows = Notification.objects.filter(mine, person=person, event__verb__in=list(_NEWS))
    rows = rows.select_related("ticket", "major", "session", "event__actor")
    try:
        found = page_of(rows, order=("-at", "-id"), cursor=request.GET.get("cursor", ""), size=_PAGE)
    except Refused:
        return redirect("portal:news")
    context = {
        "news": [_told(row) for row in found.items],
        "next_url": f"?cursor={found.next_cursor}" if found.next_cursor else "",
    }
    return page(request, "portal/news.html", context)


def _told(row: Notification) -> News:
    assert row.event is not None, "the list asks for verbs"
    sentence, icon = _NEWS[row.event.verb]
    actor = row.event.actor.name if row.event.actor else "Guichet"
    about: Ticket | MajorIncident | Session | None = row.major or row.ticket or row.session
    assert about is not None, "the database holds that news is about something"
    return News(
        sentence=str(sentence) % {"actor": actor} if "%(" in str(sentence) else str(sentence),
        icon=icon,
        at=row.at,
        about=about,
        url=_url(about),
        unread=row.read_at is None,
    )


def _url(about: Ticket | MajorIncident | Session) -> str:
    if isinstance(about, Session):
        return reverse("portal:session", args=[about.pk])
    return reverse("portal:outage" if isinstance(about, MajorIncident) else "portal:ticket", args=[about.reference])
