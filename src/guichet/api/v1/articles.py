"""Articles: what is known, read by whom it is for; written, published and judged."""

from datetime import date
from typing import Annotated

from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, shown
from guichet.api.v1 import reach
from guichet.api.v1.articles_shape import (
    ArticleEvent,
    ArticleFeedbackShown,
    ArticlePage,
    ArticleRow,
    ArticleShown,
    ArticleVersionRow,
    ArticleVersionShown,
    Reference,
    VerdictShown,
    by,
    find_article,
    find_at_desk,
    row_of,
    show_article,
    version_row,
    version_shown,
    visible,
)
from guichet.api.v1.fields import Given, OneOf, PathId, RowId, Shown, Size, named
from guichet.api.v1.problems_shape import ProblemShown, find_problem, show_problem
from guichet.api.v1.problems_shape import by as problem_by
from guichet.api.v1.tickets_shape import find_for_desk
from guichet.catalog.models import Category
from guichet.knowledge import actions, sentences, verdicts
from guichet.knowledge.changing import BODY_MAX, NOTE_MAX, TITLE_MAX
from guichet.knowledge.models import Article, ArticleKind, ArticleState, Audience, Version, WhyNot
from guichet.lib.errors import Forbidden, Refused
from guichet.lib.paging import page
from guichet.people.models import Expertise, Organisation
from guichet.tickets import drafting_article, problems

router = Resource(tag="Articles", scope="knowledge")
of_tickets = Resource(tag="Articles", scope="tickets")

Title = Annotated[str, Field(max_length=TITLE_MAX)]
Body = Annotated[str, Field(max_length=BODY_MAX)]
Note = Annotated[str, Field(max_length=NOTE_MAX)]
Wordings = dict[Annotated[str, OneOf(*(e for e in Expertise.values if e != Expertise.GENERAL))], Body]
Language = Annotated[str, OneOf(*actions.LANGUAGES)]


class ArticleFilters(Given):
    """All that are given have to hold."""

    state: list[Annotated[str, OneOf.these(ArticleState)]] = []
    kind: list[Annotated[str, OneOf.these(ArticleKind)]] = []
    category: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    language: Language | None = None
    cursor: Annotated[str, Field(max_length=400)] = ""
    size: Size = 50


class NewArticle(Given):
    """A draft. `wordings`: the body in other words, by the reader's expertise."""

    title: Title
    body: Body
    wordings: Wordings = Field(default_factory=dict)
    kind: Annotated[str, OneOf.these(ArticleKind)] = ArticleKind.HOW_TO.value
    language: Language | None = Field(default=None, description="The desk's where left out")
    category: RowId | None = None
    translation_of: Reference | None = None
    note: Note = ""
    desk: RowId | None = Field(default=None, description="Your own where left out")


class ArticleChange(Given):
    """What is left out stays as it is."""

    kind: Annotated[str, OneOf.these(ArticleKind)] | None = None
    language: Language | None = None
    category: RowId | None = Field(default=None, description="null takes it off")
    translation_of: Reference | None = Field(default=None, description="null: it translates none")


class ArticleDraftGiven(Given):
    """What is left out stays as it is in the draft, or in what is read where there is none. An empty wording goes."""

    title: Title | None = None
    body: Body | None = None
    wordings: Wordings | None = None
    note: Note | None = None


class PublicationGiven(Given):
    """What is different, and when it is looked at again: within a year where left out."""

    note: Note | None = None
    review_due_on: date | None = None


class ArticleAudienceGiven(Given):
    """Whom it is for. `organisations`: for requesters, whose; none means all. `from_rank`: for agents, the level."""

    audience: Annotated[str, OneOf.these(Audience)]
    organisations: Annotated[list[RowId], Field(max_length=500)] = []
    from_rank: Annotated[int, Field(ge=0, le=100)] | None = None


class ArticleReviewGiven(Given):
    """Who looks at it again, and by when."""

    owner: RowId
    due_on: date


class VerdictGiven(Given):
    """Whether it helped, and why not."""

    helped: bool
    why_not: Annotated[str, OneOf("", *WhyNot.values)] = ""
    text: Annotated[str, Field(max_length=verdicts.TEXT_MAX)] = ""


@router.read("/articles", answer=ArticlePage)
def list_articles(request: ApiRequest, filters: Query[ArticleFilters]) -> HttpResponse:
    """The articles that you may read; to look for words, ask `/search` with `type:article`."""
    rows = visible(request.person)
    for name in ("state", "kind"):
        if wanted := getattr(filters, name):
            rows = rows.filter(**{f"{name}__in": wanted})
    if filters.category is not None:
        rows = rows.filter(category=filters.category)
    if filters.language is not None:
        rows = rows.filter(language=filters.language)
    found = page(rows, order=("-updated_at", "-id"), cursor=filters.cursor, size=filters.size)
    items = [ArticleRow(**row_of(article)) for article in found.items]
    return shown(ArticlePage(items=items, next_cursor=found.next_cursor or None))


@router.write("POST", "/articles", answer=ArticleShown, status=201, guarded=False)
def write_article(request: ApiRequest, body: NewArticle) -> HttpResponse:
    """Write an article: a draft, which only the desk reads."""
    person = request.person
    if not person.grants.treats_in:
        raise Forbidden(_("Only those who work at this service desk may do this."), code="not_desk")
    treats = person.grants.treats_in
    named_desk = reach.named_in_body(Organisation.objects.filter(pk__in=treats), body.desk, field="desk")
    made = actions.write(
        desk=named_desk or person.desk_among(treats),
        title=body.title,
        body=body.body,
        wordings=body.wordings,
        kind=body.kind,
        language=body.language or "",
        category=reach.named_in_body(Category.objects.all(), body.category, field="category"),
        translation_of=_article_in_body(request, body.translation_of),
        note=body.note,
        actor=person,
        now=request.now,
    )
    return show_article(request, made, status=201)


@router.read("/articles/{article}", answer=ArticleShown)
def read_article(request: ApiRequest, article: Reference) -> HttpResponse:
    """One of them, in the words that suit you."""
    return show_article(request, find_article(request, article))


@router.write("PATCH", "/articles/{article}", answer=ArticleShown)
def change_article(request: ApiRequest, article: Reference, body: ArticleChange) -> HttpResponse:
    """Correct what it is: kind, language, category, the article that it translates. Desk only."""
    found = find_at_desk(request, article)
    given = body.model_fields_set
    category = reach.named_in_body(Category.objects.all(), body.category, field="category")
    original = _article_in_body(request, body.translation_of)
    actions.describe(
        found,
        kind=body.kind or found.kind,
        language=body.language or found.language,
        category=category if "category" in given else found.category,
        translation_of=original if "translation_of" in given else found.translation_of,
        **by(request, found),
    )
    return show_article(request, found)


@router.write("PUT", "/articles/{article}/draft", answer=ArticleShown)
def write_article_draft(request: ApiRequest, article: Reference, body: ArticleDraftGiven) -> HttpResponse:
    """Write on the draft, or begin one. Readers see nothing of it before it is published. Desk only."""
    found = find_at_desk(request, article)
    actions.revise(
        found, title=body.title, body=body.body, wordings=body.wordings, note=body.note, **by(request, found)
    )
    return show_article(request, found)


@router.write("DELETE", "/articles/{article}/draft", answer=ArticleShown)
def discard_article_draft(request: ApiRequest, article: Reference) -> HttpResponse:
    """Give the draft up. Desk only."""
    found = find_at_desk(request, article)
    actions.discard_draft(found, **by(request, found))
    return show_article(request, found)


@router.write("PUT", "/articles/{article}/publication", answer=ArticleShown)
def publish_article(request: ApiRequest, article: Reference, body: PublicationGiven) -> HttpResponse:
    """Let the draft be read. For its owner, those who lead a team of the desk, and its managers."""
    found = find_at_desk(request, article)
    actions.publish(found, note=body.note, review_due_on=body.review_due_on, **by(request, found))
    return show_article(request, found)


@router.write("PUT", "/articles/{article}/archive", answer=ArticleShown)
def archive_article(request: ApiRequest, article: Reference) -> HttpResponse:
    """Nobody reads it any more, save at the desk. For those who may publish it."""
    found = find_at_desk(request, article)
    actions.archive(found, **by(request, found))
    return show_article(request, found)


@router.write("DELETE", "/articles/{article}/archive", answer=ArticleShown)
def restore_article(request: ApiRequest, article: Reference) -> HttpResponse:
    """It is read again, or is a draft again. For those who may publish it."""
    found = find_at_desk(request, article)
    actions.restore(found, **by(request, found))
    return show_article(request, found)


@router.write("PUT", "/articles/{article}/audience", answer=ArticleShown)
def address_article(request: ApiRequest, article: Reference, body: ArticleAudienceGiven) -> HttpResponse:
    """Say whom it is for. Of a published one, for those who may publish it."""
    found = find_at_desk(request, article)
    known = reach.organisations(request.person)
    named_ones = [o for pk in body.organisations if (o := reach.named_in_body(known, pk, field="organisations"))]
    actions.address(
        found, audience=body.audience, organisations=named_ones, from_rank=body.from_rank, **by(request, found)
    )
    return show_article(request, found)


@router.write("PUT", "/articles/{article}/review", answer=ArticleShown)
def set_article_review(request: ApiRequest, article: Reference, body: ArticleReviewGiven) -> HttpResponse:
    """Say who looks at it again, and by when. For those who may publish it."""
    found = find_at_desk(request, article)
    owner = reach.named_in_body(reach.people(request.person), body.owner, field="owner")
    assert owner is not None
    actions.set_review(found, owner=owner, due_on=body.due_on, **by(request, found))
    return show_article(request, found)


@router.read("/articles/{article}/versions", answer=list[ArticleVersionRow])
def list_article_versions(request: ApiRequest, article: Reference) -> list[ArticleVersionRow]:
    """Its versions, newest first, 200 at most. Desk only."""
    found = find_at_desk(request, article)
    rows = found.versions.defer("body").select_related("author", "published_by")[:200]
    return [ArticleVersionRow(**version_row(version)) for version in rows]


@router.read("/articles/{article}/versions/{number}", answer=ArticleVersionShown)
def read_article_version(request: ApiRequest, article: Reference, number: PathId) -> ArticleVersionShown:
    """One of its versions, in all its wordings. Desk only."""
    return version_shown(_version(find_at_desk(request, article), number))


@router.write("PUT", "/articles/{article}/versions/{number}/reversion", answer=ArticleShown)
def revert_article(request: ApiRequest, article: Reference, number: PathId) -> HttpResponse:
    """Make what that version said the draft. Desk only."""
    found = find_at_desk(request, article)
    actions.revert(found, to=_version(found, number), **by(request, found))
    return show_article(request, found)


@router.read("/articles/{article}/timeline", answer=list[ArticleEvent])
def read_article_timeline(request: ApiRequest, article: Reference) -> list[ArticleEvent]:
    """What happened to it, newest first. Desk only."""
    return [
        ArticleEvent(number=t.number, verb=t.verb, at=t.at, by=named(t.by), sentence=t.sentence)
        for t in sentences.story(find_at_desk(request, article))
    ]


@router.read("/articles/{article}/feedback", answer=ArticleFeedbackShown)
def read_article_feedback(request: ApiRequest, article: Reference) -> ArticleFeedbackShown:
    """What readers made of it. Desk only."""
    found = find_at_desk(request, article)
    figures = verdicts.figures_of(found)
    return ArticleFeedbackShown(
        helped=figures.helped,
        failed=figures.failed,
        reasons=figures.reasons,
        reads_90_days=verdicts.reads_of(found, now=request.now),
    )


@router.write("PUT", "/articles/{article}/feedback", answer=VerdictShown, guarded=False)
def give_article_feedback(request: ApiRequest, article: Reference, body: VerdictGiven) -> VerdictShown:
    """Say whether the version that is read now helped you; said again, the later word counts."""
    found = find_article(request, article)
    if found.current is None:
        raise Refused(_("Nothing of it is published yet."), code="wrong_state")
    said = verdicts.give_feedback(
        found.current,
        helped=body.helped,
        why_not=body.why_not,
        text=body.text,
        person=request.person,
        now=request.now,
    )
    return VerdictShown(helped=said.helped, why_not=said.why_not, text=said.text)


class ProblemArticleGiven(Given):
    """The article that tells of the problem; null: none does."""

    article: Reference | None


class DraftedShown(Shown):
    """The article that was begun."""

    article: str


@of_tickets.write("POST", "/tickets/{reference}/article", answer=DraftedShown, status=201, guarded=False)
def draft_article(request: ApiRequest, reference: str) -> HttpResponse:
    """Begin an article from what solved the ticket, without names, to be finished by a person. Desk only."""
    made = drafting_article.draft_from(find_for_desk(request, reference), actor=request.person, now=request.now)
    return shown(DraftedShown(article=made.reference), status=201)


@of_tickets.write("PUT", "/problems/{problem}/article", answer=ProblemShown)
def document_problem(request: ApiRequest, problem: Reference, body: ProblemArticleGiven) -> HttpResponse:
    """Say which article tells of the problem. Desk only."""
    found = find_problem(request, problem)
    problems.document(
        found, article=_article_in_body(request, body.article, field="article"), **problem_by(request, found)
    )
    return show_problem(found)


def _version(article: Article, number: int) -> Version:
    found = article.versions.select_related("author", "published_by").filter(number=min(number, 2**31 - 1)).first()
    if found is None:
        raise Http404
    return found


def _article_in_body(request: ApiRequest, text: str | None, *, field: str = "translation_of") -> Article | None:
    if text is None:
        return None
    found = visible(request.person).filter(reference=actions.reference_of(text) or "").first()
    if found is None:
        raise Refused(_("There is no such thing, or you may not see it."), code="unknown", field=field)
    return found
