"""Handing over what a kiosk accepted: once, in order, each with its answer; what the queue refuses is kept aside."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guichet.kiosk.views import handover
from guichet.walkup import counter, enrolment, handing_over
from guichet.walkup.days import zone_of
from guichet.walkup.handing_over import hand_over
from guichet.walkup.models import Reason, StrayCause, StrayCheckIn, Visit
from tests.kiosk.conftest import World


def ago(**span: float) -> float:
    return (timezone.now() - timedelta(**span)).timestamp()


def test_at_once_it_is_a_visit_with_its_page_in_both_languages(world: World) -> None:
    [answer] = world.hand(world.entry())
    visit = Visit.objects.get()
    assert (answer["status"], answer["number"]) == ("visit", visit.number)
    assert set(answer["pages"]) == {"fr", "en"} and visit.number in answer["pages"]["en"]
    assert "Tremblay" not in json.dumps(answer)


def test_while_it_was_alone_its_number_and_time_are_kept(world: World) -> None:
    entries = [
        world.entry(number=f"K1-{n}", promised=True, arrived_at=ago(minutes=60 - n), typed=f"Personne {n}")
        for n in range(1, 4)
    ]
    answers = world.hand(*entries)
    assert [answer["status"] for answer in answers] == ["visit"] * 3
    visits = Visit.objects.order_by("arrived_at")
    assert [(visit.number, visit.client_key) for visit in visits] == [(e["number"], e["key"]) for e in entries]
    assert visits[0].arrived_at == datetime.fromtimestamp(entries[0]["arrived_at"], tz=UTC)
    assert "pages" not in answers[0]


def test_handed_over_again_it_is_the_same_visit(world: World) -> None:
    entry = world.entry(number="K1-1", promised=True)
    answers = [world.hand(entry, entry)[index] for index in (0, 1) for _ in range(2)]
    assert {answer["number"] for answer in answers} == {"K1-1"} and Visit.objects.count() == 1


def test_where_an_answer_was_lost_the_visit_takes_the_number_on_the_paper(world: World) -> None:
    entry = world.entry()
    [answer] = world.hand(entry)
    assert answer["number"] == "A 1"
    world.hand({**entry, "number": "K1-1", "promised": True})
    assert Visit.objects.get().number == "K1-1" and not StrayCheckIn.objects.exists()


def test_the_number_on_the_paper_holds_when_two_hand_over_at_once(world: World) -> None:
    """The slow first one is written while the second one is already past its first look."""
    entry = world.entry()
    second = {**entry, "number": "K1-1", "promised": True}
    looks = handing_over._before

    def first_comes_between(*args: Any, **options: Any) -> Any:
        with mock.patch.object(handing_over, "_before", looks):
            found = looks(*args, **options)
            if found is None and not Visit.objects.exists():
                world.hand(entry)
        return found

    with mock.patch.object(handing_over, "_before", first_comes_between):
        [answer] = world.hand(second)
    assert (answer["status"], answer["number"]) == ("visit", "K1-1")
    assert Visit.objects.get().number == "K1-1"


def test_once_called_it_keeps_its_number_and_the_desk_is_told(world: World) -> None:
    entry = world.entry()
    world.hand(entry)
    counter.call_next(world.place.counters[0], actor=world.place.nadia, now=timezone.now())
    [answer] = world.hand({**entry, "number": "K1-1", "promised": True})
    stray = StrayCheckIn.objects.get()
    assert answer["status"] == "kept" and (stray.cause, stray.number, stray.words) == ("other_number", "K1-1", "A 1")


def test_enrolled_anew_its_check_ins_are_known_again(world: World) -> None:
    entry = world.entry(number="K1-1", promised=True)
    world.hand(entry)
    enrolment.revoke(world.device, actor=world.place.helene, now=timezone.now())
    now = timezone.now()
    _row, code = enrolment.add_device(venue=world.venue, name="Borne", actor=world.place.helene, now=now)
    _device, world.key = enrolment.enrol(code, now=now)
    world.hand(entry)
    assert Visit.objects.count() == 1


def test_a_number_given_twice_is_told_apart(world: World) -> None:
    world.hand(*(world.entry(number="K1-1", promised=True) for _ in range(3)))
    assert sorted(Visit.objects.values_list("number", flat=True)) == ["K1-1", "K1-1b", "K1-1c"]


def test_ready_says_the_highest_number_so_that_a_machine_that_forgot_goes_on_after_it(world: World) -> None:
    said = world.machine().get("/kiosk/ready/").json()
    assert said["last"] == 0 and said["open"] and said["token"]
    world.hand(world.entry(number="K1-7", promised=True), world.entry(number="K1-12", promised=True))
    world.hand(world.entry(number="K1-31", promised=True, venue="ailleurs"))
    assert world.machine().get("/kiosk/ready/").json()["last"] == 31


def test_a_reason_put_away_meanwhile_gets_its_neighbour(world: World) -> None:
    reason = world.place.reasons["password"]
    other = Reason.objects.create(venue=world.venue, parent=reason.parent, name_fr="Autre", name_en="Other")
    reason.active = False
    reason.save()
    world.hand(world.entry(number="K1-1", promised=True))
    assert Visit.objects.get().reason == other
    [answer] = world.hand(world.entry())  # somebody stands there: they choose again
    assert (answer["status"], answer["code"]) == ("refused", "no_reason") and answer["words"]["fr"]


def test_what_is_no_address_is_a_name_once_a_number_was_given(world: World) -> None:
    [answer] = world.hand(world.entry(way="email", typed="marie chez nous"))
    assert (answer["status"], answer["code"]) == ("refused", "bad_email")
    world.hand(world.entry(way="email", typed="marie chez nous", number="K1-1", promised=True))
    assert Visit.objects.get().person.name == "marie chez nous"


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        ({"venue": "ailleurs", "promised": True, "number": "K1-1"}, StrayCause.ELSEWHERE),
        ({"arrived_at": 1_700_000_000.0}, StrayCause.UNPROMISED),
        ({"way": "none", "promised": True, "number": "K1-1"}, StrayCause.REFUSED),
    ],
)
def test_what_the_queue_refuses_is_kept(world: World, fields: dict[str, Any], cause: str) -> None:
    world.venue.anonymous = False
    world.venue.save()
    entry = world.entry(**fields)
    assert [answer["status"] for answer in world.hand(entry, entry)] == ["kept", "kept"]
    stray = StrayCheckIn.objects.get()
    assert (stray.cause, stray.client_key, stray.said["typed"]) == (cause, entry["key"], entry["typed"])
    assert not Visit.objects.exists() and (stray.words or cause != StrayCause.REFUSED)


def test_what_comes_the_next_morning_stands_before_nobody(world: World) -> None:
    """A kiosk without network on Monday that is back on Tuesday: those people left when the doors closed."""
    device = world.device
    device.venue.opening = [[[480, 1020]]] * 7
    device.venue.save()
    monday = datetime(2026, 6, 15, 15, 0, tzinfo=zone_of(device.venue))
    for number, arrived in enumerate((monday.replace(hour=7, minute=45), monday.replace(hour=16, minute=58))):
        entry = handover._entry(world.entry(number=f"K1-{number}", promised=True, arrived_at=arrived.timestamp()))
        assert entry is not None
        handed = hand_over(entry, device=device, now=monday + timedelta(hours=18))
        assert handed.stray is not None and handed.stray.cause == StrayCause.ANOTHER_DAY
    assert not Visit.objects.exists()
    entry = handover._entry(world.entry(number="K1-3", promised=True, arrived_at=monday.timestamp()))
    assert entry is not None and hand_over(entry, device=device, now=monday + timedelta(hours=1)).visit is not None


def test_where_doors_never_close_midnight_sends_nobody_away(world: World) -> None:
    """Open around the clock: who came at ten to twelve still waits at ten past."""
    night = datetime(2026, 6, 15, 23, 50, tzinfo=zone_of(world.venue))
    for hours, outcome in ((1 / 3, "visit"), (25, "stray")):
        entry = handover._entry(world.entry(number=f"K1-{hours:.0f}", promised=True, arrived_at=night.timestamp()))
        assert entry is not None
        handed = hand_over(entry, device=world.device, now=night + timedelta(hours=hours))
        assert getattr(handed, outcome) is not None


def test_left_behind_by_a_power_cut_it_is_finished_while_the_person_stands_there(world: World) -> None:
    [answer] = world.hand(world.entry(arrived_at=ago(seconds=40)))
    assert answer["status"] == "visit" and answer["pages"]


def test_one_that_breaks_us_holds_up_nobody(world: World) -> None:
    from guichet.walkup import checking_in

    whole = checking_in.check_in

    def burst(**fields: Any) -> Any:
        if fields["who"].name == "Casse":
            raise ZeroDivisionError
        return whole(**fields)

    entries = [world.entry(typed=name, number=f"K1-{n}", promised=True) for n, name in enumerate(("A", "Casse", "B"))]
    with mock.patch.object(checking_in, "check_in", burst):
        assert [answer["status"] for answer in world.hand(*entries)] == ["visit", "kept", "visit"]
    assert StrayCheckIn.objects.get().cause == StrayCause.FAILED


def test_where_the_database_is_away_the_machine_keeps_all_of_it(world: World) -> None:
    from guichet.walkup import checking_in

    machine = world.machine(raise_request_exception=False)
    with mock.patch.object(checking_in, "check_in", side_effect=OperationalError("away")):
        answer = machine.post(
            "/kiosk/handover/", json.dumps([world.entry(number="K1-1", promised=True)]), "application/json"
        )
    assert answer.status_code == 500 and not StrayCheckIn.objects.exists()


def test_it_needs_the_token_that_ready_gives(world: World) -> None:
    machine = world.machine(enforce_csrf_checks=True)
    body = json.dumps([world.entry()])
    assert machine.post("/kiosk/handover/", body, "application/json").status_code == 403
    token = machine.get("/kiosk/ready/").json()["token"]
    answer = machine.post("/kiosk/handover/", body, "application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 200 and Visit.objects.count() == 1


@pytest.mark.parametrize("body", ["", "{}", "null", '"x"', "[" * 2000, "[1" + ",1" * 60 + "]", "é", "[NaN"])
def test_what_is_no_list_is_refused(world: World, body: str) -> None:
    answer = world.machine().post("/kiosk/handover/", body, "application/json")
    assert answer.status_code == 422


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(broken=st.dictionaries(st.sampled_from(["key", "venue", "language", "arrived_at", "way", "typed", "reason",
                                               "number", "promised"]), _ANY, max_size=4))  # fmt: skip
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_it_holds_each_has_an_answer_and_is_kept(world: World, broken: dict[str, Any]) -> None:
    good = world.entry(number=f"Z-{uuid4().hex[:4]}", promised=True)
    given_ = {**world.entry(promised=True), **broken}
    answers = world.hand(given_, good)
    assert [answer["status"] for answer in answers][1] == "visit"
    assert answers[0]["status"] in {"visit", "kept", "refused"}
    if answers[0]["status"] == "kept":
        assert StrayCheckIn.objects.filter(at__gte=timezone.now() - timedelta(seconds=30)).exists()


@pytest.mark.parametrize("raw", [1, None, "x", [], {"key": "?"}, {"key": "a\u0000b", "typed": "\u0000"}])
def test_what_cannot_be_read_is_kept_as_it_is(world: World, raw: Any) -> None:
    [answer] = world.hand(raw)
    stray = StrayCheckIn.objects.get()
    assert answer["status"] == "kept" and stray.cause == StrayCause.UNREADABLE


def test_two_that_cannot_be_read_are_two(world: World) -> None:
    world.hand({"key": "?", "n": 1}, {"key": "?", "n": 2})
    assert StrayCheckIn.objects.count() == 2


def test_strangers_hand_over_nothing(world: World) -> None:
    assert Client().post("/kiosk/handover/", json.dumps([world.entry()]), "application/json").status_code == 401
    assert not Visit.objects.exists()
