"""Mail that comes in: nobody speaks as somebody else, nobody joins what isn't theirs, nothing takes the reader down."""

from __future__ import annotations

import itertools
import time
from typing import Any

import pytest

from guichet.channels.interpreting import instance
from guichet.channels.models import Contact, Outcome
from guichet.people.models import Person
from guichet.tickets import actions
from guichet.tickets.models import Message, Ticket
from tests import builders, cast
from tests.channels.post import Post, ours
from tests.security.payloads import MARKUP

# What a writer who isn't of the conversation may know of it: each alone, and all together.
MARKS = ("token", "known", "subject", "plus", "everything")


@pytest.fixture
def post(db: None) -> Post:
    return Post()


def intruders(post: Post, asked: Ticket) -> dict[str, Person | str]:
    """Everybody who must not be heard on this ticket, whatever they know."""
    desk = post.desk
    client = builders.organisation(served_by=desk.organisation)
    watcher_of_another = builders.person(client, cast.SOPHIE)
    other = builders.ticket(builders.person(client, cast.DOMINIQUE))
    actions.watch(other, person=watcher_of_another, actor=other.requester, now=builders.NOW)
    return {
        "a stranger": "personne@ailleurs.example",
        "a service that answers": "noreply@service.example",
        "somebody of another client": builders.person(client, cast.EMILY),
        "who follows another ticket": watcher_of_another,
        "a forged agent": builders.agent(desk, cast.NADIA),
        "a forged manager": builders.manager(desk),
        "an agent of another desk": builders.agent(builders.desk(), cast.FELIX),
        "nobody": "",
    }


def marked(asked: Ticket, mark: str, owner: Person) -> dict[str, str]:
    token, known, subject = ours(asked, owner), "<mine@x.example>", f"Re: [{asked.reference}] suite"
    return {
        "token": {"References": token},
        "known": {"In_Reply_To": known},
        "subject": {"Subject": subject},
        "plus": {"To": f"aide+{token.strip('<>').partition('@')[0]}@essai.example"},
        "everything": {"References": f"{known} {token}", "In_Reply_To": token, "Subject": subject},
    }[mark]


@pytest.mark.parametrize("joins", ["participants", "colleagues"])
def test_nobody_joins_a_conversation_that_is_not_theirs(post: Post, joins: str) -> None:
    amelie = builders.person(post.desk.organisation)
    asked = post.write(amelie, Message_ID="<mine@x.example>").ticket
    assert asked is not None
    post.box.joins = joins
    post.box.save()
    before = Ticket.objects.get(pk=asked.pk).version
    heard = []
    # Each twice: by the second time we have met them.
    for (name, who), mark, time_ in itertools.product(intruders(post, asked).items(), MARKS, (1, 2)):
        contact = post.write(who, f"{name} {mark} {time_}", **marked(asked, mark, amelie))
        if Message.objects.filter(ticket=asked).exists() or contact.ticket_id == asked.pk:
            heard.append((name, mark))
        # Never dropped either: it is a ticket of its own, or people look at it.
        assert contact.outcome in {Outcome.TICKET, Outcome.QUARANTINE}, (name, mark)
    assert heard == []
    assert Ticket.objects.get(pk=asked.pk).version == before


def test_what_a_service_writes_to_somebody_s_reply_address_is_not_shown_to_them(post: Post) -> None:
    """The "ticket trick": a code that proves who has an address must not reach whoever guessed its form."""
    amelie = builders.person(post.desk.organisation)
    asked = builders.ticket(amelie)
    for code in ("731 442", "518 006"):
        contact = post.write("verify@service.example", f"Your code is {code}", References=ours(asked, amelie))
        assert contact.ticket is not None
        assert not Ticket.objects.visible_to(amelie).filter(pk=contact.ticket_id).exists()


def test_our_own_mail_ends_where_it_began(post: Post) -> None:
    contact = post.write(post.box.address, X_Guichet_Instance=instance(), Subject="Re: Re: Re: Accusé de réception")
    assert contact.outcome == Outcome.AUTOMATIC
    assert (contact.reason, Ticket.objects.count()) == ("loop", 0)


def test_two_counters_that_answer_each_other_fall_silent(post: Post) -> None:
    """What another instance writes by itself says so, and is answered by nobody here."""
    for n in range(5):
        contact = post.write("aide@autre-guichet.example", f"Reçu {n}", Auto_Submitted="auto-replied")
        assert contact.outcome == Outcome.AUTOMATIC
    assert Ticket.objects.count() == 0


# Quotation marks are harmless in text; between tags they are looked for by `test_stored_xss.py`.
@pytest.mark.parametrize("payload", [payload for payload in MARKUP if "<" in payload])
def test_markup_in_every_field_stays_text(post: Post, payload: str) -> None:
    contact = post.write(f'"{payload}" <a@b.example>', payload, Subject=payload.replace("\n", " "))
    assert contact.ticket is not None
    nadia = builders.agent(post.desk)
    browser = builders.client_for(nadia)
    for address in (f"/desk/tickets/{contact.ticket.reference}/", f"/desk/contacts/{contact.pk}"):
        answer = browser.get(address)
        assert answer.status_code == 200
        assert payload.encode() not in answer.content


BOMBS: dict[str, Any] = {
    "nested": lambda: b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(2_000)
    ),
    "many parts": lambda: b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 20_000,
    "a header of a megabyte": lambda: b"Subject: " + b"=?utf-8?q?a?= " * 70_000 + b"\n\nx",
    "a million addresses": lambda: b"To: " + b"a@b.example, " * 80_000 + b"\n\nx",
    "deep markup": lambda: b"Content-Type: text/html\n\n" + b"<div>" * 200_000,
    "deep quotes": lambda: b"Subject: x\n\n" + b">" * 1_000_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_a_line_of_the_ledger_like_any_other(post: Post, bomb: str) -> None:
    started = time.monotonic()
    contact = post.deliver(b"From: a@b.example\nMessage-ID: <b@b.example>\n" + BOMBS[bomb]())
    assert contact.outcome in {Outcome.TICKET, Outcome.QUARANTINE}
    # A hang is what this would see, not slowness: `bench/` says how long they take.
    assert time.monotonic() - started < 30
    assert Contact.objects.filter(outcome=Outcome.WAITING).count() == 0
