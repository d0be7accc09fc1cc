"""The pages of what helps before a ticket: shown to whoever has no scripts, and counted for managers."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from tests.e2e.page import Page, plain
from tests.e2e.world import World

NO_PAGE = {
    "portal:answers": "answers with a part of a page",
    "portal:answer": "answers with a part of a page, or sends elsewhere",
    # What it answers with is looked at in tests/portal/test_answers.py.
    "portal:answer_helped": "only takes POST",
}


def answer_pages() -> Iterator[Page]:
    yield Page("portal:ask_answers", "amelie", _before)
    yield Page("desk:found_answers", "helene", plain("desk:found_answers"))
    yield Page("desk:found_answers", "founder", plain("desk:found_answers"), "nothing-yet")


def _before(world: World) -> str:
    """Whoever writes this is shown an article and a tree."""
    from guichet.portal import journey as journeys

    text = "Je n’arrive pas à me connecter : mot de passe oublié."
    begun = journeys.begin(person=world.person("amelie"), now=timezone.now(), description=text)
    return reverse("portal:ask_answers", args=[begun.token])
