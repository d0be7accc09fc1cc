"""Macros: canned replies and notes, with the placeholders that they may hold and what comes out of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from guichet.desk.settings.base import EditView, ListView, RemovalView, SettingsView
from guichet.desk.settings.forms.answers import MacroForm
from guichet.desk.settings.forms.base import SettingsForm
from guichet.lib.text import excerpt, to_html
from guichet.tickets import macros, settings_actions
from guichet.tickets.models import Macro

MEANINGS = {
    "requester": gettext_lazy("the requester’s name"),
    "first_name": gettext_lazy("their first name"),
    "agent": gettext_lazy("your name"),
    "reference": gettext_lazy("the ticket’s reference"),
    "title": gettext_lazy("its title"),
    "organisation": gettext_lazy("the requester’s organisation"),
    "team": gettext_lazy("the team that has the ticket"),
    "desk": gettext_lazy("the service desk’s name"),
    "next_step": gettext_lazy("the next step promised"),
    "due": gettext_lazy("when it is promised for"),
}
_BRACES = re.compile(r"\{[^{}\n]{1,60}\}")


class Macros(ListView):
    section = "macros"
    intro = gettext_lazy("Replies and notes that one writes every day; agents choose them while writing.")
    new_label = gettext_lazy("New canned text")
    new_name = "new_macro"
    columns = (gettext_lazy("Name"), gettext_lazy("It is"), gettext_lazy("Begins with"), gettext_lazy("Languages"))
    empty_title = gettext_lazy("No canned text yet.")
    empty_body = gettext_lazy("Begin with the acknowledgement and the request for a screenshot.")

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "url": self.link("macro", macro.pk),
                "title": macro.name,
                "cells": [
                    _("an internal note") if macro.kind == "note" else _("a reply"),
                    excerpt(macro.body_fr, length=60),
                    "fr, en" if macro.body_en else "fr",
                ],
            }
            for macro in Macro.objects.filter(organisation=self.desk)
        ]


class MacroPage(EditView):
    section = "macros"
    form_class = MacroForm
    template = "settings/macro.html"
    new_title = gettext_lazy("New canned text")
    saved = gettext_lazy("The canned text is saved.")
    removal_name = "macro_removal"
    removal_label = gettext_lazy("Remove this canned text")
    removal_text = gettext_lazy("Messages written with it stay as they are.")

    def find(self, pk: int) -> Macro | None:
        return Macro.objects.filter(organisation=self.desk, pk=pk).first()

    def initial(self) -> dict[str, Any]:
        names = ("name_fr", "name_en", "kind", "body_fr", "body_en")
        return {name: getattr(self.row, name) for name in names} if self.row else {"kind": "reply"}

    def act(self, data: dict[str, Any]) -> Any:
        return settings_actions.save_macro(macro=self.row, desk=self.desk, **data, **self.by())

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        texts = {name: str(form[name].value() or "") for name in ("body_fr", "body_en")}
        return {
            "placeholders": placeholders(),
            "preview_url": self.link("macro_preview"),
            **previews(self, body_fr=texts["body_fr"], body_en=texts["body_en"]),
        }


class MacroPreview(SettingsView):
    """What comes out of the text while one writes it; nothing is kept."""

    section = "macros"

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        texts = {name: request.POST.get(name, "")[:10_000] for name in ("body_fr", "body_en")}
        return self.fragment("settings/parts/macro_preview.html", previews(self, **texts))


class MacroRemoval(RemovalView):
    section = "macros"
    page_name = "macro"
    removed = gettext_lazy("The canned text is removed.")

    def find(self, pk: int) -> Macro | None:
        return Macro.objects.select_related("organisation").filter(organisation=self.desk, pk=pk).first()

    def act(self, row: Macro) -> None:
        settings_actions.remove_macro(macro=row, **self.by())


def placeholders(keys: Iterable[str] = tuple(macros.PLACEHOLDERS)) -> list[dict[str, Any]]:
    """The words in braces in the reader's language, with what stands in their place."""
    english = (get_language() or "fr").startswith("en")
    return [
        {"word": "{" + macros.PLACEHOLDERS[key][1 if english else 0] + "}", "meaning": MEANINGS[key]} for key in keys
    ]


def previews(view: SettingsView, *, body_fr: str, body_en: str) -> dict[str, Any]:
    """Both texts with made-up values, and the braces that stay text."""
    values = {
        "agent": view.person.name,
        "reference": "G-7K4M2",
        "organisation": view.desk.name,
        "desk": view.desk.name,
    }
    french = {
        "requester": "Maëlle Tremblay", "first_name": "Maëlle", "title": "L’imprimante du 2e étage ne répond plus",
        "team": "Centre de services", "next_step": "Un technicien passe voir l’imprimante",
        "due": "mardi à 10 h 30",
    }  # fmt: skip
    english = {
        "requester": "Maëlle Tremblay", "first_name": "Maëlle", "title": "The 2nd-floor printer no longer answers",
        "team": "Service desk", "next_step": "A technician comes to see the printer", "due": "Tuesday at 10:30",
    }  # fmt: skip
    shown = [
        {"language": language, "html": mark_safe(to_html(macros.fill(text, values=values | words)))}  # noqa: S308
        for language, text, words in (("fr", body_fr, french), ("en", body_en, english))
        if text.strip()
    ]
    known = {"{" + spelling + "}" for both in macros.PLACEHOLDERS.values() for spelling in both}
    unknown = [word for word in dict.fromkeys(_BRACES.findall(f"{body_fr} {body_en}")) if word not in known]
    return {"shown": shown, "unknown": unknown[:12]}
