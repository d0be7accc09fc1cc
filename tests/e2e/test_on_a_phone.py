"""What is wide at a desk, on a phone: every figure of a table in sight, every word of a row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse

from guichet.demo import cast
from guichet.knowledge.models import Tree
from guichet.training.models import Session
from tests.e2e.conftest import Door
from tests.e2e.page import at_settings, plain
from tests.e2e.world import World

# Boxes whose content is wider than they are, and words that end in dots.
_CUT = """() => [...document.querySelectorAll("main .table-wrap, main .row-title, main .row-meta")]
    .filter((node) => node.checkVisibility() && node.scrollWidth > node.clientWidth + 1)
    .map((node) => `${node.className}: ${node.textContent.trim().slice(0, 60)}`)"""


def _effect(world: World) -> str:
    return reverse("desk:session", args=[Session.objects.filter(desk__slug=cast.COLLEGE, state="held")[0].pk])


def _falls_out(world: World) -> str:
    return reverse(
        "desk:settings:tree_figures", args=[cast.COLLEGE, Tree.objects.filter(desk__slug=cast.COLLEGE)[0].pk]
    )


@pytest.mark.parametrize(
    "address",
    [
        *(at_settings(name, cast.COLLEGE) for name in ("trees", "teams", "categories", "mailboxes", "people")),
        _effect,
        _falls_out,
        plain("desk:training"),
        plain("desk:articles"),
        plain("desk:guides"),
    ],
)
def test_nothing_is_cut(door: Door, address: Callable[[World], str]) -> None:
    page = door.enter("helene", address(door.world), viewport={"width": 390, "height": 844})
    assert page.evaluate(_CUT) == []


def test_a_cell_says_of_what_it_is(door: Door) -> None:
    page = door.enter("helene", at_settings("trees", cast.COLLEGE)(door.world), viewport={"width": 390, "height": 844})
    told = page.locator("td").first.evaluate("node => getComputedStyle(node, '::before').content")
    assert told == '"État"'


def test_only_what_belongs_to_how_one_takes_part_is_asked(door: Door) -> None:
    page = door.enter("helene", reverse("desk:new_session"))
    assert page.locator("[name=link]").is_visible() and not page.locator("[name=room]").is_visible()
    page.get_by_label("Sur place").check()
    assert page.locator("[name=room]").is_visible() and not page.locator("[name=link]").is_visible()


def test_an_answer_that_is_opened_does_not_widen_the_page(door: Door) -> None:
    """Its longest line scrolls by itself."""
    tab = door.enter("amelie", "/help/", viewport={"width": 390, "height": 800})
    long = "<pre><code>" + "ouvrir-le-compte-" * 40 + "</code></pre>"
    tab.evaluate(
        "html => { document.querySelector('#answers').innerHTML = html }",
        "<ul class='answers'><li><details class='answer' open><summary>Impression</summary>"
        f"<div class='answer-body'><article class='prose'>{long}</article></div></details></li></ul>",
    )
    assert tab.evaluate("document.querySelector('.answers pre').scrollWidth > innerWidth")
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
