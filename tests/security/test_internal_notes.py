"""Internal notes: what the desk writes for itself reaches no requester, by no page, operation, list or stream."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from guichet.config import wiring
from guichet.lib.live import CHANNEL
from guichet.notifications.models import Notification
from guichet.tickets import actions, causes, presence, problems
from guichet.tickets.models import Attachment, Hold, Ticket
from tests.contracts.addresses import API, addresses, filled, operations
from tests.contracts.permissions import PAGES
from tests.security.stage import World

CANARY = "Zyxwvu-interne"


@pytest.fixture
def whispered(world: World) -> World:
    """The canary in everything that is the desk's own business on the ticket."""
    agent, now, ticket = world.people["agent"], timezone.now(), world.ticket
    upload = SimpleUploadedFile(f"{CANARY}.txt", CANARY.encode())
    actions.note(ticket, body=f"{CANARY} note", actor=agent, now=now, uploads=[upload])
    hypothesis = actions.suppose(ticket, text=f"{CANARY} cause", evidence=CANARY, actor=agent, now=now)
    actions.judge(hypothesis, state="rejected", evidence=CANARY, actor=agent, now=now)
    actions.attempt(
        ticket, kind="fix", text=CANARY, applied_on=CANARY, test=CANARY, result="failed", actor=agent, now=now
    )
    actions.set_tags(ticket, names=[CANARY], actor=agent, now=now)
    actions.prioritise(ticket, priority=1, reason=CANARY, actor=agent, now=now)
    actions.escalate(ticket, note=CANARY, actor=agent, now=now)
    actions.hand_over(ticket, to_team=world.desk.teams["N3"], reason="rights", note=CANARY, actor=agent, now=now)
    actions.hand_over(ticket, to_team=world.desk.second, reason="presence", note=CANARY, actor=agent, now=now)
    actions.hold(ticket, reason="parts", note=CANARY, wake_at=now + timedelta(days=2), actor=agent, now=now)
    Ticket.objects.filter(pk=ticket.pk).update(external_key=CANARY)
    problem = problems.open_problem(desk=ticket.desk, title=f"{CANARY} problème", symptoms=CANARY, actor=agent, now=now)
    problems.state_cause(problem, cause=CANARY, actor=agent, now=now)
    causes.link(ticket, problem=problem, actor=agent, now=now)
    problems.work_around(
        problem, text=CANARY, public_text="Patientez.", expires_at=now + timedelta(days=2), actor=agent, now=now
    )
    return world


def test_the_desk_reads_what_it_wrote(whispered: World) -> None:
    """So that silence elsewhere means something."""
    page = whispered.browser("agent").get(f"/desk/tickets/{whispered.ticket.reference}/").content.decode()
    assert page.count(CANARY) > 5


@pytest.mark.parametrize("role", ["owner", "contact", "colleague"])
def test_no_page_tells_it(whispered: World, role: str) -> None:
    whispered.people["colleague"] = whispered.rows["colleague"]
    browser = whispered.browser(role)
    for address in addresses():
        if address.name.startswith(API) or address.name.startswith("desk:settings") or "GET" not in PAGES[address.name]:
            continue
        answer = browser.get(filled(address, whispered))
        if not answer.streaming:
            assert CANARY.lower() not in answer.content.decode().lower(), address.name
    for word in (CANARY, CANARY.lower(), "interne"):
        assert browser.get("/help/tickets/", {"q": word, "tag": word}).status_code == 200


@pytest.mark.parametrize("role", ["owner", "contact", "colleague"])
def test_no_operation_tells_it(whispered: World, role: str) -> None:
    whispered.people["colleague"] = whispered.rows["colleague"]
    browser, headers = whispered.browser("anonymous"), {"Authorization": f"Bearer {whispered.token(role)}"}
    methods = {name: method for name, (method, _operation) in operations().items()}
    asked = 0
    for address in addresses():
        if not address.name.startswith(API) or methods.get(address.bare) != "GET":
            continue
        answer = browser.get(filled(address, whispered), headers=headers)
        if not answer.streaming:
            asked += answer.status_code == 200
            assert CANARY.lower() not in answer.content.decode().lower(), address.name
    assert asked > 10
    secret = Attachment.objects.get(internal=True)
    path = f"/api/v1/tickets/{whispered.ticket.reference}/attachments/{secret.key}"
    assert browser.get(path, headers=headers).status_code == 404
    assert whispered.browser(role).get(f"/help/files/{secret.key}/").status_code == 404
    feed = browser.get("/api/v1/events", headers=headers).json()["cursor"]
    actions.note(whispered.ticket, body=CANARY, actor=whispered.people["agent"], now=timezone.now())
    told = browser.get("/api/v1/events", {"after": feed}, headers=headers).json()
    assert told["items"] == []


@pytest.mark.parametrize("role", ["owner", "contact"])
def test_no_filter_finds_it(whispered: World, role: str) -> None:
    """A list that a filter on an internal field narrows would tell the field's value."""
    browser, headers = whispered.browser("anonymous"), {"Authorization": f"Bearer {whispered.token(role)}"}
    for query in ({"tag": CANARY}, {"tag": CANARY.casefold()}, {"priority": "1"}, {"q": CANARY}, {"order": "work"}):
        answer = browser.get("/api/v1/tickets", query, headers=headers)
        assert answer.status_code in {200, 422}
        assert whispered.ticket.reference not in answer.content.decode(), query


def test_a_reply_to_it_changes_nothing(whispered: World) -> None:
    """What a requester's own verbs answer is as silent as what they read."""
    browser, headers = whispered.browser("owner"), {"Authorization": f"Bearer {whispered.token('owner')}"}
    path = f"/api/v1/tickets/{whispered.ticket.reference}"
    for method, end, body in (
        ("POST", "/replies", {"body": "x"}),
        ("POST", "/notes", {"body": "x"}),
        ("POST", "/cancellation", {"reason": "x"}),
    ):
        answer = browser.generic(method, path + end, json.dumps(body), content_type="application/json", headers=headers)
        assert CANARY.lower() not in answer.content.decode().lower()
    page = browser.post(f"/help/tickets/{whispered.ticket.reference}/replies/", {"body": ""})
    assert CANARY.lower() not in page.content.decode().lower()
    assert Hold.objects.exists()


def test_the_live_stream_says_not_even_when(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that only concerns the desk wakes a topic that a requester may hear."""
    told: list[Any] = []
    monkeypatch.setattr(wiring, "publish", lambda *events: told.extend(events))
    monkeypatch.setattr(presence, "publish", lambda *events: told.extend(events))
    agent, now, ticket = world.people["agent"], timezone.now(), world.ticket
    actions.note(ticket, body="x", actor=agent, now=now)
    hypothesis = actions.suppose(ticket, text="x", evidence="", actor=agent, now=now)
    actions.judge(hypothesis, state="confirmed", evidence="x", actor=agent, now=now)
    actions.set_tags(ticket, names=["x"], actor=agent, now=now)
    actions.prioritise(ticket, priority=1, reason="x", actor=agent, now=now)
    actions.escalate(ticket, note="x", actor=agent, now=now)
    presence.touch(ticket=ticket, person=agent, writing=True, now=now)
    presence.leave(ticket=ticket, person=agent)
    assert told
    assert {event.topic.split(":")[0] for event in told} == {"work", "desk"}
    told.clear()
    actions.reply(ticket, body="x", actor=agent, now=now)
    assert {event.topic.split(":")[0] for event in told} == {"work", "desk", "ticket", "person"}
    assert all(set(event.ref) <= set(ticket.reference) for event in told)
    assert CHANNEL


def test_no_requester_hears_of_it_under_the_bell(whispered: World) -> None:
    outside = [whispered.people["owner"], whispered.people["contact"], whispered.rows["colleague"]]
    internal = {*wiring.INTERNAL, "ticket.escalated"}
    assert not Notification.objects.filter(person__in=outside, event__verb__in=internal).exists()
