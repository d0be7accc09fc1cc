"""Random stories of a problem with its tickets: whatever the desk does in whatever order, what must hold holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from guichet.activity.models import Event
from guichet.activity.record import broken_links
from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.tickets import actions, causes, lifecycle, problem_story, problems
from guichet.tickets.clocks import rebuild
from guichet.tickets.models import Problem, ProblemState, State, Ticket
from guichet.watchdog.retelling import retell
from tests.tickets.stage import Stage, history, later

By = dict[str, Any]


def _around(problem: Problem, by: By) -> Any:
    return problems.work_around(
        problem, text="Autrement", public_text="Patientez", expires_at=by["now"] + timedelta(hours=2), **by
    )


# Verb → the name under which the problem's states allow it, and how it is done.
VERBS: dict[str, tuple[str, Callable[[Problem, By], Any]]] = {
    "describe": ("describe", lambda p, by: problems.describe(p, title="Autrement", **by)),
    "cause": ("state_cause", lambda p, by: problems.state_cause(p, cause="Le pilote", **by)),
    "no_cause": ("state_cause", lambda p, by: problems.dismiss_cause(p, **by)),
    "around": ("work_around", _around),
    "withdraw": ("work_around", lambda p, by: problems.withdraw_workaround(p, **by)),
    "fix": ("fix", lambda p, by: problems.fix(p, cause="x", text="y", test="z", public_text="Réparé", **by)),
    "close": ("close", lambda p, by: problems.close(p, conclusion="Assez cherché", **by)),
    "reopen": ("reopen", lambda p, by: problems.reopen(p, **by)),
}


class Story(RuleBasedStateMachine):
    """One problem and three tickets, in a transaction that is taken back at the end."""

    stage: Stage

    @initialize()
    def opened(self) -> None:
        self.minute = 1
        self.outer = transaction.atomic()
        self.outer.__enter__()
        desk = self.stage.desk.organisation
        self.problem = problems.open_problem(desk=desk, title="Bave", actor=self.stage.agent, now=later(0))
        self.tickets = [self.stage.ticket() for _ in range(3)]

    def by(self, minutes: int = 11) -> By:
        self.minute += minutes
        return {"actor": self.stage.agent, "now": later(self.minute)}

    @rule(name=st.sampled_from(sorted(VERBS)), stranger=st.booleans())
    def something(self, name: str, stranger: bool) -> None:
        gate, do = VERBS[name]
        before = Problem.objects.get(pk=self.problem.pk)
        by = self.by()
        if stranger:
            by["actor"] = self.stage.provider
        try:
            with transaction.atomic():
                do(self.problem, by)
        except Forbidden:
            assert stranger
        except Conflict:
            assert not before.may(gate) or name in {"no_cause", "withdraw"}
        else:
            assert before.may(gate) and not stranger

    @rule(which=st.integers(0, 2), off=st.booleans())
    def linked(self, which: int, off: bool) -> None:
        verb = causes.unlink if off else causes.link
        self.tried(lambda by: verb(self.tickets[which], problem=self.problem, **by))

    @rule(which=st.integers(0, 2))
    def restored(self, which: int) -> None:
        self.tried(lambda by: causes.resolve_by_workaround(self.tickets[which], test="Vu", **by))

    @rule(which=st.integers(0, 2), yes=st.booleans())
    def answered(self, which: int, yes: bool) -> None:
        asker = self.tickets[which].requester
        if yes:
            self.tried(lambda by: actions.confirm(self.tickets[which], actor=asker, now=by["now"]))
        else:
            self.tried(lambda by: actions.refuse(self.tickets[which], body="Non", actor=asker, now=by["now"]))

    @rule()
    def told(self) -> None:
        problem = Problem.objects.get(pk=self.problem.pk)
        for link in problem.links.filter(causes.to_be_told()).select_related("ticket"):
            causes.tell_of_fix(link, now=self.by(1)["now"])
        assert not problem.links.filter(causes.to_be_told()).exists()
        for link in problem.links.filter(at__lte=problem.fixed_at) if problem.fixed_at else ():
            assert link.told_at is not None

    def tried(self, act: Callable[[By], Any]) -> None:
        try:
            with transaction.atomic():
                act(self.by(3))
        except Refused:
            pass

    @invariant()
    def it_is_what_its_chain_says(self) -> None:
        if not hasattr(self, "problem"):
            return
        row = Problem.objects.get(pk=self.problem.pk)
        events = list(Event.objects.filter(subject_type="problem", subject_id=row.pk).order_by("number"))
        assert broken_links(events) == []
        assert (row.version, row.chain) == (len(events), events[-1].hash)
        assert row.workarounds.filter(ended_at=None).count() <= (1 if row.is_open else 0)
        assert (row.state == ProblemState.INVESTIGATING) <= (row.cause == "")
        links = {event.data["ticket"]: event.verb for event in events if "ticket" in event.data}
        under = {pk for pk, verb in links.items() if verb == "problem.linked"}
        assert set(row.links.values_list("ticket_id", flat=True)) == under
        stands = problem_story.standing(row)
        assert stands.linked == len(under)
        assert stands.open + stands.living <= stands.linked
        assert len(problem_story.story(row)) == len(events)

    @invariant()
    def its_tickets_are_what_their_logs_say(self) -> None:
        for ticket in getattr(self, "tickets", ()):
            row = Ticket.objects.get(pk=ticket.pk)
            log = history(row)
            assert broken_links(log) == []
            told = retell((event.verb, event.data) for event in log)
            due = datetime.fromisoformat(told.due_at) if told.due_at else None
            assert (told.state, told.promise, due) == (row.state, row.promise_kind, row.promise_due_at)
            assert (row.state in lifecycle.LIVE) == (row.promise_due_at is not None)
            assert (row.state in {State.RESOLVED, State.CLOSED}) == (row.solution_id is not None)
            assert rebuild([row]) == 0

    def teardown(self) -> None:
        if hasattr(self, "outer"):
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)


@pytest.mark.django_db
def test_any_problem(stage: Stage) -> None:
    Story.stage = stage.everybody()
    run_state_machine_as_test(
        Story, settings=settings(max_examples=12, stateful_step_count=14, suppress_health_check=list(HealthCheck))
    )
