"""The verbs of the counter, one after the other: what each changes, and what it refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guichet.activity.models import Event
from guichet.activity.record import broken_links
from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.people.models import RoleKind
from guichet.tickets.actions import resolve
from guichet.tickets.models import Attempt, Channel, HandOver, Message, MessageKind, State, Ticket, Unsolved
from guichet.walkup import counter as verbs
from guichet.walkup import queue
from guichet.walkup.models import Appointment, Call, CallKind, Outcome, Sitting, Standing, Visit, VisitState
from guichet.walkup.who import Who
from tests import builders, cast
from tests.walkup.stage import NOW, Place, comes, later, place, seated

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Place:
    return seated(place())


def called(here: Place, *, minutes: float = 5) -> Visit:
    visit = verbs.call_next(here.counters[0], actor=here.nadia, now=later(minutes))
    assert visit is not None
    return visit


def fresh(visit: Visit) -> Visit:
    return Visit.objects.select_related("ticket", "venue").get(pk=visit.pk)


def story(visit: Visit) -> list[str]:
    events = Event.objects.filter(subject_type="ticket", subject_id=visit.ticket_id).order_by("number")
    assert broken_links(events) == []
    return [event.verb for event in events]


def booked(here: Place, *, at: float, why: str = "password") -> Appointment:
    return Appointment.objects.create(
        venue=here.venue, reason=here.reasons[why], person=here.amelie, starts_at=later(at), minutes=30, place=0,
        uid=f"u{at}", booked_by=here.amelie, booked_at=NOW,
    )  # fmt: skip


def test_the_whole_way(here: Place) -> None:
    comes(here, who=Who(person=here.amelie))
    visit = called(here)
    assert (visit.state, visit.counter, visit.agent) == (VisitState.CALLED, here.counters[0], here.nadia)
    assert (visit.ticket.assignee, visit.ticket.state) == (here.nadia, State.OPEN)
    verbs.recall(visit, actor=here.nadia, now=later(6))
    verbs.begin(visit, actor=here.nadia, now=later(7))
    done = verbs.finish(visit, ending="resolved", solution="Mot de passe changé.", actor=here.nadia, now=later(12))
    assert (done.state, done.outcome, done.served_at, done.ended_at) == ("ended", "served", later(7), later(12))
    ticket = fresh(visit).ticket
    assert (ticket.state, ticket.channel, ticket.answered_at) == (State.RESOLVED, Channel.KIOSK, later(7))
    assert ticket.solution is not None and ticket.solution.text == "Mot de passe changé."
    assert story(visit) == [
        "ticket.opened", "visit.checked_in", "visit.ticket_opened", "visit.called", "ticket.taken", "visit.recalled",
        "visit.serving", "visit.served", "ticket.attempted", "ticket.resolved",
    ]  # fmt: skip
    assert list(Call.objects.filter(visit=visit).values_list("kind", flat=True)) == [CallKind.CALL, CallKind.RECALL]
    sitting = Sitting.objects.get(counter=here.counters[0])
    assert sitting.idle_since == later(12)


def test_the_order_is_the_dispatchers(here: Place) -> None:
    """Urgent before appointment before walk-in, by their head starts; and who knows what is needed."""
    laptop = comes(here, why="laptop", at=later(0))
    walk_in = comes(here, at=later(1))
    slot = comes(here, at=later(2), appointment=booked(here, at=5))
    urgent = comes(here, why="outage", at=later(3))
    assert queue.waiting(here.venue, now=later(5)) == [urgent, slot, laptop, walk_in]
    assert [slot.standing, urgent.standing] == [Standing.APPOINTMENT, Standing.URGENT]
    second = here.counters[1]
    order = []
    for minutes in (5, 6, 7):
        visit = verbs.call_next(second, actor=here.felix, now=later(minutes))
        assert visit is not None
        order.append(visit)
        verbs.finish(visit, ending="open", actor=here.felix, now=later(minutes + 0.5))
    # Félix knows nothing of equipment.
    assert order == [urgent, slot, walk_in]
    assert verbs.call_next(second, actor=here.felix, now=later(9)) is None
    assert called(here, minutes=9) == laptop


def test_an_appointment_is_not_called_before_its_time_nor_kept_for_who_is_late(here: Place) -> None:
    early = comes(here, appointment=booked(here, at=20))
    assert verbs.call_next(here.counters[0], actor=here.nadia, now=later(14)) is None
    assert called(here, minutes=15) == early
    verbs.no_show(early, actor=here.nadia, now=later(18))
    late = comes(here, at=later(40), appointment=booked(here, at=24))
    assert (late.standing, late.counts_from) == (Standing.WALK_IN, later(40))


def test_somebody_is_called_out_of_turn_and_the_story_says_so(here: Place) -> None:
    comes(here)
    comes(here, at=later(1))
    third = comes(here, at=later(2))
    verbs.call(third, here.counters[0], actor=here.nadia, now=later(3))
    event = Event.objects.get(verb="visit.called")
    assert event.data["overtook"] == 2
    assert fresh(third).state == VisitState.CALLED


def test_one_agent_at_two_counters(here: Place) -> None:
    verbs.rise(here.counters[1], actor=here.felix, now=later(1))
    verbs.sit(here.counters[1], actor=here.nadia, now=later(1))
    comes(here)
    comes(here, at=later(1))
    first = called(here)
    second = verbs.call_next(here.counters[1], actor=here.nadia, now=later(6))
    assert second is not None and second != first
    with pytest.raises(Conflict, match="occupied"):
        verbs.call_next(here.counters[0], actor=here.nadia, now=later(7))


def test_sitting_down_and_leaving(here: Place) -> None:
    first, second = here.counters
    assert verbs.sit(first, actor=here.nadia, now=later(1)).opened_at == NOW
    with pytest.raises(Conflict, match="taken"):
        verbs.sit(second, actor=here.nadia, now=later(1))
    with pytest.raises(Forbidden):
        verbs.sit(first, actor=here.amelie, now=later(1))
    comes(here)
    visit = called(here)
    with pytest.raises(Conflict, match="occupied"):
        verbs.rise(first, actor=here.nadia, now=later(6))
    verbs.finish(visit, ending="open", actor=here.nadia, now=later(8))
    # A colleague frees what was forgotten; to leave twice changes nothing.
    verbs.rise(first, actor=here.felix, now=later(9))
    verbs.rise(first, actor=here.felix, now=later(10))
    assert Sitting.objects.get(agent=here.nadia).closed_at == later(9)
    with pytest.raises(Conflict, match="not_seated"):
        verbs.call_next(first, actor=here.nadia, now=later(11))


def test_two_venues_are_not_served_at_once(here: Place) -> None:
    other = place(here.desk, slug="annexe")
    with pytest.raises(Conflict, match="elsewhere"):
        verbs.sit(other.counters[0], actor=here.nadia, now=later(1))


def test_breaks(here: Place) -> None:
    first = here.counters[0]
    verbs.pause(first, minutes=15, actor=here.nadia, now=later(1))
    sitting = Sitting.objects.get(counter=first)
    assert (sitting.paused_at, sitting.paused_until, sitting.idle_since) == (later(1), later(16), None)
    verbs.resume(first, actor=here.nadia, now=later(9))
    sitting.refresh_from_db()
    assert (sitting.paused_at, sitting.paused_until, sitting.idle_since) == (None, None, later(9))
    for minutes in (0, 241):
        with pytest.raises(Refused, match="range"):
            verbs.pause(first, minutes=minutes, actor=here.nadia, now=later(10))
    # Whoever asks for the next person is back.
    verbs.pause(first, minutes=15, actor=here.nadia, now=later(10))
    comes(here, at=later(10))
    visit = called(here, minutes=11)
    sitting.refresh_from_db()
    assert sitting.paused_at is None and sitting.idle_since is None
    with pytest.raises(Conflict, match="occupied"):
        verbs.pause(first, minutes=15, actor=here.nadia, now=later(12))
    verbs.finish(visit, ending="open", actor=here.nadia, now=later(13))


def test_set_aside_and_back_at_the_same_place(here: Place) -> None:
    first = comes(here)
    comes(here, at=later(1))
    visit = called(here)
    assert visit == first
    verbs.hold(visit, why="Va chercher sa carte.", actor=here.nadia, now=later(6))
    note = Message.objects.get(ticket=visit.ticket)
    assert (note.kind, note.body) == (MessageKind.NOTE, "Va chercher sa carte.")
    assert Sitting.objects.get(counter=here.counters[0]).idle_since == later(6)
    assert called(here, minutes=7) != first
    verbs.release(first, actor=here.nadia, now=later(8))
    assert fresh(first).counts_from == NOW
    again = verbs.call_next(here.counters[1], actor=here.felix, now=later(9))
    assert again == first and fresh(first).called_at == later(9)


def test_nobody_came(here: Place) -> None:
    comes(here, who=Who(person=here.amelie))
    visit = called(here)
    gone = verbs.no_show(visit, actor=here.nadia, now=later(9))
    assert gone.outcome == Outcome.NO_SHOW
    assert fresh(visit).ticket.state == State.CANCELLED
    assert Sitting.objects.get(counter=here.counters[0]).idle_since == later(9)


def test_a_ticket_that_was_there_before_outlives_the_visit(here: Place) -> None:
    ticket = builders.ticket(here.amelie)
    appointment = booked(here, at=5)
    Appointment.objects.filter(pk=appointment.pk).update(ticket=ticket)
    visit = comes(here, appointment=Appointment.objects.select_related("ticket", "person").get(pk=appointment.pk))
    assert visit.ticket_id == ticket.pk
    assert "visit.ticket_opened" not in story(visit)
    called(here)
    verbs.no_show(visit, actor=here.nadia, now=later(9))
    assert fresh(visit).ticket.is_unsolved


def test_the_desk_takes_somebody_out_and_says_why(here: Place) -> None:
    visit = comes(here, who=Who(person=here.amelie))
    with pytest.raises(Refused, match="required"):
        verbs.cancel(visit, why=" ", actor=here.nadia, now=later(1))
    verbs.cancel(visit, why="Le guichet ferme à cause d’un exercice d’évacuation.", actor=here.nadia, now=later(1))
    assert fresh(visit).outcome == Outcome.CANCELLED
    assert "exercice" in Message.objects.get(ticket=visit.ticket, kind=MessageKind.REPLY).body


@pytest.mark.parametrize(("ending", "tag"), [("workshop", "atelier"), ("field", "intervention sur place")])
def test_to_the_workshop_or_on_the_spot(here: Place, ending: str, tag: str) -> None:
    comes(here, why="laptop")
    visit = called(here)
    with pytest.raises(Refused, match="required"):
        verbs.finish(visit, ending=ending, actor=here.nadia, now=later(9))
    verbs.finish(visit, ending=ending, team=here.desk.second, note="Écran noir.", actor=here.nadia, now=later(9))
    ticket = fresh(visit).ticket
    assert list(ticket.tags.values_list("name", flat=True)) == [tag]
    assert ticket.team == here.desk.second and ticket.is_unsolved
    assert HandOver.objects.get(ticket=ticket).note == "Écran noir."


def test_the_workshop_may_be_ones_own_team(here: Place) -> None:
    comes(here, why="laptop")
    visit = called(here)
    verbs.finish(visit, ending="workshop", team=here.desk.front, note="Ventilateur.", actor=here.nadia, now=later(9))
    ticket = fresh(visit).ticket
    assert (ticket.team, ticket.assignee) == (here.desk.front, None)
    assert Message.objects.get(ticket=ticket).body == "Ventilateur."


def test_of_a_ticket_that_was_solved_meanwhile_every_word_is_kept(here: Place) -> None:
    comes(here)
    visit = called(here)
    resolve(visit.ticket, unsolved_reason=Unsolved.WITHDRAWN, actor=here.felix, now=later(7))
    with pytest.raises(Conflict, match="settled"):
        verbs.finish(visit, ending="workshop", team=here.desk.second, note="Écran.", actor=here.nadia, now=later(8))
    verbs.finish(
        visit, ending="resolved", solution="Câble changé.", note="Vieux câble.", actor=here.nadia, now=later(9)
    )
    assert fresh(visit).state == VisitState.ENDED
    assert Message.objects.get(ticket=visit.ticket, kind=MessageKind.NOTE).body == "Câble changé.\n\nVieux câble."


def test_handed_over_with_its_reason(here: Place) -> None:
    comes(here)
    visit = called(here)
    verbs.finish(visit, ending="handed_over", team=here.desk.second, reason="rights", actor=here.nadia, now=later(9))
    assert HandOver.objects.get(ticket=visit.ticket).reason == "rights"


def test_open_stays_with_the_agent_and_is_answered(here: Place) -> None:
    comes(here)
    visit = called(here)
    verbs.finish(visit, ending="open", note="Rappeler lundi.", actor=here.nadia, now=later(9))
    ticket = fresh(visit).ticket
    assert (ticket.assignee, ticket.state, ticket.answered_at) == (here.nadia, State.OPEN, later(9))
    # Nobody said when it began: it began with the call.
    assert fresh(visit).served_at == later(5)
    assert Message.objects.get(ticket=ticket).kind == MessageKind.NOTE


def test_solved_needs_its_solution(here: Place) -> None:
    comes(here)
    visit = called(here)
    for wrong in ("", "   "):
        with pytest.raises(Refused, match="required"):
            verbs.finish(visit, ending="resolved", solution=wrong, actor=here.nadia, now=later(9))
    with pytest.raises(Refused, match="unknown_choice"):
        verbs.finish(visit, ending="magic", actor=here.nadia, now=later(9))
    assert fresh(visit).state == VisitState.CALLED and not Attempt.objects.exists()
    verbs.finish(visit, ending="resolved", reason="withdrawn", actor=here.nadia, now=later(9))
    assert fresh(visit).ticket.unsolved_reason == Unsolved.WITHDRAWN


def test_a_refused_hand_over_ends_nothing(here: Place) -> None:
    comes(here)
    visit = called(here)
    with pytest.raises(Refused, match="same_team"):
        verbs.finish(visit, ending="handed_over", team=here.desk.front, reason="rights", actor=here.nadia, now=later(9))
    assert fresh(visit).state == VisitState.CALLED
    assert "visit.served" not in story(visit)


VERBS = {
    "recall": lambda v, here: verbs.recall(v, actor=here.nadia, now=later(30)),
    "begin": lambda v, here: verbs.begin(v, actor=here.nadia, now=later(30)),
    "hold": lambda v, here: verbs.hold(v, actor=here.nadia, now=later(30)),
    "release": lambda v, here: verbs.release(v, actor=here.nadia, now=later(30)),
    "no_show": lambda v, here: verbs.no_show(v, actor=here.nadia, now=later(30)),
    "abandon": lambda v, here: verbs.abandon(v, actor=here.nadia, now=later(30)),
    "cancel": lambda v, here: verbs.cancel(v, why="x", actor=here.nadia, now=later(30)),
    "finish": lambda v, here: verbs.finish(v, ending="open", actor=here.nadia, now=later(30)),
    "call": lambda v, here: verbs.call(v, here.counters[1], actor=here.felix, now=later(30)),
    "transfer": lambda v, here: verbs.transfer(v, reason=here.reasons["outage"], actor=here.nadia, now=later(30)),
}
ALLOWED = {
    "waiting": {"hold", "abandon", "cancel", "call", "transfer"},
    "held": {"release", "abandon", "cancel", "call", "transfer"},
    "called": {"recall", "begin", "hold", "no_show", "abandon", "cancel", "finish", "transfer"},
    "serving": {"hold", "abandon", "cancel", "finish", "transfer"},
    "ended": set(),
}


@pytest.mark.parametrize("state", ALLOWED)
@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_in_every_state(here: Place, state: str, verb: str) -> None:
    visit = comes(here)
    if state == "held":
        verbs.hold(visit, actor=here.nadia, now=later(1))
    if state in {"called", "serving", "ended"}:
        called(here)
    if state == "serving":
        verbs.begin(visit, actor=here.nadia, now=later(6))
    if state == "ended":
        verbs.finish(visit, ending="open", actor=here.nadia, now=later(6))
    before = Ticket.objects.get(pk=visit.ticket_id).version
    if verb in ALLOWED[state]:
        VERBS[verb](fresh(visit), here)
        story(visit)
    else:
        with pytest.raises(Conflict, match="wrong_state"):
            VERBS[verb](fresh(visit), here)
        assert Ticket.objects.get(pk=visit.ticket_id).version == before


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_else_does_any_of_it(here: Place, verb: str) -> None:
    """Neither whoever came, nor an agent of another desk, nor a provider's technician."""
    visit = comes(here, who=Who(person=here.amelie))
    if verb == "release":
        verbs.hold(visit, actor=here.nadia, now=later(1))
    elif verb not in ALLOWED["waiting"]:
        called(here)
    strangers = [here.amelie, builders.agent(builders.desk(), cast.RACHEL), builders.provider(here.desk)]
    for stranger in strangers:
        here.nadia = here.felix = stranger
        with pytest.raises(Forbidden):
            VERBS[verb](fresh(visit), here)
    assert RoleKind.PROVIDER in stranger.grants.roles[here.desk.organisation.pk]


def test_times_of_the_story_are_those_of_the_deeds(here: Place) -> None:
    comes(here)
    visit = called(here)
    at = Event.objects.get(subject_id=visit.ticket_id, verb="visit.called").at
    assert at == later(5) and at - NOW == timedelta(minutes=5)
