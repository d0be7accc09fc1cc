"""The form about one mailbox."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guichet.catalog.models import Category
from guichet.channels.models import Fetch, Joins, Strangers
from guichet.desk.settings.forms.base import RowField, SettingsForm
from guichet.people.models import Organisation
from guichet.tickets.models import Impact, Urgency
from guichet.ui.forms import offer_rows


class AddressesField(forms.CharField):
    """Addresses separated by commas, spaces or new lines."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        return [part for part in re.split(r"[\s,;]+", super().clean(value)) if part]


class MailboxForm(SettingsForm):
    address = forms.CharField(label=_("Address"), max_length=254, widget=forms.EmailInput())
    name = forms.CharField(
        label=_("Sender’s name"), max_length=120, required=False, help_text=_("What people read before the address.")
    )
    aliases = AddressesField(
        label=_("Other addresses that lead here"), max_length=4000, required=False, help_text=_("With commas.")
    )
    joins = forms.ChoiceField(label=_("Who may join a conversation by mail"), choices=Joins.choices)
    strangers = forms.ChoiceField(label=_("A request from an unknown address"), choices=Strangers.choices)
    home = RowField(label=_("Unknown people belong to"), required=False)
    category = RowField(label=_("Category"), required=False)
    impact = forms.ChoiceField(label=_("Impact, until somebody says more"), choices=Impact.choices)
    urgency = forms.ChoiceField(label=_("Urgency, until somebody says more"), choices=Urgency.choices)
    fetch = forms.ChoiceField(label=_("How messages get here"), choices=Fetch.choices)
    host = forms.CharField(label=_("IMAP server"), max_length=200, required=False)
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, required=False)
    user = forms.CharField(
        label=_("User"), max_length=200, required=False, help_text=_("The address, where nothing is said.")
    )
    password_variable = forms.CharField(
        label=_("Environment variable that holds the password"), max_length=80, required=False,
        help_text=_("Such as GUICHET_MAIL_PASSWORD. The password itself is kept in no table."),
    )  # fmt: skip
    folder = forms.CharField(label=_("Folder"), max_length=200, required=False)
    done_folder = forms.CharField(
        label=_("Move what we have to the folder"), max_length=200, required=False,
        help_text=_("Left empty, messages stay where they are, marked as read."),
    )  # fmt: skip
    active = forms.BooleanField(label=_("In use"), required=False)

    layout = (
        ("address", "name"), "aliases", ("joins", "strangers"), ("home", "category"), ("impact", "urgency"), "fetch",
        ("host", "port"), ("user", "password_variable"), ("folder", "done_folder"), "active",
    )  # fmt: skip

    def arrange(self) -> None:
        desk = self.desk
        places = Organisation.objects.filter(Q(pk=desk.pk) | Q(served_by=desk))
        offer_rows(self, "home", places, empty=_("Our organisation"))
        categories = Category.objects.filter(Q(organisation=desk) | Q(organisation=None))
        offer_rows(self, "category", categories, empty=_("No category"))
