"""The ticket that an agent opens for a caller: the same facts as at intake, on one dense form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guichet.catalog.models import Category, Kind, RequestType
from guichet.desk.lists import served
from guichet.people.models import Organisation, Person, Site
from guichet.tickets.models import Channel, Impact, Urgency
from guichet.ui.forms import Choice, ChoiceCards, FilesField, GrowingText

_BY_HAND = (Channel.PHONE, Channel.KIOSK, Channel.CHAT, Channel.MAIL, Channel.ONSITE, Channel.REMOTE, Channel.SOCIAL)
FACTS = ("error_message", "since", "steps", "place", "environment", "tried", "availability")


class NewTicketForm(forms.Form):
    channel = forms.ChoiceField(label=_("How did it come in?"), choices=[(c.value, c.label) for c in _BY_HAND])
    kind = forms.ChoiceField(
        label=_("What is it?"),
        widget=ChoiceCards(),
        choices=[
            (Kind.INCIDENT.value, Choice(Kind.INCIDENT.label, hint=_("Something is broken"), icon="triangle-alert")),
            (Kind.REQUEST.value, Choice(Kind.REQUEST.label, hint=_("Something is asked for"), icon="package")),
        ],
    )
    description = forms.CharField(
        label=_("What is happening?"),
        max_length=20_000,
        widget=GrowingText({"rows": 4}),
        help_text=_("In the caller’s words: what they were doing, and what happened instead."),
    )
    title = forms.CharField(
        label=_("Title"), required=False, max_length=200, help_text=_("Left empty, the first words of the description.")
    )
    impact = forms.ChoiceField(
        label=_("How many are touched?"), choices=Impact.choices, widget=ChoiceCards(one_column=True)
    )
    urgency = forms.ChoiceField(
        label=_("Can they work meanwhile?"),
        choices=Urgency.choices,
        widget=ChoiceCards(one_column=True),
        help_text=_("Ask: “Can you do other work while we look into it?”"),
    )
    category = forms.ModelChoiceField(
        label=_("Category"), required=False, queryset=Category.objects.none(), empty_label=_("Not sorted yet")
    )
    request_type = forms.ModelChoiceField(
        label=_("From the catalogue"),
        required=False,
        queryset=RequestType.objects.none(),
        empty_label=_("Nothing in it"),
    )
    site = forms.ModelChoiceField(
        label=_("Site"), required=False, queryset=Site.objects.none(), empty_label=_("Unknown")
    )
    asset = forms.CharField(
        label=_("Equipment"), required=False, max_length=80, help_text=_("The number on its label.")
    )
    error_message = forms.CharField(
        label=_("Exact message"), required=False, max_length=4000, widget=GrowingText({"rows": 1})
    )
    since = forms.CharField(label=_("Since when?"), required=False, max_length=400)
    steps = forms.CharField(
        label=_("Steps to see it again"), required=False, max_length=4000, widget=GrowingText({"rows": 1})
    )
    place = forms.CharField(label=pgettext_lazy("ticket", "Place"), required=False, max_length=400)
    environment = forms.CharField(
        label=_("Environment"), required=False, max_length=4000, help_text=_("System, application and version.")
    )
    tried = forms.CharField(label=_("Already tried"), required=False, max_length=4000, widget=GrowingText({"rows": 1}))
    availability = forms.CharField(label=_("When can they be reached?"), required=False, max_length=400)
    files = FilesField(label=_("Files"), required=False)  # type: ignore[assignment]
    # Made once with the empty form: the same form sent twice opens one ticket.
    once = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput())

    def __init__(self, *args: Any, requester: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisation = requester.organisation
        desk = organisation.served_by_id or organisation.pk
        fields: Any = self.fields
        fields["category"].queryset = Category.objects.filter(Q(organisation=desk) | Q(organisation=None), active=True)
        fields["request_type"].queryset = RequestType.objects.filter(organisation=desk, active=True)
        fields["site"].queryset = Site.objects.filter(organisation=organisation)

    def facts(self) -> dict[str, str]:
        return {key: self.cleaned_data[key] for key in FACTS if self.cleaned_data[key]}


class UnknownPersonForm(forms.Form):
    """Somebody whom the product doesn't know yet."""

    name = forms.CharField(label=_("Name"), max_length=120)
    organisation = forms.ModelChoiceField(label=_("Organisation"), queryset=Organisation.objects.none())
    phone = forms.CharField(label=_("Telephone"), required=False, max_length=40)
    email = forms.EmailField(label=_("E-mail"), required=False)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organisation"]
        field.queryset = served(person)
        if not self.is_bound and field.queryset.count() == 1:
            self.initial.setdefault("organisation", field.queryset.first())
