"""Back to the team that handed it over, with the reason."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guichet.lib.errors import Refused, Stale
from guichet.tickets import actions
from guichet.tickets.level_time import returns
from guichet.tickets.models import HandOver, HandOverReason, ReturnReason, Ticket
from guichet.tickets.timeline import timeline
from tests import builders
from tests.builders import NOW
from tests.tickets.stage import Stage, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    return Stage()


def _handed(stage: Stage) -> Ticket:
    ticket = builders.ticket(stage.requester)
    return actions.hand_over(ticket, to_team=stage.desk.second, reason="competence", actor=stage.agent, now=later(1))


@pytest.mark.parametrize("reason", ReturnReason.values)
def test_it_goes_back_as_it_came(stage: Stage, reason: str) -> None:
    ticket = builders.ticket(stage.requester)
    team, level = ticket.team_id, ticket.level_id
    ticket = actions.hand_over(ticket, to_team=stage.desk.second, reason="rights", actor=stage.agent, now=later(1))
    back = actions.send_back(ticket, reason=reason, note="Quel poste ?", actor=stage.technician, now=later(5))
    assert (back.team_id, back.level_id, back.assignee_id, back.received_at) == (team, level, None, later(5))
    assert back.promise_due_at is not None
    made = HandOver.objects.filter(ticket=ticket).last()
    assert made is not None and (made.reason, made.note, made.by) == (reason, "Quel poste ?", stage.technician)
    assert returns(HandOver.objects.filter(ticket=ticket)) == [made]
    told = [str(entry.sentence) for entry in timeline(back, for_desk=True) if entry.kind == "fact"]
    assert any("a renvoyé le ticket de" in text and "Quel poste ?" in text for text in told)
    assert not any("renvoyé" in str(entry.sentence) for entry in timeline(back, for_desk=False))


def test_whatever_the_caller_holds(stage: Stage) -> None:
    """A ticket as it was read before the hand-over goes back as well."""
    ticket = builders.ticket(stage.requester)
    before = Ticket.objects.get(pk=ticket.pk)
    actions.hand_over(ticket, to_team=stage.desk.second, reason="rights", actor=stage.agent, now=later(1))
    assert actions.send_back(before, reason="solved", actor=stage.technician, now=later(2)).team == stage.desk.front


def test_what_is_missing_has_to_be_said(stage: Stage) -> None:
    ticket = _handed(stage)
    with pytest.raises(Refused) as refusal:
        actions.send_back(ticket, reason="incomplete", note="  ", actor=stage.technician, now=later(2))
    assert (refusal.value.code, refusal.value.field) == ("empty", "note")
    actions.send_back(ticket, reason="not_ours", actor=stage.technician, now=later(2))


def test_nobody_to_send_it_back_to(stage: Stage) -> None:
    fresh = builders.ticket(stage.requester)
    assert actions.sender_of(fresh) is None
    with pytest.raises(Refused) as refusal:
        actions.send_back(fresh, reason="not_ours", actor=stage.agent, now=later(2))
    assert refusal.value.code == "no_sender"
    # What was sent back isn't sent back again; management being told is no hand-over.
    ticket = _handed(stage)
    ticket = actions.escalate(ticket, note="Urgent", actor=stage.technician, now=later(2))
    ticket = actions.send_back(ticket, reason="solved", actor=stage.technician, now=later(3))
    assert actions.sender_of(ticket) is None


def test_reasons_are_not_exchanged(stage: Stage) -> None:
    ticket = _handed(stage)
    for reason in HandOverReason.values:
        with pytest.raises(Refused):
            actions.send_back(ticket, reason=reason, note="x", actor=stage.technician, now=later(2))
    for reason in ReturnReason.values:
        with pytest.raises(Refused):
            actions.hand_over(ticket, to_team=stage.desk.front, reason=reason, actor=stage.technician, now=later(2))
    assert HandOver.objects.filter(ticket=ticket).count() == 1


def test_only_what_one_saw(stage: Stage) -> None:
    ticket = _handed(stage)
    actions.note(ticket, body="Entre-temps", actor=stage.agent, now=later(2))
    with pytest.raises(Stale):
        actions.send_back(
            Ticket.objects.get(pk=ticket.pk), reason="solved", actor=stage.technician, now=NOW + timedelta(hours=1),
            expect=1,
        )  # fmt: skip
