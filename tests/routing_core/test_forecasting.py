"""What waits, read and placed; the forecasts of its promises; and what a desk learns from its own log."""

from datetime import datetime, timedelta

import pytest

from guichet.catalog.models import Category
from guichet.people.models import Person
from guichet.routing.chances import tell_chances
from guichet.routing.forecasting import foretell_all
from guichet.routing.learning import STEP, efforts_of, learn_all
from guichet.routing.models import Effort, Forecast
from guichet.routing.ordering import MINUTES
from guichet.routing.pending import Clocks, Placed, in_order, place_all, read
from guichet.tickets import actions
from guichet.tickets.models import Ticket
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> builders.Desk:
    return builders.desk()


@pytest.fixture
def nadia(desk: builders.Desk) -> Person:
    return builders.agent(desk)


@pytest.fixture
def amelie(desk: builders.Desk) -> Person:
    return builders.person(desk.organisation)


def placed(desk: builders.Desk, *, now: datetime) -> dict[int, Placed]:
    items = read(Ticket.objects.filter(desk=desk.organisation).order_by("pk"), limit=100)
    return {one.item.ticket: one for one in place_all(items, known=desk.organisation, now=now)}


def test_the_nearest_promise_is_a_first_answer_then_news(desk: builders.Desk, nadia: Person, amelie: Person) -> None:
    ticket = builders.ticket(amelie)
    (one,) = placed(desk, now=NOW).values()
    assert one.nearest is not None
    assert (one.nearest.measure, one.nearest.due_at) == ("first_response", ticket.promise_due_at)
    assert 0 < one.slack <= 240
    assert one.age == 0
    actions.reply(ticket, body="Nous cherchons.", actor=nadia, now=NOW)
    (later,) = placed(desk, now=NOW).values()
    assert later.nearest is not None
    assert later.nearest.measure != "first_response"


def test_a_closed_night_takes_nothing_from_what_counts_by_day(desk: builders.Desk, amelie: Person) -> None:
    """S3 counts opening hours: from the evening to the morning nothing passes."""
    builders.ticket(amelie)
    evening = NOW.replace(hour=23)
    (one,) = placed(desk, now=evening).values()
    (same,) = placed(desk, now=evening + timedelta(hours=8)).values()
    assert one.slack == same.slack
    assert one.age == same.age


def test_what_is_over_is_below_nothing_also_at_night(desk: builders.Desk, amelie: Person) -> None:
    ticket = builders.ticket(amelie)
    assert ticket.promise_due_at is not None
    (one,) = placed(desk, now=ticket.promise_due_at + timedelta(seconds=1)).values()
    assert one.slack < 0


def test_a_promise_in_somebodys_own_words_counts(desk: builders.Desk, nadia: Person, amelie: Person) -> None:
    ticket = builders.ticket(amelie)
    actions.take(ticket, actor=nadia, now=NOW)
    soon = NOW + timedelta(minutes=20)
    actions.promise(ticket, text="Je vous rappelle", due_at=soon, actor=nadia, now=NOW)
    one = placed(desk, now=NOW)[ticket.pk]
    assert one.nearest is not None
    assert (one.nearest.measure, one.nearest.due_at) == ("custom", soon)
    assert one.slack == pytest.approx(20)


def test_a_forecast_follows_what_waits(desk: builders.Desk, nadia: Person, amelie: Person) -> None:
    ticket = builders.ticket(amelie)
    assert foretell_all(now=NOW) == 1
    told = Forecast.objects.get(ticket=ticket)
    assert (told.measure, told.due_at) == ("first_response", ticket.promise_due_at)
    assert 0 <= told.chance < 0.3
    # Nothing happened, and the clock hardly went on: no row is written anew.
    assert foretell_all(now=NOW + timedelta(seconds=30)) == 0
    actions.hold(ticket, reason="requester", wake_at=NOW + timedelta(days=1), actor=nadia, now=NOW)
    foretell_all(now=NOW)
    assert not Forecast.objects.exists()


def test_the_less_time_and_the_more_work_the_greater_the_chance(
    desk: builders.Desk, nadia: Person, amelie: Person
) -> None:
    ticket = builders.ticket(amelie)
    chances = []
    for minutes in (0, 180, 232, 241):
        foretell_all(now=NOW + timedelta(minutes=minutes))
        chances.append(Forecast.objects.get(ticket=ticket).chance)
    assert chances == sorted(chances)
    assert chances[0] < 0.2
    assert chances[-1] == 1
    for minute in range(25):
        last = builders.ticket(amelie, now=NOW + timedelta(minutes=minute))
    foretell_all(now=NOW + timedelta(minutes=25))
    crowded = {f.ticket_id: f.chance for f in Forecast.objects.all()}
    assert crowded[last.pk] > 0.5 > crowded[ticket.pk]


def test_what_was_told_of_stays_known_when_the_chance_changes(desk: builders.Desk, amelie: Person) -> None:
    ticket = builders.ticket(amelie)
    foretell_all(now=NOW)
    Forecast.objects.update(told_of=ticket.promise_due_at)
    foretell_all(now=NOW + timedelta(hours=3, minutes=50))
    told = Forecast.objects.get()
    assert told.told_of == ticket.promise_due_at
    assert told.made_at == NOW + timedelta(hours=3, minutes=50)


def test_one_desks_forecasts_say_nothing_of_anothers(desk: builders.Desk, amelie: Person) -> None:
    other = builders.desk()
    builders.ticket(builders.person(other.organisation))
    builders.ticket(amelie)
    assert foretell_all(now=NOW) == 2
    Ticket.objects.filter(desk=other.organisation).update(state="on_hold")
    assert foretell_all(now=NOW) == 1
    assert Forecast.objects.get().ticket.desk_id == desk.organisation.pk


def test_the_chance_shown_is_that_of_the_promise_shown(desk: builders.Desk, amelie: Person) -> None:
    ticket = builders.ticket(amelie)
    foretell_all(now=NOW)
    tell_chances([ticket])
    assert ticket.__dict__["risk"] is not None
    Forecast.objects.update(due_at=NOW)
    tell_chances([ticket])
    assert ticket.__dict__["risk"] is None


def test_the_order_is_the_same_however_they_are_read(desk: builders.Desk, amelie: Person) -> None:
    for n, urgency in enumerate(("none", "stopped", "blocked", "hampered", "stopped")):
        builders.ticket(amelie, urgency=urgency, now=NOW + timedelta(minutes=n))
    rows = list(placed(desk, now=NOW + timedelta(hours=1)).values())
    one = [p.item.ticket for p in in_order(rows)]
    assert [p.item.ticket for p in in_order(rows[::-1])] == one
    assert in_order([]) == []
    assert Clocks([desk.organisation]).usual(desk.organisation.pk) is not None


def test_a_desk_learns_how_long_handling_takes(desk: builders.Desk, nadia: Person, amelie: Person) -> None:
    """Ten steps a minute apart after one that came out of the blue: the first counts as a step's worth."""
    category = Category.objects.create(organisation=desk.organisation, name_fr="Imprimantes")
    at = NOW - timedelta(days=5)
    for day in range(12):
        begun = at - timedelta(days=day)
        ticket = builders.ticket(amelie, category=category, now=begun)
        for minute in range(10):
            actions.note(ticket, body=f"Pas {minute}", actor=nadia, now=begun + timedelta(minutes=minute))
        builders.resolved(ticket, actor=nadia, now=begun + timedelta(minutes=10))
    assert learn_all(now=NOW) == 2
    told = efforts_of([desk.organisation.pk])[desk.organisation.pk]
    spent = 10 + STEP.total_seconds() / 60
    assert told.pool.count == 12
    assert spent < told.minutes(category.pk) < 2 * spent
    assert told.minutes(None) == told.pool.minutes
    # Done twice it says the same; a desk without a past keeps the first guess.
    assert learn_all(now=NOW) == 2
    assert Effort.objects.count() == 2
    other = builders.desk().organisation.pk
    assert efforts_of([other])[other].minutes(category.pk) == MINUTES
