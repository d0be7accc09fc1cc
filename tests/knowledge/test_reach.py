"""Who reads which article, and who finds it: the same people, asked of the same rows."""

from __future__ import annotations

import copy

import pytest

from guichet.knowledge import actions, findable
from guichet.knowledge.models import Article, Audience
from guichet.people.models import Person
from guichet.search.findable import Part
from guichet.search.models import Entry
from tests import builders, cast
from tests.builders import NOW
from tests.knowledge.stage import Place, later, place
from tests.shared import ground

made = ground(place)


@pytest.fixture
def here(made: Place, db: None) -> Place:
    return copy.deepcopy(made)


def readers(article: Article, here: Place) -> set[str]:
    """Who reads it, by name; each finds it too, and nobody else does."""
    people = {name: getattr(here, name) for name in ("nadia", "karim", "helene", "lead", "amelie", "emily", "stranger")}
    reading = {name for name, person in people.items() if visible(article, person)}
    assert {name for name, person in people.items() if found(article, person)} == reading
    return reading | ({"visitor"} if visible(article, None) else set())


def visible(article: Article, person: Person | None) -> bool:
    return Article.objects.visible_to(person).filter(pk=article.pk).exists()


def found(article: Article, person: Person) -> bool:
    reaches = findable._visible(person)
    return any(Entry.objects.filter(reach.where, subject=article.pk).exists() for reach in reaches)


DESK = {"nadia", "karim", "helene", "lead"}


def test_a_draft_is_the_desk_s_whomever_it_is_for(here: Place) -> None:
    article = here.write()
    assert readers(article, here) == DESK
    actions.address(article, audience=Audience.PUBLIC, actor=here.nadia, now=later(1))
    assert readers(article, here) == DESK


def test_public_is_everybody(here: Place) -> None:
    article = here.published(audience=Audience.PUBLIC)
    assert readers(article, here) == DESK | {"amelie", "emily", "stranger", "visitor"}
    actions.archive(article, actor=here.nadia, now=later(1))
    assert readers(article, here) == DESK


def test_requesters_are_those_whom_the_desk_serves(here: Place) -> None:
    assert readers(here.published(audience=Audience.REQUESTERS), here) == DESK | {"amelie", "emily"}
    named = here.published(audience=Audience.REQUESTERS, organisations=[here.client])
    assert readers(named, here) == DESK | {"emily"}


def test_agents_from_a_level_on(here: Place) -> None:
    """A team of that level or above, the managers, and whoever owns it."""
    assert readers(here.published(audience=Audience.AGENTS), here) == DESK
    from_second = here.published(audience=Audience.AGENTS, from_rank=2)
    assert readers(from_second, here) == {"karim", "helene", "nadia"}
    third = builders.agent(here.desk, cast.DOMINIQUE, team=here.desk.teams["N3"])
    assert visible(from_second, third)
    assert not visible(from_second, here.lead)


def test_a_provider_reads_what_they_read_elsewhere(here: Place) -> None:
    provider = builders.provider(here.desk)
    inside, outside = here.published(audience=Audience.AGENTS), here.published(audience=Audience.PUBLIC)
    assert not visible(inside, provider)
    assert visible(outside, provider)


def test_what_is_found_is_what_is_read(here: Place) -> None:
    """The index holds the published words alone, in all their wordings; a draft's only while nothing else is read."""
    article = here.write(body="Brouillon premier.")
    first = Entry.objects.get(kind="article", subject=article.pk).words
    actions.revise(article, body="Brouillon second.", wordings={"specialised": "Protocole."}, actor=here.nadia, now=NOW)
    second = Entry.objects.get(kind="article", subject=article.pk).words
    assert first != second
    actions.publish(article, actor=here.nadia, now=later(1))
    actions.revise(article, body="Secret de polichinelle.", actor=here.nadia, now=later(2))
    entry = Entry.objects.get(kind="article", subject=article.pk)
    assert set(entry.words[3:]) == set(second[3:])
    assert entry.inside
    actions.address(article, audience=Audience.PUBLIC, actor=here.nadia, now=later(3))
    assert not Entry.objects.get(kind="article", subject=article.pk).inside


def test_everything_is_what_the_actions_wrote(here: Place) -> None:
    articles = [here.published(), here.write(title="Autre"), here.published(wordings={"experienced": "802.1X."})]
    words = list(findable._everything(0))
    assert [w.subject for w in words] == [a.pk for a in articles]
    assert next(findable._everything(articles[1].pk)).subject == articles[2].pk


def test_a_hit_says_what_it_is(here: Place) -> None:
    article, hidden = here.published(), here.published(audience=Audience.AGENTS)
    shown = findable._load(here.amelie, {pk: Part("article", 0) for pk in (article.pk, hidden.pk)})
    assert set(shown) == {article.pk}
    assert shown[article.pk].title == article.title
    assert "code d’accès" in shown[article.pk].text
    assert "**" not in shown[article.pk].text


def test_filters_know_what_they_are_asked(here: Place) -> None:
    article = here.published()
    state = findable._by_state(here.nadia, "Publié")
    assert state is not None
    assert Entry.objects.filter(state, subject=article.pk).exists()
    assert findable._by_state(here.nadia, "peut-être") is None
    assert findable._by_category(here.nadia, "Nulle part") is None
