"""A machine is enrolled by a code that works once, its key opens the kiosk's pages alone, and is gone when revoked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from guichet.lib.errors import Forbidden, Refused
from guichet.walkup import enrolment
from guichet.walkup.models import Device
from tests import builders
from tests.contracts.addresses import addresses
from tests.kiosk.conftest import World


def code_for(world: World, **options: object) -> str:
    _device, code = enrolment.add_device(
        venue=world.venue, name="Autre", actor=world.place.helene, now=options.pop("now", timezone.now()), **options
    )
    return code


def test_a_code_is_typed_once_and_makes_a_kiosk(world: World) -> None:
    code = code_for(world)
    browser = Client()
    answer = browser.post("/kiosk/enrol/", {"code": f" {code[:4].lower()}-{code[4:]} "})
    assert (answer.status_code, answer["Location"]) == (302, "/kiosk/")
    cookie = answer.cookies[enrolment.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/kiosk/")
    assert cookie["domain"] == ""
    assert browser.get("/kiosk/").status_code == 200
    assert "sessionid" not in browser.cookies
    again = Client().post("/kiosk/enrol/", {"code": code})
    assert again.status_code == 422 and code in again.content.decode()


def test_only_hashes_are_kept(world: World) -> None:
    code = code_for(world)
    kept = " ".join(str(value) for row in Device.objects.values() for value in row.values())
    assert world.key not in kept and code not in kept
    assert Device.objects.get(pk=world.device.pk).key_hash == enrolment.digest(world.key)


def test_over_https_the_cookie_goes_nowhere_else(world: World) -> None:
    answer = Client().post("/kiosk/enrol/", {"code": code_for(world)}, secure=True)
    assert answer.cookies[enrolment.COOKIE]["secure"]


@pytest.mark.parametrize("code", ["", "2222", "AAAAAAAA", "' OR 1=1 --", "é" * 8, "A" * 4000])
def test_what_is_no_code_is_told_so(world: World, code: str) -> None:
    answer = Client().post("/kiosk/enrol/", {"code": code})
    assert answer.status_code == 422 and "Ce code" in answer.content.decode()


def test_a_code_lasts_half_an_hour(world: World) -> None:
    code = code_for(world, now=timezone.now() - timedelta(minutes=31))
    with pytest.raises(Refused):
        enrolment.enrol(code, now=timezone.now())


def test_a_new_code_replaces_the_one_before_and_the_machine(world: World) -> None:
    now = timezone.now()
    first = enrolment.new_code(world.device, actor=world.place.helene, now=now)
    second = enrolment.new_code(world.device, actor=world.place.helene, now=now)
    with pytest.raises(Refused):
        enrolment.enrol(first, now=now)
    assert world.machine().get("/kiosk/").status_code == 200  # until the other one is typed
    enrolment.enrol(second, now=now)
    assert world.machine().get("/kiosk/").status_code == 403


def test_wrong_codes_close_the_door_for_a_while(world: World) -> None:
    browser = Client()
    answers = [browser.post("/kiosk/enrol/", {"code": f"AAAA{n:04}"}).status_code for n in range(12)]
    assert answers[0] == 422 and answers[-1] == 429
    assert browser.post("/kiosk/enrol/", {"code": code_for(world)}).status_code == 429
    # Somebody elsewhere gets in.
    assert Client(REMOTE_ADDR="10.1.2.3").post("/kiosk/enrol/", {"code": code_for(world)}).status_code == 302


def test_revoking_works_at_once(world: World) -> None:
    browser = world.machine()
    assert browser.get("/kiosk/").status_code == 200
    enrolment.revoke(world.device, actor=world.place.helene, now=timezone.now())
    assert browser.get("/kiosk/").status_code == 403
    assert browser.get("/kiosk/ready/").status_code == 401
    assert browser.post("/kiosk/handover/", "[]", "application/json").status_code == 401
    with pytest.raises(Refused):
        enrolment.new_code(Device.objects.get(pk=world.device.pk), actor=world.place.helene, now=timezone.now())


def test_only_managers_add_machines(world: World) -> None:
    for act in (
        lambda: enrolment.add_device(venue=world.venue, name="x", actor=world.place.nadia, now=timezone.now()),
        lambda: enrolment.new_code(world.device, actor=world.place.nadia, now=timezone.now()),
        lambda: enrolment.revoke(world.device, actor=world.place.amelie, now=timezone.now()),
    ):
        with pytest.raises(Forbidden):
            act()


def test_each_machine_has_a_letter_of_its_own_for_ever(world: World) -> None:
    now = timezone.now()
    second, _code = enrolment.add_device(venue=world.venue, name="2", actor=world.place.helene, now=now)
    enrolment.revoke(world.device, actor=world.place.helene, now=now)
    third, _code = enrolment.add_device(venue=world.venue, name="3", actor=world.place.helene, now=now)
    assert [world.device.letter, second.letter, third.letter] == ["K1", "K2", "K3"]


def test_it_is_seen_at_most_once_a_minute(world: World) -> None:
    now = timezone.now() + timedelta(minutes=2)
    enrolment.device_of(world.key, now=now)
    enrolment.device_of(world.key, now=now + timedelta(seconds=59))
    assert Device.objects.get(pk=world.device.pk).seen_at == now
    enrolment.device_of(world.key, now=now + timedelta(seconds=61))
    assert Device.objects.get(pk=world.device.pk).seen_at > now


@pytest.mark.parametrize("key", ["", "x", "é" * 43, "a" * 43, "a" * 5000])
def test_another_key_opens_nothing(world: World, key: str) -> None:
    assert enrolment.device_of(key, now=timezone.now()) is None


def test_the_key_opens_nothing_but_the_kiosk(world: World) -> None:
    """Every address without parts, with the machine's key under every name that a browser could send it by."""
    from django.conf import settings

    browser = world.machine()
    browser.cookies[settings.SESSION_COOKIE_NAME] = world.key
    stranger = Client()
    compared = 0
    for address in addresses():
        if "<" in address.route or address.name.startswith("kiosk:") or not address.name:
            continue
        path = f"/{address.route}"
        ours = browser.get(path, headers={"Authorization": f"Bearer {world.key}"})
        theirs = stranger.get(path)
        assert (ours.status_code, ours.headers.get("Location")) == (theirs.status_code, theirs.headers.get("Location"))
        compared += 1
    assert compared > 20


def test_an_account_opens_no_kiosk(world: World) -> None:
    for person in (world.place.helene, world.place.nadia, world.place.amelie):
        assert builders.client_for(person).get("/kiosk/").status_code == 403
