"""One verb for several tickets: each through its own action, with a report of those refused and why."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guichet.desk.forms.bulk import FORMS, BulkForm
from guichet.desk.shell import DeskView
from guichet.lib.errors import Refused
from guichet.lib.parsing import whole_number
from guichet.tickets.models import Ticket
from guichet.ui.toasts import toast

_MOST = 200


class Bulk(DeskView):
    """First step: the selection and a verb. Second step, where the verb asks something: its form."""

    current = "tickets"

    def post(self, request: HttpRequest) -> HttpResponseBase:
        back = request.POST.get("back", "")
        if not url_has_allowed_host_and_scheme(back, None) or not back.startswith(reverse("desk:tickets")):
            back = reverse("desk:tickets")
        tickets = self._chosen(request)
        form_class = FORMS.get(request.POST.get("verb", ""))
        if form_class is None or not tickets:
            toast(request, _("Select at least one ticket and say what to do with them."), "warn")
            return redirect(back)
        if "asked" not in request.POST and form_class.asks:
            return self._ask(form_class(person=self.person, now=self.now), tickets, back=back)
        form = form_class(request.POST, person=self.person, now=self.now)
        if not form.is_valid():
            return self._ask(form, tickets, back=back, status=422)
        refused = self._do(form, tickets)
        done = len(tickets) - len(refused)
        told = ngettext("%(count)d ticket changed.", "%(count)d tickets changed.", done) % {"count": done}
        if not refused:
            toast(request, told)
            return redirect(back)
        return self.page("desk/bulk_report.html", {"form": form, "done": told, "refused": refused, "back": back})

    def _chosen(self, request: HttpRequest) -> list[Ticket]:
        ids = {number for text in request.POST.getlist("ids")[:_MOST] if (number := whole_number(text)) is not None}
        found = Ticket.objects.at_desk_of(self.person).filter(pk__in=ids)
        found = found.select_related("desk", "team", "level")
        return list(found.order_by("priority", "promise_due_at", "id"))

    def _ask(self, form: BulkForm, tickets: list[Ticket], *, back: str, status: int = 200) -> HttpResponse:
        context = {"form": form, "tickets": tickets, "back": back, "bulk_url": reverse("desk:bulk")}
        return self.page("desk/bulk.html", context, status=status)

    def _do(self, form: BulkForm, tickets: list[Ticket]) -> list[dict[str, Any]]:
        refused = []
        for ticket in tickets:
            try:
                form.act(ticket)
            except Refused as refusal:
                refused.append({"ticket": ticket, "why": refusal.message})
        return refused
