"""Take the next: in the order of work, and never the same for two who press at once."""

from datetime import timedelta

from django.urls import reverse

from guichet.tickets.models import Ticket
from tests import builders
from tests.desk.conftest import World


def test_the_next_is_the_first_of_my_teams(world: World) -> None:
    sooner = builders.ticket(world.amelie, now=builders.NOW - timedelta(days=7))
    answer = world.browser.post(reverse("desk:next"))
    assert sooner.reference in answer["Location"]
    assert Ticket.objects.get(pk=sooner.pk).assignee == world.nadia


def test_nothing_waits(world: World) -> None:
    world.browser.post(reverse("desk:next"))
    answer = world.browser.post(reverse("desk:next"), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("desk:work")
    assert builders.client_for(world.karim).post(reverse("desk:next"))["Location"] == reverse("desk:work")
