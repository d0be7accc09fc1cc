"""No room is left: whoever sends something reads so, nothing stays by halves, and with room again it goes on."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from guichet.channels import ledger, readers
from guichet.channels.models import Contact, Mailbox, Outcome
from guichet.lib.postgres import PostgresServer
from guichet.tickets.models import Attachment, Message, Ticket
from tests import builders
from tests.databases import address_of, template
from tests.faults.stand import Answer, Stand, copy_tables, standing, until

LETTER = b"""From: p@x.example
To: aide@x.example
Subject: avec une image
Message-ID: <image@x.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b

Voici.
--b
Content-Type: image/png
Content-Disposition: attachment; filename=ecran.png

image
--b--
"""


@contextlib.contextmanager
def small(folder: Path, *, megabytes: int) -> Iterator[Path]:
    """A file system with so much room and no more."""
    folder.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0711", "tmpfs", str(folder)],
        check=False, capture_output=True,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("only who may mount can make a small file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(name: str, content: Any, max_length: int | None = None) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(default_storage, "save", full)


@pytest.mark.django_db
def test_a_reply_whose_file_finds_no_room_is_shown_again_with_its_text(no_room: None) -> None:
    desk = builders.desk()
    nadia, amelie = builders.agent(desk), builders.person(desk.organisation)
    ticket = builders.ticket(amelie)
    typed = {"kind": "reply", "body": "Voici la capture d’écran.", "files": SimpleUploadedFile("a.png", b"a")}
    answer = builders.client_for(nadia).post(f"/desk/tickets/{ticket.reference}/messages", typed)
    text = answer.content.decode()
    assert answer.status_code == 503
    assert "Voici la capture d’écran." in text and "Les fichiers ne peuvent pas être conservés" in text
    assert not Message.objects.exists() and not Attachment.objects.exists()


@pytest.mark.django_db
def test_what_came_by_mail_waits_for_room_as_long_as_it_takes(no_room: None, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = builders.desk()
    mailbox = Mailbox.objects.create(organisation=desk.organisation, address="aide@x.example")
    ledger.receive(raw=LETTER, source_key="1", now=timezone.now(), mailbox=mailbox)
    for _ in range(readers.TRIES + 2):
        readers.read_all()
        Contact.objects.update(tried_at=timezone.now() - timedelta(days=1))
    assert Contact.objects.get().outcome == Outcome.WAITING
    assert not Ticket.objects.exists()
    monkeypatch.undo()
    readers.read_all()
    assert Ticket.objects.get().title == "avec une image"
    assert Attachment.objects.count() == 1


@pytest.fixture(scope="module")
def stand() -> Iterator[Stand]:
    with standing(source=address_of(template())) as made:
        yield made


def _with_file(stand: Stand, size: int) -> Any:
    return stand.api(
        "POST", f"/tickets/{stand.people['ticket']}/replies",
        {"body": "avec un fichier", "files": [{"name": "a.bin", "content": "QUFB" * (size // 3)}]},
        Idempotency_Key=uuid.uuid4().hex,
    )  # fmt: skip


@pytest.mark.process
def test_a_full_folder_of_files_refuses_files_and_nothing_else(stand: Stand) -> None:
    files = stand.folder / "small"
    with small(files, megabytes=1):
        web = stand.start("web", GUICHET_FILES=str(files))
        stand.people["ticket"] = json.loads(stand.run("-m", "tests.faults.stand", "tickets", "1").splitlines()[-1])[0]
        assert _with_file(stand, 200_000).status == 201
        kept = {path: path.stat().st_size for path in files.rglob("*") if path.is_file()}
        refused = _with_file(stand, 2_000_000)
        assert (refused.status, refused.json()["code"]) == (503, "no_room")
        assert refused.headers["retry-after"].isdigit()
        # Nothing of it is left, and words still go through.
        assert {path: path.stat().st_size for path in files.rglob("*") if path.is_file()} == kept
        words = {"body": "sans fichier"}
        assert stand.api("POST", f"/tickets/{stand.people['ticket']}/replies", words).status == 201
        assert stand.number("SELECT count(*) FROM tickets_attachment") == 1
        assert _with_file(stand, 100_000).status == 201
        web.kill()


@pytest.mark.process
def test_a_backup_that_finds_no_room_says_so_and_leaves_nothing_that_looks_whole(stand: Stand, tmp_path: Path) -> None:
    with small(tmp_path / "small", megabytes=1) as folder:
        (folder / "ballast").write_bytes(os.urandom(900_000))
        with pytest.raises(AssertionError, match="No space left on device"):
            stand.run("backup", str(folder / "backup.tar"))
        assert [path.name for path in folder.iterdir()] == ["ballast"]


@pytest.mark.process
def test_a_full_database_tells_so_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    # Where PostgreSQL's own user may go.
    folder = Path(tempfile.mkdtemp(prefix="guichet-full-"))
    with small(folder, megabytes=260) as place:
        server = PostgresServer(data=place / "postgres")
        stand = Stand(folder=place, server=server, url=server.start())
        try:
            copy_tables(address_of(template()), stand)
            (place / "tables").unlink()
            stand.people = json.loads(stand.run("-m", "tests.faults.stand").splitlines()[-1])
            stand.start("web", GUICHET_DATA=str(tmp_path))
            ballast = place / "ballast"
            _fill(ballast)
            told = [_opened(stand)]
            while told[-1].status == 201 and len(told) < 400:
                told.append(_opened(stand))
            assert told[-1].status == 503, told[-1].text[:300]
            assert told[-1].json()["code"] in {"no_room", "database_away"}
            ballast.unlink()
            if server.running_pid() is None:
                stand.back()
            until(lambda: _opened(stand).status == 201, what="it goes on", seconds=20)
            assert stand.number("SELECT count(*) FROM tickets_ticket") == len(told)
        finally:
            stand.end()
    folder.rmdir()


def _opened(stand: Stand) -> Answer:
    """A ticket whose text can't be pressed together."""
    asked = {"description": os.urandom(9_000).hex(), "impact": "person", "urgency": "hampered"}
    return stand.api("POST", "/tickets", asked, Idempotency_Key=uuid.uuid4().hex)


def _fill(ballast: Path) -> None:
    """All but a little of what is left."""
    left = os.statvfs(ballast.parent)
    room = left.f_bavail * left.f_frsize - 3_000_000
    with ballast.open("wb") as file:
        while room > 0:
            room -= file.write(b"\0" * min(room, 1_000_000))
