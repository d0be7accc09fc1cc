"""One POST to a stranger's machine: where it may lead, how long it may take, and how much of the answer is read.

Nothing is followed (a redirect would lead past the look at the address), no proxy and no credentials of ours are used.
"""

from __future__ import annotations

import functools
import http.client
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from urllib.parse import SplitResult, urlsplit

from guichet.lib import outside
from guichet.lib.outside import InsideError

# Until somebody answers at the address; and for everything together. What a name server takes comes before.
CONNECT_SECONDS = 5.0
SECONDS = 10.0
# So much of the answer is read, and thrown away but for its beginning.
_READ = 4096
_KEPT = 300
LATE = "no answer within 10 seconds"
NO_NAME = "the name leads nowhere"
NOBODY = "nobody listens there"
_URL = re.compile(r"https?://[!-~]+", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said; `status` 0 where nobody did, and then `text` is why."""

    status: int
    text: str
    milliseconds: int


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    """The answer, whatever it is; never an exception."""
    began = monotonic()
    cut = threading.Event()
    try:
        status, text = _post(urlsplit(url), body=body, headers=headers, end=began + SECONDS, cut=cut)
        if cut.is_set():
            # An answer that was cut off can look like a whole one.
            status, text = 0, LATE
    except InsideError as error:
        status, text = 0, str(error)
    except (OSError, http.client.HTTPException, ValueError) as error:
        status, text = 0, LATE if cut.is_set() else _named(error)
    return Answer(status=status, text=text[:_KEPT], milliseconds=round((monotonic() - began) * 1000))


def parts_of(url: str) -> SplitResult | None:
    """The address in its parts; None where it is none that can be sent to."""
    with suppress(ValueError):
        parts = urlsplit(url)
        plain = parts.username is None and parts.password is None and not parts.fragment
        if _URL.fullmatch(url) and plain and parts.hostname and parts.port != 0:
            return parts
    return None


def _post(
    parts: SplitResult, *, body: bytes, headers: Mapping[str, str], end: float, cut: threading.Event
) -> tuple[int, str]:
    host = parts.hostname or ""
    plain = outside.connect(host, port=parts.port or _PORTS[parts.scheme], seconds=CONNECT_SECONDS)
    stranger = _encrypted(plain, host=host) if parts.scheme == "https" else plain
    with stranger, _cut_at(end, stranger, cut=cut):
        if isinstance(stranger, ssl.SSLSocket):
            stranger.do_handshake()
        line = http.client.HTTPConnection(host)
        # Once it is closed nothing may open another: that one nobody would have looked at.
        line.auto_open, line.sock = 0, stranger
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        line.request("POST", target, body, {"Host": parts.netloc, "Connection": "close", **headers})
        answer = line.getresponse()
        said = answer.read(_READ).decode("utf-8", "replace")
        return answer.status, f"{answer.reason} {said}".strip()


def _encrypted(connection: socket.socket, *, host: str) -> ssl.SSLSocket:
    try:
        return _context().wrap_socket(connection, server_hostname=host, do_handshake_on_connect=False)
    except BaseException:
        connection.close()
        raise


@functools.cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


@contextmanager
def _cut_at(end: float, connection: socket.socket, *, cut: threading.Event) -> Iterator[None]:
    """Whoever answers a byte a second is hung up on all the same."""

    def hang_up() -> None:
        cut.set()
        with suppress(OSError):
            # Of the socket beneath TLS: another thread stands in the middle of the upper one.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, end - monotonic()), hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _named(error: Exception) -> str:
    for kind, text in ((TimeoutError, LATE), (socket.gaierror, NO_NAME), (ConnectionRefusedError, NOBODY)):
        if isinstance(error, kind):
            return text
    return f"{type(error).__name__}: {error}"
