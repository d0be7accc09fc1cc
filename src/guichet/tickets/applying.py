"""What the policies and calendars of today would change for a ticket that is open, and how that is done to it.

Only what can still be kept is touched. What is over stays as it ended, what is broken stays broken, and what would be
broken by the change itself stays as it was promised.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from guichet.activity.record import record
from guichet.people.models import Organisation, Person
from guichet.sla import clock
from guichet.sla.models import FROM_OPENING, Measure
from guichet.sla.offers import Offer, offers_of
from guichet.tickets import clocks, commitments
from guichet.tickets.models import Commitment, How, PromiseKind, Ticket

# Why a promise stays although the policies of today say something else.
MET, BROKEN, OVER = "met", "broken", "over"
STAYS = (MET, BROKEN, OVER)
# The next step that a ticket shows → the clock whose end it names.
_NAMED_BY = {
    PromiseKind.FIRST_ANSWER.value: Measure.FIRST_RESPONSE.value,
    PromiseKind.SOLVE.value: Measure.NEXT_UPDATE.value,
    PromiseKind.TAKE_ON.value: Measure.LEVEL.value,
}


@dataclass(frozen=True)
class Change:
    """What becomes of one promise: `row` is replaced by `made`. Moments as if a wait that lasts ended now."""

    measure: str
    how: str
    was: datetime | None
    due: datetime | None
    row: Commitment | None
    made: Commitment | None

    @property
    def at(self) -> datetime:
        """The moment that counts."""
        at = self.due or self.was
        assert at is not None, "something was promised, or is"
        return at


@dataclass
class Weighed:
    """A ticket held against the policies of today: what would change, and how much stays, by why."""

    changes: list[Change] = field(default_factory=list)
    stays: Counter[str] = field(default_factory=Counter)


def mark_of(desk: Organisation) -> str:
    """The same as long as the desk's policies and calendars say the same."""
    offers = offers_of(desk)
    said = [(terms.conditions, sorted((s, sorted(own.items())) for s, own in terms.offers.items()))
            for terms in offers.terms]  # fmt: skip
    always = sorted((severity, sorted(own.items())) for severity, own in offers.always.items())
    return sha256(repr((said, always)).encode()).hexdigest()


def differs(ticket: Ticket, rows: Iterable[Commitment]) -> bool:
    """Whether the policies of today say anything else than what the ticket was promised; asks no log."""
    return any(_differing(ticket, rows))


def _differing(ticket: Ticket, rows: Iterable[Commitment]) -> Iterator[tuple[str, Commitment | None, Offer | None]]:
    """By measure, what was promised and what would be; of hand-overs and waits for providers those that last."""
    last = {row.measure: row for row in rows}
    offers = commitments.offers_for(ticket)
    for measure in Measure.values:
        row, offer = last.get(measure), offers.get(measure)
        begins_by_itself = measure in FROM_OPENING or (row is not None and row.stopped_at is None)
        if begins_by_itself and not _same(row, offer):
            yield measure, row, offer


def weigh(ticket: Ticket, rows: Iterable[Commitment], story: clocks.Story, *, now: datetime) -> Weighed:
    """`rows`: the ticket's current commitments, in the order they were made; `story`: what its log says."""
    found = Weighed()
    current = list(rows)
    for measure, row, offer in _differing(ticket, current):
        made = _made(ticket, offer, row, current, story, now=now) if offer else None
        if (row and row.stopped_at) or (made and made.stopped_at):
            found.stays[MET] += 1
        elif row and standing(row, now=now) < now:
            found.stays[BROKEN] += 1
        elif made and standing(made, now=now) <= now:
            found.stays[OVER] += 1
        else:
            found.changes.append(_change(measure, row, made, now=now))
    return found


def standing(row: Commitment, *, now: datetime) -> datetime:
    """When it is due; of a clock that stands still, if it went on now."""
    if row.paused_at is None:
        return row.due_at
    return clock.shifted(commitments.hours_by(row.calendar_version_id), due=row.due_at, start=row.paused_at, end=now)


def apply_to(
    ticket: Ticket, changes: Iterable[Change], *, application: int, by: Person, reason: str, now: datetime
) -> None:
    """Done to a ticket that the caller has locked: commitments with author and reason, and one event."""
    changes = list(changes)
    made = [change.made for change in changes if change.made]
    replaced = [change.row.pk for change in changes if change.row]
    for row in made:
        row.by, row.reason = by, reason[:240]
    data: dict[str, Any] = {"application": application, "changes": [_told(change) for change in changes]}
    due = _next_step(ticket, changes)
    if due is not None:
        ticket.promise_due_at = due
        data["promise"] = {"kind": ticket.promise_kind, "owner": ticket.promise_owner_id, "due_at": due}
    ticket.updated_at = now
    record(
        ticket,
        verb="ticket.terms_applied",
        actor=by,
        at=now,
        organisation_id=ticket.organisation_id,
        data=data,
        rows=lambda: [
            (_TICKET, [ticket.version, ticket.chain, now, ticket.promise_due_at, ticket.pk]),
            *([(_REPLACED, [now, replaced])] if replaced else []),
            *([commitments.inserting(made)] if made else []),
        ],
    )


_TICKET = "UPDATE tickets_ticket SET version = %s, chain = %s, updated_at = %s, promise_due_at = %s WHERE id = %s"
_REPLACED = "UPDATE tickets_commitment SET replaced_at = %s WHERE id = ANY(%s)"


def _same(row: Commitment | None, offer: Offer | None) -> bool:
    """Whether the promise counts and is told as the offer says."""
    if row is None or offer is None:
        return row is None and offer is None
    return (row.minutes, row.calendar_version_id, set(row.pauses), row.shown) == (
        offer.minutes, offer.version, set(offer.pauses), offer.shown,
    )  # fmt: skip


def _made(
    ticket: Ticket, offer: Offer, row: Commitment | None, current: list[Commitment], story: clocks.Story, *,
    now: datetime,
) -> Commitment:  # fmt: skip
    """The offer as a commitment with its clock as the log has it, counted from the same start."""
    start = row.started_at if row and row.measure not in FROM_OPENING else ticket.opened_at
    made = commitments.promised(ticket, offer, start=start, now=now)
    before = [r for r in current if r is not row and (r.measure, r.started_at) == (made.measure, start)]
    clocks.settle(made, clocks.course(made, story, turn=len(before)))
    return made


def _change(measure: str, row: Commitment | None, made: Commitment | None, *, now: datetime) -> Change:
    was = standing(row, now=now) if row else None
    due = standing(made, now=now) if made else None
    if was is None or due is None:
        how = How.NEW if was is None else How.DROPPED
    else:
        how = How.SAME if was == due else How.LATER if due > was else How.EARLIER
    return Change(measure=measure, how=how.value, was=was, due=due, row=row, made=made)


def _told(change: Change) -> Mapping[str, Any]:
    return {"measure": change.measure, "how": change.how, "was": change.was, "due": change.due}


def _next_step(ticket: Ticket, changes: Iterable[Change]) -> datetime | None:
    """Until when the next step is promised now, where that changes.

    It goes with its clock. One that was promised sooner than its clock said, because the ticket was graver once, comes
    no later by this.
    """
    measure = _NAMED_BY.get(ticket.promise_kind)
    due = next((change.due for change in changes if change.measure == measure and change.due), None)
    if due is None or ticket.promise_due_at is None:
        return None
    was = next((change.was for change in changes if change.measure == measure), None)
    if was != ticket.promise_due_at:
        due = min(due, ticket.promise_due_at)
    return due if due != ticket.promise_due_at else None
