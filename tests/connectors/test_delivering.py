"""From an event to another program: signed, tried again, switched off; a webhook that is not there costs nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guichet.connectors import changing, delivering, posting, wanted
from guichet.connectors.models import Webhook
from guichet.lib import events
from guichet.tickets import actions
from tests import builders
from tests.connectors.conftest import Hooked
from tests.connectors.test_signing import verified


def test_what_was_asked_for_arrives_signed(hooked: Hooked) -> None:
    ticket = hooked.ticket()
    actions.take(ticket, actor=hooked.agent, now=timezone.now())
    assert hooked.send() == 1
    [got] = hooked.receiver.got
    assert got.path == "/guichet?a=1"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["host"] == f"127.0.0.1:{hooked.receiver.port}"
    secret = changing.secret_of(webhook=hooked.webhook, actor=hooked.manager, now=timezone.now())
    assert verified(secret, got.headers, got.body)
    desk, ticket = hooked.desk.organisation, type(ticket).objects.get(pk=ticket.pk)
    said = got.said
    assert said.pop("timestamp").endswith("Z")
    assert said == {
        "version": 1,
        "id": got.headers["webhook-id"],
        "type": "ticket.opened",
        "desk": {"id": desk.pk, "slug": desk.slug, "name": desk.name},
        "data": {
            "subject": "ticket", "reference": ticket.reference, "kind": "incident", "state": ticket.state,
            "severity": ticket.severity, "priority": ticket.priority, "level": "N1", "team": "Centre de services",
        },
    }  # fmt: skip
    [row] = hooked.rows()
    assert (row.answer, row.about) == ("204 No Content", ticket.reference)
    assert row.payload["tries"][0]["status"] == 204


def test_a_desk_hears_of_its_own_events_alone(hooked: Hooked) -> None:
    elsewhere = builders.desk()
    builders.ticket(builders.person(elsewhere.organisation), now=timezone.now())
    assert hooked.rows() == []


def test_a_desk_without_webhooks_pays_nothing(hooked: Hooked) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        builders.ticket(builders.person(builders.desk().organisation), now=timezone.now())
    assert not [one for one in queries.captured_queries if "webhook" in one["sql"]]


def test_what_happened_long_ago_is_no_news(hooked: Hooked) -> None:
    with events.long_ago():
        hooked.ticket()
    assert hooked.rows() == []


def test_a_family_and_those_that_want_nothing_of_it(hooked: Hooked) -> None:
    whole, other = hooked.hook("Tout"), hooked.hook("Problèmes", verbs=["problem.*"])
    actions.take(hooked.ticket(), actor=hooked.agent, now=timezone.now())
    wanted_by = [row.recipient for row in hooked.rows()]
    assert wanted_by.count(whole.recipient) >= 2
    assert wanted_by.count(hooked.webhook.recipient) == 1
    assert other.recipient not in wanted_by


def test_another_process_hears_of_a_webhook_within_seconds(hooked: Hooked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wanted, "_kept", {})
    assert not wanted.recipients("ticket.opened", desk=hooked.desk.organisation.pk)
    monkeypatch.setattr(wanted, "_until", 0.0)
    assert wanted.recipients("ticket.opened", desk=hooked.desk.organisation.pk) == [hooked.webhook.recipient]


def test_a_refusal_is_tried_again_under_the_same_id(hooked: Hooked) -> None:
    hooked.ticket()
    hooked.receiver.status, hooked.receiver.text = 500, b"Ouf \x00 <b>"
    assert hooked.send() == 0
    [row] = hooked.rows()
    assert row.is_waiting
    assert row.answer.startswith("500 Internal Server Error Ouf")
    assert hooked.fresh().failing_since is not None
    assert hooked.fresh().rests_until is None
    hooked.receiver.status = 200
    assert hooked.send(minutes=1) == 1
    first, second = hooked.receiver.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert hooked.fresh().failing_since is None
    assert [one["status"] for one in hooked.rows()[0].payload["tries"]] == [500, 200]


def test_one_message_that_is_refused_holds_up_no_other(hooked: Hooked) -> None:
    hooked.ticket()
    hooked.receiver.status = 422
    hooked.send()
    hooked.ticket()
    hooked.receiver.status = 204
    assert hooked.send(seconds=2) == 1
    assert [row.is_waiting for row in hooked.rows()] == [True, False]


def test_where_nobody_answers_everything_rests(hooked: Hooked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "SECONDS", 0.2)
    hooked.ticket()
    hooked.ticket()
    hooked.receiver.seconds = 1.0
    assert hooked.send() == 0
    webhook = hooked.fresh()
    assert (webhook.unreached, len(hooked.receiver.got)) == (1, 1)
    assert webhook.rests_until is not None
    assert all(row.next_at >= webhook.rests_until for row in hooked.rows())
    # The other one first: perhaps it is this one that they can't bear.
    assert hooked.rows()[0].next_at > hooked.rows()[1].next_at
    assert hooked.rows()[0].answer == posting.LATE
    # What happens meanwhile waits too, and counts no try.
    hooked.ticket()
    hooked.send(seconds=1)
    assert len(hooked.receiver.got) == 1
    assert (hooked.rows()[2].attempts, hooked.rows()[2].is_waiting) == (0, True)
    hooked.receiver.seconds = 0.0
    Webhook.objects.update(rests_until=timezone.now())
    assert hooked.send(minutes=1) == 3
    assert hooked.fresh().rests_until is None


@pytest.mark.parametrize("seconds", [{"seconds": 1.5}, {"drip": 0.05}])
def test_nobody_takes_longer_than_they_may(
    hooked: Hooked, seconds: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "SECONDS", 0.3)
    for name, value in seconds.items():
        setattr(hooked.receiver, name, value)
    answer = posting.post(hooked.receiver.url, body=b"{}", headers={})
    assert (answer.status, answer.text) == (0, posting.LATE)
    assert answer.milliseconds < 1200


def test_a_dead_address(hooked: Hooked) -> None:
    answer = posting.post("http://127.0.0.1:9/", body=b"{}", headers={})
    assert (answer.status, answer.text) == (0, posting.NOBODY)


def test_gone_switches_it_off(hooked: Hooked) -> None:
    hooked.ticket()
    hooked.ticket()
    hooked.receiver.status = 410
    hooked.send()
    webhook = hooked.fresh()
    assert (webhook.active, webhook.off_reason) == (False, "gone")
    # The second one was not sent any more.
    assert len(hooked.receiver.got) == 1
    assert [row.answer for row in hooked.rows()][1] == delivering.OFF
    hooked.ticket()
    assert len(hooked.rows()) == 2


def test_days_of_nothing_but_failures_switch_it_off(hooked: Hooked) -> None:
    hooked.ticket()
    hooked.receiver.status = 503
    hooked.send()
    assert hooked.fresh().active
    Webhook.objects.update(failing_since=timezone.now() - timedelta(days=3))
    hooked.send(minutes=2)
    assert (hooked.fresh().active, hooked.fresh().off_reason) == (False, "failing")


def test_switched_on_again_it_begins_anew(hooked: Hooked) -> None:
    test_gone_switches_it_off(hooked)
    on: dict[str, Any] = {"actor": hooked.manager, "now": timezone.now(), "desk": hooked.desk.organisation}
    changing.save_webhook(
        webhook=hooked.webhook, name="A", url=hooked.receiver.url, verbs=["ticket.*"], active=True, **on
    )
    webhook = hooked.fresh()
    assert (webhook.active, webhook.off_reason, webhook.off_at, webhook.failing_since) == (True, "", None, None)


def test_a_webhook_that_was_removed_is_sent_nothing(hooked: Hooked) -> None:
    hooked.ticket()
    changing.remove_webhook(webhook=hooked.webhook, actor=hooked.manager, now=timezone.now())
    hooked.send()
    assert hooked.receiver.got == []
    assert hooked.rows()[0].answer == delivering.REMOVED


def test_for_a_day_the_old_secret_holds_too(hooked: Hooked) -> None:
    now = timezone.now()
    before = changing.secret_of(webhook=hooked.webhook, actor=hooked.manager, now=now)
    after = changing.secret_of(
        webhook=changing.rotate(webhook=hooked.webhook, actor=hooked.manager, now=now), actor=hooked.manager, now=now
    )
    assert before != after
    hooked.ticket()
    hooked.send()
    [got] = hooked.receiver.got
    assert verified(before, got.headers, got.body)
    assert verified(after, got.headers, got.body)
    Webhook.objects.update(rotated_at=now - timedelta(hours=25))
    hooked.ticket()
    hooked.send()
    got = hooked.receiver.got[-1]
    assert not verified(before, got.headers, got.body)
    assert verified(after, got.headers, got.body)


@pytest.mark.parametrize("family", ["problem", "major", "article", "session"])
def test_what_else_happens_is_told_by_reference(hooked: Hooked, family: str) -> None:
    from tests.connectors import happenings

    hooked.hook("Tout", verbs=[f"{family}.*"])
    expected = getattr(happenings, family)(hooked)
    assert hooked.send() >= 1
    told = [got.said["data"] for got in hooked.receiver.got if got.said["type"].startswith(f"{family}.")]
    assert told == [expected]
