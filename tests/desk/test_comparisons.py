"""What the comparison found, said where people look, and what can be done about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from guichet.channels import reconciling
from guichet.channels.models import Contact, Mailbox, Outcome, Reconciliation
from tests import builders
from tests.channels.post import Post

NOW = builders.NOW
CONTACTS = "desk:contacts"
COMPARISONS = "desk:comparisons"
MISSING = {
    "kind": "passed", "at": NOW.isoformat(), "subject": "Une <b>panne</b>", "sender": "a@b.example", "folder": "INBOX",
    "contact": None, "reference": "",
}  # fmt: skip


@pytest.fixture
def post(db: None) -> Post:
    return Post()


@pytest.fixture
def browser(post: Post) -> Client:
    return builders.client_for(builders.agent(post.desk, language="en"))


def kept(post: Post, *missing: dict[str, Any], **more: Any) -> Reconciliation:
    values = {"mailbox": post.box, **more}
    if values["mailbox"]:
        Mailbox.objects.filter(pk=post.box.pk).update(fetch="imap")
    return Reconciliation.objects.create(
        at=NOW, desk=post.desk.organisation, checked=212, missing=len(missing), details=list(missing), **values
    )


def text(browser: Client, name: str) -> str:
    answer = browser.get(reverse(name))
    assert answer.status_code == 200
    return answer.content.decode()


def test_nothing_was_compared_yet(browser: Client) -> None:
    assert "Not compared with mailboxes and tickets yet" in text(browser, CONTACTS)
    assert "Nothing was compared yet" in text(browser, COMPARISONS)


def test_one_line_says_that_nothing_is_missing(post: Post, browser: Client) -> None:
    kept(post, mailbox=None)
    page = text(browser, CONTACTS)
    assert "212 messages, nothing missing" in page
    assert "nothing missing" in text(browser, COMPARISONS)


def test_what_is_missing_is_said_and_can_be_fetched_again(post: Post, browser: Client) -> None:
    row = kept(post, MISSING)
    assert "1 message is missing" in text(browser, CONTACTS)
    page = text(browser, COMPARISONS)
    assert "Une &lt;b&gt;panne&lt;/b&gt;" in page
    assert "On the server it counts as done, and it isn’t here." in page
    address = reverse("desk:comparison_fetch", args=[row.pk])
    assert address in page
    assert browser.post(address).status_code == 302
    assert ProcrastinateJob.objects.filter(task_name="channels.fetch_again", args={"mailbox": post.box.pk}).exists()


def test_managers_see_it_where_they_begin(post: Post, browser: Client) -> None:
    manager = builders.client_for(builders.manager(post.desk, language="en"))
    kept(post)
    assert "missing" not in text(manager, "desk:work")
    kept(post, MISSING)
    assert "1 message is missing" in text(manager, "desk:work")
    assert "missing" not in text(browser, "desk:work")


def test_a_mailbox_that_could_not_be_compared_is_not_complete(post: Post, browser: Client) -> None:
    kept(post, trouble="TimeoutError: timed out")
    page = text(browser, CONTACTS)
    assert "A mailbox could not be compared" in page
    assert "nothing missing" not in page
    assert "TimeoutError: timed out" in text(browser, COMPARISONS)


def test_what_the_ledger_misses_leads_to_contact_and_ticket(post: Post, browser: Client) -> None:
    asked = post.write(builders.person(post.desk.organisation))
    assert asked.ticket is not None
    Contact.objects.filter(pk=asked.pk).update(
        outcome=Outcome.WAITING, received_at=NOW - timedelta(days=1), read_at=None
    )
    reconciling.compare_ledger(post.desk.organisation.pk, now=NOW)
    page = text(browser, COMPARISONS)
    assert reverse("desk:contact", args=[asked.pk]) in page
    assert reverse("desk:ticket", args=[asked.ticket.reference]) not in page
    assert "Fetch these again" not in page


def test_a_ticket_of_another_desk_is_not_named_in_full(post: Post, browser: Client) -> None:
    elsewhere = builders.ticket(builders.person(builders.desk().organisation), title="Rien que pour eux")
    one = {**MISSING, "kind": "no_contact", "reference": elsewhere.reference, "subject": elsewhere.title}
    kept(post, one, mailbox=None)
    page = text(browser, COMPARISONS)
    assert "Rien que pour eux" not in page
    assert reverse("desk:ticket", args=[elsewhere.reference]) not in page


def test_another_desk_sees_and_does_nothing(post: Post) -> None:
    row = kept(post, MISSING)
    foreign = builders.client_for(builders.agent(builders.desk(), language="en"))
    assert "missing" not in text(foreign, CONTACTS)
    assert "panne" not in text(foreign, COMPARISONS)
    assert foreign.post(reverse("desk:comparison_fetch", args=[row.pk])).status_code == 404


def test_compare_now_asks_once(browser: Client) -> None:
    ProcrastinateJob.objects.all().delete()
    for _ in range(2):
        assert browser.post(reverse(COMPARISONS)).status_code == 302
    assert ProcrastinateJob.objects.filter(task_name="channels.reconcile").count() == 1


def test_metrics(post: Post, client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "a-token"

    def figures() -> str:
        return client.get(reverse("metrics"), headers={"Authorization": "Bearer a-token"}).content.decode()

    assert "guichet_contacts_missing" not in figures()
    kept(post, MISSING, trouble="gone")
    assert "guichet_contacts_missing 1\n" in figures()
    assert "guichet_mailboxes_not_compared 1\n" in figures()
    assert "guichet_compared_seconds " in figures()
