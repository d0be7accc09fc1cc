"""What a webhook was sent: the list, one message with its tries, and sending again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guichet.connectors import deliveries
from guichet.connectors.deliveries import Delivery, Standing
from guichet.desk.forms.base import as_local
from guichet.desk.settings.forms.webhooks import FailuresForm
from guichet.desk.settings.views.webhooks import OfWebhook
from guichet.lib.errors import Refused
from guichet.lib.paging import page as keyset_page

_SIZE = 50
_TABS = {
    "": gettext_lazy("Everything"),
    Standing.FAILED.value: gettext_lazy("Failed"),
    Standing.WAITING.value: gettext_lazy("Waiting"),
    Standing.DELIVERED.value: gettext_lazy("Delivered"),
}
_ASKED = timedelta(days=1)


class WebhookDeliveries(OfWebhook):
    """GET lists; POST `since` has all that failed since then sent again."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return self.show(FailuresForm(desk=self.desk, initial={"since": as_local(self.now - _ASKED)}))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        form = FailuresForm(request.POST, desk=self.desk)
        if not form.is_valid():
            return self.show(form, standing=Standing.FAILED.value, status=422)
        try:
            count, more = deliveries.send_failed_again(
                webhook=self.webhook, since=form.cleaned_data["since"], **self.by()
            )
        except Refused as refusal:
            form.refuse(refusal)
            return self.show(form, standing=Standing.FAILED.value, status=refusal.status)
        told = ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", count)
        if more:
            told += " " + _("There are more: do it again for them.")
        return self.done(told % {"count": count}, to=self.link("webhook_deliveries", self.webhook.pk))

    def show(self, form: FailuresForm, *, standing: str = "", status: int = 200) -> HttpResponse:
        asked = standing or self.request.GET.get("standing", "")
        standing = asked if asked in _TABS else ""
        rows = deliveries.of(self.webhook)
        found = keyset_page(
            deliveries.only(rows, standing=standing) if standing else rows,
            order=deliveries.ORDER,
            cursor=self.request.GET.get("cursor", ""),
            size=_SIZE,
        )
        here = self.link("webhook_deliveries", self.webhook.pk)
        context: dict[str, Any] = {
            "rows": [
                {"delivery": Delivery(row), "url": self.link("webhook_delivery", self.webhook.pk, row.pk)}
                for row in found.items
            ],
            "more_url": f"{here}?standing={standing}&cursor={found.next_cursor}" if found.next_cursor else "",
        }
        if self.is_htmx and "cursor" in self.request.GET:
            return self.fragment("settings/parts/webhook_rows.html", context)
        title = _("What was sent")
        context |= {
            "title": title,
            "trail": self.way((title, "")),
            "webhook": self.webhook,
            "standing": standing,
            "form": form,
            "here": here,
            "trial_url": self.link("webhook_trial", self.webhook.pk),
            "tabs": [
                {"label": label, "url": f"{here}?standing={key}" if key else here, "current": key == standing}
                for key, label in _TABS.items()
            ],
        }
        return self.page("settings/webhook_deliveries.html", context, status=status)


class WebhookDelivery(OfWebhook):
    """GET shows one message; POST sends it again."""

    delivery: Delivery

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        row = deliveries.of(self.webhook).filter(pk=kwargs["number"]).first()
        if row is None:
            raise Http404
        self.delivery = Delivery(row)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return self.show()

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            made = deliveries.send_again(webhook=self.webhook, delivery=self.delivery, **self.by())
        except Refused as refusal:
            return self.show(error=str(refusal.message), status=refusal.status)
        return self.done(
            _("The message is sent again."), to=self.link("webhook_delivery", self.webhook.pk, made.row.pk)
        )

    def show(self, *, error: str = "", status: int = 200) -> HttpResponse:
        delivery, log = self.delivery, self.link("webhook_deliveries", self.webhook.pk)
        body = deliveries.body_of(delivery, webhook=self.webhook)
        context = {
            "title": delivery.verb,
            "trail": self.way((_("What was sent"), log), (delivery.verb, "")),
            "webhook": self.webhook,
            "delivery": delivery,
            "error": error,
            # Somebody looks on: the answer comes within seconds, or not at all.
            "busy": delivery.standing == Standing.WAITING,
            "may_again": deliveries.may_again(delivery, webhook=self.webhook),
            "says": json.dumps(body, indent=2, ensure_ascii=False) if body else "",
        }
        return self.page("settings/webhook_delivery.html", context, status=status)
