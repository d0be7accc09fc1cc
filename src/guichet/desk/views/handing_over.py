"""Escalation: other hands take the work, or management is told."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk import guiding
from guichet.desk.forms.base import VerbForm
from guichet.desk.forms.handing_over import HandOverForm
from guichet.desk.forms.path import EscalateForm
from guichet.desk.views.base import TicketVerb
from guichet.people.models import Person
from guichet.routing.proposing import Told, proposal_for
from guichet.tickets import actions
from guichet.tickets.models import HandOverReason, ReturnReason, Ticket


def past_here(ticket: Ticket, *, person: Person) -> Told | None:
    """What the past says where it speaks for the team that has the ticket."""
    told = proposal_for(ticket, person=person)
    return told if told is not None and told.team.pk == ticket.team_id else None


class HandOvers(TicketVerb):
    verb = "hand_over"
    title = gettext_lazy("Hand over")
    button = gettext_lazy("Hand over")
    icon = "arrow-right-left"
    form_class = HandOverForm
    body = "desk/forms/hand_over.html"

    def initial(self) -> dict[str, Any]:
        run = guiding.asked_for(self.person, self.request.GET.get("run"))
        if run is not None:
            return guiding.hand_over_begun(run, ticket=self.ticket)
        reason = self.request.GET.get("reason", "")
        return {"reason": reason} if reason in {*HandOverReason.values, *ReturnReason.values} else {}

    def beside(self, form: VerbForm) -> dict[str, Any]:
        return {
            "stays": past_here(self.ticket, person=self.person),
            "hypotheses": self.ticket.hypotheses.all(),
            "attempts": self.ticket.attempts.all(),
            "times_handed_over": self.ticket.hand_overs.filter(hierarchical=False).count(),
        }

    def act(self, form: VerbForm) -> str:
        cleaned = form.cleaned_data
        if cleaned["reason"] in ReturnReason.values:
            actions.send_back(self.ticket, reason=cleaned["reason"], note=cleaned["note"], **self.by(form))
            return _("Sent back to %(team)s.") % {"team": cleaned["team"].name}
        actions.hand_over(
            self.ticket, to_team=cleaned["team"], reason=cleaned["reason"], note=cleaned["note"], **self.by(form)
        )
        return _("Handed over to %(team)s.") % {"team": cleaned["team"].name}


class Escalations(TicketVerb):
    verb = "escalate"
    title = gettext_lazy("Tell management")
    button = gettext_lazy("Tell them")
    icon = "megaphone"
    done = gettext_lazy("Management has been told.")
    form_class = EscalateForm

    def act(self, form: VerbForm) -> None:
        actions.escalate(self.ticket, note=form.cleaned_data["note"], **self.by(form))
