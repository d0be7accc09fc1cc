"""Writes down what the desks of the worlds know, as they would have: drafted, published, revised, judged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import F

from guichet.demo.cast import COLLEGE, MARIE_EVE
from guichet.demo.stage import Stage
from guichet.demo.typography import french
from guichet.demo.worlds import articles as worlds
from guichet.demo.worlds.articles import Written
from guichet.knowledge import actions, importing, verdicts
from guichet.knowledge.importing import How
from guichet.knowledge.models import Article, Reads
from guichet.people.models import Organisation, Person

# Real pages of a college's libraries, beside a checkout of the source; read there, never copied in.
PAGES = Path(__file__).resolve().parents[4] / "shared" / "data" / "kb_fr_bibudem" / "docs"


def write(stage: Stage) -> None:
    of_world = worlds.COLLEGE if stage.ground.desk.slug == COLLEGE else worlds.COMPANY
    written: dict[str, Article] = {}
    for one in of_world:
        written[one.key] = _write(stage, one, written)


def bring_in_pages(*, now: datetime) -> int:
    """The libraries' pages as articles of the college, where they lie beside the source; how many."""
    desk = Organisation.objects.filter(slug=COLLEGE).first()
    owner = Person.objects.filter(organisation=desk, email=MARIE_EVE.email).first()
    if desk is None or owner is None or not PAGES.is_dir():
        return 0
    how = How(desk=desk, actor=owner, now=now, source="bibudem", audience="requesters", publish=True, language="fr")
    return importing.import_folder(PAGES, how=how).count(importing.NEW)


def _write(stage: Stage, one: Written, others: dict[str, Article]) -> Article:
    by, at = stage.person(one.by), stage.at(one.days, "10:20")
    set_right = french if one.language == "fr" else str
    article = actions.write(
        desk=stage.ground.desk,
        title=set_right(one.title),
        body=set_right(one.body),
        wordings={expertise: set_right(body) for expertise, body in one.wordings.items()},
        kind=one.kind,
        language=one.language,
        category=stage.ground.categories[one.category],
        translation_of=others.get(one.translates),
        audience=one.audience,
        actor=by,
        now=at,
    )
    if one.from_rank is not None:
        actions.address(article, audience=one.audience, from_rank=one.from_rank, actor=by, now=at)
    if not one.published:
        return article
    due = (stage.now + timedelta(days=one.review_in)).date()
    article = actions.publish(article, review_due_on=due, actor=by, now=at + timedelta(minutes=40))
    if one.revised:
        note, body = one.revised
        later = at + timedelta(days=3)
        actions.revise(article, body=set_right(body), note=set_right(note), actor=by, now=later)
        article = actions.publish(article, actor=by, now=later + timedelta(minutes=5))
    _judge(stage, one, article)
    return article


def _judge(stage: Stage, one: Written, article: Article) -> None:
    assert article.current
    said: Iterable[tuple[str, bool, str, str]] = [
        *((key, True, "", "") for key in one.helped),
        *((key, False, why, text) for key, why, text in one.failed),
    ]
    for n, (key, helped, why, text) in enumerate(said):
        verdicts.give_feedback(
            article.current,
            helped=helped,
            why_not=why,
            text=french(text),
            person=stage.person(key),
            now=stage.now - timedelta(hours=5 * n + 2),
        )
    for days in range(1, min(one.days, 14)):
        verdicts.count_read(article, now=stage.now - timedelta(days=days))
    Reads.objects.filter(article=article).update(count=F("count") * (3 + len(one.title) % 5))
