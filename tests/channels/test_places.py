"""A mail server's numbers mean nothing elsewhere: another account or folder is read from its beginning, all of it.

And a server that says no has not said that there is nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from guichet.channels import imap, ledger, reasons, reconciling, settings_actions
from guichet.channels.models import Contact, Mailbox, Outcome, Reconciliation
from tests import builders
from tests.channels.imap_stub import Stub, serving
from tests.channels.post import Post


def message(n: int) -> str:
    return f"From: p{n}@x.example\nSubject: numero-{n}\nMessage-ID: <{n}@x.example>\n\nmessage {n}\n"


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving(Stub()) as running:
        yield running


@pytest.fixture
def box(post: Post, stub: Stub, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    monkeypatch.setenv("GUICHET_MAIL_TEST", "secret")
    builders.manager(post.desk)
    box = post.box
    box.fetch, box.host, box.port = "imap", "127.0.0.1", stub.port
    box.password_variable = "GUICHET_MAIL_TEST"
    box.save()
    return box


def fetched(box: Mailbox) -> int:
    return imap.fetch(Mailbox.objects.get(pk=box.pk), now=timezone.now())


def save(box: Mailbox, **changed: str) -> None:
    """As a manager does in the settings."""
    box = Mailbox.objects.get(pk=box.pk)
    values = {name: getattr(box, name) for name in ("address", "joins", "strangers", "impact", "urgency")} | {
        name: value for name, value in changed.items() if name == "address"
    }
    fetching = {name: getattr(box, name) for name in settings_actions.FETCHING} | {
        name: value for name, value in changed.items() if name != "address"
    }
    settings_actions.save_mailbox(
        mailbox=box, desk=box.organisation, aliases=[], name="", active=True, home=None, category=None,
        fetching=settings_actions.Fetching(**fetching), wording=settings_actions.Wording(),
        actor=box.organisation.people.get(roles__kind="manager"), now=timezone.now(), **values,
    )  # fmt: skip


@pytest.mark.parametrize("moved", [{"user": "autre"}, {"folder": "Support"}, {"address": "autre@essai.example"}])
def test_pointed_elsewhere_nothing_there_is_taken_for_what_is_here(
    box: Mailbox, stub: Stub, moved: dict[str, str]
) -> None:
    """The same UIDVALIDITY and the same numbers, as two accounts of one server may well have."""
    stub.put(1, message(1))
    assert fetched(box) == 1
    there = {name: getattr(box, name) for name in moved}
    for held, where in ((message(2), moved), (message(1), there)):
        # There and back again: nothing is passed over, nothing taken twice.
        save(box, **where)
        stub.messages.clear()
        stub.put(1, held)
        assert fetched(box) == 1
        assert Contact.objects.count() == 2
    assert Mailbox.objects.get(pk=box.pk).last_uid == 1


def test_what_an_earlier_version_stored_is_still_known(box: Mailbox, stub: Stub) -> None:
    box.done_folder = "Done:here"
    box.save()
    other = Mailbox.objects.create(organisation=box.organisation, address="autre@essai.example", pk=box.pk * 10 + 1)
    for key in (f"imap:{box.pk}:7:1", f"imap:{box.pk}:Done:here:7:1", f"imap:{other.pk}:7:1", "lmtp:abc:7:1"):
        ledger.receive(raw=key.encode(), source_key=key, now=timezone.now(), mailbox=box)
    rename: Any = import_module("guichet.channels.migrations.0005_places_and_strangers").rename
    rename(apps, SimpleNamespace(connection=connection))
    assert set(Contact.objects.values_list("source_key", flat=True)) == {
        box.source_key(folder="INBOX", validity=7, uid=1),
        box.source_key(folder="Done:here", validity=7, uid=1),
        other.source_key(folder="INBOX", validity=7, uid=1),
        "lmtp:abc:7:1",
    }


def test_a_no_is_not_nothing(box: Mailbox, stub: Stub) -> None:
    """What the server won't give now is asked for again; nobody behind it waits meanwhile."""
    for n in (1, 2, 3):
        stub.put(n, message(n))
    stub.refuses.add(2)
    for _round in range(2):
        with pytest.raises(imap.Trouble, match="NO"):
            fetched(box)
        assert Contact.objects.count() == 2
    assert Mailbox.objects.get(pk=box.pk).trouble
    assert stub.heard.count("UID STORE") == 2
    stub.refuses.clear()
    stub.put(4, message(4))
    assert fetched(box) >= 2
    assert sorted(bytes(raw).decode()[6:8] for raw in Contact.objects.values_list("raw", flat=True)) == [
        "p1", "p2", "p3", "p4",
    ]  # fmt: skip
    assert Mailbox.objects.get(pk=box.pk).trouble == ""
    assert fetched(box) == 0


def test_what_is_gone_meanwhile_is_no_trouble(box: Mailbox, stub: Stub) -> None:
    stub.put(1, message(1))
    stub.gone.add(1)
    assert fetched(box) == 1
    assert Contact.objects.count() == 0


def test_a_server_that_refuses_everything_is_not_asked_for_all_of_it(box: Mailbox, stub: Stub) -> None:
    for n in range(1, 60):
        stub.put(n, message(n))
        stub.refuses.add(n)
    with pytest.raises(imap.Trouble):
        fetched(box)
    assert stub.heard.count("UID FETCH") < 30


def test_what_the_server_will_not_show_is_not_known_to_be_here(box: Mailbox, stub: Stub) -> None:
    """It has no Message-ID, so only its bytes tell; as long as these are refused, it counts as missing."""
    raw = b"Subject: sans nom\r\n\r\nx"
    old = timezone.now() - timedelta(hours=3)
    found = reconciling.Listed("INBOX", 1, 9, True, old, "", "sans nom", "")
    server = imap.signed_in(box)
    stub.messages[9] = raw
    stub.refuses.add(9)
    assert reconciling._without_contact(box, server, [found], among=[found]) == [found]
    stub.refuses.clear()
    ledger.receive(raw=raw, source_key="x", now=old, mailbox=box)
    assert reconciling._without_contact(box, server, [found], among=[found]) == []
    imap.hang_up(server)


def test_what_no_reader_could_read_is_known_by_its_bytes(post: Post) -> None:
    raw = post.message("lea@courrier.example").as_bytes()
    desk = post.desk.organisation.pk
    contact = post.deliver(raw, read=False)
    assert reconciling._has_bytes(desk, raw)
    Contact.objects.filter(pk=contact.pk).update(
        outcome=Outcome.QUARANTINE, reason=reasons.TROUBLE, read_at=timezone.now()
    )
    assert reconciling._has_bytes(desk, raw)
    assert not reconciling._has_bytes(desk, raw + b"x")


def test_a_desk_without_a_mailbox_does_not_stay_red(post: Post) -> None:
    """What was missing at a desk that has no mailbox any more, and that nobody writes to, is looked at all the same."""
    desk, now = builders.desk().organisation, timezone.now()
    Reconciliation.objects.create(at=now - timedelta(days=20), desk=desk, checked=1, missing=1)
    assert reconciling.reconcile(now=now) == 0
    assert Reconciliation.objects.filter(desk=desk, at=now, missing=0).exists()
