"""The story of a ticket: whole for the desk, without the desk's own business for the requester, cheap for both."""

from typing import Any

import pytest
from django.utils.translation import override

from guichet.tickets import actions, sentences
from guichet.tickets.models import Ticket
from guichet.tickets.sentences_appointments import TELLERS as APPOINTMENTS
from guichet.tickets.sentences_guided import TELLERS as GUIDED
from guichet.tickets.sentences_major import TELLERS as MAJORS
from guichet.tickets.sentences_major import VERBS as OF_MAJORS
from guichet.tickets.sentences_problems import TELLERS as PROBLEMS
from guichet.tickets.sentences_problems import VERBS as OF_PROBLEMS
from guichet.tickets.sentences_terms import TELLERS as TERMS
from guichet.tickets.sentences_visits import TELLERS as VISITS
from guichet.tickets.timeline import timeline
from tests.tickets.stage import Stage, later, upload
from tests.tickets.verbs import VERBS

INTERNAL = {
    "ticket.released", "ticket.escalated", "ticket.assessed", "ticket.severity_overridden", "ticket.prioritised",
    "ticket.recategorised", "ticket.supposed", "ticket.hypothesis_judged", "ticket.attempted",
    "ticket.attempt_tested", "ticket.tagged", "ticket.watched", "ticket.unwatched", "ticket.noted",
    "ticket.withdrawn", "ticket.undelivered", "ticket.resent",
}  # fmt: skip


def full_story(stage: Stage) -> Ticket:
    """A ticket on which every verb was used once, secrets in every internal field."""
    by: dict[str, Any] = {"actor": stage.agent, "now": later(5)}
    ticket = stage.ticket()
    for name in VERBS:
        if VERBS[name].start in {"new", "open"} and name not in {"resolve", "cancel", "note", "hand_over", "escalate"}:
            VERBS[name].do(stage, ticket, by)
    actions.hold(ticket, reason="other", note="secret-hold", wake_at=later(99), **by)
    actions.wake(ticket, **by)
    actions.note(ticket, body="secret-note", uploads=[upload("secret-file.txt")], **by)
    actions.reply(ticket, body="public-reply", uploads=[upload("public-file.png")], **by)
    actions.escalate(ticket, note="secret-escalation", **by)
    actions.hand_over(ticket, to_team=stage.desk.second, reason="rights", note="secret-line", **by)
    actions.suppose(ticket, text="secret-cause", **by)
    done = actions.attempt(ticket, kind="fix", text="secret-fix", test="secret-test", result="worked", **by)
    actions.override_severity(ticket, severity="S2", reason="secret-severity", **by)
    actions.prioritise(ticket, priority=1, reason="secret-priority", **by)
    actions.set_tags(ticket, names=["secret-tag"], **by)
    actions.resolve(ticket, solution=done, body="public-solution", **by)
    actions.refuse(ticket, body="public-refusal", actor=stage.requester, now=later(6))
    actions.resolve(ticket, unsolved_reason="not_ours", **by)
    actions.rate(ticket, score=2, comment="x", actor=stage.requester, now=later(7))
    actions.confirm(ticket, actor=stage.requester, now=later(7))
    actions.reopen(ticket, actor=stage.requester, now=later(8))
    actions.cancel(ticket, reason="public-cancel", actor=stage.requester, now=later(9))
    return ticket


def test_the_requester_sees_what_concerns_them(stage: Stage) -> None:
    ticket = full_story(stage)
    for language in ("fr", "en"):
        with override(language):
            theirs, ours = timeline(ticket, for_desk=False), timeline(ticket, for_desk=True)
        text = " ".join(e.sentence + e.html + " ".join(a.name for a in e.attachments) for e in theirs)
        assert "secret" not in text
        assert not {e.verb for e in theirs} & INTERNAL
        assert not [e for e in theirs if e.kind == "note"]
        for said in ("public-reply", "public-file.png", "public-solution", "public-refusal", "public-cancel"):
            assert said in text
        whole = " ".join(e.sentence + e.html + " ".join(a.name for a in e.attachments) for e in ours)
        for said in ("secret-note", "secret-file.txt", "secret-hold", "secret-escalation", "secret-line",
                     "secret-cause", "secret-fix", "secret-test"):  # fmt: skip
            assert said in whole
        assert {e.verb for e in ours} >= INTERNAL - {"ticket.watched", "ticket.unwatched"}


def test_it_is_in_the_order_of_events(stage: Stage) -> None:
    told = timeline(full_story(stage), for_desk=True)
    assert [e.number for e in told] == sorted(e.number for e in told)
    first = told[0]
    assert (first.kind, first.verb, first.author) == ("fact", "ticket.opened", stage.requester)


def test_a_message_knows_its_author_side_and_files(stage: Stage) -> None:
    ticket = stage.ticket("open")
    actions.reply(ticket, body="a", uploads=[upload("1.png"), upload("2.png")], actor=stage.requester, now=later(3))
    actions.reply(ticket, body="b", actor=stage.agent, now=later(4))
    one, two = [e for e in timeline(ticket, for_desk=False) if e.kind == "message"]
    assert (one.author, one.from_desk, [a.name for a in one.attachments]) == (
        stage.requester,
        False,
        ["1.png", "2.png"],
    )
    assert (two.author, two.from_desk, two.attachments) == (stage.agent, True, [])


def test_a_reply_that_did_more_says_so(stage: Stage) -> None:
    woken = stage.ticket("on_hold")
    actions.reply(woken, body="Voici", actor=stage.requester, now=later(9))
    assert [e.kind for e in timeline(woken, for_desk=False)][-2:] == ["message", "fact"]
    plain = stage.ticket("open")
    actions.reply(plain, body="Voici", actor=stage.requester, now=later(9))
    assert timeline(plain, for_desk=False)[-1].kind == "message"


def test_html_is_escaped_once(stage: Stage) -> None:
    ticket = stage.ticket("open")
    actions.reply(ticket, body="<script>alert(1)</script> & co", actor=stage.requester, now=later(3))
    html = timeline(ticket, for_desk=True)[-1].html
    assert "<script" not in html and "&lt;script&gt;" in html and "&amp; co" in html


@pytest.mark.parametrize("for_desk", [True, False])
def test_a_long_story_costs_no_more_queries(stage: Stage, django_assert_max_num_queries: Any, for_desk: bool) -> None:
    ticket = full_story(stage)

    def go_on(rounds: range) -> None:
        for i in rounds:
            by: dict[str, Any] = {"actor": stage.agent, "now": later(30 + i)}
            if i == 0:
                actions.reopen(ticket, **by)
            actions.hand_over(ticket, to_team=stage.desk.teams["N3" if i % 2 else "N1"], reason="time", **by)
            actions.note(ticket, body=f"n{i}", uploads=[upload()], **by)
            actions.reply(ticket, body=f"r{i}", uploads=[upload()], **by)

    # From here on there is one of everything that has to be read.
    go_on(range(4))
    with django_assert_max_num_queries(11) as short:
        timeline(ticket, for_desk=for_desk)
    go_on(range(4, 20))
    with django_assert_max_num_queries(11) as long:
        assert len(timeline(ticket, for_desk=for_desk)) > 30
    assert len(long) <= len(short)


def test_every_verb_has_a_sentence_of_its_own(stage: Stage) -> None:
    told = {e.verb for e in timeline(full_story(stage), for_desk=True)}
    assert told <= sentences.VERBS
    # What the full story can't hold in one go is told in test_every_verb; what happens at a counter, in tests/walkup;
    # problems, major incidents and policies that are applied, in theirs.
    elsewhere = {*APPOINTMENTS, *GUIDED, *VISITS, *PROBLEMS, *OF_PROBLEMS, *MAJORS, *OF_MAJORS, *TERMS}
    left = {"ticket.closed", "ticket.hypothesis_judged", "ticket.attempt_tested"}
    assert sentences.VERBS - told <= left | elsewhere
