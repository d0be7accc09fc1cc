"""Who gets mail: of what, once, in batches; nothing internal leaves, and nobody is kept awake by machines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from guichet.channels.mail import dkim
from guichet.channels.mail.smtp import Server
from guichet.channels.models import DeadAddress
from guichet.lib import events, outbox
from guichet.lib.models import Outgoing
from guichet.notifications import addressing, letters, mailing
from guichet.notifications import sent as mails
from guichet.tickets import actions
from guichet.tickets.models import Message, Watcher
from tests import builders
from tests.channels.mail.sink import Sink, free_port, serving
from tests.notifications.post import both, quiet, sent, sink, stage, text, to
from tests.tickets.stage import Stage, heard_of, history, later, upload
from tests.tickets.verbs import VERBS, given

__all__ = ["sink", "stage"]


def test_ten_changes_are_one_mail(stage: Stage, sink: Sink) -> None:
    ticket = quiet(stage, sink)
    for n in range(9):
        actions.reply(ticket, body=f"Message numéro {n}.", actor=stage.agent, now=later(5) + timedelta(seconds=n))
    actions.resolve(ticket, unsolved_reason="not_ours", actor=stage.agent, now=later(5) + timedelta(seconds=30))
    assert sent(sink, at=later(5) + timedelta(seconds=59)) == []
    [mail] = sent(sink, at=later(6))
    assert all(f"Message numéro {n}." in text(mail) for n in range(9))
    assert "la demande ne relève pas de l’informatique" in text(mail)
    assert sent(sink) == []


# Verb → who gets mail when Félix acts on a ticket that the agent has, Rachel follows and Amélie asked for.
MAILED = {
    "hold": "requester neighbour", "reply": "requester neighbour", "attach": "requester neighbour",
    "resolve": "requester neighbour", "confirm": "requester neighbour", "refuse": "requester neighbour",
    "close": "requester neighbour", "cancel": "requester neighbour", "reopen": "requester neighbour",
}  # fmt: skip


@pytest.mark.parametrize("agents", [False, True])
def test_who_gets_mail_of_each_verb(stage: Stage, sink: Sink, settings: Any, agents: bool) -> None:
    settings.MAIL_AGENTS = agents
    stage.everybody()
    for name, verb in VERBS.items():
        ticket = stage.ticket(verb.start)
        if verb.start in {"new", "open"}:
            actions.take(ticket, actor=stage.agent, now=later(2))
        Watcher.objects.create(ticket=ticket, person=stage.neighbour)
        given(ticket, "hypotheses")
        given(ticket, "attempts")
        Outgoing.objects.all().delete()
        actor = stage.requester if name == "rate" else stage.colleague
        verb.do(stage, ticket, {"actor": actor, "now": later(5)})
        who = {p for p in ("requester", "neighbour", "agent") for row in Outgoing.objects.all()
               if row.recipient == getattr(stage, p).email}  # fmt: skip
        assert who == set(MAILED.get(name, "").split()), name
        assert Outgoing.objects.count() == len(who), name
        assert len(sent(sink)) == len(who), name


def test_the_assignee_hears_of_the_requesters_side_where_wanted(stage: Stage, sink: Sink, settings: Any) -> None:
    ticket = quiet(stage, sink)
    actions.reply(ticket, body="Toujours rien", actor=stage.requester, now=later(5))
    assert sent(sink) == []
    settings.MAIL_AGENTS = True
    actions.reply(ticket, body="Encore rien", actor=stage.requester, now=later(6))
    [mail] = sent(sink)
    assert to(mail) == stage.agent.email
    assert f"/desk/tickets/{ticket.reference}/" in both(mail)
    assert "Encore rien" in both(mail)


@pytest.mark.parametrize("who", ["requester", "neighbour"])
def test_nobody_gets_their_own_words_back(stage: Stage, sink: Sink, who: str) -> None:
    ticket = quiet(stage, sink)
    actions.watch(ticket, person=stage.neighbour, actor=stage.agent, now=later(2))
    actor = getattr(stage, who)
    actions.reply(ticket, body="C’est moi qui écris", actor=actor, now=later(5), channel="mail")
    assert actor.email not in [to(mail) for mail in sent(sink)]


def test_nothing_internal_ever_leaves(stage: Stage, sink: Sink) -> None:
    """Every verb of the desk on one ticket, the internal ones with a mark: no mail has it."""
    ticket = stage.ticket("open")
    by: dict[str, Any] = {"actor": stage.agent, "now": later(5)}
    secret = "SECRET-4711"
    actions.note(ticket, body=secret, uploads=[upload(f"{secret}.png")], **by)
    actions.suppose(ticket, text=secret, **by)
    actions.attempt(ticket, kind="fix", text=secret, test=secret, result="worked", **by)
    actions.hand_over(ticket, to_team=stage.desk.second, reason="presence", note=secret, **by)
    actions.escalate(ticket, note=secret, **by)
    actions.prioritise(ticket, priority=1, reason=secret, **by)
    actions.hold(ticket, reason="other", wake_at=later(3000), note=secret, **by)
    actions.set_tags(ticket, names=[secret], **by)
    actions.reply(ticket, body="En public", **by)
    mails = sent(sink)
    assert len(mails) == 1
    assert secret not in str([data for _, _, data in sink.taken])
    assert secret not in both(mails[0])
    assert "En public" in both(mails[0])


def test_what_became_internal_meanwhile_is_not_sent(stage: Stage, sink: Sink) -> None:
    ticket = quiet(stage, sink)
    said = actions.reply(ticket, body="Mauvais ticket", actor=stage.agent, now=later(5))
    Message.objects.filter(pk=said.pk).update(kind="note")
    assert sent(sink) == []
    assert Outgoing.objects.get(delivered_at=None).given_up_at is not None


def test_who_no_longer_sees_it_gets_nothing(stage: Stage, sink: Sink) -> None:
    ticket = quiet(stage, sink)
    actions.watch(ticket, person=stage.neighbour, actor=stage.agent, now=later(2))
    actions.reply(ticket, body="Bonjour", actor=stage.agent, now=later(5))
    actions.unwatch(ticket, person=stage.neighbour, actor=stage.neighbour, now=later(5))
    assert [to(mail) for mail in sent(sink)] == [stage.requester.email]
    assert Outgoing.objects.get(recipient=stage.neighbour.email).answer == "the person doesn’t see this ticket any more"


def test_an_automatic_sender_gets_no_acknowledgement(stage: Stage, sink: Sink) -> None:
    event = type("Opened", (), {"verb": "ticket.opened", "data": {"auto": True}, "actor_id": stage.requester.pk,
                                "number": 1, "at": later(0)})()  # fmt: skip
    ticket = stage.ticket()
    Outgoing.objects.all().delete()
    mailing.write(event=event, subject=ticket)
    assert not Outgoing.objects.exists()
    event.data = {}
    mailing.write(event=event, subject=ticket)
    assert Outgoing.objects.count() == 1


def test_one_acknowledgement_a_ticket_and_only_so_many_an_hour(stage: Stage, sink: Sink, settings: Any) -> None:
    settings.MAIL_ACKNOWLEDGEMENTS_PER_HOUR = 3
    for minute in range(8):
        stage.ticket(now=later(minute))
    assert len(sent(sink, at=later(30))) == 3
    stage.ticket(now=later(90))
    assert len(sent(sink, at=later(95))) == 1
    # Somebody else is not held up, and what people write is never counted.
    other = stage.ticket("open", requester=stage.neighbour)
    assert len(sent(sink, at=later(96))) == 1
    for minute in range(5):
        actions.reply(other, body="Bonjour", actor=stage.agent, now=later(100 + minute))
        assert len(sent(sink, at=later(101 + minute))) == 1


def test_two_addresses_that_answer_each_other_come_to_rest(stage: Stage, sink: Sink) -> None:
    """Should a machine's answer be taken for a person's: each opens a ticket, and the eleventh is met with silence."""
    answers, minute = 1, 0
    while answers and minute < 55:
        for _ in range(answers):
            stage.ticket(now=later(minute))
        minute += 1
        answers = len(sent(sink, at=later(minute)))
    assert len(sink.taken) == 10


def test_nothing_is_written_where_mail_is_off(stage: Stage, settings: Any) -> None:
    settings.SMTP = None
    stage.ticket("resolved")
    assert not Outgoing.objects.exists()


def test_nothing_without_an_address_on_either_side(stage: Stage, settings: Any) -> None:
    stage.ticket(requester=builders.person(stage.desk.organisation, email="", account=False))
    settings.MAIL_FROM = None
    stage.ticket()
    assert not Outgoing.objects.exists()


def test_what_happened_long_ago_is_news_to_nobody(stage: Stage) -> None:
    with events.long_ago():
        stage.ticket("resolved")
    assert not Outgoing.objects.exists()


def test_three_days_without_a_server(stage: Stage, sink: Sink, settings: Any) -> None:
    ticket = quiet(stage, sink)
    port = free_port()
    settings.SMTP = Server(host="127.0.0.1", port=port, security="")
    for hour in range(0, 72, 6):
        at = later(60 * hour + 10)
        actions.reply(ticket, body=f"Réponse de l’heure {hour}.", actor=stage.agent, now=at)
        for half in range(12):
            assert sent(sink, at=at + timedelta(minutes=2 + 30 * half)) == []
    mails = []
    with serving(sink, port=port):
        for minute in range(0, 70, 5):
            mails += sent(sink, at=later(60 * 72 + 10 + minute))
    assert len(mails) == len({mail["Message-ID"] for mail in mails}) == 12
    for hour in range(0, 72, 6):
        assert sum(f"heure {hour}." in text(mail) for mail in mails) == 1, hour
    assert not Outgoing.objects.filter(delivered_at=None).exists()


def test_every_verb_that_is_mailed_has_its_words() -> None:
    assert set(mailing.CIRCLES) == letters.VERBS
    connected = events.subscriptions()
    for verb in mailing.CIRCLES:
        assert "guichet.notifications.mailing.write" in connected[verb]
    assert outbox._transports[addressing.KIND].deliver is mailing.deliver


def test_the_desk_learns_of_mail_that_did_not_arrive(stage: Stage, sink: Sink) -> None:
    ticket = quiet(stage, sink)
    sink.says[stage.requester.email] = "550 5.1.1 No such user"
    actions.reply(ticket, body="Bonjour", actor=stage.agent, now=later(5))
    assert sent(sink) == []
    row = Outgoing.objects.get(delivered_at=None)
    assert row.answer == "550 5.1.1 No such user"
    event = history(ticket)[-1]
    assert (event.verb, event.actor, event.data) == ("ticket.undelivered", None, {"person": stage.requester.pk})
    assert event.source == f"outgoing:{row.pk}"
    assert heard_of(ticket, "ticket.undelivered") == {stage.agent.pk}
    # That is no news for the person whom it didn't reach, nor a reason to write again.
    assert sent(sink) == []
    assert not Outgoing.objects.filter(delivered_at=None, given_up_at=None).exists()


def test_mail_to_an_address_that_is_gone_is_given_up_and_the_desk_told(stage: Stage, sink: Sink) -> None:
    """It is not left out in silence; sent again by hand, it is really tried."""
    ticket = quiet(stage, sink)
    DeadAddress.objects.create(email=stage.requester.email.lower(), status="5.1.1", since=later(1))
    actions.reply(ticket, body="Bonjour", actor=stage.agent, now=later(5))
    assert sent(sink) == []
    row = Outgoing.objects.latest("pk")
    assert (row.answer, row.given_up_at is not None) == (addressing.DEAD, True)
    event = history(ticket)[-1]
    assert (event.verb, event.data) == ("ticket.undelivered", {"person": stage.requester.pk})
    [shown] = mails.shown([row], now=later(6))
    assert shown.standing == mails.Standing.GIVEN_UP
    # To the address that they have by then, which may be another dead one.
    stage.requester.email = "amelie.nouvelle@essai.example"
    stage.requester.save(update_fields=["email"])
    DeadAddress.objects.create(email=stage.requester.email, status="5.1.1", since=later(1))
    mails.again(row, actor=stage.agent, now=later(700))
    assert [to(mail) for mail in sent(sink, at=later(701))] == [stage.requester.email]


def test_what_leaves_is_signed_where_the_domain_has_a_key(stage: Stage, sink: Sink, settings: Any) -> None:
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    settings.MAIL_SIGNERS = dkim.signers_of(selector="g", domains="essai.example", key=key)
    ticket = quiet(stage, sink)
    actions.reply(ticket, body="C’est fait.", actor=stage.agent, now=later(5))
    [mail] = sent(sink)
    assert "d=essai.example; s=g;" in mail["DKIM-Signature"]
    settings.MAIL_SIGNERS = dkim.signers_of(selector="g", domains="autre.example", key=key)
    actions.reply(ticket, body="Vraiment.", actor=stage.agent, now=later(20))
    [mail] = sent(sink)
    assert mail["DKIM-Signature"] is None
