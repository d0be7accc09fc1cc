"""The pages of decision trees: being written, tried and counted; walked at the desk and alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import reverse

from guichet.demo import cast
from tests.e2e.page import Page, plain
from tests.e2e.world import World


def tree_pages() -> Iterator[Page]:
    for name in ("tree_trial", "tree_figures"):
        yield Page(f"desk:settings:{name}", "helene", _of_tree(name))
    # Those of small forms show the step's page.
    for name in ("tree_step", "tree_step_removal", "tree_answer_position"):
        yield Page(f"desk:settings:{name}", "helene", _of_tree(name, "file"))
    yield Page("desk:guides", "nadia", plain("desk:guides"))
    yield Page("desk:guides", "founder", plain("desk:guides"), "nothing-yet")
    yield Page("desk:guide", "nadia", _run("desk:guide", alone=False, ended_at__isnull=False), "ended")
    yield Page("desk:guide", "nadia", _run("desk:guide", alone=True, ended_at=None), "alone")
    yield Page("portal:guides", "amelie", plain("portal:guides"))
    yield Page("portal:guide", "amelie", _run("portal:guide", by__name=cast.AMELIE.name, solved=True), "solved")
    yield Page("portal:guide", "rachel", _run("portal:guide", by__name=cast.RACHEL.name, solved=None), "under-way")


def _of_tree(name: str, *rest: str) -> Callable[[World], str]:
    def find(world: World) -> str:
        from guichet.knowledge.models import Tree

        tree = Tree.objects.get(desk__slug=cast.COLLEGE, category__name_en="Printers")
        return reverse(f"desk:settings:{name}", args=[cast.COLLEGE, tree.pk, *rest])

    return find


def _run(name: str, **which: Any) -> Callable[[World], str]:
    """The newest such run at the college."""

    def find(world: World) -> str:
        from guichet.knowledge.models import Run

        run = Run.objects.filter(tree__desk__slug=cast.COLLEGE, **which).first()
        assert run is not None, which
        return reverse(name, args=[run.key])

    return find
