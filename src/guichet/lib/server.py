"""The web server: `/live` goes to the streams, questions of health are answered at once, the rest is Django’s."""

import asyncio
import contextlib
import logging
import os
import resource
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import uvicorn

from guichet.lib import health
from guichet.lib.live import LiveHub
from guichet.lib.live_stream import Authorise, LiveApplication
from guichet.lib.memory import settle
from guichet.lib.wsgi import THREADS, Message, Receive, Scope, Send, WsgiApplication, WsgiBridge

logger = logging.getLogger(__name__)

LIVE_PATH = "/live"
PORTS_TRIED = 20
GRACE_SECONDS = 1
# Behind a load balancer nobody waits for the end, and somebody may wait for an answer.
GRACE_AFTER_DRAINING_SECONDS = 10
SETTLE_AGAIN_SECONDS = 60


class Dispatcher:
    """The ASGI application. Its lifespan is the hub's: no LISTEN connection before the server starts."""

    def __init__(self, *, application: WsgiApplication, authorise: Authorise, threads: int = THREADS) -> None:
        self.hub = LiveHub()
        self.pages = WsgiBridge(application=application, threads=threads)
        self.live = LiveApplication(hub=self.hub, authorise=authorise)
        self.health = health.Health()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if self.health.draining:
                send = _and_good_bye(send)
            await self._target(scope["path"])(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)

    def _target(self, path: str) -> LiveApplication | health.Health | WsgiBridge:
        if path == LIVE_PATH:
            return self.live
        return self.health if path in {health.LIVE, health.READY} else self.pages

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self.hub.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.hub.stop()
        await self.health.stop()
        await send({"type": "lifespan.shutdown.complete"})


def _and_good_bye(send: Send) -> Send:
    """The next request on a connection that is kept would find nobody: it is to be made on another one, elsewhere."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), (b"connection", b"close")]
        await send(message)

    return sending


class WebServer(uvicorn.Server):
    """uvicorn, with the supervisor's signals and streams that end when it ends."""

    def __init__(self, *, dispatcher: Dispatcher, ready: Callable[[], None] = lambda: None) -> None:
        self._dispatcher = dispatcher
        self.ready = ready
        behind_proxy = os.environ.get("GUICHET_BEHIND_PROXY", "0").lower() in {"1", "true", "yes"}
        super().__init__(
            uvicorn.Config(
                dispatcher,
                loop="uvloop",
                http="httptools",
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                # A client's word for its own address counts only when it comes through a known proxy.
                proxy_headers=behind_proxy,
                forwarded_allow_ips=os.environ.get("GUICHET_PROXIES", "127.0.0.1,::1"),
                timeout_keep_alive=30,
                timeout_graceful_shutdown=grace_seconds(),
            )
        )

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        settle()
        # Once more when pages have been asked for: templates and routes are loaded by then.
        asyncio.get_running_loop().call_later(SETTLE_AGAIN_SECONDS, settle)
        self.ready()

    async def drain(self, *, stop: asyncio.Event) -> None:
        """Go on serving until load balancers have heard that one is not to be sent here; a second signal ends that."""
        seconds = drain_seconds()
        if seconds:
            self._dispatcher.health.draining = True
            stop.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._dispatcher.hub.close_streams()
        await super().shutdown(sockets=sockets)


def drain_seconds() -> float:
    return max(0.0, float(os.environ.get("GUICHET_DRAIN_SECONDS") or 0))


def grace_seconds() -> int:
    """What requests that were begun have to end."""
    return GRACE_AFTER_DRAINING_SECONDS if drain_seconds() else GRACE_SECONDS


class PortsTakenError(Exception):
    """No free port at or above the one asked for."""


def bind(*, host: str, port: int, tries: int = PORTS_TRIED) -> socket.socket:
    """A bound socket on the first free port from `port` on; port 0 lets the system choose."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, port + (tries if port else 1)):
        # A browser may try `localhost` over IPv6 first, and would find the other program there.
        if candidate and host == "127.0.0.1" and _somebody_listens("::1", candidate):
            continue
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, candidate))
            listening.listen(1024)
        except OSError as error:
            listening.close()
            if isinstance(error, PermissionError) or error.errno not in {98, 48}:
                raise
            continue
        return listening
    raise PortsTakenError(f"{host}:{port}–{port + tries - 1}")


def _somebody_listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=0.2):
            return True
    except OSError:
        return False


def raise_file_limit() -> None:
    """Every open stream is a file; the soft limit of 1,024 is soon reached."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
