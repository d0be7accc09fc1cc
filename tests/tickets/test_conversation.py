"""What is said: who answers whom, what wakes, what reopens; notes stay inside."""

import pytest

from guichet.tickets import actions
from guichet.tickets.models import Attachment, Message, Tag, Ticket, Watcher
from tests import builders
from tests.tickets.stage import Stage, heard_of, history, later, refuses, sound, upload


def test_the_desks_first_reply_is_the_first_answer(stage: Stage) -> None:
    ticket = stage.ticket()
    actions.reply(ticket, body="Bonjour **Amélie**", actor=stage.agent, now=later(9))
    row = stage.again(ticket)
    assert (row.state, row.assignee, row.answered_at, row.promise_kind) == ("open", stage.agent, later(9), "solve")
    message = Message.objects.get(ticket=ticket)
    assert (message.from_desk, message.html) == (True, "<p>Bonjour <strong>Amélie</strong></p>\n")
    assert heard_of(ticket, "ticket.replied") == {stage.requester.pk}
    actions.reply(ticket, body="Encore", actor=stage.colleague, now=later(20))
    row = stage.again(ticket)
    assert (row.answered_at, row.assignee) == (later(9), stage.agent)


def test_the_requesters_reply_answers_nothing(stage: Stage) -> None:
    ticket = stage.ticket()
    actions.reply(ticket, body="Ça empire", actor=stage.requester, now=later(9))
    row = stage.again(ticket)
    assert (row.state, row.answered_at) == ("new", None)
    assert (row.promise_kind, row.promise_due_at) == ("first_answer", ticket.promise_due_at)


def test_an_agent_who_asks_for_help_speaks_as_a_requester(stage: Stage) -> None:
    ticket = stage.ticket("on_hold", requester=stage.colleague)
    message = actions.reply(ticket, body="Voici", actor=stage.colleague, now=later(9))
    assert not message.from_desk
    assert stage.again(ticket).state == "open"


@pytest.mark.parametrize("way", ["reply", "attach"])
@pytest.mark.parametrize(
    ("reason", "state", "promise"),
    [("requester", "open", "first_answer"), ("provider", "on_hold", "provider"), ("parts", "on_hold", "resume")],
)
def test_hearing_from_them_ends_only_a_wait_for_them(
    stage: Stage, way: str, reason: str, state: str, promise: str
) -> None:
    ticket = stage.ticket("open")
    actions.hold(ticket, reason=reason, wake_at=later(900), actor=stage.agent, now=later(2))
    for who in (stage.agent, stage.requester):
        if way == "reply":
            actions.reply(ticket, body="Voici", actor=who, now=later(3))
        else:
            actions.attach(ticket, uploads=[upload()], actor=who, now=later(3))
        if who is stage.agent:
            assert stage.again(ticket).state == "on_hold"
    row = stage.again(ticket)
    # Where the desk's own word came first, what is owed is news and no longer the first answer.
    owed = "solve" if promise == "first_answer" and row.answered_at else promise
    assert (row.state, row.promise_kind) == (state, owed)
    assert bool(history(row)[-1].data.get("woke")) == (state == "open")
    sound(row)


def test_a_remark_on_a_solved_ticket_makes_an_answer_due(stage: Stage) -> None:
    ticket = stage.ticket("resolved")
    assert (ticket.promise_kind, ticket.promise_owner) == ("confirm", stage.requester)
    actions.reply(ticket, body="Presque…", actor=stage.requester, now=later(10))
    row = stage.again(ticket)
    assert (row.state, row.promise_kind, row.promise_owner) == ("resolved", "solve", None)
    late = later(60 * 24 * 30)
    assert row in Ticket.objects.overdue(now=late)
    with refuses("too_early"):
        actions.close(ticket, actor=None, now=late)
    # Once it is answered, the requester has the say again.
    actions.reply(ticket, body="Et maintenant ?", actor=stage.agent, now=later(20))
    row = stage.again(ticket)
    assert (row.state, row.promise_kind, row.promise_owner) == ("resolved", "confirm", stage.requester)
    assert row not in Ticket.objects.overdue(now=late)
    actions.close(ticket, actor=None, now=late)
    assert stage.again(ticket).state == "closed"


def test_the_desks_word_on_a_solved_ticket_gives_no_extra_time(stage: Stage) -> None:
    ticket = stage.ticket("resolved")
    actions.reply(ticket, body="N’oubliez pas", actor=stage.agent, now=later(100))
    assert stage.again(ticket).promise_due_at == ticket.promise_due_at


@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_a_word_on_an_ended_ticket_opens_it_again(stage: Stage, state: str) -> None:
    ticket = stage.ticket(state)
    actions.reply(ticket, body="C’est revenu", actor=stage.requester, now=later(10))
    row = stage.again(ticket)
    assert (row.state, row.reopened) == ("open", 1)
    assert row.promise_kind == ("solve" if row.answered_at else "first_answer")
    assert history(row)[-1].data["was"] == state
    sound(row)


@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_the_desks_word_on_an_ended_ticket_leaves_it_ended(stage: Stage, state: str) -> None:
    ticket = stage.ticket(state)
    actions.reply(ticket, body="Merci", actor=stage.agent, now=later(10))
    assert stage.again(ticket).state == state
    sound(ticket)


def test_a_note_changes_nothing_else_and_stays_inside(stage: Stage) -> None:
    ticket = stage.ticket("on_hold")
    actions.note(ticket, body="Le disque fatigue", uploads=[upload("smart.txt")], actor=stage.colleague, now=later(3))
    row = stage.again(ticket)
    assert (row.state, row.promise_due_at, row.answered_at) == ("on_hold", ticket.promise_due_at, None)
    assert Attachment.objects.get(ticket=ticket).internal
    assert stage.requester.pk not in heard_of(ticket, "ticket.noted")


@pytest.mark.parametrize("body", ["", "   ", "\x00\n"])
def test_silence_is_no_message_but_a_file_is(stage: Stage, body: str) -> None:
    ticket = stage.ticket("open")
    by = {"actor": stage.agent, "now": later(3)}
    for speak in (actions.reply, actions.note):
        with refuses("required", field="body"):
            speak(ticket, body=body, **by)
    with refuses("too_long", field="body"):
        actions.reply(ticket, body="x" * 50_001, **by)
    with refuses("required", field="files"):
        actions.attach(ticket, uploads=[], **by)
    if not body.strip():
        assert actions.reply(ticket, body=body, uploads=[upload()], **by).body == ""


def test_watching(stage: Stage) -> None:
    ticket = stage.ticket("open")
    actions.watch(ticket, person=stage.neighbour, actor=stage.requester, now=later(2))
    actions.watch(ticket, person=stage.neighbour, actor=stage.agent, now=later(3))
    assert Watcher.objects.filter(ticket=ticket).count() == 1
    actions.reply(ticket, body="Bonjour", actor=stage.agent, now=later(4))
    assert heard_of(ticket, "ticket.replied") == {stage.requester.pk, stage.neighbour.pk}
    with refuses("foreign", field="person"):
        actions.watch(ticket, person=stage.stranger, actor=stage.agent, now=later(5))
    with refuses("not_desk", status=403):
        actions.unwatch(ticket, person=stage.neighbour, actor=stage.contact, now=later(5))
    for who in (stage.neighbour, stage.requester, stage.agent):
        actions.watch(ticket, person=stage.neighbour, actor=stage.agent, now=later(6))
        actions.unwatch(ticket, person=stage.neighbour, actor=who, now=later(6))
        assert not Watcher.objects.exists()


def test_tags(stage: Stage) -> None:
    ticket, by = stage.ticket("open"), {"actor": stage.agent, "now": later(2)}
    actions.set_tags(ticket, names=["Wifi", " wifi ", "", "Salle\n214", "x" * 90], **by)
    assert sorted(t.name for t in ticket.tags.all()) == sorted(["wifi", "salle 214", "x" * 40])
    actions.set_tags(ticket, names=["wifi"], **by)
    assert [t.name for t in ticket.tags.all()] == ["wifi"]
    assert Tag.objects.filter(organisation=stage.desk.organisation).count() == 3
    with refuses("too_many", field="tags"):
        actions.set_tags(ticket, names=[f"t{i}" for i in range(21)], **by)


def test_a_tag_belongs_to_one_desk(stage: Stage) -> None:
    actions.set_tags(stage.ticket("open"), names=["wifi"], actor=stage.agent, now=later(2))
    other = builders.ticket(builders.person(stage.elsewhere.organisation))
    actions.set_tags(other, names=["wifi"], actor=stage.stranger, now=later(2))
    assert Tag.objects.filter(name="wifi").count() == 2
