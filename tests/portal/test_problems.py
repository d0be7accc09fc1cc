"""What requesters read of the problem behind their ticket: the workaround's public text, and the fix."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guichet.notifications.models import Notification
from guichet.tickets import causes, problems
from guichet.tickets.models import Problem, State, Ticket
from tests import builders
from tests.portal.people import World, text_of, world

pytestmark = pytest.mark.django_db
PUBLIC, INTERNAL = "Passez par le réseau filaire.", "Redémarrer la borne B-2-07."


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def amelie(w: World) -> Client:
    return builders.client_for(w.amelie)


@pytest.fixture
def problem(w: World) -> Problem:
    """With a cause and a workaround."""
    by = {"actor": w.nadia, "now": timezone.now()}
    made = problems.open_problem(desk=w.amelie.organisation.desk, title="Borne défectueuse", **by)
    return problems.state_cause(made, cause="Micrologiciel 7.1", **by)


def offer(problem: Problem, w: World, *, public_text: str = PUBLIC) -> None:
    now = timezone.now()
    problems.work_around(
        problem, text=INTERNAL, public_text=public_text, expires_at=now + timedelta(days=3), actor=w.nadia, now=now
    )


def shown(browser: Client, ticket: Ticket) -> str:
    answer = browser.get(f"/help/tickets/{ticket.reference}/")
    assert answer.status_code == 200
    return text_of(answer)


def test_the_public_text_with_its_end_and_nothing_else(w: World, amelie: Client, problem: Problem) -> None:
    ticket = w.ticket()
    offer(problem, w)
    assert PUBLIC not in shown(amelie, ticket)
    causes.link(ticket, problem=problem, actor=w.nadia, now=timezone.now())
    page = shown(amelie, ticket)
    assert PUBLIC in page
    for internal in (INTERNAL, problem.title, problem.cause, problem.reference):
        assert internal not in page


def test_nothing_is_shown_that_says_nothing_or_no_longer_holds(w: World, amelie: Client, problem: Problem) -> None:
    ticket = w.ticket()
    causes.link(ticket, problem=problem, actor=w.nadia, now=timezone.now())
    offer(problem, w, public_text="")
    assert "Entre-temps" not in shown(amelie, ticket)
    offer(problem, w)
    assert PUBLIC in shown(amelie, ticket)
    problem.workarounds.filter(ended_at=None).update(
        since=timezone.now() - timedelta(days=9), expires_at=timezone.now() - timedelta(days=2)
    )
    assert PUBLIC not in shown(amelie, ticket)
    offer(problem, w)
    problems.withdraw_workaround(problem, actor=w.nadia, now=timezone.now())
    assert PUBLIC not in shown(amelie, ticket)


def test_the_fix_is_news_and_asks_to_confirm(w: World, amelie: Client, problem: Problem) -> None:
    ticket = w.ticket()
    now = timezone.now()
    causes.link(ticket, problem=problem, actor=w.nadia, now=now)
    offer(problem, w)
    causes.resolve_by_workaround(ticket, test="Essayé", actor=w.nadia, now=timezone.now())
    amelie.post(f"/help/tickets/{ticket.reference}/confirmation/")
    assert Ticket.objects.get(pk=ticket.pk).state == State.CLOSED
    told = {"text": "Micrologiciel 7.2", "test": "Mesuré", "public_text": "La borne est réparée."}
    problems.fix(problem, **told, actor=w.nadia, now=timezone.now())
    (link,) = problem.links.filter(causes.to_be_told())
    causes.tell_of_fix(link, now=timezone.now())
    page = shown(amelie, ticket)
    assert "La borne est réparée." in page
    assert "Micrologiciel 7.2" not in page
    assert f'action="/help/tickets/{ticket.reference}/confirmation/"' in page
    assert Notification.objects.filter(person=w.amelie, ticket=ticket, event__verb="ticket.fixed").exists()
    assert ticket.reference in text_of(amelie.get(reverse("portal:news")))
    amelie.post(f"/help/tickets/{ticket.reference}/refusal/", {"body": "Toujours coupé"})
    assert Ticket.objects.get(pk=ticket.pk).state == State.OPEN
