"""What was sent: seen by those who treat the ticket, sent again once, forgotten when nobody needs it any more."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from guichet.channels.mail import tokens
from guichet.lib import outbox
from guichet.lib.errors import Conflict, Forbidden
from guichet.lib.models import Outgoing
from guichet.notifications import addressing, jobs, letters, sent
from guichet.notifications.sent import Standing
from guichet.tickets import actions
from guichet.tickets.models import Ticket
from tests.channels.mail.sink import Sink
from tests.notifications.post import MUCH_LATER, quiet, sink, stage, text, to
from tests.notifications.post import sent as go_out
from tests.tickets.stage import Stage, history, later, sound

__all__ = ["sink", "stage"]


def replied(stage: Stage, sink: Sink, body: str = "Bonjour.") -> tuple[Ticket, Outgoing]:
    """A reply that went out by mail, and its row."""
    ticket = quiet(stage, sink)
    actions.reply(ticket, body=body, actor=stage.agent, now=later(5))
    assert len(go_out(sink)) == 1
    return ticket, Outgoing.objects.latest("pk")


def test_sent_again_it_is_a_mail_of_its_own_and_the_ticket_says_who_did_it(stage: Stage, sink: Sink) -> None:
    ticket, row = replied(stage, sink)
    made = sent.again(row, actor=stage.colleague, now=later(700))
    [mail] = go_out(sink, at=later(701))
    assert (to(mail), "Bonjour." in text(mail)) == (stage.requester.email, True)
    made.refresh_from_db()
    assert made.pk != row.pk and made.delivered_at is not None
    assert mail["Message-ID"] == made.payload["message_id"] != row.payload["message_id"]
    event = history(ticket)[-1]
    assert (event.verb, event.actor_id, event.data, event.source) == (
        "ticket.resent", stage.colleague.pk, {"person": stage.requester.pk}, f"outgoing:{row.pk}",
    )  # fmt: skip
    sound(ticket)
    # What happened is no news: nobody gets mail because of it.
    assert go_out(sink, at=later(900)) == []


def test_not_while_it_or_its_repeat_is_on_its_way(stage: Stage, sink: Sink) -> None:
    _ticket, row = replied(stage, sink)
    made = sent.again(row, actor=stage.agent, now=later(700))
    for one in (row, made):
        with pytest.raises(Conflict) as refusal:
            sent.again(one, actor=stage.agent, now=later(701))
        assert refusal.value.code == "waiting"
    assert len(go_out(sink, at=later(702))) == 1
    sent.again(row, actor=stage.agent, now=later(703))
    assert len(go_out(sink, at=later(704))) == 1


def test_not_where_nothing_would_be_written_or_mail_is_off(stage: Stage, sink: Sink, settings: Any) -> None:
    ticket, row = replied(stage, sink)
    server, settings.SMTP = settings.SMTP, None
    with pytest.raises(Conflict) as refusal:
        sent.again(row, actor=stage.agent, now=later(700))
    assert refusal.value.code == "mail_off"
    settings.SMTP = server
    ticket.messages.update(kind="note")
    before = history(ticket)
    with pytest.raises(Conflict) as refusal:
        sent.again(row, actor=stage.agent, now=later(700))
    assert refusal.value.code == "needless"
    assert (history(ticket), Outgoing.objects.filter(delivered_at=None).count()) == (before, 0)


def test_only_those_who_treat_the_ticket_see_it_and_send_it(stage: Stage, sink: Sink) -> None:
    ticket, row = replied(stage, sink)
    actions.watch(ticket, person=stage.neighbour, actor=stage.agent, now=later(6))
    for who in ("requester", "neighbour", "contact", "stranger", "provider"):
        someone = getattr(stage, who)
        assert not sent.visible_to(someone).exists(), who
        with pytest.raises(Forbidden):
            sent.again(row, actor=someone, now=later(700))
    for who in ("agent", "technician", "manager"):
        assert row in sent.visible_to(getattr(stage, who)), who
    actions.hand_over(ticket, to_team=stage.desk.teams["N3"], reason="provider", actor=stage.agent, now=later(7))
    assert row in sent.visible_to(stage.provider)


def test_how_each_stands(stage: Stage, sink: Sink) -> None:
    ticket, row = replied(stage, sink)
    actions.reply(ticket, body="Deux", actor=stage.agent, now=later(800))

    def standing() -> tuple[Any, ...]:
        [mail] = sent.shown([Outgoing.objects.latest("pk")], now=later(0))
        return mail.standing, mail.answer, mail.name

    name = stage.requester.name
    assert standing() == (Standing.WAITING, "", name)
    sink.says["data"] = "451 4.3.0 Plus tard"
    go_out(sink, at=later(802))
    assert standing() == (Standing.LATE, "451 4.3.0 Plus tard", name)
    sink.says["data"] = "550 5.7.1 Non"
    go_out(sink, at=later(900))
    assert standing() == (Standing.GIVEN_UP, "550 5.7.1 Non", name)
    actions.reply(ticket, body="Trois", actor=stage.agent, now=later(1000))
    ticket.messages.filter(body="Trois").update(kind="note")
    go_out(sink, at=later(1002))
    assert standing() == (Standing.NEEDLESS, "Ce qui devait être dit a été retiré.", name)
    counted = {one: sent.only(sent.visible_to(stage.agent), standing=one).count() for one in Standing}
    # What nobody needed any more did not fail to arrive.
    assert (counted["waiting"], counted["given_up"], counted["delivered"]) == (0, 1, 2)
    assert row in sent.only(sent.visible_to(stage.agent), standing="delivered")


def test_every_reason_of_ours_has_its_words() -> None:
    """Whatever letters.py raises as needless is known for that, and told in the reader's language."""
    tree = ast.parse(Path(letters.__file__).read_text(encoding="utf-8"))
    raised = {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Unneeded"
        if isinstance(node.args[0], ast.Constant)
    }
    assert len(raised) >= 4
    assert raised | {addressing.DEAD, "mail is turned off"} == set(sent.OURS)


def test_a_preview_shows_what_its_reader_reads_and_no_mark_that_proves_who_answers(stage: Stage, sink: Sink) -> None:
    ticket, row = replied(stage, sink, "Éteignez l’appareil.")
    actions.note(ticket, body="canari-interne", actor=stage.agent, now=later(6))
    seen = sent.preview(row, now=MUCH_LATER)
    assert "Éteignez l’appareil." in seen.text
    assert "canari" not in seen.text
    mark = row.payload["message_id"].strip("<>").partition("@")[0]
    assert mark and mark not in seen.text + seen.subject
    from guichet.channels import threads

    assert tokens.found_in(row.payload["message_id"], key=threads.key())
    assert not tokens.found_in(seen.text + seen.subject, key=threads.key())


def test_what_was_delivered_long_ago_is_forgotten_where_no_thread_needs_it(stage: Stage, sink: Sink) -> None:
    closed, live = stage.ticket("closed"), stage.ticket("open")
    sink.says["data"] = "550 5.7.1 Non"
    refused = stage.ticket("closed")
    Outgoing.objects.exclude(about=refused.reference).update(next_at=later(9000))
    go_out(sink)
    del sink.says["data"]
    go_out(sink, at=later(9001))
    assert Outgoing.objects.filter(given_up_at__isnull=False).count() >= 1
    before = Outgoing.objects.count()
    soon, late = later(9001) + timedelta(days=399), later(9001) + timedelta(days=401)
    assert sent.forget(now=soon, days=400) == 0
    gone = sent.forget(now=late, days=400)
    left = Outgoing.objects.values_list("about", flat=True)
    assert gone == before - len(left) >= 1
    assert set(left) == {live.reference, refused.reference}
    assert closed.reference not in left
    # Touched since: its next mail names the earlier ones.
    Ticket.objects.filter(pk=live.pk).update(state="closed", closed_at=late, updated_at=late, promise_kind="",
                                             promise_due_at=None, solution=None, unsolved_reason="not_ours",
                                             resolved_at=late)  # fmt: skip
    assert sent.forget(now=late, days=400) == 0
    assert sent.forget(now=late + timedelta(days=401), days=400) >= 1


def test_what_nobody_needed_is_forgotten_like_what_was_delivered(stage: Stage, sink: Sink) -> None:
    """What was refused stays: somebody was not reached."""
    ticket = stage.ticket("closed")
    go_out(sink)
    Outgoing.objects.all().delete()
    Ticket.objects.filter(pk=ticket.pk).update(updated_at=later(0) - timedelta(days=3000))
    common = {
        "kind": "mail", "payload": {"person": 1}, "recipient": "a@b.example", "about": ticket.reference,
        "created_at": later(0), "next_at": later(0), "given_up_at": later(0),
    }  # fmt: skip
    Outgoing.objects.create(key="needless", answer="what was to be said was withdrawn", **common)
    for key, answer in (("refused", "550 Non"), ("dead", addressing.DEAD)):
        Outgoing.objects.create(key=key, answer=answer, **common)
    assert sent.forget(now=later(0) + timedelta(days=399), days=400) == 0
    assert sent.forget(now=later(0) + timedelta(days=401), days=400) == 1
    assert not Outgoing.objects.filter(key="needless").exists()


def test_the_daily_job_keeps_everything_where_the_setting_says_so(stage: Stage, sink: Sink, settings: Any) -> None:
    ticket = stage.ticket("closed")
    go_out(sink)
    settings.MAIL_KEPT_DAYS = 0
    assert jobs.forget_sent(timestamp=0) == 0
    Ticket.objects.filter(pk=ticket.pk).update(updated_at=later(0) - timedelta(days=3000))
    Outgoing.objects.update(delivered_at=later(0) - timedelta(days=3000))
    assert jobs.forget_sent(timestamp=0) == 0
    settings.MAIL_KEPT_DAYS = 400
    assert jobs.forget_sent(timestamp=0) >= 1


def test_a_thread_begins_anew_and_answers_still_find_their_way(stage: Stage, sink: Sink) -> None:
    """A ticket that rested for years, forgotten by the outbox, and opened again."""
    ticket = stage.ticket("closed")
    go_out(sink)
    long_after = later(60 * 24 * 500)
    assert sent.forget(now=long_after, days=400) >= 1
    actions.reply(stage.again(ticket), body="Encore ?", actor=stage.agent, now=long_after)
    [mail] = go_out(sink, at=long_after + timedelta(minutes=5))
    from guichet.channels import threads

    assert mail["References"] is None
    [token] = tokens.found_in(mail["Message-ID"], key=threads.key())
    assert (token.ticket, token.person) == (ticket.pk, stage.requester.pk)


def test_on_its_way(stage: Stage, sink: Sink) -> None:
    _ticket, row = replied(stage, sink)
    assert not outbox.on_its_way(row)
    key = outbox.again(row, now=later(700))
    made = Outgoing.objects.get(key=key)
    assert outbox.on_its_way(row) and outbox.on_its_way(made)
    go_out(sink, at=later(701))
    assert not outbox.on_its_way(row)


def test_a_mail_whose_time_has_come_is_due(stage: Stage, sink: Sink) -> None:
    stage.ticket("new")
    row = Outgoing.objects.latest("pk")
    moment = timedelta(seconds=1)
    assert [sent.shown([row], now=at)[0].is_due for at in (row.next_at - moment, row.next_at)] == [False, True]
    row.delivered_at = row.next_at
    assert not sent.shown([row], now=row.next_at)[0].is_due
