"""Appointments: taken once, moved, given back, reminded of, missed; and who may."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from guichet.activity.models import Event
from guichet.channels.mail.smtp import Server
from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.lib.models import Outgoing
from guichet.tickets import actions
from guichet.tickets.sentences_appointments import TELLERS
from guichet.tickets.timeline import timeline
from guichet.walkup import booking
from guichet.walkup.booked import venues_for
from guichet.walkup.checking_in import check_in
from guichet.walkup.models import Appointment, Duty, Reason, Standing, Venue
from guichet.walkup.who import Who
from tests import builders, cast
from tests.walkup.office import NOW, TEN, WEEK, Office
from tests.walkup.office import office as make_office

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)
HALF = timedelta(minutes=30)


@pytest.fixture
def office() -> Office:
    return make_office()


def book(office: Office, *, at: datetime = TEN, **fields: Any) -> Appointment:
    person = fields.pop("person", office.amelie)
    values: dict[str, Any] = {
        "venue": office.venue, "reason": office.accounts, "person": person, "actor": person, "now": NOW, **fields,
    }  # fmt: skip
    return booking.book(starts_at=at, **values)


def free(office: Office, reason: Reason | None = None, *, now: datetime = NOW) -> dict[datetime, int]:
    found = booking.free_slots(office.venue, reason or office.accounts, since=MONDAY, until=MONDAY, now=now)
    return {slot.starts_at: slot.left for slot in found}


def said(ticket: Any) -> list[str]:
    return list(Event.objects.filter(subject_id=ticket.pk).order_by("number").values_list("verb", flat=True))


def test_a_day_has_the_slots_in_which_somebody_is_there(office: Office) -> None:
    slots = free(office)
    # From nine to five without the hour at noon, in halves.
    assert len(slots) == 14
    assert set(slots.values()) == {2}
    assert set(free(office, office.laptop).values()) == {1}
    # What has begun isn't offered.
    assert min(free(office, now=TEN)) == TEN + HALF
    office.venue.walk_ins = True
    assert set(free(office).values()) == {1}
    office.venue.closed_on = [MONDAY.isoformat()]
    assert free(office) == {}


def test_nothing_is_offered_beyond_the_horizon_or_where_no_appointments_are_taken(office: Office) -> None:
    far = MONDAY + timedelta(days=120)
    all_of_it = booking.free_slots(office.venue, office.accounts, since=MONDAY, until=far, now=NOW)
    assert NOW + booking.HORIZON - timedelta(days=4) < all_of_it[-1].starts_at <= NOW + booking.HORIZON
    office.venue.appointments = False
    assert free(office) == {}


def test_places_of_a_slot_are_numbered_and_run_out(office: Office) -> None:
    first, second = book(office), book(office, person=office.another())
    assert (first.place, second.place) == (0, 1)
    assert TEN not in free(office)
    with pytest.raises(Conflict) as refusal:
        book(office, person=office.another(cast.PRIYA))
    assert refusal.value.code == "taken"
    booking.cancel(first, actor=office.amelie, now=NOW)
    assert book(office, person=office.another(cast.PRIYA)).place == 0


def test_a_reason_needs_somebody_who_can(office: Office) -> None:
    book(office, reason=office.laptop)
    assert TEN not in free(office, office.laptop)
    assert free(office)[TEN] == 1


def test_the_skill_of_a_reason_above_counts(office: Office) -> None:
    below = Reason.objects.create(venue=office.venue, parent=office.laptop, name_fr="Écran")
    assert set(free(office, below).values()) == {1}
    # Now there is a choice below it, the reason itself is none any more.
    with pytest.raises(Refused) as refusal:
        book(office, reason=office.laptop)
    assert refusal.value.field == "reason"
    book(office, reason=below)


@pytest.mark.parametrize("at", [TEN - timedelta(days=7), TEN + timedelta(minutes=7), TEN + timedelta(hours=2)])
def test_only_what_is_offered_can_be_had(office: Office, at: datetime) -> None:
    """In the past, between two slots, in everybody's break."""
    with pytest.raises(Conflict):
        book(office, at=at)
    assert not Appointment.objects.exists()


def test_what_is_urgent_needs_no_appointment_where_one_may_simply_come(office: Office) -> None:
    office.venue.walk_ins = True
    office.venue.save()
    with pytest.raises(Refused) as refusal:
        book(office, reason=office.outage)
    assert refusal.value.field == "reason"


def test_so_many_a_person_and_one_a_ticket(office: Office) -> None:
    ticket = builders.ticket(office.amelie, now=NOW)
    book(office, ticket=ticket)
    with pytest.raises(Conflict) as one:
        book(office, at=TEN + HALF, ticket=ticket)
    assert one.value.code == "has_one"
    with pytest.raises(Conflict) as two:
        book(office)
    assert two.value.code == "has_one"
    for n in (1, 2):
        book(office, at=TEN + n * HALF)
    with pytest.raises(Refused) as many:
        book(office, at=TEN + 3 * HALF)
    assert many.value.code == "too_many"
    with pytest.raises(Refused) as foreign:
        book(office, person=office.another(), ticket=ticket)
    assert foreign.value.code == "not_theirs"


def test_a_ticket_that_has_ended_takes_no_appointment(office: Office) -> None:
    ticket = actions.cancel(builders.ticket(office.amelie, now=NOW), reason="Réglé", actor=office.amelie, now=NOW)
    with pytest.raises(Conflict) as refusal:
        book(office, ticket=ticket)
    assert refusal.value.code == "wrong_state"


def test_the_ticket_tells_its_appointments_path(office: Office) -> None:
    ticket = builders.ticket(office.amelie, now=NOW)
    appointment = book(office, ticket=ticket)
    appointment = booking.move(appointment, starts_at=TEN + HALF, actor=office.nadia, now=NOW)
    assert (appointment.sequence, appointment.starts_at, appointment.state) == (1, TEN + HALF, "booked")
    appointment = booking.cancel(appointment, actor=office.amelie, now=NOW)
    assert (appointment.sequence, appointment.state) == (2, "cancelled")
    told = ["appointment.booked", "appointment.moved", "appointment.cancelled"]
    assert said(ticket)[-3:] == told
    ticket.refresh_from_db()
    for for_desk in (True, False):
        entries = [e for e in timeline(ticket, for_desk=for_desk) if e.verb in told]
        assert len(entries) == 3
        assert all("Bibliothèque" in e.sentence or "Library" in e.sentence for e in entries)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_event_is_told_with_its_place_and_time(office: Office, language: str, mail: None) -> None:
    """All five verbs on one ticket, each in a sentence of its own."""
    ticket = builders.ticket(office.amelie, now=NOW)
    thursday = TEN + timedelta(days=3)
    first = book(office, at=thursday, ticket=ticket)
    booking.cancel(
        booking.move(first, starts_at=thursday + HALF, actor=office.nadia, now=NOW), actor=office.amelie, now=NOW
    )
    book(office, at=thursday, ticket=ticket)
    booking.remind(now=thursday - timedelta(hours=3))
    booking.mark_no_shows(now=thursday + timedelta(hours=3))
    ticket.refresh_from_db()
    with translation.override(language):
        told = {e.verb: e.sentence for e in timeline(ticket, for_desk=True) if e.verb.startswith("appointment.")}
    assert set(told) == set(TELLERS)
    place = {"fr": "Bibliothèque", "en": "Library"}[language]
    hour = {"fr": "10\u00a0h", "en": "10:"}[language]
    for verb, sentence in told.items():
        assert place in sentence, verb
        assert hour in sentence, verb
        assert not re.search(r"appointment\.|%", sentence), verb
    assert len(set(told.values())) == len(told)


def test_moving_to_where_it_is_changes_nothing_and_its_own_place_is_no_obstacle(office: Office) -> None:
    appointment = book(office, reason=office.laptop)
    same = booking.move(appointment, starts_at=TEN, actor=office.amelie, now=NOW)
    assert same.sequence == 0
    other = book(office, reason=office.laptop, at=TEN + HALF, person=office.another())
    with pytest.raises(Conflict):
        booking.move(other, starts_at=TEN, actor=other.person, now=NOW)
    other.refresh_from_db()
    assert (other.starts_at, other.sequence) == (TEN + HALF, 0)


def test_who_may(office: Office) -> None:
    stranger = builders.agent(builders.desk("Une autre maison"), cast.RACHEL)
    colleague = office.another()
    for actor in (stranger, colleague):
        with pytest.raises(Forbidden):
            book(office, actor=actor)
    appointment = book(office, actor=office.nadia)
    for actor in (stranger, colleague):
        with pytest.raises(Forbidden):
            booking.move(appointment, starts_at=TEN + HALF, actor=actor, now=NOW)
        with pytest.raises(Forbidden):
            booking.cancel(appointment, actor=actor, now=NOW)
        assert not Appointment.objects.visible_to(actor).exists()
    assert Appointment.objects.visible_to(office.amelie).get() == appointment
    assert Appointment.objects.visible_to(office.nadia).get() == appointment
    assert not Appointment.objects.own_of(office.nadia).exists()


def test_a_venue_serves_its_organisation_and_the_desks_clients(office: Office) -> None:
    client = builders.client_of(office.desk)
    emily = builders.person(client, cast.EMILY)
    rachel = builders.person(builders.desk("Une autre maison").organisation, cast.RACHEL)
    assert list(venues_for(emily)) == [office.venue]
    assert not venues_for(rachel)
    assert book(office, person=emily).place == 0
    with pytest.raises(Refused) as refusal:
        book(office, person=rachel)
    assert refusal.value.field == "venue"
    # On the spot at a client's: for that client's people alone.
    Venue.objects.filter(pk=office.venue.pk).update(organisation=client)
    assert venues_for(emily).exists()
    assert not venues_for(office.amelie).exists()


def test_nobody_is_in_two_places_at_once(office: Office) -> None:
    """Of two venues with other slots, too: neither booked nor moved over one that lasts."""
    other = Venue.objects.create(
        organisation=office.desk.organisation, name_fr="Annexe", slug="annexe", board_key="annexe", opening=WEEK,
        appointments=True, walk_ins=False, slot_minutes=20,
    )  # fmt: skip
    there = Reason.objects.create(venue=other, name_fr="Autre chose")
    for weekday in range(5):
        Duty.objects.create(venue=other, agent=office.nadia, weekday=weekday, starts=540, ends=1020)
    book(office)
    for minutes in (0, 20):
        with pytest.raises(Conflict, match="has_one"):
            book(office, venue=other, reason=there, at=TEN + timedelta(minutes=minutes))
    made = book(office, venue=other, reason=there, at=TEN + timedelta(minutes=40))
    with pytest.raises(Conflict, match="has_one"):
        booking.move(made, starts_at=TEN + timedelta(minutes=20), actor=office.amelie, now=NOW)
    booking.move(made, starts_at=TEN - timedelta(minutes=20), actor=office.amelie, now=NOW)


def test_nobody_comes(office: Office) -> None:
    ticket = builders.ticket(office.amelie, now=NOW)
    appointment = book(office, ticket=ticket)
    limit = TEN + timedelta(minutes=office.venue.late_minutes) + booking.NO_SHOW_AFTER
    assert booking.mark_no_shows(now=limit) == 0
    assert booking.mark_no_shows(now=limit + timedelta(seconds=1)) == 1
    assert booking.mark_no_shows(now=limit + timedelta(minutes=5)) == 0
    appointment.refresh_from_db()
    assert appointment.state == "no_show"
    assert said(ticket)[-1] == "appointment.no_show"
    with pytest.raises(Conflict):
        booking.move(appointment, starts_at=TEN + 4 * HALF, actor=office.amelie, now=limit)


@pytest.mark.parametrize(
    ("late", "standing"), [(-40, Standing.APPOINTMENT), (15, Standing.APPOINTMENT), (16, Standing.WALK_IN)]
)
def test_early_is_waited_and_late_is_as_if_without(office: Office, late: int, standing: str) -> None:
    appointment = book(office, actor=office.nadia)
    arrives = TEN + timedelta(minutes=late)
    visit = check_in(
        venue=office.venue, reason=appointment.reason, now=arrives, language="fr", who=Who(), appointment=appointment
    )
    assert visit.standing == standing
    assert visit.counts_from == (TEN if standing == Standing.APPOINTMENT else arrives)
    assert visit.person == office.amelie
    assert booking.mark_no_shows(now=TEN + timedelta(hours=3)) == 0


@pytest.fixture
def mail(settings: Any) -> None:
    settings.SMTP = Server(host="nowhere.invalid", port=25, security="")


def test_nobody_is_said_to_be_reminded_who_cant_be(office: Office, settings: Any) -> None:
    thursday = TEN + timedelta(days=3)
    ticket = builders.ticket(office.amelie, now=NOW)
    appointment = book(office, at=thursday, ticket=ticket)
    for address, server in ((office.amelie.email, None), ("", Server(host="nowhere.invalid", port=25, security=""))):
        settings.SMTP = server
        office.amelie.email = address
        office.amelie.save()
        assert booking.remind(now=thursday - timedelta(hours=23)) == 0
    appointment.refresh_from_db()
    assert appointment.reminded_at is None
    assert "appointment.reminded" not in said(ticket)


def test_reminded_once_the_day_before(office: Office, mail: None) -> None:
    thursday = TEN + timedelta(days=3)
    book(office, at=thursday)
    # So shortly before, the invitation was the reminder.
    book(office, at=TEN)
    assert booking.remind(now=thursday - timedelta(hours=25)) == 0
    assert booking.remind(now=thursday - timedelta(hours=24)) == 1
    assert booking.remind(now=thursday - timedelta(hours=23)) == 0


def test_moved_far_away_it_is_reminded_of_again(office: Office, mail: None) -> None:
    thursday, friday = TEN + timedelta(days=3), TEN + timedelta(days=4)
    appointment = book(office, at=thursday)
    assert booking.remind(now=thursday - timedelta(hours=20)) == 1
    booking.move(appointment, starts_at=friday, actor=office.amelie, now=thursday - timedelta(hours=19))
    assert booking.remind(now=friday - timedelta(hours=23)) == 1


def test_each_step_writes_one_mail(office: Office, mail: None) -> None:
    ticket = builders.ticket(office.amelie, now=NOW)
    thursday = TEN + timedelta(days=3)
    appointment = book(office, at=thursday, ticket=ticket, actor=office.nadia)
    booking.remind(now=thursday - timedelta(hours=2))
    booking.move(appointment, starts_at=thursday + HALF, actor=office.nadia, now=thursday - timedelta(hours=1))
    booking.cancel(appointment, actor=office.nadia, now=thursday)
    rows = Outgoing.objects.filter(kind="appointment").order_by("pk")
    assert [row.payload["what"] for row in rows] == ["booked", "reminded", "moved", "cancelled"]
    assert {(row.recipient, row.about) for row in rows} == {(office.amelie.email, ticket.reference)}


def test_an_agent_who_is_gone_leaves_no_place(office: Office) -> None:
    appointment = book(office, reason=office.laptop)
    Duty.objects.filter(agent=office.karim).delete()
    # Their booking is kept, and takes whoever remains: nobody new gets in where it can't be served.
    assert TEN not in free(office)
    assert free(office)[TEN + HALF] == 1
    assert Appointment.objects.get() == appointment
