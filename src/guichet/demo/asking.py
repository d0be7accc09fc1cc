"""What people of the worlds were shown before they asked, and what they made of it, as it would have gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from guichet.demo.stage import Stage
from guichet.knowledge.models import Article
from guichet.people.models import Person
from guichet.suggestions import deflection
from guichet.suggestions.deflection import Subject
from guichet.tickets.models import Channel, Ticket

# Opening days back; who sent a request after all, and who found what they needed on the others.
_DAYS, _SENT = 26, 10
_BEFORE_SENDING = timedelta(minutes=3)
# Of ten who are shown something so many open it; of ten who open it so many say that it helped.
_OPEN, _SAY_SO = 6, 5


def remember(stage: Stage) -> None:
    """Some sent their request all the same; of the others the job says who came back."""
    desk = stage.ground.desk
    asked = Ticket.objects.filter(desk=desk, channel=Channel.PORTAL).select_related("requester__organisation")
    for ticket in asked.order_by("-opened_at")[:_SENT]:
        key = _show(stage, ticket.requester, at=ticket.opened_at - _BEFORE_SENDING)
        deflection.sent(key, ticket=ticket)
    people = [person for person in stage.ground.people.values() if not person.grants.at_desk]
    for days in range(1, _DAYS):
        _show(stage, stage.random.choice(people), at=stage.at(days, "10:35"))
    deflection.decide(now=stage.now)


def _show(stage: Stage, person: Person, *, at: datetime) -> str:
    """Two articles that were published by then, perhaps opened; the key, "" where there was none."""
    known = list(Article.objects.read_outside_by(person).filter(published_at__lt=at).order_by("pk"))
    subjects = [Subject("article", one.pk) for one in _some(stage, known)]
    if not subjects:
        return ""
    asking, rows = deflection.show(subjects, person=person, now=at)
    if stage.random.randrange(10) < _OPEN:
        row = rows[subjects[0]]
        deflection.opened(row.pk, person=person, now=at)
        if stage.random.randrange(10) < _SAY_SO:
            deflection.helped(row.pk, person=person, now=at + timedelta(minutes=1))
    return str(asking.key)


def _some(stage: Stage, articles: Sequence[Article]) -> list[Article]:
    return stage.random.sample(list(articles), k=min(2, len(articles)))
