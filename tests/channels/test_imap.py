"""A real IMAP server (Dovecot): a message is marked only once it is ours, and the server may number anew or fail."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from guichet.channels import imap, jobs
from guichet.channels.models import Contact, Mailbox, Outcome
from guichet.tickets.models import Ticket
from tests import builders
from tests.channels.post import Post

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(not shutil.which("dovecot"), reason="Dovecot is not installed (Debian’s dovecot-imapd)"),
    pytest.mark.skipif(os.geteuid() != 0, reason="Dovecot is started as root, with its own users"),
]
CONFIG = """
base_dir = {place}/run
log_path = {place}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{place}/mail
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={place}/mail
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


@dataclass
class Server:
    place: Path
    port: int
    uid: int

    def put(self, name: str, text: str) -> None:
        """A message that has just come."""
        path = self.place / "mail" / "new" / name
        path.write_text(text, encoding="utf-8")
        os.chown(path, self.uid, -1)

    def number_anew(self) -> None:
        """As after a restore: another UIDVALIDITY, and every message with a new UID."""
        for path in (self.place / "mail").glob("dovecot*"):
            path.unlink()

    def names(self, folder: str) -> list[str]:
        return sorted(path.name for path in (self.place / "mail" / folder).glob("*"))


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    user = pwd.getpwnam("nobody")
    place = Path(tempfile.mkdtemp(prefix="guichet-imap-"))
    place.chmod(0o755)
    for folder in ("mail", "mail/new", "mail/cur", "mail/tmp"):
        (place / folder).mkdir()
        os.chown(place / folder, user.pw_uid, user.pw_gid)
    config = place / "dovecot.conf"
    config.write_text(CONFIG.format(place=place, port=port, uid=user.pw_uid, gid=user.pw_gid), encoding="utf-8")
    server = subprocess.Popen(["dovecot", "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    for _try in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    else:
        pytest.fail((place / "log").read_text() if (place / "log").exists() else "Dovecot did not start")
    yield Server(place=place, port=port, uid=user.pw_uid)
    server.terminate()
    server.wait(10)
    shutil.rmtree(place, ignore_errors=True)


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


def message(n: int) -> str:
    return f"From: p{n}@x.example\nSubject: numero-{n}\nMessage-ID: <{n}@x.example>\n\nmessage {n}\n"


def test_what_is_new_becomes_ours_and_is_then_marked(server: Server, box: Mailbox) -> None:
    for n in range(3):
        server.put(f"m{n}", message(n))
    assert imap.fetch(box, now=builders.NOW) == 3
    jobs.read_all()
    assert sorted(Ticket.objects.values_list("title", flat=True)) == ["numero-0", "numero-1", "numero-2"]
    assert all(name.endswith("S") for name in server.names("cur"))
    assert imap.fetch(box, now=builders.NOW) == 0
    server.put("m3", message(3))
    assert imap.fetch(Mailbox.objects.get(pk=box.pk), now=builders.NOW) == 1
    assert Contact.objects.count() == 4


def test_what_is_ours_is_moved_where_that_is_wished(server: Server, box: Mailbox) -> None:
    box.done_folder = "Done"
    server.put("m0", message(0))
    assert imap.fetch(box, now=builders.NOW) == 1
    moved = server.names(".Done/cur") + server.names(".Done/new")
    assert (len(server.names("cur")), len(moved)) == (0, 1)


def test_cut_off_before_it_is_marked_it_is_not_taken_twice(
    server: Server, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put("m0", message(0))
    with monkeypatch.context() as cut:
        cut.setattr(imap, "_done", lambda *given: (_ for _ in ()).throw(ConnectionError("cut off")))
        with pytest.raises(imap.Trouble):
            imap.fetch(box, now=builders.NOW)
    assert Contact.objects.count() == 1
    again = Mailbox.objects.get(pk=box.pk)
    assert "cut off" in again.trouble
    imap.fetch(again, now=builders.NOW)
    assert (Contact.objects.count(), Mailbox.objects.get(pk=box.pk).trouble) == (1, "")


def test_a_server_that_numbers_anew_brings_no_second_ticket(server: Server, box: Mailbox) -> None:
    server.put("m0", message(0))
    imap.fetch(box, now=builders.NOW)
    jobs.read_all()
    first = box.uid_validity
    time.sleep(1.1)  # Dovecot's UIDVALIDITY is the time in seconds
    server.number_anew()
    assert imap.fetch(box, now=builders.NOW) == 1
    assert box.uid_validity != first
    jobs.read_all()
    assert sorted(Contact.objects.values_list("outcome", flat=True)) == [Outcome.DUPLICATE, Outcome.TICKET]
    assert Ticket.objects.count() == 1


def test_one_mailbox_that_fails_stops_no_other(server: Server, box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Mailbox.objects.create(
        organisation=box.organisation, address="autre@x.example", fetch="imap", host="127.0.0.1", port=server.port,
        password_variable="GUICHET_TEST_WRONG",
    )  # fmt: skip
    monkeypatch.setenv("GUICHET_TEST_WRONG", "not the password")
    server.put("m0", message(0))
    assert jobs.fetch(timestamp=0) == 1
    other.refresh_from_db()
    assert other.trouble
