"""Appointments at the desk: for somebody, from their ticket or by name; a venue's day; who arrives; who may."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guichet.channels.mail.smtp import Server
from guichet.lib.models import Outgoing
from guichet.walkup import booking
from guichet.walkup.days import zone_of
from guichet.walkup.models import Appointment, Duty, Venue, Visit
from guichet.walkup.vacancies import free_times
from tests import builders, cast
from tests.walkup.office import Office
from tests.walkup.office import office as make_office

pytestmark = pytest.mark.django_db
NEW = "/desk/appointments/new"


@pytest.fixture
def office() -> Office:
    return make_office()


@pytest.fixture
def nadia(office: Office) -> Client:
    return builders.client_for(office.nadia)


def made(office: Office, **fields: Any) -> Appointment:
    now = timezone.now()
    person = fields.pop("person", office.amelie)
    at = fields.pop("at", None) or free_times(office.venue, office.accounts, now=now)[0]
    return booking.book(
        venue=office.venue, reason=office.accounts, person=person, starts_at=at, actor=person, now=now, **fields
    )


def day_of(appointment: Appointment) -> str:
    local = appointment.starts_at.astimezone(zone_of(appointment.venue))
    return f"/desk/appointments/?venue={appointment.venue.slug}&day={local:%Y-%m-%d}"


def times(page: str) -> list[str]:
    return re.findall(r'name="at" value="([^"]+)"', page)


def test_from_the_ticket(office: Office, nadia: Client) -> None:
    ticket = builders.ticket(office.amelie, now=timezone.now())
    link = f"{NEW}?ticket={ticket.reference}"
    assert link in nadia.get(f"/desk/tickets/{ticket.reference}/").content.decode()
    chosen = f"{link}&reason={office.laptop.pk}"
    page = nadia.get(chosen).content.decode()
    answer = nadia.post(chosen, {"at": times(page)[0], "note": "Elle apporte son chargeur"})
    assert answer["Location"] == f"/desk/tickets/{ticket.reference}/"
    appointment = Appointment.objects.get()
    assert (appointment.person, appointment.booked_by, appointment.ticket) == (office.amelie, office.nadia, ticket)
    page = nadia.get(f"/desk/tickets/{ticket.reference}/").content.decode()
    assert f"/desk/appointments/{appointment.pk}/move" in page
    assert link not in page


def test_for_somebody_looked_up(office: Office, nadia: Client) -> None:
    page = nadia.get(NEW, {"q": office.amelie.name}).content.decode()
    assert f"{NEW}?person={office.amelie.pk}" in page
    chosen = f"{NEW}?person={office.amelie.pk}&reason={office.accounts.pk}"
    at = times(nadia.get(chosen).content.decode())[-1]
    answer = nadia.post(chosen, {"at": at})
    assert answer["Location"] == day_of(Appointment.objects.get())
    # A person of nobody's that this desk serves is not there.
    stranger = builders.person(builders.desk("Ailleurs").organisation, cast.RACHEL)
    for query in ({"person": stranger.pk}, {"person": "x"}, {"ticket": "G-ZZZZZ"}, {"ticket": "x"}):
        assert nadia.get(NEW, query).status_code == 404
    assert nadia.post(NEW).status_code == 404


def test_refused_with_what_was_typed(office: Office, nadia: Client) -> None:
    chosen = f"{NEW}?person={office.amelie.pk}&reason={office.accounts.pk}"
    for typed, status in (({}, 422), ({"at": "hier"}, 422), ({"at": "2020-01-01T10:00"}, 409)):
        answer = nadia.post(chosen, {**typed, "note": "Clé perdue"})
        assert answer.status_code == status
        assert "Clé perdue" in answer.content.decode()
    assert nadia.post(chosen, {"note": "x" * 501}).status_code == 422
    nothing = nadia.post(f"{NEW}?person={office.amelie.pk}", {"at": "2030-01-01T10:00"})
    assert nothing.status_code == 422 and "Choisissez d’abord" in nothing.content.decode()
    assert not Appointment.objects.exists()


def test_nothing_typed_is_lost_when_another_day_or_reason_is_touched(office: Office, nadia: Client) -> None:
    chosen = f"{NEW}?person={office.amelie.pk}&reason={office.accounts.pk}"
    page = nadia.get(chosen).content.decode()
    days = [
        url.replace("&amp;", "&") for url in re.findall(r'name="show" value="day" formaction="([^"#]+)#agenda"', page)
    ]
    assert len(days) >= 2 and 'href="/desk/appointments/new?' not in page
    typed = {"reason": office.accounts.pk, "note": "Clé <perdue>", "show": "day"}
    for url in days:
        answer = nadia.post(url, typed)
        page = answer.content.decode()
        assert (answer.status_code, "Clé &lt;perdue&gt;" in page) == (200, True)
        assert {at[:10] for at in times(page)} == {re.findall(r"day=([0-9-]+)", url)[-1]}
    other = nadia.post(chosen, {**typed, "reason": office.laptop.pk, "show": "times"}).content.decode()
    assert "Clé &lt;perdue&gt;" in other and f'value="{office.laptop.pk}" selected' in other
    # Also where nothing is free, or what is chosen is none.
    Duty.objects.all().delete()
    for reason in (office.accounts.pk, "", "x"):
        assert "Clé &lt;perdue&gt;" in nadia.post(chosen, {**typed, "reason": reason}).content.decode()
    assert not Appointment.objects.exists()


def test_what_is_booked_is_what_was_shown(office: Office, nadia: Client) -> None:
    """Another reason was chosen, and its times weren't looked at: nothing is booked for either."""
    chosen = f"{NEW}?person={office.amelie.pk}&reason={office.accounts.pk}"
    at = times(nadia.get(chosen).content.decode())[0]
    answer = nadia.post(chosen, {"at": at, "note": "Clé perdue", "reason": office.laptop.pk})
    page = answer.content.decode()
    assert (answer.status_code, Appointment.objects.count()) == (422, 0)
    assert "Clé perdue" in page and f'value="{office.laptop.pk}" selected' in page
    nadia.post(re.findall(r'<form[^>]* method="post" action="([^"]+new[^"]+)"', page)[0].replace("&amp;", "&"),
               {"at": at, "note": "Clé perdue", "reason": office.laptop.pk})  # fmt: skip
    assert Appointment.objects.get().reason == office.laptop


def test_the_day_and_who_arrives(office: Office, nadia: Client) -> None:
    appointment = made(office, note="Ma clé")
    page = nadia.get(day_of(appointment)).content.decode()
    assert office.amelie.name in page
    assert "Ma clé" in page
    path = f"/desk/appointments/{appointment.pk}/arrival"
    # Today, whatever day of the week that is.
    Appointment.objects.update(starts_at=timezone.now())
    appointment.refresh_from_db()
    assert path in nadia.get(day_of(appointment)).content.decode()
    assert nadia.post(path)["Location"] == day_of(appointment)
    visit = Visit.objects.get()
    assert (visit.appointment, visit.person, visit.standing) == (appointment, office.amelie, "appointment")
    answer = nadia.post(path)
    assert answer.status_code == 422
    # Its live part is fetched where the day is, not where the button leads.
    assert f'hx-get="{day_of(appointment).replace("&", "&amp;")}"' in answer.content.decode()
    assert visit.number in answer.content.decode()
    assert Visit.objects.count() == 1
    for verb in ("move", "cancellation"):
        assert nadia.post(f"/desk/appointments/{appointment.pk}/{verb}", {"at": "2030-01-01T10:00"}).status_code == 409


def test_who_missed_their_call_is_here_again(office: Office, nadia: Client) -> None:
    appointment = made(office)
    Appointment.objects.update(starts_at=timezone.now())
    path = f"/desk/appointments/{appointment.pk}/arrival"
    nadia.post(path)
    assert path not in nadia.get("/desk/appointments/").content.decode()
    Visit.objects.update(state="ended", outcome="no_show", ended_at=timezone.now())
    assert path in nadia.get("/desk/appointments/").content.decode()
    assert nadia.post(path).status_code == 302
    assert Visit.objects.count() == 2


def test_where_nobody_new_is_taken_who_is_awaited_is_still_listed(office: Office, nadia: Client) -> None:
    appointment = made(office)
    Venue.objects.update(active=False)
    assert nadia.get(day_of(appointment)).status_code == 200
    Appointment.objects.update(state="cancelled")
    assert nadia.get(day_of(appointment)).status_code == 404


def test_who_is_expected_on_another_day_is_not_here_yet(office: Office, nadia: Client) -> None:
    free = free_times(office.venue, office.accounts, now=timezone.now() + timedelta(days=3))
    appointment = made(office, at=free[0])
    path = f"/desk/appointments/{appointment.pk}/arrival"
    assert path not in nadia.get(day_of(appointment)).content.decode()
    assert nadia.post(path).status_code == 409
    assert not Visit.objects.exists()


def test_moved_and_cancelled(office: Office, nadia: Client) -> None:
    appointment = made(office)
    path = f"/desk/appointments/{appointment.pk}/move"
    at = times(nadia.get(path).content.decode())[0]
    # Refused, it shows the day that was looked at.
    days = re.findall(r'class="agenda-day" href="([^"]+)#agenda"', nadia.get(path).content.decode())
    shown = nadia.get(days[-1]).content.decode()
    assert f'<form method="post" action="{days[-1]}">' in shown
    assert set(times(shown)) == set(times(nadia.post(days[-1], {"at": "hier"}).content.decode())) != set()
    nadia.post(path, {"at": at})
    appointment.refresh_from_db()
    assert (appointment.starts_at.isoformat(), appointment.sequence) == (at, 1)
    assert nadia.post(path, {"at": ""}).status_code == 422
    nadia.post(f"/desk/appointments/{appointment.pk}/cancellation")
    appointment.refresh_from_db()
    assert appointment.state == "cancelled"
    # Said once, and then no longer in the day's list.
    assert office.amelie.name in nadia.get(day_of(appointment)).content.decode()
    assert office.amelie.name not in nadia.get(day_of(appointment)).content.decode()
    assert nadia.get(path).status_code == 200


def test_the_invitation_stands_among_the_messages_sent(
    office: Office, nadia: Client, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT, settings.SMTP = tmp_path, Server(host="127.0.0.1", port=9, security="")
    settings.MAIL_FROM = ("Centre d’aide", "aide@essai.example")
    ticket = builders.ticket(office.amelie, now=timezone.now())
    made(office, ticket=ticket, note="Ma clé")
    made(office, person=office.another())
    row = Outgoing.objects.get(kind="appointment", about=ticket.reference)
    letter = f"/desk/tickets/{ticket.reference}/sent/{row.pk}"
    for url in (f"/desk/tickets/{ticket.reference}/sent/", "/desk/sent/"):
        page = nadia.get(url).content.decode()
        assert letter in page and office.amelie.email in page
        assert page.count("/desk/tickets//") == 0
    page = nadia.get(letter).content.decode()
    assert "Ma clé" in page and "rendez-vous.ics" in page and office.amelie.name in page
    assert builders.client_for(office.amelie).get(letter).status_code == 404


def test_others_desks_appointments_are_not_there(office: Office) -> None:
    appointment = made(office)
    foreign = builders.client_for(builders.agent(builders.desk("Ailleurs"), cast.RACHEL))
    requester = builders.client_for(office.amelie)
    for client in (foreign, requester):
        assert client.get(f"/desk/appointments/?venue={office.venue.slug}").status_code == 404
        for verb in ("move", "cancellation", "arrival"):
            assert client.post(f"/desk/appointments/{appointment.pk}/{verb}").status_code == 404
    assert foreign.get("/desk/appointments/").status_code == 200
    assert requester.get("/desk/appointments/").status_code == 404


@pytest.mark.parametrize("day", ["x", "9999-12-31", "0001-01-01", "2026-02-30", ""])
def test_a_mistyped_day_is_today(office: Office, nadia: Client, day: str) -> None:
    assert nadia.get("/desk/appointments/", {"day": day}).status_code == 200


def test_where_there_is_nothing_it_says_what_to_do(office: Office, nadia: Client) -> None:
    Duty.objects.all().delete()
    page = nadia.get(NEW, {"person": office.amelie.pk, "reason": office.accounts.pk}).content.decode()
    assert 'class="empty' in page
    Venue.objects.update(appointments=False, walk_ins=True)
    assert 'class="empty' in nadia.get("/desk/appointments/").content.decode()
    assert 'class="empty' in nadia.get(NEW, {"person": office.amelie.pk}).content.decode()
    ticket = builders.ticket(office.amelie, now=timezone.now())
    assert "appointments" not in nadia.get(f"/desk/tickets/{ticket.reference}/").content.decode()


def test_what_no_longer_fits_is_shown_with_the_way_to_move_it(office: Office, nadia: Client) -> None:
    far = free_times(office.venue, office.accounts, now=timezone.now() + timedelta(days=7))[0]
    appointment = made(office, at=far)
    manager = builders.client_for(builders.manager(office.desk))
    settings = reverse("desk:settings:venue", args=[office.desk.organisation.slug, office.venue.pk])
    assert manager.get(settings).status_code == 200
    url, sign = day_of(appointment), "appointment-unfit"
    assert url.replace("&", "&amp;") not in manager.get(settings).content.decode()
    assert sign not in nadia.get(url).content.decode()
    Venue.objects.update(closed_on=[url.rpartition("=")[2]])
    assert url.replace("&", "&amp;") in manager.get(settings).content.decode()
    page = nadia.get(url).content.decode()
    assert sign in page and "Hors des heures d’ouverture" in page
    link = f"/desk/appointments/{appointment.pk}/move"
    assert f'class="button sm primary" href="{link}"' in page
    at = times(nadia.get(link).content.decode())[0]
    nadia.post(link, {"at": at})
    appointment.refresh_from_db()
    assert sign not in nadia.get(day_of(appointment)).content.decode()
    assert url.replace("&", "&amp;") not in manager.get(settings).content.decode()
    Duty.objects.all().delete()
    assert "Plus personne n’est de permanence" in nadia.get(day_of(appointment)).content.decode()


def test_a_full_day_costs_as_much_as_an_empty_one(office: Office, nadia: Client) -> None:
    now = timezone.now()
    free = free_times(office.venue, office.accounts, now=now + timedelta(days=7))
    day = free[0].astimezone(zone_of(office.venue)).date()
    first = made(office, at=free[0])
    url = day_of(first)
    assert f"{day:%Y-%m-%d}" in url
    nadia.get(url)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert nadia.get(url).status_code == 200
        return len(queries)

    before = asked()
    for at, who in zip(free[1:6], (cast.SOPHIE, cast.PRIYA, cast.EMILY, cast.SYLVAIN, cast.JOLAINE), strict=False):
        person = builders.person(office.desk.organisation, who)
        made(office, at=at, person=person, ticket=builders.ticket(person, now=now))
    assert asked() == before <= 14
