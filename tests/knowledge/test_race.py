"""Two at once, each with a connection of their own: one is first, the other is told so."""

from __future__ import annotations

from functools import partial

import pytest

from guichet.knowledge import actions
from guichet.knowledge.models import Article
from tests.builders import NOW
from tests.knowledge.stage import place
from tests.walkup.test_booking_race import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_published_twice_at_once_is_published_once() -> None:
    here = place()
    article = here.write()
    publish = partial(actions.publish, article, actor=here.nadia, now=NOW)
    assert at_once(*[publish] * 4) == ["", "no_draft", "no_draft", "no_draft"]
    assert [version.number for version in article.versions.all()] == [1]


def test_a_draft_is_begun_once() -> None:
    here = place()
    article = here.published()
    revise = partial(actions.revise, article, actor=here.nadia, now=NOW)
    assert at_once(*(partial(revise, body=f"Texte {n}") for n in range(4))) == [""] * 4
    assert [version.number for version in article.versions.all()] == [2, 1]


def test_one_translation_is_written_in_a_language() -> None:
    here = place()
    original = here.write(language="fr")
    write = partial(here.write, title="Wi-Fi", language="en", translation_of=original)
    assert at_once(*[write] * 4) == ["", "taken", "taken", "taken"]
    assert Article.objects.filter(translation_of=original).count() == 1
