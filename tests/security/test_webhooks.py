"""Webhooks lead to no machine inside, tell no secret, and carry nothing that people wrote."""

from __future__ import annotations

import json
import logging
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from guichet.connectors import changing, posting
from guichet.connectors.models import Webhook
from guichet.lib import outside
from guichet.lib.outside import InsideError
from guichet.tickets import actions
from tests.connectors.conftest import Hooked, hooked, receiver  # noqa: F401
from tests.security.test_ssrf import INSIDE, leading_to

REASON = "GUICHET_INSIDE_HOSTS"


@pytest.fixture
def no_connection(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.INSIDE_HOSTS = ()
    monkeypatch.setattr(socket.socket, "connect", lambda *_a: pytest.fail("connected"))


@pytest.mark.usefixtures("no_connection")
@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    leading_to(monkeypatch, "8.8.8.8", address)
    answer = posting.post("https://hook.example/", body=b"{}", headers={})
    assert (answer.status, REASON in answer.text) == (0, True)


@pytest.mark.usefixtures("no_connection")
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "[::1]", "[::]", "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]", "169.254.169.254", "[fd00:ec2::254]", "localhost",
    ],
)  # fmt: skip
def test_addresses_in_disguise(host: str) -> None:
    answer = posting.post(f"https://{host}/latest/meta-data/", body=b"{}", headers={})
    assert (answer.status, REASON in answer.text) == (0, True), answer.text


def test_the_address_that_was_looked_at_is_the_one_that_is_spoken_to(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """A name that leads outside when it is looked at, and inside a moment later: nobody asks a second time."""
    settings.INSIDE_HOSTS = ()
    asked: list[str] = []
    spoken_to: list[Any] = []

    def first_outside(host: str, *_a: Any, **_k: Any) -> Any:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8" if len(asked) == 1 else "127.0.0.1", 443))]

    def connect(_socket: Any, address: Any) -> None:
        spoken_to.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", first_outside)
    monkeypatch.setattr(socket.socket, "connect", connect)
    assert posting.post("https://hook.example/", body=b"{}", headers={}).text == posting.NOBODY
    assert (asked, spoken_to) == (["hook.example"], [("8.8.8.8", 443)])


@given(st.ip_addresses())
def test_only_what_is_outside_is_connected_to(address: Any) -> None:
    """`check_literal`, which a form asks, and `is_outside`, which a connection asks, agree about each address."""
    host = str(address)
    if outside.is_outside(host):
        outside.check_literal(host)
    else:
        with pytest.raises(InsideError):
            outside.check_literal(host)


def test_a_redirect_is_not_followed(hooked: Hooked) -> None:  # noqa: F811
    hooked.receiver.status = 307
    hooked.receiver.headers = {"Location": f"http://127.0.0.1:{hooked.receiver.port}/inside"}
    hooked.ticket()
    assert hooked.send() == 0
    assert [got.path for got in hooked.receiver.got] == ["/guichet?a=1"]
    assert hooked.rows()[0].answer.startswith("307")


def test_no_proxy_and_no_password_of_ours_is_used(
    hooked: Hooked,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password canari\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    hooked.ticket()
    assert hooked.send() == 1
    assert set(hooked.receiver.got[0].headers) == {
        "host", "connection", "content-type", "content-length", "accept-encoding", "user-agent", "webhook-id",
        "webhook-timestamp", "webhook-signature",
    }  # fmt: skip


def test_a_certificate_that_does_not_hold(settings: Any, tmp_path: Path) -> None:
    settings.INSIDE_HOSTS = ("127.0.0.0/8",)
    from tests.security import certificates

    with certificates.serving_as("someone.example", folder=tmp_path) as port:
        answer = posting.post(f"https://127.0.0.1:{port}/", body=b"{}", headers={})
    assert answer.status == 0
    assert "certificate" in answer.text.lower()


def test_so_much_of_an_answer_is_read(hooked: Hooked) -> None:  # noqa: F811
    hooked.receiver.status, hooked.receiver.text = 500, b"x" * 5_000_000
    hooked.ticket()
    hooked.send()
    assert len(hooked.rows()[0].answer) < 400


def test_the_secret_stands_nowhere(hooked: Hooked, caplog: pytest.LogCaptureFixture) -> None:  # noqa: F811
    now = timezone.now()
    with caplog.at_level(logging.DEBUG):
        secret = changing.secret_of(webhook=hooked.webhook, actor=hooked.manager, now=now)
        hooked.ticket()
        hooked.send()
    stored = serializers.serialize("json", [*Webhook.objects.all(), *hooked.rows()])
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(webhook)::text FROM connectors_webhook AS webhook")
        stored += "".join(row for [row] in cursor.fetchall())
    bare = secret.removeprefix("whsec_")
    assert bare not in stored
    assert bare not in caplog.text


def test_nothing_that_people_wrote_and_nobodys_name_leaves(hooked: Hooked) -> None:  # noqa: F811
    hooked.hook("Tout", verbs=["ticket.*"])
    ticket = hooked.ticket(description="CANARI de la description", title="CANARI du titre")
    by: dict[str, Any] = {"actor": hooked.agent, "now": timezone.now()}
    actions.reply(ticket, body="CANARI de la réponse", **by)
    actions.note(ticket, body="CANARI de la note", **by)
    actions.promise(ticket, text="CANARI de l’engagement", due_at=timezone.now() + timedelta(days=1), **by)
    assert hooked.send() >= 4
    sent = b"".join(got.body + json.dumps(got.headers).encode() for got in hooked.receiver.got).decode()
    assert "CANARI" not in sent
    for person in (hooked.requester, hooked.agent, hooked.manager):
        assert person.name not in sent
        assert person.email not in sent


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)), st.text(max_size=80))  # noqa: DTZ001
def test_no_header_is_added_by_what_is_sent(at: datetime, text: str) -> None:
    from guichet.connectors import signing

    stamp = int(at.replace(tzinfo=UTC).timestamp())
    made = signing.headers([b"k" * 32], ident="msg_1", timestamp=stamp, body=text.encode("utf-8", "surrogatepass"))
    assert all(value.isascii() and value.isprintable() for value in made.values())
