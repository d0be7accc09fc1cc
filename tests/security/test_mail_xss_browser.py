"""Stored XSS by mail, in Chromium: what is sent is shown, runs nowhere, and nothing of it is fetched from elsewhere.

Three lines, each judged by itself: the sanitiser without any policy, the frame without the sanitiser, and the pages as
they are served. A trap that would catch nothing is found out first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, Error, Page, Route

from guichet.channels import as_sent
from guichet.channels.mail import bodies
from guichet.channels.mail.reading import read
from guichet.channels.models import Contact, Outcome
from guichet.people.models import Person
from tests import builders
from tests.channels.post import Post
from tests.security.markup import runnable
from tests.security.xss_mail import CHARSETS, FILES, LIVE, NAMES, VECTORS, armed, html_message, with_charset

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOME = "http://counter.example/"
# What a person might do there, and what programs do to hide from those who only look: every event, every odd link.
PROVOKE = """() => {
  const events = ["mouseover", "focus", "input", "submit", "animationstart", "toggle", "start", "load", "error"];
  const odd = [];
  for (const node of document.querySelectorAll("*")) {
    if (node.tagName === "DETAILS") node.open = true;
    for (const name of events) node.dispatchEvent(new Event(name, {cancelable: true}));
    const href = node.href?.baseVal ?? node.href ?? node.getAttribute("xlink:href") ?? "";
    const web = /^(?:https?|mailto|tel):/.test(href) || node.tagName === "BASE" || node.tagName === "LINK";
    if (href && !web) odd.push(String(href));
    if (!href || !web) node.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true}));
  }
  return odd;
}"""
FRAMES = """(documents) => Promise.all(documents.map((text) => new Promise((done) => {
  const frame = document.createElement("iframe");
  frame.onload = done;
  setTimeout(done, 4000);
  frame.srcdoc = text;
  document.body.append(frame);
})))"""
LIKE_IT = """(addresses) => Promise.all(addresses.map((address) => new Promise((done, failed) => {
  const frame = document.querySelector(".mail-frame").cloneNode();
  frame.onload = done;
  setTimeout(() => failed(new Error(`${address} was never loaded`)), 60000);
  frame.src = address;
  document.body.append(frame);
})))"""


class Trap:
    """One browser that remembers what ran in it, where it asked to go, and what a policy had to stop."""

    def __init__(self, chromium: Browser, *, base: str = HOME, person: Person | None = None) -> None:
        self.ran: set[int] = set()
        self.left: list[str] = []
        self.stopped: list[str] = []
        self.odd: list[str] = []
        self.home = urlsplit(base).netloc
        self.context = chromium.new_context(base_url=base, locale="fr-CA", reduced_motion="reduce")
        self.context.expose_binding("__xss", lambda _source, number: self.ran.add(int(number)))
        self.context.route("**/*", self._route)
        self.context.on("dialog", lambda dialog: (self.left.append("dialog"), dialog.dismiss()))
        self.context.on("console", lambda said: self._said(said.text))
        if person is not None:
            value = builders.client_for(person).cookies[settings.SESSION_COOKIE_NAME].value
            self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": base}])

    def _route(self, route: Route) -> None:
        address = route.request.url
        if urlsplit(address).netloc != self.home:
            self.left.append(address)
            route.abort()
        elif urlsplit(address).path == "/live":
            route.fulfill(status=204)  # this server has no stream
        elif self.home in HOME:
            body = "<!doctype html><title>x</title>" if address == HOME else ""
            route.fulfill(body=body, content_type="text/html" if body else "text/plain", status=200 if body else 404)
        else:
            route.continue_()

    def _said(self, text: str) -> None:
        if re.search(r"Content Security Policy|Blocked script execution|Refused to", text):
            self.stopped.append(text)

    def provoke(self, page: Page) -> None:
        page.wait_for_timeout(250)
        for frame in page.frames:
            try:
                # A frame that went elsewhere may never hold a document: what waits for one has an end.
                self.odd += frame.locator(":root").evaluate(PROVOKE, timeout=5_000)
            except Error:
                continue  # it went elsewhere: the route has seen that
        page.wait_for_timeout(250)

    def frame_all(self, documents: Iterable[str]) -> None:
        """Each of these as a page's frame that may do whatever it wants."""
        page = self.context.new_page()
        page.goto(HOME)
        page.evaluate(FRAMES, list(documents))
        self.provoke(page)
        page.close()

    @property
    def caught(self) -> set[int]:
        """The vectors that ran or loaded something."""
        return self.ran | {int(number) for number in re.findall(r"evil\.example/(\d+)", " ".join(self.left))}

    def assert_nothing(self) -> None:
        assert (self.caught, self.left, self.odd) == (set(), [], [])


@pytest.fixture
def post(transactional_db: None) -> Post:
    return Post()


def test_the_trap_catches_every_vector_that_nobody_made_safe(chromium: Browser) -> None:
    trap = Trap(chromium)
    trap.frame_all(armed(vector, number) for number, vector in enumerate(LIVE))
    assert [vector for number, vector in enumerate(LIVE) if number not in trap.caught] == []
    assert len(VECTORS) >= 100


def raw_messages() -> list[bytes]:
    made = [html_message(EmailMessage(), armed(vector, number)).as_bytes() for number, vector in enumerate(VECTORS)]
    head = b"Subject: x\n"
    for number, (charset, body) in enumerate(CHARSETS, start=len(VECTORS)):
        made.append(with_charset(head, charset, armed(body.decode("latin-1"), number).encode("latin-1")))
    return made


def test_the_sanitiser_holds_by_itself(chromium: Browser) -> None:
    """No policy, no sandbox: what is left runs nothing, loads nothing and leads to pages, people and phones only."""
    documents = [as_sent.document(read(raw), nonce="x") for raw in raw_messages()]
    for document in documents:
        inside = document.partition("<body>")[2]
        harmless = re.sub(r' style="[^"]*"| src="data:image/(?:gif|png);base64,[A-Za-z0-9+/=]*"', "", inside)
        assert runnable(harmless) == []
    trap = Trap(chromium)
    trap.frame_all(documents)
    trap.assert_nothing()


def test_the_frame_holds_without_the_sanitiser(
    chromium: Browser, live_server: Any, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "safe", lambda html: html)
    contacts = [post.deliver(with_headers(post, raw, n)) for n, raw in enumerate(raw_messages())]
    trap = Trap(chromium, base=live_server.url, person=builders.agent(post.desk))
    framed_as_in_the_product(trap, contacts, host=contacts[0])
    assert (trap.ran, trap.left) == (set(), [])
    # They did arrive there as they were, and did try.
    assert len(trap.stopped) > len(LIVE) / 2


def with_headers(post: Post, raw: bytes, number: int) -> bytes:
    head = f"From: s{number}@courrier.example\nTo: {post.box.address}\nMessage-ID: <{number}@courrier.example>\n"
    return head.encode() + re.sub(rb"^Subject: x\n", b"", raw)


def framed_as_in_the_product(trap: Trap, contacts: list[Contact], *, host: Contact) -> None:
    """One contact's page, with a copy of its frame for each of the messages."""
    page = trap.context.new_page()
    page.goto(reverse("desk:contact", args=[host.pk]) + "?as=sent")
    assert page.locator("iframe.mail-frame").get_attribute("sandbox") == as_sent.SANDBOX
    addresses = [reverse("desk:contact_sent", args=[contact.pk]) for contact in contacts]
    page.evaluate(LIKE_IT, addresses)
    inside = [frame for frame in page.frames if frame.url.endswith("/sent")]
    assert len(inside) == len(contacts) + 1
    page.wait_for_timeout(500)
    page.close()


def test_nothing_runs_as_it_is_served(chromium: Browser, live_server: Any, post: Post) -> None:
    """As messages that came in: in the frame, on the tickets, in every list, at the desk and for the requester."""
    amelie, nadia = builders.person(post.desk.organisation), builders.agent(post.desk)
    contacts = [post.deliver(with_headers(post, raw, n)) for n, raw in enumerate(raw_messages())]
    everything = post.deliver(everything_at_once(post, amelie))
    named = [post.deliver(message) for message in in_names(post)]
    assert {contact.outcome for contact in [*contacts, everything]} == {Outcome.TICKET}
    at_desk = Trap(chromium, base=live_server.url, person=nadia)
    framed_as_in_the_product(at_desk, contacts, host=everything)
    assert everything.ticket is not None
    ticket = reverse("desk:ticket", args=[everything.ticket.reference])
    contact = reverse("desk:contact", args=[everything.pk])
    lists = ["/desk/", "/desk/tickets/?view=all", *(f"/desk/contacts/?outcome={each}" for each in Outcome.values)]
    of_named = [reverse("desk:contact", args=[each.pk]) for each in named]
    tickets = [reverse("desk:ticket", args=[each.ticket.reference]) for each in named if each.ticket is not None]
    visit(at_desk, [ticket, contact, f"{contact}?as=sent", f"{contact}/sent", *lists, *of_named, *tickets])
    as_requester = Trap(chromium, base=live_server.url, person=amelie)
    visit(as_requester, ["/help/", "/help/tickets/", f"/help/tickets/{everything.ticket.reference}/"])
    for trap in (at_desk, as_requester):
        trap.assert_nothing()
        assert trap.stopped == []  # there was nothing for the policy to stop


def visit(trap: Trap, addresses: list[str]) -> None:
    page = trap.context.new_page()
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None and answer.status == 200, address
        page.wait_for_timeout(50)
    page.wait_for_timeout(300)
    page.close()


def everything_at_once(post: Post, writer: Person) -> EmailMessage:
    """One message whose parts are all the vectors, each as HTML of its own, and files that are not what they say."""
    message = post.message(f'"{armed(NAMES[0], 900)}" <{writer.email}>', Subject=armed(NAMES[1], 901))
    message.set_content(armed(NAMES[2], 902))
    message.make_mixed()
    for number, vector in enumerate(VECTORS, start=1_000):
        part = EmailMessage()
        part.set_content(armed(vector, number), subtype="html")
        message.attach(part)
    for number, (name, main, sub, content) in enumerate(FILES, start=2_000):
        data = armed(content.decode("latin-1"), number).encode("latin-1")
        message.add_attachment(data, maintype=main, subtype=sub, filename=armed(name, number))
    return message


def in_names(post: Post) -> list[bytes]:
    """Markup where names stand, of the sender and of the subject: requests, automatic messages, lists."""
    made = []
    kinds = [b"", b"", b"Auto-Submitted: auto-replied\n", b"List-Id: <l.example>\nPrecedence: list\n"]
    for number, name in enumerate(NAMES, start=3_000):
        value = armed(name, number)
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        head = f'From: "{quoted}" <n{number}@courrier.example>\nTo: {post.box.address}\nSubject: {value}\n'
        made.append(head.encode() + kinds[number % 4] + f"Message-ID: <{number}@x.example>\n\n{value}\n".encode())
    return made
