"""Forms of treatment: who has it, when it rests, what is promised, how grave and how soon, what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guichet.catalog.models import Category, Kind
from guichet.desk.forms.base import MomentChoice, TicketForm, VerbForm, as_local, shortcuts
from guichet.people.models import TREATING, Person
from guichet.tickets.models import HoldReason, Impact, Priority, Severity, Ticket, Urgency
from guichet.ui.forms import Choice, ChoiceCards, GrowingText, offer_choices, offer_rows


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


class AssignForm(TicketForm):
    to = forms.ModelChoiceField(label=_("Who treats it from now on?"), queryset=Person.objects.none())

    def arrange(self) -> None:
        offer_rows(self, "to", who_may_treat(self.ticket))


class TicketMomentForm(MomentChoice, TicketForm):
    def usual(self) -> Mapping[str, tuple[Any, datetime]]:
        return shortcuts(self.ticket.desk, now=self.now)


class HoldForm(TicketMomentForm):
    asks = _("When do we look at it again, whatever happens?")

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


class PromiseForm(TicketMomentForm):
    asks = _("By when?")

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
        offer_rows(self, "owner", who_may_treat(self.ticket))
        if not self.is_bound:
            self.initial.setdefault("owner", self.ticket.promise_owner_id or self.ticket.assignee_id)
            if self.ticket.promise_text:
                self.initial.setdefault("text", self.ticket.promise_text)
                self.initial.setdefault("at", self.OTHER)
                self.initial.setdefault("other_at", as_local(self.ticket.promise_due_at))


class AssessForm(TicketForm):
    impact = forms.ChoiceField(
        label=_("How many are touched?"), choices=Impact.choices, widget=ChoiceCards(one_column=True)
    )
    urgency = forms.ChoiceField(
        label=_("Can they work meanwhile?"), choices=Urgency.choices, widget=ChoiceCards(one_column=True)
    )


class SeverityForm(TicketForm):
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


class OrderChoice(VerbForm):
    """The order of work: of one ticket, or of several."""

    priority = forms.TypedChoiceField(label=_("Order of work"), coerce=int, widget=ChoiceCards())

    def arrange(self) -> None:
        choices = [
            (p.value, Choice(_("%(number)s · %(name)s") % {"number": p.value, "name": p.label})) for p in Priority
        ]
        offer_choices(self, "priority", choices)


class PriorityForm(OrderChoice, TicketForm):
    reason = forms.CharField(
        label=_("Why this order?"), max_length=240, help_text=_("Shown in the lists, with your name.")
    )


class SubjectForm(TicketForm):
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


class TagsForm(TicketForm):
    tags = forms.CharField(
        label=_("Tags"), required=False, max_length=800, help_text=_("Separated by commas. New ones are made.")
    )


class WatcherForm(TicketForm):
    watcher = forms.ModelChoiceField(
        label=_("Who follows the ticket?"),
        queryset=Person.objects.none(),
        help_text=_("They read the replies and hear of news; never the internal notes, unless they work at the desk."),
    )

    def arrange(self) -> None:
        offer_rows(
            self, "watcher", Person.objects.filter(organisation__in={self.ticket.organisation_id, self.ticket.desk_id})
        )


class MessageForm(TicketForm):
    body = forms.CharField(label=_("Your text"), max_length=50_000, widget=GrowingText())
