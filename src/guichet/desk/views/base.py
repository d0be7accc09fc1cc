"""What every page and verb of one ticket shares: finding it, and what others did to it meanwhile."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk import rows
from guichet.desk.forms.base import TicketForm, VerbForm, VersionedForm
from guichet.desk.shell import DeskView
from guichet.desk.views.verb import Verb
from guichet.lib import references
from guichet.lib.compiled import Compiled
from guichet.lib.errors import Refused
from guichet.tickets import lifecycle, policies
from guichet.tickets.models import Ticket
from guichet.tickets.timeline import Entry, timeline
from guichet.ui.toasts import toast

_called = Compiled(
    lambda reference: Ticket.objects.annotate(around=rows.AROUND).filter(reference=reference), reference=str
)  # fmt: skip


class TicketView(DeskView):
    """A page about one ticket. What the person may not treat is not there for them."""

    current = "tickets"
    ticket: Ticket

    def prepare(self, **kwargs: Any) -> None:
        self.ticket = self.find(str(kwargs["reference"]))

    def find(self, text: str) -> Ticket:
        ticket = _called.first(reference=references.parse(text))
        if ticket is None or not policies.is_desk(self.person, ticket):
            raise Http404
        rows.surround(ticket, vars(ticket).pop("around"))
        return ticket

    @property
    def url(self) -> str:
        return reverse("desk:ticket", args=[self.ticket.reference])

    def meanwhile(self, version: int) -> list[Entry]:
        """What others said and did after the version that the person had before them."""
        entries = timeline(self.ticket, for_desk=True)
        return [e for e in entries if e.number > version and (e.author is None or e.author.pk != self.person.pk)]


class TicketVerb(TicketView, Verb):
    """What one does with a ticket. The page that stays behind the sheet hears that the ticket changed."""

    verb: ClassVar[str] = ""
    back = gettext_lazy("Back to the ticket")
    form_class: ClassVar[type[VerbForm]] = TicketForm
    template = "desk/ticket_verb.html"
    # What others did since the person opened the form.
    others: Sequence[Entry] = ()

    @property
    def trail(self) -> list[tuple[Any, str]]:
        return [(_("Tickets"), reverse("desk:tickets")), (self.ticket.reference, self.url)]

    def about(self) -> dict[str, Any]:
        return {"ticket": self.ticket}

    def impossible(self) -> str:
        possible = not self.verb or lifecycle.may(self.verb, state=self.ticket.state)
        return "" if possible else _("This is no longer possible in the ticket’s present state.")

    def again(self, form: VersionedForm) -> int:
        self.ticket = self.find(self.ticket.reference)
        self.others = self.meanwhile(form.cleaned_data["version"] or 0)
        return self.ticket.version

    def show_refusal(self, form: VerbForm, refusal: Refused) -> HttpResponse:
        if self.is_htmx and not form.visible_fields():
            return self.announce(str(refusal.message), kind="danger", status=refusal.status)
        return super().show_refusal(form, refusal)

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
