"""Whoever treats a desk and follows tickets elsewhere reads one list, in order, page by page."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from guichet.people.models import Person
from guichet.tickets import findable
from guichet.tickets.models import Ticket, Watcher
from tests import builders, cast
from tests.api.conftest import program
from tests.builders import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def nadia() -> Person:
    """Treats one desk, where she asked and reported herself; follows tickets of two others."""
    own, *others = (builders.desk() for _n in range(3))
    nadia = builders.agent(own)
    amelie = builders.person(own.organisation, cast.AMELIE)
    for number in range(4):
        asked = nadia if number % 2 else amelie
        builders.ticket(asked, actor=nadia, now=NOW + timedelta(minutes=7 * number))
    for step, at in enumerate(others):
        somebody = builders.person(at.organisation, cast.EMILY)
        for number in range(3):
            ticket = builders.ticket(somebody, now=NOW + timedelta(minutes=5 * number + step))
            if number == 0:
                Watcher.objects.create(ticket=ticket, person=nadia)
            if number == 1:
                Ticket.objects.filter(pk=ticket.pk).update(reporter=nadia)
    return nadia


@pytest.mark.parametrize("size", [1, 3, 50])
@pytest.mark.parametrize(
    ("order", "by"),
    [("newest", ("-opened_at", "-id")), ("oldest", ("opened_at", "id")), ("updated", ("-updated_at", "-id"))],
)
def test_its_pages_are_what_one_sees(nadia: Person, order: str, by: tuple[str, ...], size: int) -> None:
    seen = list(Ticket.objects.visible_to(nadia).order_by(*by).values_list("reference", flat=True))
    assert len(seen) == 8
    reader, cursor, read = program(nadia), "", []
    for _page in range(10):
        page = reader.get("/tickets?" + urlencode({"order": order, "size": size, "cursor": cursor})).json()
        read += [item["reference"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert read == seen


def test_a_search_knows_what_one_follows_elsewhere(nadia: Person) -> None:
    elsewhere = Ticket.objects.visible_to(nadia).exclude(desk__in=nadia.grants.treats_in)
    assert sorted(findable._own(nadia)) == sorted(elsewhere.values_list("pk", flat=True))
