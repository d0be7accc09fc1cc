"""What those who were told of a fix said: yes, no, nothing yet, nothing at all."""

from __future__ import annotations

import pytest

from guichet.tickets import actions, causes, problem_story, problems
from guichet.tickets.models import ProblemLink, Ticket
from tests.builders import NOW
from tests.tickets.stage import Stage, later

pytestmark = pytest.mark.django_db
FIX = {"cause": "Pilote", "text": "Pilote 4.3.", "test": "Une page.", "public_text": "C’est réparé."}


def test_silence_is_no_confirmation(stage: Stage) -> None:
    problem = problems.open_problem(desk=stage.desk.organisation, title="L’encre bave", actor=stage.agent, now=NOW)
    yes, silent, before, asked, no = [stage.ticket("open") for _n in range(5)]
    for ticket in (yes, silent, before, asked, no):
        causes.link(ticket, problem=problem, actor=stage.agent, now=later(2))
    problems.work_around(problem, text="Noir et blanc.", expires_at=later(5000), actor=stage.agent, now=later(3))
    # They said yes to the workaround, which is not the fix.
    causes.resolve_by_workaround(before, test="Une page.", actor=stage.agent, now=later(4))
    actions.confirm(before, actor=stage.requester, now=later(5))
    problems.fix(problem, **FIX, actor=stage.agent, now=later(60))
    for link in ProblemLink.objects.select_related("ticket"):
        assert causes.tell_of_fix(link, now=later(61))
    actions.confirm(yes, actor=stage.requester, now=later(70))
    actions.refuse(no, body="Toujours pas.", actor=stage.requester, now=later(71))
    for ticket in (silent, before):
        due = Ticket.objects.get(pk=ticket.pk).promise_due_at
        assert due is not None
        actions.close(ticket, actor=None, now=due)
    found = problem_story.standing(problem)
    assert found.confirmed == 1
    assert (found.told, found.silent, found.asked, found.refused) == (5, 2, 1, 1)
