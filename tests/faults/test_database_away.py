"""PostgreSQL is killed and comes back: what we said yes to is there, others are told meanwhile, nobody restarts us."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.databases import address_of, template
from tests.faults.stand import Answer, Stand, standing, until

pytestmark = pytest.mark.process
TICKET = {"description": "L’imprimante du deuxième ne répond plus.", "impact": "person", "urgency": "hampered"}


@pytest.fixture(scope="module")
def stand() -> Iterator[Stand]:
    with standing(source=address_of(template())) as made:
        made.start("web")
        yield made
        log = made.log.read_text(encoding="utf-8")
        assert "Traceback" not in log, log[-3000:]


def opened(stand: Stand, *, key: str, **more: Any) -> Answer:
    return stand.api("POST", "/tickets", {**TICKET, **more}, Idempotency_Key=key)


def home(stand: Stand, cookies: str = "") -> Answer:
    return stand.get("/help/", Cookie=f"sessionid={stand.people['amelie']}{cookies}")


def form(stand: Stand, path: str, who: str) -> tuple[dict[str, str], str]:
    """The cookies and the token of a page with a form."""
    page = stand.get(path, Cookie=f"sessionid={stand.people[who]}")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    cookie = re.search(r"csrftoken=([^;]+)", page.headers.get("set-cookie", ""))
    assert page.status == 200 and token and cookie
    return {"Cookie": f"sessionid={stand.people[who]}; csrftoken={cookie[1]}"}, token[1]


def test_what_was_said_yes_to_is_there_after_the_kill_and_there_once(stand: Stand) -> None:
    keys = [uuid.uuid4().hex for _ in range(3)]
    references = [opened(stand, key=key).json()["reference"] for key in keys]
    stand.cut()
    stand.back()
    again = until(lambda: _all_again(stand, keys), what="it answers by itself", seconds=10)
    assert [answer.json()["reference"] for answer in again] == references
    assert {answer.headers["idempotent-replayed"] for answer in again} == {"true"}
    assert stand.number("SELECT count(*) FROM tickets_ticket") == len(keys)


def _all_again(stand: Stand, keys: list[str]) -> list[Answer]:
    answers = [opened(stand, key=key) for key in keys]
    assert {answer.status for answer in answers} <= {201, 503}
    return answers if all(answer.status == 201 for answer in answers) else []


def test_while_it_is_away_everybody_is_told_at_once_and_in_their_language(stand: Stand) -> None:
    headers, token = form(stand, "/help/new/", "amelie")
    stand.cut()
    try:
        # Whoever comes first may wait for a connection; then it is known.
        until(lambda: home(stand).status == 503, what="it is noticed", seconds=10)
        began = time.monotonic()
        pages = [home(stand) for _ in range(20)]
        assert time.monotonic() - began < 5
        assert {page.status for page in pages} == {503}
        assert "Le guichet est injoignable" in pages[0].text and 'lang="en"' in pages[0].text
        assert pages[0].headers["retry-after"].isdigit()
        english = home(stand, "; guichet_language=en").text
        assert "can’t be reached" in english and "injoignable" not in english
        problem = opened(stand, key="away")
        assert (problem.status, problem.headers["content-type"]) == (503, "application/problem+json")
        assert problem.json()["code"] == "database_away" and "Traceback" not in problem.text
        assert problem.headers["retry-after"].isdigit()
        assert stand.get("/live?topics=person:1", **headers).status == 503
        assert stand.get("/readyz").status == 503 and stand.get("/livez").status == 200
        typed = "Mon écran reste noir depuis ce matin, j’ai tout débranché <deux> fois."
        sent = {"csrfmiddlewaretoken": token, "description": typed, "plain": "1"}
        kept = stand.ask(
            "POST", "/help/new/", urlencode(sent).encode(), Content_Type="application/x-www-form-urlencoded", **headers
        )
        assert kept.status == 503
        assert "écran reste noir" in kept.text and "&lt;deux&gt;" in kept.text and token in kept.text
    finally:
        stand.back()
    until(lambda: stand.get("/readyz").status == 200, what="it is ready again", seconds=10)
    # The form of the page is sent as it stands.
    again = stand.ask(
        "POST", "/help/new/", urlencode(sent).encode(), Content_Type="application/x-www-form-urlencoded", **headers
    )
    assert again.status == 302
    draft = stand.get(again.headers["location"].replace("/answers/", "/description/"), **headers)
    assert "écran reste noir" in draft.text


def test_after_a_long_absence_it_answers_within_moments(stand: Stand) -> None:
    """A pool that asks ever more seldom would answer as late again as the absence was long."""
    stand.cut()
    until(lambda: home(stand).status == 503, what="it is noticed", seconds=10)
    asked_until = time.monotonic() + 6
    while time.monotonic() < asked_until:
        assert home(stand).status == 503
    stand.back()
    began = time.monotonic()
    until(lambda: stand.api("GET", "/tickets").status == 200, what="it answers", seconds=10)
    assert time.monotonic() - began < 4
