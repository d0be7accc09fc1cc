"""Published decision trees as the search finds them: by their questions, answers and ends, in both languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from guichet.knowledge.models import Tree
from guichet.people.models import Person
from guichet.search import findable
from guichet.search.findable import Findable, Part, Reach, Shown
from guichet.search.writing import Words, drop, put_all

KIND = "tree"
# An entry for each language, so that each is stemmed by its own rules.
_FRENCH, _ENGLISH = 0, 1
_BATCH = 200


def connect() -> None:
    findable.register(Findable(kinds=(KIND,), visible=_visible, by_standing=True, load=_load, everything=_everything))


def write(tree: Tree) -> None:
    """The tree is found by what it says now, in the languages in which it says something."""
    words = list(_words(tree))
    put_all(words)
    for part in {_FRENCH, _ENGLISH} - {one.part for one in words}:
        drop(KIND, tree.pk, part)


def _words(tree: Tree) -> Iterator[Words]:
    """Of the version that is walked; what is worked on is found by nobody."""
    if tree.current is None or not tree.is_published:
        return
    nodes = tree.current.plan.nodes
    answers = [answer for node in nodes for answer in node.answers]
    said = {
        _FRENCH: (tree.name_fr, [*(f"{n.fr}\n{n.help_fr}" for n in nodes), *(a.fr for a in answers)]),
        _ENGLISH: (tree.name_en, [*(f"{n.en}\n{n.help_en}" for n in nodes), *(a.en for a in answers)]),
    }
    for part, (name, texts) in said.items():
        body = "\n".join(texts).strip()
        if name or body:
            yield Words(
                kind=KIND,
                subject=tree.pk,
                part=part,
                desk_id=tree.desk_id,
                organisation_id=None,
                inside=not tree.for_requesters,
                at=tree.changed_at,
                title=name,
                body=body,
                language="en" if part == _ENGLISH else "fr",
            )


def _visible(person: Person) -> list[Reach]:
    walked = Tree.objects.runnable_by(person).filter(pk=OuterRef("subject"))
    return [Reach(where=Q(kind=KIND) & Q(Exists(walked)))]


def _load(person: Person, found: Mapping[int, Part]) -> Mapping[int, Shown]:
    rows = Tree.objects.runnable_by(person).filter(pk__in=found).select_related("current", "category")
    return {tree.pk: _shown(tree, found[tree.pk]) for tree in rows}


def _shown(tree: Tree, part: Part) -> Shown:
    """In the language in which the words stood."""
    english = part.number == _ENGLISH
    nodes = tree.current.plan.nodes if tree.current else ()
    says = [_("Decision tree"), *([tree.category.name] if tree.category else [])]
    return Shown(
        title=tree.name_en if english and tree.name_en else tree.name_fr,
        text=" ".join(filter(None, (node.en if english else node.fr for node in nodes))),
        detail=" · ".join(says),
        at=tree.changed_at,
        language="en" if english else "fr",
        desk=tree.desk_id,
    )


def _everything(after: int) -> Iterator[Words]:
    while True:
        batch = list(Tree.objects.filter(pk__gt=after).select_related("current").order_by("pk")[:_BATCH])
        for tree in batch:
            yield from _words(tree)
        if len(batch) < _BATCH:
            return
        after = batch[-1].pk
