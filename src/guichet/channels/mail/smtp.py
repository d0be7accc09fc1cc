"""Hands a mail to an SMTP server and brings back its answer (pure; the standard library's client).

Refused for now (4xx), unreachable or unwilling to know us: later. Refused for good (5xx) for this recipient or this
text: never. Anything said after the server has taken the mail no longer counts.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from guichet.lib.sending import Down, Later, Never

CONNECT_SECONDS = 10.0
REPLY_SECONDS = 60.0
# However slowly a server drips: no mail holds its row longer than this.
WHOLE_SECONDS = 180.0

_SCHEMES = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:.]{2,45}")
_FORM = "smtp://, smtp+starttls:// or smtps://, then user:password@ where needed, host and :port"
# It is ourselves the server doesn't want, not the recipient: for a person to put right, and then it goes out.
_ABOUT_US = frozenset({421, 454, 503, 530, 534, 535, 538})


@dataclass(frozen=True, slots=True)
class Server:
    """Where outgoing mail is handed over, and as whom."""

    host: str
    port: int
    security: str  # "", "starttls" or "tls"
    user: str = ""
    password: str = field(default="", repr=False)


def server_of(url: str) -> Server | None:
    """The server that GUICHET_SMTP_URL names; None when it is empty. ValueError says what is wrong with it."""
    if not url:
        return None
    if any(c.isspace() or not c.isprintable() for c in url):
        raise ValueError(f"GUICHET_SMTP_URL must not contain spaces; it is {_FORM}")
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError(f"GUICHET_SMTP_URL must be {_FORM}")
    try:
        port = parts.port or _SCHEMES[parts.scheme]
    except ValueError as error:
        raise ValueError("GUICHET_SMTP_URL: the port must be a number up to 65535") from error
    host = parts.hostname or ""
    if not _HOST.fullmatch(host):
        raise ValueError(f"GUICHET_SMTP_URL names no host; it is {_FORM}")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError("GUICHET_SMTP_URL needs both a user and a password, or neither")
    if not (user + password).isprintable():
        raise ValueError("GUICHET_SMTP_URL: user and password must be printable")
    security = {"smtp": "", "smtp+starttls": "starttls", "smtps": "tls"}[parts.scheme]
    return Server(host=host, port=port, security=security, user=user, password=password)


def send(server: Server, *, sender: str, recipient: str, data: bytes, hello: str = "localhost") -> str:
    """The server's answer to having been given the mail. Raises Later, Down or Never."""
    try:
        with _connection(server, hello=hello) as client:
            return _hand_over(client, sender=sender, recipient=recipient, data=data)
    except smtplib.SMTPAuthenticationError as error:
        raise Down(_said(error.smtp_code, error.smtp_error)) from error
    except smtplib.SMTPResponseException as error:
        raise Down(_said(error.smtp_code, error.smtp_error)) from error
    except (smtplib.SMTPException, OSError, ValueError) as error:
        # Not reached, hung up on, no TLS, a certificate that doesn't hold: nobody's mail would get through.
        raise Down(f"{server.host}:{server.port}: {type(error).__name__}: {error}") from error


@contextlib.contextmanager
def _connection(server: Server, *, hello: str) -> Iterator[smtplib.SMTP]:
    # Reading the authorities takes longer than handing over a mail.
    context = ssl.create_default_context() if server.security else None
    if server.security == "tls":
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, local_hostname=hello, timeout=CONNECT_SECONDS, context=context
        )
    else:
        client = smtplib.SMTP(server.host, server.port, local_hostname=hello, timeout=CONNECT_SECONDS)
    connected = client.sock
    if connected is not None:
        connected.settimeout(REPLY_SECONDS)
    limit = threading.Timer(WHOLE_SECONDS, _cut, args=[client])
    limit.daemon = True
    limit.start()
    try:
        if server.security == "starttls":
            client.starttls(context=context)
        if server.user:
            client.ehlo_or_helo_if_needed()
            client.login(server.user, server.password)
        yield client
    finally:
        limit.cancel()
        with contextlib.suppress(smtplib.SMTPException, OSError):
            client.quit()
        client.close()


def _cut(client: smtplib.SMTP) -> None:
    with contextlib.suppress(OSError):
        if client.sock is not None:
            client.sock.shutdown(socket.SHUT_RDWR)


def _hand_over(client: smtplib.SMTP, *, sender: str, recipient: str, data: bytes) -> str:
    client.ehlo_or_helo_if_needed()
    # What a server has against the sender it has against all of our mail.
    _accepted(*client.mail(sender), for_all=True)
    _accepted(*client.rcpt(recipient))
    try:
        code, answer = client.data(data)
    except smtplib.SMTPDataError as error:
        code, answer = error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b""
    return _accepted(code, answer)


def _accepted(code: int, answer: bytes, *, for_all: bool = False) -> str:
    said = _said(code, answer)
    if 200 <= code < 300:
        return said
    if code in _ABOUT_US or (for_all and code >= 500):
        raise Down(said)
    if 500 <= code < 600 and b"relay" not in answer.lower():
        raise Never(said)
    raise Later(said)


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return f"{code} {' '.join(text.split())}"
