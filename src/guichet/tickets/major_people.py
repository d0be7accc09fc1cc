"""Who is affected by a major incident: the requesters of its tickets, and those who said “me too” without a ticket."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.people.models import Person
from guichet.tickets import lifecycle
from guichet.tickets.actions import attempt, resolve
from guichet.tickets.actions.change import atomically, lock
from guichet.tickets.major_frame import departed, joined, lock_major, need_agent, step
from guichet.tickets.models import (
    AttemptResult,
    MajorIncident,
    MajorState,
    MajorTicket,
    MajorVoice,
    Severity,
    State,
    Ticket,
)

_OPEN = (MajorState.RUNNING, MajorState.RESTORED)


def link(major: MajorIncident, *, ticket: Ticket, actor: Person, now: datetime) -> MajorTicket:
    """The ticket is about the same thing; saying so twice changes nothing."""
    known = MajorTicket.objects.filter(major=major, ticket=ticket).first()
    if known is not None:
        return known
    with step(major, event="major.ticket_linked", actor=actor, now=now, states=(MajorState.RUNNING,)) as made:
        need_agent(actor, desk_id=made.major.desk_id)
        current = lock(ticket)
        # Of two presses of the button at the same time the second waited for the row, and finds the first.
        known = MajorTicket.objects.filter(major=made.major, ticket=current).first()
        if known is not None:
            made.done_already = True
            return known
        if current.desk_id != made.major.desk_id:
            raise Refused(_("This ticket is treated by another desk."), code="foreign", field="ticket")
        if MajorTicket.objects.filter(ticket=current, major__state=MajorState.RUNNING).exists():
            raise Conflict(
                _("This ticket already belongs to a major incident that is running."), code="running", field="ticket"
            )
        if current.state not in lifecycle.UNSOLVED:
            raise Conflict(_("This ticket is already solved or ended."), code="wrong_state", field="ticket")
        linked = MajorTicket.objects.create(major=made.major, ticket=current, by=actor, at=now)
        joined(current, major=made.major, actor=actor, now=now)
        made.data["ticket"] = current.pk
    return linked


def unlink(major: MajorIncident, *, ticket: Ticket, actor: Person, now: datetime) -> None:
    """It was about something else. The ticket that the major incident was made from stays."""
    with step(major, event="major.ticket_unlinked", actor=actor, now=now, states=_OPEN) as made:
        need_agent(actor, desk_id=made.major.desk_id)
        if ticket.pk == made.major.ticket_id:
            raise Refused(_("The major incident was made from this ticket."), code="origin", field="ticket")
        found = MajorTicket.objects.filter(major=made.major, ticket=ticket).first()
        if found is None:
            raise Conflict(_("This ticket isn’t part of the major incident."), code="not_linked", field="ticket")
        found.delete()
        departed(lock(ticket), major=made.major, actor=actor, now=now)
        made.data["ticket"] = ticket.pk


def me_too(major: MajorIncident, *, person: Person, actor: Person, now: datetime) -> MajorVoice | None:
    """`person` is affected too. Once each: again changes nothing; None where a ticket of theirs says so already.

    They say it themselves, or the desk for somebody who called.
    """
    known = MajorVoice.objects.filter(major=major, person=person).first()
    if known is not None:
        return known
    if MajorTicket.objects.filter(major=major, ticket__requester=person).exists():
        return None
    with step(major, event="major.joined", actor=actor, now=now, states=(MajorState.RUNNING,)) as made:
        if actor.pk != person.pk:
            need_agent(actor, desk_id=made.major.desk_id)
            if person.organisation.desk.pk != made.major.desk_id:
                raise Refused(_("This desk doesn’t serve this person."), code="foreign", field="person")
        elif not MajorIncident.objects.visible_to(person).filter(pk=major.pk).exists():
            raise Forbidden(_("This doesn’t concern you."), code="not_shown")
        voice, new = MajorVoice.objects.get_or_create(major=made.major, person=person, defaults={"at": now})
        made.done_already = not new
        made.data["person"] = person.pk
    return voice


def not_me(major: MajorIncident, *, person: Person, actor: Person, now: datetime) -> None:
    """It was said by mistake."""
    if not MajorVoice.objects.filter(major=major, person=person).exists():
        return
    with step(major, event="major.left", actor=actor, now=now, states=_OPEN) as made:
        if actor.pk != person.pk:
            need_agent(actor, desk_id=made.major.desk_id)
        gone, _rows = MajorVoice.objects.filter(major=made.major, person=person).delete()
        made.done_already = not gone
        made.data["person"] = person.pk


def still_broken(major: MajorIncident, *, actor: Person, now: datetime) -> MajorVoice:
    """The service is said to be back, and for this person it is not; again changes nothing.

    Whoever has a ticket says so there too.
    """
    with step(major, event="major.still_broken", actor=actor, now=now, states=(MajorState.RESTORED,)) as made:
        affected_by = affected(made.major).filter(pk=actor.pk)
        if not affected_by.exists():
            raise Forbidden(_("This doesn’t concern you."), code="not_affected")
        known = MajorVoice.objects.filter(major=made.major, person=actor, still_broken_at__isnull=False).first()
        if known is not None:
            made.done_already = True
            return known
        voice, _made = MajorVoice.objects.update_or_create(
            major=made.major,
            person=actor,
            defaults={"still_broken_at": now},
            create_defaults={"at": now, "still_broken_at": now},
        )
        made.data["person"] = actor.pk
    return voice


def affected(major: MajorIncident) -> QuerySet[Person]:
    """Everybody who has a ticket about it or said “me too”, each once."""
    asked = MajorTicket.objects.filter(major=major).values("ticket__requester")
    said = MajorVoice.objects.filter(major=major).values("person")
    return Person.objects.filter(pk__in=asked.union(said, all=True))


_COUNT = """
SELECT major_id, count(DISTINCT person_id) FROM (
    SELECT major_id, person_id FROM tickets_majorvoice WHERE major_id = ANY(%(of)s)
    UNION ALL
    SELECT l.major_id, t.requester_id FROM tickets_majorticket l JOIN tickets_ticket t ON t.id = l.ticket_id
    WHERE l.major_id = ANY(%(of)s)
) people GROUP BY major_id
"""


def counts(majors: Collection[MajorIncident]) -> dict[int, int]:
    """How many people each affects."""
    if not majors:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"of": [major.pk for major in majors]})
        found = dict(cursor.fetchall())
    return {major.pk: found.get(major.pk, 0) for major in majors}


def solve_linked(major: MajorIncident, *, actor: Person, now: datetime) -> int:
    """Solve each open ticket of a major incident that is over, asking its requester whether it works; how many.

    In the name of whoever said that it is over, also where somebody else leads since, or it is closed already: those
    requesters were told nothing else. A repeat finds those that are still open: nobody is told twice.
    """
    if major.state == MajorState.RUNNING:
        return 0
    open_ones = Ticket.objects.filter(major_links__major=major, state__in=lifecycle.UNSOLVED, desk=major.desk_id)
    solved = 0
    for ticket in open_ones.select_related("requester", "desk", "organisation", "team").order_by("pk"):
        try:
            with atomically():
                current = lock_major(major)
                if current.restored_at != major.restored_at:
                    # It broke again meanwhile. Where it is back once more, that has its own news and its own job.
                    break
                _solve(ticket, major=current, actor=actor, now=now)
        except Refused:
            # Somebody was faster, or ended it otherwise.
            continue
        solved += 1
    if solved:
        with step(major, event="major.tickets_solved", actor=actor, now=now) as made:
            made.data["count"] = solved
    return solved


def _solve(ticket: Ticket, *, major: MajorIncident, actor: Person, now: datetime) -> None:
    news = major.news.filter(ends=True)[0]
    english = ticket.requester.language.startswith("en")
    body = (news.text_en or news.text_fr) if english else (news.text_fr or news.text_en)
    done = attempt(
        ticket,
        kind=major.solution_kind,
        text=major.solution,
        test=major.test,
        result=AttemptResult.WORKED,
        actor=actor,
        now=now,
    )
    resolve(ticket, solution=done, body=body, actor=actor, now=now)


def proposed(person: Person) -> QuerySet[Ticket]:
    """Critical tickets of the person's desks that nobody runs as a major incident yet."""
    return Ticket.objects.filter(
        desk__in=person.grants.treats_in, severity=Severity.S1, state__in=(State.NEW, State.OPEN, State.ON_HOLD)
    ).exclude(major_links__major__state__in=_OPEN)
