"""Handing over: the server's answer is kept, its refusals are told apart, a wrong address of the server is said."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from guichet.channels.mail import smtp
from guichet.channels.mail.smtp import Server, server_of
from guichet.lib.sending import Down, Later, Never
from tests.channels.mail.sink import Sink, free_port, serving

MAIL = b"Subject: x\r\n\r\nBonjour\r\n.une ligne\r\n"


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def server(sink: Sink) -> Iterator[Server]:
    with serving(sink) as where:
        yield where


def send(server: Server) -> str:
    return smtp.send(server, sender="aide+t@example.org", recipient="amelie@example.org", data=MAIL)


def test_the_answer_comes_back(server: Server, sink: Sink) -> None:
    assert send(server) == "250 2.0.0 OK: queued as N0"
    assert sink.taken == [("aide+t@example.org", ["amelie@example.org"], MAIL)]


@pytest.mark.parametrize(
    ("stage", "says", "failure"),
    [
        ("rcpt", "550 5.1.1 No such user", Never),
        ("rcpt", "450 4.2.0 Greylisted", Later),
        ("rcpt", "452 4.2.2 Mailbox full", Later),
        ("rcpt", "554 5.7.1 Relay access denied", Later),
        ("rcpt", "530 5.7.0 Authentication required", Down),
        ("mail", "553 5.7.1 Sender not allowed", Down),
        ("mail", "451 4.3.0 Try later", Later),
        ("data", "554 5.6.0 Message refused", Never),
        ("data", "451 4.3.0 Disk full", Later),
        ("data", "421 4.3.2 Shutting down", Down),
    ],
)
def test_refusals_are_told_apart(server: Server, sink: Sink, stage: str, says: str, failure: type[Later]) -> None:
    sink.says[stage] = says
    with pytest.raises((Later, Never)) as refusal:
        send(server)
    assert type(refusal.value) is failure
    assert refusal.value.reason == says
    assert sink.taken == []
    sink.says.clear()
    assert send(server).startswith("250")


def test_nobody_there() -> None:
    port = free_port()
    with pytest.raises(Down, match=rf"127\.0\.0\.1:{port}: ConnectionRefusedError"):
        send(Server(host="127.0.0.1", port=port, security=""))
    with pytest.raises(Down, match=r"nowhere\.invalid"):
        send(Server(host="nowhere.invalid", port=25, security=""))


@pytest.fixture
def mute() -> Iterator[Server]:
    """Takes the connection and says nothing; or one character at a time."""
    listening = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        while not stop.is_set():
            try:
                client, _ = listening.accept()
            except OSError:
                return
            with client:
                client.sendall(b"220 x\r\n")
                while not stop.wait(0.05):
                    try:
                        client.sendall(b"2")
                    except OSError:
                        break

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    yield Server(host="127.0.0.1", port=listening.getsockname()[1], security="")
    stop.set()
    listening.close()
    thread.join(2)


def test_a_server_that_drips_is_cut_off(mute: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "WHOLE_SECONDS", 0.3)
    started = time.monotonic()
    with pytest.raises(Down):
        send(mute)
    assert time.monotonic() - started < 5


def test_what_comes_after_the_mail_was_taken_no_longer_counts(
    server: Server, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object) -> None:
        raise OSError("reset")

    monkeypatch.setattr("smtplib.SMTP.quit", broken)
    assert send(server).startswith("250")
    assert len(sink.taken) == 1


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(cert)]
    command += ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        pytest.skip(f"openssl can't make a certificate here: {error}")
    return cert, key


@pytest.fixture
def guarded(sink: Sink, certificate: tuple[Path, Path]) -> Iterator[Server]:
    """Wants STARTTLS, then a password."""

    def authenticate(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword
    ) -> AuthResult:
        return AuthResult(success=(given.login, given.password) == (b"aide", b"s3cr@t"), handled=False)

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    options = {"tls_context": context, "require_starttls": True, "authenticator": authenticate, "auth_required": True}
    with serving(sink, **options) as where:
        yield Server(host="localhost", port=where.port, security="starttls", user="aide", password="s3cr@t")


def test_starttls_and_password(
    guarded: Server, sink: Sink, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Down, match="certificate verify failed"):
        send(guarded)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert send(guarded).startswith("250")
    wrong = Server(host="localhost", port=guarded.port, security="starttls", user="aide", password="x")
    with pytest.raises(Down, match="535"):
        send(wrong)
    with pytest.raises(Down, match="530"):
        send(Server(host="localhost", port=guarded.port, security=""))
    assert len(sink.taken) == 1


def test_no_password_over_a_plain_line(server: Server, sink: Sink) -> None:
    """A server without STARTTLS is not spoken to when it was asked for."""
    with pytest.raises(Down, match="STARTTLS"):
        send(Server(host=server.host, port=server.port, security="starttls", user="a", password="b"))
    assert sink.taken == []


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://relay", Server("relay", 25, "")),
        ("smtp://127.0.0.1:2525/", Server("127.0.0.1", 2525, "")),
        ("smtps://u:p%40ss@mail.example.org", Server("mail.example.org", 465, "tls", "u", "p@ss")),
        ("smtp+starttls://u%40x:p@h:25", Server("h", 25, "starttls", "u@x", "p")),
        ("smtp://[::1]:25", Server("::1", 25, "")),
    ],
)
def test_addresses_of_servers(url: str, server: Server) -> None:
    assert server_of(url) == server
    assert "p@ss" not in repr(server_of(url))


def test_empty_means_no_mail() -> None:
    assert server_of("") is None


@pytest.mark.parametrize(
    "url",
    [
        "relay", "relay:25", "smtp:relay", "http://relay", "smtp://", "smtp://relay:port", "smtp://relay:70000",
        "smtp://relay:25/path", "smtp://relay?tls=1", "smtp://user@relay", "smtp://:p@relay", "smtp://re lay",
        "smtp://relay\n", "smtp://u:p%0d%0a@relay", "smtp://-relay", "SMTP+TLS://x",
    ],
)  # fmt: skip
def test_a_wrong_address_says_what_is_wrong(url: str) -> None:
    with pytest.raises(ValueError, match="GUICHET_SMTP_URL"):
        server_of(url)
