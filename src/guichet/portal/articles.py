"""Articles as readers outside the desk find them: on shelves by category, by words, in their own language first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Value, When, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.translation import gettext as _

from guichet.knowledge.actions import reference_of
from guichet.knowledge.findable import public_entries
from guichet.knowledge.markdown import bare
from guichet.knowledge.models import Article, Picture
from guichet.knowledge.queries import ArticleQuerySet
from guichet.lib.bilingual import pick
from guichet.people.models import Person
from guichet.search.asking import ask
from guichet.search.highlights import Piece, excerpt, marked
from guichet.search.line import parse

# More of a category is on its own page.
_ON_A_SHELF, _SHELVES = 6, 40
_FOUND, _WEIGHED = 20, 100


@dataclass(frozen=True)
class Shelf:
    """Some of a category's articles, and how many there are."""

    name: str
    url: str
    count: int
    articles: list[Article]

    @property
    def more(self) -> bool:
        return self.count > len(self.articles)


def readable(person: Person | None) -> ArticleQuerySet:
    """What this reader reads; None is a visitor. Drafts are the desk's, and so is what was written for it."""
    found: ArticleQuerySet = Article.objects.read_outside_by(person)
    return found


def in_language(readable_in: ArticleQuerySet, language: str) -> ArticleQuerySet:
    """Those in the reader's language, and those that nobody wrote in it."""
    same = readable_in.filter(language=language)
    elsewhere = Exists(same.filter(pk=OuterRef("translation_of"))) | Exists(same.filter(translation_of=OuterRef("pk")))
    return readable_in.filter(Q(language=language) | ~elsewhere)


def shelves(person: Person | None, *, language: str) -> list[Shelf]:
    """By category, the fullest first; what is not sorted stands last. Two queries."""
    articles = in_language(readable(person), language)
    counts = list(
        articles.order_by()
        .values("category", "category__name_fr", "category__name_en")
        .annotate(count=Count("pk"))
        .order_by(F("category").asc(nulls_last=True))
    )
    counts.sort(key=lambda row: (row["category"] is None, -row["count"]))
    place = Window(RowNumber(), partition_by=[F("category")], order_by=[_first(language), F("title"), F("id")])
    rows = articles.annotate(place=place).filter(place__lte=_ON_A_SHELF).order_by("place")
    by_category: dict[int | None, list[Article]] = {}
    for article in rows.only("reference", "title", "language", "category"):
        by_category.setdefault(article.category_id, []).append(article)
    return [_shelf(row, by_category.get(row["category"], [])) for row in counts[:_SHELVES]]


@dataclass(frozen=True)
class Found:
    """An article that says what was looked for; its words in pieces, those that were found marked."""

    reference: str
    title: str
    language: str
    pieces: list[Piece]


@dataclass(frozen=True)
class Answer:
    """What was found. `corrected`: nothing says what was typed; this is what was looked for instead."""

    found: list[Found]
    corrected: str = ""


def found_by(text: str, *, person: Person | None) -> Answer:
    """Whoever is signed in asks the index; a visitor is shown the public articles that bear all the words."""
    if person is None:
        return Answer(_among_public(text))
    page = ask(text, person=person, kinds=["article"], size=_FOUND)
    rows = readable(person).in_bulk([hit.subject for hit in page.hits])
    hits = [(rows[hit.subject], hit.pieces) for hit in page.hits if hit.subject in rows]
    return Answer([_found(article, pieces) for article, pieces in hits], corrected=page.corrected or "")


def _among_public(text: str) -> list[Found]:
    """Of the newest that bear all the words, those first whose title has the most of them."""
    line = parse(text)
    words = [*line.words, *line.phrases]
    bearing = public_entries(line).order_by("-at", "-subject").values_list("subject", flat=True)[:_WEIGHED]
    rows = readable(None).filter(pk__in=list(bearing)).select_related("current").order_by("title", "id")
    best = sorted(rows, key=lambda article: -sum(piece.hit for piece in marked(article.title, words)))
    return [_found(article, excerpt(_text(article), words)) for article in best[:_FOUND]]


def _text(article: Article) -> str:
    return bare(article.current.body) if article.current else ""


def _found(article: Article, pieces: list[Piece]) -> Found:
    return Found(reference=article.reference, title=article.title, language=article.language, pieces=pieces)


def _first(language: str) -> Any:
    return Case(When(language=language, then=Value(0)), default=Value(1), output_field=IntegerField())


def _shelf(row: Mapping[str, Any], articles: list[Article]) -> Shelf:
    name = pick(row["category__name_fr"] or "", row["category__name_en"] or "") or _("Everything else")
    url = f"{reverse('portal:articles')}?category={row['category'] or 0}"
    return Shelf(name=name, url=url, count=row["count"], articles=articles)


def article_read(text: str, *, person: Person) -> Article | None:
    """The article that somebody has read before they ask for help, by its reference."""
    rows = Article.objects.visible_to(person).published()
    reference = reference_of(text)
    return rows.filter(reference=reference).first() if reference else None


def did_not_help(article: Article) -> str:
    """What they say they have tried, when they ask for help after reading it."""
    words = {"title": article.title, "reference": article.reference}
    return _("I have read the article “%(title)s” (%(reference)s); it did not help.") % words


def article_url(reference: str) -> str:
    return reverse("portal:article", args=[reference])


def picture_url(picture: Picture) -> str:
    return reverse("portal:article_picture", args=[picture.article.reference, picture.name])
