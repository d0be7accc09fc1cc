"""What every page and verb of one ticket shares: finding it, showing a form, refusing without losing what was typed."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk import rows
from guichet.desk.forms.base import VerbForm
from guichet.desk.shell import DeskView
from guichet.lib import references
from guichet.lib.errors import Refused
from guichet.tickets import lifecycle
from guichet.tickets.models import Ticket
from guichet.tickets.queries import TicketQuerySet
from guichet.tickets.timeline import Entry, timeline
from guichet.ui.toasts import toast


class TicketView(DeskView):
    """A page about one ticket. What the person may not treat is not there for them."""

    current = "tickets"
    ticket: Ticket

    def prepare(self, **kwargs: Any) -> None:
        self.ticket = self.find(str(kwargs["reference"]))

    def tickets(self) -> TicketQuerySet:
        found: TicketQuerySet = Ticket.objects.at_desk_of(self.person)
        return found

    def find(self, text: str) -> Ticket:
        reference = references.parse(text)
        ticket = get_object_or_404(self.tickets().annotate(around=rows.AROUND), reference=reference)
        rows.surround(ticket, vars(ticket).pop("around"))
        return ticket

    @property
    def url(self) -> str:
        return reverse("desk:ticket", args=[self.ticket.reference])

    def meanwhile(self, version: int) -> list[Entry]:
        """What others said and did after the version that the person had before them."""
        entries = timeline(self.ticket, for_desk=True)
        return [e for e in entries if e.number > version and (e.author is None or e.author.pk != self.person.pk)]


class VerbView(TicketView):
    """One verb: a form that is a page by itself, and a sheet where scripts run. GET shows it, POST does it."""

    verb: ClassVar[str] = ""
    title: ClassVar[Promise | str] = ""
    button: ClassVar[Promise | str] = ""
    icon: ClassVar[str] = "check"
    variant: ClassVar[str] = "primary"
    done: ClassVar[Promise | str] = gettext_lazy("Done.")
    form_class: ClassVar[type[VerbForm]] = VerbForm
    body: ClassVar[str] = "desk/forms/plain.html"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if not self.possible():
            return self.show(self.form(), status=200, message=self.impossible())
        return self.show(self.form())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        form = self.form(bound=True)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            told = self.act(form)
        except Refused as refusal:
            return self.refused(form, refusal)
        return self.succeeded(told or str(self.done))

    def act(self, form: VerbForm) -> str | None:
        """Do it, through the ticket's action; what to say afterwards, None for `done`."""
        raise NotImplementedError

    def possible(self) -> bool:
        return not self.verb or lifecycle.may(self.verb, state=self.ticket.state)

    def impossible(self) -> str:
        return _("This is no longer possible in the ticket’s present state.")

    def by(self, form: VerbForm) -> dict[str, Any]:
        """Who does it, when, and on which version: what every action takes."""
        return {"actor": self.person, "now": self.now, "expect": form.cleaned_data.get("version")}

    def form(self, *, bound: bool = False) -> VerbForm:
        data = (self.request.POST, self.request.FILES) if bound else (None, None)
        return self.form_class(*data, initial=self.initial(), ticket=self.ticket, person=self.person, now=self.now)

    def initial(self) -> dict[str, Any]:
        return {}

    def beside(self, form: VerbForm) -> dict[str, Any]:
        """What the form's body needs beside the form."""
        return {}

    def show(
        self, form: VerbForm, *, status: int = 200, message: str = "", meanwhile: list[Entry] | None = None
    ) -> HttpResponse:
        context = {
            "ticket": self.ticket,
            "ticket_url": self.url,
            "form": form,
            "verb": self,
            "body": self.body,
            "refusal": message,
            "meanwhile": meanwhile,
            **self.beside(form),
        }
        if self.is_htmx:
            return self.fragment("desk/verb_sheet.html", context, status=status)
        return self.page("desk/verb.html", context, status=status)

    def refused(self, form: VerbForm, refusal: Refused) -> HttpResponse:
        """Say so where it belongs, keep what was typed, and show what others did meanwhile."""
        message = str(refusal.message)
        if refusal.field in form.fields and not form.fields[refusal.field].widget.is_hidden:
            form.add_error(refusal.field, message)
            message = ""
        meanwhile: list[Entry] = []
        if refusal.status in {409, 412}:
            self.ticket = self.find(self.ticket.reference)
            meanwhile = self.meanwhile(form.cleaned_data.get("version") or 0)
            form.use_version(self.ticket.version)
        if self.is_htmx and not form.visible_fields():
            return self.announce(message, kind="danger", status=refusal.status)
        return self.show(form, status=refusal.status, message=message, meanwhile=meanwhile)

    def succeeded(self, told: str) -> HttpResponseBase:
        visible = Ticket.objects.at_desk_of(self.person).filter(pk=self.ticket.pk).exists()
        target = self.url if visible else reverse("desk:work")
        if not self.is_htmx:
            toast(self.request, told)
            return redirect(target)
        if visible:
            return self.announce(told, status=204)
        toast(self.request, told)
        return HttpResponse(status=204, headers={"HX-Redirect": target})

    def announce(self, text: str, *, kind: str = "ok", status: int) -> HttpResponse:
        """To a page that stays: a toast, and the word that the ticket changed."""
        event = {"toast": {"text": text, "kind": kind, "undo": ""}, "ticketchanged": {}}
        return HttpResponse(status=status, headers={"HX-Trigger": json.dumps(event)})
