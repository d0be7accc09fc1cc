"""Checking in without scripts: each step a page, all of it in the form, nobody's data in an address or a cache."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from guichet.walkup import days
from guichet.walkup.models import Appointment, Booking, Visit
from tests.kiosk.conftest import World


def step(answer: Any) -> str:
    found = re.search(r'<main id="main"><section class="step" data-step="(\w+)"', answer.content.decode())
    assert found is not None, answer.content.decode()[:500]
    return found.group(1)


def hidden(answer: Any) -> dict[str, str]:
    """What the shown form carries along."""
    shown = answer.content.decode().partition('<main id="main">')[2].partition("</main>")[0]
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown))
    found.pop("csrfmiddlewaretoken", None)
    return found


def walk(browser: Client, *touches: dict[str, Any]) -> Any:
    answer = browser.get("/kiosk/")
    for touch in touches:
        answer = browser.post("/kiosk/", {**hidden(answer), **touch})
    return answer


def booked(world: World, *, at: datetime | None = None, **fields: Any) -> Appointment:
    at = at or timezone.now() + timedelta(minutes=10)
    return Appointment.objects.create(
        **{
            "venue": world.venue, "reason": world.place.reasons["laptop"], "person": world.place.amelie,
            "starts_at": at, "minutes": 30, "place": 0, "uid": f"{uuid4()}@guichet", "booked_by": world.place.amelie,
            "booked_at": at - timedelta(days=1), **fields,
        }
    )  # fmt: skip


def test_by_name_and_two_pictures(world: World) -> None:
    reason = world.place.reasons["password"]
    answer = walk(
        world.machine(), {"way": "name"}, {"typed": " Marie   Tremblay "}, {"reason": reason.parent_id},
        {"reason": reason.pk},
    )  # fmt: skip
    visit = Visit.objects.get()
    assert answer.status_code == 302 and answer["Location"] == f"/kiosk/done/{visit.token}/?language=fr"
    assert (visit.person.name, visit.reason, visit.device) == ("Marie Tremblay", reason, world.device)
    done = world.machine().get(answer["Location"])
    text = done.content.decode()
    assert visit.number in text and "<svg" in text and "Tremblay" not in text
    assert visit.ticket.reference not in text


def test_steps_come_one_after_the_other(world: World) -> None:
    browser = world.machine()
    assert step(walk(browser)) == "start"
    assert step(walk(browser, {"way": "email"})) == "who"
    assert step(walk(browser, {"way": "email"}, {"typed": "a@b.example"})) == "reasons"
    assert step(walk(browser, {"way": "none"})) == "reasons"
    assert step(walk(browser, {"way": "none"}, {"back": "who"})) == "start"
    again = walk(browser, {"way": "name"}, {"typed": "Zoé"}, {"back": "who"})
    assert step(again) == "who" and 'value="Zoé"' in again.content.decode()
    assert not Visit.objects.exists()


def test_language_and_height_are_a_touch_on_each_step(world: World) -> None:
    browser = world.machine()
    answer = walk(browser, {"way": "name"}, {"typed": "Zoé", "stay": "en"})
    text = answer.content.decode()
    assert step(answer) == "who" and 'lang="en"' in text and 'value="Zoé"' in text and "What is your name?" in text
    lowered = browser.post("/kiosk/", {**hidden(answer), "typed": "Zoé", "stay": "low"})
    assert 'class="kiosk low"' in lowered.content.decode() and "What is your name?" in lowered.content.decode()
    reasons = browser.post("/kiosk/", {**hidden(lowered), "typed": "Zoé"})
    assert step(reasons) == "reasons" and 'class="kiosk low"' in reasons.content.decode()
    raised = browser.post("/kiosk/", {**hidden(reasons), "stay": "high"})
    assert step(raised) == "reasons" and 'class="kiosk low"' not in raised.content.decode()


def test_nothing_typed_is_told_and_wrong_addresses_are_kept(world: World) -> None:
    browser = world.machine()
    empty = walk(browser, {"way": "name"}, {"typed": "  "})
    assert (empty.status_code, step(empty)) == (422, "who") and "Remplissez" in empty.content.decode()
    wrong = walk(browser, {"way": "email"}, {"typed": "pas une adresse"}, {"reason": world.place.reasons["outage"].pk})
    assert (wrong.status_code, step(wrong)) == (422, "who") and 'value="pas une adresse"' in wrong.content.decode()


def test_pressed_twice_it_is_one_visit(world: World) -> None:
    browser = world.machine()
    form = {**hidden(walk(browser, {"way": "none"})), "reason": world.place.reasons["outage"].pk}
    answers = [browser.post("/kiosk/", form)["Location"] for _ in range(3)]
    assert len(set(answers)) == 1 and Visit.objects.count() == 1


def test_an_appointment_is_found_by_name_address_or_code(world: World) -> None:
    browser = world.machine()
    for said in (" ".join(reversed(world.place.amelie.name.upper().split())), world.place.amelie.email.upper(), "uid"):
        Visit.objects.all().delete()
        Appointment.objects.all().delete()
        appointment = booked(world)
        typed = f"https://x.example/{appointment.uid}" if said == "uid" else said
        answer = walk(browser, {"way": "appointment"}, {"typed": typed})
        assert answer.status_code == 302, said
        visit = Visit.objects.get()
        assert (visit.appointment, visit.reason) == (appointment, appointment.reason)
        page = browser.get(answer["Location"]).content.decode()
        assert world.place.amelie.name not in page


def test_a_badge_that_is_an_appointments_code_is_taken_for_it(world: World) -> None:
    appointment = booked(world)
    walk(world.machine(), {"way": "badge"}, {"typed": appointment.uid}, {"reason": world.place.reasons["outage"].pk})
    assert Visit.objects.get().appointment == appointment


def test_no_appointment_is_said_and_what_was_typed_is_kept(world: World) -> None:
    booked(world, at=timezone.now() + timedelta(days=2))
    booked(world, at=timezone.now() + timedelta(minutes=40), state=Booking.CANCELLED)
    answer = walk(world.machine(), {"way": "appointment"}, {"typed": world.place.amelie.name})
    assert (answer.status_code, step(answer)) == (422, "who")
    assert f'value="{world.place.amelie.name}"' in answer.content.decode()
    assert "rendez-vous" in answer.content.decode() and not Visit.objects.exists()


def test_a_kiosk_says_the_same_of_people_that_it_knows_and_of_others(world: World) -> None:
    browser, reason = world.machine(), world.place.reasons["outage"].pk
    pages = []
    for address in (world.place.amelie.email, "personne@ailleurs.example"):
        done = browser.get(walk(browser, {"way": "email"}, {"typed": address}, {"reason": reason})["Location"])
        visit = Visit.objects.get(person__email=address)
        text = re.sub(r"<svg.*?</svg>|csrf[^>]*>", "", done.content.decode(), flags=re.S)
        pages.append(re.sub(r"\d+", "", text.replace(visit.token, "").replace("Vous êtes en tête de file", "")))
        visit.delete()
    assert pages[0] == pages[1]


def test_ways_follow_the_venue(world: World) -> None:
    venue = world.venue
    venue.anonymous = venue.appointments = False
    venue.save()
    text = walk(world.machine()).content.decode().partition("</main>")[0]
    assert 'value="none"' not in text and 'value="appointment"' not in text
    assert step(walk(world.machine(), {"way": "none"})) == "start"
    venue.walk_ins, venue.appointments = False, True
    venue.save()
    text = walk(world.machine()).content.decode().partition("</main>")[0]
    assert re.findall(r'name="way" value="(\w+)"', text) == ["appointment"]


def test_closed_says_when_it_opens(world: World) -> None:
    world.venue.opening = [[[540, 1020]]] * 7
    world.venue.closed_on = [days.day_of(world.venue, now=timezone.now()).isoformat()]
    world.venue.save()
    answer = walk(world.machine())
    assert step(answer) == "closed" and "à 9" in answer.content.decode()
    assert step(walk(world.machine(), {"way": "none"})) == "closed"


def test_switched_off_it_is_closed_and_names_no_opening(world: World) -> None:
    world.venue.active = False
    world.venue.save()
    answer = walk(world.machine())
    shown = answer.content.decode().partition('<main id="main">')[2].partition("</main>")[0]
    assert step(answer) == "closed" and "rouvrons" not in shown and 'class="qr"' not in shown
    said = world.machine().get("/kiosk/ready/").json()
    assert not said["open"] and said["openings"] == []


@pytest.mark.parametrize(
    "form",
    [
        {"way": "none", "reason": "999999"},
        {"way": "none", "reason": "-1"},
        {"way": "none", "reason": "9" * 40},
        {"way": "hack", "reason": "x", "language": "xx", "key": "'", "at": "../..", "stay": "x"},
        {"way": "name", "typed": "x" * 100_000},
        {"way": "name", "typed": "\u202e\u0007Marie", "reason": "0"},
        {"back": "nowhere", "low": "yes"},
    ],
)
def test_strange_forms_are_answered_with_a_step(world: World, form: dict[str, str]) -> None:
    answer = world.machine().post("/kiosk/", form)
    assert answer.status_code in {200, 422} and step(answer) in {"start", "who", "reasons"}
    assert not Visit.objects.exists()


def test_nobody_comes_back_to_it(world: World) -> None:
    browser = world.machine()
    answer = walk(browser, {"way": "none"}, {"reason": world.place.reasons["outage"].pk})
    for page in (walk(browser), walk(browser, {"way": "name"}), browser.get(answer["Location"])):
        assert page["Cache-Control"] == "private, no-store"
        assert 'autocomplete="off"' in page.content.decode()
    assert walk(browser, {"way": "name"})["Refresh"].endswith("/kiosk/") and "Refresh" in browser.get(
        answer["Location"]
    )


def test_a_page_that_scripts_may_keep_is_taken_away_from_nobody(world: World) -> None:
    """Opened before the doors, it stays for the day, and in a cache: only a browser without scripts goes back."""
    browser = world.machine()
    opened = browser.get("/kiosk/")
    assert "Refresh" not in opened and 'http-equiv="refresh"' not in opened.content.decode()
    world.venue.closed_on = [days.day_of(world.venue, now=timezone.now()).isoformat()]
    world.venue.save()
    closed = browser.get("/kiosk/")
    assert step(closed) == "closed" and "Refresh" not in closed
    assert '<noscript><meta http-equiv="refresh" content="40"></noscript>' in closed.content.decode()


@pytest.mark.parametrize(("region", "at"), [("fr-CA", "à 9\N{NO-BREAK SPACE}h"), ("fr-BE", "à 09:00")])
def test_when_it_opens_is_written_as_there(world: World, region: str, at: str) -> None:
    world.venue.opening = [[[540, 1020]]] * 7
    world.venue.closed_on = [days.day_of(world.venue, now=timezone.now()).isoformat()]
    world.venue.save()
    type(world.venue.organisation).objects.filter(pk=world.venue.organisation_id).update(region=region)
    assert at in walk(world.machine()).content.decode()


def test_the_number_is_shown_for_a_moment_on_this_machine_alone(world: World) -> None:
    browser = world.machine()
    where = walk(browser, {"way": "none"}, {"reason": world.place.reasons["outage"].pk})["Location"]
    assert browser.get(where).status_code == 200
    assert Client().get(where).status_code == 403
    Visit.objects.update(arrived_at=timezone.now() - timedelta(minutes=3))
    assert browser.get(where).status_code == 404


def test_the_page_holds_every_step_in_both_languages(world: World) -> None:
    text = world.machine().get("/kiosk/").content.decode()
    for words in ("Qu’est-ce qui vous amène", "What brings you here?", "Êtes-vous encore là", "Are you still there?"):
        assert words in text
    assert text.count('<template data-language="') == 2
    # Its forms carry no token that would grow old in a cache: scripts ask for one.
    assert text.count("csrfmiddlewaretoken") == 1
