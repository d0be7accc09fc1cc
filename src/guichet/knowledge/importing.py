"""A folder of Markdown becomes articles; again and again, what changed in it becomes new versions.

A page is known again by its path, and its text by a digest of what it said when it was last imported. What somebody
here has written on since is never written over: the folder's text becomes a draft to look at, or waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction

from guichet.catalog.models import Category
from guichet.knowledge import actions, folder, pictures
from guichet.knowledge.folder import Folder, Page, Skipped
from guichet.knowledge.models import Article, ArticleKind, ArticleState, Audience, Version
from guichet.knowledge.models.article import PREFIX
from guichet.lib import references
from guichet.lib.database import next_id
from guichet.lib.errors import Refused
from guichet.lib.text import fold, one_line
from guichet.people.models import Organisation, Person
from guichet.search.words import guess

NEW, CHANGED, SAME, TO_LOOK_AT, WAITING, REFUSED = "new", "changed", "same", "to_look_at", "waiting", "refused"


@dataclass
class Report:
    """What became of each page, and what in it leads nowhere."""

    # Key → one of the words above.
    pages: dict[str, str] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    # (key of the page, what it links to or shows).
    broken_links: list[tuple[str, str]] = field(default_factory=list)
    missing_pictures: list[tuple[str, str]] = field(default_factory=list)
    # References of articles whose page is no longer in the folder.
    gone: list[str] = field(default_factory=list)

    def count(self, what: str) -> int:
        return sum(became == what for became in self.pages.values())


@dataclass(frozen=True)
class How:
    """For whom the articles are, and whether what is new is read at once."""

    desk: Organisation
    actor: Person
    now: datetime
    source: str
    audience: str = Audience.AGENTS
    publish: bool = False
    kind: str = ArticleKind.HOW_TO
    language: str = ""


def import_folder(
    root: Path, *, how: How, dry_run: bool = False, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> Report:
    """Read `root` and bring the articles up to date, a page at a time: an import that broke off goes on when repeated.

    `dry_run` writes nothing and tells what would be done.
    """
    found = folder.read(root.resolve())
    report = Report(skipped=found.skipped)
    known = {
        article.source_key: article
        for article in Article.objects.filter(desk=how.desk, source_key__startswith=f"{how.source}:")
        .select_related("desk", "current")
        .prefetch_related("pictures")
    }
    numbers = {} if dry_run else {key: next_id(Article) for key in found.pages if _key(how, key) not in known}
    names = {key: known[_key(how, key)].reference for key in found.pages if _key(how, key) in known}
    names |= {key: references.reference(number, prefix=PREFIX) for key, number in numbers.items()}
    categories = _categories(how.desk)
    for done, (key, page) in enumerate(found.pages.items(), start=1):
        body = _linked(page, found, names, report)
        shown = _pictures(page, found, report)
        article = known.get(_key(how, key))
        try:
            if dry_run:
                report.pages[key] = _would_be(article, page, body, shown)
            elif article is None:
                category = _category(page, categories)
                report.pages[key] = _begin(page, body, shown, number=numbers[key], category=category, how=how)
            else:
                report.pages[key] = _follow(article, page, body, shown, how=how)
        except Refused as refusal:
            report.pages[key] = REFUSED
            report.skipped.append(Skipped(key, refusal.code))
        progress(done, len(found.pages))
    report.gone = [a.reference for key, a in known.items() if key.partition(":")[2] not in found.pages]
    return report


def _key(how: How, key: str) -> str:
    return f"{how.source}:{key}"


def _begin(page: Page, body: str, shown: dict[str, bytes], *, number: int, category: Category | None, how: How) -> str:
    with transaction.atomic():
        article = actions.write(
            desk=how.desk,
            title=page.title,
            body=body,
            kind=how.kind,
            language=_language(page, how),
            category=category,
            audience=how.audience,
            actor=how.actor,
            now=how.now,
            number=number,
            source_key=_key(how, page.key),
        )
        text = _with_pictures(article, body, shown, how)
        if text != body:
            article = actions.revise(article, body=text, actor=how.actor, now=how.now)
        if how.publish:
            actions.publish(article, actor=how.actor, now=how.now)
        _remember(article, page.title, text)
    return NEW


def _follow(article: Article, page: Page, body: str, shown: dict[str, bytes], *, how: How) -> str:
    """The article as the page has it now, unless somebody here is at it, or has been."""
    became = _would_be(article, page, body, shown)
    if became in {CHANGED, TO_LOOK_AT}:
        with transaction.atomic():
            text = _with_pictures(article, body, shown, how)
            revised = actions.revise(article, title=page.title, body=text, actor=how.actor, now=how.now)
            if article.is_published and how.publish and became == CHANGED:
                actions.publish(revised, actor=how.actor, now=how.now)
            _remember(article, page.title, text)
    return became


def _would_be(article: Article | None, page: Page, body: str, shown: dict[str, bytes]) -> str:
    if article is None:
        return NEW
    if _digest(page.title, _named(article, body, shown)) == article.source_hash:
        return SAME
    draft = article.draft
    version: Version | None = draft or article.current
    own = version is not None and _digest(version.title, version.body) != article.source_hash
    if article.state == ArticleState.ARCHIVED or (own and draft is not None):
        return WAITING
    return TO_LOOK_AT if own else CHANGED


def _remember(article: Article, title: str, body: str) -> None:
    """By which the text is known again: as the actions keep it."""
    Article.objects.filter(pk=article.pk).update(source_hash=_digest(title, body))


def _digest(title: str, body: str) -> str:
    return folder.digest(one_line(title), body.strip())


def _linked(page: Page, found: Folder, names: dict[str, str], report: Report) -> str:
    """The page's text with the articles' references in place of links to their pages."""
    links = {}
    for is_picture, target in folder.targets(page.body):
        if is_picture:
            continue
        key = found.page_of(target, on=page.key)
        if key is None:
            report.broken_links.append((page.key, target))
        elif key in names:
            anchor = target.partition("#")[2]
            links[target] = names[key] + (f"#{anchor}" if anchor else "")
    return folder.retargeted(page.body, links=links, pictures={})


def _pictures(page: Page, found: Folder, report: Report) -> dict[str, bytes]:
    """What the pictures of the folder contain, by how the page calls them."""
    shown: dict[str, bytes] = {}
    for is_picture, target in folder.targets(page.body):
        if not is_picture or target in shown or len(shown) >= pictures.MOST:
            continue
        file = found.file_of(target, on=page.key)
        content = _content(file) if file else b""
        if len(content) <= pictures.MAX_BYTES and pictures.look(content)[0]:
            shown[target] = content
        else:
            report.missing_pictures.append((page.key, target))
    return shown


def _content(file: Path) -> bytes:
    """A little more than is kept, so that one sees what is too large; nothing of what can't be read."""
    try:
        with file.open("rb") as opened:
            return opened.read(pictures.MAX_BYTES + 1)
    except OSError:
        return b""


def _with_pictures(article: Article, body: str, shown: dict[str, bytes], how: How) -> str:
    names = {
        target: pictures.add_bytes(article, name=target, content=content, actor=how.actor, now=how.now).name
        for target, content in shown.items()
    }
    return folder.retargeted(body, links={}, pictures=names)


def _named(article: Article, body: str, shown: dict[str, bytes]) -> str:
    """The same without keeping anything; a picture that the article lacks has a name of no other text."""
    kept = {picture.sha256: picture.name for picture in article.pictures.all()}
    sums = {target: pictures.digest(content) for target, content in shown.items()}
    names = {target: kept.get(sha256, sha256) for target, sha256 in sums.items()}
    return folder.retargeted(body, links={}, pictures=names)


def _language(page: Page, how: How) -> str:
    if page.language in actions.LANGUAGES:
        return page.language
    return how.language or guess(f"{page.title}\n{page.body[:4000]}")


def _categories(desk: Organisation) -> dict[str, Category]:
    rows = Category.objects.filter(organisation=desk, active=True)
    return {fold(name): row for row in rows for name in (row.name_fr, row.name_en) if name}


def _category(page: Page, categories: dict[str, Category]) -> Category | None:
    """That of its first tag, or of the nearest folder, which is called as one of the desk's."""
    folders: Iterable[str] = reversed(page.key.split("/")[:-1])
    return next((categories[fold(name)] for name in (*page.tags, *folders) if fold(name) in categories), None)
