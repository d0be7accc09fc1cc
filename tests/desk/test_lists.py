"""Work and the lists: order, reasons, filters in the URL, pages, and a constant number of queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guichet.desk.lists import VIEWS
from guichet.tickets import actions
from guichet.tickets.models import Macro, Ticket
from tests import builders, cast
from tests.desk.conftest import World

MOST = 12
# Lists in the order of work read what is reckoned before they read a page's rows, and what handling takes.
MOST_IN_ORDER = 14


def queries(world: World, url: str) -> int:
    world.browser.get(url)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert world.browser.get(url).status_code == 200
    return len(seen)


def fill(world: World, count: int) -> list[Ticket]:
    return [
        builders.ticket(world.amelie, description=f"Panne numéro {n} de l’imprimante", now=timezone.now())
        for n in range(count)
    ]


@pytest.mark.parametrize("view", [v.key for v in VIEWS])
def test_every_view_shows(world: World, view: str) -> None:
    assert world.browser.get(reverse("desk:tickets"), {"view": view}).status_code == 200


def test_lists_cost_the_same_at_any_length(world: World) -> None:
    url = reverse("desk:tickets") + "?view=open"
    actions.take(world.ticket, actor=world.nadia, now=timezone.now())
    few = queries(world, url)
    for ticket in fill(world, 49):
        actions.take(ticket, actor=world.nadia, now=timezone.now())
    assert queries(world, url) == few <= MOST
    work = reverse("desk:work")
    assert queries(world, work) <= MOST
    assert queries(world, reverse("desk:alerts")) <= MOST


def test_filters_cost_no_more_than_allowed(world: World) -> None:
    fill(world, 5)
    asked = {"state": "new", "severity": "S3", "team": world.desk.front.pk, "assignee": "none", "q": "panne"}
    url = reverse("desk:tickets") + "?" + "&".join(f"{k}={v}" for k, v in asked.items())
    assert queries(world, url) <= MOST


def test_a_ticket_page_costs_the_same_with_more_said(world: World) -> None:
    now = timezone.now()
    ticket = world.ticket

    def live(count: int) -> None:
        for n in range(count):
            writer = world.amelie if n % 2 else world.nadia
            actions.reply(ticket, body=f"Message {n}", actor=writer, now=now)
            found = actions.suppose(ticket, text=f"Cause {n}", actor=world.nadia, now=now)
            actions.attempt(ticket, kind="fix", text=f"Essai {n}", hypothesis=found, actor=world.nadia, now=now)
            actions.judge(found, state="rejected", evidence="Vu", actor=world.nadia, now=now)
            actions.hold(ticket, reason="parts", wake_at=now + timedelta(days=1), actor=world.nadia, now=now)
            team = world.desk.second if n % 2 == 0 else world.desk.front
            actions.hand_over(ticket, to_team=team, reason="time", actor=world.nadia, now=now)
            actions.watch(ticket, person=builders.person(world.desk.organisation), actor=world.nadia, now=now)
            builders.ticket(world.amelie)
            Macro.objects.create(organisation=world.desk.organisation, name_fr=f"M{n}", body_fr="x")

    live(2)
    few = queries(world, world.url("ticket"))
    live(8)
    assert queries(world, world.url("ticket")) == few
    assert few <= MOST


def test_pages_follow_each_other(world: World) -> None:
    fill(world, 59)
    first = world.browser.get(reverse("desk:tickets"))
    more = first.context["more_url"]
    second = world.browser.get(more, headers={"HX-Request": "true"})
    shown = {t.pk for t in first.context["tickets"]} | {t.pk for t in second.context["tickets"]}
    assert len(first.context["tickets"]) == 50
    assert len(shown) == 60
    assert second.context["more_url"] == ""
    assert "<html" not in second.content.decode()
    assert world.browser.get(more + "x").status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        {"state": "' OR 1=1 --"}, {"severity": "S9"}, {"team": "99999999999999999999999"}, {"team": "-1"},
        {"assignee": "²"}, {"tag": "x" * 500}, {"q": "'; DROP TABLE"}, {"q": "&|!():*"}, {"cursor": "abc"},
        {"level": "1 2"}, {"view": "nope"}, {"q": "a\u0300\u0301" * 80},
    ],
)  # fmt: skip
def test_odd_filters_match_nothing_and_break_nothing(world: World, query: dict[str, Any]) -> None:
    answer = world.browser.get(reverse("desk:tickets"), query)
    assert answer.status_code == (422 if "cursor" in query else 200)
    if "cursor" not in query and "view" not in query:
        assert answer.context["tickets"] == []


def test_filters_narrow_and_read_as_a_sentence(world: World) -> None:
    other = builders.ticket(world.amelie, description="Le réseau est lent", impact="everyone", urgency="stopped")
    answer = world.browser.get(reverse("desk:tickets"), {"severity": "S1", "q": "reseau"})
    assert [t.pk for t in answer.context["tickets"]] == [other.pk]
    chips = [(c.label, c.value) for c in answer.context["chips"]]
    assert len(chips) == 2
    assert chips[0][1] == "S1"
    actions.take(other, actor=world.nadia, now=timezone.now())
    mine = world.browser.get(reverse("desk:tickets"), {"assignee": "me"})
    assert [t.pk for t in mine.context["tickets"]] == [other.pk]


def test_other_desks_are_in_no_list(world: World) -> None:
    elsewhere = builders.desk()
    foreign = builders.ticket(builders.person(elsewhere.organisation, cast.EMILY), description="Secret d’ailleurs")
    for view in VIEWS:
        assert foreign not in world.browser.get(reverse("desk:tickets"), {"view": view.key}).context["tickets"]
    by_team = world.browser.get(reverse("desk:tickets"), {"team": elsewhere.front.pk})
    assert by_team.context["tickets"] == []
    own = world.browser.get(reverse("desk:tickets"), {"team": world.desk.front.pk})
    assert own.context["chips"][0].value == world.desk.front.name
    assert by_team.context["chips"][0].value == "inconnu", "not even the name of a foreign team is told"


def test_work_is_ordered_and_says_why(world: World) -> None:
    now = timezone.now()
    late = builders.ticket(world.amelie, now=now - timedelta(days=3))
    grave = builders.ticket(world.amelie, impact="everyone", urgency="stopped", now=now)
    for ticket in (world.ticket, late, grave):
        actions.take(ticket, actor=world.nadia, now=now)
    actions.prioritise(world.ticket, priority=1, reason="Examen à 13 h", actor=world.nadia, now=now)
    lines = world.browser.get(reverse("desk:work")).context["mine"]
    assert lines[0]["ticket"].pk == world.ticket.pk
    assert "Examen à 13 h" in lines[0]["why"]
    assert any(line["why"] for line in lines[1:])


def test_resting_tickets_stand_apart(world: World) -> None:
    now = timezone.now()
    actions.take(world.ticket, actor=world.nadia, now=now)
    actions.hold(world.ticket, reason="parts", wake_at=now + timedelta(days=1), actor=world.nadia, now=now)
    context = world.browser.get(reverse("desk:work")).context
    assert context["mine"] == []
    assert len(context["resting"]) == 1


def test_search_opens_lists_and_answers_the_palette(world: World) -> None:
    url = reverse("desk:search")
    assert world.browser.get(url, {"q": world.ticket.reference})["Location"] == world.url("ticket")
    assert "imprimante" in world.browser.get(url, {"q": "imprimante"}).content.decode()
    rows = world.browser.get(url, {"q": "imprim"}, headers={"Accept": "application/json"}).json()
    assert world.ticket.reference in rows[0]["label"]
    people = world.browser.get(url, {"q": "amelie"}, headers={"Accept": "application/json"}).json()
    assert world.amelie.name in [row["label"] for row in people]
    assert world.browser.get(url, {"q": "a"}, headers={"Accept": "application/json"}).json() == []


def test_alerts_open_their_ticket_and_are_read(world: World) -> None:
    actions.assign(world.ticket, to=world.nadia, actor=world.karim, now=timezone.now())
    page = world.browser.get(reverse("desk:alerts"))
    alert = page.context["alerts"][0]["news"]
    assert world.karim.name in page.content.decode()
    assert world.browser.get(reverse("desk:alert", args=[alert.pk]))["Location"] == world.url("ticket")
    alert.refresh_from_db()
    assert alert.read_at
    assert builders.client_for(world.karim).get(reverse("desk:alert", args=[alert.pk])).status_code == 404
    actions.reply(world.ticket, body="Merci", actor=world.amelie, now=timezone.now())
    world.browser.post(reverse("desk:alerts"))
    assert world.browser.get(reverse("desk:alerts")).context["alerts_count"] == 0


def test_an_alert_of_a_ticket_that_left_ones_sight_tells_nothing_new(world: World) -> None:
    actions.assign(world.ticket, to=world.nadia, actor=world.karim, now=timezone.now())
    Ticket.objects.filter(pk=world.ticket.pk).update(desk=builders.desk().organisation, title="Ce qui suivit")
    shown = world.browser.get(reverse("desk:alerts")).content.decode()
    assert world.ticket.reference in shown
    assert "Ce qui suivit" not in shown


def test_lists_that_are_worked_through_say_why_each_ticket_stands_where_it_stands(world: World) -> None:
    now = timezone.now()
    calm = builders.ticket(world.amelie, impact="person", urgency="none", now=now)
    grave = builders.ticket(world.amelie, impact="everyone", urgency="stopped", now=now)
    url = reverse("desk:tickets")
    for view in ("team", "unassigned"):
        answer = world.browser.get(url, {"view": view})
        shown = [ticket.pk for ticket in answer.context["tickets"]]
        assert shown.index(grave.pk) < shown.index(calm.pk)
        assert answer.content.decode().count('class="row-why"') == len(shown)
        assert "toute l’organisation" in answer.content.decode().casefold()
    actions.take(grave, actor=world.nadia, now=now)
    mine = world.browser.get(url, {"view": "mine"})
    assert [ticket.pk for ticket in mine.context["tickets"]] == [grave.pk]
    assert 'class="row-why"' in mine.content.decode()
    assert 'class="row-why"' not in world.browser.get(url, {"view": "open"}).content.decode()


def test_lists_that_are_worked_through_page_and_cost_the_same_at_any_length(world: World) -> None:
    url = reverse("desk:tickets") + "?view=team"
    few = queries(world, url)
    taken = fill(world, 59)
    assert queries(world, url) == few <= MOST
    for ticket in taken[:40]:
        actions.take(ticket, actor=world.nadia, now=timezone.now())
    assert queries(world, url) <= MOST_IN_ORDER
    first = world.browser.get(url)
    second = world.browser.get(first.context["more_url"], headers={"HX-Request": "true"})
    shown = [t.pk for t in first.context["tickets"]] + [t.pk for t in second.context["tickets"]]
    assert len(shown) == len(set(shown)) == 60
    assert world.browser.get(first.context["more_url"] + "x").status_code == 422
