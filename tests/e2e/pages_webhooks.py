"""Pages of webhooks: what they were sent, and the secret."""

from __future__ import annotations

from collections.abc import Iterator

from guichet.demo import cast
from tests.e2e.page import Page, at_settings, first
from tests.e2e.world import World

NO_PAGE = {f"desk:settings:webhook_{name}": "only takes POST" for name in ("removal", "rotation", "trial")}
_webhook = first("connectors.Webhook", cast.COLLEGE)


def webhook_pages() -> Iterator[Page]:
    for name in ("webhook_secret", "webhook_deliveries"):
        yield Page(f"desk:settings:{name}", "helene", at_settings(name, cast.COLLEGE, _webhook))
    log = at_settings("webhook_deliveries", cast.COLLEGE, _webhook)
    yield Page("desk:settings:webhook_deliveries", "helene", lambda w: f"{log(w)}?standing=failed", "failed")
    yield Page("desk:settings:webhook_delivery", "helene",
               at_settings("webhook_delivery", cast.COLLEGE, _webhook, _delivery))  # fmt: skip


def _delivery(_world: World) -> object:
    from guichet.connectors import deliveries
    from guichet.connectors.models import Webhook

    return deliveries.of(Webhook.objects.filter(organisation__slug=cast.COLLEGE)[0]).order_by("-pk")[0].pk
