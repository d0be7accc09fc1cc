"""News of a major incident are news of the tickets that go with it, and their first answer where none was given."""

from __future__ import annotations

from typing import Any

import pytest

from guichet.activity.models import Event
from guichet.activity.record import broken_links
from guichet.notifications import jobs
from guichet.people.models import Account, Person
from guichet.tickets import actions, clocks, major, major_news, major_people
from guichet.tickets.models import Commitment, MajorIncident, MajorNews, Ticket
from tests import builders
from tests.channels.mail.sink import Sink
from tests.notifications.post import sink, stage
from tests.notifications.test_of_majors import running
from tests.tickets.stage import Stage, later

__all__ = ["sink", "stage"]


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job runs six minutes after the request came."""
    monkeypatch.setattr("guichet.notifications.jobs.timezone.now", lambda: later(6))


def linked(stage: Stage, found: MajorIncident, **fields: Any) -> Ticket:
    """A colleague's request, as new as it came."""
    asker = builders.person(stage.desk.organisation, **fields)
    ticket = builders.ticket(asker, now=later(0))
    major_people.link(found, ticket=ticket, actor=stage.agent, now=later(4))
    return ticket


def tell(stage: Stage, found: MajorIncident, text: str = "Nous cherchons.", at: int = 5) -> MajorNews:
    return major.tell(found, text_fr=text, actor=stage.agent, now=later(at))


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def clock(ticket: Ticket, measure: str) -> Commitment:
    return Commitment.objects.current().get(ticket=ticket, measure=measure)


def test_it_is_the_first_answer_of_a_ticket_that_had_none(stage: Stage, sink: Sink, now: None) -> None:
    found = running(stage, sink)
    ticket = linked(stage, found)
    assert clock(ticket, "first_response").stopped_at is None
    news = tell(stage, found)
    assert jobs.count_major_news(news=news.pk) == 2
    after = fresh(ticket)
    assert (after.answered_at, after.promise_kind, after.state) == (later(6), "solve", "new")
    assert clock(ticket, "first_response").stopped_at == later(6)
    assert after.promise_due_at == clock(ticket, "next_update").due_at
    event = Event.objects.filter(subject_type="ticket", subject_id=ticket.pk).latest("number")
    assert (event.verb, event.actor, event.data["news"]) == (major_news.VERB, stage.agent, news.pk)
    assert broken_links(Event.objects.filter(subject_type="ticket", subject_id=ticket.pk).order_by("number")) == []
    assert clocks.rebuild([after]) == 0


def test_a_ticket_that_was_answered_keeps_its_answer_and_has_news(stage: Stage, sink: Sink, now: None) -> None:
    found = running(stage, sink)
    ticket = linked(stage, found)
    actions.reply(ticket, body="Nous regardons.", actor=stage.agent, now=later(4))
    before = clock(ticket, "next_update").due_at
    jobs.count_major_news(news=tell(stage, found).pk)
    assert fresh(ticket).answered_at == later(4)
    assert clock(ticket, "next_update").due_at > before
    assert clocks.rebuild([fresh(ticket)]) == 0


def test_once_each_and_never_older_news_after_newer(stage: Stage, sink: Sink, now: None) -> None:
    found = running(stage, sink)
    linked(stage, found)
    first, second = tell(stage, found), tell(stage, found, "Nous avons trouvé.")
    assert jobs.count_major_news(news=second.pk) == 2
    assert jobs.count_major_news(news=second.pk) == 0
    assert jobs.count_major_news(news=first.pk) == 0
    assert Event.objects.filter(verb=major_news.VERB).count() == 2


def test_who_was_not_told_was_not_answered(stage: Stage, sink: Sink, now: None) -> None:
    found = running(stage, sink)
    silent = linked(stage, found, account=False, email="")
    by_mail = linked(stage, found, account=False, email="sans.compte@essai.example")
    closed = linked(stage, found)
    Account.objects.filter(person=closed.requester_id).update(is_active=False)
    Person.objects.filter(pk=closed.requester_id).update(email="")
    jobs.count_major_news(news=tell(stage, found).pk)
    assert [fresh(ticket).answered_at for ticket in (silent, closed)] == [None, None]
    assert fresh(by_mail).answered_at == later(6)


def test_nothing_counts_while_only_the_desk_may_know_nor_what_came_before_the_ticket(
    stage: Stage, sink: Sink, now: None
) -> None:
    hidden = running(stage, sink, audience="desk")
    unaware = linked(stage, hidden)
    assert jobs.count_major_news(news=tell(stage, hidden).pk) == 0
    assert fresh(unaware).answered_at is None
    shown = running(stage, sink)
    news = tell(stage, shown, at=3)
    late = linked(stage, shown)
    jobs.count_major_news(news=news.pk)
    assert fresh(late).answered_at is None


def test_what_rests_or_was_promised_by_a_person_stays_as_it_is(stage: Stage, sink: Sink, now: None) -> None:
    found = running(stage, sink)
    resting, promised = linked(stage, found), linked(stage, found)
    actions.hold(resting, reason="requester", wake_at=later(900), actor=stage.agent, now=later(4))
    actions.promise(promised, text="Je vous appelle à 15 h", due_at=later(60), actor=stage.agent, now=later(4))
    jobs.count_major_news(news=tell(stage, found).pk)
    assert (fresh(resting).promise_kind, fresh(resting).answered_at) == ("requester", None)
    assert (fresh(promised).promise_kind, fresh(promised).promise_due_at) == ("custom", later(60))
    assert fresh(promised).answered_at is not None
    assert clocks.rebuild([fresh(resting), fresh(promised)]) == 0
