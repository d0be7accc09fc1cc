"""What is written down that answers a text: found by the words that tell what it is about, and about the same."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from guichet.knowledge.models import Article
from guichet.people.models import Person
from guichet.search.asking import Hit, ask
from guichet.search.highlights import Piece
from guichet.search.line import Line, Term
from guichet.suggestions.gist import gist, is_about
from guichet.tickets.models import Ticket

# So many of the best hits are looked at.
_LOOKED_AT = 10
_FOR_A_TICKET = 3


@dataclass(frozen=True)
class Answering:
    """An article for a ticket, the words that were found marked in its title; whether the requester reads it too."""

    article: Article
    title: list[Piece]
    readable: bool


def answers_to(text: str, *, person: Person, kinds: Collection[str]) -> list[Hit]:
    """Of these kinds what this person may find, the best first; [] where the text tells nothing."""
    words = gist(text)
    if not words:
        return []
    # Terms, not a line to be read: what somebody wrote holds no filters.
    line = Line(parts=tuple(Term(word) for word in words))
    hits = ask(line, person=person, kinds=kinds, size=_LOOKED_AT).hits
    return [hit for hit in hits if is_about(words, title=hit.title, text=hit.pieces)]


def articles_for(ticket: Ticket, *, person: Person) -> list[Answering]:
    """Articles that answer what the ticket says, three at most; those first that its requester reads."""
    hits = answers_to(f"{ticket.title}\n{ticket.description}", person=person, kinds=("article",))
    return with_rows(hits, ticket=ticket, person=person, most=_FOR_A_TICKET)


def with_rows(hits: Sequence[Hit], *, ticket: Ticket, person: Person, most: int) -> list[Answering]:
    """Two queries; of hits that are read no more nothing is shown."""
    rows = Article.objects.visible_to(person).published().in_bulk([hit.subject for hit in hits])
    found = [(rows[hit.subject], hit.title) for hit in hits if hit.subject in rows][:most]
    theirs = Article.objects.read_outside_by(ticket.requester).filter(pk__in=[article.pk for article, _title in found])
    readable = set(theirs.values_list("pk", flat=True)) if found else set()
    choices = [Answering(article, title, article.pk in readable) for article, title in found]
    return sorted(choices, key=lambda choice: not choice.readable)
