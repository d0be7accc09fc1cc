"""The public status page: what may be said and nothing else; and it stands when the database doesn't."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from django.db import OperationalError, connections
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from guichet.people.models import Site
from guichet.portal import jobs, status
from guichet.tickets import major
from guichet.tickets.major_frame import Touched, Words
from guichet.tickets.models import MajorIncident
from tests import builders
from tests.builders import NOW

NOTE, NAME = "Canari de la note interne", "Nom-de-la-personne"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.STATUS_DIR = tmp_path
    return tmp_path


@pytest.fixture
def desk(db: None) -> builders.Desk:
    return builders.desk(phone="514 555-0100", region="fr-CA")


def declared(
    desk: builders.Desk, *, audience: str = "everybody", title: str = "Le courriel est en panne"
) -> MajorIncident:
    agent = builders.agent(desk, name=NAME)
    ticket = builders.ticket(builders.person(desk.organisation, name=NAME), impact="everyone", urgency="stopped")
    words = Words(title_fr=title, title_en="E-mail is down", meanwhile_fr="Téléphonez.")
    made = major.declare(ticket, words=words, touched=Touched(), audience=audience, actor=agent, now=NOW)
    major.note(made, body=NOTE, actor=agent, now=NOW)
    major.tell(made, text_fr="Nous cherchons.", text_en="We are looking.", actor=agent, now=NOW)
    return made


def restored(found: MajorIncident) -> None:
    major.restore(
        found, kind="fix", solution="Secret de fabrication", test="Essai secret", text_fr="C’est revenu.",
        actor=found.lead, now=NOW + timedelta(hours=2),
    )  # fmt: skip


def pages(desk: builders.Desk) -> dict[str, str]:
    return {name: (status.folder(desk.organisation.slug) / name).read_text(encoding="utf-8") for name in status.FILES}


def text_of(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", page.partition("<body>")[2])).replace("\xa0", " ")


@pytest.mark.parametrize("some_know", [False, True])
def test_it_never_says_that_all_works(desk: builders.Desk, some_know: bool) -> None:
    """What is broken may be known to those alone whom it concerns: that nothing is announced is all that it can say."""
    if some_know:
        declared(desk, audience="concerned")
    status.write_all(now=NOW)
    assert "Aucun incident annoncé" in pages(desk)["index.html"]
    assert "No incident announced" in pages(desk)["en.html"]
    assert json.loads(pages(desk)["status.json"])["state"] == "none_announced"
    for page in pages(desk).values():
        assert not re.search("fonctionne<|Everything works|est en cours|is under way|Aucun incident majeur", page)


def test_of_the_places_touched_only_the_desks_own_are_named(desk: builders.Desk) -> None:
    client = builders.client_of(desk, "Étude très discrète")
    own = Site.objects.create(organisation=desk.organisation, name="Pavillon Nord")
    theirs = Site.objects.create(organisation=client, name="Étude discrète, 2e étage")
    found = declared(desk)
    found.sites.set([own, theirs])
    status.write_all(now=NOW)
    for name, page in pages(desk).items():
        assert "Pavillon Nord" in page, name
        assert "discrète" not in page, name


def test_what_stands_in_the_other_language_says_so(desk: builders.Desk) -> None:
    found = declared(desk)
    major.tell(found, text_fr="", text_en="Half is back.", actor=found.lead, now=NOW)
    status.write_all(now=NOW)
    french, english = pages(desk)["fr.html"], pages(desk)["en.html"]
    assert '<span lang="en">Half is back.</span>' in french and '<span lang="fr">Téléphonez.</span>' in english
    assert "<h2>Le courriel est en panne</h2>" in french and "<p>Half is back.</p>" in english


def test_another_day_is_said_with_its_article(desk: builders.Desk) -> None:
    found = declared(desk)
    day = 24 * 60
    major.tell(found, text_fr="Demain.", next_minutes=day, actor=found.lead, now=NOW)
    status.write_all(now=NOW)
    assert "avant le mercredi 19 novembre à 10 h" in text_of(pages(desk)["fr.html"])
    status.write_all(now=NOW + timedelta(minutes=day + 24 * 60))
    assert "Elles étaient attendues (mercredi 19 novembre à 10 h) ; nous" in text_of(pages(desk)["fr.html"])


def test_it_says_what_since_when_until_when_and_what_to_do(desk: builders.Desk) -> None:
    declared(desk)
    status.write_all(now=NOW + timedelta(minutes=5))
    french, english = text_of(pages(desk)["fr.html"]), text_of(pages(desk)["en.html"])
    for said in ("Le courriel est en panne", "Téléphonez.", "Nous cherchons.", "10 h 05", "avant 10 h 30"):
        assert said in french
    for said in ("E-mail is down", "Téléphonez.", "We are looking.", "10:05", "before 10:30"):
        assert said in english
    data = json.loads(pages(desk)["status.json"])
    assert data["written_at"] == "2025-11-18T15:05:00Z"
    assert data["running"][0]["next_news_at"] == "2025-11-18T15:30:00Z"


def test_it_says_by_itself_when_it_was_written(desk: builders.Desk) -> None:
    status.write_all(now=NOW)
    french = text_of(pages(desk)["fr.html"])
    assert "10 h" in french and "plus de 10 minutes" in french and "514 555-0100" in french
    assert "<script" not in pages(desk)["fr.html"]


@pytest.mark.parametrize("audience", ["desk", "concerned"])
def test_only_what_was_made_public_is_there(desk: builders.Desk, audience: str) -> None:
    found = declared(desk, audience=audience)
    status.write_all(now=NOW)
    assert all("courriel est en panne" not in page for page in pages(desk).values())
    major.show_to(found, audience="everybody", actor=found.lead, now=NOW)
    status.write_all(now=NOW)
    assert "courriel est en panne" in pages(desk)["fr.html"]
    major.show_to(found, audience=audience, actor=found.lead, now=NOW)
    status.write_all(now=NOW)
    assert all("courriel est en panne" not in page for page in pages(desk).values())


def test_no_person_no_note_no_client(desk: builders.Desk) -> None:
    client = builders.client_of(desk, "Étude très discrète")
    found = declared(desk)
    found.organisations.add(client)
    restored(found)
    status.write_all(now=NOW + timedelta(hours=3))
    for page in pages(desk).values():
        for secret in (NOTE, NAME, "discrète", "Secret de fabrication", "Essai secret", found.ticket.reference):
            assert secret not in page


def test_the_past_ninety_days_are_kept(desk: builders.Desk) -> None:
    restored(declared(desk))
    status.write_all(now=NOW + timedelta(days=90))
    page = text_of(pages(desk)["fr.html"])
    assert "Le courriel est en panne" in page and "C’est revenu." in page and "2 h" in page
    status.write_all(now=NOW + timedelta(days=91))
    assert "courriel" not in text_of(pages(desk)["fr.html"])


def test_late_news_is_owned_up_to(desk: builders.Desk) -> None:
    declared(desk)
    status.write_all(now=NOW + timedelta(minutes=31))
    assert "nous sommes en retard" in text_of(pages(desk)["fr.html"])


def test_what_is_typed_is_only_text(desk: builders.Desk) -> None:
    declared(desk, title="<script>alert(1)</script><img src=x onerror=alert(1)>")
    status.write_all(now=NOW)
    page = pages(desk)["fr.html"]
    assert "<script" not in page and "<img" not in page
    assert "&lt;script&gt;" in page


def test_it_is_replaced_at_once(desk: builders.Desk, folder: Path) -> None:
    status.write_all(now=NOW)
    before = pages(desk)
    with (
        patch("guichet.portal.status.os.replace", side_effect=OSError("disk full")),
        pytest.raises(OSError, match="disk"),
    ):
        status.write_all(now=NOW + timedelta(minutes=1))
    assert pages(desk) == before
    assert {path.name for path in (folder / desk.organisation.slug).iterdir()} == set(status.FILES)


def test_the_job_writes_every_desk(desk: builders.Desk) -> None:
    other = builders.desk()
    builders.client_of(desk)
    assert jobs.write_status(0) == 2
    assert set(pages(other)) == set(pages(desk)) == set(status.FILES)


@pytest.fixture
def unreachable(desk: builders.Desk) -> Iterator[None]:
    """Whoever asks the database now fails, as when it is down."""
    status.write_all(now=NOW)

    def refuse(*_args: Any, **_more: Any) -> None:
        raise OperationalError("connection refused") from psycopg.OperationalError("connection refused")

    connection = connections["default"]
    with patch.object(connection, "cursor", refuse), patch.object(connection, "ensure_connection", refuse):
        yield


@pytest.mark.parametrize("name", ["", *status.FILES])
def test_it_answers_without_the_database(desk: builders.Desk, unreachable: None, name: str) -> None:
    """Also to somebody whose browser has a session, whose row nobody can read."""
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "a" * 32
    answer = client.get(f"/status/{desk.organisation.slug}/{name}")
    assert answer.status_code == 200
    assert answer.content == (status.folder(desk.organisation.slug) / (name or "index.html")).read_bytes()
    # The proof that the database was really out of reach.
    assert client.get("/help/").status_code == 503


def test_what_is_not_there_is_not_found(desk: builders.Desk, folder: Path) -> None:
    status.write_all(now=NOW)
    (folder / "secret.txt").write_text("x")
    slug = desk.organisation.slug
    for path in (
        "/status/unknown/",
        f"/status/{slug}/other.html",
        "/status/../secret.txt",
        f"/status/{slug}/..%2Fsecret.txt",
    ):
        assert Client().get(path).status_code == 404, path
    assert Client().post(f"/status/{slug}/").status_code == 405


def test_whoever_chose_a_language_here_reads_it_in_that(desk: builders.Desk) -> None:
    status.write_all(now=NOW)
    client = Client()
    client.cookies["guichet_language"] = "en"
    assert "No incident announced" in client.get(f"/status/{desk.organisation.slug}/").content.decode()
    client.cookies["guichet_language"] = "../../secret"
    assert "Aucun incident annoncé" in client.get(f"/status/{desk.organisation.slug}/").content.decode()


def test_it_loads_nothing_and_runs_nothing(desk: builders.Desk) -> None:
    status.write_all(now=NOW)
    answer = Client().get(f"/status/{desk.organisation.slug}/")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert status.style_source() in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer
    page = answer.content.decode()
    assert not re.search(r"(?:src|href)=\"(?:https?:|//|/)", page)


@given(st.text(max_size=80), st.text(max_size=80))
def test_either_language_stands_for_both(french: str, english: str) -> None:
    both = status.Both(french, english)
    assert both["fr"] == both.read_in("fr").text == (french or english)
    assert both["en"] == both.read_in("en").text == (english or french)
    assert both.read_in("fr").lang == ("en" if english and not french else "")
    assert both.read_in("en").lang == ("fr" if french and not english else "")
