"""The pages of articles, at the desk and for their readers, in every state."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.urls import reverse

from tests.e2e.page import Page, of_ticket, plain
from tests.e2e.world import World

_POSTED, _FILE, _DATA = "only takes POST", "answers with a file", "answers with data"
NO_PAGE: dict[str, str] = {
    "portal:article_feedback": _POSTED,
    "portal:article_picture": _FILE,
    "portal:articles_worker": _DATA,
    "desk:article_picture": _FILE,
    "desk:article_pictures": _POSTED,
    "desk:article_preview": _POSTED,
}


def article_pages() -> Iterator[Page]:
    yield Page("portal:articles", "amelie", plain("portal:articles"))
    yield Page("portal:articles", "", plain("portal:articles"), "visitor")
    yield Page("portal:articles", "amelie", plain("portal:articles", "?q=introuvable"), "not-found")
    yield Page("portal:articles", "emily", plain("portal:articles"), "elsewhere")
    yield Page("portal:articles_kept", "amelie", plain("portal:articles_kept"))
    yield Page("portal:article", "amelie", _article("portal:article", "published"))
    yield Page("portal:article", "", _article("portal:article", "published"), "visitor")
    for show in ("published", "drafts", "review", "judged", "archived"):
        yield Page("desk:articles", "nadia", plain("desk:articles", f"?show={show}"), show)
        yield Page("desk:articles", "founder", plain("desk:articles", f"?show={show}"), f"no-{show}")
    yield Page("desk:articles", "nadia", plain("desk:articles", "?q=introuvable"), "not-found")
    yield Page("desk:new_article", "nadia", plain("desk:new_article"))
    for name in ("article", "article_editing", "article_difference", "article_verdicts", "article_archiving",
                 "article_review", "article_audience"):  # fmt: skip
        yield Page(f"desk:{name}", "helene", _article(f"desk:{name}", "published"))
    for name in ("article_version", "article_reversion"):
        yield Page(f"desk:{name}", "helene", _article(f"desk:{name}", "published", 1))
    for name in ("article", "article_publication", "article_draft_removal"):
        yield Page(f"desk:{name}", "helene", _article(f"desk:{name}", "draft"), "draft")
    yield Page("desk:article_restoration", "helene", _article("desk:article_restoration", "archived"))
    yield Page("desk:ticket_article", "nadia", of_ticket("desk:ticket_article", "resolved"))
    yield Page("desk:article_picker", "nadia", of_ticket("desk:article_picker", "path"))


def _article(name: str, state: str, *more: object) -> Callable[[World], str]:
    return lambda w: reverse(name, args=[w.words[f"article:{state}"], *more])
