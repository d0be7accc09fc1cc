"""The plain promise: until when a first answer, and a solution where the desk says so."""

import pytest
from django.test import Client
from django.utils import timezone

from guichet.sla.models import SEVERITIES, Measure, Target
from guichet.sla.usual import Figures, set_usual
from guichet.tickets import actions
from guichet.tickets.models import Ticket
from tests import builders
from tests.portal.people import World, essentials, text_of, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def amelie(w: World) -> Client:
    return builders.client_for(w.amelie)


def promise(w: World, *, shown: bool) -> None:
    figures = [Figures(s, 10, 60, around_the_clock=True) for s in SEVERITIES]
    policy = set_usual(w.desk.organisation, figures=figures, now=timezone.now())
    policy.shows_resolution = shown
    policy.save()
    for severity in SEVERITIES:
        Target.objects.create(policy=policy, measure=Measure.RESOLUTION, severity=severity, minutes=600)


def sent(amelie: Client) -> tuple[str, Ticket]:
    token = essentials(amelie)
    assert "vous aurez une première réponse avant" in text_of(amelie.get(f"/help/new/{token}/review/"))
    answer = amelie.post(f"/help/new/{token}/review/")
    return text_of(amelie.get(answer["Location"])), Ticket.objects.get()


@pytest.mark.parametrize("shown", [True, False])
def test_a_solution_is_promised_where_the_desk_says_so(w: World, amelie: Client, *, shown: bool) -> None:
    promise(w, shown=shown)
    receipt, ticket = sent(amelie)
    page = text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))
    assert ("Votre solution" in receipt) == ("Votre solution" in page) == shown


def test_nothing_is_promised_of_what_is_solved(w: World, amelie: Client) -> None:
    promise(w, shown=True)
    _receipt, ticket = sent(amelie)
    agent = builders.agent(w.desk)
    actions.resolve(ticket, unsolved_reason="unreproducible", actor=agent, now=timezone.now())
    assert "Votre solution" not in text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))
