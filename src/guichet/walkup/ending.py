"""How a visit ends: served, absent, gone, withdrawn or sent elsewhere; and what becomes of its ticket."""

from __future__ import annotations

from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Conflict, Refused
from guichet.lib.text import clean
from guichet.people.models import Person, Team
from guichet.tickets import actions as tickets
from guichet.tickets.actions.change import need_choice
from guichet.tickets.models import AttemptKind, AttemptResult, Channel, HandOverReason, Ticket
from guichet.walkup import seats
from guichet.walkup.calling import answered
from guichet.walkup.locking import moving
from guichet.walkup.models import Call, CallKind, Outcome, Visit, VisitState
from guichet.walkup.queries import AT_COUNTER, PRESENT
from guichet.walkup.telling import need_words, noted, show, told

_STILL_TO_BE_RECEIVED = (VisitState.WAITING, VisitState.HELD, VisitState.CALLED)


class Ending(TextChoices):
    """What becomes of the ticket of somebody who was served."""

    RESOLVED = "resolved", _("Solved")
    HANDED_OVER = "handed_over", _("Handed over to another team")
    WORKSHOP = "workshop", _("To the workshop")
    FIELD = "field", _("Somebody goes there")
    OPEN = "open", _("I go on with it")


def finish(
    visit: Visit,
    *,
    ending: str,
    actor: Person,
    now: datetime,
    solution: str = "",
    team: Team | None = None,
    reason: str = "",
    note: str = "",
) -> Visit:
    """The person goes. `solution` says what was done, for `resolved`; `team` and `reason` are those of a hand-over.

    Whoever was never said to be served was served since they were called.
    """
    need_choice(ending, among=Ending, field="ending")
    note = need_words(note, field="note")
    if ending == Ending.RESOLVED and not solution.strip() and not reason:
        raise Refused(_("Say what solved it."), code="required", field="solution")
    if ending in _TO_A_TEAM and team is None:
        raise Refused(_("Choose the team that goes on with it."), code="required", field="team")
    with moving(visit, among=AT_COUNTER) as locked:
        seats.need_receiver(actor, locked.venue)
        settled = not locked.ticket.is_unsolved
        if settled and ending in _TO_A_TEAM:
            raise Conflict(
                _("This ticket was solved or closed meanwhile: nothing is left to hand over."),
                code="settled",
                field="ending",
            )
        locked.served_at = locked.served_at or locked.called_at
        Call.objects.filter(visit=locked, kind=CallKind.CALL, left_at=None).update(served_at=locked.served_at)
        _end(locked, outcome=Outcome.SERVED, now=now)
        with told(locked, verb="visit.served", actor=actor, now=now, ending=ending) as step:
            answered(step)
            # Of a ticket that was solved meanwhile, what was done here is kept beside that solution.
            words = [clean(solution).strip() if settled else "", note if ending not in _TO_A_TEAM else ""]
            noted(step, "\n\n".join(filter(None, words)), actor=actor)
        if not settled:
            if ending == Ending.RESOLVED:
                _resolve(locked.ticket, solution=solution, reason=reason, actor=actor, now=now)
            elif ending in _TO_A_TEAM and team is not None:
                _pass_on(locked.ticket, ending=ending, team=team, reason=reason, note=note, actor=actor, now=now)
            elif locked.ticket.assignee_id != actor.pk:
                tickets.take(locked.ticket, actor=actor, now=now)
        show(locked.venue, locked)
    return locked


_TO_A_TEAM = {Ending.HANDED_OVER, Ending.WORKSHOP, Ending.FIELD}


def _resolve(ticket: Ticket, *, solution: str, reason: str, actor: Person, now: datetime) -> None:
    if not solution.strip():
        tickets.resolve(ticket, unsolved_reason=reason, actor=actor, now=now)
        return
    with override(ticket.organisation.language):
        test = gettext("Tried at the counter, with the person")
    done = tickets.attempt(
        ticket,
        kind=AttemptKind.FIX,
        text=solution,
        test=test,
        result=AttemptResult.WORKED,
        actor=actor,
        now=now,
    )
    tickets.resolve(ticket, solution=done, actor=actor, now=now)


# The reason of a hand-over where nobody gave another.
_REASONS = {
    Ending.HANDED_OVER: HandOverReason.COMPETENCE,
    Ending.WORKSHOP: HandOverReason.COMPETENCE,
    Ending.FIELD: HandOverReason.PRESENCE,
}


def _pass_on(ticket: Ticket, *, ending: str, team: Team, reason: str, note: str, actor: Person, now: datetime) -> None:
    """To the team chosen; a machine for the workshop and work on the spot bear a tag that says so."""
    with override(ticket.organisation.language):
        tag = {Ending.WORKSHOP: gettext("workshop"), Ending.FIELD: gettext("field visit")}.get(Ending(ending), "")
    if tag:
        names = [*ticket.tags.values_list("name", flat=True), tag]
        ticket = tickets.set_tags(ticket, names=names, actor=actor, now=now)
    if team.pk == ticket.team_id and tag:
        # Their own workshop: it goes back to the team's list, for whoever has the time.
        ticket = tickets.release(ticket, actor=actor, now=now)
        if note:
            tickets.note(ticket, body=note, actor=actor, now=now)
        return
    tickets.hand_over(ticket, to_team=team, reason=reason or _REASONS[Ending(ending)], note=note, actor=actor, now=now)


def no_show(visit: Visit, *, actor: Person, now: datetime) -> Visit:
    """Called, and didn't come."""
    with moving(visit, among=(VisitState.CALLED,)) as locked:
        seats.need_receiver(actor, locked.venue)
        _end(locked, outcome=Outcome.NO_SHOW, now=now)
        with told(locked, verb="visit.no_show", actor=actor, now=now):
            pass
        with override(locked.language):
            why = gettext("You were called at the walk-up point and didn’t come. Check in again, or answer here.")
        _withdraw(locked, why=why, actor=actor, now=now)
        show(locked.venue, locked)
    return locked


def abandon(visit: Visit, *, actor: Person | None, now: datetime) -> Visit:
    """The person has gone: they said so on their phone (actor None), or the desk saw it.

    Whoever is being received goes when the agent has finished: the phone ends no service.
    """
    with moving(visit, among=PRESENT if actor is not None else _STILL_TO_BE_RECEIVED) as locked:
        if actor is not None:
            seats.need_receiver(actor, locked.venue)
        by = actor or locked.ticket.requester
        _end(locked, outcome=Outcome.ABANDONED, now=now)
        with told(locked, verb="visit.abandoned", actor=by, now=now, by_desk=actor is not None):
            pass
        with override(locked.language):
            why = gettext("You left the queue of the walk-up point. If you still need help, answer here.")
        _withdraw(locked, why=why, actor=by, now=now)
        show(locked.venue, locked)
    return locked


def cancel(visit: Visit, *, actor: Person, now: datetime, why: str) -> Visit:
    """The desk takes somebody out of the queue, and says why: to them, on the ticket."""
    why = need_words(why, field="why")
    if not why:
        raise Refused(_("Say why, for the person who waits."), code="required", field="why")
    with moving(visit, among=PRESENT) as locked:
        seats.need_receiver(actor, locked.venue)
        _end(locked, outcome=Outcome.CANCELLED, now=now)
        with told(locked, verb="visit.cancelled", actor=actor, now=now):
            pass
        _withdraw(locked, why=why, actor=actor, now=now)
        show(locked.venue, locked)
    return locked


def _end(visit: Visit, *, outcome: str, now: datetime) -> None:
    seats.leave_free(visit, now=now)
    visit.state, visit.outcome, visit.ended_at = VisitState.ENDED, outcome, now
    visit.save(update_fields=["state", "outcome", "ended_at", "served_at"])


def _withdraw(visit: Visit, *, why: str, actor: Person, now: datetime) -> None:
    """Nobody works on what nobody waits for: the ticket that this check-in opened ends with a visit never received."""
    if visit.ticket.channel == Channel.KIOSK and visit.ticket.is_unsolved and _is_all_there_is(visit):
        tickets.cancel(visit.ticket, reason=why, actor=actor, now=now)


def _is_all_there_is(visit: Visit) -> bool:
    """Whether the ticket is about nothing but this wait: opened by it, and nobody has worked with the person yet."""
    if visit.appointment is not None and visit.appointment.ticket_id == visit.ticket_id:
        return False
    earlier = Visit.objects.filter(ticket=visit.ticket_id, pk__lt=visit.pk)
    return not earlier.exists() and not visit.calls.filter(served_at__isnull=False).exists()
