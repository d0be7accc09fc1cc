"""Django's WSGI application behind an ASGI server: one hop into a thread, one hop back.

The event loop reads the whole request before a thread is taken, and sends the whole answer after the thread
is free again, so a slow client costs a file descriptor and never a thread. A request that breaks off half-way
never reaches Django: what it would have written is written entirely or not at all.
"""

import asyncio
import logging
import shutil
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import unquote_to_bytes

from django.db import close_old_connections

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Environ = dict[str, Any]
WsgiApplication = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

logger = logging.getLogger(__name__)

# Fewer threads than database connections (GUICHET_DATABASE_POOL); more would only share the interpreter lock.
THREADS = 6
MEMORY_BYTES = 256 * 1024  # above this, a request or an answer waits on disk
CHUNK_BYTES = 256 * 1024
BODY_LIMIT_BYTES = 600 * 1024 * 1024  # a guard for the disk; the application's own limits are far below

TOO_LARGE = "Ces fichiers dépassent la taille permise. / These files are larger than allowed.\n"
NO_ROOM = "Il n’y a plus de place pour recevoir cela. / There is no room left to receive this.\n"
BROKEN = "Une erreur est survenue, rien n’a été enregistré. / Something failed, nothing was saved.\n"


class FileToSend:
    """What Django hands over for a file (PEP 3333's file wrapper): sent by the loop, without a thread."""

    def __init__(self, file: IO[bytes], block_size: int = CHUNK_BYTES) -> None:
        self.file = file

    def __iter__(self) -> Iterable[bytes]:
        return iter(lambda: self.file.read(CHUNK_BYTES), b"")

    def close(self) -> None:
        self.file.close()


class Answer:
    """Status, headers and body of one answer, complete before its first byte is sent."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.body: IO[bytes] = SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115 (closed after sending)

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: object = None
    ) -> Callable[[bytes], Any]:  # fmt: skip
        self.status = int(status.split(" ", 1)[0])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return self.body.write

    def finish(self) -> None:
        """Its length is known by now; saying so lets the connection be kept."""
        size = self.body.tell()
        self.body.seek(0)
        if self.status not in {204, 304} and not any(name == b"content-length" for name, _ in self.headers):
            self.headers.append((b"content-length", str(size).encode()))


class WsgiBridge:
    """An ASGI application for HTTP scopes."""

    def __init__(self, *, application: WsgiApplication, threads: int = THREADS) -> None:
        self.application = application
        self.executor = ThreadPoolExecutor(threads, thread_name_prefix="web")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body: IO[bytes] = SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115
        with body:
            try:
                size = await _read_body(receive, body)
            except OSError as error:
                logger.error("A request could not be received: %s", error)
                await plain(
                    send, status=503, text=NO_ROOM, headers=[(b"retry-after", b"60"), (b"connection", b"close")]
                )
                return
            if size is None:
                return
            if size > BODY_LIMIT_BYTES:
                await plain(send, status=413, text=TOO_LARGE)
                return
            body.seek(0)
            loop = asyncio.get_running_loop()
            environ = environ_of(scope, body=body, size=size)
            try:
                answer = await loop.run_in_executor(self.executor, self._call, environ)
            except Exception:
                logger.exception("The application raised")
                await plain(send, status=500, text=BROKEN)
                return
        await _send_answer(send, answer)

    def _call(self, environ: Environ) -> Answer:
        """In a thread: run the application to its end."""
        answer = Answer()
        parts = self.application(environ, answer.start)
        if isinstance(parts, FileToSend):
            if _is_here(parts.file):
                answer.body.close()
                answer.body = parts.file
            else:
                # The loop may not wait for another machine.
                with parts.file:
                    shutil.copyfileobj(parts.file, answer.body, CHUNK_BYTES)
                answer.finish()
            # Closing the file later, in the loop, ends the response there; the connection is this thread's.
            close_old_connections()
            return answer
        try:
            for part in parts:
                answer.body.write(part)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        answer.finish()
        return answer


def _is_here(file: IO[bytes]) -> bool:
    """Whether it is a file of this machine, or has been fetched to it by asking."""
    try:
        file.fileno()
    except (OSError, AttributeError):
        return False
    return True


async def _read_body(receive: Receive, body: IO[bytes]) -> int | None:
    """Bytes read (reading stops just above the limit); None if the client left before the end."""
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > BODY_LIMIT_BYTES:
            return size
        body.write(chunk)
        if not message.get("more_body", False):
            return size


async def _send_answer(send: Send, answer: Answer) -> None:
    try:
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        chunk = answer.body.read(CHUNK_BYTES)
        while chunk:
            following = answer.body.read(CHUNK_BYTES)
            await send({"type": "http.response.body", "body": chunk, "more_body": bool(following)})
            chunk = following
            if not following:
                return
        await send({"type": "http.response.body", "body": b""})
    finally:
        answer.body.close()


async def plain(send: Send, *, status: int, text: str, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    """An answer of this layer itself, before any page could be made."""
    body = text.encode()
    own = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*own, *headers]})
    await send({"type": "http.response.body", "body": body})


def environ_of(scope: Scope, *, body: IO[bytes], size: int) -> Environ:
    """PEP 3333's environment; bytes travel in it as latin-1 text."""
    server, port = scope.get("server") or ("localhost", 80)
    client, client_port = scope.get("client") or ("", 0)
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        # From the raw path: the decoded one has already lost the bytes that are not UTF-8.
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server,
        "SERVER_PORT": str(port or 0),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client,
        "REMOTE_PORT": str(client_port),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.file_wrapper": FileToSend,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        # An underscore would let a client forge a header that a proxy sets with a hyphen.
        if b"_" in raw_name or raw_name in {b"content-length", b"transfer-encoding"}:
            continue
        name = raw_name.decode("latin-1").upper().replace("-", "_")
        key = name if name == "CONTENT_TYPE" else f"HTTP_{name}"
        value = raw_value.decode("latin-1")
        if key in environ:
            value = environ[key] + ("; " if name == "COOKIE" else ",") + value
        environ[key] = value
    environ["CONTENT_LENGTH"] = str(size)  # what was read, chunked or not
    return environ
