"""The operations that `bench.sizes` measures, on the large desk of the database at hand."""

from __future__ import annotations

import json
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.served import Served, children, postmaster_of, served, worked
from guichet.api.tokens import issue
from guichet.channels import ledger
from guichet.channels.models import Mailbox
from guichet.channels.readers import read_all
from guichet.demo.scale import plan
from guichet.people.models import Account, Organisation, Person
from guichet.search.models import KnownWord
from guichet.tickets.models import Message, Ticket
from guichet.walkup.checking_in import check_in
from guichet.walkup.models import Reason, Venue
from guichet.walkup.who import Who

_WARM, _SCOPES = 12, ("tickets:read", "tickets:write")
_ADDRESS = "aide@banc.example"
_MAIL = """From: {name} <{address}>
To: aide@banc.example
Subject: {title}
Message-ID: <{number}@banc.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{text}
"""


@dataclass(frozen=True)
class Page:
    """A request: the n-th of its kind."""

    path: Callable[[int], str]
    method: str = "GET"
    api: bool = False
    body: Callable[[int], dict[str, Any]] | None = None
    htmx: bool = False


@dataclass
class Desk:
    """An agent of the large desk with a session and a token, and what there is to ask for."""

    agent: Person
    session: str
    token: str
    requesters: list[Person]
    long: list[str]
    words: list[str]
    chance: random.Random

    def pages(self) -> dict[str, Page]:
        pick = self.chance.choice
        return {
            "create": Page(lambda n: "/api/v1/tickets", method="POST", api=True, body=self.new),
            "list": Page(lambda n: "/desk/tickets/"),
            "list API": Page(lambda n: "/api/v1/tickets?live=true&size=50", api=True),
            "search": Page(lambda n: f"/desk/search?q={quote(self.two_words(n))}"),
            "typing": Page(lambda n: f"/desk/search?typing=1&q={quote(pick(self.words)[: 2 + n % 4])}", htmx=True),
            "ticket": Page(lambda n: f"/desk/tickets/{pick(self.long)}/"),
            "work": Page(lambda n: "/desk/"),
            "bell": Page(lambda n: "/desk/problems/"),
            "alerts": Page(lambda n: "/desk/alerts/"),
        }

    def new(self, number: int) -> dict[str, Any]:
        words = " ".join(self.chance.choices(self.words, k=40))
        return {
            "title": f"Essai {number} {words[:60]}", "description": words, "impact": "person", "urgency": "hampered",
            "requester": self.chance.choice(self.requesters).pk, "channel": "phone",
        }  # fmt: skip

    def two_words(self, number: int) -> str:
        common, rare = self.words[: 40 if number % 2 else 600], self.words[:6_000]
        return f"{self.chance.choice(common)} {self.chance.choice(rare)}"

    def headers(self, page: Page) -> dict[str, str]:
        if page.api:
            return {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        more = {"HX-Request": "true"} if page.htmx else {}
        return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={self.session}", "Accept-Language": "fr", **more}


def desk() -> tuple[Desk, Client]:
    organisation = Organisation.objects.get(slug=plan.DESK)
    account = Account.objects.select_related("person").get(email=f"agent1@{plan.DESK}.example")
    browser = Client()
    browser.force_login(account)
    now = timezone.now()
    _token, text = issue(
        person=account.person, name="banc", scopes=_SCOPES, expires_at=now + timedelta(days=1), now=now
    )  # fmt: skip
    asking = Person.objects.filter(organisation=organisation, email__startswith="personne").select_related(
        "organisation"
    )
    talked = Ticket.objects.filter(pk__in=Message.objects.order_by("-pk").values("ticket")[:20_000])
    common = KnownWord.objects.order_by("-entries", "word").values_list("word", flat=True)
    found = Desk(
        agent=account.person,
        session=browser.cookies[settings.SESSION_COOKIE_NAME].value,
        token=text,
        requesters=list(asking.select_related("organisation").order_by("pk")[:200]),
        long=list(talked.order_by("-version").values_list("reference", flat=True)[:200]),
        words=list(common[:8_000]),
        chance=random.Random("sizes"),
    )
    return found, browser


def measured(*, rounds: int) -> dict[str, Any]:
    """By operation: milliseconds of the clock and of the processors, and the number of queries."""
    at, browser = desk()
    found: dict[str, dict[str, Any]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
        cursor.execute("SELECT pg_database_size(current_database()) / 1e6")
        size = float(cursor.fetchone()[0])
    with served(os.environ["DATABASE_URL"]) as server:
        for name, page in at.pages().items():
            found[name] = over_http(server, at, page, rounds=rounds)
            found[name]["queries"] = queries(browser, at, page)
        memory = server.memory()
    found |= {"mail": here(mails(at, rounds)), "check-in": here(check_ins(rounds))}
    return {"operations": found, "memory_mb": memory, "postgresql": version.split()[0], "database_mb": size}


def over_http(server: Served, at: Desk, page: Page, *, rounds: int) -> dict[str, Any]:
    times: list[float] = []
    web = database = 0.0
    for n in range(-_WARM, rounds):
        if n == 0:
            web, database = server.web(), server.database()
        body = json.dumps(page.body(n)).encode() if page.body else None
        path, headers = page.path(n), at.headers(page)
        began = time.perf_counter()
        server.ask(page.method, path, headers=headers, body=body)
        times.append(1000 * (time.perf_counter() - began))
    return figures(times[_WARM:], web=server.web() - web, database=server.database() - database)


def figures(times: list[float], *, web: float, database: float) -> dict[str, Any]:
    ordered = sorted(times)
    return {
        "p50": round(statistics.median(ordered), 1),
        "p95": round(ordered[int(0.95 * (len(ordered) - 1))], 1),
        "web": round(web / len(times), 2),
        "db": round(database / len(times), 2),
        "queries": None,
    }


def queries(browser: Client, at: Desk, page: Page) -> int:
    """How many the same request takes in this process."""
    headers = {} if not page.api else {"Authorization": f"Bearer {at.token}"}
    headers |= {"HX-Request": "true"} if page.htmx else {}
    with override_settings(ALLOWED_HOSTS=["*"]):
        for count in range(2):
            with CaptureQueriesContext(connection) as captured:
                if page.body:
                    browser.post(page.path(-1), page.body(count), content_type="application/json", headers=headers)
                else:
                    browser.get(page.path(-1), headers=headers)
    return len(captured)


def here(operations: Iterator[Callable[[], object]]) -> dict[str, Any]:
    """What runs in this process: its own processor time stands for the web process's."""
    postmaster = postmaster_of(os.environ["DATABASE_URL"])
    times: list[float] = []
    web = database = 0.0
    for n, operation in enumerate(operations):
        if n == _WARM:
            web, database = 1000 * time.process_time(), worked(children(postmaster))
        began = time.perf_counter()
        operation()
        times.append(1000 * (time.perf_counter() - began))
    web, database = 1000 * time.process_time() - web, worked(children(postmaster)) - database
    return figures(times[_WARM:], web=web, database=database)


def mails(at: Desk, rounds: int) -> Iterator[Callable[[], object]]:
    """A message stored and read until its ticket is there."""
    organisation = Organisation.objects.get(slug=plan.DESK)
    box, _ = Mailbox.objects.get_or_create(organisation=organisation, address=_ADDRESS)
    for n in range(rounds + _WARM):
        who, told = at.chance.choice(at.requesters), at.new(n)
        raw = _MAIL.format(
            name=who.name, address=who.email, title=told["title"], number=f"{time.time_ns()}", text=told["description"]
        ).encode()

        def read(raw: bytes = raw, who: Person = who) -> None:
            key = ledger.key_of("banc", raw)
            ledger.receive(
                raw=raw, source_key=key, now=timezone.now(), mailbox=box, envelope_from=who.email, envelope_to=_ADDRESS
            )
            assert read_all() >= 1

        yield read


def check_ins(rounds: int) -> Iterator[Callable[[], object]]:
    """Somebody takes a number at a counter where others wait."""
    organisation = Organisation.objects.get(slug=plan.DESK)
    venue, _ = Venue.objects.get_or_create(
        organisation=organisation, slug="banc",
        defaults={"name_fr": "Accueil", "board_key": "clef-de-l-ecran", "opening": [[[0, 1440]]] * 7},
    )  # fmt: skip
    reason, _ = Reason.objects.get_or_create(venue=venue, name_fr="Se faire aider")
    for _n in range(rounds + _WARM):
        yield lambda: check_in(venue=venue, reason=reason, now=timezone.now(), language="fr", who=Who())
