"""Decision trees in the settings: written, judged in words, tried, published, counted."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from guichet.knowledge import running
from guichet.knowledge.models import Run, Tree
from tests import builders
from tests.settings.conftest import Setting, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree(setting: Setting) -> Tree:
    made: Tree = setting.rows["tree"]
    return made


@pytest.fixture(autouse=True)
def french(setting: Setting) -> None:
    setting.browser.cookies["guichet_language"] = "fr"


def _typed(tree: Tree, **changes: Any) -> dict[str, Any]:
    """What the page of the first step sends when nothing is changed."""
    return {
        "revision": tree.revision, "kind": "question", "fr": "L’imprimante est-elle allumée ?", "en": "", "on": "",
        "key_0": "a1", "fr_0": "Oui", "to_0": "n2", "key_1": "a2", "fr_1": "Non", "to_1": "n3",
        "key_2": "a3", "fr_2": "Je ne sais pas", "to_2": "",
        **changes,
    }  # fmt: skip


def test_a_new_tree_is_a_name_first(setting: Setting) -> None:
    answer = setting.post("new_tree", name_fr="Réseau", name_en="Network", category="", for_requesters="on")
    made = Tree.objects.get(name_fr="Réseau")
    assert answer.status_code == 302 and made.for_requesters and not made.is_published
    page = text(setting.get("tree", made.pk))
    assert "une étape encore sans texte" in page and "moins de deux réponses" in page


def test_the_outline_shows_where_every_answer_leads(setting: Setting, tree: Tree) -> None:
    page = text(setting.get("tree", tree.pk))
    for said in ("Que dit l’écran", "1.1.1", "voir 1.1.1", "nulle part", "ne mène nulle part"):
        assert said in page
    assert "Je ne peux pas imprimer" in text(setting.get("trees"))


def test_a_step_is_written_with_new_steps_below_it(setting: Setting, tree: Tree) -> None:
    answer = setting.post("tree_step", tree.pk, "n1", **_typed(tree, to_2="+hand_over", fr_3="Autre", to_3="n6"))
    tree.refresh_from_db()
    start = tree.plan.start
    assert start is not None and [a.key for a in start.answers] == ["a1", "a2", "a3", "a4"]
    made = tree.plan.node(start.answers[2].to)
    assert made is not None and made.kind == "hand_over" and made.key in answer["Location"]
    assert "une étape encore sans texte" in text(setting.get("tree_step", tree.pk, made.key))


def test_every_kind_of_step_can_be_written(setting: Setting, tree: Tree) -> None:
    team = setting.desk.second.pk
    kinds: dict[str, dict[str, Any]] = {
        "instruction": {"on": "n4"}, "solved": {}, "hand_over": {"team": team}, "ticket": {"fact_tried": "Redémarrée"},
    }  # fmt: skip
    for kind, more in kinds.items():
        tree.refresh_from_db()
        typed = {"revision": tree.revision, "kind": kind, "fr": "Étape", **more}
        assert setting.post("tree_step", tree.pk, "n6", **typed).status_code == 302
        tree.refresh_from_db()
        node = tree.plan.node("n6")
        assert node is not None and node.kind == kind
        assert setting.get("tree_step", tree.pk, "n6").status_code == 200
    assert node.facts == {"tried": "Redémarrée"}


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "poem"}, {"fr": ""}, {"fr": "x" * 301}, {"fr_0": "x" * 121}, {"to_0": "n1"}, {"to_0": "n99"},
        {"to_0": "+poem"}, {"fr_0": "", "to_0": "n2"}, {"team": "abc"}, {"team": "999999"}, {"revision": "x"},
        {"help_fr": "x" * 2001}, {"to_0": "\x00"},
    ],
)  # fmt: skip
def test_what_cant_be_is_refused_and_kept(setting: Setting, tree: Tree, changes: dict[str, Any]) -> None:
    answer = setting.post("tree_step", tree.pk, "n1", **_typed(tree, **{"en": "TYPED", **changes}))
    assert answer.status_code == 422 and "TYPED" in text(answer)
    assert Tree.objects.get(pk=tree.pk).draft == tree.draft


def test_on_an_older_revision_nothing_is_lost(setting: Setting, tree: Tree) -> None:
    setting.post("tree_step", tree.pk, "n4", revision=tree.revision, kind="solved", fr="Elle imprime.")
    answer = setting.post("tree_step", tree.pk, "n1", **_typed(tree, fr="Autrement dit"))
    assert answer.status_code == 412 and "Autrement dit" in text(answer)


def test_removing_moving_and_taking_back(setting: Setting, tree: Tree) -> None:
    setting.post("tree_answer_position", tree.pk, "n1", to="a3 up")
    tree.refresh_from_db()
    assert tree.plan.start is not None and [a.key for a in tree.plan.start.answers] == ["a1", "a3", "a2"]
    setting.post("tree_step_removal", tree.pk, "n2")
    tree.refresh_from_db()
    assert tree.plan.node("n2") is None
    page = text(setting.get("tree", tree.pk))
    assert "À l’écart de l’arbre" in page
    setting.post("tree_undoing", tree.pk)
    tree.refresh_from_db()
    assert tree.plan.node("n2") is not None
    assert setting.post("tree_step_removal", tree.pk, "n1").status_code == 302
    assert setting.get("tree_step", tree.pk, "n77").status_code == 404


def test_publishing_withdrawing_copying(setting: Setting, tree: Tree) -> None:
    setting.post("tree_withdrawal", tree.pk)
    assert Tree.objects.get(pk=tree.pk).state == "withdrawn"
    setting.post("tree_publication", tree.pk)
    assert Tree.objects.get(pk=tree.pk).is_published
    setting.post("tree_copy", tree.pk)
    copy = Tree.objects.exclude(pk=tree.pk).get()
    setting.post("tree_step", copy.pk, "n4", revision=copy.revision, kind="question", fr="Sans réponses")
    assert setting.post("tree_publication", copy.pk).status_code == 302
    assert Tree.objects.get(pk=copy.pk).state == "draft"


def test_trying_walks_what_is_worked_on(setting: Setting, tree: Tree) -> None:
    url = setting.url("tree_trial", tree.pk)
    assert "Que dit l’écran" in text(setting.browser.get(f"{url}?a=a1"))
    assert "Elle imprime de nouveau" in text(setting.browser.get(f"{url}?a=a2&a=done"))
    assert "L’imprimante est-elle allumée" in text(setting.browser.get(f"{url}?a=a2&a=%00&a=zz"))
    assert "n’en sait pas plus" in text(setting.browser.get(f"{url}?a=none"))
    assert not Run.objects.exists()


def test_figures_say_where_people_fall_out(setting: Setting, tree: Tree) -> None:
    now = timezone.now() - timedelta(days=3)
    for answers in (["a2", "done"], ["a1", "none"], ["a1"], ["a1", "a2"]):
        asker = builders.person(setting.desk.organisation)
        run = running.start(tree, actor=setting.agent, person=asker, now=now)
        for answer in answers:
            run, _step = running.answer(
                run, move=run.moves, answer=answer, actor=setting.agent, now=now + timedelta(seconds=30)
            )
    page = text(setting.get("tree_figures", tree.pk))
    assert "Parcouru <strong>4</strong> fois" in page and "30\u00a0s" in page
    assert "1.1" in page and "C’est à l’étape 1.1 que l’on sort le plus souvent" in page
    asked = setting.browser.get(setting.url("tree_figures", tree.pk) + "?weeks=999999999999999999999")
    assert asked.status_code == 200
