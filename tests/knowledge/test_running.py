"""Runs: answered, taken back, sent twice, answered on an old page; and what is told of them."""

import uuid
from datetime import timedelta

import pytest

from guichet.knowledge import running, trees
from guichet.knowledge.models import Run, Tree
from guichet.knowledge.running import Asked
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
def tree(at: Desk) -> Tree:
    return printing.published(at.organisation, by=builders.manager(at), for_requesters=True)


@pytest.fixture
def nadia(at: Desk) -> Person:
    return builders.agent(at)


@pytest.fixture
def run(at: Desk, tree: Tree, nadia: Person) -> Run:
    return running.start(tree, actor=nadia, person=builders.person(at.organisation), now=NOW)


def _answer(run: Run, *answers: str, actor: Person) -> Run:
    for answer in answers:
        run, _step = running.answer(
            run, move=run.moves, answer=answer, actor=actor, now=NOW + timedelta(minutes=run.moves + 1)
        )
    return run


def test_it_ends_as_its_last_step_says(run: Run, nadia: Person) -> None:
    assert not run.outcome
    done = _answer(run, "a1", "a1", "done", actor=nadia)
    assert (done.outcome, done.solved, done.at_node) == ("solved", True, "n4")
    assert [str(one) for one in running.asked(done)] == [
        "L’imprimante est-elle allumée ? → Oui",
        "Que dit l’écran ? → Plus de papier",
        "Allumez-la, ou ajoutez du papier. → C’est fait",
    ]


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [(["a3"], "dead_end"), (["a1", "none"], "dead_end"), (["a1", "a2"], "hand_over"), (["a1", "a3"], "ticket")],
)
def test_it_ends_unsolved(run: Run, nadia: Person, answers: list[str], outcome: str) -> None:
    done = _answer(run, *answers, actor=nadia)
    assert (done.outcome, done.solved) == (outcome, False) and done.ended_at
    with pytest.raises(Refused):
        _answer(done, "a1", actor=nadia)


def test_an_answer_sent_twice_is_given_once(run: Run, nadia: Person) -> None:
    run, first = running.answer(run, move=0, answer="a1", actor=nadia, now=NOW)
    again, none = running.answer(run, move=0, answer="a1", actor=nadia, now=NOW)
    assert first is not None and none is None and again.moves == 1
    with pytest.raises(Stale):
        running.answer(run, move=0, answer="a2", actor=nadia, now=NOW)
    with pytest.raises(Stale):
        running.answer(run, move=7, answer="a2", actor=nadia, now=NOW)


def test_going_back_asks_again_and_keeps_what_was_said(run: Run, nadia: Person) -> None:
    ended = _answer(run, "a3", actor=nadia)
    back, step = running.go_back(ended, move=1, actor=nadia, now=NOW)
    assert (back.at_node, back.ended_at, back.outcome, back.solved) == ("n1", None, "", None)
    assert step.taken_back and back.moves == 1
    with pytest.raises(Conflict):
        running.go_back(back, move=1, actor=nadia, now=NOW)
    assert [one.answer for one in running.asked(_answer(back, "a2", actor=nadia))] == ["Non"]


@pytest.mark.parametrize("answer", ["", "a9", "n2", "x" * 500, "\x00"])
def test_only_what_is_offered_is_an_answer(run: Run, nadia: Person, answer: str) -> None:
    with pytest.raises(Refused):
        running.answer(run, move=0, answer=answer, actor=nadia, now=NOW)


def test_a_note_stays_beside_its_answer(run: Run, nadia: Person) -> None:
    run, _step = running.answer(run, move=0, answer="a1", actor=nadia, now=NOW, note=" Voyant  vert ")
    assert [one.note for one in running.asked(run)] == ["Voyant  vert"]
    with pytest.raises(Refused) as refused:
        running.answer(run, move=1, answer="a1", actor=nadia, now=NOW, note="x" * 501)
    assert refused.value.field == "note"


def test_runs_are_theirs_and_the_desks(at: Desk, run: Run, tree: Tree) -> None:
    colleague, asker = builders.agent(at), builders.person(at.organisation)
    _answer(run, "a1", actor=colleague)
    with pytest.raises(Forbidden):
        _answer(run, "a1", actor=asker)
    alone = running.start(tree, actor=asker, person=asker, now=NOW, alone=True)
    with pytest.raises(Forbidden):
        _answer(alone, "a1", actor=colleague)
    assert set(Run.objects.visible_to(asker)) == {alone}
    assert set(Run.objects.visible_to(colleague)) == {run, alone}
    assert not Run.objects.visible_to(builders.agent(builders.desk())).exists()


def test_it_is_begun_once_with_one_key(at: Desk, tree: Tree, nadia: Person) -> None:
    key = uuid.uuid4()
    first, second = (running.start(tree, actor=nadia, person=None, now=NOW, key=key) for _ in range(2))
    assert first == second
    with pytest.raises(Conflict):
        running.start(tree, actor=builders.agent(at), person=None, now=NOW, key=key)


def test_only_published_trees_are_walked_and_on_their_version(at: Desk, tree: Tree, run: Run, nadia: Person) -> None:
    helene = builders.manager(at)
    trees.remove_node(tree, key="n3", actor=helene, now=NOW)
    trees.withdraw(tree, actor=helene, now=NOW)
    with pytest.raises(Refused):
        running.start(tree, actor=nadia, person=None, now=NOW)
    assert _answer(run, "a2", actor=nadia).at_node == "n3"


def test_the_text_keeps_the_last_where_not_all_has_room() -> None:
    said = [Asked(f"Question {n}", "Oui") for n in range(100)]
    text = running.as_text(said, limit=100)
    assert len(text) <= 100 and text.startswith("…\n") and text.endswith("Question 99 → Oui")
    assert running.as_text(said[:2], limit=100) == "Question 0 → Oui\nQuestion 1 → Oui"
    assert len(running.as_text([Asked("x" * 300, "y")], limit=50)) == 50
