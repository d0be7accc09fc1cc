"""How an article looks from outside, and how one is found."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import expected, shown
from guichet.api.v1.fields import Named, OneOf, Shown, named
from guichet.knowledge import actions, changing, policies
from guichet.knowledge.changing import need_writer
from guichet.knowledge.models import Article, ArticleKind, ArticleState, Audience, Version, WhyNot
from guichet.knowledge.reading import in_other_languages, suited, wordings_of
from guichet.people.models import Expertise, Person

Reference = Annotated[str, Field(max_length=40)]


class ArticleRow(Shown):
    """An article in a list."""

    reference: str
    version: int
    desk: Named
    kind: Annotated[str, OneOf.these(ArticleKind)]
    state: Annotated[str, OneOf.these(ArticleState)]
    language: str
    category: Named | None
    title: str
    summary: str
    published_at: datetime | None
    updated_at: datetime


class ArticlePage(Shown):
    """Articles, those that changed last first."""

    items: list[ArticleRow]
    next_cursor: str | None


class ArticleVersionRow(Shown):
    """A version in the list of an article's versions; one without `published_at` is the draft."""

    number: int
    title: str
    author: Named
    note: str
    at: datetime
    published_at: datetime | None
    published_by: Named | None


class ArticleVersionShown(ArticleVersionRow):
    """What a version says, in Markdown: for everybody in `body`, in other words by the reader's expertise."""

    body: str
    wordings: dict[str, str]


class ArticleShown(ArticleRow):
    """An article as it is read by whoever asks. What the desk alone knows is null for others."""

    body: str | None = Field(description="Markdown in the words that suit you; null while nothing is published")
    expertise: str = Field(description="Whom these words are for")
    expertises: list[str] = Field(description="Whom there are words for")
    translations: list[str] = Field(description="References of the articles that say the same in other languages")
    owner: Named | None
    audience: Annotated[str, OneOf.these(Audience)] | None
    organisations: list[Named] | None
    from_rank: int | None
    review_due_on: date | None
    draft: ArticleVersionShown | None
    may: list[str]


class ArticleFeedbackShown(Shown):
    """What readers said of it, in all its versions."""

    helped: int
    failed: int
    reasons: dict[str, int]
    reads_90_days: int


class VerdictShown(Shown):
    """What you said of the version that is read now."""

    helped: bool
    why_not: Annotated[str, OneOf("", *WhyNot.values)]
    text: str


class ArticleEvent(Shown):
    """Something that happened to it."""

    number: int
    verb: str
    at: datetime
    by: Named | None
    sentence: str


def visible(person: Person) -> QuerySet[Article]:
    return Article.objects.visible_to(person).for_list()


def find_article(request: ApiRequest, text: str) -> Article:
    found = visible(request.person).filter(reference=actions.reference_of(text) or "").first()
    if found is None:
        raise Http404
    return found


def find_at_desk(request: ApiRequest, text: str) -> Article:
    """One that the person works on: readers are told that they may not."""
    found = find_article(request, text)
    need_writer(request.person, desk_id=found.desk_id)
    return found


def by(request: ApiRequest, article: Article) -> dict[str, Any]:
    """Who does it, when, and on which version: what every action takes."""
    return {"actor": request.person, "now": request.now, "expect": expected(request, article)}


def row_of(article: Article) -> dict[str, Any]:
    return {
        "reference": article.reference,
        "version": article.version,
        "desk": named(article.desk),
        "kind": article.kind,
        "state": article.state,
        "language": article.language,
        "category": named(article.category),
        "title": article.title,
        "summary": article.current.summary if article.current else "",
        "published_at": article.published_at,
        "updated_at": article.updated_at,
    }


def version_row(version: Version) -> dict[str, Any]:
    return {
        "number": version.number,
        "title": version.title,
        "author": named(version.author),
        "note": version.note,
        "at": version.at,
        "published_at": version.published_at,
        "published_by": named(version.published_by),
    }


def version_shown(version: Version) -> ArticleVersionShown:
    wordings = wordings_of(version)
    body = wordings.pop(Expertise.GENERAL.value)
    return ArticleVersionShown(**version_row(version), body=body, wordings=wordings)


def show_article(request: ApiRequest, article: Article, *, status: int = 200) -> HttpResponse:
    """As it is now in the database, as this person reads it."""
    person = request.person
    current = Article.objects.for_list().get(pk=article.pk)
    inside = policies.can_write(person, desk_id=current.desk_id)
    wordings = wordings_of(current.current) if current.current else {}
    expertise = suited(wordings, person.expertise)
    draft = current.draft if inside else None
    body = ArticleShown(
        **row_of(current),
        body=wordings.get(expertise),
        expertise=expertise,
        expertises=list(wordings),
        translations=[other.reference for other in in_other_languages(current, person=person)],
        owner=named(current.owner) if inside else None,
        audience=current.audience if inside else None,
        organisations=[Named(id=o.pk, name=o.name) for o in current.organisations.all()] if inside else None,
        from_rank=current.from_rank if inside else None,
        review_due_on=current.review_due_on if inside else None,
        draft=version_shown(draft) if draft else None,
        may=_verbs(person, current) if inside else [],
    )
    return shown(body, status=status, version=current.version)


def _verbs(person: Person, article: Article) -> list[str]:
    """What this person may do to it in its present state."""
    publisher = policies.can_publish(person, article)
    asked = {"write": True, "describe": True, "publish": publisher, "archive": publisher, "restore": publisher,
             "review": publisher}  # fmt: skip
    return sorted(verb for verb, right in asked.items() if right and changing.may(article, verb))
