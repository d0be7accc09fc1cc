"""Deciding on a suggestion: accepted, it is done by the action that a person would take; dismissed, it is gone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from guichet.catalog.models import Category
from guichet.lib.errors import Conflict, Forbidden
from guichet.people.models import Person, Team
from guichet.routing import habits
from guichet.suggestions import policies
from guichet.suggestions.models import Field, Outcome, Suggestion
from guichet.suggestions.proposing import current
from guichet.tickets import actions
from guichet.tickets.models import HandOverReason, Ticket


def accept(
    suggestion: Suggestion, *, actor: Person, now: datetime, expect: int | None = None, source: str = ""
) -> Ticket:
    """Do what is suggested. Accepting what is accepted, or what somebody did meanwhile, changes nothing more."""
    with transaction.atomic():
        locked = _lock(suggestion, actor=actor)
        ticket = locked.ticket
        if locked.outcome == Outcome.DISMISSED:
            raise Conflict(_("Somebody dismissed this suggestion meanwhile."), code="dismissed")
        if locked.outcome == Outcome.ACCEPTED:
            return ticket
        if current(ticket, locked.field) != locked.value:
            ticket = _do(locked, actor=actor, now=now, expect=expect, source=source)
        _decide(locked, Outcome.ACCEPTED, actor=actor, now=now)
    return ticket


def dismiss(suggestion: Suggestion, *, actor: Person, now: datetime) -> Suggestion:
    """Say no: it isn't shown again. The ticket stays as it is, so nothing is told of it there."""
    with transaction.atomic():
        locked = _lock(suggestion, actor=actor)
        if locked.outcome == Outcome.ACCEPTED:
            raise Conflict(_("Somebody accepted this suggestion meanwhile."), code="accepted")
        if locked.outcome == Outcome.OPEN:
            _decide(locked, Outcome.DISMISSED, actor=actor, now=now)
    return locked


def _lock(suggestion: Suggestion, *, actor: Person) -> Suggestion:
    """The ticket first, as every action does; then the suggestion."""
    Ticket.objects.select_for_update().only("pk").get(pk=suggestion.ticket_id)
    locked = Suggestion.objects.select_for_update().get(pk=suggestion.pk)
    locked.ticket = Ticket.objects.select_related("desk", "organisation", "team__level", "level").get(
        pk=suggestion.ticket_id
    )
    if not policies.can_decide(actor, locked.ticket):
        raise Forbidden(_("Only the desk that treats this ticket may do this."), code="not_desk")
    return locked


def _decide(suggestion: Suggestion, outcome: Outcome, *, actor: Person, now: datetime) -> None:
    suggestion.outcome, suggestion.by, suggestion.decided_at = outcome, actor, now
    suggestion.save(update_fields=["outcome", "by", "decided_at"])


def _do(suggestion: Suggestion, *, actor: Person, now: datetime, expect: int | None, source: str) -> Ticket:
    ticket, value = suggestion.ticket, suggestion.value
    if suggestion.field == Field.CATEGORY:
        category = Category.objects.filter(pk=int(value), active=True).first()
        if category is None:
            raise _gone()
        return actions.recategorise(ticket, category=category, actor=actor, now=now, expect=expect, source=source)
    if suggestion.field == Field.KIND:
        return actions.recategorise(ticket, kind=value, actor=actor, now=now, expect=expect, source=source)
    if suggestion.field == Field.ASSET:
        return actions.recategorise(ticket, asset=value, actor=actor, now=now, expect=expect, source=source)
    if suggestion.field == Field.TEAM:
        team = Team.objects.select_related("level").filter(pk=int(value)).first()
        if team is None:
            raise _gone()
        return actions.hand_over(
            ticket, to_team=team, reason=usual_reason(team), actor=actor, now=now, expect=expect, source=source
        )
    impact, urgency = ticket.impact, ticket.urgency
    if suggestion.field == Field.IMPACT:
        impact = value
    else:
        urgency = value
    return actions.assess(ticket, impact=impact, urgency=urgency, actor=actor, now=now, expect=expect, source=source)


def usual_reason(team: Team) -> str:
    """For which tickets are mostly handed to that team, as the past knows it; else that it takes its skill."""
    version = habits.newest(team.organisation_id)
    reason = str(version.reasons.get(str(team.pk), "")) if version else ""
    return reason if reason in HandOverReason.values else str(HandOverReason.COMPETENCE)


def _gone() -> Conflict:
    return Conflict(_("What was suggested is no longer there to choose."), code="gone")
