"""Setting up decision trees: who may, what is refused, what stays as it was."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from guichet.knowledge import trees
from guichet.knowledge.models import Tree, TreeState, TreeVersion
from guichet.lib.errors import Conflict, Forbidden, Refused, Stale
from guichet.people.models import Person
from tests import builders
from tests.builders import NOW, Desk
from tests.knowledge import printing

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> Desk:
    return builders.desk()


@pytest.fixture
def helene(at: Desk) -> Person:
    return builders.manager(at)


@pytest.fixture
def tree(at: Desk, helene: Person) -> Tree:
    return printing.draft(at.organisation, by=helene)


def test_only_managers_set_trees_up(at: Desk, tree: Tree) -> None:
    nadia = builders.agent(at)
    for attempt in (
        lambda: trees.publish(tree, actor=nadia, now=NOW),
        lambda: trees.copy(tree, actor=nadia, now=NOW),
        lambda: trees.remove_node(tree, key="n6", actor=nadia, now=NOW),
        lambda: printing.draft(at.organisation, by=nadia, name="Autre"),
    ):
        with pytest.raises(Forbidden):
            attempt()


def test_a_published_version_never_changes(tree: Tree, helene: Person) -> None:
    first = trees.publish(tree, actor=helene, now=NOW)
    assert first.current is not None and first.current.number == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        TreeVersion.objects.filter(pk=first.current.pk).update(content={})
    again = trees.publish(first, actor=helene, now=NOW)
    assert again.current == first.current
    changed = trees.remove_node(again, key="n6", actor=helene, now=NOW)
    assert changed.has_changes
    second = trees.publish(changed, actor=helene, now=NOW)
    assert second.current is not None and second.current.number == 2
    assert TreeVersion.objects.get(tree=tree, number=1).content == tree.draft


def test_what_is_flawed_is_not_published(at: Desk, helene: Person) -> None:
    bare = trees.save(
        tree=None, desk=at.organisation, name_fr="Réseau", name_en="", category=None, for_requesters=True, actor=helene,
        now=NOW,
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        trees.publish(bare, actor=helene, now=NOW)
    assert refused.value.code == "flawed"


def test_a_change_on_an_older_revision_is_refused(tree: Tree, helene: Person) -> None:
    trees.remove_node(tree, key="n6", actor=helene, now=NOW, expect=tree.revision)
    with pytest.raises(Stale):
        trees.remove_node(tree, key="n5", actor=helene, now=NOW, expect=tree.revision)


def test_the_last_change_can_be_taken_back(tree: Tree, helene: Person) -> None:
    changed = trees.remove_node(tree, key="n3", actor=helene, now=NOW)
    assert changed.plan.node("n3") is None
    back = trees.take_back(changed, actor=helene, now=NOW)
    assert back.draft == tree.draft
    assert trees.take_back(back, actor=helene, now=NOW).draft == changed.draft


def test_the_first_step_stays(tree: Tree, helene: Person) -> None:
    with pytest.raises(Refused) as refused:
        trees.remove_node(tree, key="n1", actor=helene, now=NOW)
    assert refused.value.code == "is_start"


def test_a_tree_grows_where_an_answer_led_nowhere(tree: Tree, helene: Person) -> None:
    first = tree.plan.start
    assert first is not None
    grown, (key,) = trees.put_node(tree, node=first, new={"a3": "hand_over"}, actor=helene, now=NOW)
    start = grown.plan.start
    assert start is not None and start.answers[2].to == key
    node = grown.plan.node(key)
    assert node is not None
    said = replace(node, fr="  Voyez\nensemble \x00 ", team=builders.desk().front.pk)
    with pytest.raises(Refused) as refused:
        trees.put_node(grown, node=said, actor=helene, now=NOW)
    assert refused.value.field == "team"
    told = trees.put_node(grown, node=replace(said, team=None), actor=helene, now=NOW)[0].plan.node(key)
    assert told is not None and told.fr == "Voyez ensemble"
    for unknown in ({"node": replace(node, key="n77")}, {"node": start, "new": {"a1": "poem"}}):
        with pytest.raises(Refused):
            trees.put_node(grown, **unknown, actor=helene, now=NOW)


@pytest.mark.parametrize(
    "content",
    ["", [], {"nodes": [{"key": "x y"}]}, {"nodes": [{"key": "n1", "answers": [{"key": "a", "to": "n1"}]}]}],
)
def test_what_is_no_tree_is_refused_in_words(tree: Tree, helene: Person, content: Any) -> None:
    with pytest.raises(Refused) as refused:
        printing.rewritten(tree, content=content, by=helene)
    assert refused.value.field == "content" and str(refused.value.message)
    assert Tree.objects.get().draft == tree.draft


def test_a_copy_is_a_draft_of_another_name(tree: Tree, helene: Person) -> None:
    trees.publish(tree, actor=helene, now=NOW)
    first, second = (trees.copy(tree, actor=helene, now=NOW) for _ in range(2))
    assert {first.name_fr, second.name_fr} == {"Je ne peux pas imprimer (2)", "Je ne peux pas imprimer (3)"}
    assert first.state == TreeState.DRAFT and first.draft == tree.draft


def test_names_are_of_one_tree(at: Desk, tree: Tree, helene: Person) -> None:
    with pytest.raises(Refused) as refused:
        printing.draft(at.organisation, by=helene)
    assert refused.value.field == "name_fr"


def test_who_sees_which(at: Desk, helene: Person) -> None:
    client = builders.client_of(at)
    inside = printing.published(at.organisation, by=helene, name="Pour l’équipe")
    open_to_all = printing.published(at.organisation, by=helene, name="Pour tout le monde", for_requesters=True)
    draft = printing.draft(at.organisation, by=helene, name="Brouillon", for_requesters=True)
    requester, elsewhere = builders.person(client), builders.person(builders.desk().organisation)
    assert set(Tree.objects.visible_to(requester)) == {open_to_all}
    assert set(Tree.objects.visible_to(builders.agent(at))) == {inside, open_to_all, draft}
    assert set(Tree.objects.runnable_by(helene)) == {inside, open_to_all}
    assert not Tree.objects.visible_to(elsewhere).exists()
    withdrawn = trees.withdraw(open_to_all, actor=helene, now=NOW)
    assert not Tree.objects.visible_to(requester).exists()
    with pytest.raises(Conflict):
        trees.withdraw(withdrawn, actor=helene, now=NOW)
