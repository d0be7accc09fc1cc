"""Escalation: functional (other hands take the work, with a reason) and hierarchical (management is told)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from guichet.activity.record import record
from guichet.lib.errors import Refused
from guichet.lib.text import clean
from guichet.people.models import Level, Person, Team
from guichet.tickets import policies
from guichet.tickets.actions.change import begin_treatment, change, need_choice, need_desk, set_promise
from guichet.tickets.models import HandOver, HandOverReason, PromiseKind, ReturnReason, Ticket


def hand_over(
    ticket: Ticket,
    *,
    to_team: Team,
    reason: str,
    actor: Person | None,
    now: datetime,
    note: str = "",
    to_level: Level | None = None,
    to_person: Person | None = None,
    expect: int | None = None,
    source: str = "",
) -> Ticket:
    """Give the ticket to another team, and with it to that team's level unless `to_level` says otherwise.

    A first answer that was promised stays promised at its time: handing over is no way to gain time.
    """
    need_choice(reason, among=HandOverReason, field="reason")
    return _hand_over(
        ticket, to_team=to_team, to_level=to_level, to_person=to_person, reason=reason, note=note, actor=actor, now=now,
        expect=expect, source=source,
    )  # fmt: skip


def send_back(
    ticket: Ticket,
    *,
    reason: str,
    actor: Person | None,
    now: datetime,
    note: str = "",
    expect: int | None = None,
    source: str = "",
) -> Ticket:
    """Back to the team and level that handed it over, with the reason; what is missing has to be said."""
    need_choice(reason, among=ReturnReason, field="reason")
    if reason == ReturnReason.INCOMPLETE and not clean(note).strip():
        raise Refused(_("Say what is missing."), code="empty", field="note")
    with transaction.atomic():
        # Whoever else hands it over meanwhile waits: it goes back to who is its sender now.
        Ticket.objects.select_for_update().only("pk").get(pk=ticket.pk)
        sender = sender_of(ticket)
        if sender is None:
            raise Refused(_("No team handed this ticket over to yours."), code="no_sender", field="reason")
        return _hand_over(
            ticket, to_team=sender.from_team, to_level=sender.from_level, to_person=None, reason=reason, note=note,
            actor=actor, now=now, expect=expect, source=source,
        )  # fmt: skip


def sender_of(ticket: Ticket) -> HandOver | None:
    """The hand-over by which the ticket came to its team; None where none did, or where it was itself sent back:
    then one agrees, instead of playing ball."""
    moves = ticket.hand_overs.filter(hierarchical=False).select_related("from_team__level", "from_level")
    last = moves.annotate(now_with=F("ticket__team")).order_by("-at", "-pk").first()
    if last is None or last.reason in ReturnReason.values:
        return None
    return last if last.to_team_id == last.now_with != last.from_team_id else None


def _hand_over(
    ticket: Ticket,
    *,
    to_team: Team,
    to_level: Level | None,
    to_person: Person | None,
    reason: str,
    note: str,
    actor: Person | None,
    now: datetime,
    expect: int | None,
    source: str,
) -> Ticket:
    note = clean(note).strip()[:500]
    with change(
        ticket,
        verb="hand_over",
        event="ticket.handed_over",
        actor=actor,
        now=now,
        expect=expect,
        source=source,
    ) as step:
        current = step.ticket
        need_desk(actor, current)
        level = to_level or to_team.level
        if to_team.organisation_id != current.desk_id:
            raise Refused(_("This team doesn’t serve that organisation."), code="foreign", field="to_team")
        if level.scheme_id != to_team.level.scheme_id:
            raise Refused(_("This team doesn’t serve that organisation."), code="foreign", field="to_level")
        if (to_team.pk, level.pk) == (current.team_id, current.level_id):
            raise Refused(_("The ticket is already with this team."), code="same_team", field="to_team")
        made = HandOver.objects.create(
            ticket=current,
            reason=reason,
            note=note,
            from_level_id=current.level_id,
            to_level=level,
            from_team_id=current.team_id,
            to_team=to_team,
            by=actor,
            at=now,
        )
        step.data.update(
            hand_over=made.pk,
            reason=reason,
            from_team=current.team_id,
            to_team=to_team.pk,
            from_level=current.level_id,
            to_level=level.pk,
        )
        begin_treatment(step)
        current.team, current.level = to_team, level
        if to_person is not None and not policies.can_treat(to_person, current):
            raise Refused(_("This person doesn’t treat this desk’s tickets."), code="not_desk", field="to_person")
        current.assignee = to_person
        current.received_at = now
        taken_on_by = step.clocks.hand_over()
        if current.promise_kind == PromiseKind.FIRST_ANSWER:
            current.promise_owner = None
        else:
            set_promise(step, kind=PromiseKind.TAKE_ON, due_at=taken_on_by)
    return step.ticket


def escalate(
    ticket: Ticket,
    *,
    note: str,
    actor: Person | None,
    now: datetime,
    expect: int | None = None,
    source: str = "",
) -> Ticket:
    """Tell management. Level, team and promise stay as they are."""
    with change(
        ticket, verb="escalate", event="ticket.escalated", actor=actor, now=now, expect=expect, source=source
    ) as step:
        need_desk(actor, step.ticket)
        step.data["hand_over"] = _hierarchical(step.ticket, note=clean(note).strip()[:500], actor=actor, now=now).pk
    return step.ticket


def tell_management(ticket: Ticket, *, severity: str, now: datetime) -> None:
    """Inside another action: the response policy of this severity tells management at once."""
    made = _hierarchical(ticket, note="", actor=None, now=now)
    record(
        ticket,
        verb="ticket.escalated",
        actor=None,
        at=now,
        organisation_id=ticket.organisation_id,
        data={"hand_over": made.pk, "severity": severity},
    )


def _hierarchical(ticket: Ticket, *, note: str, actor: Person | None, now: datetime) -> HandOver:
    return HandOver.objects.create(
        ticket=ticket,
        hierarchical=True,
        note=note,
        from_level_id=ticket.level_id,
        to_level_id=ticket.level_id,
        from_team_id=ticket.team_id,
        to_team_id=ticket.team_id,
        by=actor,
        at=now,
    )
