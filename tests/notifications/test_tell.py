"""Who hears of what: the circles of each verb, never the actor, never somebody without an account."""

from pathlib import Path
from typing import Any

import pytest

from guichet.activity.models import Event
from guichet.lib import events
from guichet.lib.errors import Refused
from guichet.notifications.models import Notification
from guichet.notifications.tell import CIRCLES, mark_read, unread
from guichet.people.models import Account
from guichet.tickets import actions, sentences
from tests import builders
from tests.tickets.stage import PEOPLE, Stage, heard_of, later, undone
from tests.tickets.verbs import VERBS, given

# Verb → who is told, when the agent has the ticket, Félix acts and Rachel watches.
TOLD = {
    "take": "", "assign": "", "release": "", "hold": "requester", "wake": "agent", "promise": "requester",
    "assess": "", "override_severity": "", "prioritise": "", "recategorise": "", "hand_over": "technician",
    "escalate": "manager", "reply": "requester agent neighbour", "note": "agent", "attach": "agent", "watch": "",
    "withdraw": "", "undelivered": "agent", "resent": "",
    "unwatch": "", "set_tags": "", "suppose": "", "judge": "", "attempt": "", "test_attempt": "",
    "resolve": "requester neighbour", "confirm": "", "refuse": "agent", "close": "requester",
    "cancel": "requester agent", "reopen": "requester agent", "rate": "agent",
}  # fmt: skip


@pytest.fixture
def stage(db: Any, settings: Any, tmp_path: Path) -> Stage:
    settings.MEDIA_ROOT = tmp_path
    return Stage().everybody()


def names(stage: Stage, people: set[int]) -> set[str]:
    return {name for name in PEOPLE if getattr(stage, name).pk in people}


def test_who_is_told_of_each_verb(stage: Stage) -> None:
    assert set(TOLD) == set(VERBS)
    tickets = {state: stage.ticket(state) for state in ("open", "on_hold", "resolved", "closed")}
    for ticket in tickets.values():
        actions.watch(ticket, person=stage.neighbour, actor=stage.agent, now=later(3))
        if ticket.state == "on_hold":
            actions.take(ticket, actor=stage.agent, now=later(3))
            actions.hold(ticket, reason="parts", wake_at=later(99), actor=stage.agent, now=later(3))
        given(ticket, "hypotheses")
        given(ticket, "attempts")
    for name, verb in VERBS.items():
        with undone(name):
            ticket = tickets["open" if verb.start == "new" else verb.start]
            actor = stage.requester if name == "rate" else stage.colleague
            verb.do(stage, ticket, {"actor": actor, "now": later(5)})
            assert names(stage, heard_of(ticket, verb.event)) == set(TOLD[name].split()), name


def test_opening_tells_the_team_and_the_gravest_the_managers(stage: Stage) -> None:
    ticket = stage.ticket(impact="everyone", urgency="stopped")
    assert names(stage, heard_of(ticket, "ticket.opened")) == {"agent", "colleague"}
    assert names(stage, heard_of(ticket, "ticket.escalated")) == {"manager"}


@pytest.mark.parametrize("name", ["agent", "requester", "manager"])
def test_never_the_actor(stage: Stage, name: str) -> None:
    actor = getattr(stage, name)
    ticket = stage.ticket("open")
    actions.watch(ticket, person=actor, actor=stage.agent, now=later(3))
    for verb in ("reply", "note", "hold", "wake", "promise", "resolve", "reopen", "cancel", "hand_over", "escalate"):
        with undone(verb):
            if verb == "wake":
                actions.hold(ticket, reason="parts", wake_at=later(9), actor=stage.agent, now=later(4))
            if verb == "reopen":
                actions.resolve(ticket, unsolved_reason="not_ours", actor=stage.agent, now=later(4))
            try:
                VERBS[verb].do(stage, ticket, {"actor": actor, "now": later(5)})
            except Refused:
                assert name == "requester"
                continue
            assert actor.pk not in heard_of(ticket, VERBS[verb].event)


def test_never_somebody_without_a_way_to_read_it(stage: Stage) -> None:
    silent = builders.person(stage.desk.organisation, account=False)
    left = builders.person(stage.desk.organisation)
    Account.objects.filter(person=left).update(is_active=False)
    ticket = stage.ticket("open", requester=silent)
    actions.watch(ticket, person=left, actor=stage.agent, now=later(3))
    actions.reply(ticket, body="Bonjour", actor=stage.colleague, now=later(4))
    assert names(stage, heard_of(ticket, "ticket.replied")) == {"agent"}
    assert not Notification.objects.filter(person__in=[silent, left]).exists()


def test_requesters_never_hear_of_the_desks_own_business(stage: Stage) -> None:
    outside = {"ticket.noted", "ticket.escalated", "ticket.handed_over", "ticket.opened", "ticket.assigned"}
    for verb in outside:
        assert not {"requester", "watchers"} & set(CIRCLES[verb])
    assert set(CIRCLES) <= sentences.VERBS


def test_every_circle_is_connected() -> None:
    connected = events.subscriptions()
    for verb in CIRCLES:
        assert "guichet.notifications.tell.tell" in connected[verb]


def test_unread_and_read(stage: Stage) -> None:
    one, two = stage.ticket("open"), stage.ticket("open")
    before = unread(stage.requester)
    assert before == 0
    for ticket in (one, one, two):
        actions.reply(ticket, body="Bonjour", actor=stage.colleague, now=later(5))
    assert (unread(stage.requester), unread(stage.agent), unread(stage.colleague)) == (3, 5, 2)
    assert mark_read(stage.requester, ticket=one, now=later(9)) == 2
    assert (unread(stage.requester), mark_read(stage.requester, ticket=one, now=later(9))) == (1, 0)
    assert (mark_read(stage.requester, now=later(9)), unread(stage.requester)) == (1, 0)
    assert unread(stage.agent) == 5
    assert Notification.objects.filter(person=stage.requester, read_at=None).count() == 0


def test_each_piece_of_news_once(stage: Stage) -> None:
    """Requester and watcher at once: still one row."""
    ticket = stage.ticket("open")
    actions.watch(ticket, person=stage.requester, actor=stage.agent, now=later(3))
    actions.reply(ticket, body="Bonjour", actor=stage.agent, now=later(4))
    event = Event.objects.filter(verb="ticket.replied").get()
    assert Notification.objects.filter(person=stage.requester, event=event).count() == 1


def test_what_happened_long_ago_is_recorded_and_news_to_nobody(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[Any] = []
    monkeypatch.setattr("guichet.config.wiring.publish", lambda *told: woken.extend(told))
    ticket = stage.ticket("open")
    told, before = Notification.objects.count(), ticket.version
    woken.clear()
    with events.long_ago():
        actions.reply(ticket, body="Il y a longtemps", actor=stage.agent, now=later(3))
    assert Event.objects.filter(subject_id=ticket.pk, number=before + 1, verb="ticket.replied").exists()
    assert Notification.objects.count() == told and not woken
    actions.reply(ticket, body="Aujourd’hui", actor=stage.agent, now=later(4))
    assert Notification.objects.count() > told and woken
