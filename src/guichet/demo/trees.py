"""Plants the decision trees of the worlds, and walks them as callers and requesters would have."""

from __future__ import annotations

from datetime import timedelta

from guichet.demo.cast import AMELIE, AURELIE, CHRISTINE, COLLEGE, HELENE, NADIA, RACHEL, SOPHIE
from guichet.demo.stage import Stage
from guichet.demo.typography import set_in_french
from guichet.demo.worlds.trees import TREES, Grown
from guichet.knowledge import running, trees
from guichet.knowledge.models import Tree

# Who writes them, who walks them with callers, and who walks them alone.
_WHO = {True: (HELENE, NADIA, (AMELIE, RACHEL)), False: (CHRISTINE, AURELIE, (SOPHIE,))}


def plant(stage: Stage) -> None:
    manager, _agent, _askers = _WHO[stage.ground.desk.slug == COLLEGE]
    by, at = stage.person(manager.key), stage.at(20, "14:10")
    for n, grown in enumerate(TREES):
        tree = trees.save(
            tree=None,
            desk=stage.ground.desk,
            name_fr=grown.names[0],
            name_en=grown.names[1],
            category=stage.ground.categories.get(grown.category) or stage.ground.categories["accounts"],
            for_requesters=True,
            content={"nodes": set_in_french(list(grown.steps))},
            actor=by,
            now=at + timedelta(minutes=n),
        )
        tree = trees.publish(tree, actor=by, now=at + timedelta(minutes=20 + n))
        _walk(stage, tree, grown)


def _walk(stage: Stage, tree: Tree, grown: Grown) -> None:
    """One run every other opening day; each answer takes its while."""
    _manager, agent, askers = _WHO[stage.ground.desk.slug == COLLEGE]
    for n, (who, *answers) in enumerate(grown.walks):
        alone, asker = who == "alone", stage.person(askers[n % len(askers)].key)
        by, at = asker if alone else stage.person(agent.key), stage.at(2 * n + 1, "11:05")
        run = running.start(tree, actor=by, person=asker, alone=alone, now=at)
        for answer in answers:
            at += timedelta(seconds=20 + 13 * (n % 4) + (60 if answer == "done" else 0))
            run, _step = running.answer(run, move=run.moves, answer=answer, actor=by, now=at)
