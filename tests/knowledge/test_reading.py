"""An article as its reader reads it, its pictures, and what they say of it."""

from __future__ import annotations

import contextlib
import copy
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from guichet.knowledge import actions, pictures, verdicts
from guichet.knowledge.models import Article, Audience, Feedback, Picture
from guichet.knowledge.reading import Reading, in_other_languages, read, suited
from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.people.models import Person
from tests.builders import NOW
from tests.knowledge.stage import Place, later, place
from tests.knowledge.test_importing import png
from tests.shared import ground

made = ground(place)


@pytest.fixture
def here(made: Place, db: None, settings: Any, tmp_path: Path) -> Place:
    settings.MEDIA_ROOT = tmp_path
    return copy.deepcopy(made)


def reading(article: Article, person: Person | None, **how: Any) -> Reading:
    assert article.current
    return read(
        article.current, person=person, link_url=lambda r: f"/aide/{r}", picture_url=lambda p: f"/p/{p.name}", **how
    )


def uploaded(content: bytes, name: str = "Capture d’écran.PNG") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/png")


@pytest.mark.parametrize(
    ("there", "expertise", "reads"),
    [
        ((), "specialised", "general"),
        (("experienced",), "specialised", "experienced"),
        (("experienced", "specialised"), "specialised", "specialised"),
        (("specialised",), "experienced", "general"),
        (("inexperienced",), "inexperienced", "inexperienced"),
        (("inexperienced",), "general", "general"),
        (("inexperienced",), "genius", "general"),
    ],
)
def test_whom_a_wording_suits(there: tuple[str, ...], expertise: str, reads: str) -> None:
    assert suited({"general": "", **dict.fromkeys(there, "")}, expertise) == reads


def test_the_reader_may_choose_other_words(here: Place) -> None:
    article = here.published(body="Pour chacun.", wordings={"inexperienced": "Pas à pas.", "specialised": "PEAP."})
    here.amelie.expertise = "inexperienced"
    assert "Pas à pas." in reading(article, here.amelie).html
    assert reading(article, here.amelie).choices == ("general", "inexperienced", "specialised")
    assert "PEAP." in reading(article, here.amelie, wording="specialised").html
    assert "Pas à pas." in reading(article, here.amelie, wording="experienced").html
    assert "Pour chacun." in reading(article, None).html


def test_links_lead_where_the_reader_may_go(here: Place) -> None:
    public, inside = here.published(title="Ouvert"), here.published(audience="agents", title="Réservé")
    body = f"[un]({public.reference}#étape-1) [deux]({inside.reference}) [trois](KB-22222)"
    article = here.published(body=body)
    outside = reading(article, here.amelie).html
    assert f'href="/aide/{public.reference}#p-etape-1"' in outside
    assert inside.reference not in outside
    assert "deux" in outside
    assert f'href="/aide/{inside.reference}"' in reading(article, here.nadia).html


def test_translations_are_offered_to_whom_may_read_them(here: Place) -> None:
    french = here.published()
    english = here.write(title="Wi-Fi", language="en", translation_of=french)
    assert in_other_languages(french, person=here.amelie) == []
    assert in_other_languages(french, person=here.nadia) == [english]
    assert in_other_languages(english, person=here.amelie) == [french]


def test_a_picture_is_known_by_its_content(here: Place) -> None:
    article = here.published(body="![L’écran](capture-decran.png)")
    kept = pictures.add(article, upload=uploaded(png(4, 3)), actor=here.karim, now=NOW)
    assert (kept.name, kept.content_type, kept.width, kept.height) == ("capture-decran.png", "image/png", 4, 3)
    assert pictures.add(article, upload=uploaded(png(4, 3), "autre.png"), actor=here.karim, now=NOW) == kept
    other = pictures.add(article, upload=uploaded(png(5, 3)), actor=here.karim, now=NOW)
    assert other.name == "capture-decran-2.png"
    assert 'src="/p/capture-decran.png"' in reading(article, None).html
    with pytest.raises(Conflict):
        pictures.remove(kept, actor=here.nadia)
    pictures.remove(other, actor=here.nadia)
    with pytest.raises(Forbidden):
        pictures.add(article, upload=uploaded(png()), actor=here.amelie, now=NOW)


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg onload=alert(1)>", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff", b"RIFF....WEBP"],
)
def test_what_is_no_picture_is_refused(here: Place, content: bytes) -> None:
    with pytest.raises(Refused, match="not_a_picture"):
        pictures.add(here.write(), upload=uploaded(content), actor=here.nadia, now=NOW)


@given(
    st.binary(max_size=60),
    st.sampled_from([b"\x89PNG\r\n\x1a\n....IHDR", b"GIF89a", b"\xff\xd8\xff", b"RIFF....WEBPVP8X"]),
)
def test_looking_never_fails(content: bytes, begins: bytes) -> None:
    kind, width, height = pictures.look(begins + content)
    assert bool(kind) or (width, height) == (0, 0)


def test_a_picture_is_served_to_the_article_s_readers(here: Place) -> None:
    article = here.published(audience="agents")
    kept = pictures.add(article, upload=uploaded(png()), actor=here.nadia, now=NOW)
    found = pictures.find(person=here.karim, reference=article.reference, name=kept.name)
    answer = pictures.response(found)
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert b"".join(answer.streaming_content) == png()
    for reader in (here.amelie, None):
        with pytest.raises(Picture.DoesNotExist):
            pictures.find(person=reader, reference=article.reference, name=kept.name)


def test_a_verdict_counts_once(here: Place) -> None:
    article = here.published()
    version = article.current
    assert version
    verdicts.give_feedback(version, helped=True, person=here.amelie, now=NOW)
    verdicts.give_feedback(version, helped=False, why_not="outdated", text="Vieux.", person=here.amelie, now=later(1))
    visitor = verdicts.visitor_digest("session")
    for minute in (2, 3):
        verdicts.give_feedback(version, helped=True, why_not="unclear", person=None, visitor=visitor, now=later(minute))
    figures = verdicts.figures_of(article)
    assert (figures.helped, figures.failed, figures.share, figures.reasons) == (1, 1, 50, {"outdated": 1})
    assert [f.text for f in verdicts.comments_on(article)] == ["Vieux."]
    assert verdicts.figures_of(here.write(title="Autre")).share is None


@pytest.mark.parametrize(
    ("helped", "failed", "poor"), [(0, 2, False), (0, 3, True), (1, 2, True), (2, 2, False), (3, 0, False)]
)
def test_judged_poorly_is_what_helped_less_than_half_of_three(
    here: Place, helped: int, failed: int, poor: bool
) -> None:
    article = here.published()
    assert article.current
    for number in range(helped + failed):
        verdicts.give_feedback(article.current, helped=number < helped, person=None, visitor=f"v{number}", now=NOW)
    found = Article.objects.all().with_feedback()
    assert (found.get().helped, found.get().failed) == (helped, failed)
    assert found.filter(verdicts.poor()).exists() is poor


def test_only_readers_judge_and_only_what_is_read(here: Place) -> None:
    inside = here.published(audience="agents").current
    draft = here.write(title="Brouillon").draft
    public = here.published(title="Ouvert").current
    assert inside and draft and public
    with pytest.raises(Forbidden):
        verdicts.give_feedback(inside, helped=True, person=here.amelie, now=NOW)
    with pytest.raises(Conflict):
        verdicts.give_feedback(draft, helped=True, person=here.nadia, now=NOW)
    with pytest.raises(Refused, match="no_visitor"):
        verdicts.give_feedback(public, helped=True, person=None, now=NOW)
    with pytest.raises(Refused, match="unknown_choice"):
        verdicts.give_feedback(public, helped=False, why_not="ugly", person=here.amelie, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Feedback.objects.create(version=public, helped=True, why_not="unclear", at=NOW)


def test_reads_are_counted_by_day(here: Place) -> None:
    article = here.published()
    for _time in range(3):
        verdicts.count_read(article, now=NOW)
    assert verdicts.reads_of(article, now=NOW) == 3
    assert verdicts.reads_of(article, now=later(60 * 24 * 100)) == 0


def test_articles_that_help_few(here: Place) -> None:
    poor, good = here.published(title="Mauvais"), here.published(title="Bon")
    for person in (here.amelie, here.emily, here.stranger):
        for article, helped in ((poor, False), (good, True)):
            assert article.current
            verdicts.give_feedback(article.current, helped=helped, person=person, now=NOW)
    assert list(Article.objects.with_feedback().filter(verdicts.poor())) == [poor]
    actions.archive(poor, actor=here.nadia, now=later(1))
    assert not Article.objects.published().with_feedback().filter(verdicts.poor()).exists()


def test_pictures_of_what_is_not_read_are_the_desks(here: Place) -> None:
    """A draft's, and those that were taken out of what readers read: their names are easy to guess."""
    article = here.published(audience=Audience.PUBLIC)
    old, new = (
        pictures.add(article, upload=uploaded(png(side, 3), name), actor=here.nadia, now=NOW)
        for side, name in ((4, "ancien.png"), (5, "image.png"))
    )
    article = actions.revise(article, body=f"Voir ![x]({old.name})", actor=here.nadia, now=NOW)
    article = actions.publish(article, actor=here.nadia, now=NOW)
    again = actions.revise(
        article, body="Sans.", wordings={"experienced": f"![x]({new.name})"}, actor=here.nadia, now=NOW
    )

    def seen(person: Person | None) -> set[str]:
        found = set()
        for name in (old.name, new.name):
            with contextlib.suppress(Picture.DoesNotExist):
                found.add(pictures.find(person=person, reference=article.reference, name=name).name)
        return found

    assert seen(here.karim) == {old.name, new.name}
    assert [seen(reader) for reader in (None, here.amelie, here.stranger)] == [{old.name}] * 3
    actions.publish(again, actor=here.nadia, now=NOW)
    assert [seen(reader) for reader in (None, here.amelie, here.stranger)] == [{new.name}] * 3
