"""What was sent by mail: about one ticket, and at the whole desk; each mail, and sending it again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.shell import DeskView
from guichet.desk.views.appointments import day_url
from guichet.desk.views.base import TicketView
from guichet.lib.errors import Refused
from guichet.lib.models import Outgoing
from guichet.lib.paging import page as keyset_page
from guichet.notifications import sent
from guichet.notifications.sent import Standing
from guichet.ui.toasts import toast
from guichet.walkup.days import day_of
from guichet.walkup.models import Appointment

_SIZE = 50
_ORDER = ("-created_at", "-id")
_TABS = {
    Standing.WAITING: gettext_lazy("Not delivered yet"),
    Standing.GIVEN_UP: gettext_lazy("Not delivered"),
    Standing.DELIVERED: gettext_lazy("Delivered"),
}


class Sent(DeskView):
    """Whoever runs the desk sees what did not arrive."""

    current = "contacts"

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = request.GET.get("standing", Standing.WAITING)
        standing = wanted if wanted in _TABS else Standing.WAITING.value
        rows = sent.visible_to(self.person)
        found = keyset_page(
            sent.only(rows, standing=standing), order=_ORDER, cursor=request.GET.get("cursor", ""), size=_SIZE
        )
        here = f"{reverse('desk:sent')}?standing={standing}"
        context: dict[str, Any] = {
            "mails": _with_places(sent.shown(found.items, now=self.now)),
            "with_ticket": True,
            "more_url": f"{here}&cursor={found.next_cursor}" if found.next_cursor else "",
        }
        if self.is_htmx and "cursor" in request.GET:
            return self.fragment("desk/sent/rows.html", context)
        # What was delivered is not counted: it grows for ever.
        counted = {one: sent.only(rows, standing=one).count() for one in (Standing.WAITING, Standing.GIVEN_UP)}
        tabs = [
            {
                "label": label,
                "url": f"{reverse('desk:sent')}?standing={one.value}",
                "current": one == standing,
                "count": counted.get(one),
            }
            for one, label in _TABS.items()
        ]
        context |= {"tabs": tabs, "standing": standing, "mail_is_on": settings.SMTP is not None}
        context["has_contacts"] = bool(self.person.grants.treats_in)
        return self.page("desk/sent/list.html", context)


class SentOfTicket(TicketView):
    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        found = keyset_page(
            sent.visible_to(self.person).filter(about=self.ticket.reference),
            order=_ORDER,
            cursor=request.GET.get("cursor", ""),
            size=_SIZE,
        )
        here = reverse("desk:ticket_sent", args=[self.ticket.reference])
        context: dict[str, Any] = {
            "mails": sent.shown(found.items, now=self.now),
            "more_url": f"{here}?cursor={found.next_cursor}" if found.next_cursor else "",
        }
        if self.is_htmx and "cursor" in request.GET:
            return self.fragment("desk/sent/rows.html", context)
        context |= {"ticket": self.ticket, "ticket_url": self.url, "mail_is_on": settings.SMTP is not None}
        return self.page("desk/sent/ticket.html", context)


class Letter(TicketView):
    """One mail about the ticket."""

    outgoing: Outgoing

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        visible = sent.visible_to(self.person).filter(about=self.ticket.reference)
        self.outgoing = get_object_or_404(visible, pk=kwargs["number"])

    def get(self, request: HttpRequest, reference: str, number: int) -> HttpResponse:
        return self.show()

    def show(self, *, status: int = 200, error: str = "") -> HttpResponse:
        seen = sent.preview(self.outgoing, now=self.now)
        [mail] = sent.shown([self.outgoing], now=self.now)
        context = {
            "ticket": self.ticket,
            "ticket_url": self.url,
            "mail": mail,
            "seen": seen,
            "may_again": sent.may_again(self.outgoing, seen=seen),
            "error": error,
        }
        return self.page("desk/sent/letter.html", context, status=status)


class Again(Letter):
    """Send it once more. Its GET shows the mail: that is where its form stands."""

    def post(self, request: HttpRequest, reference: str, number: int) -> HttpResponseBase:
        try:
            sent.again(self.outgoing, actor=self.person, now=self.now)
        except Refused as refusal:
            return self.show(status=refusal.status, error=str(refusal.message))
        toast(request, _("The message is on its way again."))
        return redirect("desk:ticket_sent", reference=self.ticket.reference)


def _with_places(mails: list[sent.Sent]) -> list[sent.Sent]:
    """Those about an appointment without a ticket lead to the day that it is on."""
    wanted = [mail.row.payload["appointment"] for mail in mails if not mail.row.about]
    booked = Appointment.objects.with_names().in_bulk(wanted) if wanted else {}
    return [
        replace(mail, place=_day_of(booked[mail.row.payload["appointment"]])) if not mail.row.about else mail
        for mail in mails
    ]


def _day_of(appointment: Appointment) -> str:
    return day_url(appointment.venue, day_of(appointment.venue, now=appointment.starts_at))
