"""A webhook's pages: where it goes, what it hears of, its secret, trying the way, what was sent."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from guichet.connectors import changing, deliveries
from guichet.connectors.models import Webhook
from guichet.lib.models import Outgoing
from tests.settings.conftest import Setting, text

BASE: dict[str, Any] = {
    "name": "Clavardage", "url": "https://clavardage.example/a", "active": "on",
    "verbs": ["ticket.*", "problem.opened"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guichet.connectors.posting.post", lambda *_a, **_k: pytest.fail("sent"))


def made() -> Webhook:
    return Webhook.objects.get(name="Clavardage")


def test_a_new_one(setting: Setting) -> None:
    answer = setting.post("new_webhook", **BASE)
    assert (answer.status_code, answer["Location"]) == (302, setting.url("webhook", made().pk))
    assert (made().verbs, made().active, made().made_by) == (["problem.opened", "ticket.*"], True, setting.manager)
    listed = text(setting.get("webhooks"))
    assert "clavardage.example" in listed
    assert "Tickets, 1 event" in listed
    page = text(setting.get("webhook", made().pk))
    # The family whose event was chosen is open, the others are not.
    assert page.count("<details open>") == 1


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"url": "http://clavardage.example/"}, "Only https is safe on the way"),
        ({"url": "https://169.254.169.254/latest"}, "leads into an inner network"),
        ({"verbs": []}, "Choose at least one event."),
        ({"name": "Bord"}, "Another webhook has this name."),
        ({"verbs": ["ticket.exploded"]}, "Select a valid choice"),
    ],
)
def test_what_is_refused_is_kept(setting: Setting, given: dict[str, Any], told: str) -> None:
    answer = setting.post("new_webhook", **BASE | given)
    assert answer.status_code == 422
    assert told in text(answer)
    assert (BASE | given)["url"] in text(answer)


def test_the_secret_is_shown_and_changed(setting: Setting, caplog: pytest.LogCaptureFixture) -> None:
    webhook = setting.rows["webhook"]
    by: dict[str, Any] = {"actor": setting.manager, "now": timezone.now()}
    with caplog.at_level(logging.DEBUG):
        secret = changing.secret_of(webhook=webhook, **by)
        page = setting.get("webhook_secret", webhook.pk)
        assert secret in text(page)
        assert "no-store" in page["Cache-Control"]
        assert setting.post("webhook_rotation", webhook.pk).status_code == 302
        after = text(setting.get("webhook_secret", webhook.pk))
    assert secret not in after
    assert "two signatures" in after
    # That somebody looked is noted, what they saw is not.
    assert "webhook secret looked at" in caplog.text
    assert "whsec_" not in caplog.text


def test_a_trial_shows_what_comes_of_it(setting: Setting) -> None:
    webhook = setting.rows["webhook"]
    answer = setting.post("webhook_trial", webhook.pk)
    row = deliveries.of(webhook).order_by("-pk")[0]
    assert answer["Location"] == setting.url("webhook_delivery", webhook.pk, row.pk)
    page = text(setting.get("webhook_delivery", webhook.pk, row.pk))
    assert 'hx-trigger="every 2s"' in page
    tried = {"at": timezone.now().isoformat(), "status": 204, "ms": 71}
    Outgoing.objects.filter(pk=row.pk).update(
        delivered_at=timezone.now(), attempts=1, answer="204 <b>", payload={"verb": "ping", "tries": [tried]}
    )
    page = text(setting.get("webhook_delivery", webhook.pk, row.pk))
    assert "hx-trigger" not in page.partition('id="delivery"')[2].partition(">")[0]
    assert "204 &lt;b&gt;" in page
    assert '<td class="num">71</td>' in page


def test_what_was_sent_page_by_page(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    webhook = setting.rows["webhook"]
    monkeypatch.setattr("guichet.desk.settings.views.webhook_log._SIZE", 1)
    setting.post("webhook_trial", webhook.pk)
    page = text(setting.get("webhook_deliveries", webhook.pk))
    assert page.count("data-row") == 1
    assert "cursor=" in page
    assert setting.get("webhook_deliveries", webhook.pk, cursor="x").status_code == 422
    assert "Everything arrived" in text(setting.get("webhook_deliveries", webhook.pk, standing="failed"))


def test_failures_are_sent_again(setting: Setting) -> None:
    webhook, now = setting.rows["webhook"], timezone.now()
    failed = {
        "kind": "webhook", "recipient": webhook.recipient, "created_at": now, "next_at": now, "given_up_at": now,
        "payload": {"verb": "session.planned", "event": 1},
    }  # fmt: skip
    row = Outgoing.objects.create(key="webhook:x:1", **failed)
    since = (timezone.localtime(now) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert setting.post("webhook_deliveries", webhook.pk, since="hier").status_code == 422
    assert setting.post("webhook_deliveries", webhook.pk, since=since).status_code == 302
    assert Outgoing.objects.filter(key__startswith="webhook:x:1#").count() == 1
    # It is on its way: not once more.
    answer = setting.post("webhook_delivery", webhook.pk, row.pk)
    assert answer.status_code == 409
    assert "on its way already" in text(answer)


def test_one_that_was_switched_off_says_why(setting: Setting) -> None:
    webhook = setting.rows["webhook"]
    Webhook.objects.filter(pk=webhook.pk).update(active=False, off_reason="failing", off_at=timezone.now())
    page = text(setting.get("webhook", webhook.pk, language="fr"))
    assert "For three days nothing" in page
    assert "switched off: nothing arrived" in text(setting.get("webhooks"))
    setting.post("webhook", webhook.pk, **BASE)
    webhook.refresh_from_db()
    assert (webhook.active, webhook.off_reason) == (True, "")


def test_in_french(setting: Setting) -> None:
    setting.browser.cookies["guichet_language"] = "fr"
    webhook = setting.rows["webhook"]
    assert "Crochets web" in text(setting.get("webhooks"))
    page = text(setting.get("webhook_deliveries", webhook.pk))
    assert "Ce que «\u00a0Bord\u00a0» a reçu" in page
    assert "Attend son tour" in page
    assert "Comment vérifier une signature" in text(setting.get("webhook_secret", webhook.pk))


def test_removed(setting: Setting) -> None:
    assert setting.post("webhook_removal", setting.rows["webhook"].pk).status_code == 302
    assert not Webhook.objects.exists()
