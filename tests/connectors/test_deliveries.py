"""The log: how each message stands, trying the way, sending again, forgetting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from guichet.connectors import changing, deliveries
from guichet.connectors.deliveries import Delivery, Standing
from guichet.connectors.models import Webhook
from guichet.lib.errors import Conflict, Refused
from guichet.lib.models import Outgoing
from tests.connectors.conftest import Hooked


def by(hooked: Hooked) -> dict[str, Any]:
    return {"actor": hooked.manager, "now": timezone.now()}


def standings(hooked: Hooked) -> list[str]:
    return [Delivery(row).standing.value for row in hooked.rows()]


def fail(hooked: Hooked, *, times: int = 1) -> None:
    """Messages that were tried for too long."""
    hooked.receiver.status = 500
    for _ in range(times):
        hooked.ticket()
    hooked.send()
    Outgoing.objects.update(created_at=timezone.now() - timedelta(days=3))
    for _ in range(times):
        hooked.send(hours=2)
    hooked.receiver.status = 204
    Webhook.objects.update(active=True, off_at=None, off_reason="")


def test_a_trial_is_sent_even_where_it_is_switched_off(hooked: Hooked) -> None:
    Webhook.objects.update(active=False)
    delivery = deliveries.ping(webhook=hooked.webhook, **by(hooked))
    assert (delivery.standing, delivery.is_trial) == (Standing.WAITING, True)
    assert hooked.send() == 1
    [got] = hooked.receiver.got
    assert (got.said["type"], got.said["data"]) == ("ping", {})
    assert standings(hooked) == ["delivered"]
    last = Delivery(hooked.rows()[0]).last
    assert last is not None
    assert last.status == 204


def test_a_trial_that_fails_says_nothing_of_the_rest(hooked: Hooked) -> None:
    hooked.receiver.status = 500
    deliveries.ping(webhook=hooked.webhook, **by(hooked))
    hooked.send()
    assert hooked.fresh().failing_since is None


def test_sent_again_it_has_the_same_id(hooked: Hooked) -> None:
    hooked.ticket()
    hooked.send()
    made = deliveries.send_again(webhook=hooked.webhook, delivery=Delivery(hooked.rows()[0]), **by(hooked))
    assert made.tries == []
    with pytest.raises(Conflict):
        deliveries.send_again(webhook=hooked.webhook, delivery=made, **by(hooked))
    hooked.send()
    first, second = hooked.receiver.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == made.ident


def test_all_that_failed_is_sent_again_once(hooked: Hooked) -> None:
    fail(hooked, times=3)
    assert standings(hooked) == ["failed"] * 3
    again: dict[str, Any] = {"webhook": hooked.fresh(), "since": timezone.now() - timedelta(days=7), **by(hooked)}
    assert deliveries.send_failed_again(**again) == (3, False)
    assert deliveries.send_failed_again(**again | {"now": timezone.now()}) == (0, False)
    assert hooked.send() == 3
    assert deliveries.send_failed_again(**again | {"now": timezone.now()}) == (0, False)
    assert standings(hooked) == ["failed"] * 3 + ["delivered"] * 3


def test_so_many_at_one_go(hooked: Hooked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "AGAIN_AT_ONCE", 2)
    fail(hooked, times=3)
    again: dict[str, Any] = {"webhook": hooked.fresh(), "since": timezone.now() - timedelta(days=7), **by(hooked)}
    assert deliveries.send_failed_again(**again) == (2, True)
    assert deliveries.send_failed_again(**again) == (1, False)


def test_what_failed_before_is_left(hooked: Hooked) -> None:
    fail(hooked)
    since = timezone.now() - timedelta(days=1)
    assert deliveries.send_failed_again(webhook=hooked.fresh(), since=since, **by(hooked)) == (0, False)


def test_nothing_is_sent_again_where_it_is_off_or_by_others(hooked: Hooked) -> None:
    hooked.ticket()
    delivery = Delivery(hooked.rows()[0])
    with pytest.raises(Refused):
        deliveries.send_again(webhook=hooked.webhook, delivery=delivery, actor=hooked.agent, now=timezone.now())
    Webhook.objects.update(active=False)
    with pytest.raises(Conflict):
        deliveries.send_again(webhook=hooked.fresh(), delivery=delivery, **by(hooked))


def test_it_is_forgotten_after_a_month(hooked: Hooked) -> None:
    hooked.ticket()
    hooked.send()
    hooked.ticket()
    assert deliveries.forget() == 0
    Outgoing.objects.update(created_at=timezone.now() - timedelta(days=31))
    # What still waits is not forgotten.
    assert deliveries.forget() == 1
    assert standings(hooked) == ["waiting"]


def test_each_webhook_has_its_own_log(hooked: Hooked) -> None:
    other = hooked.hook("Autre")
    hooked.ticket()
    assert deliveries.of(other).count() >= 1
    assert deliveries.of(hooked.webhook).count() == 1
    changing.remove_webhook(webhook=other, **by(hooked))
