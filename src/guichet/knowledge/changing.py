"""The frame of an article's actions: lock, check, change, record one event with its row in the index, save, once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from guichet.activity.record import Statement, record
from guichet.catalog.models import Category
from guichet.knowledge import policies
from guichet.knowledge.findable import indexing
from guichet.knowledge.models import Article, ArticleState
from guichet.lib.errors import Conflict, Forbidden, Refused, Stale
from guichet.people.managing import body_of, line_of
from guichet.people.models import Organisation, Person

TITLE_MAX, BODY_MAX, NOTE_MAX = 200, 100_000, 300
# A draft that was never published and one that is read may both be written on; what is archived has to come back first.
_VERBS: dict[str, tuple[str, ...]] = {
    "write": (ArticleState.DRAFT, ArticleState.PUBLISHED),
    "publish": (ArticleState.DRAFT, ArticleState.PUBLISHED),
    "archive": (ArticleState.DRAFT, ArticleState.PUBLISHED),
    "restore": (ArticleState.ARCHIVED,),
    "describe": (ArticleState.DRAFT, ArticleState.PUBLISHED),
    "review": (ArticleState.DRAFT, ArticleState.PUBLISHED),
}


@dataclass
class Step:
    """The locked article, and what its event will say."""

    article: Article
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)
    # Whether what the search finds of it may have changed.
    indexed: bool = True

    def rows(self) -> list[Statement]:
        """What goes to the database with the event."""
        return indexing(self.article) if self.indexed else []


def may(article: Article, verb: str) -> bool:
    """Whether `verb` leads anywhere from the present state. KeyError for an unknown verb."""
    return article.state in _VERBS[verb]


@contextmanager
def change_article(
    article: Article,
    *,
    verb: str,
    event: str,
    actor: Person | None,
    now: datetime,
    expect: int | None = None,
    publishing: bool = False,
) -> Iterator[Step]:
    """Lock `article`, let the body change it, then record `event` and save. `actor` None is the product itself.

    `publishing` asks for the right to decide what readers read.
    """
    with transaction.atomic():
        locked = Article.objects.select_for_update(no_key=True).get(pk=article.pk)
        if expect is not None and expect != locked.version:
            raise Stale(_("Somebody changed this article meanwhile. Look at it again before you go on."), code="stale")
        if actor is not None:
            need_writer(actor, desk_id=locked.desk_id)
            if publishing:
                need_publisher(actor, locked)
        if not may(locked, verb):
            raise Conflict(_("This is no longer possible in the article’s present state."), code="wrong_state")
        step = Step(article=locked, at=now)
        yield step
        locked.updated_at = now
        record(
            locked,
            verb=event,
            actor=actor,
            at=now,
            organisation_id=locked.desk_id,
            data=step.data,
            rows=step.rows,
        )
        locked.save()


def need_writer(actor: Person, *, desk_id: int) -> None:
    if not policies.can_write(actor, desk_id=desk_id):
        raise Forbidden(_("Only the desk whose article this is may do this."), code="not_desk")


def need_publisher(actor: Person, article: Article) -> None:
    if not policies.can_publish(actor, article):
        raise Forbidden(
            _("Articles are published by their owner, by those who lead a team and by the desk’s managers."),
            code="not_publisher",
        )


def title_of(text: str) -> str:
    return _required(line_of(text, field="title", limit=TITLE_MAX), field="title", message=_("Give it a title."))


def body(text: str, *, field: str = "body") -> str:
    text = body_of(text, field=field, limit=BODY_MAX)
    return _required(text, field=field, message=_("Write what readers should know."))


def _required(text: str, *, field: str, message: Any) -> str:
    if not text:
        raise Refused(message, code="required", field=field)
    return text


def need_own_category(category: Category | None, *, desk_id: int) -> None:
    if category is not None and category.organisation_id not in {None, desk_id}:
        raise Refused(_("This category belongs to another desk."), code="foreign", field="category")


def need_owner_at_desk(owner: Person, *, desk_id: int) -> None:
    if not policies.can_write(owner, desk_id=desk_id):
        raise Refused(_("This person doesn’t treat this desk’s tickets."), code="not_desk", field="owner")


def need_desk(desk: Organisation) -> None:
    if desk.served_by_id is not None:
        raise Refused(
            _("This organisation is served by another desk: articles are that desk’s."), code="not_a_desk", field="desk"
        )
