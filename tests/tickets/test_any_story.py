"""Random stories: whatever people do in whatever order, what must be true of a ticket stays true."""

from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils.translation import override
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.tickets import actions, lifecycle
from guichet.tickets.clocks import rebuild
from guichet.tickets.models import HandOver
from guichet.tickets.timeline import timeline
from guichet.watchdog.retelling import retell
from tests.tickets.stage import Stage, history, later, sound, upload
from tests.tickets.verbs import VERBS, gate

SECRET = "cle-du-coffre"
# Done by hand below, with what must not leak or with more than the table's one way.
PLAIN = sorted(set(VERBS) - {"note", "hand_over", "resolve", "test_attempt"})
people = st.sampled_from(["agent", "technician", "manager", "requester", "neighbour", "contact", "provider"])


class Story(RuleBasedStateMachine):
    """One ticket, in a transaction that is taken back at the end."""

    stage: Stage

    @initialize(impact=st.sampled_from(["everyone", "person"]), urgency=st.sampled_from(["stopped", "none"]))
    def opened(self, impact: str, urgency: str) -> None:
        self.minute = 1
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.ticket = self.stage.ticket(impact=impact, urgency=urgency)
        self.where = (self.ticket.team_id, self.ticket.level_id)
        self.handed_over = 0

    def attempted(self, name: str, who: str) -> None:
        """Do it or be refused for a reason that the state or the person gives."""
        self.minute += 7
        before = self.stage.again(self.ticket)
        by = {"actor": getattr(self.stage, who), "now": later(self.minute)}
        try:
            with transaction.atomic():
                VERBS[name].do(self.stage, self.ticket, by)
        except Conflict:
            assert not before.may(gate(name))
        except Forbidden:
            assert who not in VERBS[name].who
        else:
            assert before.may(gate(name))
        self.ticket = self.stage.again(self.ticket)

    @rule(name=st.sampled_from(PLAIN), who=people)
    def something(self, name: str, who: str) -> None:
        self.attempted(name, who)

    @rule(name=st.sampled_from(PLAIN))
    def something_by_the_agent(self, name: str) -> None:
        self.attempted(name, "agent")

    @rule(who=st.sampled_from(["agent", "technician"]))
    def noted(self, who: str) -> None:
        self.minute += 1
        by = {"actor": getattr(self.stage, who), "now": later(self.minute)}
        actions.note(self.ticket, body=f"Note {SECRET}", uploads=[upload(f"{SECRET}.txt")], **by)
        self.ticket = self.stage.again(self.ticket)

    @precondition(lambda self: self.ticket.state in lifecycle.UNSOLVED)
    @rule(code=st.sampled_from(["N1", "N2", "N3"]))
    def handed_over_to(self, code: str) -> None:
        self.minute += 1
        team = self.stage.desk.teams[code]
        try:
            with transaction.atomic():
                actions.hand_over(
                    self.ticket, to_team=team, reason="competence", note=SECRET, actor=self.stage.manager,
                    now=later(self.minute),
                )  # fmt: skip
        except Refused as refusal:
            assert refusal.code == "same_team"
        self.ticket = self.stage.again(self.ticket)

    @precondition(lambda self: self.ticket.state in lifecycle.UNSOLVED)
    @rule(verified=st.booleans())
    def resolved(self, verified: bool) -> None:
        self.minute += 1
        by: dict[str, Any] = {"actor": self.stage.agent, "now": later(self.minute)}
        if verified:
            done = actions.attempt(self.ticket, kind="fix", text=SECRET, test="Vu", result="worked", **by)
            actions.resolve(self.ticket, solution=done, body="Réglé", **by)
        else:
            actions.resolve(self.ticket, unsolved_reason="withdrawn", **by)
        self.ticket = self.stage.again(self.ticket)

    @invariant()
    def it_is_sound(self) -> None:
        if hasattr(self, "ticket"):
            sound(self.ticket)

    @invariant()
    def its_log_alone_tells_what_it_is(self) -> None:
        if not hasattr(self, "ticket"):
            return
        told = retell((event.verb, event.data) for event in history(self.ticket))
        row = self.stage.again(self.ticket)
        assert (told.state, told.team, told.level) == (row.state, row.team_id, row.level_id)
        due = datetime.fromisoformat(told.due_at) if told.due_at else None
        assert (told.promise, due) == (row.promise_kind, row.promise_due_at)

    @invariant()
    def its_clocks_are_what_its_log_says(self) -> None:
        if hasattr(self, "ticket"):
            assert rebuild([self.ticket]) == 0

    @invariant()
    def it_moves_only_by_hand_overs(self) -> None:
        if not hasattr(self, "ticket"):
            return
        made = list(HandOver.objects.filter(ticket=self.ticket, hierarchical=False).order_by("pk"))
        where = (self.ticket.team_id, self.ticket.level_id)
        assert (where == self.where) or len(made) > self.handed_over
        for earlier, later_one in pairwise(made):
            assert (earlier.to_team_id, earlier.to_level_id) == (later_one.from_team_id, later_one.from_level_id)
        if made:
            assert (made[-1].to_team_id, made[-1].to_level_id) == where
        self.where, self.handed_over = where, len(made)

    @invariant()
    def it_can_be_told_to_both_sides(self) -> None:
        if not hasattr(self, "ticket"):
            return
        # The two languages by turns.
        with override(("fr", "en")[self.ticket.version % 2]):
            for entry in timeline(self.ticket, for_desk=False):
                assert entry.kind != "note"
                assert SECRET not in entry.sentence + entry.html
                assert not [a for a in entry.attachments if SECRET in a.name]
            told = timeline(self.ticket, for_desk=True)
        assert [e.number for e in told] == sorted(e.number for e in told)
        assert all(e.sentence or e.html or e.attachments for e in told)

    def teardown(self) -> None:
        if hasattr(self, "outer"):
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)


@pytest.mark.django_db
def test_any_story(stage: Stage) -> None:
    Story.stage = stage.everybody()
    with override_settings(LANGUAGE_CODE="fr"):
        run_state_machine_as_test(
            Story,
            settings=settings(max_examples=8, stateful_step_count=10, suppress_health_check=list(HealthCheck)),
        )
