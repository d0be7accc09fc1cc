"""Solutions that were verified, the requester's say, reasons where there is none, and beginning again."""

from datetime import timedelta

import pytest

from guichet.tickets import actions
from guichet.tickets.models import Attempt, Message
from tests.tickets.stage import Stage, heard_of, history, later, refuses, sound


def test_only_what_was_tested_and_works_is_a_solution(stage: Stage) -> None:
    ticket, by = stage.ticket("open"), {"actor": stage.agent, "now": later(5)}
    untested = actions.attempt(ticket, kind="fix", text="Câble changé", **by)
    failed = actions.attempt(ticket, kind="fix", text="Redémarré", test="Imprimé", result="failed", **by)
    elsewhere = actions.attempt(stage.ticket("open"), kind="fix", text="x", test="y", result="worked", **by)
    for unverified in (untested, failed, elsewhere):
        with refuses("unverified", field="solution"):
            actions.resolve(ticket, solution=unverified, **by)
    with refuses("unknown_choice", field="unsolved_reason"):
        actions.resolve(ticket, **by)
    with refuses("unknown_choice", field="unsolved_reason"):
        actions.resolve(ticket, unsolved_reason="tired", **by)
    actions.test_attempt(untested, test="Page imprimée", result="worked", **by)
    with refuses("both", field="solution"):
        actions.resolve(ticket, solution=untested, unsolved_reason="not_ours", **by)
    row = actions.resolve(ticket, solution=untested, body="C’est réglé.", **by)
    assert (row.state, row.resolved_at, row.answered_at) == ("resolved", later(5), later(5))
    assert (row.promise_kind, row.promise_owner) == ("confirm", stage.requester)
    assert row.promise_due_at == later(5) + timedelta(days=5)
    assert Message.objects.get(ticket=ticket).from_desk
    assert heard_of(ticket, "ticket.resolved") == {stage.requester.pk}
    sound(row)


def test_the_solution_cannot_be_taken_back_quietly(stage: Stage) -> None:
    ticket = stage.ticket("resolved")
    by = {"actor": stage.agent, "now": later(9)}
    with refuses("is_solution", field="result"):
        actions.test_attempt(ticket.solution, test="Encore", result="failed", **by)
    actions.test_attempt(ticket.solution, test="Encore", result="worked", **by)
    sound(ticket)


def test_resolving_a_paused_ticket_ends_the_pause(stage: Stage) -> None:
    ticket = stage.ticket("on_hold")
    actions.resolve(ticket, unsolved_reason="no_answer", actor=stage.agent, now=later(9))
    assert not ticket.holds.filter(ended_at__isnull=True).exists()
    sound(ticket)


def test_the_requester_confirms(stage: Stage) -> None:
    row = actions.confirm(stage.ticket("resolved"), actor=stage.requester, now=later(9))
    assert (row.state, row.closed_at, row.promise_kind, row.promise_due_at) == ("closed", later(9), "", None)
    assert row.solution_id


def test_the_requester_refuses_and_says_why(stage: Stage) -> None:
    ticket = stage.ticket("resolved")
    with refuses("required", field="body"):
        actions.refuse(ticket, body=" ", actor=stage.requester, now=later(9))
    row = actions.refuse(ticket, body="Toujours rien", actor=stage.requester, now=later(9))
    assert (row.state, row.solution, row.resolved_at, row.reopened) == ("open", None, None, 1)
    assert row.assignee == stage.agent
    assert heard_of(ticket, "ticket.refused") == {stage.agent.pk}
    assert Attempt.objects.get(ticket=ticket).result == "worked"
    sound(row)


def test_who_opened_it_for_them_may_say_so_too(stage: Stage) -> None:
    """A contact who asked on somebody's behalf has the say; the organisation's other contacts have not."""
    from tests import builders

    ticket = builders.ticket(stage.requester, actor=stage.contact)
    builders.resolved(ticket, actor=stage.agent)
    other = builders.contact(stage.desk.organisation)
    with refuses("not_requester", status=403):
        actions.confirm(ticket, actor=other, now=later(9))
    assert actions.confirm(ticket, actor=stage.contact, now=later(9)).state == "closed"


def test_silence_closes_after_five_days_not_before(stage: Stage) -> None:
    ticket = stage.ticket("resolved")
    with refuses("too_early"):
        actions.close(ticket, actor=None, now=ticket.promise_due_at - timedelta(seconds=1))
    row = actions.close(ticket, actor=None, now=ticket.promise_due_at)
    assert row.state == "closed"
    assert heard_of(ticket, "ticket.closed") == {stage.requester.pk}


def test_cancelling_says_why_in_public(stage: Stage) -> None:
    ticket = stage.ticket("on_hold")
    with refuses("required", field="reason"):
        actions.cancel(ticket, reason="\n", actor=stage.requester, now=later(9))
    with refuses("too_long", field="reason"):
        actions.cancel(ticket, reason="x" * 2001, actor=stage.requester, now=later(9))
    row = actions.cancel(ticket, reason="Trouvé !", actor=stage.requester, now=later(9))
    assert (row.state, row.closed_at, row.resolved_at) == ("cancelled", later(9), None)
    message = Message.objects.get(ticket=ticket)
    assert (message.kind, message.from_desk, message.body) == ("reply", False, "Trouvé !")
    sound(row)


@pytest.mark.parametrize("state", ["resolved", "closed", "cancelled"])
def test_reopening_keeps_the_history(stage: Stage, state: str) -> None:
    ticket = stage.ticket(state)
    events = len(history(ticket))
    row = actions.reopen(ticket, body="De nouveau", actor=stage.requester, now=later(30))
    assert (row.state, row.reopened, row.opened_at, row.received_at) == ("open", 1, ticket.opened_at, later(30))
    assert (row.solution, row.closed_at) == (None, None)
    assert row.promise_kind == ("first_answer" if state == "cancelled" else "solve")
    assert len(history(row)) == events + 1
    assert history(row)[-1].data["was"] == state
    sound(row)


def test_rating(stage: Stage) -> None:
    ticket = stage.ticket("closed")
    by = {"actor": stage.requester, "now": later(40)}
    for wrong in (0, 6, -1, 10**9):
        with refuses("unknown_choice", field="score"):
            actions.rate(ticket, score=wrong, **by)
    actions.rate(ticket, score=2, comment="Long\x00", **by)
    given = actions.rate(ticket, score=5, **by)
    ticket.refresh_from_db()
    assert ticket.satisfaction == given
    assert (given.score, given.comment, given.agent, given.level) == (5, "", stage.agent, stage.desk.levels["N1"])
    assert heard_of(ticket, "ticket.rated") == {stage.agent.pk}


def test_the_path_keeps_what_was_tried(stage: Stage) -> None:
    ticket, by = stage.ticket("open"), {"actor": stage.agent, "now": later(5)}
    supposed = actions.suppose(ticket, text="Le\x00 pilote", **by)
    with refuses("required", field="evidence"):
        actions.judge(supposed, state="rejected", **by)
    with refuses("unknown_choice", field="state"):
        actions.judge(supposed, state="maybe", evidence="x", **by)
    actions.judge(supposed, state="confirmed", evidence="Journal 41", **by)
    judged = actions.judge(supposed, state="rejected", evidence="Autre poste", **by)
    assert (judged.text, judged.state, judged.evidence) == ("Le pilote", "rejected", "Journal 41\nAutre poste")
    with refuses("required", field="test"):
        actions.attempt(ticket, kind="fix", text="x", result="worked", **by)
    with refuses("unknown_choice", field="kind"):
        actions.attempt(ticket, kind="prayer", text="x", **by)
    foreign = actions.suppose(stage.ticket("open"), text="x", **by)
    with refuses("foreign", field="hypothesis"):
        actions.attempt(ticket, kind="fix", text="x", hypothesis=foreign, **by)
    done = actions.attempt(ticket, kind="workaround", text="Autre file", hypothesis=supposed, applied_on="PC\n7", **by)
    assert (done.applied_on, done.result, done.tested_at) == ("PC 7", "untested", None)
    for result, code, field in (("untested", "required", "result"), ("?", "unknown_choice", "result")):
        with refuses(code, field=field):
            actions.test_attempt(done, test="x", result=result, **by)
    with refuses("required", field="test"):
        actions.test_attempt(done, test=" ", result="worked", **by)
    assert actions.test_attempt(done, test="Imprimé", result="failed", **by).tested_at == later(5)
