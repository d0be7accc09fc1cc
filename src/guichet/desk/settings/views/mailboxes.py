"""Mailboxes: the desk's addresses, and what a message to each becomes."""

from __future__ import annotations

import re
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from guichet.channels import settings_actions
from guichet.channels.models import Auth, Fetch, Joins, Mailbox, Strangers
from guichet.desk.frames import framed
from guichet.desk.settings.base import EditView, ListView, RemovalView, SettingsView
from guichet.desk.settings.forms.base import SettingsForm
from guichet.desk.settings.forms.mailboxes import MailboxForm
from guichet.desk.settings.views.macros import placeholders
from guichet.notifications.addressing import identity
from guichet.notifications.samples import sample
from guichet.notifications.wording import PLACEHOLDERS
from guichet.tickets.models import Impact, Urgency

_FIELDS = (
    "address", "aliases", "name", "active", "home", "joins", "strangers", "category", "impact", "urgency",
    *settings_actions.FETCHING, *settings_actions.WORDING,
)  # fmt: skip
_LANGUAGES = {"fr": gettext_lazy("In French"), "en": gettext_lazy("In English")}
_HREF = re.compile(r'\shref="[^"]*"')
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


@method_decorator(csp_update({"frame-src": [SELF]}), name="dispatch")
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
        return Mailbox.objects.select_related("organisation").filter(organisation=self.desk, pk=pk).first()

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.row, name) for name in _FIELDS} if self.row else dict(_NEW)

    def act(self, data: dict[str, Any]) -> Any:
        fetching = settings_actions.Fetching(**{name: data.pop(name) for name in settings_actions.FETCHING})
        wording = settings_actions.Wording(**{name: data.pop(name) for name in settings_actions.WORDING})
        return settings_actions.save_mailbox(
            mailbox=self.row, desk=self.desk, fetching=fetching, wording=wording, **data, **self.by()
        )

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        shown: dict[str, Any] = {"placeholders": placeholders(PLACEHOLDERS)}
        if self.row is None:
            return shown
        sender = identity(self.desk)
        language = _language(self.request)
        return shown | {
            "writer": sender.mailbox if sender and sender.mailbox != self.row else None,
            "language": language,
            "languages": [
                {"label": label, "url": f"?language={code}#look-title", "current": code == language}
                for code, label in _LANGUAGES.items()
            ],
            "letter_url": f"{self.link('mailbox_letter', self.row.pk)}?language={language}",
            "letter_text": sample(self.row, language=language, now=self.now)[0],
        }


class MailboxLetter(SettingsView):
    """A made-up mail in its HTML form, as the mailbox's page frames it. Nothing in it runs or leads anywhere."""

    section = "mailboxes"

    row: Mailbox

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        boxes = Mailbox.objects.select_related("organisation")
        self.row = get_object_or_404(boxes, organisation=self.desk, pk=kwargs["pk"])

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        html = sample(self.row, language=_language(request), now=self.now)[1]
        return framed(request, lambda nonce: _HREF.sub("", html).replace("<style>", f'<style nonce="{nonce}">', 1))


def _language(request: HttpRequest) -> str:
    """Which of the two forms' languages is asked for; else one's own."""
    wanted = request.GET.get("language", "")
    return wanted if wanted in _LANGUAGES else "en" if (get_language() or "fr").startswith("en") else "fr"


class MailboxRemoval(RemovalView):
    section = "mailboxes"
    page_name = "mailbox"
    removed = gettext_lazy("The mailbox is removed.")

    def find(self, pk: int) -> Mailbox | None:
        return Mailbox.objects.select_related("organisation").filter(organisation=self.desk, pk=pk).first()

    def act(self, row: Mailbox) -> None:
        settings_actions.remove_mailbox(mailbox=row, **self.by())
