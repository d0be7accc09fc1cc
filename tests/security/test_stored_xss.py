"""Stored XSS: what people and programs write is never markup of ours, on no page and in no browser."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.catalog.models import Category, Question, RequestType, Service
from guichet.lib.text import safe_html, to_html
from guichet.people.models import Level, Organisation, Person, Site, Skill, Team
from guichet.routing.models import Rule
from guichet.tickets import actions, drafts
from guichet.tickets.models import Attachment, Macro, Ticket
from guichet.tickets.presence import touch
from tests.contracts.addresses import API, addresses, filled
from tests.contracts.permissions import PAGES
from tests.security.markup import is_held, nonce_of, runnable
from tests.security.payloads import MARKDOWN, MARKUP
from tests.security.stage import World

pytestmark = pytest.mark.exhaustive

EVERYTHING = " ".join(MARKUP)
LONG = EVERYTHING + "\n\n" + "\n\n".join(MARKDOWN)
NOW = timezone.now


@pytest.mark.parametrize("payload", [*MARKUP, *MARKDOWN])
def test_a_message_becomes_no_code(payload: str) -> None:
    html = to_html(payload)
    assert runnable(html) == []
    assert safe_html(html) == html


@given(
    st.lists(
        st.sampled_from([*MARKUP, *MARKDOWN, "<", ">", '"', "'", "&lt;", "\n", "`", "<b>", "<pre>\n", "<p"]), max_size=6
    )
)
@settings(max_examples=150, deadline=None)
def test_pieces_of_attacks_put_together_become_no_code(pieces: list[str]) -> None:
    for html in (to_html("".join(pieces)), safe_html("".join(pieces))):
        assert runnable(html) == []
        assert safe_html(html) == html


@given(st.text(alphabet=st.sampled_from("<>/\"'= \n\t&;:#!-`[]()abimgscriptonerrorxlinkhref"), max_size=120))
@settings(max_examples=200, deadline=None)
def test_the_sanitiser_is_idempotent_on_anything(source: str) -> None:
    once = safe_html(source)
    assert runnable(once) == []
    assert safe_html(once) == once


def poison(world: World) -> None:
    """Write the payloads into every field that somebody could, whatever a form might have refused."""
    owner, agent = world.people["owner"], world.people["agent"]
    now = NOW()
    for model, fields in _FIELDS.items():
        for row in model.objects.all():
            for name in fields:
                limit = model._meta.get_field(name).max_length
                _write(row, name, _cut(LONG if limit is None else EVERYTHING, limit, row.pk))
            row.save()
    ticket = Ticket.objects.get(pk=world.ticket.pk)
    upload = SimpleUploadedFile("x.png", b"\x89PNG\r\n\x1a\n", content_type="image/png")
    actions.reply(ticket, body=LONG, actor=owner, now=now, uploads=[upload])
    actions.note(ticket, body=LONG, actor=agent, now=now)
    actions.set_tags(ticket, names=[m[:40] for m in MARKUP], actor=agent, now=now)
    wrong = actions.suppose(ticket, text=MARKUP[2] * 3, evidence=LONG, actor=agent, now=now)
    actions.judge(wrong, state="rejected", evidence=LONG, actor=agent, now=now)
    actions.attempt(
        ticket,
        kind="workaround",
        text=LONG,
        test=MARKUP[2],
        applied_on=MARKUP[3],
        result="worked",
        actor=agent,
        now=now,
    )
    later = now + timedelta(days=1)
    actions.promise(ticket, text=MARKUP[2] + MARKUP[0], due_at=later, actor=agent, now=now)
    actions.hold(ticket, reason="other", note=MARKUP[3] + MARKUP[0], wake_at=later, actor=agent, now=now)
    actions.prioritise(ticket, priority=1, reason=MARKUP[2], actor=agent, now=now)
    actions.override_severity(ticket, severity="S1", reason=MARKUP[3], actor=world.people["manager"], now=now)
    Attachment.objects.all().update(name=MARKUP[2] + MARKUP[3])
    Ticket.objects.filter(pk=ticket.pk).update(
        answers={"quoi": LONG}, facts=dict.fromkeys(("error_message", "since", "steps", "place", "tried"), LONG),
        request_type=world.rows["request_type"], category=world.rows["category"], site=world.rows["site"],
    )  # fmt: skip
    for person, key in ((agent, f"desk-{ticket.reference}"), (owner, f"reply:{ticket.reference}")):
        drafts.save(person=person, key=key, body={"body": LONG, "kind": "reply"}, now=now)
    touch(ticket=ticket, person=world.people["manager"], writing=True, now=now)


_FIELDS: dict[Any, tuple[str, ...]] = {
    Person: ("name", "job_title", "phone", "availability"),
    Organisation: ("name", "phone"),
    Team: ("name",),
    Level: ("name_fr", "name_en", "treats_fr", "treats_en"),
    Site: ("name", "address"),
    Skill: ("name_fr", "name_en"),
    Service: ("name_fr", "name_en"),
    Category: ("name_fr", "name_en"),
    RequestType: ("name_fr", "name_en", "help_fr", "help_en"),
    Question: ("label_fr", "label_en", "help_fr", "help_en"),
    Rule: ("name_fr", "name_en"),
    Macro: ("name_fr", "name_en", "body_fr", "body_en"),
    Ticket: ("title", "description", "asset"),
}


def _cut(text: str, limit: int | None, seed: int) -> str:
    """Another part of the corpus for each row, so that short fields see all of it."""
    if limit is None:
        return text
    start = sum(len(m) + 1 for m in MARKUP[: seed % len(MARKUP)])
    return f"{seed} {(text[start:] + ' ' + text)[: limit - 12]}"


def _write(row: Any, name: str, text: str) -> None:
    setattr(row, name, text)


def pages(world: World) -> list[str]:
    """Every page of the URL map that people write into."""
    return [
        filled(address, world)
        for address in addresses()
        if not address.name.startswith(API)
        and "GET" in PAGES.get(address.name, {})
        and not address.route.startswith("ui/")
    ]


@pytest.mark.parametrize("role", ["anonymous", "owner", "contact", "agent", "manager"])
def test_no_page_holds_anything_to_run(world: World, role: str) -> None:
    poison(world)
    browser = world.browser(role)
    wrong, opened = [], 0
    for path in pages(world):
        answer = browser.get(path)
        assert answer.status_code < 500, path
        if not answer.get("Content-Type", "").startswith("text/html") or answer.status_code >= 300:
            continue
        opened += 1
        policy, page = answer["Content-Security-Policy"], answer.content.decode()
        found = runnable(page, nonce=nonce_of(policy), framing=True, styled=is_held(policy))
        wrong += [f"{path}: {what[:160]}" for what in found]
    assert not wrong, "\n".join(wrong[:20])
    assert opened > {"anonymous": 0, "owner": 8, "contact": 5, "agent": 30, "manager": 60}[role]


def test_fragments_and_palette_are_harmless_too(world: World) -> None:
    poison(world)
    browser = world.browser("manager")
    reference = world.ticket.reference
    ticket = f"/desk/tickets/{reference}"
    for path in (
        f"{ticket}/?part=1", f"{ticket}/hold", f"{ticket}/presence", "/desk/?part=lists", "/desk/tickets/?part=1",
        "/desk/tickets/new?q=1",
    ):  # fmt: skip
        answer = browser.get(path, headers={"HX-Request": "true"})
        assert answer.status_code == 200, path
        assert runnable(answer.content.decode(), nonce=nonce_of(answer["Content-Security-Policy"])) == [], path
    found = browser.get("/desk/search?q=script", headers={"Accept": "application/json"})
    assert found["Content-Type"] == "application/json"
    assert all(row["url"].startswith("/desk/") for row in json.loads(found.content))


def test_what_is_typed_and_refused_comes_back_as_text(world: World) -> None:
    """Reflected: search words, filters, values of a form that is shown again."""
    browser = world.browser("manager")
    for payload in (" ".join(MARKUP[:8]), " ".join(MARKUP[8:])):
        _reflect(browser, world, payload)


def _reflect(browser: Client, world: World, payload: str) -> None:
    desk = world.desk.organisation.slug
    answers = [
        browser.get("/desk/tickets/", {"q": payload, "team": payload, "view": payload}),
        browser.get("/desk/tickets/new", {"q": payload}),
        browser.get(f"/desk/settings/{desk}/people/", {"q": payload}),
        browser.get("/sign-in/", {"next": payload}),
        browser.post(f"/desk/tickets/{world.ticket.reference}/messages", {"kind": payload, "body": payload}),
        browser.post(
            f"/desk/settings/{desk}/macros/new/", {"body_fr": payload, "name_fr": payload * 9, "kind": payload}
        ),
        browser.get(f"/desk/nothing/{quote(payload)}"),
    ]
    for answer in answers:
        if answer.status_code != 302:
            assert runnable(answer.content.decode(), nonce=nonce_of(answer["Content-Security-Policy"])) == []


@pytest.mark.parametrize(
    ("frame", "runs"),
    [
        ('<iframe src="/desk/x" sandbox="">', False),
        ('<iframe src="/desk/x" sandbox="allow-popups">', False),
        ('<iframe src="/desk/x">', True),
        ('<iframe src="/desk/x" sandbox="allow-popups ALLOW-SCRIPTS">', True),
        ('<iframe src="/desk/x" sandbox="allow-same-origin">', True),
        ('<iframe src="//elsewhere.example/x" sandbox="">', True),
        ('<iframe src="https://elsewhere.example/x" sandbox="">', True),
        ('<iframe srcdoc="x" src="/desk/x" sandbox="">', True),
        ('<iframe sandbox="">', True),
        ('<meta http-equiv="refresh" content="15">', False),
        ('<meta http-equiv="refresh" content="15;url=https://elsewhere.example/">', True),
        ('<meta http-equiv="set-cookie" content="15">', True),
    ],
)
def test_a_frame_is_held_or_found(frame: str, runs: bool) -> None:
    assert runnable(frame)
    assert bool(runnable(frame, framing=True)) is runs
