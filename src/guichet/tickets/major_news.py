"""News of a major incident, for the tickets that go with it: their news, and their first answer where none was given.

A person wrote them, to everybody who is hit, and says when more follows: whoever asked has been answered. It counts
where the requester was told, so not while only the desk may know, and from when it stands in the ticket's log.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from guichet.activity.models import Event
from guichet.people.models import Person
from guichet.tickets.actions.change import change, promise_news
from guichet.tickets.models import MajorAudience, MajorNews, MajorState, MajorTicket, PromiseKind, State, Ticket

# What is on hold waits for something that was said already; what is solved has its answer.
_STATES = (State.NEW, State.OPEN)
# What a person promised in their own words, and taking on a hand-over, are still to be done.
_RENEWED = frozenset({PromiseKind.FIRST_ANSWER.value, PromiseKind.SOLVE.value})
VERB = "ticket.major_news"

# Of some people, those who were told: under the bell or by mail.
Told = Callable[[Collection[Person]], Collection[int]]


class _MeanwhileError(Exception):
    """Somebody solved or held the ticket, or it has the news: nothing is written."""


def count(news: MajorNews, *, told: Told, now: datetime) -> int:
    """Write the news into the log of each ticket whose requester was told; in how many. A repeat writes nothing."""
    major = news.major
    if news.ends or major.audience == MajorAudience.DESK or major.state != MajorState.RUNNING:
        return 0
    links = MajorTicket.objects.filter(major=major, ticket__state__in=_STATES, at__lte=news.at)
    tickets = [link.ticket for link in links.select_related("ticket__requester", "ticket__desk").order_by("ticket_id")]
    reached = set(told([ticket.requester for ticket in tickets]))
    return sum(_count(ticket, news=news, now=now) for ticket in tickets if ticket.requester_id in reached)


def _count(ticket: Ticket, *, news: MajorNews, now: datetime) -> bool:
    try:
        with change(ticket, verb="reply", event="ticket.major_news", actor=news.by, now=now) as step:
            current = step.ticket
            if current.state not in _STATES or _knows(current, news):
                raise _MeanwhileError
            current.answered_at = current.answered_at or now
            step.data.update(major=news.major_id, major_reference=news.major.reference, news=news.pk)
            if current.promise_kind in _RENEWED:
                promise_news(step)
    except _MeanwhileError:
        return False
    return True


def _knows(ticket: Ticket, news: MajorNews) -> bool:
    told = Event.objects.filter(subject_type="ticket", subject_id=ticket.pk, verb=VERB)
    return told.filter(data__news__gte=news.pk).exists()
