"""Two at one problem at once, each with a connection of their own: nobody is told what isn't true, nobody waits for
somebody who waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from guichet.activity.models import Event
from guichet.lib.errors import Conflict
from guichet.people.models import Person
from guichet.tickets import causes, problems
from guichet.tickets.models import Problem, ProblemLink, Ticket
from tests.builders import NOW
from tests.tickets.meanwhile import Meanwhile
from tests.tickets.stage import Stage, later

pytestmark = pytest.mark.django_db(transaction=True)
FIX = {"cause": "Pilote", "text": "Pilote 4.3.", "test": "Une page.", "public_text": "C’est réparé."}


@pytest.fixture
def s() -> Stage:
    return Stage().everybody()


@pytest.fixture
def problem(s: Stage) -> Problem:
    return problems.open_problem(desk=s.desk.organisation, title="L’encre bave", actor=s.agent, now=NOW)


def under(s: Stage, problem: Problem) -> Ticket:
    ticket = s.ticket("open")
    causes.link(ticket, problem=problem, actor=s.agent, now=later(2))
    return ticket


def fixed(problem: Problem, *, by: Person) -> None:
    problems.fix(problem, **FIX, actor=by, now=later(60))


def told(ticket: Ticket) -> list[str]:
    return list(ticket.messages.values_list("body", flat=True))


@contextmanager
def coming_between(monkeypatch: pytest.MonkeyPatch, name: str, act: Any) -> Iterator[list[Meanwhile]]:
    """Somebody else comes when the problem is locked, and its ticket is next."""
    then, came = getattr(causes, name), []

    def slowly(*args: Any, **more: Any) -> Any:
        if not came:
            came.append(None)
            came[0] = Meanwhile(act)
        return then(*args, **more)

    with monkeypatch.context() as patched:
        patched.setattr(causes, name, slowly)
        yield came


def test_a_fix_that_was_taken_back_meanwhile_is_not_told(s: Stage, problem: Problem) -> None:
    ticket = under(s, problem)
    fixed(problem, by=s.agent)
    link = ProblemLink.objects.select_related("ticket").get(ticket=ticket)
    with transaction.atomic():
        problems.reopen(problem, actor=s.agent, now=later(61))
        job = Meanwhile(lambda: causes.tell_of_fix(link, now=later(61)))
    assert job.told() is False
    assert (s.again(ticket).state, told(ticket)) == ("open", [])
    assert ProblemLink.objects.get(ticket=ticket).told_at is None


def test_taking_a_ticket_out_while_it_is_told_blocks_nobody(
    s: Stage, problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = under(s, problem)
    fixed(problem, by=s.agent)
    link = ProblemLink.objects.select_related("ticket").get(ticket=ticket)
    with coming_between(monkeypatch, "change", lambda: causes.tell_of_fix(link, now=later(61))) as came:
        causes.unlink(ticket, problem=problem, actor=s.agent, now=later(61))
    assert came[0].told() is False
    assert told(ticket) == []


def test_reopening_while_one_is_told_blocks_nobody(s: Stage, problem: Problem) -> None:
    ticket = under(s, problem)
    fixed(problem, by=s.agent)
    link = ProblemLink.objects.select_related("ticket").get(ticket=ticket)
    with problems.change_problem(
        problem, verb="reopen", event="problem.reopened", actor=s.agent, now=later(61)
    ) as step:
        job = Meanwhile(lambda: causes.tell_of_fix(link, now=later(61)))
        step.problem.links.update(told_at=None)
        step.problem.fixed_at = step.problem.fixed_by = None
        step.problem.state = "known_error"
    assert job.told() is False
    assert told(ticket) == []


def worked_around(s: Stage, problem: Problem) -> None:
    problems.work_around(
        problem, text="Noir et blanc.", expires_at=NOW + timedelta(days=2), actor=s.agent, now=later(3)
    )


def test_solving_by_the_workaround_while_the_ticket_is_taken_out_blocks_nobody(
    s: Stage, problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same ticket at once: taken out by one, solved by the other."""
    ticket = under(s, problem)
    worked_around(s, problem)

    def solve() -> Ticket:
        return causes.resolve_by_workaround(ticket, test="Une page.", actor=s.colleague, now=later(4))

    with coming_between(monkeypatch, "change", solve) as came:
        causes.unlink(ticket, problem=problem, actor=s.agent, now=later(4))
    refused = came[0].told()
    assert isinstance(refused, Conflict) and refused.code == "no_workaround"
    assert ticket.attempts.count() == 0


def test_a_workaround_that_was_withdrawn_meanwhile_solves_nothing(s: Stage, problem: Problem) -> None:
    ticket = under(s, problem)
    worked_around(s, problem)
    with transaction.atomic():
        problems.withdraw_workaround(problem, actor=s.agent, now=later(4))
        other = Meanwhile(
            lambda: causes.resolve_by_workaround(ticket, test="Une page.", actor=s.colleague, now=later(4))
        )
    assert isinstance(other.told(), Conflict)
    assert s.again(ticket).state == "open"
    assert not Event.objects.filter(subject_type="ticket", subject_id=ticket.pk, verb="ticket.resolved").exists()
