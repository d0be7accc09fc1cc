"""A web process that is asked to end behind a load balancer."""

import http.client
import json
import signal
import time
from pathlib import Path

import pytest

from tests.lib.test_server_process import folder, running

pytestmark = pytest.mark.process
__all__ = ["folder"]


def test_a_process_that_ends_says_so_first_and_serves_meanwhile(folder: Path) -> None:
    with running(folder / "again", "--roles", "web", GUICHET_DRAIN_SECONDS="2") as guichet:
        kept = http.client.HTTPConnection("127.0.0.1", guichet.port, timeout=5)
        kept.request("GET", "/")
        assert kept.getresponse().read() == b"bonjour"
        guichet.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        while guichet.request("GET", "/readyz")[0] == 200:
            assert time.monotonic() - began < 1
        assert json.loads(guichet.request("GET", "/readyz")[2]) == {"draining": True}
        assert guichet.request("GET", "/livez")[0] == 200
        # Whoever keeps a connection is answered on it, and told to make the next one elsewhere.
        kept.request("GET", "/")
        answer = kept.getresponse()
        assert (answer.status, answer.getheader("connection"), answer.read()) == (200, "close", b"bonjour")
        guichet.process.wait(timeout=20)
        assert time.monotonic() - began > 1.5
        assert guichet.process.returncode == 0
    # A second signal is somebody who doesn’t want to wait.
    with running(folder / "again", "--roles", "web", GUICHET_DRAIN_SECONDS="60") as guichet:
        guichet.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert guichet.stop(signal.SIGTERM) < 10


def test_a_crew_drains_together(folder: Path) -> None:
    with running(folder / "again", "--web-processes", "2", GUICHET_DRAIN_SECONDS="1.5") as guichet:
        guichet.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        while guichet.request("GET", "/readyz")[0] == 200:
            assert time.monotonic() - began < 1
        assert {guichet.request("GET", "/")[0] for _ in range(8)} == {200}
        guichet.process.wait(timeout=20)
        assert time.monotonic() - began > 1
        assert guichet.process.returncode == 0
