"""CSRF, clickjacking, cookies, CSP and caches: on every page of the URL map, and on every way of failing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings as conf
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver

from tests.contracts.addresses import API, Address, addresses, filled
from tests.contracts.permissions import PAGES
from tests.security.markup import is_held, nonce_of, runnable
from tests.security.stage import World

# Methods that change something, by the matrix.
CHANGING = [a for a in addresses() if "POST" in PAGES.get(a.name, {})]
PAGE = [a for a in addresses() if "GET" in PAGES.get(a.name, {})]


def role_for(address: Address) -> str:
    return "manager" if address.name.startswith(("desk:", "home")) else "owner"


def protected(answer: HttpResponse, path: str) -> None:
    policy = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
    if "sandbox" in policy:
        return  # a file: the tests of attachments judge it
    assert policy["default-src"] == "'none'", path
    assert re.fullmatch(r"'self'( 'nonce-[^']{16,}')?", policy["script-src"]), path
    for name in ("style-src", "connect-src", "form-action"):
        assert policy[name] == "'self'", path
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'", path
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert not re.search(r"(?:https?:|\*|\bblob:(?=.*script))", policy["script-src"]), path
    assert answer["X-Frame-Options"] == "DENY", path
    assert answer["X-Content-Type-Options"] == "nosniff", path
    # Where the address itself is the key, not even we are told whence somebody came.
    assert answer["Referrer-Policy"] == ("no-referrer" if path.startswith("/board/") else "same-origin"), path
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin", path
    assert "Access-Control-Allow-Origin" not in answer, path


def test_every_page_is_protected_and_kept_by_nobody(world: World) -> None:
    """And holds no script, style or handler of its own that the policy would have to allow."""
    seen, nonces = 0, set()
    browsers = {role: world.browser(role) for role in ("manager", "owner", "anonymous")}
    for address in PAGE:
        path = filled(address, world)
        for role in {role_for(address), "anonymous"}:
            answer = browsers[role].get(path)
            if path.startswith("/status/"):
                # For everybody, and kept for moments. It runs nothing at all, and has one style, known by its hash.
                policy = answer["Content-Security-Policy"]
                assert re.fullmatch(
                    r"default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none';"
                    r" frame-ancestors 'none'",
                    policy,
                ), policy
                assert answer["X-Content-Type-Options"] == "nosniff"
                continue
            protected(answer, path)
            if role != "anonymous" and "sandbox" not in answer["Content-Security-Policy"]:
                assert "no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"], path
            policy = answer["Content-Security-Policy"]
            nonce = nonce_of(policy)
            if answer["Content-Type"].startswith("text/html") and answer.status_code == 200:
                page = answer.content.decode()
                assert runnable(page, nonce=nonce, framing=True, styled=is_held(policy)) == [], path
                assert nonce not in nonces  # one for each answer that has a script
                nonces |= {nonce} - {""}
                seen += 1
    assert seen > 60


def test_every_failure_is_protected_and_tells_nothing(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """400, 403, 404, 405, 413, 422, 500: our headers, none of our insides."""
    settings.ALLOWED_HOSTS = ["testserver"]
    strict, manager = Client(enforce_csrf_checks=True, raise_request_exception=False), world.browser("manager")
    agent = world.browser("agent")
    broken = world.browser("agent")
    answers = {
        400: strict.get("/sign-in/", headers={"Host": "evil.example"}),
        403: strict.post("/sign-in/", {"username": "x"}),
        404: manager.get("/nothing/at/all"),
        405: manager.delete("/sign-out/"),
        422: manager.post(f"/desk/settings/{world.desk.organisation.slug}/macros/new/", {}),
    }
    assert agent.get(f"/desk/settings/{world.desk.organisation.slug}/").status_code == 403

    def burst(*_args: Any, **_more: Any) -> None:
        raise RuntimeError("SECRET-INSIDE postgresql://guichet:pw@host")

    monkeypatch.setattr("guichet.desk.views.work.waiting", burst)
    answers[500] = broken.get("/desk/")
    headers = {"Authorization": f"Bearer {world.token('agent')}"}
    monkeypatch.setattr("guichet.api.v1.tickets.page_of", burst)
    api = broken.get("/api/v1/tickets", headers=headers)
    assert api.status_code == 500
    for status, answer in [*answers.items(), (500, api)]:
        assert answer.status_code == status
        protected(answer, str(status))
        text = answer.content.decode()
        for inside in (
            "SECRET-INSIDE",
            "Traceback",
            "guichet.desk",
            "site-packages",
            "/src/",
            "RuntimeError",
            "postgresql:",
            "django",
        ):
            assert inside not in text.replace("django_htmx", "").replace("django-htmx", "").replace("djdt", ""), (
                status,
                inside,
            )


def test_every_change_needs_our_token(world: World) -> None:
    """Each address that takes a POST, from another site: 403, and nothing happened."""
    from guichet.tickets.models import Message, Ticket

    before = Ticket.objects.count(), Message.objects.count(), world.ticket.version
    wrong, asked = [], 0
    clients: dict[str, Client] = {}
    for role in ("manager", "owner"):
        clients[role] = Client(enforce_csrf_checks=True, raise_request_exception=False)
        clients[role].cookies = world.browser(role).cookies
    for address in CHANGING:
        path = filled(address, world)
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {}):
            answer = clients[role_for(address)].post(
                path, {"body": "x", "csrfmiddlewaretoken": "a" * 64}, headers=headers
            )
            asked += 1
            if answer.status_code != 403:
                wrong.append(f"{path}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert asked > 150
    world.ticket.refresh_from_db()
    assert (Ticket.objects.count(), Message.objects.count()) == before[:2]


def test_only_the_api_is_exempt_and_it_knows_no_cookie() -> None:
    exempt = []

    def walk(patterns: Any, route: str) -> None:
        for entry in patterns:
            if hasattr(entry, "url_patterns"):
                walk(entry.url_patterns, route + str(entry.pattern))
            elif getattr(entry.callback, "csrf_exempt", False):
                exempt.append(route + str(entry.pattern))

    walk(get_resolver().url_patterns, "")
    assert exempt
    assert all(route.startswith("api/v1/") for route in exempt)


def test_nothing_is_changed_by_looking(world: World) -> None:
    """GET is safe: what a picture's address or a prefetch may ask for changes no ticket, person or setting."""
    from django.core.serializers import serialize

    from guichet.people.models import Person, Role
    from guichet.routing.models import Rule
    from guichet.tickets.models import Draft, Macro, Message, Ticket, Watcher

    models = (Ticket, Message, Person, Role, Rule, Macro, Watcher, Draft)
    browsers = {role: world.browser(role) for role in ("manager", "owner")}
    before = [serialize("json", model.objects.order_by("pk")) for model in models]
    for address in addresses():
        if not address.name.startswith(API):
            for role in ("manager", "owner"):
                browsers[role].get(filled(address, world), {"body": "x", "verb": "take", "live": "1", "theme": "dark"})
    assert [serialize("json", model.objects.order_by("pk")) for model in models] == before


def test_cookies(world: World, settings: Any) -> None:
    """No script reads them, no other site sends them along, and over HTTPS no other connection."""
    browser = Client()
    browser.get("/sign-in/")
    browser.post("/language/", {"language": "en"})
    made = world.browser("owner")
    made.get("/help/account/")
    made.post("/help/account/", {"language": "fr", "expertise": "general", "time_zone": ""})
    jars = [*browser.cookies.values(), *made.cookies.values()]
    assert {morsel.key for morsel in jars} >= {
        conf.CSRF_COOKIE_NAME,
        conf.LANGUAGE_COOKIE_NAME,
        conf.SESSION_COOKIE_NAME,
    }
    for morsel in jars:
        assert morsel["samesite"] == "Lax", morsel.key
        assert morsel["domain"] == "", morsel.key
        if morsel.key not in {"theme", "density"}:
            assert morsel["httponly"], morsel.key
    assert conf.SESSION_COOKIE_SECURE == conf.CSRF_COOKIE_SECURE == conf.HTTPS
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    secure = Client()
    secure.get("/sign-in/", secure=True)
    assert all(morsel["secure"] for morsel in secure.cookies.values())


def test_an_https_installation_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that the installation is configured with decides; nobody has to remember four settings."""
    import importlib.util

    monkeypatch.setenv("GUICHET_BASE_URL", "https://guichet.exemple.org/")
    monkeypatch.setenv("GUICHET_SECRET_KEY", "x")
    spec = importlib.util.find_spec("guichet.config.settings")
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    assert made.SESSION_COOKIE_SECURE and made.CSRF_COOKIE_SECURE
    assert made.SECURE_HSTS_SECONDS >= 31536000
    assert made.CSRF_TRUSTED_ORIGINS == ["https://guichet.exemple.org"]
    assert made.DEBUG is False and made.DEMO is False
