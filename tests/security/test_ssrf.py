"""SSRF: who manages a desk can't make us speak to the machines inside. Mail servers are all that settings name yet."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.channels import imap, oauth, settings_actions
from guichet.channels.models import Mailbox
from guichet.lib.outside import InsideError, check_host, is_outside
from tests import builders
from tests.channels.imap_stub import Stub, serving
from tests.channels.post import Post

INSIDE = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1",
    "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::1", "2002:a00:1::",
    "::127.0.0.1", "::a00:1", "fec0::1", "64:ff9b:1::7f00:1",
)  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_inside(address: str, settings: Any) -> None:
    settings.INSIDE_HOSTS = ()
    assert not is_outside(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_what_is_outside(address: str) -> None:
    assert is_outside(address)


def leading_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 993)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found)


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_refused(address: str, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.INSIDE_HOSTS = ()
    leading_to(monkeypatch, "8.8.8.8", address)
    with pytest.raises(InsideError):
        check_host("imap.example.org", port=993)


@pytest.mark.parametrize("named", ["imap.example.org", "10.0.0.7", "10.0.0.0/8"])
def test_the_operator_can_name_it(named: str, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.INSIDE_HOSTS = (named,)
    leading_to(monkeypatch, "10.0.0.7")
    check_host("IMAP.example.org", port=993)
    leading_to(monkeypatch, "192.168.0.7")
    if named != "imap.example.org":
        with pytest.raises(InsideError):
            check_host("imap.example.org", port=993)


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving(Stub()) as running:
        yield running


@pytest.fixture
def box(db: None, stub: Stub, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Mailbox:
    settings.INSIDE_HOSTS = ()
    monkeypatch.setenv("GUICHET_MAIL_SECRET", "secret")
    box = Post().box
    box.fetch, box.host, box.port, box.user = "imap", "localhost", stub.port, "aide"
    box.password_variable = "GUICHET_MAIL_SECRET"
    box.save()
    return box


def test_a_mailbox_inside_is_not_asked(box: Mailbox, stub: Stub) -> None:
    with pytest.raises(imap.Trouble, match="GUICHET_INSIDE_HOSTS"):
        imap.fetch(box, now=builders.NOW)
    assert stub.connections == 0
    box.refresh_from_db()
    assert "localhost" in box.trouble


def test_a_name_that_leads_elsewhere_a_moment_later_gets_no_password(
    box: Mailbox, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "check_host", lambda *_a, **_k: None)
    with pytest.raises(imap.Trouble, match="GUICHET_INSIDE_HOSTS"):
        imap.fetch(box, now=builders.NOW)
    assert stub.connections == 1
    assert not [line for line in stub.heard if "LOGIN" in line.upper()]


def test_it_is_asked_where_it_is_named(box: Mailbox, stub: Stub, settings: Any) -> None:
    settings.INSIDE_HOSTS = ("127.0.0.0/8", "::1")
    assert imap.fetch(box, now=builders.NOW) == 0
    assert [line for line in stub.heard if "LOGIN" in line.upper()]


@given(st.from_regex(settings_actions._TENANT, fullmatch=True))
def test_a_directory_leads_nowhere_but_to_microsoft(tenant: str) -> None:
    assert urlsplit(f"{oauth.MICROSOFT}/{tenant}/oauth2").hostname == "login.microsoftonline.com"


@pytest.mark.parametrize("tenant", ["a/../b", "@evil.example", "a?b", "a#b", "a\\b", "a b", "evil.example/", ".a", ""])
def test_a_directory_is_a_name_and_nothing_else(tenant: str) -> None:
    assert not settings_actions._TENANT.fullmatch(tenant)


def test_a_token_endpoint_that_sends_us_on_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    import requests

    asked: list[dict[str, Any]] = []

    class Answer:
        @staticmethod
        def json() -> dict[str, str]:
            return {"error": "moved"}

    monkeypatch.setattr(requests, "post", lambda *_a, **how: asked.append(how) or Answer())
    monkeypatch.setenv("GUICHET_MAIL_SECRET", "secret")
    box = Mailbox(auth="google", secret_variable="GUICHET_MAIL_SECRET", refresh_variable="GUICHET_MAIL_SECRET")
    with pytest.raises(oauth.Refusal, match="moved"):
        oauth.obtained(box)
    assert [how["allow_redirects"] for how in asked] == [False]
