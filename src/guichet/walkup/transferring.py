"""Sending somebody on: to another reason, another agent, another venue. They keep the moment they count from."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Refused
from guichet.people.models import Person
from guichet.tickets import actions as tickets
from guichet.tickets.actions.change import together
from guichet.walkup import numbers, policies, seats
from guichet.walkup.days import day_of
from guichet.walkup.locking import lock_venue, moving
from guichet.walkup.models import Outcome, Reason, Sitting, Standing, Venue, Visit, VisitState
from guichet.walkup.queries import PRESENT
from guichet.walkup.reasons import Tree, tree_of
from guichet.walkup.telling import need_words, noted, show, told


def transfer(
    visit: Visit,
    *,
    actor: Person,
    now: datetime,
    reason: Reason | None = None,
    venue: Venue | None = None,
    agent: Person | None = None,
    note: str = "",
) -> Visit:
    """Send somebody on. To another venue it is a new visit there, on the same ticket: the one returned."""
    note = need_words(note, field="note")
    elsewhere = venue if venue is not None and venue.pk != visit.venue_id else None
    if reason is None and agent is None and elsewhere is None:
        raise Refused(_("Choose where they are sent."), code="required", field="reason")
    if elsewhere is not None and reason is None:
        raise Refused(_("Choose what they come for there."), code="required", field="reason")
    if elsewhere is not None and agent is not None:
        raise Refused(
            _("Choose an agent who sits here, or another walk-up point: not both."), code="both", field="agent"
        )
    with together():
        # Both venues, always in the same order.
        for place in sorted({visit.venue, elsewhere or visit.venue}, key=lambda v: v.pk):
            lock_venue(place)
        with moving(visit, among=PRESENT) as locked:
            seats.need_receiver(actor, locked.venue)
            if elsewhere is not None and reason is not None:
                return _elsewhere(locked, venue=elsewhere, reason=reason, note=note, actor=actor, now=now)
            return _within(locked, reason=reason, agent=agent, note=note, actor=actor, now=now)


def _within(
    visit: Visit, *, reason: Reason | None, agent: Person | None, note: str, actor: Person, now: datetime
) -> Visit:
    tree = tree_of(visit.venue)
    if reason is not None:
        _need_reason(reason, venue=visit.venue, tree=tree)
    if (
        agent is not None
        and not Sitting.objects.filter(agent=agent, counter__venue=visit.venue, closed_at__isnull=True).exists()
    ):
        raise Refused(_("This person sits at no counter here at the moment."), code="not_seated", field="agent")
    seats.leave_free(visit, now=now)
    visit.reason = reason or visit.reason
    visit.standing = _standing(visit, tree=tree)
    visit.wanted, visit.state = agent, VisitState.WAITING
    visit.save(update_fields=["reason", "standing", "wanted", "state"])
    data = {"reason": visit.reason_id, **({"to": agent.pk} if agent else {})}
    with told(visit, verb="visit.transferred", actor=actor, now=now, **data) as step:
        noted(step, note, actor=actor)
    _ticket_follows(visit, tree=tree, agent=agent, actor=actor, now=now)
    show(visit.venue, visit)
    return visit


def _elsewhere(visit: Visit, *, venue: Venue, reason: Reason, note: str, actor: Person, now: datetime) -> Visit:
    there = lock_venue(venue)
    tree = tree_of(there)
    _need_reason(reason, venue=there, tree=tree)
    if not there.active or policies.desk_of(there) != policies.desk_of(visit.venue):
        raise Refused(_("Nobody can be sent to this walk-up point."), code="foreign", field="venue")
    seats.leave_free(visit, now=now)
    visit.state, visit.outcome, visit.ended_at = VisitState.ENDED, Outcome.TRANSFERRED, now
    visit.save(update_fields=["state", "outcome", "ended_at"])
    day = day_of(there, now=now)
    made = Visit(
        venue=there,
        ticket=visit.ticket,
        person=visit.person,
        language=visit.language,
        reason=reason,
        standing=Standing.URGENT if tree.urgent(reason) else Standing.WALK_IN,
        number=numbers.next_number(there, letter=tree.letter(reason), day=day),
        day=day,
        token=numbers.new_token(),
        arrived_at=now,
        counts_from=visit.counts_from if visit.counts_from < now else now,
    )
    made.save()
    data = {"to_venue_fr": there.name_fr, "to_venue_en": there.name_en, "to_visit": made.pk, "to_number": made.number}
    with told(visit, verb="visit.transferred", actor=actor, now=now, **data) as step:
        noted(step, note, actor=actor)
    made.ticket = visit.ticket
    _ticket_follows(made, tree=tree, agent=None, actor=actor, now=now)
    show(visit.venue, visit)
    show(there, made)
    return made


def _need_reason(reason: Reason, *, venue: Venue, tree: Tree) -> None:
    if reason.venue_id != venue.pk:
        raise Refused(_("This reason belongs to another venue."), code="foreign", field="reason")
    if not reason.active or not tree.is_leaf(reason):
        raise Refused(_("Choose one of the reasons offered."), code="unknown_choice", field="reason")


def _standing(visit: Visit, *, tree: Tree) -> str:
    """Urgent by what they come for now; an appointment stays one."""
    if tree.urgent(visit.reason):
        return Standing.URGENT
    return visit.standing if visit.standing == Standing.APPOINTMENT else Standing.WALK_IN


def _ticket_follows(visit: Visit, *, tree: Tree, agent: Person | None, actor: Person, now: datetime) -> None:
    """The ticket is about what they come for now, and with whom they are sent to, or in the team's list again."""
    if not visit.ticket.is_unsolved:
        return
    category = tree.category(visit.reason)
    ours = category is not None and category.organisation_id in {None, visit.ticket.desk_id}
    if category is not None and ours and category.pk != visit.ticket.category_id:
        visit.ticket = tickets.recategorise(visit.ticket, category=category, actor=actor, now=now)
    if agent is not None:
        visit.ticket = tickets.assign(visit.ticket, to=agent, actor=actor, now=now)
    elif visit.ticket.assignee_id is not None:
        visit.ticket = tickets.release(visit.ticket, actor=actor, now=now)
