"""A ticket for a caller: who it is, what they say, and the reference to read aloud."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from guichet.desk import callers, guiding, wording
from guichet.desk.forms.new_ticket import FACTS, NewTicketForm, UnknownPersonForm
from guichet.desk.shell import DeskView
from guichet.desk.views.base import TicketView
from guichet.knowledge.models import Run
from guichet.lib.errors import Refused
from guichet.lib.parsing import whole_number
from guichet.people.models import Person
from guichet.routing.actions import submit
from guichet.suggestions.similar import Alike, similar_to
from guichet.tickets import actions, drafts, guided
from guichet.tickets.intake import completeness
from guichet.tickets.models import Channel, Ticket

# Characters; of fewer words than these take everything is like everything.
_TELLING = 12


class NewTicket(DeskView):
    """Without `?person` one looks for the caller; with it, one writes down what they say."""

    current = "tickets"
    requester: Person | None = None
    # Where a decision tree was walked before.
    run: Run | None = None

    def prepare(self, **kwargs: Any) -> None:
        self.run = guiding.asked_for(self.person, self.request.GET.get("run"))
        chosen = self.request.GET.get("person")
        if chosen is None:
            return
        found = callers.people_served(self.person).select_related("organisation__served_by", "site")
        self.requester = found.filter(pk=whole_number(chosen, 0) or 0).first()
        if self.requester is None:
            raise Http404

    def get(self, request: HttpRequest) -> HttpResponseBase:
        if self.requester is None:
            begun = {"name": request.GET.get("q", "")[:120]}
            return self.find_caller(UnknownPersonForm(person=self.person, initial=begun))
        initial = {
            "channel": Channel.PHONE,
            "site": self.requester.site_id,
            "availability": self.requester.availability,
            "once": uuid.uuid4().hex,
            **(guiding.ticket_begun(self.run) if self.run else {}),
        }
        return self.show(NewTicketForm(initial=initial, requester=self.requester))

    def post(self, request: HttpRequest) -> HttpResponseBase:
        if self.requester is None:
            return self.write_down(UnknownPersonForm(request.POST, person=self.person))
        form = NewTicketForm(request.POST, request.FILES, requester=self.requester)
        if "measure" in request.POST:
            measured = {"known": self.known(form), "alike": self.alike(form), "requester": self.requester}
            return self.fragment("desk/parts/measured.html", measured)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            reference = self.open(form)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
            return self.show(form, status=refusal.status)
        return redirect("desk:receipt", reference=reference)

    def open(self, form: NewTicketForm) -> str:
        """The reference of the new ticket, or of the one that this very form opened before."""
        assert self.requester is not None
        cleaned = form.cleaned_data
        key = f"new-ticket-{cleaned['once']}"
        with transaction.atomic():
            # One form at a time of one agent: of two that are sent at once, the second finds what the first did.
            Person.objects.select_for_update(no_key=True).get(pk=self.person.pk)
            before = drafts.load(person=self.person, key=key) if cleaned["once"] else {}
            if before:
                return str(before["reference"])
            ticket = submit(
                organisation=self.requester.organisation,
                requester=self.requester,
                actor=self.person,
                now=self.now,
                facts=form.facts(),
                **{name: cleaned[name] for name in _SUBMITTED},
            )
            if self.run is not None:
                guided.join(ticket, run=self.run, actor=self.person, now=self.now)
            if cleaned["files"]:
                actions.attach(ticket, uploads=cleaned["files"], actor=self.person, now=self.now)
            if cleaned["once"]:
                drafts.save(person=self.person, key=key, body={"reference": ticket.reference}, now=self.now)
        return ticket.reference

    def show(self, form: NewTicketForm, *, status: int = 200) -> HttpResponse:
        assert self.requester is not None
        own = Ticket.objects.at_desk_of(self.person).live().filter(requester=self.requester).for_list()
        context = {
            "form": form,
            "requester": self.requester,
            "known": self.known(form),
            "alike": self.alike(form),
            "open_tickets": list(own.order_by("-opened_at")[:6]),
        }
        return self.page("desk/new_ticket.html", context, status=status)

    def known(self, form: NewTicketForm) -> dict[str, Any]:
        """How complete the form is, and what is still useful to ask."""
        given = {name: str(form[name].value() or "") for name in ("description", "impact", "urgency", "asset", *FACTS)}
        given["place"] = given["place"] or str(form["site"].value() or "")
        score = completeness(kind=str(form["kind"].value() or "incident"), known=given)
        return {"score": score.score, "missing": [str(wording.FACT_LABELS[key]) for key in score.missing]}

    def alike(self, form: NewTicketForm) -> Alike | None:
        """Tickets that say what has been written so far; None while that is too little to tell."""
        assert self.requester is not None
        said = " ".join(str(form[name].value() or "") for name in ("title", "description", "error_message"))
        if len(said.strip()) < _TELLING:
            return None
        desk = self.requester.organisation.desk.pk
        return similar_to(said, desk=desk, requester=self.requester, person=self.person)

    def find_caller(self, form: UnknownPersonForm, *, status: int = 200) -> HttpResponseBase:
        text = self.request.GET.get("q", "")[:200]
        people = callers.search(self.person, text)
        if len(people) == 1 and status == 200 and not self.is_htmx:
            return redirect(self.with_person(people[0]))
        context = {"form": form, "people": people, "q": text, "run": self.run}
        if self.is_htmx and status == 200:
            return self.fragment("desk/parts/callers.html", context)
        return self.page("desk/find_caller.html", context, status=status)

    def write_down(self, form: UnknownPersonForm) -> HttpResponseBase:
        if not form.is_valid():
            return self.find_caller(form, status=422)
        cleaned = form.cleaned_data
        try:
            made = callers.write_down(actor=self.person, **cleaned)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal.message))
            return self.find_caller(form, status=refusal.status)
        return redirect(self.with_person(made))

    def with_person(self, found: Person) -> str:
        """The form for that caller; what was asked before goes along."""
        if self.run is not None:
            return guiding.address("new_ticket", self.run, person=found.pk)
        return f"{reverse('desk:new_ticket')}?person={found.pk}"


_SUBMITTED = (
    "description", "title", "impact", "urgency", "kind", "channel", "category", "request_type", "site", "asset",
)  # fmt: skip


class Receipt(TicketView):
    """The reference in very large type, spelled, and what was promised: to read aloud."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        spelled = wording.spelled(self.ticket.reference)
        return self.page("desk/receipt.html", {"ticket": self.ticket, "spelled": spelled})
