"""Open redirects, host poisoning, and headers that claim to come from a proxy."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest
from django.conf import settings as conf
from django.test import Client
from django.utils import timezone

from guichet.desk.settings.views.people import password_link
from guichet.lib.wsgi import environ_of
from guichet.people import actions
from guichet.people.models import Account
from tests.security.payloads import ELSEWHERE
from tests.security.stage import World

PASSWORD = "une phrase que personne ne devine 7"
FORGED = {
    "X-Forwarded-Host": "evil.example", "X-Forwarded-Server": "evil.example", "X-Host": "evil.example",
    "Forwarded": "host=evil.example;proto=https", "X-Original-URL": "/desk/", "X-Rewrite-URL": "/desk/",
    "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "//evil.example", "X-HTTP-Method-Override": "DELETE",
}  # fmt: skip
HOSTS = ("evil.example", "localhost.evil.example", "evil.example:80", "localhost@evil.example", "a b", "[::1", "")
IDENTITY = {
    "Remote-User": "manager", "X-Remote-User": "manager", "X-Forwarded-User": "manager",
    "X-Forwarded-Email": "manager", "X-SSL-Client-S-DN": "CN=manager", "X-Forwarded-For": "127.0.0.1",
}  # fmt: skip


def stays(location: str) -> bool:
    """As a browser reads it: backslashes are slashes, blanks and control characters in it are dropped."""
    seen = "".join(c for c in location.strip("\x00\x20\t\r\n") if c not in "\t\r\n").replace("\\", "/")
    target = urlsplit(urljoin("http://testserver/sign-in/", seen))
    return target.scheme in {"http", "https"} and target.hostname == "testserver" and target.username is None


def test_the_judge_knows_what_leaves() -> None:
    assert stays("/help/") and stays("?next=//evil.example") and stays("/%2F/evil.example")
    assert not any(stays(x) for x in ("//evil.example", "/\\evil.example", "javascript:1", "https://a@evil.example"))


def test_nobody_is_sent_elsewhere(world: World, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.DEMO = True
    account = Account.objects.get(person=world.people["owner"])
    account.set_password(PASSWORD)
    account.save()
    typed = {"username": account.email, "password": PASSWORD}
    for target in ELSEWHERE:
        stays_here(world, typed, target)


def stays_here(world: World, typed: dict[str, str], target: str) -> None:
    agent = world.browser("agent")
    for answer in (
        Client().post("/sign-in/", {**typed, "next": target}),
        Client().post(f"/sign-in/?next={quote(target)}", typed),
        world.browser("owner").get("/sign-in/", {"next": target}),
        Client().post("/language/", {"language": "fr", "next": target}),
        Client().post("/ui/preferences", {"theme": "dark", "next": target}),
        agent.post("/desk/tickets/bulk", {"verb": "take", "ids": "1", "back": target}),
        agent.post("/desk/tickets/bulk", {"verb": "", "back": target}),
        agent.get("/desk/search", {"q": target}),
        Client().get(f"/{target.lstrip('/')}" if target.startswith("/") else f"/desk/{quote(target)}"),
    ):
        if 300 <= answer.status_code < 400:
            assert stays(answer["Location"]), answer["Location"]
    # The way to the sign-in page carries where one came from: it has to come back to us too.
    asked = Client().get("/desk/tickets/", {"next": target})
    assert stays(asked["Location"])


def test_another_host_is_refused(db: None, settings: Any) -> None:
    """Before anything is looked up, with the same headers as every page."""
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    for host in HOSTS:
        for path in ("/sign-in/", "/desk/", "/api/v1/tickets", "/healthz", "/nothing"):
            answer = Client(raise_request_exception=False).get(path, headers={"Host": host})
            assert answer.status_code == 400, (host, path)
            assert "evil.example" not in answer.content.decode()
            assert "Location" not in answer
            assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_links_that_leave_use_the_configured_address(world: World, settings: Any) -> None:
    """The invitation is made during a request; its address is not the request's."""
    settings.BASE_URL = "https://guichet.exemple.org"
    settings.ALLOWED_HOSTS = ["*"]
    owner, desk = world.people["owner"], world.desk.organisation
    browser = world.browser("manager")
    path = f"/desk/settings/{desk.slug}/people/{owner.pk}/"
    browser.post(f"{path}invitation/", headers={"Host": "evil.example", **FORGED})
    page = browser.get(path, headers={"Host": "evil.example", **FORGED}).content.decode()
    assert "https://guichet.exemple.org/desk/settings/invitation/" in page
    assert "evil.example" not in page
    account = actions.invite(person=owner, desk=desk, actor=world.people["manager"], now=timezone.now())
    assert password_link(account).startswith("https://guichet.exemple.org/")


def test_forged_headers_change_nothing(world: World) -> None:
    for path in ("/", "/sign-in/", "/desk/", "/help/", "/api/v1/me", "/tokens/"):
        plain = Client().get(path)
        forged = Client().get(path, headers={**FORGED, **IDENTITY})
        assert forged.status_code == plain.status_code
        assert forged.get("Location") == plain.get("Location")
        assert "evil.example" not in forged.content.decode()
        assert not forged.wsgi_request.is_secure()
    owner = world.browser("owner")
    assert owner.get("/desk/", headers={**FORGED, **IDENTITY}).status_code == 404


def test_no_header_is_trusted_unless_a_proxy_is_configured() -> None:
    assert not getattr(conf, "USE_X_FORWARDED_HOST", False)
    assert not getattr(conf, "USE_X_FORWARDED_PORT", False)
    assert conf.SECURE_PROXY_SSL_HEADER is None
    assert not any("RemoteUser" in name for name in (*conf.MIDDLEWARE, *conf.AUTHENTICATION_BACKENDS))


def test_an_underscore_forges_no_header() -> None:
    """`X_Forwarded_For` and `Content_Length` would become their hyphenated sisters in the environment."""
    scope = {
        "method": "GET", "raw_path": b"/", "query_string": b"", "http_version": "1.1", "client": ("192.0.2.1", 1),
        "headers": [(b"x_forwarded_for", b"1.2.3.4"), (b"remote_addr", b"1.2.3.4"), (b"host", b"localhost")],
    }  # fmt: skip
    environ = environ_of(scope, body=None, size=0)
    assert environ["REMOTE_ADDR"] == "192.0.2.1"
    assert "HTTP_X_FORWARDED_FOR" not in environ
    assert "HTTP_REMOTE_ADDR" not in environ


def test_somebody_from_the_internet_is_not_taken_for_the_proxy(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server lets uvicorn read X-Forwarded-* only where the installation says that it stands behind a proxy."""
    from guichet.lib.server import WebServer

    monkeypatch.delenv("GUICHET_BEHIND_PROXY", raising=False)
    assert WebServer(dispatcher=None).config.proxy_headers is False
    monkeypatch.setenv("GUICHET_BEHIND_PROXY", "1")
    server = WebServer(dispatcher=None)
    assert server.config.proxy_headers is True
    assert server.config.forwarded_allow_ips == "127.0.0.1,::1"
