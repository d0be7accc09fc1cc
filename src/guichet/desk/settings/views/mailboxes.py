"""Mailboxes: the desk's addresses, and what a message to each becomes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.channels import settings_actions
from guichet.channels.models import Auth, Fetch, Joins, Mailbox, Strangers
from guichet.desk.settings.base import EditView, ListView, RemovalView
from guichet.desk.settings.forms.mailboxes import MailboxForm
from guichet.tickets.models import Impact, Urgency

_FIELDS = (
    "address", "aliases", "name", "active", "home", "joins", "strangers", "category", "impact", "urgency",
    *settings_actions.FETCHING,
)  # fmt: skip
_NEW = {
    "active": True, "joins": Joins.COLLEAGUES, "strangers": Strangers.WELCOME, "fetch": Fetch.DELIVERED,
    "impact": Impact.PERSON, "urgency": Urgency.HAMPERED, "port": 993, "folder": "INBOX", "auth": Auth.PASSWORD,
}  # fmt: skip


class Mailboxes(ListView):
    section = "mailboxes"
    intro = gettext_lazy(
        "Addresses where people write to you. Every message becomes a ticket, a reply, or a case to look at."
    )
    new_label = gettext_lazy("New mailbox")
    new_name = "new_mailbox"
    columns = (gettext_lazy("Address"), gettext_lazy("How messages get here"), gettext_lazy("State"))
    empty_title = gettext_lazy("No mailbox yet.")
    empty_body = gettext_lazy("Give the address that people know, and say how its messages get here.")

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "url": self.link("mailbox", mailbox.pk),
                "title": mailbox.address,
                "cells": [mailbox.get_fetch_display(), state_of(mailbox)],
                "off": not mailbox.active,
            }
            for mailbox in Mailbox.objects.filter(organisation=self.desk)
        ]


def state_of(mailbox: Mailbox) -> str:
    if not mailbox.active:
        return _("not in use")
    if mailbox.trouble:
        return _("The server said: %(trouble)s") % {"trouble": mailbox.trouble}
    return _("in use")


class MailboxPage(EditView):
    section = "mailboxes"
    form_class = MailboxForm
    template = "settings/mailbox.html"
    new_title = gettext_lazy("New mailbox")
    saved = gettext_lazy("The mailbox is saved.")
    removal_name = "mailbox_removal"
    removal_label = gettext_lazy("Remove this mailbox")
    removal_text = gettext_lazy("What came by it stays in the ledger.")

    def find(self, pk: int) -> Mailbox | None:
        return Mailbox.objects.filter(organisation=self.desk, pk=pk).first()

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.row, name) for name in _FIELDS} if self.row else dict(_NEW)

    def act(self, data: dict[str, Any]) -> Any:
        fetching = settings_actions.Fetching(**{name: data.pop(name) for name in settings_actions.FETCHING})
        return settings_actions.save_mailbox(mailbox=self.row, desk=self.desk, fetching=fetching, **data, **self.by())


class MailboxRemoval(RemovalView):
    section = "mailboxes"
    page_name = "mailbox"
    removed = gettext_lazy("The mailbox is removed.")

    def find(self, pk: int) -> Mailbox | None:
        return Mailbox.objects.select_related("organisation").filter(organisation=self.desk, pk=pk).first()

    def act(self, row: Mailbox) -> None:
        settings_actions.remove_mailbox(mailbox=row, **self.by())
