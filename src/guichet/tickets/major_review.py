"""How a major incident ends: what happened, why, what is changed by whom and by when; without that, it isn't closed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Refused
from guichet.lib.text import one_line
from guichet.people.models import Person
from guichet.tickets.actions.change import need_body
from guichet.tickets.major_frame import need_agent, need_lead, need_leader, step
from guichet.tickets.models import MajorFollowUp, MajorIncident, MajorState, Problem


@dataclass(frozen=True)
class Promised:
    """One thing that the review decided to change."""

    text: str
    who: Person
    due_on: date


def review(
    major: MajorIncident,
    *,
    what_happened: str,
    cause: str,
    follow_ups: Collection[Promised],
    problem: Problem | None = None,
    actor: Person,
    now: datetime,
    expect: int | None = None,
) -> MajorIncident:
    """What happened, why, and what will be changed, by whom and by when. Written again, it replaces the draft."""
    what_happened = need_body(what_happened, field="what_happened", limit=20_000)
    cause = need_body(cause, field="cause", limit=20_000)
    with step(
        major, event="major.reviewed", actor=actor, now=now, states=(MajorState.RESTORED,), expect=expect
    ) as made:
        current = made.major
        need_lead(actor, current)
        if not follow_ups:
            raise Refused(_("Say what you change so that it doesn’t come again."), code="required", field="follow_ups")
        if problem is not None and problem.desk_id != current.desk_id:
            raise Refused(_("There is no such thing, or you may not see it."), code="unknown", field="problem")
        done = {f.text: f.done_at for f in current.follow_ups.all()}
        current.follow_ups.all().delete()
        for promised in follow_ups:
            text = one_line(promised.text)[:300]
            if not text:
                raise Refused(_("Please write something here."), code="required", field="follow_ups")
            need_leader(promised.who, desk_id=current.desk_id, field="follow_ups")
            MajorFollowUp.objects.create(
                major=current, text=text, who=promised.who, due_on=promised.due_on, done_at=done.get(text)
            )
        current.what_happened, current.cause, current.problem = what_happened, cause, problem
        current.reviewed_by, current.reviewed_at = actor, now
        made.data["follow_ups"] = len(follow_ups)
    return made.major


def close(major: MajorIncident, *, actor: Person, now: datetime, expect: int | None = None) -> MajorIncident:
    """It is over and understood. Without its review it isn't."""
    with step(major, event="major.closed", actor=actor, now=now, states=(MajorState.RESTORED,), expect=expect) as made:
        current = made.major
        need_lead(actor, current)
        if current.reviewed_at is None:
            raise Refused(_("Write the review first: without it, it isn’t closed."), code="not_reviewed")
        current.state, current.closed_at = MajorState.CLOSED, now
    return made.major


def follow_up(
    found: MajorFollowUp, *, done: bool, actor: Person, now: datetime, expect: int | None = None
) -> MajorFollowUp:
    """What was decided is done, or not after all."""
    states = (MajorState.RESTORED, MajorState.CLOSED)
    with step(found.major, event="major.followed_up", actor=actor, now=now, states=states, expect=expect) as made:
        need_agent(actor, desk_id=made.major.desk_id)
        found.done_at = now if done else None
        found.save(update_fields=["done_at"])
        made.data.update(follow_up=found.pk, done=done)
    return found
