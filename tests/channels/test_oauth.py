"""Signing in with tokens (Microsoft 365, Google); what is believed of a server: encryption, certificates, secrets."""

from __future__ import annotations

import logging
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from guichet.channels import imap, oauth
from guichet.channels.models import Contact, Mailbox
from tests import builders
from tests.channels.imap_stub import Stub, serving
from tests.channels.post import Post
from tests.channels.token_stub import Tokens, certificate, giving

SECRET, REFRESH = "the-secret-of-the-application", "the-refresh-token"
MAIL = "From: p@x.example\nSubject: x\nMessage-ID: <1@x.example>\n\nbonjour\n"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    place = tmp_path_factory.mktemp("tls")
    return certificate(place), place / "authority.pem"


@pytest.fixture
def tokens(tls: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Tokens]:
    context, authority = tls
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    monkeypatch.setenv("GUICHET_MAIL_SECRET", SECRET)
    monkeypatch.setenv("GUICHET_MAIL_REFRESH", REFRESH)
    monkeypatch.setattr(oauth, "_kept", {})
    with giving(Tokens(), tls=context) as there:
        monkeypatch.setattr(oauth, "MICROSOFT", there.url)
        monkeypatch.setattr(oauth, "GOOGLE", f"{there.url}/token")
        there.answer = lambda asked: (200, {"access_token": "t1", "token_type": "Bearer", "expires_in": 3600})
        yield there


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving(Stub(tokens={"t1"})) as running:
        yield running


@pytest.fixture(params=["microsoft", "google"])
def box(request: pytest.FixtureRequest, db: None, stub: Stub, tokens: Tokens) -> Mailbox:
    box = Post().box
    box.fetch, box.host, box.port, box.user, box.auth = "imap", "127.0.0.1", stub.port, "aide@x.example", request.param
    box.tenant, box.client_id = "example.org", "app-1"
    box.secret_variable, box.refresh_variable = "GUICHET_MAIL_SECRET", "GUICHET_MAIL_REFRESH"
    box.save()
    return box


def test_a_token_opens_the_mailbox(box: Mailbox, stub: Stub, tokens: Tokens) -> None:
    stub.put(1, MAIL)
    assert imap.fetch(box, now=builders.NOW) == 1
    [asked] = tokens.asked
    assert asked["client_id"] == "app-1"
    if box.auth == "microsoft":
        assert asked["path"] == "/example.org/oauth2/v2.0/token"
        assert (asked["grant_type"], asked["scope"]) == ("client_credentials", oauth.MICROSOFT_SCOPE)
    else:
        assert (asked["grant_type"], asked["refresh_token"]) == ("refresh_token", REFRESH)
    assert asked["client_secret"] == SECRET
    assert "LOGIN" not in stub.heard


def test_the_token_is_kept_until_it_ends(box: Mailbox, tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        imap.fetch(box, now=builders.NOW)
    assert len(tokens.asked) == 1
    now = time.monotonic()
    monkeypatch.setattr(oauth.time, "monotonic", lambda: now + 3600 - 60)
    imap.fetch(box, now=builders.NOW)
    assert len(tokens.asked) == 2


def test_a_token_that_no_longer_does_is_got_anew_once(box: Mailbox, stub: Stub, tokens: Tokens) -> None:
    imap.fetch(box, now=builders.NOW)
    stub.tokens = {"t2"}
    tokens.answer = lambda asked: (200, {"access_token": "t2", "token_type": "Bearer", "expires_in": 3600})
    assert imap.fetch(box, now=builders.NOW) == 0
    assert len(tokens.asked) == 2
    stub.tokens = {"t3"}
    with pytest.raises(imap.Trouble):
        imap.fetch(box, now=builders.NOW)
    assert len(tokens.asked) == 3
    # The reason of a refusal was acknowledged with nothing: no token is told twice.
    assert "then b'\\r\\n'" in stub.heard


def test_a_new_secret_asks_for_a_new_token(box: Mailbox, tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    imap.fetch(box, now=builders.NOW)
    monkeypatch.setenv("GUICHET_MAIL_SECRET", "another")
    imap.fetch(box, now=builders.NOW)
    assert [asked["client_secret"] for asked in tokens.asked] == [SECRET, "another"]


REFUSALS: list[tuple[int, dict[str, Any], str]] = [
    (400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}, "expired or revoked"),
    (401, {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret"}, "AADSTS7000215"),
    (200, {}, "no token"),
    (200, {"access_token": 3}, "no token"),
    (400, {"error": f"you said {SECRET}"}, "you said …"),
]


@pytest.mark.parametrize(("status", "answer", "told"), REFUSALS)
def test_a_refusal_is_shown_without_what_we_said(
    box: Mailbox, tokens: Tokens, caplog: pytest.LogCaptureFixture, status: int, answer: dict[str, Any], told: str
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens.answer = lambda asked: (status, answer)
    with pytest.raises(imap.Trouble):
        imap.fetch(box, now=builders.NOW)
    box.refresh_from_db()
    assert told in box.trouble
    for secret in (SECRET, REFRESH):
        assert secret not in box.trouble + caplog.text


def test_no_token_is_logged(box: Mailbox, tokens: Tokens, stub: Stub, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    tokens.answer = lambda asked: (200, {"access_token": "tok-en-9", "token_type": "Bearer", "expires_in": 3600})
    with pytest.raises(imap.Trouble):
        imap.fetch(box, now=builders.NOW)
    stub.tokens = {"tok-en-9"}
    imap.fetch(box, now=builders.NOW)
    assert not [word for word in ("tok-en-9", SECRET, REFRESH) if word in caplog.text]


def test_a_missing_variable_is_named(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GUICHET_MAIL_SECRET")
    with pytest.raises(imap.Trouble, match="GUICHET_MAIL_SECRET: not set"):
        imap.fetch(box, now=builders.NOW)


def test_a_token_endpoint_with_a_wrong_certificate_gets_nothing(
    box: Mailbox, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(imap.Trouble, match="SSL"):
        imap.fetch(box, now=builders.NOW)
    assert tokens.asked == []


@pytest.fixture
def plain(db: None, stub: Stub, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    monkeypatch.setenv("GUICHET_MAIL_TEST", "secret")
    box = Post().box
    box.fetch, box.host, box.port, box.password_variable = "imap", "127.0.0.1", stub.port, "GUICHET_MAIL_TEST"
    box.save()
    return box


def test_a_server_that_repeats_the_password_does_not_get_it_shown(
    plain: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUICHET_MAIL_TEST", "hunter2")
    with pytest.raises(imap.Trouble) as told:
        imap.fetch(plain, now=builders.NOW)
    assert "hunter2" not in str(told.value) + Mailbox.objects.get(pk=plain.pk).trouble
    assert "AUTHENTICATIONFAILED" in str(told.value)


def test_nothing_is_said_to_another_machine_without_encryption(plain: Mailbox, stub: Stub) -> None:
    plain.host = "127.0.0.2"  # reachable, and not one of our own names
    with serving(Stub(), at="127.0.0.2") as other:
        plain.port = other.port
        with pytest.raises(imap.Trouble, match="TLS"):
            imap.fetch(plain, now=builders.NOW)
    assert not {"LOGIN", "AUTHENTICATE"} & set(other.heard)


def test_only_a_certificate_that_holds_is_believed(
    plain: Mailbox, tls: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    context, authority = tls
    with serving(Stub(), tls=context) as there:
        there.put(1, MAIL)
        monkeypatch.setattr(imap, "_IMAP_SSL", there.port)
        plain.port = there.port
        with pytest.raises(imap.Trouble, match="certificate"):
            imap.fetch(plain, now=builders.NOW)
        assert there.heard == []
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        assert imap.fetch(plain, now=builders.NOW) == 1
    assert Contact.objects.count() == 1


def test_who_signs_in_with_passwords_loads_no_library_for_tokens() -> None:
    code = (
        "import django; django.setup(); import guichet.channels.listening, guichet.config.recurring, sys;"
        "print([m for m in ('msal', 'cryptography', 'jwt', 'requests') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
