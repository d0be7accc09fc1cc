"""The daily comparison: it finds what is missing on either side, wherever it went, and nothing else."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from guichet.channels import imap, jobs, ledger, listing, quarantine, readers, reconciling
from guichet.channels.models import Contact, Mailbox, Outcome, Reconciliation
from guichet.people.models import Person
from guichet.tickets.models import Channel
from tests import builders
from tests.channels.dovecot import MISSING, Server
from tests.channels.post import Post

HOUR = timedelta(hours=1)


def message(n: int, *, name: str = "") -> str:
    named = name or f"<{n}@x.example>"
    return f"From: p{n}@x.example\nSubject: numero-{n}\nMessage-ID: {named}\n\nmessage {n}\n"


def put(server: Server, n: int, *, at: timedelta = timedelta(), **given: str) -> None:
    """A message that came that long ago: Dovecot takes the file's time for it."""
    server.put(f"m{n}", message(n, **given))
    path = server.place / "mail" / "new" / f"m{n}"
    then = (timezone.now() - at).timestamp()
    os.utime(path, (then, then))


def compared(box: Mailbox) -> list[tuple[str, str]]:
    """What is missing in the mailbox now: each with its subject."""
    reconciling.compare_mailbox(Mailbox.objects.get(pk=box.pk), now=timezone.now())
    row = Reconciliation.objects.filter(mailbox=box).latest("pk")
    assert not row.trouble, row.trouble
    assert row.missing == len(row.details)
    return sorted((one["kind"], one["subject"]) for one in row.details)


def fetched(box: Mailbox) -> int:
    count = imap.fetch(Mailbox.objects.get(pk=box.pk), now=timezone.now())
    readers.read_all()
    return count


class TestMailbox:
    pytestmark = MISSING

    def test_nothing_is_missing_where_nothing_is(self, server: Server, box: Mailbox) -> None:
        for n in range(3):
            put(server, n, at=2 * HOUR)
        fetched(box)
        assert compared(box) == []
        assert Reconciliation.objects.get().checked == 3

    def test_what_is_done_elsewhere_is_found_by_what_it_is(self, server: Server, box: Mailbox) -> None:
        Mailbox.objects.filter(pk=box.pk).update(done_folder="Done")
        put(server, 0)
        put(server, 1, name=" ")  # without a Message-ID there are only its bytes
        fetched(box)
        assert len(server.names(".Done/cur") + server.names(".Done/new")) == 2
        assert compared(box) == []

    def test_what_was_moved_there_before_it_was_read_is_known_by_its_bytes(self, server: Server, box: Mailbox) -> None:
        Mailbox.objects.filter(pk=box.pk).update(done_folder="Done")
        put(server, 0)
        imap.fetch(Mailbox.objects.get(pk=box.pk), now=timezone.now())
        assert Contact.objects.get().outcome == Outcome.WAITING
        assert compared(box) == []

    def test_numbered_anew_it_is_not_missing(self, server: Server, box: Mailbox) -> None:
        put(server, 0, at=2 * HOUR)
        fetched(box)
        Mailbox.objects.filter(pk=box.pk).update(uid_validity=1)
        Contact.objects.update(source_key="imap:elsewhere")
        assert compared(box) == []

    def test_what_has_just_come_is_not_missing_yet(self, server: Server, box: Mailbox) -> None:
        put(server, 0)
        assert compared(box) == []
        assert Reconciliation.objects.get().checked == 0

    def test_what_was_not_fetched_within_the_hour_is(self, server: Server, box: Mailbox) -> None:
        put(server, 0, at=2 * HOUR)
        assert compared(box) == [("late", "numero-0")]

    def test_what_a_person_read_on_the_server_first_is_fetched_all_the_same(self, server: Server, box: Mailbox) -> None:
        put(server, 0, at=2 * HOUR)
        mark_as_read(box)
        assert compared(box) == [("passed", "numero-0")]
        assert fetched(box) == 1
        assert compared(box) == []

    def test_a_planted_loss_is_found_and_fetched_again(self, server: Server, box: Mailbox) -> None:
        for n in range(3):
            put(server, n, at=2 * HOUR)
        fetched(box)
        lost = Contact.objects.get(subject="numero-1")
        forget(lost)
        assert fetched(box) == 0, "the fetcher has gone past it"
        assert compared(box) == [("passed", "numero-1")]
        assert jobs.fetch_again(mailbox=box.pk) == 1
        readers.read_all()
        assert Contact.objects.get(subject="numero-1").outcome == Outcome.TICKET
        assert Reconciliation.objects.latest("pk").missing == 0
        assert jobs.fetch_again(mailbox=box.pk) == 0

    def test_a_loss_among_what_is_done_is_found_and_fetched_again(self, server: Server, box: Mailbox) -> None:
        Mailbox.objects.filter(pk=box.pk).update(done_folder="Done")
        put(server, 0)
        put(server, 1)
        fetched(box)
        forget(Contact.objects.get(subject="numero-0"))
        assert compared(box) == [("moved", "numero-0")]
        assert jobs.fetch_again(mailbox=box.pk) == 1
        readers.read_all()
        assert compared(box) == []
        assert fetched(box) == 0

    def test_two_messages_of_one_name_are_two(self, server: Server, box: Mailbox) -> None:
        """One that bears another's Message-ID doesn't stand for it."""
        put(server, 0, at=2 * HOUR)
        put(server, 1, at=2 * HOUR, name="<0@x.example>")
        fetched(box)
        forget(Contact.objects.get(subject="numero-1"))
        assert compared(box) == [("passed", "numero-1")]

    def test_copies_of_one_message_need_one_line(self, server: Server, box: Mailbox) -> None:
        Mailbox.objects.filter(pk=box.pk).update(done_folder="Done")
        put(server, 0)
        fetched(box)
        done = server.place / "mail" / ".Done"
        moved = next(path for folder in ("new", "cur") for path in (done / folder).iterdir())
        copy = done / "new" / "copy"
        shutil.copy2(moved, copy)
        os.chown(copy, server.uid, -1)
        assert compared(box) == []
        assert Reconciliation.objects.latest("pk").checked == 2

    def test_the_lister_reads_more_than_one_answer(
        self, server: Server, box: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(listing, "_AT_ONCE", 2)
        for n in range(5):
            put(server, n, at=2 * HOUR)
        assert [subject for _kind, subject in compared(box)] == [f"numero-{n}" for n in range(5)]

    def test_what_can_not_be_compared_is_not_taken_for_complete(
        self, server: Server, box: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(server, 0, at=2 * HOUR)
        compared(box)
        monkeypatch.setenv("GUICHET_TEST_IMAP", "changed")
        with_trouble = Mailbox.objects.get(pk=box.pk)
        with_trouble.port = 1
        with_trouble.save()
        assert jobs.reconcile(timestamp=0) == 1, "what was missing still is"
        found = reconciling.standing(Reconciliation.objects.all())
        assert found is not None
        assert (found.troubled, found.missing) == (1, 1)
        assert "changed" not in Reconciliation.objects.filter(mailbox=box).latest("pk").trouble


def mark_as_read(box: Mailbox) -> None:
    server = imap.signed_in(box)
    for uid in server.uids("ALL"):
        server.client.uid("STORE", uid, "+FLAGS", r"(\Seen)")
    server.logout()


def forget(contact: Contact) -> None:
    """The planted loss: as if it had never been stored."""
    Contact.objects.filter(pk=contact.pk).update(outcome=Outcome.DISCARDED, ticket=None)
    contact.delete()


@pytest.fixture
def amelie(post: Post) -> Person:
    return builders.person(post.desk.organisation)


def missing(post: Post) -> list[str]:
    return [one.kind for one in reconciling.ledger_of(post.desk.organisation.pk, now=builders.NOW + HOUR).missing]


class TestLedger:
    def test_every_way_a_message_can_end_is_accounted_for(self, post: Post, amelie: Person) -> None:
        asked = post.write(amelie)
        assert asked.ticket is not None
        post.write(amelie, "Encore", References=asked.message_id)
        post.write("etranger@x.example", Auto_Submitted="auto-replied")
        post.deliver(bytes(asked.raw), to=post.box.aliases[0])
        assert {c.outcome for c in Contact.objects.all()} == {"ticket", "reply", "automatic", "duplicate"}
        found = reconciling.ledger_of(post.desk.organisation.pk, now=builders.NOW + HOUR)
        assert (found.checked, found.missing) == (4, [])

    def test_what_people_decide_and_undo_is_no_loss(self, post: Post, amelie: Person) -> None:
        agent = builders.agent(post.desk)
        asked = post.write(amelie)
        assert asked.ticket is not None
        Mailbox.objects.update(strangers="quarantine")
        kept = [post.write(f"inconnu.{n}@x.example") for n in range(2)]
        assert {contact.outcome for contact in kept} == {Outcome.QUARANTINE}
        quarantine.accept(kept[0], actor=agent, now=builders.NOW)
        quarantine.attach(kept[1], ticket=asked.ticket, actor=agent, now=builders.NOW)
        assert missing(post) == []
        for contact in kept:
            quarantine.undo(Contact.objects.get(pk=contact.pk), actor=agent, now=builders.NOW)
        assert missing(post) == []
        quarantine.accept(Contact.objects.get(pk=kept[0].pk), actor=agent, now=builders.NOW)
        assert missing(post) == []

    def test_a_ticket_opened_by_hand_is_no_lost_message(self, post: Post, amelie: Person) -> None:
        builders.ticket(amelie, actor=builders.agent(post.desk), channel=Channel.MAIL)
        assert missing(post) == []

    def test_a_line_whose_ticket_does_not_know_of_it(self, post: Post, amelie: Person) -> None:
        asked, other = post.write(amelie), post.write(amelie)
        Contact.objects.filter(pk=asked.pk).update(ticket=other.ticket)
        assert sorted(missing(post)) == ["no_contact", "no_ticket"]

    def test_a_reply_that_is_not_there(self, post: Post, amelie: Person) -> None:
        asked = post.write(amelie)
        said = post.write(amelie, "Encore", References=asked.message_id)
        assert said.reply is not None
        Contact.objects.filter(pk=said.pk).update(reply=None)
        assert missing(post) == ["no_reply"]

    def test_a_ticket_whose_message_is_gone(self, post: Post, amelie: Person) -> None:
        forget(post.write(amelie))
        assert missing(post) == ["no_contact"]

    def test_what_waits_for_too_long(self, post: Post) -> None:
        post.deliver(post.message("a@x.example"), read=False)
        account = reconciling.ledger_of(post.desk.organisation.pk, now=builders.NOW + ledger.PATIENCE)
        assert account.missing == []
        assert missing(post) == ["unread"]

    def test_what_is_long_past_is_left_alone(self, post: Post, amelie: Person) -> None:
        forget(post.write(amelie))
        later = timezone.now() + reconciling.LOOK_BACK + HOUR
        assert reconciling.ledger_of(post.desk.organisation.pk, now=later) == reconciling.Found(0, [])

    def test_another_desk_is_not_told(self, post: Post, amelie: Person) -> None:
        forget(post.write(amelie))
        elsewhere = builders.agent(builders.desk())
        reconciling.reconcile(now=builders.NOW + HOUR)
        here = reconciling.standing(Reconciliation.objects.visible_to(builders.agent(post.desk)))
        assert here is not None
        assert here.missing == 1
        assert reconciling.standing(Reconciliation.objects.visible_to(elsewhere)) is None

    def test_the_number_of_questions_does_not_grow(self, post: Post, amelie: Person) -> None:
        def questions() -> int:
            connection.force_debug_cursor = True
            before = len(connection.queries_log)
            reconciling.ledger_of(post.desk.organisation.pk, now=builders.NOW + HOUR)
            return len(connection.queries_log) - before

        post.write(amelie)
        few = questions()
        for n in range(5):
            post.write(amelie, f"Encore {n}")
        assert questions() == few


def test_old_comparisons_are_forgotten_and_the_last_one_counts(post: Post) -> None:
    now = builders.NOW
    for days in (100, 1):
        Reconciliation.objects.create(
            at=now - timedelta(days=days), desk=post.box.organisation, checked=1, missing=days
        )
    reconciling.reconcile(now=now)
    assert sorted(Reconciliation.objects.values_list("missing", flat=True)) == [0, 1]
    assert reconciling.latest(Reconciliation.objects.all())[0].missing == 0
