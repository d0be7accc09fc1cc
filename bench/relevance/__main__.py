"""Sixty judged questions over the demo's desks and the French pages. `python -m bench.relevance`.

The demo world is loaded into a database of its own; the pages are imported from `../shared/data/kb_fr_bibudem`. Each
question is asked by somebody who would ask it; its score is nDCG@10. Beside it, over the same documents, PostgreSQL's
`french` configuration: all the words, and some of them where nothing has all.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.__main__ import database
from bench.relevance import baseline
from bench.relevance.scoring import DEPTH, ndcg

if TYPE_CHECKING:
    from guichet.people.models import Person

HERE = Path(__file__).resolve().parent
PAGES = HERE.parent.parent.parent / "shared" / "data" / "kb_fr_bibudem" / "docs"
PAGES_PLACE, SOURCE = "pages", "pages"
# Who asks in which place.
ASKERS = {
    PAGES_PLACE: "a.bouchard@riviere-aux-pins.example",
    "riviere-aux-pins": "h.fortin@riviere-aux-pins.example",
    "meuse-informatique": "",
}


@dataclass(frozen=True)
class Question:
    """What is asked, where, and what of that place answers it."""

    where: str
    text: str
    grades: Mapping[str, int]


def questions() -> list[Question]:
    with (HERE / "judged.toml").open("rb") as file:
        return [Question(**question) for question in tomllib.load(file)["question"]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.relevance", description=__doc__)
    parser.add_argument("--each", action="store_true", help="a line a question, with what was found")
    options = parser.parse_args()
    if not PAGES.is_dir():
        print(f"The French pages are not at {PAGES}.", file=sys.stderr)
        return 2
    sys.path.insert(0, str(HERE.parent.parent / "src"))
    os.environ.setdefault("GUICHET_SECRET_KEY", "bench-only")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guichet.config.settings")
    os.environ["GUICHET_DATA"] = tempfile.mkdtemp(prefix="guichet-bench-")
    with database():
        import django

        django.setup()
        _load()
        from guichet.search.jobs import learn_words

        # What the worker does each minute: begun and misspelt words become known ones.
        while learn_words.func():
            pass
        return _judge(each=options.each)


def _load() -> None:
    from django.core.management import call_command
    from django.utils import timezone

    from guichet.knowledge.importing import How, import_folder
    from guichet.knowledge.models import Article, Audience
    from guichet.people.models import Organisation

    call_command("migrate", verbosity=0)
    call_command("demo_load", verbosity=0)
    if Article.objects.filter(source_key__endswith=f":{_keys_suffix()}").exists():
        return
    actor = _person("h.fortin@riviere-aux-pins.example")
    how = How(
        desk=Organisation.objects.get(slug="riviere-aux-pins"),
        actor=actor,
        now=timezone.now(),
        source=SOURCE,
        audience=Audience.REQUESTERS,
        publish=True,
        language="fr",
    )
    import_folder(PAGES, how=how)


def _keys_suffix() -> str:
    return "informatique/vpn.md"


def _person(email: str) -> Person:
    from guichet.people.models import Person

    return Person.objects.get(email=email)


def _askers() -> dict[str, Person]:
    from guichet.people.models import Person, RoleKind

    return {
        place: _person(email)
        if email
        else Person.objects.filter(roles__organisation__slug=place, roles__kind=RoleKind.MANAGER).order_by("pk")[0]
        for place, email in ASKERS.items()
    }


def _documents() -> list[tuple[str, int, baseline.Document]]:
    """Kind, subject and what it says, of all that may be found in the places of the questions."""
    from guichet.knowledge import markdown
    from guichet.knowledge.models import Article
    from guichet.tickets.models import Ticket

    documents = []
    pages = Article.objects.filter(current__isnull=False).exclude(source_key="").select_related("current")
    for article in pages:
        name = article.source_key.partition(":")[2]
        text = markdown.plain_text(article.current.body) if article.current else ""
        documents.append(
            (
                "article",
                article.pk,
                baseline.Document(name, PAGES_PLACE, article.updated_at, article.title, text),
            )
        )
    tickets = Ticket.objects.filter(desk__slug__in=ASKERS).select_related("desk").prefetch_related("messages")
    for ticket in tickets:
        said = "\n".join([ticket.description, *(message.body for message in ticket.messages.all())])
        name = " ".join(ticket.title.split())
        documents.append(
            (
                "ticket",
                ticket.pk,
                baseline.Document(name, ticket.desk.slug, ticket.opened_at, f"{ticket.reference} {ticket.title}", said),
            )
        )
    return documents


def _judge(*, each: bool) -> int:
    from guichet.search.asking import ask

    documents = _documents()
    names = {(kind, subject): document.name for kind, subject, document in documents}
    copies = {place: Counter(d.name for _, _, d in documents if d.place == place) for place in ASKERS}
    baseline.fill(document for _, _, document in documents)
    askers = _askers()
    ours, all_words, some_words = [], [], []
    for question in questions():
        missing = sorted(set(question.grades) - set(copies[question.where]))
        if missing:
            print(f"« {question.text} » : {', '.join(missing)} is not there", file=sys.stderr)
            return 1
        kind = "article" if question.where == PAGES_PLACE else "ticket"
        page = ask(question.text, person=askers[question.where], kinds=(kind,), size=DEPTH)
        found = [names.get((hit.findable.name, hit.subject), "") for hit in page.hits]
        score = _score(question, found, copies)
        ours.append(score)
        all_words.append(
            _score(question, baseline.ask(question.text, place=question.where, otherwise_any=False), copies)
        )
        some_words.append(
            _score(question, baseline.ask(question.text, place=question.where, otherwise_any=True), copies)
        )
        if each:
            print(f"{score:.2f}  {some_words[-1]:.2f}  {question.where[:6]:6}  {question.text}")
            for name in found:
                print(f"          {question.grades.get(name, 0)}  {name}")
    figures = {
        "questions": len(ours),
        "documents": len(documents),
        "ndcg_at_10": _mean(ours),
        "ndcg_pages": _mean([s for s, q in zip(ours, questions(), strict=True) if q.where == PAGES_PLACE]),
        "ndcg_tickets": _mean([s for s, q in zip(ours, questions(), strict=True) if q.where != PAGES_PLACE]),
        "worst": round(min(ours), 3),
        "postgresql_french": _mean(all_words),
        "postgresql_french_or_any": _mean(some_words),
    }
    print(json.dumps(figures))
    return 0


def _score(question: Question, found: Sequence[str], copies: Mapping[str, Mapping[str, int]]) -> float:
    return ndcg(found, grades=question.grades, copies=copies[question.where])


def _mean(scores: Sequence[float]) -> float:
    return round(sum(scores) / len(scores), 3)


if __name__ == "__main__":
    sys.exit(main())
