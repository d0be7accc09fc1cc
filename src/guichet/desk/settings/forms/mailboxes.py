"""The form about one mailbox."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guichet.catalog.models import Category
from guichet.channels import settings_actions
from guichet.channels.models import Auth, Fetch, Joins, Strangers
from guichet.desk.settings.forms.base import RowField, SettingsForm
from guichet.people.models import Organisation
from guichet.tickets.models import Impact, Urgency
from guichet.ui.forms import GrowingText, offer_rows


class AddressesField(forms.CharField):
    """Addresses separated by commas, spaces or new lines."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        return [part for part in re.split(r"[\s,;]+", super().clean(value)) if part]


class Variable(forms.CharField):
    """The name of an environment variable: what it holds is kept in no table."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        super().__init__(max_length=80, widget=forms.TextInput(attrs=attributes), **kwargs)


class OwnText(forms.CharField):
    """Some lines of the desk's own. A line's end counts once, as one who writes it counts."""

    def __init__(self, **kwargs: Any) -> None:
        most = settings_actions.WORDING_LIMIT
        super().__init__(max_length=most, required=False, widget=GrowingText({"rows": 3}), **kwargs)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").replace("\r\n", "\n")


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
    active = forms.BooleanField(label=_("In use"), required=False)
    fetch = forms.ChoiceField(label=_("How messages get here"), choices=Fetch.choices)
    auth = forms.ChoiceField(label=_("What we sign in with"), choices=Auth.choices)
    user = forms.CharField(
        label=_("User"), max_length=200, required=False, help_text=_("The address, where nothing is said.")
    )
    host = forms.CharField(
        label=_("IMAP server"), max_length=200, required=False,
        help_text=_("Not needed for Microsoft and Google."),
    )  # fmt: skip
    port = forms.IntegerField(
        label=_("Port"), min_value=1, max_value=65535, required=False,
        help_text=_("993 by default; STARTTLS on any other."),
    )  # fmt: skip
    password_variable = Variable(
        label=_("Environment variable that holds the password"), help_text=_("Such as GUICHET_MAIL_PASSWORD.")
    )
    client_id = forms.CharField(label=_("Application’s identifier (client ID)"), max_length=200)
    secret_variable = Variable(
        label=_("Environment variable of the secret"),
        help_text=_("Such as GUICHET_MAIL_SECRET."),
    )
    tenant = forms.CharField(
        label=_("Directory (tenant)"), max_length=200, help_text=_("Its identifier, or a domain such as example.org.")
    )
    refresh_variable = Variable(
        label=_("Environment variable of the refresh token"), help_text=_("Such as GUICHET_MAIL_REFRESH.")
    )
    folder = forms.CharField(label=_("Folder"), max_length=200, required=False, help_text=_("INBOX by default."))
    done_folder = forms.CharField(
        label=_("Move what we have to the folder"), max_length=200, required=False,
        help_text=_("Left empty, messages stay, marked as read."),
    )  # fmt: skip

    above_fr = OwnText(label=_("After the greeting, in French"))
    above_en = OwnText(label=_("After the greeting, in English"))
    below_fr = OwnText(label=_("At the end, in French"), help_text=_("Opening hours, telephone, address."))
    below_en = OwnText(label=_("At the end, in English"), help_text=_("Opening hours, telephone, address."))
    accent = forms.CharField(
        label=_("Colour"), max_length=20, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
        help_text=_("Of buttons and edges, such as #0e604d; white has to be readable on it."),
    )  # fmt: skip

    layout = (
        ("address", "name"), "aliases", ("joins", "strangers"), ("home", "category"), ("impact", "urgency"), "active",
    )  # fmt: skip
    # The template puts these on show with what they belong to.
    placed: ClassVar[dict[str, tuple[str | tuple[str, ...], ...]]] = {
        "imap": (("host", "port"), ("folder", "done_folder"), ("auth", "user")),
        "password": ("password_variable",),
        "application": (("client_id", "secret_variable"),),
        "microsoft": ("tenant",),
        "google": ("refresh_variable",),
        "wording": (("above_fr", "above_en"), ("below_fr", "below_en"), "accent"),
    }

    @property
    def arranged(self) -> list[list[forms.BoundField]]:
        return self.rows_of(self.layout)

    @property
    def groups(self) -> dict[str, list[list[forms.BoundField]]]:
        return {name: self.rows_of(layout) for name, layout in self.placed.items()}

    def arrange(self) -> None:
        if self.is_bound:
            # Of the fields that one way in needs, only those of the chosen one have to be filled in.
            needed = settings_actions.NEEDED.get(self.data.get("auth", ""), ())
            fetched = self.data.get("fetch") == Fetch.IMAP
            for name in {name for names in settings_actions.NEEDED.values() for name in names} - {"host"}:
                self.fields[name].required = fetched and name in needed
        desk = self.desk
        places = Organisation.objects.filter(Q(pk=desk.pk) | Q(served_by=desk))
        offer_rows(self, "home", places, empty=_("Our organisation"))
        categories = Category.objects.filter(Q(organisation=desk) | Q(organisation=None))
        offer_rows(self, "category", categories, empty=_("No category"))
