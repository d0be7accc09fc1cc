"""Coming with an appointment, as requesters do it: without a script, step by step, and only their own."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from icalendar import Calendar

from guichet.tickets import actions
from guichet.walkup import booking
from guichet.walkup.models import Appointment, Duty, Venue
from tests import builders, cast
from tests.walkup.office import Office
from tests.walkup.office import office as make_office

pytestmark = pytest.mark.django_db
NEW = "/help/appointments/new/"


@pytest.fixture
def office() -> Office:
    return make_office()


@pytest.fixture
def amelie(office: Office) -> Client:
    return builders.client_for(office.amelie)


def links(page: str) -> list[str]:
    return [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', page)]


def follow(client: Client, page: str, wanted: str) -> str:
    """The first link of the page that holds that text, and what is behind it."""
    link = next(link for link in links(page) if wanted in link)
    answer = client.get(link)
    assert answer.status_code == 200
    return answer.content.decode()


def fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(venue|reason|at|ticket)" value="([^"]*)"', page))


def made(office: Office, **fields: Any) -> Appointment:
    now = timezone.now()
    free = booking.free_slots(
        office.venue, office.accounts, since=now.date(), until=now.date() + timedelta(days=7), now=now
    )
    person = fields.pop("person", office.amelie)
    return booking.book(
        venue=office.venue, reason=office.accounts, person=person, starts_at=free[-1].starts_at, actor=person, now=now,
        **fields,
    )  # fmt: skip


def test_from_home_to_the_done_page(office: Office, amelie: Client) -> None:
    home = amelie.get("/help/").content.decode()
    # One place only: it isn't asked for.
    reasons = follow(amelie, home, NEW)
    assert "Mon portable" in reasons
    times = follow(amelie, reasons, f"reason={office.laptop.pk}")
    confirm = follow(amelie, times, "at=")
    told = fields(confirm)
    answer = amelie.post(NEW, {**told, "note": "Mon écran scintille"})
    appointment = Appointment.objects.get()
    assert answer.status_code == 302
    assert (appointment.person, appointment.reason, appointment.note) == (
        office.amelie, office.laptop, "Mon écran scintille",
    )  # fmt: skip
    done = amelie.get(answer["Location"]).content.decode()
    assert f"/help/appointments/{appointment.pk}/calendar/" in done
    assert "Mon écran scintille" in done
    assert f"/help/appointments/{appointment.pk}/" in amelie.get("/help/").content.decode()


def test_several_places_are_asked_for_and_others_are_not_there(office: Office, amelie: Client) -> None:
    second = make_office(slug="atelier", board_key="b", organisation=office.desk.organisation, name_fr="Atelier").venue
    foreign = make_office(slug="ailleurs", board_key="c").venue
    page = amelie.get(NEW).content.decode()
    assert "Atelier" in page
    assert f"venue={second.pk}" in follow(amelie, page, f"venue={second.pk}")
    for venue in (foreign.pk, 99999999, "x"):
        assert amelie.get(NEW, {"venue": venue}).status_code == 404
        assert amelie.post(NEW, {"venue": venue}).status_code == 404


def test_nobody_else_sees_it(office: Office) -> None:
    appointment = made(office)
    others = [office.another(), office.nadia, builders.person(builders.desk("Ailleurs").organisation, cast.RACHEL)]
    for other in others:
        client = builders.client_for(other)
        for path in ("", "calendar/", "move/"):
            assert client.get(f"/help/appointments/{appointment.pk}/{path}").status_code == 404
        for path in ("move/", "cancellation/"):
            assert client.post(f"/help/appointments/{appointment.pk}/{path}").status_code == 404
    assert Client().get(f"/help/appointments/{appointment.pk}/").status_code == 302


def test_somebody_was_faster(office: Office, amelie: Client) -> None:
    appointment = made(office, person=office.another())
    made_too = made(office, person=office.another(cast.PRIYA))
    assert made_too.starts_at == appointment.starts_at
    at = appointment.starts_at.isoformat()
    typed = {"reason": office.accounts.pk, "at": at, "note": "Ma carte <ne> marche plus"}
    answer = amelie.post(NEW, typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    # What was typed goes along to the next choice.
    assert "note=" not in page
    confirm = follow(amelie, page, "at=")
    assert escape("Ma carte <ne> marche plus") in confirm
    # Made after all, the next one begins with nothing.
    free = {**typed, "at": re.findall(r'name="at" value="([^"]+)"', confirm)[0]}
    assert amelie.post(NEW, free).status_code == 302
    assert escape("Ma carte <ne> marche plus") not in follow(amelie, page, "at=")
    # A link to it from before leads to the other times.
    assert "agenda" in amelie.get(f"{NEW}?reason={office.accounts.pk}&at={quote(at)}").content.decode()


@pytest.mark.parametrize(
    "typed",
    [{}, {"reason": "x"}, {"reason": "1", "at": "hier"}, {"at": "9999-99-99T00:00"}, {"day": "x", "note": "y" * 900}],
)
def test_what_is_mistyped_is_asked_again(office: Office, amelie: Client, typed: dict[str, str]) -> None:
    if typed.get("reason") == "1":
        typed = {**typed, "reason": str(office.accounts.pk)}
    assert amelie.get(NEW, typed).status_code == 200
    assert amelie.post(NEW, typed).status_code == 422
    assert not Appointment.objects.exists()


def test_for_a_ticket_of_mine(office: Office, amelie: Client) -> None:
    ticket = builders.ticket(office.amelie, now=timezone.now())
    page = amelie.get(f"/help/tickets/{ticket.reference}/").content.decode()
    reasons = follow(amelie, page, f"ticket={ticket.reference}")
    times = follow(amelie, reasons, f"reason={office.accounts.pk}")
    told = fields(follow(amelie, times, "at="))
    assert told["ticket"] == ticket.reference
    amelie.post(NEW, told)
    appointment = Appointment.objects.get()
    assert appointment.ticket == ticket
    page = amelie.get(f"/help/tickets/{ticket.reference}/").content.decode()
    assert f"/help/appointments/{appointment.pk}/" in page
    assert f"new/?ticket={ticket.reference}" not in page
    # Somebody else's ticket is not there, whoever treats it.
    theirs = builders.ticket(office.another(), now=timezone.now())
    for reference in (theirs.reference, "G-ZZZZZ", "x"):
        assert amelie.get(NEW, {"ticket": reference}).status_code == 404


def test_a_ticket_that_has_ended_offers_none(office: Office, amelie: Client) -> None:
    ticket = builders.ticket(office.amelie, now=timezone.now())
    actions.cancel(ticket, reason="Réglé", actor=office.amelie, now=timezone.now())
    assert "appointments/new" not in amelie.get(f"/help/tickets/{ticket.reference}/").content.decode()


def test_moved_by_a_touch(office: Office, amelie: Client) -> None:
    appointment = made(office)
    page = amelie.get(f"/help/appointments/{appointment.pk}/move/").content.decode()
    times = re.findall(r'name="at" value="([^"]+)"', page)
    assert times
    assert appointment.starts_at.isoformat() not in times
    answer = amelie.post(f"/help/appointments/{appointment.pk}/move/", {"at": times[0]})
    assert answer["Location"] == f"/help/appointments/{appointment.pk}/?done=moved"
    appointment.refresh_from_db()
    assert (appointment.starts_at.isoformat(), appointment.sequence) == (times[0], 1)
    for at, status in (("", 422), ("x", 422), ("2020-01-01T10:00", 409)):
        assert amelie.post(f"/help/appointments/{appointment.pk}/move/", {"at": at}).status_code == status


def test_given_back_once(office: Office, amelie: Client) -> None:
    appointment = made(office)
    path = f"/help/appointments/{appointment.pk}/cancellation/"
    assert amelie.get(path).status_code == 405
    assert amelie.post(path).status_code == 302
    assert amelie.post(path).status_code == 409
    appointment.refresh_from_db()
    assert appointment.state == "cancelled"
    page = amelie.get(f"/help/appointments/{appointment.pk}/").content.decode()
    assert "move/" not in page
    assert NEW in page
    assert amelie.get(f"/help/appointments/{appointment.pk}/move/").status_code == 200


def test_in_ones_calendar(office: Office, amelie: Client) -> None:
    appointment = made(office, note='Clé USB ; "x", y\\n')
    answer = amelie.get(f"/help/appointments/{appointment.pk}/calendar/")
    assert answer["Content-Type"].startswith("text/calendar")
    calendar = Calendar.from_ical(answer.content)
    event = calendar.events[0]
    assert calendar["METHOD"] == "PUBLISH"
    # What is published invites nobody.
    assert b"ATTENDEE" not in answer.content
    assert (str(event["UID"]), event["SEQUENCE"]) == (appointment.uid, 0)
    assert event.start == appointment.starts_at
    assert event.end == appointment.starts_at + timedelta(minutes=30)
    assert str(event.start.tzinfo) == office.venue.organisation.time_zone
    assert 'Clé USB ; "x", y\\n' in str(event["DESCRIPTION"])
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))


def test_where_nothing_is_free_another_way_is_shown(office: Office, amelie: Client) -> None:
    Duty.objects.all().delete()
    page = amelie.get(NEW, {"reason": office.accounts.pk}).content.decode()
    assert 'class="empty' in page
    assert 'href="/help/"' in page


def test_where_nobody_takes_appointments_none_is_offered(office: Office, amelie: Client) -> None:
    Venue.objects.update(appointments=False, walk_ins=True)
    assert "appointments" not in amelie.get("/help/").content.decode()
    assert 'class="empty' in amelie.get(NEW).content.decode()
    assert 'class="empty' in amelie.get("/help/appointments/").content.decode()


def test_the_list_holds_what_is_to_come_and_what_was(office: Office, amelie: Client) -> None:
    appointment = made(office)
    page = amelie.get("/help/appointments/").content.decode()
    assert page.count(f"/help/appointments/{appointment.pk}/") == 1
    booking.cancel(appointment, actor=office.amelie, now=timezone.now())
    page = amelie.get("/help/appointments/").content.decode()
    assert 'id="ended"' in page


def test_a_choice_below_a_choice(office: Office, amelie: Client) -> None:
    office.laptop.children.create(venue=office.venue, name_fr="Écran", icon="monitor")
    reasons = amelie.get(NEW).content.decode()
    below = follow(amelie, reasons, f"reason={office.laptop.pk}")
    assert "Écran" in below
    assert "Mon compte" not in below
    assert "agenda-day" not in below
