"""`guichet run` as a process: what it serves, how it stops, what it survives."""

import contextlib
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.process
MEGABYTE = 1024 * 1024


@dataclass
class Guichet:
    """One running `guichet run`."""

    process: "subprocess.Popen[str]"
    data: Path
    port: int

    def request(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=body, headers=named)
            answer = connection.getresponse()
            return answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()

    def raw(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def stream(self, topics: str, extra: str = "") -> socket.socket:
        """An open live stream, past its greeting."""
        opened = self.raw()
        opened.sendall(f"GET /live?topics={topics} HTTP/1.1\r\nHost: x\r\nCookie: who=me\r\n{extra}\r\n".encode())
        read_until(opened, b"event: ready\ndata: {}\n\n")
        return opened

    def stop(self, how: int = signal.SIGINT) -> float:
        started = time.monotonic()
        self.process.send_signal(how)
        self.process.wait(timeout=20)
        return time.monotonic() - started


def read_until(source: socket.socket, *marks: bytes) -> bytes:
    read = b""
    while not any(mark in read for mark in marks):
        chunk = source.recv(65536)
        if not chunk:
            raise AssertionError(f"closed before {marks!r}: {read!r}")
        read += chunk
    return read


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GUICHET_")}
    kept.pop("DATABASE_URL", None)
    path = f"{ROOT / 'src'}{os.pathsep}{ROOT}"
    return {**kept, "DJANGO_SETTINGS_MODULE": "tests.lib.minimal.settings", "PYTHONPATH": path}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "guichet.config.cli", *words]


def start(data: Path, *more: str, **variables: str) -> Guichet:
    process = subprocess.Popen(
        command("run", "--data", str(data), "--port", "8101", *more),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**environment(), **variables},
    )  # fmt: skip
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if found := re.search(r"http://localhost:(\d+)", line):
            return Guichet(process=process, data=data, port=int(found[1]))
    raise AssertionError(f"it did not start:\n{said}")


@contextlib.contextmanager
def running(data: Path, *more: str, **variables: str) -> Iterator[Guichet]:
    guichet = start(data, *more, **variables)
    try:
        yield guichet
    finally:
        if guichet.process.poll() is None:
            guichet.stop()


def call(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(*words), env=environment(), capture_output=True, text=True, timeout=30, check=False
    )  # fmt: skip


def url_of(data: Path) -> str:
    return call("db", "url", "--data", str(data)).stdout.strip()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="guichet-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def guichet(folder: Path) -> Iterator[Guichet]:
    with running(folder / "served") as served:
        yield served


def test_pages_reach_django_whole(guichet: Guichet) -> None:
    assert guichet.request("GET", "/")[2] == b"bonjour"
    status, _, body = guichet.request(
        "POST", "/echo?a=%C3%A9", b"un=deux", content_type="text/plain", x_forwarded_for="6.6.6.6", X_FORGED="no"
    )
    seen = json.loads(body)
    assert status == 200
    assert (seen["query"], seen["body"], seen["address"]) == ({"a": "é"}, "un=deux", "127.0.0.1")


def test_an_underscore_forges_no_header(guichet: Guichet) -> None:
    with guichet.raw() as raw:
        raw.sendall(b"GET /echo HTTP/1.1\r\nHost: x\r\nX_Forged: yes\r\nConnection: close\r\n\r\n")
        assert b'"forged": ""' in read_until(raw, b"}")


def test_head_has_the_headers_and_no_body(guichet: Guichet) -> None:
    status, headers, body = guichet.request("HEAD", "/")
    assert (status, headers["content-length"], body) == (200, "7", b"")


def test_odd_bytes_are_no_server_error(guichet: Guichet) -> None:
    for target in (b"/\xff?q=\xff", b"/%ff%00?x=%ff&%00", b"/echo?q=\xc3\xa9", b"/%", b"//", b"/live?topics=%00,\xff"):
        with guichet.raw() as raw:
            raw.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            status = int(raw.recv(65536).split(b" ")[1])
        assert status < 500, (target, status)


def test_a_chunked_body_arrives(guichet: Guichet) -> None:
    with guichet.raw() as raw:
        raw.sendall(
            b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        )
        assert b'"body": "abcde"' in read_until(raw, b"}")


def test_fifty_megabytes_go_up_and_down(guichet: Guichet) -> None:
    content = os.urandom(MEGABYTE) * 50
    # As long as a browser's: a short one is found among a megabyte of random bytes once in sixteen runs.
    boundary = os.urandom(16).hex()
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    content_type = f"multipart/form-data; boundary={boundary}"
    status, _, answer = guichet.request("POST", "/upload", body, content_type=content_type)
    assert (status, answer.decode()) == (200, hashlib.sha256(content).hexdigest())
    status, headers, answer = guichet.request("GET", f"/download?size={50 * MEGABYTE}")
    assert (status, len(answer), headers["content-length"]) == (200, 50 * MEGABYTE, str(50 * MEGABYTE))


def test_clients_that_leave_or_dawdle_hold_nobody_up(guichet: Guichet) -> None:
    """More of them than there are threads, half-way through their upload or their download."""
    slow = []
    for _ in range(10):
        up = guichet.raw()
        up.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")
        down = guichet.raw()
        down.sendall(f"GET /download?size={8 * MEGABYTE} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        slow += [up, down]
    started = time.monotonic()
    assert guichet.request("GET", "/")[0] == 200
    for client in slow:
        client.close()
    assert guichet.request("GET", "/")[0] == 200
    assert time.monotonic() - started < 2


def test_live_streams_carry_what_their_reader_may_see(guichet: Guichet) -> None:
    assert guichet.request("GET", "/live?topics=ticket:A")[0] == 401
    assert guichet.request("GET", "/live", cookie="who=me")[0] == 400
    assert guichet.request("POST", "/live?topics=ticket:A", b"", cookie="who=me")[0] == 405
    with guichet.stream("ticket:A,secret:B") as stream:
        guichet.request("GET", "/publish?topic=secret:B&ref=hidden")
        guichet.request("GET", "/publish?topic=ticket:C&ref=other")
        guichet.request("GET", "/publish?topic=ticket:A&ref=G-1")
        seen = read_until(stream, b"G-1")
    assert b"event: ticket.changed" in seen
    assert b"hidden" not in seen and b"other" not in seen


def test_a_stream_that_comes_back_resyncs(guichet: Guichet) -> None:
    with guichet.raw() as raw:
        raw.sendall(b"GET /live?topics=a:1 HTTP/1.1\r\nHost: x\r\nCookie: who=me\r\nLast-Event-ID: 1\r\n\r\n")
        assert b"event: resync" in read_until(raw, b"resync")


def test_jobs_run_if_and_only_if_their_transaction_commits(guichet: Guichet) -> None:
    guichet.request("GET", "/enqueue?text=never&undo")
    guichet.request("GET", "/enqueue?text=done")
    deadline = time.monotonic() + 10
    found: list[str] = []
    with psycopg.connect(url_of(guichet.data), autocommit=True) as connection:
        while not found and time.monotonic() < deadline:
            with contextlib.suppress(psycopg.errors.UndefinedTable):
                found = [text for (text,) in connection.execute("SELECT text FROM note")]
            time.sleep(0.05)
        waiting = connection.execute("SELECT args->>'text' FROM procrastinate_jobs WHERE task_name = 'minimal.note'")
        assert [text for (text,) in waiting] == ["done"]
    assert found == ["done"]


def test_a_second_one_on_the_same_data_is_refused_and_told_where(guichet: Guichet) -> None:
    second = call("run", "--data", str(guichet.data), "--port", "8101")
    assert second.returncode == 1
    assert f"http://localhost:{guichet.port}" in second.stderr
    assert guichet.request("GET", "/")[0] == 200


def test_a_lost_database_connection_comes_back(guichet: Guichet) -> None:
    def tell(ref: bytes) -> None:
        """What is told while nobody listens is followed by a resync, upon which a page asks again: so does this."""
        heard = b""
        while ref not in heard:
            assert guichet.request("GET", f"/publish?topic=ticket:L&ref={ref.decode()}")[0] == 200
            heard = read_until(stream, ref, b"event: resync")

    with guichet.stream("ticket:L") as stream:
        tell(b"before")
        with psycopg.connect(url_of(guichet.data), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE usename = current_user AND pid <> pg_backend_pid()"
            )
        read_until(stream, b"event: resync")
        assert guichet.request("GET", "/")[0] == 200
        tell(b"back")


def test_health_is_told_at_once_whatever_is_down(guichet: Guichet) -> None:
    """The database is frozen, not gone: whoever asks it waits for ever."""

    def ask(path: str) -> tuple[int, float]:
        began = time.monotonic()
        status = guichet.request("GET", path)[0]
        return status, time.monotonic() - began

    assert ask("/livez")[0] == ask("/readyz")[0] == 200
    with psycopg.connect(url_of(guichet.data), autocommit=True) as connection:
        backends = [pid for (pid,) in connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )]  # fmt: skip
    postmaster = int((guichet.data / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])
    for pid in (postmaster, *backends):
        os.kill(pid, signal.SIGSTOP)
    try:
        # More questions than there are threads for pages.
        told = [ask("/readyz") for _ in range(12)]
        assert {status for status, _ in told} == {503}
        assert sorted(seconds for _, seconds in told)[6] < 0.1
        status, seconds = ask("/livez")
        assert status == 200
        assert seconds < 0.1
    finally:
        for pid in (postmaster, *backends):
            os.kill(pid, signal.SIGCONT)
    until = time.monotonic() + 20
    while ask("/readyz")[0] != 200:
        assert time.monotonic() < until
        time.sleep(0.05)


def at_once(stopping: Callable[[], float]) -> bool:
    """Whether it ends within 2.5 s: of three times once, since other tests have the processors too."""
    return any(stopping() < 2.5 for _time in range(3))


def test_it_stops_at_once_with_open_streams_slow_requests_and_slow_jobs(folder: Path) -> None:
    assert at_once(lambda: stopped_in_the_middle(folder))


def stopped_in_the_middle(folder: Path) -> float:
    with running(folder / "again") as guichet:
        streams = [guichet.stream("ticket:A") for _ in range(20)]
        slow = guichet.raw()
        slow.sendall(b"GET /slow?seconds=30 HTTP/1.1\r\nHost: x\r\n\r\n")
        guichet.request("GET", "/enqueue-slow")
        with psycopg.connect(url_of(guichet.data), autocommit=True) as connection:
            doing = "SELECT 1 FROM procrastinate_jobs WHERE task_name = 'minimal.slow' AND status = 'doing'"
            while not connection.execute(doing).fetchone():
                time.sleep(0.05)
        seconds = guichet.stop(signal.SIGINT)
        assert guichet.process.returncode == 0
        for stream in [*streams, slow]:
            stream.close()
    return seconds


def test_kill_9_then_a_new_start_keeps_what_was_committed(folder: Path) -> None:
    data = folder / "again"
    with running(data) as guichet:
        with psycopg.connect(url_of(data)) as connection:
            connection.execute("CREATE TABLE kept (text text)")
            connection.execute("INSERT INTO kept VALUES ('yes')")
        guichet.process.kill()
        guichet.process.wait()
    started = time.monotonic()
    with running(data) as again:
        assert again.request("GET", "/")[0] == 200
        warm = time.monotonic() - started
        with psycopg.connect(url_of(data)) as connection:
            assert connection.execute("SELECT text FROM kept").fetchall() == [("yes",)]
        assert again.stop(signal.SIGTERM) < 2.5
    assert warm < 5
    assert call("db", "stop", "--data", str(data)).stdout.startswith("Elle ne tournait pas")


def test_the_next_port_is_taken_when_one_is_busy(folder: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        taken = busy.getsockname()[1]
        with running(folder / "again", "--port", str(taken), "--roles", "web") as guichet:
            assert guichet.port > taken
            assert guichet.request("GET", "/")[0] == 200


def is_alive(process: int) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def children_of(process: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's /proc to see a process's children")
def test_several_processes_answer_at_one_door_and_end_together(folder: Path) -> None:
    def until(happened: Callable[[], bool]) -> None:
        end = time.monotonic() + 10
        while not happened():
            assert time.monotonic() < end
            time.sleep(0.02)

    with running(folder / "crew", "--web-processes", "2") as guichet:
        postgres, *crew = children_of(guichet.process.pid)
        assert len(crew) == 3
        # Jobs run in a process of their own; a page answered by one of the two is heard of by the streams of both.
        streams = [guichet.stream("ticket:A") for _ in range(8)]
        guichet.request("GET", "/publish?topic=ticket:A&ref=G-7")
        assert all(b"ticket.changed" in read_until(stream, b"G-7") for stream in streams)
        assert served_by(guichet) <= set(crew)
        # One that dies is replaced, and the other answers meanwhile.
        os.kill(crew[0], signal.SIGKILL)
        assert guichet.request("GET", "/")[0] == 200
        until(lambda: len(set(children_of(guichet.process.pid)) - {crew[0]}) == 4)
        assert guichet.request("GET", "/")[0] == 200
        # They end with the one who started them, even when it couldn't tell them.
        members = set(children_of(guichet.process.pid)) - {postgres}
        guichet.process.kill()
        guichet.process.wait()
        until(lambda: not any(is_alive(pid) for pid in members))
        for stream in streams:
            stream.close()
    assert at_once(lambda: stopped_crew(folder))


def stopped_crew(folder: Path) -> float:
    with running(folder / "crew", "--web-processes", "2") as guichet:
        assert guichet.request("GET", "/")[0] == 200
        seconds = guichet.stop(signal.SIGINT)
        assert guichet.process.returncode == 0
    return seconds


def served_by(guichet: Guichet) -> set[int]:
    return {int(json.loads(guichet.request("POST", "/echo", b"")[2])["process"]) for _ in range(20)}
