"""Forms of treatment: who has it, when it rests, what is promised, how grave and how soon, what it is about."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guichet.catalog.models import Category, Kind
from guichet.desk.forms.base import MomentField, VerbForm, as_local, say, shortcuts
from guichet.people.models import TREATING, Person
from guichet.tickets.models import HoldReason, Impact, Priority, Severity, Ticket, Urgency
from guichet.ui.forms import Choice, ChoiceCards, GrowingText, offer_choices, offer_rows

OTHER = "other"


def who_may_treat(ticket: Ticket) -> Any:
    """People of the ticket's desk, those of its team first."""
    return (
        Person.objects.filter(
            Q(roles__organisation=ticket.desk_id, roles__kind__in=TREATING)
            | Q(roles__organisation=ticket.desk_id, roles__kind="provider", memberships__team=ticket.team_id)
        )
        .distinct()
        .order_by("name")
    )


class AssignForm(VerbForm):
    to = forms.ModelChoiceField(label=_("Who treats it from now on?"), queryset=Person.objects.none())

    def arrange(self) -> None:
        offer_rows(self, "to", who_may_treat(self.ticket))


class MomentChoiceForm(VerbForm):
    """A form that asks for a moment: one of the usual ones, or another."""

    at = forms.ChoiceField(label=_("When?"), widget=ChoiceCards())
    other_at = MomentField(label=_("Another moment"), required=False)

    def arrange(self) -> None:
        self.moments = shortcuts(self.ticket.desk, now=self.now)
        usual = [(key, Choice(name, hint=say(moment))) for key, (name, moment) in self.moments.items()]
        offer_choices(self, "at", [*usual, (OTHER, Choice(_("Another moment"), hint=_("Say which below")))])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = cleaned.get("at")
        if chosen == OTHER:
            if not cleaned.get("other_at") and "other_at" not in self.errors:
                self.add_error("other_at", _("Say when."))
            cleaned["moment"] = cleaned.get("other_at")
        elif chosen in self.moments:
            cleaned["moment"] = self.moments[chosen][1]
        return cleaned


class HoldForm(MomentChoiceForm):
    reason = forms.ChoiceField(
        label=_("What does the ticket wait for?"),
        widget=ChoiceCards(),
        choices=[
            (HoldReason.REQUESTER.value, Choice(HoldReason.REQUESTER.label, icon="message-circle-question-mark")),
            (HoldReason.PROVIDER.value, Choice(HoldReason.PROVIDER.label, icon="building-2")),
            (HoldReason.APPOINTMENT.value, Choice(HoldReason.APPOINTMENT.label, icon="calendar-clock")),
            (HoldReason.PARTS.value, Choice(HoldReason.PARTS.label, icon="package")),
            (HoldReason.CHANGE.value, Choice(HoldReason.CHANGE.label, icon="git-pull-request-arrow")),
            (HoldReason.OTHER.value, Choice(HoldReason.OTHER.label, hint=_("Say which below"), icon="ellipsis")),
        ],
    )
    note = forms.CharField(label=_("What exactly?"), required=False, max_length=240)
    field_order = ("reason", "note", "at", "other_at")

    def arrange(self) -> None:
        super().arrange()
        self.fields["at"].label = _("When do we look at it again, whatever happens?")


class PromiseForm(MomentChoiceForm):
    text = forms.CharField(
        label=_("What happens next?"),
        max_length=240,
        help_text=_("The requester reads this sentence. “We replace the disk and restore your files.”"),
    )
    owner = forms.ModelChoiceField(
        label=_("Who does it?"), required=False, queryset=Person.objects.none(), empty_label=_("The team")
    )
    field_order = ("text", "owner", "at", "other_at")

    def arrange(self) -> None:
        super().arrange()
        self.fields["at"].label = _("By when?")
        people = who_may_treat(self.ticket)
        offer_rows(self, "owner", people)
        if not self.is_bound:
            self.initial.setdefault("owner", self.ticket.promise_owner_id or self.ticket.assignee_id)
            if self.ticket.promise_text:
                self.initial.setdefault("text", self.ticket.promise_text)
                self.initial.setdefault("at", OTHER)
                self.initial.setdefault("other_at", as_local(self.ticket.promise_due_at))


class AssessForm(VerbForm):
    impact = forms.ChoiceField(
        label=_("How many are touched?"), choices=Impact.choices, widget=ChoiceCards(one_column=True)
    )
    urgency = forms.ChoiceField(
        label=_("Can they work meanwhile?"), choices=Urgency.choices, widget=ChoiceCards(one_column=True)
    )


class SeverityForm(VerbForm):
    severity = forms.ChoiceField(
        label=_("Severity"),
        choices=[(s.value, Choice(s.value, hint=s.label)) for s in Severity],
        widget=ChoiceCards(),
    )
    reason = forms.CharField(
        label=_("Why does it differ from the matrix?"),
        max_length=240,
        help_text=_("Shown with the severity, with your name."),
    )


class PriorityForm(VerbForm):
    priority = forms.TypedChoiceField(
        label=_("Order of work"),
        coerce=int,
        widget=ChoiceCards(),
    )
    reason = forms.CharField(
        label=_("Why this order?"), max_length=240, help_text=_("Shown in the lists, with your name.")
    )

    def arrange(self) -> None:
        choices = [
            (p.value, Choice(_("%(number)s · %(name)s") % {"number": p.value, "name": p.label})) for p in Priority
        ]
        offer_choices(self, "priority", choices)


class SubjectForm(VerbForm):
    title = forms.CharField(label=_("Title"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    category = forms.ModelChoiceField(
        label=_("Category"), required=False, queryset=Category.objects.none(), empty_label=_("Not sorted yet")
    )
    asset = forms.CharField(label=_("Equipment"), required=False, max_length=80, help_text=_("Its number or name."))

    def arrange(self) -> None:
        offer_rows(
            self,
            "category",
            Category.objects.filter(
                Q(organisation=self.ticket.desk_id) | Q(organisation=None),
                Q(active=True) | Q(pk=self.ticket.category_id),
            ),
        )


class TagsForm(VerbForm):
    tags = forms.CharField(
        label=_("Tags"), required=False, max_length=800, help_text=_("Separated by commas. New ones are made.")
    )


class WatcherForm(VerbForm):
    watcher = forms.ModelChoiceField(
        label=_("Who follows the ticket?"),
        queryset=Person.objects.none(),
        help_text=_("They read the replies and hear of news; never the internal notes, unless they work at the desk."),
    )

    def arrange(self) -> None:
        offer_rows(
            self, "watcher", Person.objects.filter(organisation__in={self.ticket.organisation_id, self.ticket.desk_id})
        )


class ReleaseForm(VerbForm):
    """Nothing to say; the button is the form."""


class MessageForm(VerbForm):
    body = forms.CharField(label=_("Your text"), max_length=50_000, widget=GrowingText())
