"""What happens to an article, told as sentences. For the desk alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guichet.activity.models import Event
from guichet.knowledge.models import Article, Audience
from guichet.lib import moments
from guichet.people.models import Person

_MOST = 500
Teller = Callable[[dict[str, Any]], str]


@dataclass(frozen=True)
class Told:
    """One thing that happened."""

    number: int
    verb: str
    at: datetime
    by: Person | None
    sentence: str


def story(article: Article) -> list[Told]:
    """What happened, newest first. Two queries."""
    events = Event.objects.filter(subject_type="article", subject_id=article.pk).select_related("actor")
    history = list(events.order_by("-number")[:_MOST])
    wanted = {event.data["owner"] for event in history if "owner" in event.data}
    people = dict(Person.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    return [
        Told(event.number, event.verb, event.at, event.actor, tell_article(event, people=people)) for event in history
    ]


def tell_article(event: Event, *, people: Mapping[int, str]) -> str:
    """One sentence. A verb without a sentence of its own names itself."""
    values = {
        **event.data,
        "actor": event.actor.name if event.actor else "Guichet",
        "owner": people.get(event.data.get("owner", 0), ""),
        "day": _day(event.data.get("due_on")),
    }
    teller = _TELLERS.get(event.verb)
    return teller(values) if teller else f"{values['actor']}: {event.verb}"


def _day(value: Any) -> str:
    day = parse_date(value) if isinstance(value, str) else value
    return moments.date_text(at=day, language=get_language() or "fr", year=True) if isinstance(day, date) else ""


def _plain(message: Callable[[], str]) -> Teller:
    return lambda values: message() % values


def _written(values: dict[str, Any]) -> str:
    if "reverted_to" in values:
        return _("%(actor)s took version %(reverted_to)s up again as draft %(version)s.") % values
    return _("%(actor)s wrote on version %(version)s.") % values


def _addressed(values: dict[str, Any]) -> str:
    if values.get("audience") == Audience.PUBLIC:
        return _("%(actor)s opened the article to everybody.") % values
    if values.get("audience") == Audience.AGENTS:
        return _("%(actor)s kept the article for the desk.") % values
    return _("%(actor)s said which requesters the article is for.") % values


_TELLERS: dict[str, Teller] = {
    "article.written": _written,
    "article.draft_discarded": _plain(lambda: _("%(actor)s discarded draft %(version)s.")),
    "article.published": _plain(lambda: _("%(actor)s published version %(version)s.")),
    "article.archived": _plain(lambda: _("%(actor)s archived the article.")),
    "article.restored": _plain(lambda: _("%(actor)s took the article out of the archive.")),
    "article.addressed": _addressed,
    "article.described": _plain(lambda: _("%(actor)s corrected what the article is.")),
    "article.review_set": _plain(lambda: _("%(owner)s looks at it again by %(day)s: %(actor)s said so.")),
    "article.review_due": _plain(lambda: _("It is time to look at it again: %(owner)s was told.")),
}
VERBS = frozenset(_TELLERS)
