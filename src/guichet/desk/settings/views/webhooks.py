"""Webhooks: which other programs hear of what, the secret that they know us by, and trying the way."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guichet.connectors import changing, deliveries
from guichet.connectors.delivering import OLD_SECRET_HOLDS
from guichet.connectors.models import Webhook
from guichet.connectors.verbs import FAMILIES, everything_of, family_of
from guichet.desk.settings.base import EditView, ListView, RemovalView, SettingsView
from guichet.desk.settings.forms.base import SettingsForm
from guichet.desk.settings.forms.webhooks import WebhookForm
from guichet.lib.errors import Refused


class Webhooks(ListView):
    section = "webhooks"
    intro = gettext_lazy(
        "Other programs (a dashboard, a chat, another support tool) can hear at once of what happens here: each event "
        "that you choose is sent to an address of theirs, signed. Never what people write, nor their names."
    )
    new_label = gettext_lazy("New webhook")
    new_name = "new_webhook"
    columns = (gettext_lazy("Name"), gettext_lazy("Goes to"), gettext_lazy("Hears of"), gettext_lazy("State"))
    empty_title = gettext_lazy("No webhook yet.")
    empty_body = gettext_lazy("Give the address where the other program listens, and choose what it hears of.")

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "url": self.link("webhook", webhook.pk),
                "title": webhook.name,
                "cells": [webhook.host, told_verbs(webhook), state_of(webhook)],
                "off": not webhook.active,
            }
            for webhook in Webhook.objects.filter(organisation=self.desk)
        ]


def told_verbs(webhook: Webhook) -> str:
    """Whole families by name, the rest by number."""
    told = [str(label) for family, label in FAMILIES.items() if everything_of(family) in webhook.verbs]
    single = [verb for verb in webhook.verbs if not verb.endswith(".*")]
    single = [verb for verb in single if everything_of(family_of(verb)) not in webhook.verbs]
    if single:
        told.append(ngettext("%(count)d event", "%(count)d events", len(single)) % {"count": len(single)})
    return ", ".join(told)


def state_of(webhook: Webhook) -> str:
    if webhook.off_reason:
        return _("switched off: nothing arrived")
    if not webhook.active:
        return _("not in use")
    return _("nothing arrives at present") if webhook.failing_since else _("in use")


class WebhookPage(EditView):
    section = "webhooks"
    form_class = WebhookForm
    template = "settings/webhook.html"
    new_title = gettext_lazy("New webhook")
    removal_name = "webhook_removal"
    removal_label = gettext_lazy("Remove this webhook")
    removal_text = gettext_lazy("Nothing is sent there any more, not even what still waits.")

    def find(self, pk: int) -> Webhook | None:
        return Webhook.objects.select_related("organisation").filter(organisation=self.desk, pk=pk).first()

    def initial(self) -> dict[str, Any]:
        names = ("name", "url", "verbs", "active")
        return {name: getattr(self.row, name) for name in names} if self.row else {"active": True}

    def act(self, data: dict[str, Any]) -> Any:
        return changing.save_webhook(webhook=self.row, desk=self.desk, **data, **self.by())

    @property
    def saved(self) -> Any:
        if self.row is None:
            return _("The webhook is saved. Give its secret to the other program, then try the way.")
        return _("The webhook is saved.")

    def after(self, made: Webhook) -> str:
        return self.link("webhook", made.pk) if self.row is None else self.link("webhooks")

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        if self.row is None:
            return {}
        pk = self.row.pk
        links = {name: self.link(f"webhook_{name}", pk) for name in ("deliveries", "secret", "trial")}
        return {f"{name}_url": url for name, url in links.items()}


class OfWebhook(SettingsView):
    """A page of one webhook."""

    section = "webhooks"
    webhook: Webhook

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        rows = Webhook.objects.select_related("organisation")
        self.webhook = get_object_or_404(rows, organisation=self.desk, pk=kwargs["pk"])

    def way(self, *further: tuple[str, str]) -> list[tuple[str, str]]:
        return [*self.trail(), (self.webhook.name, self.link("webhook", self.webhook.pk)), *further]


class WebhookSecret(OfWebhook):
    """What the other program verifies signatures with. Looking at it is noted."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        rotated_at = self.webhook.rotated_at
        ends_at = rotated_at + OLD_SECRET_HOLDS if rotated_at else None
        title = _("Secret")
        context = {
            "title": title,
            "trail": self.way((title, "")),
            "webhook": self.webhook,
            "secret": changing.secret_of(webhook=self.webhook, **self.by()),
            "old_until": ends_at if ends_at and ends_at > self.now else None,
            "rotation_url": self.link("webhook_rotation", self.webhook.pk),
        }
        return self.page("settings/webhook_secret.html", context)


class WebhookRotation(OfWebhook):
    """POST: another secret."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        changing.rotate(webhook=self.webhook, **self.by())
        told = _("There is a new secret. For 24 hours the old one holds too.")
        return self.done(told, to=self.link("webhook_secret", self.webhook.pk))


class WebhookTrial(OfWebhook):
    """POST: a `ping` is sent, and what came of it shown."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            delivery = deliveries.ping(webhook=self.webhook, **self.by())
        except Refused as refusal:
            return self.refused(refusal, to=self.link("webhook", self.webhook.pk))
        return redirect(self.link("webhook_delivery", self.webhook.pk, delivery.row.pk))


class WebhookRemoval(RemovalView):
    section = "webhooks"
    page_name = "webhook"
    removed = gettext_lazy("The webhook is removed.")

    def find(self, pk: int) -> Webhook | None:
        return Webhook.objects.select_related("organisation").filter(organisation=self.desk, pk=pk).first()

    def act(self, row: Webhook) -> None:
        changing.remove_webhook(webhook=row, **self.by())
