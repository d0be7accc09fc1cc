"""Who has the ticket, when it rests, what is promised, how grave and how soon, what it is about."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.forms import treatment as forms
from guichet.desk.forms.base import VerbForm, say
from guichet.desk.views.base import TicketVerb
from guichet.people.models import Person
from guichet.routing.proposing import Told, proposal_for
from guichet.tickets import actions
from guichet.tickets.actions.opening import matrix_of
from guichet.tickets.models import Ticket
from guichet.tickets.severity import assess as by_matrix


def past_elsewhere(ticket: Ticket, *, person: Person) -> Told | None:
    """The team that the past proposes, where that is another one and the ticket can be handed over."""
    told = proposal_for(ticket, person=person) if ticket.may("hand_over") else None
    return told if told is not None and told.team.pk != ticket.team_id else None


class Take(TicketVerb):
    verb = "take"
    title = gettext_lazy("Take the ticket")
    button = gettext_lazy("Take it")
    icon = "hand"
    done = gettext_lazy("It is yours.")

    def act(self, form: VerbForm) -> None:
        actions.take(self.ticket, **self.by(form))


class Assignment(TicketVerb):
    verb = "assign"
    title = gettext_lazy("Give it to a colleague")
    button = gettext_lazy("Give it")
    icon = "user-plus"
    form_class = forms.AssignForm

    def act(self, form: VerbForm) -> str:
        to: Person = form.cleaned_data["to"]
        actions.assign(self.ticket, to=to, **self.by(form))
        return _("%(name)s has the ticket now.") % {"name": to.name}


class Release(TicketVerb):
    verb = "release"
    title = gettext_lazy("Put it back into the team’s list")
    button = gettext_lazy("Put it back")
    icon = "user-minus"
    done = gettext_lazy("The ticket is back in the team’s list.")

    def act(self, form: VerbForm) -> None:
        actions.release(self.ticket, **self.by(form))


class Hold(TicketVerb):
    verb = "hold"
    title = gettext_lazy("Put on hold")
    button = gettext_lazy("Put on hold")
    icon = "circle-pause"
    form_class = forms.HoldForm

    def act(self, form: VerbForm) -> str:
        cleaned = form.cleaned_data
        actions.hold(
            self.ticket, reason=cleaned["reason"], note=cleaned["note"], wake_at=cleaned["moment"], **self.by(form)
        )
        return _("On hold until %(moment)s.") % {"moment": say(cleaned["moment"])}


class Wake(TicketVerb):
    verb = "wake"
    title = gettext_lazy("Take it up again")
    button = gettext_lazy("Take it up again")
    icon = "alarm-clock"
    done = gettext_lazy("The hold is over; the work goes on.")

    def act(self, form: VerbForm) -> None:
        actions.wake(self.ticket, **self.by(form))


class Promise(TicketVerb):
    verb = "promise"
    title = gettext_lazy("Promise the next step")
    button = gettext_lazy("Promise it")
    icon = "handshake"
    form_class = forms.PromiseForm

    def act(self, form: VerbForm) -> str:
        cleaned = form.cleaned_data
        actions.promise(
            self.ticket, text=cleaned["text"], due_at=cleaned["moment"], owner=cleaned["owner"], **self.by(form)
        )
        return _("Promised for %(moment)s.") % {"moment": say(cleaned["moment"])}


class Assessment(TicketVerb):
    verb = "assess"
    title = gettext_lazy("Impact and urgency")
    button = gettext_lazy("Assess anew")
    icon = "gauge"
    form_class = forms.AssessForm
    body = "desk/forms/assessment.html"
    after = "desk/parts/past_of_ticket.html"

    def initial(self) -> dict[str, Any]:
        return {"impact": self.ticket.impact, "urgency": self.ticket.urgency}

    def beside(self, form: VerbForm) -> dict[str, Any]:
        given = by_matrix(
            impact=self.ticket.impact, urgency=self.ticket.urgency, matrix=matrix_of(self.ticket.organisation)
        )
        return {"by_matrix": given.severity, "past": past_elsewhere(self.ticket, person=self.person)}

    def act(self, form: VerbForm) -> str:
        changed = actions.assess(
            self.ticket, impact=form.cleaned_data["impact"], urgency=form.cleaned_data["urgency"], **self.by(form)
        )
        return _("The severity is %(severity)s.") % {"severity": changed.severity}


class Severity(TicketVerb):
    verb = "assess"
    title = gettext_lazy("Set another severity than the matrix")
    button = gettext_lazy("Set this severity")
    icon = "gauge"
    form_class = forms.SeverityForm

    def initial(self) -> dict[str, Any]:
        return {"severity": self.ticket.severity, "reason": self.ticket.severity_reason}

    def act(self, form: VerbForm) -> str:
        cleaned = form.cleaned_data
        actions.override_severity(self.ticket, severity=cleaned["severity"], reason=cleaned["reason"], **self.by(form))
        return _("The severity is %(severity)s.") % {"severity": cleaned["severity"]}


class Priority(TicketVerb):
    verb = "prioritise"
    title = gettext_lazy("Order of work")
    button = gettext_lazy("Set this order")
    icon = "list-ordered"
    form_class = forms.PriorityForm

    def initial(self) -> dict[str, Any]:
        return {"priority": self.ticket.priority, "reason": self.ticket.priority_reason}

    def act(self, form: VerbForm) -> str:
        cleaned = form.cleaned_data
        actions.prioritise(self.ticket, priority=cleaned["priority"], reason=cleaned["reason"], **self.by(form))
        return _("Priority %(number)s.") % {"number": cleaned["priority"]}


class Subject(TicketVerb):
    verb = "recategorise"
    title = gettext_lazy("What it is about")
    button = gettext_lazy("Correct")
    icon = "pencil"
    done = gettext_lazy("Corrected.")
    form_class = forms.SubjectForm
    after = "desk/parts/past_of_ticket.html"

    def beside(self, form: VerbForm) -> dict[str, Any]:
        return {"past": past_elsewhere(self.ticket, person=self.person)}

    def initial(self) -> dict[str, Any]:
        ticket = self.ticket
        return {"title": ticket.title, "kind": ticket.kind, "category": ticket.category_id, "asset": ticket.asset}

    def act(self, form: VerbForm) -> None:
        wanted = form.cleaned_data
        ticket = self.ticket
        changed: dict[str, Any] = {
            name: wanted[name] for name in ("title", "kind", "asset") if wanted[name] != getattr(ticket, name)
        }
        if wanted["category"] and wanted["category"].pk != ticket.category_id:
            changed["category"] = wanted["category"]
        actions.recategorise(ticket, **changed, **self.by(form))
