"""A real IMAP server (Dovecot): a message is marked only once it is ours, and the server may number anew or fail."""

from __future__ import annotations

import time

import pytest

from guichet.channels import imap, jobs, readers
from guichet.channels.models import Contact, Mailbox, Outcome
from guichet.tickets.models import Ticket
from tests import builders
from tests.channels.dovecot import MISSING, Server, message

pytestmark = MISSING


def test_what_is_new_becomes_ours_and_is_then_marked(server: Server, box: Mailbox) -> None:
    for n in range(3):
        server.put(f"m{n}", message(n))
    assert imap.fetch(box, now=builders.NOW) == 3
    readers.read_all()
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
    readers.read_all()
    first = box.uid_validity
    time.sleep(1.1)  # Dovecot's UIDVALIDITY is the time in seconds
    server.number_anew()
    assert imap.fetch(box, now=builders.NOW) == 1
    assert box.uid_validity != first
    readers.read_all()
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
