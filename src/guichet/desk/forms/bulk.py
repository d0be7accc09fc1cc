"""What bulk verbs ask, and what they do to each ticket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guichet.desk.forms.base import VerbForm
from guichet.desk.forms.treatment import OrderChoice
from guichet.desk.lists import colleagues, desks
from guichet.people.models import Person, Team
from guichet.tickets import actions
from guichet.tickets.models import HandOverReason, Tag, Ticket
from guichet.ui.forms import ChoiceCards, GrowingText, offer_rows

_TAGS = 20


class BulkForm(VerbForm):
    """One verb for several tickets."""

    verb: ClassVar[str] = ""
    title: ClassVar[Promise | str] = ""
    # Whether there is something to ask before it is done.
    asks: ClassVar[bool] = True

    def act(self, ticket: Ticket) -> None:
        raise NotImplementedError


class TakeForm(BulkForm):
    verb, title, asks = "take", _("Take"), False

    def act(self, ticket: Ticket) -> None:
        actions.take(ticket, actor=self.person, now=self.now)


class AssignForm(BulkForm):
    verb, title = "assign", _("Give to a colleague")
    to = forms.ModelChoiceField(label=_("Who treats them from now on?"), queryset=Person.objects.none())

    def arrange(self) -> None:
        offer_rows(self, "to", colleagues(self.person))

    def act(self, ticket: Ticket) -> None:
        actions.assign(ticket, to=self.cleaned_data["to"], actor=self.person, now=self.now)


class PriorityForm(OrderChoice, BulkForm):
    verb, title = "priority", _("Order of work")
    reason = forms.CharField(label=_("Why this order?"), max_length=240)

    def act(self, ticket: Ticket) -> None:
        chosen, reason = self.cleaned_data["priority"], self.cleaned_data["reason"]
        actions.prioritise(ticket, priority=chosen, reason=reason, actor=self.person, now=self.now)


class TagForm(BulkForm):
    verb, title = "tag", _("Add tags")
    tags = forms.CharField(
        label=_("Tags to add"), max_length=400, help_text=_("Separated by commas. New ones are made.")
    )

    def act(self, ticket: Ticket) -> None:
        has = set(Tag.objects.filter(pk__in=ticket.tags.values("pk")).values_list("name", flat=True))
        names = has | set(self.cleaned_data["tags"].split(",")[:_TAGS])
        actions.set_tags(ticket, names=names, actor=self.person, now=self.now)


class HandOverForm(BulkForm):
    verb, title = "hand_over", _("Hand over")
    reason = forms.ChoiceField(
        label=_("Why does the work change hands?"), choices=HandOverReason.choices, widget=ChoiceCards()
    )
    to_team = forms.ModelChoiceField(label=_("To which team?"), queryset=Team.objects.none())
    note = forms.CharField(
        label=_("One line for the next person"), required=False, max_length=500, widget=GrowingText({"rows": 2})
    )

    def arrange(self) -> None:
        offer_rows(self, "to_team", Team.objects.filter(organisation__in=desks(self.person)).select_related("level"))

    def act(self, ticket: Ticket) -> None:
        cleaned = self.cleaned_data
        actions.hand_over(
            ticket,
            to_team=cleaned["to_team"],
            reason=cleaned["reason"],
            note=cleaned["note"],
            actor=self.person,
            now=self.now,
        )


FORMS: Mapping[str, type[BulkForm]] = {
    form.verb: form for form in (TakeForm, AssignForm, PriorityForm, TagForm, HandOverForm)
}
