"""The verbs of an article: write, revise, publish, archive, restore, go back to a version, say whom it is for.

Each is atomic, locks its article, checks who and when, and records exactly one event on the article's own chain. Text
is written in a draft beside what readers read; publishing makes the draft the version that they read from then on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from guichet.activity.record import record
from guichet.catalog.models import Category
from guichet.knowledge import changing, markdown
from guichet.knowledge.changing import Step, change_article
from guichet.knowledge.models import Article, ArticleKind, ArticleState, Audience, Version, Wording
from guichet.knowledge.models.article import PREFIX
from guichet.lib import references
from guichet.lib.database import next_id
from guichet.lib.errors import Conflict, Refused
from guichet.people.managing import line_of, one_of
from guichet.people.models import Expertise, Organisation, Person

# What nobody has looked at for so long is looked at again, unless its owner says another day.
REVIEW_AFTER = timedelta(days=365)
LONGEST_REVIEW = timedelta(days=5 * 366)
LANGUAGES = ("fr", "en")


def reference_of(text: str) -> str | None:
    """The canonical reference of an article that `text` means, None when it can't be one."""
    return references.parse(text, prefix=PREFIX) if len(text) <= 40 else None


def write(
    *,
    desk: Organisation,
    title: str,
    body: str,
    actor: Person,
    now: datetime,
    wordings: Mapping[str, str] | None = None,
    kind: str = ArticleKind.HOW_TO,
    language: str = "",
    category: Category | None = None,
    owner: Person | None = None,
    translation_of: Article | None = None,
    audience: str = Audience.AGENTS,
    note: str = "",
    source_key: str = "",
    source_hash: str = "",
    number: int | None = None,
) -> Article:
    """A new article of this desk, as a draft that only the desk reads; whoever writes it owns it, unless `owner` does.

    `wordings` are bodies in other words, by expertise; where there is none, `body` is for everybody. `number` is one
    that was asked for before, where others already name the article's reference.
    """
    changing.need_desk(desk)
    changing.need_writer(actor, desk_id=desk.pk)
    number = number or next_id(Article)
    article = Article(
        pk=number,
        reference=references.reference(number, prefix=PREFIX),
        desk=desk,
        title=changing.title_of(title),
        kind=one_of(kind, ArticleKind.values, field="kind"),
        language=one_of(language or desk.language, LANGUAGES, field="language"),
        category=category,
        audience=one_of(audience, Audience.values, field="audience"),
        owner=owner or actor,
        source_key=source_key,
        source_hash=source_hash,
        opened_at=now,
        updated_at=now,
    )
    changing.need_own_category(category, desk_id=desk.pk)
    changing.need_owner_at_desk(article.owner, desk_id=desk.pk)
    text = changing.body(body)
    with transaction.atomic():
        article.translation_of = _original(article, translation_of)
        article.save(force_insert=True)
        step = Step(article=article, at=now)
        _write_draft(step, title=article.title, body=text, wordings=_wordings(wordings or {}), note=note, actor=actor)
        record(
            article, verb="article.written", actor=actor, at=now, organisation_id=desk.pk, data=step.data,
            rows=step.rows,
        )  # fmt: skip
        article.save(update_fields=["version", "chain"])
    return article


def revise(
    article: Article,
    *,
    actor: Person,
    now: datetime,
    title: str | None = None,
    body: str | None = None,
    wordings: Mapping[str, str] | None = None,
    note: str | None = None,
    expect: int | None = None,
) -> Article:
    """Write on the draft, or begin one from what readers read. What is None stays as it is there.

    An empty wording is taken away. Readers see nothing of it before it is published.
    """
    with change_article(article, verb="write", event="article.written", actor=actor, now=now, expect=expect) as step:
        begun = step.article.draft or step.article.current
        assert begun is not None  # every article has a draft or a current version
        kept = {wording.expertise: wording.body for wording in begun.wordings.all()}
        _write_draft(
            step,
            title=begun.title if title is None else changing.title_of(title),
            body=begun.body if body is None else changing.body(body),
            wordings=kept if wordings is None else _wordings({**kept, **wordings}),
            note=(begun.note if not begun.is_published else "") if note is None else note,
            actor=actor,
        )
    return step.article


def revert(article: Article, *, to: Version, actor: Person, now: datetime, expect: int | None = None) -> Article:
    """What an earlier version said becomes the draft; it is read once that is published."""
    with change_article(article, verb="write", event="article.written", actor=actor, now=now, expect=expect) as step:
        if to.article_id != step.article.pk:
            raise Refused(_("This version is another article’s."), code="foreign", field="version")
        if step.article.draft is not None:
            raise Conflict(
                _("A draft is being written. Publish it or discard it first."), code="draft_exists", field="version"
            )
        _write_draft(
            step,
            title=to.title,
            body=to.body,
            wordings={wording.expertise: wording.body for wording in to.wordings.all()},
            note=str(_("As in version %(number)d") % {"number": to.number}),
            actor=actor,
        )
        step.data["reverted_to"] = to.number
    return step.article


def discard_draft(article: Article, *, actor: Person, now: datetime, expect: int | None = None) -> Article:
    """The draft is given up; readers go on reading what they read."""
    with change_article(
        article, verb="write", event="article.draft_discarded", actor=actor, now=now, expect=expect
    ) as step:
        draft = step.article.draft
        if draft is None:
            raise Conflict(_("There is no draft to discard."), code="no_draft")
        if step.article.current is None:
            raise Conflict(_("It has never been published: archive it instead."), code="only_version")
        step.data["version"] = draft.number
        step.indexed = False
        draft.delete()
    return step.article


def publish(
    article: Article,
    *,
    actor: Person,
    now: datetime,
    note: str | None = None,
    review_due_on: date | None = None,
    expect: int | None = None,
) -> Article:
    """Readers read the draft from now on. Without a day it is looked at again within a year."""
    with change_article(
        article, verb="publish", event="article.published", actor=actor, now=now, expect=expect, publishing=True
    ) as step:
        current = step.article
        draft = current.draft
        if draft is None:
            raise Conflict(_("There is no draft to publish."), code="no_draft")
        if note is not None:
            draft.note = _note(note)
        draft.published_at, draft.published_by = now, actor
        draft.save(update_fields=["note", "published_at", "published_by"])
        current.current, current.title = draft, draft.title
        current.state, current.published_at = ArticleState.PUBLISHED, now
        _set_review(current, review_due_on or _still_ahead(current, now) or now.date() + REVIEW_AFTER, now=now)
        step.data.update(version=draft.number, audience=current.audience, review_due_on=current.review_due_on)
    return step.article


def archive(article: Article, *, actor: Person, now: datetime, expect: int | None = None) -> Article:
    """Nobody reads it any more, save at the desk; its versions are kept."""
    with change_article(
        article, verb="archive", event="article.archived", actor=actor, now=now, expect=expect, publishing=True
    ) as step:
        step.article.state = ArticleState.ARCHIVED
    return step.article


def restore(article: Article, *, actor: Person, now: datetime, expect: int | None = None) -> Article:
    """It is read again as it was, or is a draft again."""
    with change_article(
        article, verb="restore", event="article.restored", actor=actor, now=now, expect=expect, publishing=True
    ) as step:
        current = step.article
        current.state = ArticleState.PUBLISHED if current.current_id else ArticleState.DRAFT
        if current.is_published:
            _set_review(current, _still_ahead(current, now) or now.date() + REVIEW_AFTER, now=now)
    return step.article


def address(
    article: Article,
    *,
    audience: str,
    actor: Person,
    now: datetime,
    organisations: Iterable[Organisation] = (),
    from_rank: int | None = None,
    expect: int | None = None,
) -> Article:
    """Whom it is for: everybody; the requesters of these organisations, or of all; the desk, from a level on."""
    named = list(organisations)
    with change_article(
        article, verb="describe", event="article.addressed", actor=actor, now=now, expect=expect
    ) as step:
        current = step.article
        if current.is_published:
            changing.need_publisher(actor, current)
        current.audience = one_of(audience, Audience.values, field="audience")
        current.from_rank = from_rank if current.audience == Audience.AGENTS else None
        _need_level(current)
        if current.audience != Audience.REQUESTERS:
            named = []
        for organisation in named:
            if current.desk_id not in (organisation.pk, organisation.served_by_id):
                raise Refused(_("This desk does not serve that organisation."), code="foreign", field="organisations")
        current.organisations.set(named)
        step.data.update(
            audience=current.audience, organisations=sorted(o.pk for o in named), from_rank=current.from_rank
        )
    return step.article


def describe(
    article: Article,
    *,
    kind: str,
    language: str,
    category: Category | None,
    actor: Person,
    now: datetime,
    translation_of: Article | None = None,
    expect: int | None = None,
) -> Article:
    """What it is, in which language, what it is about, and which article it translates."""
    with change_article(
        article, verb="describe", event="article.described", actor=actor, now=now, expect=expect
    ) as step:
        current = step.article
        current.kind = one_of(kind, ArticleKind.values, field="kind")
        current.language = one_of(language, LANGUAGES, field="language")
        changing.need_own_category(category, desk_id=current.desk_id)
        current.category = category
        current.translation_of = _original(current, translation_of)
        step.data.update(kind=current.kind, language=current.language, category=category.pk if category else None)
    return step.article


def set_review(
    article: Article, *, owner: Person, due_on: date, actor: Person, now: datetime, expect: int | None = None
) -> Article:
    """Who sees to it that it stays true, and by when they look at it again. Looked at in time, it gets a new day."""
    with change_article(
        article, verb="review", event="article.review_set", actor=actor, now=now, expect=expect, publishing=True
    ) as step:
        changing.need_owner_at_desk(owner, desk_id=step.article.desk_id)
        step.article.owner = owner
        step.indexed = False
        _set_review(step.article, due_on, now=now)
        step.data.update(owner=owner.pk, due_on=due_on)
    return step.article


def remind(article: Article, *, now: datetime) -> Article:
    """The day has come: its owner hears of it, once."""
    with change_article(article, verb="review", event="article.review_due", actor=None, now=now) as step:
        current = step.article
        due = current.review_due_on is not None and current.review_due_on <= now.date()
        if not (current.is_published and due) or current.review_reminded_at is not None:
            raise Conflict(_("There is nothing to remind anybody of."), code="wrong_state")
        current.review_reminded_at = now
        step.indexed = False
        step.data.update(owner=current.owner_id, due_on=current.review_due_on)
    return step.article


def _write_draft(
    step: Step, *, title: str, body: str, wordings: Mapping[str, str], note: str, actor: Person
) -> Version:
    article = step.article
    draft = article.draft
    if draft is None:
        last = article.versions.first()
        draft = Version(article=article, number=last.number + 1 if last else 1)
    draft.title, draft.body, draft.summary = title, body, markdown.summary(body)
    draft.note, draft.author, draft.at = _note(note), actor, step.at
    draft.save()
    draft.wordings.all().delete()
    Wording.objects.bulk_create(
        Wording(version=draft, expertise=expertise, body=text) for expertise, text in wordings.items()
    )
    if article.current_id is None:
        article.title = title
    step.indexed = article.current_id is None
    step.data["version"] = draft.number
    return draft


def _wordings(given: Mapping[str, str]) -> dict[str, str]:
    wordings = {}
    for expertise, text in given.items():
        if expertise == Expertise.GENERAL or expertise not in Expertise.values:
            raise Refused(_("Choose one of the answers offered."), code="unknown_choice", field="wordings")
        if text.strip():
            wordings[expertise] = changing.body(text, field=expertise)
    return wordings


def _note(text: str) -> str:
    return line_of(text, field="note", limit=changing.NOTE_MAX)


def _original(article: Article, other: Article | None) -> Article | None:
    """The article that this one translates: the first written of those that say the same."""
    if other is None:
        return None
    original = other.translation_of or other
    if original.desk_id != article.desk_id:
        raise Refused(_("This article belongs to another desk."), code="foreign", field="translation_of")
    if original.pk == article.pk or article.translations.exists():
        raise Refused(
            _("Other articles are translations of this one: link them to it."),
            code="is_original",
            field="translation_of",
        )
    # Of two that are written in the same language at once, the second finds it taken.
    Article.objects.select_for_update(no_key=True).only("pk").get(pk=original.pk)
    others = Article.objects.filter(translation_of=original).exclude(pk=article.pk)
    if article.language == original.language or others.filter(language=article.language).exists():
        raise Refused(_("It is written in this language already."), code="taken", field="translation_of")
    return original


def _need_level(article: Article) -> None:
    rank, scheme = article.from_rank, article.desk.scheme
    if rank is not None and (scheme is None or not scheme.levels.filter(rank=rank).exists()):
        raise Refused(_("Choose one of the desk’s levels."), code="unknown_choice", field="from_rank")


def _set_review(article: Article, due_on: date, *, now: datetime) -> None:
    if not now.date() < due_on <= now.date() + LONGEST_REVIEW:
        raise Refused(_("Choose a day to come, within five years."), code="out_of_range", field="review_due_on")
    article.review_due_on, article.review_reminded_at = due_on, None


def _still_ahead(article: Article, now: datetime) -> date | None:
    due = article.review_due_on
    return due if due is not None and due > now.date() else None
