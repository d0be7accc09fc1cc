"""The counter for programs."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone

from guichet.tickets.models import Attempt
from guichet.walkup.models import Appointment, Venue, Visit
from guichet.walkup.who import Who
from tests import builders, cast
from tests.api.conftest import Program, program
from tests.shared import ground
from tests.walkup import stage


@dataclass
class Room:
    here: stage.Place
    agent: Program
    felix: Program
    amelie: Program
    stranger: Program

    def check_in(self, why: str = "password", **more: Any) -> dict[str, Any]:
        answer = self.agent.post(self.venue("visits"), {"reason": self.here.reasons[why].pk, **more})
        assert answer.status_code == 201, answer.content
        found: dict[str, Any] = answer.json()
        return found

    def venue(self, part: str = "") -> str:
        return f"/venues/{self.here.venue.pk}{'/' if part else ''}{part}"

    def counter(self, part: str, number: int = 0) -> str:
        return f"/counters/{self.here.counters[number].pk}/{part}"


def make() -> Room:
    here = stage.place()
    return Room(
        here=here,
        agent=program(here.nadia),
        felix=program(here.felix),
        amelie=program(here.amelie),
        stranger=program(builders.person(builders.desk().organisation, cast.RACHEL)),
    )


made = ground(make)


@pytest.fixture
def room(made: Room, db: None) -> Room:
    return deepcopy(made)


def test_where_one_can_come_and_how_long_one_would_wait(room: Room) -> None:
    room.check_in()
    [venue] = room.amelie.get("/venues").json()
    assert (venue["name"], venue["open"], venue["waiting"]) == ("Accueil TI", True, 1)
    shown = room.amelie.get(room.venue()).json()
    names = [reason["name"] for reason in shown["reasons"]]
    assert sorted(names) == ["Comptes › Mot de passe", "Matériel › Portable", "Panne"]
    wait = shown["reasons"][0]["wait"]
    assert 0 <= wait["low"] <= wait["median"] <= wait["high"] and wait["little_data"] is True
    assert room.stranger.get("/venues").json() == []
    assert room.stranger.get(room.venue()).status_code == 404
    # Who waits there is not theirs to see.
    assert room.amelie.get(room.venue("visits")).status_code == 403
    assert room.amelie.post(room.venue("visits"), {"reason": 1}).status_code == 403


def test_a_check_in_is_once_for_each_key(room: Room) -> None:
    first = room.check_in(name="Zoé", key="a1")
    assert first["number"] == "A 1" and first["state"] == "waiting" and first["person"]["name"] == "Zoé"
    assert room.check_in(name="Zoé", key="a1")["id"] == first["id"]
    assert room.check_in(name="Zoé", key="a2")["id"] != first["id"]
    body = {"reason": room.here.reasons["laptop"].pk}
    once = room.agent.post(room.venue("visits"), body, Idempotency_Key="k").json()
    assert room.agent.post(room.venue("visits"), body, Idempotency_Key="k").json()["id"] == once["id"]
    for wrong in ({"reason": 999999}, {"reason": room.here.reasons["laptop"].parent_id}, {"reason": "x"}):
        assert room.agent.post(room.venue("visits"), wrong).status_code == 422


def test_the_whole_way(room: Room) -> None:
    visit = room.check_in(person=room.here.amelie.pk)
    assert room.agent.post(room.counter("calls")).json()["code"] == "not_seated"
    sat = room.agent.put(room.counter("sitting")).json()
    assert sat["agent"]["name"] == "Nadia Benali" and sat["visit"] is None
    called = room.agent.post(room.counter("calls"))
    assert called.status_code == 201 and called.json()["visit"]["id"] == visit["id"]
    at = f"/visits/{visit['id']}"
    assert room.agent.post(f"{at}/calls").json()["state"] == "called"
    assert room.agent.put(f"{at}/hold", {"why": "Carte"}).json()["state"] == "held"
    assert room.agent.delete(f"{at}/hold").json()["state"] == "waiting"
    assert room.agent.get(at).json()["wait"]["ahead"] == 0
    again = room.agent.post(f"{at}/calls", {"counter": room.here.counters[0].pk}).json()
    assert (again["state"], again["counter"]["name"]) == ("called", "1")
    assert room.agent.put(f"{at}/serving").json()["state"] == "serving"
    assert room.agent.put(f"{at}/no-show").status_code == 409
    assert room.agent.put(f"{at}/ending", {"ending": "resolved"}).json()["field"] == "solution"
    done = room.agent.put(f"{at}/ending", {"ending": "resolved", "solution": "Réglé."}).json()
    assert (done["state"], done["outcome"]) == ("ended", "served")
    assert room.agent.post(room.counter("calls")).json() == {"visit": None}
    assert room.agent.delete(room.counter("sitting")).json()["agent"] is None


def test_breaks_and_who_sits_where(room: Room) -> None:
    room.agent.put(room.counter("sitting"))
    assert room.felix.put(room.counter("sitting")).json()["code"] == "taken"
    assert room.agent.put(room.counter("break"), {"minutes": 0}).status_code == 422
    assert room.agent.put(room.counter("break"), {"minutes": 10}).json()["break_until"] is not None
    assert room.agent.delete(room.counter("break")).json()["break_until"] is None
    first, second = room.agent.get(room.venue("counters")).json()
    assert first["agent"]["name"] == "Nadia Benali" and second["agent"] is None
    assert room.stranger.put(room.counter("sitting")).status_code == 404


def test_with_an_appointment(room: Room) -> None:
    made = Appointment.objects.create(
        venue=room.here.venue, reason=room.here.reasons["laptop"], person=room.here.amelie, starts_at=timezone.now(),
        minutes=30, place=0, uid="u", booked_by=room.here.amelie, booked_at=timezone.now(),
    )  # fmt: skip
    answer = room.agent.post(room.venue("visits"), {"appointment": made.pk})
    assert answer.status_code == 201
    visit = answer.json()
    assert (visit["standing"], visit["reason"]["id"]) == ("appointment", room.here.reasons["laptop"].pk)
    assert visit["person"]["id"] == room.here.amelie.pk
    for body, field in (
        ({"appointment": made.pk}, "appointment"),
        ({"appointment": 10**6}, "appointment"),
        ({}, "reason"),
    ):
        answer = room.agent.post(room.venue("visits"), body)
        assert answer.status_code == 422
        assert field in answer.content.decode()


def test_switched_off_who_is_there_is_sent_on_and_nobody_new_is_taken(room: Room) -> None:
    waits = room.check_in()
    annexe = stage.place(room.here.desk, slug="annexe")
    there = annexe.reasons["password"].pk
    Venue.objects.update(active=False)
    assert room.agent.post(f"/visits/{waits['id']}/transfers", {"reason": there}).status_code == 422
    sent = room.agent.post(f"/visits/{waits['id']}/transfers", {"reason": room.here.reasons["laptop"].pk})
    assert sent.status_code == 201
    assert room.agent.post(room.venue("visits"), {"reason": room.here.reasons["laptop"].pk}).status_code == 422


def test_what_was_done_is_done_when_the_answer_was_lost(room: Room) -> None:
    def put(path: str, by: Program = room.agent, **body: Any) -> int:
        return by.put(f"/visits/{visit['id']}/{path}", body or None).status_code

    room.agent.put(room.counter("sitting"))
    visit = room.check_in()
    assert [put("hold", why="Va chercher sa clé.") for _ in range(2)] == [200, 200]
    assert put("hold", room.felix, why="Encore.") == 409
    room.agent.delete(f"/visits/{visit['id']}/hold")
    room.agent.post(room.counter("calls"))
    assert [put("serving") for _ in range(2)] == [200, 200]
    assert put("serving", room.felix) == 409
    assert [put("ending", ending="resolved", solution="Changé.") for _ in range(2)] == [200, 200]
    assert put("ending", ending="open") == 409
    assert put("serving") == 409
    visit = room.check_in()
    room.agent.post(room.counter("calls"))
    assert [put("no-show") for _ in range(2)] == [200, 200]
    assert put("no-show", room.felix) == 409
    assert Attempt.objects.count() == 1


def test_sent_on(room: Room) -> None:
    there = stage.place(room.here.desk, slug="annexe")
    foreign = stage.place(slug="ailleurs")
    at = f"/visits/{room.check_in()['id']}"
    assert room.agent.post(f"{at}/transfers").json()["code"] == "required"
    assert room.agent.post(f"{at}/transfers", {"reason": foreign.reasons["laptop"].pk}).json()["code"] == "unknown"
    same = room.agent.post(f"{at}/transfers", {"reason": room.here.reasons["laptop"].pk}).json()
    assert (same["reason"]["name"], same["venue"]["id"]) == ("Portable", room.here.venue.pk)
    new = room.agent.post(f"{at}/transfers", {"reason": there.reasons["outage"].pk}).json()
    assert (new["venue"]["id"], new["number"], new["state"]) == (there.venue.pk, "C 1", "waiting")
    assert room.agent.get(at).json()["outcome"] == "transferred"


def test_ones_own_visit_is_read_and_left(room: Room) -> None:
    own = stage.comes(room.here, at=timezone.now(), who=Who(person=room.here.amelie))
    other = stage.comes(room.here, at=timezone.now())
    assert room.amelie.get(f"/visits/{own.pk}").json()["number"] == own.number
    assert room.amelie.get(f"/visits/{other.pk}").status_code == 404
    assert room.amelie.put(f"/visits/{own.pk}/cancellation", {"why": "x"}).status_code == 403
    assert room.amelie.put(f"/visits/{own.pk}/departure").json()["outcome"] == "abandoned"
    assert room.stranger.get(f"/visits/{own.pk}").status_code == 404


def test_lists_page_and_narrow_and_cost_the_same(room: Room, django_assert_max_num_queries: Any) -> None:
    for n in range(7):
        room.check_in(name=f"N {n}")
    seen: list[int] = []
    cursor = ""
    while True:
        page = room.agent.get(f"{room.venue('visits')}?size=3&cursor={cursor}").json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert sorted(seen) == sorted(Visit.objects.values_list("pk", flat=True))
    assert room.agent.get(f"{room.venue('visits')}?state=ended").json()["items"] == []
    assert room.agent.get(f"{room.venue('visits')}?state=perdu").status_code == 422
    with django_assert_max_num_queries(6):
        room.agent.get(room.venue("visits"))


def test_a_token_without_the_right_gets_nowhere(room: Room) -> None:
    reader = program(room.here.nadia, scopes=("visits:read", "tickets:write"))
    assert reader.get(room.venue()).status_code == 200
    refused = reader.put(room.counter("sitting"))
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
