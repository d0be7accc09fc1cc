"""Articles as the search finds them: their words in the index, who may find them, and how a hit is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.db.models import Exists, OuterRef, Q, QuerySet

from guichet.catalog.models import Category
from guichet.knowledge import markdown
from guichet.knowledge.models import Article, ArticleKind, ArticleState, Audience, Version
from guichet.lib.text import fold, one_line
from guichet.people.models import Person
from guichet.search import findable
from guichet.search.findable import Findable, Part, Reach, Shown
from guichet.search.line import Line
from guichet.search.models import Entry
from guichet.search.wanted import wanted
from guichet.search.writing import Statement, Words, putting

KIND = "article"
_BATCH = 200
# What readers are shown of the text around what they looked for is taken from its first pages.
_EXCERPTED = 20_000
_STATES = {"brouillon": "draft", "publie": "published", "archive": "archived"}


def connect() -> None:
    findable.register(
        Findable(
            kinds=(KIND,),
            visible=_visible,
            by_standing=True,
            load=_load,
            everything=_everything,
            filters=_FILTERS,
        )
    )


def indexing(article: Article) -> list[Statement]:
    """The statements that write the article's words anew, to go with an action's event."""
    words = _words(article)
    return putting(
        kind=words.kind, subject=words.subject, desk_id=words.desk_id, organisation_id=None, inside=words.inside,
        at=words.at, title=words.title, body=words.body, language=words.language,
    )  # fmt: skip


def _words(article: Article) -> Words:
    """What readers read, in all its wordings; the draft's words while there is nothing else: never both."""
    version = article.current or article.draft
    bodies = [version.body, *(w.body for w in version.wordings.all())] if version else []
    return Words(
        kind=KIND,
        subject=article.pk,
        desk_id=article.desk_id,
        organisation_id=None,
        inside=article.audience == Audience.AGENTS or not article.is_published,
        at=article.published_at or article.updated_at,
        title=f"{article.reference} {article.title}",
        body="\n".join(markdown.plain_text(body) for body in bodies),
        language=article.language,
    )


def _visible(person: Person) -> list[Reach]:
    readable = Article.objects.visible_to(person).filter(pk=OuterRef("subject"))
    return [Reach(where=Q(kind=KIND) & Q(Exists(readable)))]


def public_entries(line: Line) -> QuerySet[Entry]:
    """What bears the words of a line among what is written for everybody, for visitors. Filters mean nothing there."""
    asked = wanted(line)
    if not asked.all_groups:
        return Entry.objects.none()
    public = Article.objects.visible_to(None).filter(pk=OuterRef("subject"))
    return Entry.objects.filter(asked.condition, Exists(public), kind=KIND)


def _load(person: Person, found: Mapping[int, Part]) -> Mapping[int, Shown]:
    rows = list(Article.objects.visible_to(person).filter(pk__in=found).select_related("current", "category"))
    unread = [article.pk for article in rows if article.current_id is None]
    drafts = {draft.article_id: draft for draft in Version.objects.filter(article__in=unread)} if unread else {}
    return {article.pk: _shown(article, article.current or drafts.get(article.pk)) for article in rows}


def _shown(article: Article, version: Version | None) -> Shown:
    says = [str(ArticleKind(article.kind).label), *([article.category.name] if article.category else [])]
    if not article.is_published:
        says.append(str(ArticleState(article.state).label))
    return Shown(
        title=article.title,
        reference=article.reference,
        text=markdown.bare(version.body[:_EXCERPTED]) if version else "",
        detail=" · ".join(says),
        at=article.published_at or article.updated_at,
        language=article.language,
        desk=article.desk_id,
    )


def _everything(after: int) -> Iterator[Words]:
    """All articles after this one, a batch at a time."""
    while True:
        rows = Article.objects.filter(pk__gt=after).select_related("current").order_by("pk")
        batch = list(rows.prefetch_related("current__wordings")[:_BATCH])
        yield from (_words(article) for article in batch)
        if len(batch) < _BATCH:
            return
        after = batch[-1].pk


def _of(**lookups: object) -> Q:
    return Q(kind=KIND) & Q(Exists(Article.objects.filter(pk=OuterRef("subject"), **lookups)))


def _by_category(person: Person, value: str) -> Q | None:
    wanted = fold(one_line(value))
    desk = person.organisation.desk
    named = Category.objects.filter(Q(organisation=desk) | Q(organisation__isnull=True))
    found = [c.pk for c in named.only("name_fr", "name_en") if wanted in {fold(c.name_fr), fold(c.name_en)}]
    return _of(category__in=found) if found else None


def _by_state(person: Person, value: str) -> Q | None:
    state = fold(one_line(value))
    state = _STATES.get(state, state)
    return _of(state=state) if state in ArticleState.values else None


_FILTERS = {"category": _by_category, "state": _by_state}
