"""The hand-over: six reasons as big choices, each with the team that it points to; three to send it back; and what the
past proposes, with one press."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from guichet.desk.forms.base import TicketForm
from guichet.desk.proposals import Proposal, TeamFacts, propose, teams_for, words_about
from guichet.people.models import Team
from guichet.routing.proposing import Told, proposal_for
from guichet.tickets import actions
from guichet.tickets.models import HandOver, HandOverReason, ReturnReason
from guichet.ui.forms import Choice, ChoiceCards, GrowingText, offer_choices

_ICONS = {
    HandOverReason.TIME: "timer",
    HandOverReason.COMPETENCE: "graduation-cap",
    HandOverReason.RIGHTS: "key-round",
    HandOverReason.PRESENCE: "footprints",
    HandOverReason.SPECIALIST: "flask-conical",
    HandOverReason.PROVIDER: "building-2",
}


_RETURNS = {
    ReturnReason.INCOMPLETE: "circle-question-mark",
    ReturnReason.NOT_OURS: "undo-2",
    ReturnReason.SOLVED: "circle-check",
}


class HandOverForm(TicketForm):
    reason = forms.ChoiceField(label=_("Why does the work change hands?"), widget=ChoiceCards())
    to_team = forms.ChoiceField(label=_("To which team?"), required=False)
    note = forms.CharField(
        label=_("One line for the next person"),
        required=False,
        max_length=500,
        widget=GrowingText({"rows": 2}),
        help_text=_("What you would say if they stood beside you. What was tried goes with the ticket."),
    )

    def arrange(self) -> None:
        ticket = self.ticket
        self.past: Told | None = proposal_for(ticket, person=self.person, leaves=True)
        self._take_past()
        self.teams: list[TeamFacts] = teams_for(ticket)
        words = words_about(ticket)
        self.proposals: dict[str, Proposal] = {}
        choices = []
        for reason in HandOverReason:
            found = propose(
                reason=reason.value,
                teams=self.teams,
                current=ticket.team_id,
                rank=ticket.level.rank,
                words=words,
                site=str(ticket.site or ""),
            )
            hint = ""
            if found:
                self.proposals[reason.value] = found
                hint = f"→ {found.team.label}. {found.why}"
            choices.append((reason.value, Choice(reason.label, hint=hint, icon=_ICONS[reason])))
        choices += self._returns()
        offer_choices(self, "reason", choices)
        others = [(str(t.id), self._label(t)) for t in self.teams if t.id != ticket.team_id]
        offer_choices(self, "to_team", [("", _("The team proposed with the reason")), *others])

    def _take_past(self) -> None:
        """Its button, `past=<team>`, chooses that team and, where none is chosen, the reason for which most go there.

        Other sheets propose what they know: there the ticket may as well stay.
        """
        if not isinstance(self.data, QueryDict) or "past" not in self.data:
            return
        offered = (self.past, proposal_for(self.ticket, person=self.person))
        told = next((one for one in offered if one and str(one.team.pk) == self.data["past"]), None)
        if told is not None and told.team.pk != self.ticket.team_id:
            data = self.data.copy()
            data["to_team"] = str(told.team.pk)
            data["reason"] = data.get("reason") or told.reason
            self.data = data

    def _returns(self) -> list[tuple[str, Choice]]:
        """Back to who handed it over, where somebody did."""
        self.sender = actions.sender_of(self.ticket)
        if self.sender is None:
            return []
        team = f"{self.sender.from_team.name} ({self.sender.from_level.code})"
        hint = _("↩ Send back to %(team)s.") % {"team": team}
        return [(reason.value, Choice(reason.label, hint=hint, icon=_RETURNS[reason])) for reason in ReturnReason]

    def _label(self, team: TeamFacts) -> str:
        if not team.had_it:
            return team.label
        return _("%(team)s – had this ticket before") % {"team": team.label}

    @property
    def had_it(self) -> list[TeamFacts]:
        """Teams to which the ticket would come back."""
        return [team for team in self.teams if team.had_it and team.id != self.ticket.team_id]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "reason" in self.errors or "to_team" in self.errors:
            return cleaned
        chosen = cleaned.get("to_team")
        if self.sender is not None and cleaned["reason"] in ReturnReason.values:
            return self._clean_return(cleaned, self.sender, chosen or "")
        proposal = self.proposals.get(cleaned["reason"])
        if not chosen and proposal is None:
            self.add_error("to_team", _("There is no other team yet. A manager can make one in the settings."))
            return cleaned
        number = int(chosen) if chosen else proposal.team.id if proposal else 0
        cleaned["team"] = Team.objects.select_related("level").get(pk=number)
        return cleaned

    def _clean_return(self, cleaned: dict[str, Any], sender: HandOver, chosen: str) -> dict[str, Any]:
        if chosen and int(chosen) != sender.from_team_id:
            self.add_error("to_team", _("It goes back to the team that handed it over."))
        if cleaned["reason"] == ReturnReason.INCOMPLETE and not cleaned.get("note", "").strip():
            self.add_error("note", _("Say what is missing."))
        cleaned["team"] = sender.from_team
        return cleaned
