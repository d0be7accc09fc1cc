"""Appointments for programs: free times, booking, moving, giving back; each sees what is theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from guichet.walkup.models import Appointment, Venue
from tests import builders, cast
from tests.api.conftest import Program, program
from tests.walkup.office import Office
from tests.walkup.office import office as make_office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return make_office()


@pytest.fixture
def amelie(office: Office) -> Program:
    return program(office.amelie)


@pytest.fixture
def nadia(office: Office) -> Program:
    return program(office.nadia)


def slots(who: Program, office: Office, **query: Any) -> Any:
    given = {"reason": office.accounts.pk, **query}
    return who.get(f"/venues/{office.venue.pk}/slots?" + "&".join(f"{k}={v}" for k, v in given.items()))


def body(office: Office, who: Program, **more: Any) -> dict[str, Any]:
    free = slots(who, office).json()
    return {"venue": office.venue.pk, "reason": office.accounts.pk, "starts_at": free[0]["starts_at"], **more}


def test_free_times(office: Office, amelie: Program) -> None:
    week = slots(amelie, office).json()
    assert week
    assert {slot["places"] for slot in week} == {2}
    assert {slot["places"] for slot in slots(amelie, office, reason=office.laptop.pk).json()} == {1}
    far = (timezone.now() + timedelta(days=300)).date()
    assert slots(amelie, office, since=far).json() == []
    assert slots(amelie, office, since="0001-01-01", until="0001-01-02").json() == []
    assert len(slots(amelie, office, until="9999-12-31").json()) > len(week)
    assert slots(amelie, office, since="9999-12-31").json() == []


@pytest.mark.parametrize(("query", "status"), [({"reason": 999_999}, 422), ({"since": "hier"}, 422)])
def test_free_times_of_what_is_not_there(office: Office, amelie: Program, query: Any, status: int) -> None:
    assert slots(amelie, office, **query).status_code == status
    assert amelie.get(f"/venues/{office.venue.pk}/slots").status_code == 422
    foreign = make_office(slug="ailleurs", board_key="x")
    assert slots(amelie, foreign).status_code == 404


def test_booked_moved_and_given_back(office: Office, amelie: Program) -> None:
    ticket = builders.ticket(office.amelie, now=timezone.now())
    answer = amelie.post("/appointments", body(office, amelie, ticket=ticket.reference.lower(), note="Clé perdue"))
    assert answer.status_code == 201
    told = answer.json()
    assert (told["person"]["id"], told["ticket"], told["note"], told["state"], told["sequence"], told["may"]) == (
        office.amelie.pk, ticket.reference, "Clé perdue", "booked", 0, ["move", "cancel"],
    )  # fmt: skip
    path = f"/appointments/{told['id']}"
    later = slots(amelie, office).json()[5]["starts_at"]
    moved = amelie.patch(path, {"starts_at": later}).json()
    assert (moved["starts_at"], moved["sequence"]) == (later, 1)
    assert amelie.patch(path, {"starts_at": "2020-01-01T10:00:00Z"}).status_code == 409
    gone = amelie.delete(path).json()
    assert (gone["state"], gone["sequence"], gone["may"]) == ("cancelled", 2, [])
    assert amelie.delete(path).status_code == 409
    assert amelie.get(path).json() == gone


def test_a_repeat_with_its_key_is_one_booking(office: Office, amelie: Program) -> None:
    given = body(office, amelie)
    first = amelie.post("/appointments", given, Idempotency_Key="k1")
    again = amelie.post("/appointments", given, Idempotency_Key="k1")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert Appointment.objects.count() == 1
    assert amelie.post("/appointments", given).status_code == 409


def test_for_somebody_else(office: Office, amelie: Program, nadia: Program) -> None:
    told = nadia.post("/appointments", body(office, nadia, person=office.amelie.pk)).json()
    assert (told["person"]["id"], told["booked_by"]["id"]) == (office.amelie.pk, office.nadia.pk)
    sophie = office.another()
    for other in (sophie.pk, office.nadia.pk, 999_999):
        assert amelie.post("/appointments", body(office, amelie, person=other)).status_code == 422
    theirs = builders.ticket(sophie, now=timezone.now())
    assert amelie.post("/appointments", body(office, amelie, ticket=theirs.reference)).status_code == 422
    assert nadia.post("/appointments", body(office, nadia, ticket=theirs.reference)).status_code == 422
    assert Appointment.objects.count() == 1


def test_each_sees_theirs(office: Office, amelie: Program, nadia: Program) -> None:
    number = amelie.post("/appointments", body(office, amelie)).json()["id"]
    sophie = program(office.another())
    sophie.post("/appointments", body(office, sophie))
    rachel = program(builders.agent(builders.desk("Ailleurs"), cast.RACHEL))
    assert [row["id"] for row in amelie.get("/appointments").json()["items"]] == [number]
    assert len(nadia.get("/appointments").json()["items"]) == 2
    assert len(nadia.get(f"/appointments?person={office.amelie.pk}&state=booked").json()["items"]) == 1
    assert nadia.get("/appointments?state=cancelled").json()["items"] == []
    page = nadia.get("/appointments?size=1").json()
    assert len(nadia.get(f"/appointments?size=1&cursor={page['next_cursor']}").json()["items"]) == 1
    assert rachel.get("/appointments").json()["items"] == []
    for other in (sophie, rachel):
        assert other.get(f"/appointments/{number}").status_code == 404
        assert other.patch(f"/appointments/{number}", {"starts_at": "2030-01-01T10:00:00Z"}).status_code == 404
        assert other.delete(f"/appointments/{number}").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"venue": 0}, {"reason": "x"}, {"starts_at": "demain"}, {"starts_at": 1}, {"note": "x" * 501}, {"ticket": "x"},
     {"sequence": 3}],
)  # fmt: skip
def test_what_cant_be_used_is_refused(office: Office, amelie: Program, wrong: dict[str, Any]) -> None:
    assert amelie.post("/appointments", {**body(office, amelie), **wrong}).status_code == 422
    assert not Appointment.objects.exists()


def test_another_scope_opens_nothing(office: Office) -> None:
    only = program(office.amelie, scopes=("tickets:read", "tickets:write"))
    assert only.get("/appointments").status_code == 403
    assert only.post("/appointments", {}).status_code == 403


def test_a_list_costs_the_same_with_more_in_it(
    office: Office, nadia: Program, django_assert_max_num_queries: Any
) -> None:
    for who in (cast.SOPHIE, cast.PRIYA, cast.EMILY):
        person = program(office.another(who))
        person.post("/appointments", body(office, person))
    with django_assert_max_num_queries(6):
        assert len(nadia.get("/appointments").json()["items"]) == 3
    Venue.objects.update(active=False)
    assert nadia.get("/appointments").status_code == 200
