"""Setting up decision trees: describe, change step by step, publish, withdraw, copy. Each change can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from guichet.catalog.models import Category
from guichet.knowledge import findable_trees, shaping, walking
from guichet.knowledge.changing import need_own_category
from guichet.knowledge.models import Article, Tree, TreeState, TreeVersion
from guichet.knowledge.walking import Node, Plan
from guichet.lib.errors import Conflict, Refused, Stale
from guichet.lib.text import clean, one_line
from guichet.people.managing import line_of, name_of, need_free, need_manager, noted
from guichet.people.models import Organisation, Person, Team

_UNFITTING = {
    "gone": _("This step is no longer in the tree: somebody removed it meanwhile."),
    "missing": _("The step that this leads to is no longer in the tree."),
    "cycle": _("This would lead round in a circle: whoever asks would never come to an end."),
    "too_many": _("%(limit)d steps are the most that a tree can have: make two trees of it."),
}
_MALFORMED = {
    "type": _("%(where)s is not what is expected there."),
    "kind": _("%(where)s is no kind of step."),
    "key": _("%(where)s is no key: 40 small letters, digits and hyphens at most, and not “none”."),
    "too_many": _("%(where)s has more entries than a tree can have."),
    "too_long": _("%(where)s is too long."),
    "repeated": _("Two of %(where)s have the same key."),
}


def save(
    *,
    tree: Tree | None,
    desk: Organisation,
    name_fr: str,
    name_en: str,
    category: Category | None,
    for_requesters: bool,
    actor: Person,
    now: datetime,
    content: Any = None,
    expect: int | None = None,
) -> Tree:
    """What the tree is called, what it is about and who may walk it; a new one begins with a question.

    With `content`, all its steps too, as another program wrote them.
    """
    need_manager(actor, desk)
    if tree is not None and tree.desk_id != desk.pk:
        raise Refused(_("This belongs to another desk."), code="foreign")
    need_own_category(category, desk_id=desk.pk)
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(pk=desk.pk)
        tree = _locked(tree) if tree else Tree(desk=desk, draft=walking.write(shaping.begin(walking.QUESTION)))
        _need_revision(tree, expect)
        if content is not None:
            tree.before = tree.draft if tree.pk else None
            tree.draft = walking.write(_whole(desk, content))
        tree.name_fr = name_of(name_fr, field="name_fr")
        tree.name_en = line_of(name_en, field="name_en")
        need_free(
            Tree.objects.filter(desk=desk, name_fr=tree.name_fr).exclude(pk=tree.pk),
            field="name_fr",
            message=_("There is a decision tree of that name already."),
        )
        tree.category, tree.for_requesters = category, for_requesters
        _save(tree, "tree saved", actor=actor, now=now)
        findable_trees.write(tree)
    return tree


def put_node(
    tree: Tree,
    *,
    node: Node,
    actor: Person,
    now: datetime,
    new: Mapping[str, str] | None = None,
    expect: int | None = None,
) -> tuple[Tree, list[str]]:
    """The step as it is said now, with the ways on from it. `new` names answers that lead to a new step, by its kind;
    the keys of those steps come back with the tree."""
    _need_rows(tree.desk_id, node)
    if not set((new or {}).values()) <= set(walking.KINDS):
        raise Refused(_("Choose one of the answers offered."), code="unknown_choice", field="kind")
    made: list[str] = []

    def change(plan: Plan) -> Plan:
        plan = shaping.put(plan, _tidy(node))
        for answer, kind in (new or {}).items():
            plan, key = shaping.grow(plan, source=node.key, answer=answer, kind=kind)
            made.append(key)
        return plan

    return _change(tree, change, actor=actor, now=now, expect=expect), made


def remove_node(tree: Tree, *, key: str, actor: Person, now: datetime, expect: int | None = None) -> Tree:
    """Answers that led there lead nowhere now; what stood only below it stays, and the page says so."""

    def change(plan: Plan) -> Plan:
        if plan.start is not None and plan.start.key == key:
            raise Refused(_("One begins with this step. Change what it says instead."), code="is_start")
        return shaping.remove(plan, key)

    return _change(tree, change, actor=actor, now=now, expect=expect)


def move_answer(
    tree: Tree, *, source: str, answer: str, up: bool, actor: Person, now: datetime, expect: int | None = None
) -> Tree:
    def change(plan: Plan) -> Plan:
        return shaping.move_answer(plan, source=source, answer=answer, up=up)

    return _change(tree, change, actor=actor, now=now, expect=expect)


def take_back(tree: Tree, *, actor: Person, now: datetime) -> Tree:
    """The steps as they were before the last change; done again, the change is there again."""
    with _changing(tree, actor=actor, expect=None) as locked:
        if locked.before is None:
            raise Conflict(_("There is nothing to take back."), code="nothing_before")
        locked.draft, locked.before = locked.before, locked.draft
        _save(locked, "tree changed back", actor=actor, now=now)
    return locked


def publish(tree: Tree, *, actor: Person, now: datetime, expect: int | None = None) -> Tree:
    """What is worked on becomes a version, which never changes; refused while something in it blocks."""
    with _changing(tree, actor=actor, expect=expect) as locked:
        if any(flaw.blocks for flaw in walking.flaws(locked.plan)):
            raise Refused(_("Something still has to be mended before this tree can be published."), code="flawed")
        if locked.has_changes:
            last = locked.versions.order_by("-number").values_list("number", flat=True).first() or 0
            locked.current = TreeVersion.objects.create(
                tree=locked, number=last + 1, content=locked.draft, by=actor, at=now
            )
        locked.state = TreeState.PUBLISHED
        _save(locked, "tree published", actor=actor, now=now)
        findable_trees.write(locked)
    return locked


def withdraw(tree: Tree, *, actor: Person, now: datetime, expect: int | None = None) -> Tree:
    """Nobody begins it any more; runs under way may end."""
    with _changing(tree, actor=actor, expect=expect) as locked:
        if not locked.is_published:
            raise Conflict(_("This tree isn’t published."), code="wrong_state")
        locked.state = TreeState.WITHDRAWN
        _save(locked, "tree withdrawn", actor=actor, now=now)
        findable_trees.write(locked)
    return locked


def copy(tree: Tree, *, actor: Person, now: datetime) -> Tree:
    """Another tree with the same steps, as a draft."""
    need_manager(actor, tree.desk)
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(pk=tree.desk_id)
        made = Tree(desk=tree.desk, category=tree.category, for_requesters=tree.for_requesters, draft=tree.draft)
        taken = set(Tree.objects.filter(desk=tree.desk).values_list("name_fr", flat=True))
        number = 2
        while (name := f"{tree.name_fr[:112]} ({number})") in taken:
            number += 1
        made.name_fr, made.name_en = name, f"{tree.name_en[:112]} ({number})" if tree.name_en else ""
        _save(made, "tree copied", actor=actor, now=now)
    return made


def read(content: Any) -> Plan:
    """The tree that `content` describes, refused in words where it is none."""
    try:
        return walking.read(content)
    except walking.Malformed as wrong:
        told = _MALFORMED[wrong.what] % {"where": wrong.where[:80]}
        raise Refused(told, code=wrong.what, field="content") from wrong


def _whole(desk: Organisation, content: Any) -> Plan:
    """A tree from outside, without what its texts may not hold."""
    plan = read(content)
    for node in plan.nodes:
        _need_rows(desk.pk, node)
    tidy = Plan(tuple(_tidy(node) for node in plan.nodes))
    if walking.circling(tidy):
        raise Refused(_UNFITTING["cycle"], code="cycle", field="content")
    return tidy


def _change(tree: Tree, change: Callable[[Plan], Plan], *, actor: Person, now: datetime, expect: int | None) -> Tree:
    with _changing(tree, actor=actor, expect=expect) as locked:
        try:
            plan = change(locked.plan)
        except shaping.Unfitting as wrong:
            raise Refused(_UNFITTING[wrong.code] % {"limit": walking.NODES_MAX}, code=wrong.code) from wrong
        draft = walking.write(plan)
        if draft != locked.draft:
            locked.draft, locked.before = draft, locked.draft
            _save(locked, "tree changed", actor=actor, now=now)
    return locked


@contextmanager
def _changing(tree: Tree, *, actor: Person, expect: int | None) -> Iterator[Tree]:
    need_manager(actor, tree.desk)
    with transaction.atomic():
        locked = _locked(tree)
        _need_revision(locked, expect)
        yield locked


def _need_revision(tree: Tree, expect: int | None) -> None:
    if expect is not None and expect != tree.revision:
        raise Stale(_("Somebody changed this tree meanwhile. Look at it again before you go on."), code="stale")


def _locked(tree: Tree) -> Tree:
    return Tree.objects.select_for_update(of=("self",)).select_related("desk", "current", "category").get(pk=tree.pk)


def _save(tree: Tree, verb: str, *, actor: Person, now: datetime) -> None:
    tree.revision = tree.revision + 1 if tree.pk else 1
    tree.changed_by, tree.changed_at = actor, now
    tree.save()
    noted(verb, subject=tree, actor=actor, now=now)


def _tidy(node: Node) -> Node:
    """Its texts without what text from outside may not hold."""
    return walking.with_texts(node, line=one_line, body=lambda text: clean(text).strip())


def _need_rows(desk: int, node: Node) -> None:
    """A team and an article are the desk's own."""
    if node.team is not None and not Team.objects.filter(pk=node.team, organisation=desk).exists():
        raise Refused(_("This team doesn’t belong to this desk."), code="foreign", field="team")
    if node.article is not None and not Article.objects.filter(pk=node.article, desk=desk).exists():
        raise Refused(_("This article doesn’t belong to this desk."), code="foreign", field="article")
