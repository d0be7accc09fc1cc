"""Who takes part: registering, withdrawing, the waiting list, who came; and the reminder of the day before.

Rules, on one page. One registers oneself, or whoever runs the session does for its people, until it begins. Once its
places are taken one waits in line; a place that comes free goes to whoever has waited longest, at once.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.people.models import Person
from guichet.training import policies
from guichet.training.changing import change_session, promote
from guichet.training.models import Attendance, Presence, Registration, Session, Standing
from guichet.training.planning import REMIND_BEFORE

logger = logging.getLogger(__name__)


def register(session: Session, *, person: Person, actor: Person, now: datetime) -> Registration:
    """Take a place, or the next place in the line. Whoever has one keeps it: 409."""
    with change_session(
        session, verb="register", event="session.registered", actor=actor, now=now, running=False
    ) as step:
        locked = step.session
        _need_for(actor, locked, person=person)
        if not policies.is_for(locked, person.organisation):
            raise Refused(
                _("This session is for the people of other organisations."), code="not_served", field="person"
            )
        row = locked.registrations.filter(person=person).first()
        if row is not None and row.standing != Standing.WITHDRAWN:
            raise Conflict(_("There is a registration for this session already."), code="has_one")
        row = row or Registration(session=locked, person=person)
        taken = locked.registrations.filter(standing=Standing.REGISTERED).count()
        row.standing = Standing.REGISTERED if taken < locked.capacity else Standing.WAITING
        row.at, row.by = now, actor
        row.changes += row.pk is not None
        row.save()
        step.data.update(registration=row.pk, standing=row.standing)
    row.session = step.session
    return row


def withdraw(registration: Registration, *, actor: Person, now: datetime) -> Registration:
    """Give the place back; it goes to whoever has waited longest."""
    with change_session(
        registration.session, verb="withdraw", event="session.withdrawn", actor=actor, now=now, running=False
    ) as step:
        row = step.session.registrations.select_related("person__organisation").get(pk=registration.pk)
        _need_for(actor, step.session, person=row.person)
        if row.standing == Standing.WITHDRAWN:
            raise Conflict(_("This registration was withdrawn already."), code="wrong_state")
        step.data.update(registration=row.pk, standing=row.standing)
        row.standing = Standing.WITHDRAWN
        row.changes += 1
        row.save(update_fields=["standing", "changes"])
        step.data["promoted"] = [one.pk for one in promote(step.session)]
    row.session = step.session
    return row


def mark(session: Session, *, came: Mapping[int, str], actor: Person, now: datetime) -> Session:
    """Say who came: registration → presence, "" to say nothing. Of those who held a place; said again, it replaces."""
    if not set(came.values()) <= {"", *Presence.values}:
        raise Refused(_("Choose one of the answers offered."), code="unknown_choice", field="presence")
    with change_session(session, verb="mark", event="session.attended", actor=actor, now=now) as step:
        rows = step.session.registrations.filter(standing=Standing.REGISTERED, pk__in=came)
        if rows.count() != len(came):
            raise Refused(_("There is no such thing, or you may not see it."), code="unknown", field="registration")
        for row in rows:
            said = came[row.pk]
            if said:
                Attendance.objects.update_or_create(
                    registration=row, defaults={"presence": said, "by": actor, "at": now}
                )
            else:
                Attendance.objects.filter(registration=row).delete()
        # Numbers, no names: who came is for few to see, and the log is for ever.
        step.data.update({value: sum(said == value for said in came.values()) for value in Presence.values})
    return step.session


def remind(*, now: datetime) -> int:
    """Remind once of the sessions that begin within REMIND_BEFORE; how many."""
    due = Session.objects.filter(
        state="open", reminded_at=None, starts_at__gt=now, starts_at__lte=now + REMIND_BEFORE
    ).order_by("starts_at", "pk")
    done = 0
    for session in due:
        try:
            with change_session(session, verb="remind", event="session.reminded", actor=None, now=now) as step:
                if step.session.reminded_at is not None:
                    raise Conflict(_("It has been done already."), code="wrong_state")
                step.session.reminded_at = now
            done += 1
        except Refused:
            continue
        except Exception:
            logger.exception("Nobody could be reminded of the session %s", session.pk)
    return done


def place_in_line(registration: Registration) -> int:
    """How many stand before somebody who waits, and themselves: 1 is next."""
    ahead = Registration.objects.filter(session=registration.session_id, standing=Standing.WAITING)
    earlier = ahead.filter(at__lt=registration.at) | ahead.filter(at=registration.at, pk__lte=registration.pk)
    return earlier.count()


def _need_for(actor: Person, session: Session, *, person: Person) -> None:
    if actor.pk != person.pk and not policies.can_run(actor, session):
        raise Forbidden(_("You can’t do this for somebody else."), code="not_yours")
