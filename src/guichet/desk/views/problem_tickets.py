"""Tickets under a problem, from both sides: the problem's page and the ticket's."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk import wording
from guichet.desk.forms import problems as forms
from guichet.desk.forms.base import VerbForm
from guichet.desk.views.base import TicketVerb
from guichet.desk.views.problems import ProblemView
from guichet.lib import references
from guichet.lib.errors import Refused
from guichet.tickets import causes, problems
from guichet.tickets.models import Problem, ProblemLink, Ticket
from guichet.ui.toasts import toast


class Tickets(ProblemView):
    """POST puts a ticket under the problem, by its reference; the form stands on the problem's page."""

    def get(self, request: HttpRequest, problem: str) -> HttpResponseBase:
        return self.show()

    def post(self, request: HttpRequest, problem: str) -> HttpResponseBase:
        form = forms.LinkForm(request.POST)
        ticket = None
        if form.is_valid():
            exact = references.parse(form.cleaned_data["reference"])
            ticket = Ticket.objects.at_desk_of(self.person).filter(reference=exact or "").first()
            if ticket is None:
                form.add_error("reference", _("None of your tickets has this reference."))
        if ticket is None:
            return self.show(status=422, ticket_form=form)
        try:
            causes.link(ticket, problem=self.problem, actor=self.person, now=self.now)
        except Refused as refusal:
            form.add_error("reference", str(refusal.message))
            return self.show(status=refusal.status, ticket_form=form)
        return _linked(request, ticket, self.problem, back=f"{self.url}#tickets")


class TicketOfProblem(ProblemView):
    """One ticket: put under the problem, or taken from under it. One undoes the other."""

    ticket: Ticket

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        seen = Ticket.objects.at_desk_of(self.person)
        self.ticket = get_object_or_404(seen, reference=references.parse(str(kwargs["reference"])) or "")

    def back(self) -> str:
        """Where it was asked: on the ticket, or on the problem."""
        of_ticket = reverse("desk:ticket", args=[self.ticket.reference])
        return of_ticket if self.request.GET.get("from") == "ticket" else f"{self.url}#tickets"

    def refused(self, refusal: Refused) -> HttpResponse:
        return self.show(status=refusal.status, error=str(refusal.message))


class Link(TicketOfProblem):
    def post(self, request: HttpRequest, problem: str, reference: str) -> HttpResponseBase:
        try:
            causes.link(self.ticket, problem=self.problem, actor=self.person, now=self.now)
        except Refused as refusal:
            return self.refused(refusal)
        return _linked(request, self.ticket, self.problem, back=self.back())


class Unlink(TicketOfProblem):
    def post(self, request: HttpRequest, problem: str, reference: str) -> HttpResponseBase:
        try:
            causes.unlink(self.ticket, problem=self.problem, actor=self.person, now=self.now)
        except Refused as refusal:
            return self.refused(refusal)
        names = {"ticket": self.ticket.reference, "problem": self.problem.reference}
        undo = reverse("desk:problem_link", args=[self.problem.reference, self.ticket.reference])
        toast(request, _("%(ticket)s no longer stands under %(problem)s.") % names, undo_url=undo)
        return redirect(self.back())


def _linked(request: HttpRequest, ticket: Ticket, problem: Problem, *, back: str) -> HttpResponseBase:
    names = {"ticket": ticket.reference, "problem": problem.reference}
    undo = reverse("desk:problem_unlink", args=[problem.reference, ticket.reference])
    toast(request, _("%(ticket)s stands under %(problem)s now.") % names, undo_url=undo)
    return redirect(back)


class CauseOfTicket(TicketVerb):
    """From the ticket: which problem causes it. Found by words, proposed by likeness, or given by its reference."""

    verb = "link"
    title = gettext_lazy("Caused by a problem")
    button = gettext_lazy("It causes this ticket")
    icon = "link"
    form_class = forms.ProblemChoiceForm
    body = "desk/forms/problem_choice.html"

    def beside(self, form: VerbForm) -> dict[str, Any]:
        present = ProblemLink.objects.filter(ticket=self.ticket).select_related("problem").first()
        return {"present": present.problem if present else None}

    def act(self, form: VerbForm) -> str:
        problem = form.cleaned_data["problem"]
        causes.link(self.ticket, problem=problem, **self.by(form))
        return _("It stands under %(problem)s now.") % {"problem": problem.reference}


class WorkaroundResolution(TicketVerb):
    """The problem's workaround restored the service for this requester."""

    verb = "resolve"
    title = gettext_lazy("Resolve by the problem’s workaround")
    button = gettext_lazy("Resolve")
    icon = "route"
    form_class = forms.WorkaroundResolutionForm
    body = "desk/forms/workaround_resolution.html"

    def initial(self) -> dict[str, Any]:
        return {"body": wording.resolved_text(self.ticket, agent=self.person)}

    def beside(self, form: VerbForm) -> dict[str, Any]:
        link = ProblemLink.objects.filter(ticket=self.ticket).select_related("problem").first()
        workaround = problems.current_workaround(link.problem) if link else None
        return {"problem": link.problem if link else None, "workaround": workaround}

    def act(self, form: VerbForm) -> str:
        cleaned = form.cleaned_data
        causes.resolve_by_workaround(self.ticket, test=cleaned["test"], body=cleaned["body"], **self.by(form))
        return _("Resolved. %(name)s is asked whether it works.") % {"name": self.ticket.requester.name}
