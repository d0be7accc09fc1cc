"""Many who want the same place at once, each with a connection of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import pytest
from django.db import connections

from guichet.lib.errors import Refused
from guichet.people.models import Person
from guichet.walkup import booking
from guichet.walkup.models import Appointment, Venue
from tests import builders, cast
from tests.walkup.office import NOW, TEN, Office
from tests.walkup.office import office as make_office

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = (cast.SOPHIE, cast.PRIYA, cast.RACHEL, cast.EMILY, cast.SYLVAIN, cast.JOLAINE)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """What became of each: "" or the refusal's code. Anything else is an error of the test's own thread, and told."""
    start = threading.Barrier(len(acts))
    became: list[str] = []

    def press(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
            became.append("")
        except Refused as refusal:
            became.append(refusal.code)
        except Exception as error:
            became.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(became)


def booking_of(office: Office, person: Person, *, venue: Venue | None = None, minutes: int = 0) -> Callable[[], object]:
    place = venue or office.venue
    reason = place.reasons.order_by("pk")[0]
    at = TEN + timedelta(minutes=minutes)
    return partial(booking.book, venue=place, reason=reason, person=person, starts_at=at, actor=person, now=NOW)


def places() -> Sequence[int]:
    return list(
        Appointment.objects.filter(state="booked", starts_at=TEN).order_by("place").values_list("place", flat=True)
    )


def test_a_slot_is_never_given_more_often_than_it_has_places() -> None:
    office = make_office()
    people = [builders.person(office.desk.organisation, who) for who in PEOPLE]
    assert at_once(*(booking_of(office, person) for person in people)) == ["", "", *["taken"] * 4]
    assert places() == [0, 1]


def test_the_database_has_the_last_word_where_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the venue's lock they may find the same place free: one constraint still gives no place to two."""
    office = make_office()
    people = [builders.person(office.desk.organisation, who) for who in PEOPLE]
    monkeypatch.setattr(
        booking, "lock_venue", lambda venue: Venue.objects.select_related("organisation__served_by").get(pk=venue.pk)
    )
    became = at_once(*(booking_of(office, person) for person in people))
    # How many places there are is asked before one is taken: that this stays true is for the lock to see to, above.
    assert set(became) == {"", "taken"}
    assert places() == list(range(became.count("")))


def test_one_person_can_be_in_one_place_only_and_has_so_many_open_at_most() -> None:
    """Two venues are two locks; the person is a third one."""
    office = make_office()
    second = make_second(office)
    both = [booking_of(office, office.amelie), booking_of(office, office.amelie, venue=second)]
    assert at_once(*both) == ["", "has_one"]
    more = [
        booking_of(office, office.amelie, venue=venue, minutes=minutes)
        for venue in (office.venue, second)
        for minutes in (30, 90, 240)
    ]
    assert at_once(*more).count("") == booking.OPEN_EACH - 1
    assert Appointment.objects.own_of(office.amelie).to_come().count() == booking.OPEN_EACH


def test_moved_given_back_and_missed_at_once_it_ends_in_one_way() -> None:
    office = make_office()
    ticket = builders.ticket(office.amelie, now=NOW)
    appointment = booking.book(
        venue=office.venue, reason=office.accounts, person=office.amelie, starts_at=TEN, actor=office.amelie, now=NOW,
        ticket=ticket,
    )  # fmt: skip
    late = TEN + timedelta(hours=1)
    became = at_once(
        partial(booking.cancel, appointment, actor=office.amelie, now=late),
        partial(booking.cancel, appointment, actor=office.nadia, now=late),
        partial(booking.mark_no_shows, now=late),
        partial(booking.mark_no_shows, now=late),
    )
    assert set(became) <= {"", "wrong_state"}
    appointment.refresh_from_db()
    assert appointment.state in {"cancelled", "no_show"}
    assert appointment.sequence == (appointment.state == "cancelled")


def make_second(office: Office) -> Venue:
    """The same house's other venue, with its own people."""
    other = make_office(slug="atelier", board_key="autre", organisation=office.desk.organisation)
    for agent in (other.nadia, other.karim):
        agent.roles.update(organisation=office.desk.organisation)
    return other.venue
