"""Checking in: the visit and its ticket, saved together; who stands there; numbers; leaving again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guichet.activity.models import Event
from guichet.catalog.models import Category
from guichet.lib.errors import Refused
from guichet.people.badges import number_of
from guichet.people.models import Person
from guichet.tickets.models import Channel, State, Ticket, Urgency
from guichet.walkup import counter as verbs
from guichet.walkup.checking_in import check_in, leave
from guichet.walkup.models import Appointment, Booking, Device, EstimateRecord, Outcome, Reason, Visit, VisitState
from guichet.walkup.who import Who, find_person
from tests import builders, cast
from tests.walkup.stage import NOW, Place, comes, later, place, seated

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Place:
    return place()


def test_a_visit_comes_with_its_ticket(here: Place) -> None:
    category = Category.objects.create(organisation=here.desk.organisation, name_fr="Accès")
    Reason.objects.filter(name_fr="Comptes").update(category=category)
    visit = comes(here, who=Who(person=here.amelie), words="Omnivox me refuse.")
    assert (visit.number, visit.state, visit.arrived_at) == ("A 1", VisitState.WAITING, NOW)
    ticket = Ticket.objects.get(pk=visit.ticket_id)
    assert (ticket.channel, ticket.category, ticket.requester) == (Channel.KIOSK, category, here.amelie)
    assert (ticket.description, ticket.urgency) == ("Omnivox me refuse.", Urgency.HAMPERED)
    assert ticket.title == "Accueil TI\u00a0: Comptes › Mot de passe"
    told = Event.objects.filter(subject_id=ticket.pk).order_by("number")
    assert [e.verb for e in told] == ["ticket.opened", "visit.checked_in", "visit.ticket_opened"]
    data = told[1].data
    assert (data["visit"], data["venue"], data["number"], data["how"]) == (visit.pk, here.venue.pk, "A 1", "known")


def test_the_wait_that_was_told_is_kept_and_compared(here: Place) -> None:
    seated(here)
    comes(here)
    visit = comes(here, at=later(1))
    record = EstimateRecord.objects.get(visit=visit)
    assert 0 <= record.low90 <= record.low80 <= record.median <= record.high80 <= record.high90
    assert record.waited is None
    verbs.call(visit, here.counters[0], actor=here.nadia, now=later(9))
    record.refresh_from_db()
    assert record.waited == 8


def test_numbers_count_by_letter_and_day(here: Place) -> None:
    assert [comes(here, why=why).number for why in ("password", "laptop", "password", "outage")] == [
        "A 1", "B 1", "A 2", "C 1",
    ]  # fmt: skip
    tomorrow = NOW + timedelta(days=1)
    assert comes(here, at=tomorrow).number == "A 1"
    # What is put away keeps its letter.
    Reason.objects.filter(name_fr="Comptes").update(active=False)
    assert comes(here, why="laptop").number == "B 2"


def test_a_kiosks_own_number_is_kept_unless_it_was_given_out(here: Place) -> None:
    assert comes(here, number="K3-7").number == "K3-7"
    assert comes(here, number="K3-7").number == "A 1"
    assert comes(here, number="K3-7000000").number == "A 2"


def test_handed_over_twice_it_is_one_visit(here: Place) -> None:
    device = Device.objects.create(venue=here.venue, name="Borne", created_by=here.helene, created_at=NOW)
    first = comes(here, device=device, client_key="b1")
    assert comes(here, device=device, client_key="b1", at=later(30)) == first
    # Enrolled anew, the machine hands over the same.
    other = Device.objects.create(venue=here.venue, name="Borne 2", created_by=here.helene, created_at=NOW)
    assert comes(here, device=other, client_key="b1", at=later(31)) == first
    assert Visit.objects.count() == Ticket.objects.count() == 1
    assert comes(here, device=device, client_key="b2") != first


def test_a_time_that_a_kiosk_gives_is_believed_for_a_day(here: Place) -> None:
    assert comes(here, arrived_at=later(-90)).arrived_at == later(-90)
    assert comes(here, arrived_at=later(90)).arrived_at == NOW
    assert comes(here, arrived_at=NOW - timedelta(days=3)).arrived_at == NOW - timedelta(hours=24)


class TestWho:
    def test_without_a_name_one_record_stands_for_all(self, here: Place) -> None:
        first, second = comes(here), comes(here)
        assert first.person is None and first.ticket.requester == second.ticket.requester
        assert first.ticket.requester.name == "Sans nom, Accueil TI"
        assert Event.objects.filter(verb="visit.checked_in").first().data["how"] == "anonymous"

    def test_two_venues_of_one_name(self, here: Place) -> None:
        """Even where two such records came to be."""
        for _n in range(2):
            Person.objects.create(organisation=here.desk.organisation, name="Sans nom, Accueil TI")
        assert comes(here).ticket.requester == comes(place(here.desk, slug="annexe")).ticket.requester

    def test_an_address_finds_whom_the_desk_knows(self, here: Place) -> None:
        client = builders.client_of(here.desk)
        valerie = builders.person(client, cast.SOPHIE)
        visit = comes(here, who=Who(email=f" {valerie.email.upper()} "))
        assert (visit.person, visit.ticket.organisation) == (valerie, client)

    def test_an_address_of_another_desk_is_somebody_new_here(self, here: Place) -> None:
        foreign = builders.person(builders.desk().organisation)
        visit = comes(here, who=Who(email=foreign.email))
        assert visit.person not in {None, foreign}
        assert visit.person is not None and visit.person.organisation == here.desk.organisation

    def test_a_badge_with_an_address_on_it(self, here: Place) -> None:
        card = f"MECARD:N:Bouchard,Amélie;EMAIL:{here.amelie.email};;"
        for badge in (here.amelie.email, f"mailto:{here.amelie.email}", card):
            assert find_person(venue=here.venue, badge=badge) == here.amelie
        assert find_person(venue=here.venue, badge="0042-1137") is None
        assert comes(here, who=Who(badge="0042-1137")).person is None

    def test_a_badges_number(self, here: Place) -> None:
        client, elsewhere = builders.client_of(here.desk), builders.desk().organisation
        sophie = builders.person(client, cast.SOPHIE, badge="00421137")
        builders.person(elsewhere, badge="77001234")
        for said in ("00421137", " 0042-1137 ", "0042\u00a01137"):
            assert find_person(venue=here.venue, badge=said) == sophie
        visit = comes(here, who=Who(badge="0042-1137"))
        assert (visit.person, visit.ticket.requester, visit.ticket.organisation) == (sophie, sophie, client)
        # The whole of it, and of those this desk serves.
        for said in ("0042113", "004211370", "421137", "77001234", "", "-", "%", "0" * 400, "00421137\x00", "\ud800"):
            assert find_person(venue=here.venue, badge=said) == (sophie if said == "00421137\x00" else None), said
        assert find_person(venue=here.venue, email="00421137") is None

    def test_a_badges_number_goes_before_an_address_on_it(self, here: Place) -> None:
        card = f"CARTE-{here.amelie.email}"
        assert find_person(venue=here.venue, badge=card) is None
        assert find_person(venue=here.venue, badge=f"CARTE {here.amelie.email}") == here.amelie
        holder = builders.person(here.desk.organisation, cast.RACHEL, badge=number_of(card))
        assert find_person(venue=here.venue, badge=card) == holder
        assert find_person(venue=here.venue, badge=f"CARTE {here.amelie.email}") == holder
        # The venue's own people first, should a client's have the same.
        builders.person(builders.client_of(here.desk), cast.SOPHIE, badge=number_of(card))
        assert find_person(venue=here.venue, badge=card) == holder

    def test_a_badges_number_is_looked_up_in_its_index(self, here: Place) -> None:
        with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
            find_person(venue=here.venue, badge="0042-1137")
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("EXPLAIN " + next(q["sql"] for q in asked if "badge" in q["sql"]))
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "person_badge_in_organisation" in plan and "badge)::text = '00421137'" in plan, plan

    def test_a_name_alone_is_nobody_known(self, here: Place) -> None:
        visit = comes(here, who=Who(name=here.amelie.name))
        assert visit.person is not None and visit.person != here.amelie
        assert not hasattr(visit.person, "account")

    @pytest.mark.parametrize("wrong", ["pas une adresse", "a@b", "x" * 250 + "@essai.example"])
    def test_what_is_no_address_is_refused(self, here: Place, wrong: str) -> None:
        people = Person.objects.count()
        with pytest.raises(Refused, match=r"bad_email|too_long"):
            comes(here, who=Who(email=wrong))
        assert Person.objects.count() == people and not Visit.objects.exists()

    def test_a_venue_may_ask_for_a_name(self, here: Place) -> None:
        here.venue.anonymous = False
        here.venue.save()
        with pytest.raises(Refused, match="name_needed"):
            comes(here)
        # The desk lets in whom it likes.
        assert comes(here, actor=here.nadia).person is None


class TestWelcome:
    def test_only_last_choices_of_this_venue_that_are_in_use(self, here: Place) -> None:
        there = place(here.desk, slug="annexe")
        top = Reason.objects.get(name_fr="Comptes", venue=here.venue)
        Reason.objects.filter(pk=here.reasons["outage"].pk).update(active=False)
        here.reasons["outage"].refresh_from_db()
        for reason, code in ((there.reasons["laptop"], "foreign"), (top, "unknown_choice")):
            with pytest.raises(Refused, match=code):
                check_in(venue=here.venue, reason=reason, now=NOW, language="fr", who=Who())
        with pytest.raises(Refused, match="unknown_choice"):
            comes(here, why="outage")

    def test_closed_but_for_the_doors_that_open_before(self, here: Place) -> None:
        # 10:00 to 16:00 in Montréal; NOW is 10:00.
        here.venue.opening = [[[600, 960]]] * 7
        here.venue.save()
        assert comes(here, at=later(-29))
        with pytest.raises(Refused, match="closed"):
            comes(here, at=later(-31))
        with pytest.raises(Refused, match="closed"):
            comes(here, at=later(360))
        assert comes(here, at=later(400), arrived_at=later(350))
        assert comes(here, at=later(400), actor=here.nadia)
        here.venue.closed_on = ["2025-11-18"]
        here.venue.save()
        with pytest.raises(Refused, match="closed"):
            comes(here)

    def test_put_away_or_by_appointment_only(self, here: Place) -> None:
        here.venue.walk_ins = False
        here.venue.save()
        with pytest.raises(Refused, match="appointment_only"):
            comes(here)
        here.venue.active = False
        here.venue.save()
        with pytest.raises(Refused, match="inactive"):
            comes(here, actor=here.nadia)

    def test_nobody_but_the_desk_for_others(self, here: Place) -> None:
        with pytest.raises(Refused, match="not_desk"):
            comes(here, actor=here.amelie)


class TestAppointments:
    def booking(self, here: Place, **fields: object) -> Appointment:
        values = {
            "venue": here.venue, "reason": here.reasons["laptop"], "person": here.amelie, "starts_at": later(10),
            "minutes": 30, "place": 0, "uid": "u", "booked_by": here.amelie, "booked_at": NOW, "note": "Écran bleu",
        }  # fmt: skip
        return Appointment.objects.create(**{**values, **fields})

    def test_who_comes_with_one_is_who_has_it(self, here: Place) -> None:
        appointment = self.booking(here)
        visit = comes(here, why="laptop", appointment=appointment, who=Who(name="Quelqu’un d’autre"))
        assert (visit.person, visit.counts_from, visit.ticket.description) == (here.amelie, later(10), "Écran bleu")
        appointment.refresh_from_db()
        assert appointment.state == Booking.ARRIVED
        with pytest.raises(Refused, match="not_awaited"):
            comes(here, why="laptop", appointment=appointment)

    def test_who_was_given_up_may_come_after_all(self, here: Place) -> None:
        appointment = self.booking(here, state=Booking.NO_SHOW, ended_at=later(40))
        assert comes(here, why="laptop", at=later(50), appointment=appointment).standing == "walk_in"

    def test_not_at_another_venue(self, here: Place) -> None:
        there = place(here.desk, slug="annexe")
        with pytest.raises(Refused, match="foreign"):
            comes(there, why="laptop", appointment=self.booking(here))

    def test_a_ticket_that_is_solved_already_is_not_opened_again(self, here: Place) -> None:
        solved = builders.resolved(builders.ticket(here.amelie), actor=here.nadia)
        visit = comes(here, why="laptop", appointment=self.booking(here, ticket=solved))
        assert visit.ticket_id != solved.pk


class TestLeaving:
    def test_from_the_phone(self, here: Place) -> None:
        visit = comes(here, who=Who(person=here.amelie))
        leave(visit, now=later(4))
        gone = Visit.objects.select_related("ticket").get(pk=visit.pk)
        assert (gone.outcome, gone.ended_at, gone.ticket.state) == (Outcome.ABANDONED, later(4), State.CANCELLED)
        assert Event.objects.get(verb="visit.abandoned").actor == here.amelie

    def test_without_a_name_and_twice(self, here: Place) -> None:
        visit = comes(here)
        leave(visit, now=later(4))
        leave(Visit.objects.get(pk=visit.pk), now=later(5))
        assert Visit.objects.get().ended_at == later(4)

    def test_while_being_called(self, here: Place) -> None:
        seated(here)
        visit = comes(here)
        verbs.call_next(here.counters[0], actor=here.nadia, now=later(4))
        leave(Visit.objects.get(pk=visit.pk), now=later(5))
        comes(here, at=later(5))
        assert verbs.call_next(here.counters[0], actor=here.nadia, now=later(6)) is not None
