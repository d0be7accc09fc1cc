"""Hostile values in every field of every form and in every address: never a failure, never a script that runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from django.test import Client

from tests import builders
from tests.e2e.page import Page
from tests.e2e.pages import PAGES
from tests.e2e.world import World

HOSTILE: dict[str, bytes] = {
    "nul": b"a\x00b",
    "not-unicode": b"\xff\xfe\xed\xa0\x80",
    "odd": "\u202eabc\u200b\ufeff\u2028\u0000\U000e0001e\u0301\u0301\u0301\U0001f469\u200d\U0001f4bb".encode(),
    "digits": b"9" * 400,
    "negative": b"-1",
    "markup": b"<script>alert(1)</script>{{7*7}}{% now %}%s%(x)s' OR 1=1 --",
    "long": b"x" * 60_000,
    "empty": b"",
}
# What ends the visit or changes the reader's language is tried by tests of its own.
LEFT_OUT = ("/sign-out/", "/language/", "/ui/preferences")
GRACEFUL = {200, 204, 302, 400, 403, 404, 405, 409, 412, 413, 422, 429}


@dataclass
class Form:
    action: str
    names: list[str] = field(default_factory=list)
    fixed: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """The forms of a page that are posted, with the names of their fields."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self._now: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "").lower() == "post":
            self._now = Form(action=given.get("action", ""))
            self.forms.append(self._now)
            if "id" in given:
                self.by_id[given["id"]] = self._now
        elif tag in {"input", "select", "textarea", "button"} and given.get("name"):
            form = self.by_id.get(given["form"]) if "form" in given else self._now
            if form is None or given.get("type") == "file":
                return
            if tag == "button" or given["name"] == "csrfmiddlewaretoken":
                form.fixed.setdefault(given["name"], given.get("value", ""))
            elif given["name"] not in form.names:
                form.names.append(given["name"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._now = None


def one_of_each() -> list[Page]:
    seen: dict[str, Page] = {}
    for page in PAGES:
        if page.status == 200 and not page.name.startswith("ui:"):
            seen.setdefault(page.id, page)
    return list(seen.values())


@pytest.fixture(scope="module")
def tried() -> set[tuple[str, ...]]:
    """Forms of the same kind are tried once."""
    return set()


@pytest.mark.parametrize("page", one_of_each(), ids=lambda page: page.id)
def test_every_form_withstands_hostile_values(page: Page, world: World, tried: set[tuple[str, ...]]) -> None:
    client = builders.client_for(world.person(page.who)) if page.who else Client()
    address = page.address(world)
    parser = Forms()
    parser.feed(client.get(address).content.decode())
    for form in parser.forms:
        target = urljoin(address, form.action or address)
        kind = (_kind(target), *sorted(form.names))
        if target.startswith(LEFT_OUT) or kind in tried:
            continue
        tried.add(kind)
        for name, value in HOSTILE.items():
            data = {**{key: fixed.encode() for key, fixed in form.fixed.items()}, **dict.fromkeys(form.names, value)}
            _post(client, target, data, note=f"{target} with {name}")


def _kind(target: str) -> str:
    """The address without what differs from row to row."""
    return "/".join("*" if any(c.isdigit() for c in part) else part for part in urlsplit(target).path.split("/"))


def _post(client: Client, target: str, data: dict[str, bytes], *, note: str) -> None:
    answer: Any = client.post(target, urlencode(data), content_type="application/x-www-form-urlencoded")
    assert answer.status_code in GRACEFUL, f"{note}: {answer.status_code}"
    if answer.headers.get("Content-Type", "").startswith("text/html") and answer.content:
        assert b"<script>alert(1)" not in answer.content, note


@pytest.mark.parametrize("value", [*HOSTILE])
@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("nadia", "/desk/tickets/?view={0}&q={0}&state={0}&team={0}&cursor={0}&sort={0}"),
        ("nadia", "/desk/tickets/filters?view={0}&state={0}"),
        ("nadia", "/desk/search?q={0}"),
        ("nadia", "/desk/tickets/new?q={0}&person={0}"),
        ("nadia", "/desk/tickets/{0}/"),
        ("nadia", "/desk/files/{0}"),
        ("nadia", "/desk/alerts/?cursor={0}"),
        ("amelie", "/help/tickets/{0}/"),
        ("amelie", "/help/tickets/?cursor={0}&state={0}"),
        ("amelie", "/help/new/?type={0}"),
        ("amelie", "/help/new/{0}/impact/"),
        ("amelie", "/help/account/news/?cursor={0}"),
        ("helene", "/desk/settings/{0}/"),
        ("helene", "/desk/settings/riviere-aux-pins/people/?q={0}&of={0}&cursor={0}"),
        ("helene", "/desk/settings/riviere-aux-pins/rules/trial/?rules={0}&number={0}&description={0}&impact={0}"),
        ("", "/sign-in/?next={0}"),
    ],
)
def test_addresses_withstand_hostile_values(who: str, address: str, value: str, world: World) -> None:
    from urllib.parse import quote

    client = builders.client_for(world.person(who)) if who else Client()
    answer = client.get(address.format(quote(HOSTILE[value][:4000])))
    assert answer.status_code in GRACEFUL - {204}, answer.status_code
