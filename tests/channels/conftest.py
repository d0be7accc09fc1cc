from collections.abc import Iterator
from typing import Any

import pytest

from guichet.channels.models import Mailbox
from tests.channels.dovecot import Server, dovecot
from tests.channels.post import Post


@pytest.fixture(autouse=True)
def _servers_of_our_own(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail servers of these tests run on this machine."""
    settings.INSIDE_HOSTS = ("localhost", "127.0.0.0/8", "::1")
    monkeypatch.setenv("GUICHET_INSIDE_HOSTS", ",".join(settings.INSIDE_HOSTS))


@pytest.fixture
def post(db: None) -> Post:
    return Post()


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with dovecot() as server:
        yield server


@pytest.fixture
def server(running: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("GUICHET_TEST_IMAP", "secret")
    for folder in ("new", "cur", ".Done/cur", ".Done/new"):
        for path in (running.place / "mail" / folder).glob("*"):
            path.unlink()
    running.number_anew()
    return running


@pytest.fixture
def box(db: None, server: Server) -> Mailbox:
    box = Post().box
    box.fetch, box.host, box.port, box.user = "imap", "127.0.0.1", server.port, "aide"
    box.password_variable = "GUICHET_TEST_IMAP"
    box.save()
    return box
