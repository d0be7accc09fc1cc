"""What may answer somebody before they send anything: articles, decision trees, and incidents that look alike.

Only what this person may read outside of the desk; what is in their language stands first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from guichet.knowledge.models import Article, Tree
from guichet.people.models import Person
from guichet.portal import outages
from guichet.portal.articles import in_language, readable
from guichet.search.asking import Hit
from guichet.search.highlights import Piece, marked
from guichet.suggestions import deflection
from guichet.suggestions.answers import answers_to
from guichet.suggestions.deflection import Subject
from guichet.suggestions.gist import gist, is_about
from guichet.suggestions.models import AnswerShown, Asking
from guichet.tickets.models import MajorIncident

_ARTICLES, _TREES, _OUTAGES = 3, 2, 2


@dataclass(frozen=True)
class Answer:
    """Something that may help, with the words that say why marked; `number` is that of its row once it is shown."""

    subject: Subject
    title: list[Piece]
    text: list[Piece] = field(default_factory=list)
    # Where it is not the reader's.
    language: str = ""
    number: int = 0

    @property
    def kind(self) -> str:
        return self.subject.kind


@dataclass(frozen=True)
class Shown:
    """What is shown of it, and the row that it is counted in."""

    asking: Asking
    answers: list[Answer]

    @property
    def numbers(self) -> str:
        return ",".join(str(answer.number) for answer in self.answers)


def fitting(text: str, *, person: Person, language: str, read: Article | None = None) -> list[Answer]:
    """What is about the same as `text`, incidents first; not the article that they have `read` already."""
    words = gist(text)
    if not words:
        return []
    fit = answers_to(text, person=person, kinds=("article", "tree"))
    return [
        *_outages(person, words),
        *_articles([hit for hit in fit if hit.findable.name == "article"], person=person, language=language, read=read),
        *_trees([hit for hit in fit if hit.findable.name == "tree"], words, person=person),
    ]


def show(answers: Sequence[Answer], *, person: Person, key: str, now: datetime) -> Shown:
    """That these are shown, written down once for the whole of their asking."""
    asking, rows = deflection.show([answer.subject for answer in answers], person=person, key=key, now=now)
    shown = [_with_row(answer, rows.get(answer.subject)) for answer in answers]
    return Shown(asking=asking, answers=[answer for answer in shown if answer.number])


def _articles(hits: Sequence[Hit], *, person: Person, language: str, read: Article | None) -> list[Answer]:
    """At most three; what nobody wrote in the reader's language comes after what somebody did."""
    ours = in_language(readable(person), language).filter(pk__in=[hit.subject for hit in hits])
    rows = set(ours.values_list("pk", flat=True)) if hits else set()
    found = [hit for hit in hits if hit.subject in rows and (read is None or hit.subject != read.pk)]
    found.sort(key=lambda hit: hit.shown.language != language)
    by_title = {hit.shown.title: hit for hit in reversed(found)}
    once = [hit for hit in found if by_title[hit.shown.title] is hit]
    return [_article(hit, language=language) for hit in once[:_ARTICLES]]


def _trees(hits: Sequence[Hit], words: Sequence[str], *, person: Person) -> list[Answer]:
    """By their name in the reader's language, whichever the words stood in."""
    theirs = Tree.objects.alone_by(person).only("name_fr", "name_en").in_bulk([hit.subject for hit in hits])
    found = [theirs[hit.subject] for hit in hits if hit.subject in theirs][:_TREES]
    return [Answer(Subject("tree", tree.pk), marked(tree.name, words), language=tree.name_lang) for tree in found]


def _outages(person: Person, words: Sequence[str]) -> list[Answer]:
    """Those that run, concern this person and are about these words; not those that they have reported."""
    alike = [major for major in outages.running(person) if _is_about(words, major)]
    found = [outage.major for outage in outages.told(alike, person=person) if not outage.mine]
    return [_outage(major, words) for major in found[:_OUTAGES]]


def _is_about(words: Sequence[str], major: MajorIncident) -> bool:
    named = marked(" ".join((major.title, *outages.touched(major))), words)
    return is_about(words, title=named, text=marked(outages.about(major), words))


def _article(hit: Hit, *, language: str) -> Answer:
    return Answer(
        Subject("article", hit.subject),
        hit.title,
        text=hit.pieces if any(piece.hit for piece in hit.pieces) else [],
        language=hit.shown.language if hit.shown.language != language else "",
    )


def _outage(major: MajorIncident, words: Sequence[str]) -> Answer:
    return Answer(Subject("major", major.pk), marked(major.title, words), language=major.title_lang)


def _with_row(answer: Answer, row: AnswerShown | None) -> Answer:
    return replace(answer, number=row.pk if row else 0)
