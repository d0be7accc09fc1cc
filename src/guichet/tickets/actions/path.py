"""The way to a solution: suppose a cause, judge it; attempt a workaround or a fix, test it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Refused
from guichet.lib.text import clean, one_line
from guichet.people.models import Person
from guichet.tickets.actions.change import change, need_body, need_choice, need_desk, need_text
from guichet.tickets.indexing import indexing, of_attempt, of_hypothesis
from guichet.tickets.models import (
    Attempt,
    AttemptKind,
    AttemptResult,
    Hypothesis,
    HypothesisState,
    Problem,
    Ticket,
)


def suppose(
    ticket: Ticket,
    *,
    text: str,
    actor: Person,
    now: datetime,
    evidence: str = "",
    expect: int | None = None,
    source: str = "",
) -> Hypothesis:
    """Write down a supposed cause."""
    text = need_text(text, field="text", limit=300)
    with change(
        ticket, verb="suppose", event="ticket.supposed", actor=actor, now=now, expect=expect, source=source
    ) as step:
        need_desk(actor, step.ticket)
        made = Hypothesis.objects.create(
            ticket=step.ticket, text=text, evidence=clean(evidence).strip()[:4000], by=actor, created_at=now
        )
        step.data["hypothesis"] = made.pk
        step.rows += indexing(of_hypothesis(made, step.ticket))
    return made


def judge(
    hypothesis: Hypothesis,
    *,
    state: str,
    actor: Person,
    now: datetime,
    evidence: str = "",
    expect: int | None = None,
    source: str = "",
) -> Hypothesis:
    """Confirm or reject a hypothesis with evidence, or open it again. New evidence is added below the old."""
    need_choice(state, among=HypothesisState, field="state")
    evidence = clean(evidence).strip()[:4000]
    if state != HypothesisState.OPEN and not (evidence or hypothesis.evidence):
        raise Refused(_("Say what shows it."), code="required", field="evidence")
    with change(
        hypothesis.ticket,
        verb="suppose",
        event="ticket.hypothesis_judged",
        actor=actor,
        now=now,
        expect=expect,
        source=source,
    ) as step:
        need_desk(actor, step.ticket)
        current = step.ticket.hypotheses.get(pk=hypothesis.pk)
        step.data.update({"hypothesis": current.pk, "from": current.state, "state": state})
        current.state = state
        current.evidence = "\n".join(filter(None, (current.evidence, evidence)))
        current.save(update_fields=["state", "evidence"])
        step.rows += indexing(of_hypothesis(current, step.ticket))
    return current


def attempt(
    ticket: Ticket,
    *,
    kind: str,
    text: str,
    actor: Person,
    now: datetime,
    hypothesis: Hypothesis | None = None,
    problem: Problem | None = None,
    applied_on: str = "",
    test: str = "",
    result: str = AttemptResult.UNTESTED,
    expect: int | None = None,
    source: str = "",
) -> Attempt:
    """Write down what was done, as a workaround or a fix; tested at once where `test` and `result` say so.

    `problem` is the one whose workaround or fix it is.
    """
    need_choice(kind, among=AttemptKind, field="kind")
    need_choice(result, among=AttemptResult, field="result")
    text = need_body(text, field="text", limit=4000)
    test = _need_test(test, result=result)
    with change(
        ticket, verb="attempt", event="ticket.attempted", actor=actor, now=now, expect=expect, source=source
    ) as step:
        need_desk(actor, step.ticket)
        if hypothesis is not None and hypothesis.ticket_id != step.ticket.pk:
            raise Refused(_("This hypothesis belongs to another ticket."), code="foreign", field="hypothesis")
        made = Attempt.objects.create(
            ticket=step.ticket,
            hypothesis=hypothesis,
            problem=problem,
            kind=kind,
            text=text,
            applied_on=one_line(applied_on)[:160],
            test=test,
            result=result,
            by=actor,
            created_at=now,
            tested_at=None if result == AttemptResult.UNTESTED else now,
        )
        step.data.update(attempt=made.pk, kind=kind, result=result)
        step.rows += indexing(of_attempt(made, step.ticket))
    return made


def test_attempt(
    attempt: Attempt,
    *,
    test: str,
    result: str,
    actor: Person,
    now: datetime,
    expect: int | None = None,
    source: str = "",
) -> Attempt:
    """Say how an attempt was tested and what came out."""
    need_choice(result, among=AttemptResult, field="result")
    if result == AttemptResult.UNTESTED:
        raise Refused(_("Say whether it works."), code="required", field="result")
    test = _need_test(test, result=result)
    with change(
        attempt.ticket,
        verb="attempt",
        event="ticket.attempt_tested",
        actor=actor,
        now=now,
        expect=expect,
        source=source,
    ) as step:
        need_desk(actor, step.ticket)
        current = step.ticket.attempts.get(pk=attempt.pk)
        if step.ticket.solution_id == current.pk and result != AttemptResult.WORKED:
            raise Refused(
                _("This attempt is the ticket’s solution. Reopen the ticket first."),
                code="is_solution",
                field="result",
            )
        current.test, current.result, current.tested_at = test, result, now
        current.save(update_fields=["test", "result", "tested_at"])
        step.data.update(attempt=current.pk, kind=current.kind, result=result)
        step.rows += indexing(of_attempt(current, step.ticket))
    return current


test_attempt.__test__ = False  # type: ignore[attr-defined]  # pytest would take the verb for a test


def _need_test(test: str, *, result: str) -> str:
    """How it was tested, required as soon as there is a result."""
    if result == AttemptResult.UNTESTED:
        return one_line(test)[:300]
    return need_text(test, field="test", limit=300, message=_("Say how it was tested."))
