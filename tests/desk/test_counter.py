"""The counter's pages: sit down, call, the queue with its reasons, every verb with and without scripts."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guichet.tickets.models import Ticket
from guichet.walkup import counter as verbs
from guichet.walkup.models import Appointment, Counter, Sitting, Venue, Visit, VisitState
from guichet.walkup.who import Who
from tests import builders, cast
from tests.shared import ground
from tests.walkup import stage

HTMX = {"HX-Request": "true"}


@dataclass
class World:
    here: stage.Place
    browser: Client

    def comes(self, *, why: str = "password", minutes: float = 0, **more: Any) -> Visit:
        return stage.comes(self.here, why=why, at=timezone.now() - timedelta(minutes=minutes), **more)

    def called(self) -> Visit:
        visit = verbs.call_next(self.here.counters[0], actor=self.here.nadia, now=timezone.now())
        assert visit is not None
        return visit

    @property
    def page(self) -> str:
        return reverse("desk:counter_venue", args=["accueil"])

    def seat(self, name: str, number: int = 0) -> str:
        return reverse(f"desk:{name}", args=["accueil", self.here.counters[number].pk])

    def text(self) -> str:
        return self.browser.get(self.page).content.decode()


def make_world() -> World:
    here = stage.place()
    return World(here=here, browser=builders.client_for(here.nadia))


made = ground(make_world)


@pytest.fixture
def world(made: World, db: None) -> World:
    return deepcopy(made)


@pytest.fixture
def seated(world: World) -> World:
    stage.seated(world.here, now=timezone.now() - timedelta(hours=1))
    return world


def at(visit: Visit, verb: str) -> str:
    return reverse(f"desk:visit_{verb}", args=[visit.pk])


def state(visit: Visit) -> str:
    return Visit.objects.get(pk=visit.pk).state


class TestWhere:
    def test_the_only_venue_opens_at_once(self, world: World) -> None:
        assert world.browser.get(reverse("desk:counter")).headers["Location"] == world.page

    def test_of_several_one_chooses_until_one_sits_somewhere(self, world: World) -> None:
        there = stage.place(world.here.desk, slug="annexe", name_fr="Annexe")
        shown = world.browser.get(reverse("desk:counter")).content.decode()
        assert "Annexe" in shown and "Accueil TI" in shown
        verbs.sit(there.counters[0], actor=world.here.nadia, now=timezone.now())
        assert world.browser.get(reverse("desk:counter")).headers["Location"].endswith("/annexe/")

    def test_where_there_is_none_a_manager_is_led_to_the_settings(self, world: World) -> None:
        Venue.objects.update(active=False)
        assert "réglages" in world.browser.get(reverse("desk:counter")).content.decode()
        manager = builders.client_for(world.here.helene)
        assert "/desk/settings/" in manager.get(reverse("desk:counter")).content.decode()

    def test_switched_off_who_waits_is_still_served(self, world: World) -> None:
        there = stage.place(world.here.desk, slug="annexe", name_fr="Annexe")
        visit = world.comes()
        Venue.objects.filter(pk=world.here.venue.pk).update(active=False)
        shown = world.browser.get(reverse("desk:counter")).content.decode()
        assert "Annexe" in shown and "Accueil TI" in shown
        assert world.browser.post(world.seat("counter_seat")).status_code == 302
        world.browser.post(world.seat("counter_next"))
        assert world.browser.get(reverse("desk:counter")).headers["Location"] == world.page
        choices = world.browser.get(at(visit, "transfer")).content.decode()
        assert "Annexe – " in choices
        world.browser.post(at(visit, "no_show"))
        assert state(visit) == VisitState.ENDED
        assert world.browser.post(reverse("desk:counter_new_visit", args=["accueil"]), {
            "name": "Marc", "reason": world.here.reasons["outage"].pk, "language": "fr",
        }).status_code == 422  # fmt: skip
        verbs.rise(world.here.counters[0], actor=world.here.nadia, now=timezone.now())
        assert world.browser.get(reverse("desk:counter")).headers["Location"].endswith("/annexe/")
        # Nobody is sent where nobody new is taken.
        sent = stage.comes(there)
        assert "Accueil TI – " not in world.browser.get(at(sent, "transfer")).content.decode()

    def test_elsewhere_it_is_not_there(self, world: World) -> None:
        foreign = builders.client_for(builders.agent(builders.desk(), cast.RACHEL))
        assert foreign.get(world.page).status_code == 404
        assert foreign.post(world.seat("counter_next")).status_code == 404


def test_a_whole_visit_without_scripts(world: World) -> None:
    """Every step is a form that leads back to the page."""
    visit = world.comes(who=Who(person=world.here.amelie), minutes=24, words="Omnivox me refuse.")
    assert "À quel guichet" in world.text()
    assert world.browser.post(world.seat("counter_seat")).headers["Location"] == world.page
    shown = world.text()
    assert "attend depuis 24\xa0min" in shown and "à vous" in shown
    world.browser.post(world.seat("counter_next"))
    shown = world.text()
    assert "Amélie Bouchard" in shown and "Omnivox me refuse." in shown and visit.ticket.reference in shown
    world.browser.post(at(visit, "recall"))
    world.browser.post(at(visit, "serving"))
    assert state(visit) == VisitState.SERVING
    form = world.browser.get(at(visit, "ending")).content.decode()
    assert "Comment le passage se termine-t-il" in form
    wrong = world.browser.post(at(visit, "ending"), {"ending": "resolved", "note": "Gardé"})
    assert wrong.status_code == 422 and "Gardé" in wrong.content.decode()
    right = world.browser.post(at(visit, "ending"), {"ending": "resolved", "solution": "Compte rouvert."}, follow=True)
    assert "terminé" in right.content.decode() and state(visit) == VisitState.ENDED


def test_the_reason_of_each_place(seated: World) -> None:
    now = timezone.now()
    here = seated.here
    seated.comes(why="laptop", minutes=40)
    seated.comes(why="outage", minutes=2)
    soon = Appointment.objects.create(
        venue=here.venue, reason=here.reasons["password"], person=here.amelie, starts_at=now + timedelta(minutes=20),
        minutes=30, place=0, uid="u", booked_by=here.amelie, booked_at=now,
    )  # fmt: skip
    seated.comes(appointment=soon, minutes=3)
    aside = seated.comes(minutes=9)
    verbs.hold(aside, actor=here.nadia, now=now)
    shown = seated.text()
    assert "urgent, attend depuis 2\xa0min" in shown
    assert "rendez-vous à " in shown and "attend depuis 40\xa0min" in shown
    assert "Mis de côté pour l’instant" in shown
    other = builders.client_for(here.felix).get(seated.page).content.decode()
    assert "demande «\xa0Matériel\xa0»" in other


def test_what_somebody_came_for_before(seated: World) -> None:
    old = builders.ticket(seated.here.amelie, title="Clavier collant")
    seated.comes(who=Who(person=seated.here.amelie))
    seated.called()
    assert old.title in seated.text()


@pytest.mark.parametrize(
    ("verb", "after"),
    [("serving", "serving"), ("recall", "called"), ("no_show", "ended"), ("departure", "ended")],
)
def test_plain_verbs_with_scripts(seated: World, verb: str, after: str) -> None:
    visit = seated.comes()
    seated.called()
    answer = seated.browser.post(at(visit, verb), headers=HTMX)
    assert answer.status_code == 204 and "ticketchanged" in json.loads(answer.headers["HX-Trigger"])
    assert state(visit) == after


@pytest.mark.parametrize(
    ("verb", "typed", "after"),
    [
        ("hold", {"why": "Carte oubliée"}, "held"),
        ("cancellation", {"why": "Le guichet ferme."}, "ended"),
        ("transfer", {"reason": "outage", "note": "Écran"}, "waiting"),
        ("ending", {"ending": "open"}, "ended"),
        ("ending", {"ending": "unsolved", "unsolved": "withdrawn"}, "ended"),
        ("ending", {"ending": "workshop", "team": "second"}, "ended"),
        ("ending", {"ending": "handed_over", "team": "second", "reason": "rights"}, "ended"),
    ],
)
def test_verbs_with_a_form(seated: World, verb: str, typed: dict[str, str], after: str) -> None:
    visit = seated.comes(who=Who(person=seated.here.amelie))
    seated.called()
    named = {"outage": str(seated.here.reasons["outage"].pk), "second": str(seated.here.desk.second.pk)}
    sheet = seated.browser.get(at(visit, verb), headers=HTMX)
    assert sheet.status_code == 200 and "<html" not in sheet.content.decode()
    answer = seated.browser.post(at(visit, verb), {k: named.get(v, v) for k, v in typed.items()}, headers=HTMX)
    assert answer.status_code == 204, answer.content.decode()
    assert state(visit) == after


def test_too_late_is_said_with_the_page_as_it_is_now(seated: World) -> None:
    visit = seated.comes()
    seated.called()
    verbs.abandon(visit, actor=seated.here.felix, now=timezone.now())
    answer = seated.browser.post(at(visit, "serving"))
    assert answer.status_code == 409 and "Ce n’est plus possible" in answer.content.decode()
    answer = seated.browser.post(at(visit, "serving"), headers=HTMX)
    assert answer.status_code == 409 and "danger" in answer.headers["HX-Trigger"]
    answer = seated.browser.post(at(visit, "hold"), {"why": "Ce que j’ai écrit"}, headers=HTMX)
    assert answer.status_code == 409 and "Ce que j’ai écrit" in answer.content.decode()


def test_out_of_turn_to_a_counter_of_this_venue_only(seated: World) -> None:
    there = stage.place(seated.here.desk, slug="annexe")
    visit = seated.comes()
    for wrong in ("", "x", "0", str(there.counters[0].pk)):
        assert seated.browser.post(at(visit, "call"), {"counter": wrong}).status_code == 422
    seated.browser.post(at(visit, "call"), {"counter": str(seated.here.counters[0].pk)})
    assert state(visit) == VisitState.CALLED


def test_nobody_waits(seated: World) -> None:
    told = seated.browser.post(seated.seat("counter_next"), follow=True).content.decode()
    assert "Personne n’attend que vous puissiez recevoir" in told
    assert "Personne n’attend" in seated.text()


def test_breaks(seated: World) -> None:
    for wrong in ("", "0", "999", "x"):
        assert seated.browser.post(seated.seat("counter_break"), {"minutes": wrong}).status_code == 422
    seated.browser.post(seated.seat("counter_break"), {"minutes": "15"})
    assert "En pause" in seated.text()
    other = builders.client_for(seated.here.felix).get(seated.page).content.decode()
    assert "en pause" in other and "Nadia Benali" in other
    seated.browser.post(seated.seat("counter_return"))
    assert Sitting.objects.get(agent=seated.here.nadia).paused_at is None


def test_leaving_a_counter(seated: World) -> None:
    seated.browser.post(seated.seat("counter_leaving"))
    assert not Sitting.objects.filter(agent=seated.here.nadia, closed_at=None).exists()
    assert seated.browser.post(seated.seat("counter_next")).status_code == 409


def test_the_desk_checks_somebody_in(world: World) -> None:
    url = reverse("desk:counter_new_visit", args=["accueil"])
    assert world.browser.get(url).status_code == 200
    typed = {"reason": str(world.here.reasons["laptop"].pk), "name": "Zoé", "email": "zoe@", "language": "en"}
    wrong = world.browser.post(url, typed)
    assert wrong.status_code == 422 and "Zoé" in wrong.content.decode()
    told = world.browser.post(url, {**typed, "email": "zoe@essai.example"}, follow=True).content.decode()
    assert "Son numéro\xa0: B 1." in told
    ticket = Ticket.objects.get(channel="kiosk")
    assert (ticket.requester.name, ticket.reporter) == ("Zoé", world.here.nadia)


def test_pressed_twice_the_desk_checks_in_once(world: World) -> None:
    url = reverse("desk:counter_new_visit", args=["accueil"])
    keys = [re.findall(r'name="key" value="([^"]+)"', world.browser.get(url).content.decode())[0] for _ in range(2)]
    assert keys[0] != keys[1]
    typed = {"reason": str(world.here.reasons["laptop"].pk), "name": "Zoé", "language": "fr"}
    for key in (keys[0], keys[0], keys[1]):
        answer = world.browser.post(url, {**typed, "key": key}, follow=True)
        assert "Son numéro" in answer.content.decode()
    assert Visit.objects.count() == Ticket.objects.count() == 2
    wrong = world.browser.post(url, {**typed, "reason": "", "key": keys[0]})
    assert wrong.status_code == 422 and keys[0] in wrong.content.decode()
    for strange in ("", "x" * 500):
        assert world.browser.post(url, {**typed, "key": strange}).status_code == 302


def test_a_counter_with_a_name_of_its_own_keeps_it(world: World) -> None:
    first = world.here.counters[0]
    Counter.objects.filter(pk=first.pk).update(name="Comptoir Est")
    assert "<span>Comptoir Est</span>" in world.text() and "<span>Guichet 2</span>" in world.text()
    world.browser.post(world.seat("counter_seat"))
    assert "Guichet Comptoir" not in world.text()
    told = world.browser.post(world.seat("counter_leaving"), follow=True).content.decode()
    assert "Comptoir Est est libre." in told


def test_the_live_part_alone(seated: World) -> None:
    part = seated.browser.get(seated.page + "?part=1", headers=HTMX).content.decode()
    assert part.lstrip().startswith('<div id="counter-live"') and f"venue:{seated.here.venue.pk}" in part


def test_names_are_escaped(seated: World) -> None:
    seated.comes(who=Who(name="<script>alert(1)</script>"), words="<img src=x onerror=alert(1)>")
    assert "<script>alert" not in seated.text()
    seated.called()
    shown = seated.text()
    assert "<script>alert" not in shown and "<img src=x" not in shown


def test_the_page_costs_the_same_with_more_in_it(seated: World, django_assert_max_num_queries: Any) -> None:
    for n in range(3):
        seated.comes(minutes=n)
    seated.called()
    with django_assert_max_num_queries(11):
        seated.browser.get(seated.page)
    for n in range(12):
        seated.comes(why=("password", "laptop", "outage")[n % 3], minutes=n, who=Who(name=f"N {n}"))
    with django_assert_max_num_queries(11):
        seated.browser.get(seated.page)
