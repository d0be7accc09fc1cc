"""A badge under the kiosk's scanner: the visit is its holder's, and no answer tells that there is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from guichet.people.models import Person
from guichet.walkup.models import Visit
from tests import builders, cast
from tests.kiosk.conftest import World
from tests.kiosk.test_check_in import walk

KNOWN, UNKNOWN = "0042-11AB", "0042-11AC"


@pytest.fixture
def holders(world: World) -> list[Person]:
    """Somebody of the desk with an account, and somebody of a client without."""
    world.place.amelie.badge = "004211ab"
    world.place.amelie.save()
    client = builders.client_of(world.place.desk)
    return [world.place.amelie, builders.person(client, cast.SOPHIE, account=False, badge="77001234")]


@pytest.mark.parametrize(("said", "whose"), [(KNOWN, 0), (" 0042 11ab ", 0), ("7700-1234", 1), (UNKNOWN, None)])
@pytest.mark.parametrize("promised", [False, True])
def test_the_visit_is_its_holders(
    world: World, holders: list[Person], said: str, whose: int | None, promised: bool
) -> None:
    entry = world.entry(way="badge", typed=said, promised=promised, number="K1-1" if promised else "")
    assert world.hand(entry)[0]["status"] == "visit"
    visit = Visit.objects.get()
    if whose is None:
        assert visit.person is None and visit.ticket.requester.name.startswith("Sans nom")
    else:
        assert visit.person == visit.ticket.requester == holders[whose]


def told(answer: Any) -> dict[str, Any]:
    """All that an answer says, but for what differs from one visit to the next."""
    text = re.sub(r"<svg.*?</svg>|<input[^>]*csrf[^>]*>|nonce=\"[^\"]*\"|nonce-[^']*", "", answer.content.decode())
    headers = {name: re.sub(r"nonce-[^']*", "", value) for name, value in answer.headers.items()}
    for other in ("Content-Length", "X-Request-ID"):
        headers.pop(other, None)
    for visit in Visit.objects.all():
        text = text.replace(visit.token, "TOKEN").replace(visit.client_key, "KEY")
        headers = {name: value.replace(visit.token, "TOKEN") for name, value in headers.items()}
    space = r"(?:[\s\u202f]|\\u00a0)"  # as JSON writes it, too
    text = re.sub(rf"data-at=\"[^\"]*\"|\d{{1,2}}{space}h{space}\d{{2}}|\d{{1,2}}:\d{{2}}", "AT", text)
    text = re.sub(r"name=.{0,2}key.{0,2} value=.{0,2}[0-9a-f-]{36}", "KEY", text)
    return {"status": answer.status_code, "headers": headers, "text": text, "cookies": sorted(answer.cookies)}


def by_form(world: World, badge: str) -> Iterator[Any]:
    """Every page of a check-in without scripts, in a queue that is as it was for the one before."""
    browser, reason = world.machine(), world.place.reasons["password"]
    touches = [{"way": "badge"}, {"typed": badge}, {"reason": reason.parent_id}, {"reason": reason.pk}]
    for number in range(len(touches) + 1):
        answer = walk(browser, *touches[:number])
        yield answer
    yield browser.get(answer["Location"])
    yield Client().get(f"/visit/{Visit.objects.get().token}/")  # what the code on the paper opens


def by_hand_over(world: World, badge: str) -> Iterator[Any]:
    """At once; from a machine that gave a number of its own; for a reason that there isn't; again; and after."""
    import json

    def hand(entry: dict[str, Any]) -> Any:
        return world.machine().post("/kiosk/handover/", json.dumps([entry]), "application/json")

    entry = world.entry(way="badge", typed=badge, key="6c0a43ae-8f0f-4d6f-9f35-2b1f1f2b8a01")
    yield hand({**entry, "reason": None})
    yield hand(entry)
    yield hand(entry)
    yield hand(
        {**entry, "key": "6c0a43ae-8f0f-4d6f-9f35-2b1f1f2b8a02", "promised": True, "number": "K1-9", "reason": 1}
    )
    yield world.machine().get("/kiosk/ready/")


@pytest.mark.parametrize("way", [by_form, by_hand_over])
@pytest.mark.parametrize("anonymous", [True, False])
def test_no_answer_tells_whether_somebody_was_found(
    world: World, holders: list[Person], way: Any, anonymous: bool
) -> None:
    world.venue.anonymous = anonymous
    world.venue.save()
    heard: list[list[dict[str, Any]]] = []
    for badge in (KNOWN, UNKNOWN, "7700-1234", "7700-1235"):
        # Each finds the queue as the one before found it.
        said = [told(answer) for answer in way(world, badge)]
        assert {bool(v.person_id) for v in Visit.objects.all()} == {badge in {KNOWN, "7700-1234"}}
        for found in said:
            found["text"] = re.sub(r"\"(now|token|version)\": [^,]+,", "", found["text"].replace(badge, "BADGE"))
        heard.append(said)
        Visit.objects.all().delete()
    for other in heard[1:]:
        assert other == heard[0]
    everything = str(heard)
    assert "K1-9" in everything or way is by_form
    for holder in holders:
        assert holder.name not in everything and (not holder.email or holder.email not in everything)
        assert holder.badge not in everything


def test_the_kiosks_pages_hold_no_number(world: World, holders: list[Person]) -> None:
    assert Person.objects.exclude(badge="").count() == 2
    for path in ("/kiosk/", "/kiosk/ready/"):
        page = world.machine().get(path).content.decode()
        assert "004211ab" not in page and "77001234" not in page
