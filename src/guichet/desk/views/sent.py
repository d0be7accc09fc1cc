"""What was sent by mail: about one ticket, and at the whole desk; each mail, and sending it again."""

from __future__ import annotations

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
from guichet.notifications import of_majors, sent
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
            "mails": sent.shown(found.items, now=self.now),
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


class Shown(DeskView):
    """What one mail's page shows, whatever the mail is about."""

    outgoing: Outgoing
    # The way to it, and the address that sends it again.
    way: list[tuple[str, str]]
    again_url: str

    def show(self, *, status: int = 200, error: str = "") -> HttpResponse:
        seen = sent.preview(self.outgoing, now=self.now)
        [mail] = sent.shown([self.outgoing], now=self.now)
        context = {
            "way": self.way,
            "again_url": self.again_url,
            "mail": mail,
            "seen": seen,
            "may_again": sent.may_again(self.outgoing, seen=seen),
            "error": error,
        }
        return self.page("desk/sent/letter.html", context, status=status)

    def send_again(self, *, back: str) -> HttpResponseBase:
        try:
            sent.again(self.outgoing, actor=self.person, now=self.now)
        except Refused as refusal:
            return self.show(status=refusal.status, error=str(refusal.message))
        toast(self.request, _("The message is on its way again."))
        return redirect(back)


class Letter(TicketView, Shown):
    """One mail about the ticket."""

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        visible = sent.visible_to(self.person).filter(about=self.ticket.reference)
        self.outgoing = get_object_or_404(visible, pk=kwargs["number"])
        self.sent_url = reverse("desk:ticket_sent", args=[self.ticket.reference])
        self.way = [
            (_("Tickets"), reverse("desk:tickets")),
            (self.ticket.reference, self.url),
            (_("Messages sent"), self.sent_url),
        ]
        self.again_url = reverse("desk:letter_again", args=[self.ticket.reference, self.outgoing.pk])

    def get(self, request: HttpRequest, reference: str, number: int) -> HttpResponse:
        return self.show()


class Again(Letter):
    """Send it once more. Its GET shows the mail: that is where its form stands."""

    def post(self, request: HttpRequest, reference: str, number: int) -> HttpResponseBase:
        return self.send_again(back=self.sent_url)


class OtherLetter(Shown):
    """One mail of the whole desk's list: about an appointment without a ticket, or about a major incident."""

    current = "contacts"

    def prepare(self, **kwargs: Any) -> None:
        self.outgoing = get_object_or_404(sent.visible_to(self.person), pk=kwargs["number"])
        self.again_url = reverse("desk:sent_letter_again", args=[self.outgoing.pk])
        self.way, self.back = _way_to(self.outgoing)

    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        return self.show()


class OtherAgain(OtherLetter):
    """Send it once more; its GET shows the mail."""

    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        return self.send_again(back=self.back)


def _way_to(mail: Outgoing) -> tuple[list[tuple[str, str]], str]:
    """What the mail is about, and the list that it stands in."""
    everything = reverse("desk:sent")
    if mail.kind == of_majors.KIND:
        theirs = reverse("desk:major_sent", args=[mail.about])
        return [(mail.about, reverse("desk:major", args=[mail.about])), (_("Who was told"), theirs)], theirs
    if mail.about:
        theirs = reverse("desk:ticket_sent", args=[mail.about])
        return [(mail.about, reverse("desk:ticket", args=[mail.about])), (_("Messages sent"), theirs)], theirs
    booked = Appointment.objects.with_names().get(pk=mail.payload["appointment"])
    day = day_url(booked.venue, day_of(booked.venue, now=booked.starts_at))
    return [(_("Messages sent"), everything), (_("The day of the appointment"), day)], everything
