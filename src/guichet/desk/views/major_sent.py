"""Who was told what of a major incident, and who wasn’t reached; and a ticket that seems to belong to one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from guichet.desk.views.base import TicketView
from guichet.desk.views.majors import MajorView
from guichet.lib.paging import page as keyset_page
from guichet.notifications import sent
from guichet.notifications.told_of_majors import tellings, unreached
from guichet.tickets import major_people
from guichet.tickets.models import MajorIncident
from guichet.tickets.models.major import parse
from guichet.ui.toasts import toast

_SIZE = 50
_NAMED = 100


class MajorSent(MajorView):
    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return self._shown(request)

    def _shown(self, request: HttpRequest) -> HttpResponse:
        rows = sent.visible_to(self.person).filter(about=self.major.reference)
        found = keyset_page(rows, order=("-created_at", "-id"), cursor=request.GET.get("cursor", ""), size=_SIZE)
        here = reverse("desk:major_sent", args=[self.major.reference])
        context: dict[str, Any] = {
            "mails": sent.shown(found.items, now=self.now),
            "more_url": f"{here}?cursor={found.next_cursor}" if found.next_cursor else "",
        }
        if self.is_htmx and "cursor" in request.GET:
            return self.fragment("desk/sent/rows.html", context)
        missed = unreached(self.major)
        context |= {
            "major": self.major,
            "major_url": self.url,
            "hidden": self.major.audience == "desk",
            "mail_is_on": settings.SMTP is not None,
            "tellings": tellings(self.major),
            "missed": missed[:_NAMED],
            "missed_count": len(missed),
            "more_missed": max(len(missed) - _NAMED, 0),
        }
        return self.page("desk/majors/sent.html", context)


class JoinOutage(TicketView):
    """“Is it this outage?” – yes: one press, and the ticket goes with it."""

    def post(self, request: HttpRequest, reference: str, major: str) -> HttpResponseBase:
        canonical = parse(major) if len(major) <= 40 else None
        found = get_object_or_404(MajorIncident.objects.at_desk_of(self.person), reference=canonical or "")
        major_people.link(found, ticket=self.ticket, **self.by())
        undo = reverse("desk:major_ticket_removal", args=[found.reference, self.ticket.reference])
        toast(request, _("It goes with %(major)s now.") % {"major": found.reference}, undo_url=undo)
        return redirect(self.url)
