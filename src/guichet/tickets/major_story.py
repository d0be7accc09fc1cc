"""The story of a major incident in one list, newest first: news for outside, notes for inside, and what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from guichet.activity.models import Event
from guichet.people.models import Person
from guichet.tickets.models import MajorIncident, MajorNews, MajorNote
from guichet.tickets.sentences_major import tell_major

# What the room shows of a long one; the rest is in the API.
SHOWN = 400
_SAID = {"major.news": "news", "major.restored": "news", "major.resumed": "news", "major.noted": "note"}
_PEOPLE = ("lead", "person")


@dataclass(frozen=True)
class Entry:
    """One line: `kind` is fact, news (public) or note (internal)."""

    kind: str
    verb: str
    number: int
    at: datetime
    author: Person | None
    sentence: str
    news: MajorNews | None = None
    note: MajorNote | None = None


def story(major: MajorIncident, *, newest: int = SHOWN) -> list[Entry]:
    """For the desk. The number of queries does not depend on its length."""
    events = Event.objects.filter(subject_type="majorincident", subject_id=major.pk).select_related("actor")
    history = list(events.order_by("-number")[:newest])
    news = {row.pk: row for row in major.news.all()}
    notes = {row.pk: row for row in major.notes.all()}
    wanted = {event.data[key] for event in history for key in _PEOPLE if key in event.data}
    people = dict(Person.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    return [
        Entry(
            kind=_SAID.get(event.verb, "fact"),
            verb=event.verb,
            number=event.number,
            at=event.at,
            author=event.actor,
            sentence=tell_major(event, people=people),
            news=news.get(event.data.get("news", 0)),
            note=notes.get(event.data.get("note", 0)),
        )
        for event in history
    ]
