"""The verbs of an article: what is written beside what is read, and who decides."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from guichet.activity.models import Event
from guichet.activity.record import broken_links
from guichet.knowledge import actions, changing, jobs, policies
from guichet.knowledge.models import Article, ArticleState, Audience, Version, Wording
from guichet.knowledge.sentences import VERBS, story
from guichet.lib import references
from guichet.lib.errors import Conflict, Forbidden, Refused, Stale
from guichet.notifications import of_articles
from guichet.notifications.models import Notification
from guichet.people.models import Membership, Person, Role
from tests import builders
from tests.builders import NOW
from tests.knowledge.stage import Place, later, place
from tests.shared import ground

made = ground(place)
Do = Callable[..., Any]


@pytest.fixture
def here(made: Place, db: None) -> Place:
    return copy.deepcopy(made)


def fresh(article: Article) -> Article:
    return Article.objects.get(pk=article.pk)


def events(article: Article) -> list[str]:
    found = Event.objects.filter(subject_type="article", subject_id=article.pk).order_by("number")
    assert broken_links(found) == []
    return [event.verb for event in found]


def test_a_draft_has_a_reference_an_owner_and_no_reader(here: Place) -> None:
    article = here.write(wordings={"inexperienced": "Demandez-nous, tout simplement."})
    assert references.parse(article.reference, prefix="KB-") == article.reference
    assert (article.state, article.owner, article.language, article.audience) == ("draft", here.nadia, "fr", "agents")
    draft = article.draft
    assert draft and (draft.number, draft.is_published) == (1, False)
    assert draft.summary.startswith("Ayez votre code d’accès.")
    assert [w.expertise for w in draft.wordings.all()] == ["inexperienced"]
    assert article.current is None
    assert events(article) == ["article.written"]


def test_publishing_makes_the_draft_what_is_read(here: Place) -> None:
    article = actions.publish(here.write(), actor=here.nadia, now=later(5), note="Premier jet")
    assert article.state == ArticleState.PUBLISHED
    assert article.current and article.current.published_by == here.nadia
    assert article.current.note == "Premier jet"
    assert article.draft is None
    assert article.review_due_on == later(5).date() + timedelta(days=365)
    assert events(article) == ["article.written", "article.published"]


def test_readers_see_nothing_of_a_revision_before_it_is_published(here: Place) -> None:
    article = here.published(wordings={"specialised": "802.1X, PEAP."})
    revised = actions.revise(article, title="Le Wi-Fi", body="Autrement.", actor=here.karim, now=later(1))
    assert revised.title == "Se connecter au Wi-Fi du collège"
    assert revised.current and "code d’accès" in revised.current.body
    draft = revised.draft
    assert draft and (draft.number, draft.title, draft.author) == (2, "Le Wi-Fi", here.karim)
    assert [w.body for w in draft.wordings.all()] == ["802.1X, PEAP."]
    again = actions.revise(
        article, wordings={"specialised": "", "inexperienced": "Doucement."}, actor=here.nadia, now=later(2)
    )
    assert again.draft and (again.draft.number, again.draft.body) == (2, "Autrement.")
    assert {w.expertise for w in again.draft.wordings.all()} == {"inexperienced"}
    published = actions.publish(article, actor=here.nadia, now=later(3))
    assert (published.title, published.current and published.current.number) == ("Le Wi-Fi", 2)


def test_a_published_version_never_changes(here: Place) -> None:
    article = here.published(wordings={"specialised": "802.1X."})
    version = article.current
    assert version
    wording = version.wordings.get()
    changes: list[Do] = [
        lambda: Version.objects.filter(pk=version.pk).update(body="Autre chose."),
        lambda: Version.objects.filter(pk=version.pk).update(published_at=None, published_by=None),
        lambda: Wording.objects.filter(pk=wording.pk).update(body="Autre chose."),
        lambda: Wording.objects.filter(pk=wording.pk).delete(),
        lambda: Wording.objects.create(version=version, expertise="inexperienced", body="De plus."),
    ]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert Version.objects.get(pk=version.pk).body == version.body


def test_going_back_to_a_version_is_a_draft_to_be_published(here: Place) -> None:
    article = here.published(body="Un.")
    first = article.current
    assert first
    actions.revise(article, body="Deux.", actor=here.nadia, now=later(1))
    with pytest.raises(Conflict, match="draft_exists"):
        actions.revert(article, to=first, actor=here.nadia, now=later(2))
    actions.publish(article, actor=here.nadia, now=later(3))
    back = actions.revert(article, to=first, actor=here.nadia, now=later(4))
    assert back.draft and (back.draft.body, back.draft.number) == ("Un.", 3)
    assert back.current and back.current.body == "Deux."
    other = here.published(title="Un autre")
    assert other.current
    actions.discard_draft(article, actor=here.nadia, now=later(5))
    with pytest.raises(Refused, match="foreign"):
        actions.revert(article, to=other.current, actor=here.nadia, now=later(6))


def test_a_draft_is_discarded_only_where_something_is_read(here: Place) -> None:
    article = here.write()
    with pytest.raises(Conflict, match="only_version"):
        actions.discard_draft(article, actor=here.nadia, now=later(1))
    actions.publish(article, actor=here.nadia, now=later(2))
    with pytest.raises(Conflict, match="no_draft"):
        actions.discard_draft(article, actor=here.nadia, now=later(3))
    actions.revise(article, body="Brouillon.", actor=here.nadia, now=later(4))
    actions.discard_draft(article, actor=here.nadia, now=later(5))
    assert fresh(article).draft is None
    with pytest.raises(Conflict, match="no_draft"):
        actions.publish(article, actor=here.nadia, now=later(6))


def test_what_is_archived_comes_back_as_it_was(here: Place) -> None:
    read, draft = here.published(), here.write(title="Jamais lu")
    for article, state in ((read, "published"), (draft, "draft")):
        gone = actions.archive(article, actor=here.nadia, now=later(1))
        assert gone.state == "archived"
        with pytest.raises(Conflict, match="wrong_state"):
            actions.revise(article, body="Trop tard.", actor=here.nadia, now=later(2))
        assert actions.restore(article, actor=here.nadia, now=later(3)).state == state


def test_who_publishes(here: Place) -> None:
    """Everybody at the desk writes; the owner, those who lead and the managers decide what is read."""
    article = here.write()
    for person, error in ((here.karim, Forbidden), (here.amelie, Forbidden), (here.stranger, Forbidden)):
        with pytest.raises(error):
            actions.publish(article, actor=person, now=later(1))
    for person in (here.nadia, here.lead, here.helene):
        with transaction.atomic():
            actions.publish(article, actor=person, now=later(1))
            transaction.set_rollback(True)
    with pytest.raises(Forbidden, match="not_desk"):
        actions.revise(article, body="Non.", actor=here.amelie, now=later(1))
    with pytest.raises(Forbidden, match="not_desk"):
        here.write(actor=here.stranger)


def test_leading_elsewhere_and_having_left_decide_nothing(here: Place) -> None:
    article = here.write()
    Membership.objects.create(person=here.karim, team=builders.desk("Encore ailleurs").front, lead=True)
    Role.objects.filter(person=here.nadia).delete()
    for person in (here.karim, here.nadia):
        assert not policies.can_publish(Person.objects.get(pk=person.pk), article)


def test_who_may_change_the_audience_depends_on_whether_it_is_read(here: Place) -> None:
    article = here.write()
    actions.address(article, audience=Audience.REQUESTERS, organisations=[here.client], actor=here.karim, now=later(1))
    assert list(article.organisations.all()) == [here.client]
    actions.publish(article, actor=here.nadia, now=later(2))
    with pytest.raises(Forbidden, match="not_publisher"):
        actions.address(article, audience=Audience.PUBLIC, actor=here.karim, now=later(3))
    assert actions.address(article, audience=Audience.PUBLIC, actor=here.nadia, now=later(3)).audience == "public"
    assert list(article.organisations.all()) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"title": " "}, "required"),
        ({"title": "x" * 201}, "too_long"),
        ({"body": "\n \n"}, "required"),
        ({"body": "x" * (changing.BODY_MAX + 1)}, "too_long"),
        ({"kind": "poem"}, "unknown_choice"),
        ({"language": "de"}, "unknown_choice"),
        ({"wordings": {"general": "x"}}, "unknown_choice"),
        ({"wordings": {"genius": "x"}}, "unknown_choice"),
        ({"note": "x" * 301}, "too_long"),
    ],
)
def test_what_is_refused_changes_nothing(here: Place, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        here.write(**fields)
    assert refused.value.code == code
    assert not Article.objects.exists()


def test_a_stale_version_is_refused(here: Place) -> None:
    article = here.write()
    actions.revise(article, body="Entre-temps.", actor=here.karim, now=later(1), expect=1)
    with pytest.raises(Stale):
        actions.revise(article, body="Trop tard.", actor=here.nadia, now=later(2), expect=1)


def test_what_belongs_to_another_desk_is_refused(here: Place) -> None:
    article = here.write()
    elsewhere = builders.organisation()
    with pytest.raises(Refused, match="foreign"):
        actions.address(article, audience="requesters", organisations=[elsewhere], actor=here.nadia, now=later(1))
    with pytest.raises(Refused, match="not_desk"):
        actions.set_review(article, owner=here.stranger, due_on=date(2026, 6, 1), actor=here.nadia, now=later(1))
    with pytest.raises(Refused, match="not_a_desk"):
        actions.write(desk=here.client, title="x", body="y", actor=here.nadia, now=NOW)
    with pytest.raises(Refused, match="unknown_choice"):
        actions.address(article, audience="agents", from_rank=9, actor=here.nadia, now=later(1))


def test_translations_say_the_same_once_a_language(here: Place) -> None:
    french = here.write()
    english = here.write(title="Wi-Fi", language="en", translation_of=french)
    assert english.translation_of == french
    with pytest.raises(Refused, match="taken"):
        here.write(title="Wi-Fi again", language="en", translation_of=french)
    with pytest.raises(Refused, match="taken"):
        here.write(title="Encore", language="fr", translation_of=english)
    with pytest.raises(Refused, match="is_original"):
        actions.describe(
            french, kind="how_to", language="fr", category=None, translation_of=english, actor=here.nadia, now=later(1)
        )


def test_the_owner_hears_once_that_it_is_to_be_looked_at_again(here: Place) -> None:
    article = here.published()
    soon = NOW.date() + timedelta(days=30)
    actions.set_review(article, owner=here.karim, due_on=soon, actor=here.helene, now=later(1))
    with pytest.raises(Conflict):
        actions.remind(article, now=later(2))
    Article.objects.filter(pk=article.pk).update(review_due_on=NOW.date())
    assert jobs.remind_reviews(0) == 1
    assert jobs.remind_reviews(0) == 0
    assert events(article)[-1] == "article.review_due"
    again = actions.set_review(article, owner=here.karim, due_on=soon, actor=here.karim, now=later(9))
    assert again.review_reminded_at is None


@pytest.mark.parametrize("days", [-1, 0, 366 * 6])
def test_a_day_of_review_is_ahead(here: Place, days: int) -> None:
    with pytest.raises(Refused, match="out_of_range"):
        actions.set_review(
            here.published(), owner=here.nadia, due_on=NOW.date() + timedelta(days=days), actor=here.nadia, now=NOW
        )


def test_every_verb_has_its_sentence(here: Place) -> None:
    article = here.published()
    assert article.current
    actions.address(article, audience="agents", actor=here.nadia, now=later(1))
    actions.address(article, audience="requesters", actor=here.nadia, now=later(1))
    actions.describe(article, kind="question", language="fr", category=None, actor=here.nadia, now=later(2))
    actions.revert(article, to=article.current, actor=here.nadia, now=later(3))
    actions.discard_draft(article, actor=here.nadia, now=later(4))
    actions.set_review(article, owner=here.karim, due_on=date(2026, 1, 5), actor=here.helene, now=later(5))
    Article.objects.filter(pk=article.pk).update(review_due_on=NOW.date())
    actions.remind(article, now=later(6))
    actions.archive(article, actor=here.karim, now=later(7))
    actions.restore(article, actor=here.helene, now=later(8))
    told = story(article)
    assert {t.verb for t in told} == VERBS
    assert not [t.sentence for t in told if "%(" in t.sentence or ": article." in t.sentence]


def test_the_bell_tells_the_owner_alone(here: Place) -> None:
    article = here.published()
    day = NOW.date() + timedelta(days=30)
    actions.set_review(article, owner=here.karim, due_on=day, actor=here.helene, now=later(1))
    actions.set_review(article, owner=here.karim, due_on=day + timedelta(days=1), actor=here.karim, now=later(2))
    told = Notification.objects.filter(article=article).select_related("event")
    assert [(n.person, n.event and n.event.verb) for n in told] == [(here.karim, "article.review_set")]
    assert of_articles.mark_read(here.karim, article=article, now=later(3)) == 1
