"""What an agent says about somebody at the counter: set aside, sent on, taken out, served."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from guichet.desk.forms.base import VerbForm
from guichet.people.models import Person, Team
from guichet.tickets.models import HandOverReason, Unsolved
from guichet.ui.forms import Choice, ChoiceCards, GrowingText, offer_choices, offer_rows
from guichet.walkup import counter
from guichet.walkup.models import Reason, Sitting, Venue, Visit
from guichet.walkup.reasons import tree_of


class VisitForm(VerbForm):
    """A form about one visit."""

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        self.visit = visit
        super().__init__(*args, **kwargs)


class HoldForm(VisitForm):
    why = forms.CharField(
        label=_("What are they waiting for?"),
        required=False,
        max_length=500,
        widget=GrowingText({"rows": 2}),
        help_text=_("For your colleagues; a note on the ticket."),
    )


class CancelForm(VisitForm):
    why = forms.CharField(
        label=_("Why are they taken out of the queue?"),
        max_length=500,
        widget=GrowingText({"rows": 2}),
        help_text=_("The person reads this on the ticket."),
    )


class TransferForm(VisitForm):
    reason = forms.ChoiceField(label=_("For which reason"), required=False)
    agent = forms.ModelChoiceField(Person.objects.none(), label=_("To whom"), required=False)
    note = forms.CharField(
        label=_("One line for whoever receives them"),
        required=False,
        max_length=500,
        widget=GrowingText({"rows": 2}),
        help_text=_("They keep the moment they count from: nobody starts at the end of the queue again."),
    )

    def arrange(self) -> None:
        here = self.visit.venue
        places = _places(here, person=self.person)
        self.reasons = {str(reason.pk): reason for _label, reason in places}
        offer_choices(
            self,
            "reason",
            [
                ("", _("Still the same: %(reason)s") % {"reason": self.visit.reason.name}),
                *((str(r.pk), label) for label, r in places),
            ],
        )
        seated = Sitting.objects.filter(counter__venue=here, closed_at__isnull=True)
        offer_rows(
            self,
            "agent",
            Person.objects.filter(pk__in=seated.values("agent")).order_by("name"),
            label=lambda person: person.name,
            empty=_("Whoever is free first"),
        )

    @property
    def chosen(self) -> Reason | None:
        return self.reasons.get(self.cleaned_data.get("reason") or "")


def _places(here: Venue, *, person: Person) -> list[tuple[str, Reason]]:
    """The last choices of this venue, then those of the others of the same desk under their names."""
    found: list[tuple[str, Reason]] = []
    others = Venue.objects.received_at_by(person).filter(active=True).with_desk().exclude(pk=here.pk)
    desk = here.organisation.desk
    for venue in [here, *(v for v in others if v.organisation.desk == desk)]:
        tree = tree_of(venue)
        for reason in tree.by_id.values():
            if reason.active and tree.is_leaf(reason):
                path = tree.path(reason)
                found.append((path if venue.pk == here.pk else f"{venue.name} – {path}", reason))
    return found


UNSOLVED = "unsolved"
_ENDINGS = {
    counter.Ending.RESOLVED: ("circle-check", _("Say what was done; they are asked whether it works")),
    counter.Ending.OPEN: ("hand", _("The ticket stays yours")),
    counter.Ending.HANDED_OVER: ("arrow-right-left", _("To another team, with a reason")),
    counter.Ending.WORKSHOP: ("wrench", _("The device stays here to be repaired")),
    counter.Ending.FIELD: ("footprints", _("It has to be done where the device is")),
}


class EndingForm(VisitForm):
    # Each ending requires its own; a browser would insist on those that aren't shown.
    use_required_attribute = False
    _NEEDED: ClassVar = {
        "solution": {counter.Ending.RESOLVED.value},
        "unsolved": {UNSOLVED},
        "team": {counter.Ending.HANDED_OVER.value, counter.Ending.WORKSHOP.value, counter.Ending.FIELD.value},
        "reason": {counter.Ending.HANDED_OVER.value},
    }

    ending = forms.ChoiceField(label=_("How does it end?"), widget=ChoiceCards())
    solution = forms.CharField(label=_("What solved it?"), required=False, max_length=4000, widget=GrowingText())
    unsolved = forms.ChoiceField(label=_("Why is there no solution?"), required=False)
    team = forms.ModelChoiceField(Team.objects.none(), label=_("To which team?"), required=False)
    reason = forms.ChoiceField(label=_("Why does the work change hands?"), required=False)
    note = forms.CharField(
        label=_("One line for the next person"), required=False, max_length=500, widget=GrowingText({"rows": 2})
    )

    def arrange(self) -> None:
        cards: list[tuple[str, Choice]] = [
            (ending.value, Choice(ending.label, hint=hint, icon=icon)) for ending, (icon, hint) in _ENDINGS.items()
        ]
        nothing = Choice(_("Nothing to solve"), hint=_("Say why"), icon="circle-slash")
        offer_choices(self, "ending", [*cards, (UNSOLVED, nothing)])
        offer_choices(self, "unsolved", Unsolved.choices)
        offer_choices(self, "reason", HandOverReason.choices)
        offer_rows(self, "team", self._teams(), label=lambda team: team.name, empty=_("Choose a team"))
        self.initial.setdefault("ending", counter.Ending.RESOLVED)
        self.initial.setdefault("reason", HandOverReason.COMPETENCE)

    def full_clean(self) -> None:
        ending = self.data.get("ending", "") if self.is_bound else ""
        for name, endings in self._NEEDED.items():
            self.fields[name].required = ending in endings or not self.is_bound
        super().full_clean()

    def _teams(self) -> QuerySet[Team]:
        return Team.objects.filter(organisation=self.visit.ticket.desk_id).select_related("level")

    def said(self) -> dict[str, Any]:
        """The arguments of `finish`."""
        typed = self.cleaned_data
        ending = typed["ending"]
        if ending == UNSOLVED:
            return {"ending": counter.Ending.RESOLVED, "reason": typed["unsolved"], "note": typed["note"]}
        said: dict[str, Any] = {"ending": ending, "note": typed["note"]}
        if ending == counter.Ending.RESOLVED:
            said["solution"] = typed["solution"]
        elif ending == counter.Ending.HANDED_OVER:
            said.update(team=typed["team"], reason=typed["reason"])
        elif ending != counter.Ending.OPEN:
            said["team"] = typed["team"]
        return said


class CheckInForm(forms.Form):
    """For whoever can't or won't use the kiosk."""

    reason = forms.ChoiceField(label=_("What do they come for?"))
    name = forms.CharField(label=_("Name"), required=False, max_length=120)
    email = forms.EmailField(
        label=_("E-mail"), required=False, max_length=254, help_text=_("Whoever is known already is found by it.")
    )
    language = forms.ChoiceField(label=_("Language"), choices=[("fr", _("French")), ("en", _("English"))])
    words = forms.CharField(label=_("In their words"), required=False, max_length=2000, widget=GrowingText({"rows": 2}))
    # One for each check-in: sent twice, it is one visit.
    key = forms.CharField(widget=forms.HiddenInput(), initial=uuid4, required=False)

    def __init__(self, *args: Any, venue: Venue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tree = tree_of(venue)
        leaves = [reason for reason in tree.by_id.values() if reason.active and tree.is_leaf(reason)]
        self.reasons = {str(reason.pk): reason for reason in leaves}
        offer_choices(self, "reason", [(str(reason.pk), tree.path(reason)) for reason in leaves])
        self.initial.setdefault("language", venue.organisation.language)

    @property
    def chosen(self) -> Reason:
        return self.reasons[self.cleaned_data["reason"]]

    @property
    def client_key(self) -> str:
        return f"desk:{self.cleaned_data['key'][:40] or uuid4()}"
