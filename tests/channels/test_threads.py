"""Who joins which conversation: marks from the strongest to the weakest, and never without being one of its people."""

from __future__ import annotations

import pytest

from guichet.channels import reasons
from guichet.channels.mail import tokens
from guichet.channels.models import Contact, Outcome
from guichet.channels.threads import key
from guichet.people import actions as people
from guichet.people.models import Person
from guichet.tickets import actions
from guichet.tickets.models import Ticket
from tests import builders, cast
from tests.channels.post import Post, ours


@pytest.fixture
def amelie(post: Post) -> Person:
    return builders.person(post.desk.organisation)


@pytest.fixture
def ticket(amelie: Person) -> Ticket:
    return builders.ticket(amelie)


def joined(contact: Contact, ticket: Ticket) -> bool:
    return contact.outcome == Outcome.REPLY and contact.ticket_id == ticket.pk


def mentions(contact: Contact, ticket: Ticket) -> bool:
    """A ticket of its own, which says what it named."""
    return contact.outcome == Outcome.TICKET and contact.ticket_id != ticket.pk and contact.mentions_id == ticket.pk


def test_the_requester_answers_what_we_wrote(post: Post, amelie: Person, ticket: Ticket) -> None:
    contact = post.write(amelie, "Merci !", References=ours(ticket, amelie))
    assert joined(contact, ticket)
    assert contact.reply is not None
    assert (contact.reply.body, contact.reply.author, contact.reply.channel) == ("Merci !", amelie, "mail")


def test_the_plus_address_is_enough(post: Post, amelie: Person, ticket: Ticket) -> None:
    token = tokens.issue(key=key(), ticket=ticket.pk, person=amelie.pk)
    to = tokens.plus_address(post.box.address, token)
    assert joined(post.deliver(post.message(amelie.email, To=to), to=to), ticket)


def test_a_reply_to_the_requester_s_own_message_joins(post: Post, amelie: Person) -> None:
    first = post.write(amelie, Message_ID="<first@x.example>")
    assert first.ticket is not None
    assert joined(post.write(amelie, "J’oubliais…", In_Reply_To="<first@x.example>"), first.ticket)


def test_a_reference_in_the_subject_is_enough_for_the_requester(post: Post, amelie: Person, ticket: Ticket) -> None:
    spoken = ticket.reference.replace("-", " ").lower()
    assert joined(post.write(amelie, Subject=f"RE: [{ticket.reference}] suite"), ticket)
    assert joined(post.write(amelie, "Encore", Subject=f"au sujet de {spoken}"), ticket)


def test_a_follower_joins(post: Post, amelie: Person, ticket: Ticket) -> None:
    rachel = builders.person(post.desk.organisation, cast.RACHEL)
    actions.watch(ticket, person=rachel, actor=amelie, now=builders.NOW)
    assert joined(post.write(rachel, Subject=ticket.reference), ticket)


def test_a_colleague_joins_by_answering_to_all_but_not_by_guessing(post: Post, amelie: Person) -> None:
    first = post.write(amelie, Message_ID="<all@x.example>")
    assert first.ticket is not None
    rachel = builders.person(post.desk.organisation, cast.RACHEL)
    assert joined(post.write(rachel, "Moi aussi", References="<all@x.example>"), first.ticket)
    assert mentions(post.write(rachel, "Et moi ?", Subject=f"Re: {first.ticket.reference}"), first.ticket)


def test_where_only_participants_may_join_a_colleague_does_not(post: Post, amelie: Person) -> None:
    post.box.joins = "participants"
    post.box.save()
    first = post.write(amelie, Message_ID="<closed@x.example>")
    assert first.ticket is not None
    rachel = builders.person(post.desk.organisation, cast.RACHEL)
    assert mentions(post.write(rachel, References="<closed@x.example>"), first.ticket)


@pytest.mark.parametrize("mark", ["token", "known", "subject"])
def test_a_stranger_never_joins_and_is_never_dropped(post: Post, amelie: Person, mark: str) -> None:
    first = post.write(amelie, Message_ID="<mine@x.example>")
    assert first.ticket is not None
    headers = {
        "token": {"References": ours(first.ticket, amelie)},
        "known": {"References": "<mine@x.example>"},
        "subject": {"Subject": f"Re: {first.ticket.reference}"},
    }[mark]
    # The second time there is a record of them: having written to us makes nobody a colleague.
    for _time in range(2):
        contact = post.write("noreply@service.example", "Your code is 123456", **headers)
        assert mentions(contact, first.ticket)
        assert not first.ticket.messages.exists()
    # What a service sends to a reply address is not for the requester whose address it is.
    assert contact.ticket not in Ticket.objects.visible_to(amelie)


def test_a_person_of_another_client_never_joins(post: Post, amelie: Person, ticket: Ticket) -> None:
    client = builders.organisation(served_by=post.desk.organisation)
    emily = builders.person(client, cast.EMILY)
    assert mentions(post.write(emily, References=ours(ticket, amelie)), ticket)


@pytest.mark.parametrize("mark", ["someone-else-s-token", "known", "subject"])
def test_a_forged_agent_never_speaks_to_the_requester(post: Post, amelie: Person, mark: str) -> None:
    nadia = builders.agent(post.desk)
    first = post.write(amelie, Message_ID="<help@x.example>")
    assert first.ticket is not None
    headers = {
        "someone-else-s-token": {"References": ours(first.ticket, amelie)},
        "known": {"References": "<help@x.example>"},
        "subject": {"Subject": f"Re: [{first.ticket.reference}]"},
    }[mark]
    contact = post.write(nadia, "Votre mot de passe, s’il vous plaît.", **headers)
    assert (contact.outcome, contact.reason, contact.mentions_id) == (
        Outcome.QUARANTINE, reasons.UNPROVEN, first.ticket.pk,
    )  # fmt: skip
    assert not first.ticket.messages.exists()


def test_an_agent_s_own_token_lets_them_answer_by_mail(post: Post, amelie: Person, ticket: Ticket) -> None:
    nadia = builders.agent(post.desk)
    contact = post.write(nadia, "Bonjour Amélie.", References=ours(ticket, nadia))
    assert joined(contact, ticket)
    assert contact.reply is not None
    assert contact.reply.from_desk


def test_a_tampered_token_says_nothing(post: Post, amelie: Person, ticket: Ticket) -> None:
    token = tokens.issue(key=key(), ticket=ticket.pk, person=amelie.pk)
    changed = ("a" if token[0] != "a" else "b") + token[1:]
    contact = post.write(amelie, References=tokens.message_id(token=changed, unique="1", domain="guichet.example"))
    assert (contact.outcome, contact.mentions_id) == (Outcome.TICKET, None)


def test_another_desk_s_ticket_is_not_there(post: Post) -> None:
    other = Post()
    foreign = builders.ticket(builders.person(other.desk.organisation, cast.EMILY))
    contact = post.write("a@b.example", Subject=foreign.reference)
    assert (contact.outcome, contact.mentions_id) == (Outcome.TICKET, None)


def test_an_ended_ticket_opens_again(post: Post, amelie: Person, ticket: Ticket) -> None:
    actions.cancel(ticket, reason="Plus besoin", actor=amelie, now=builders.NOW)
    assert joined(post.write(amelie, "Finalement si.", Subject=ticket.reference), ticket)
    ticket.refresh_from_db()
    assert ticket.state == "open"


def test_only_the_new_part_is_said_and_the_whole_stays(post: Post, amelie: Person, ticket: Ticket) -> None:
    body = "Oui, toujours.\n\nLe 18 nov. 2025 à 09:12, Nadia <n@x.example> a écrit :\n> Est-ce encore le cas ?\n"
    contact = post.write(amelie, body, References=ours(ticket, amelie))
    assert contact.reply is not None
    assert contact.reply.body == "Oui, toujours."
    assert "Est-ce encore le cas" in contact.text


def test_who_was_met_by_mail_joins_colleagues_once_a_manager_has_confirmed_them(post: Post, amelie: Person) -> None:
    first = post.write(amelie, Message_ID="<mine@x.example>")
    assert first.ticket is not None
    own = post.write("lea@ailleurs.example", Message_ID="<own@x.example>")
    assert own.ticket is not None
    lea = own.ticket.requester
    assert lea.unconfirmed
    # Their own conversation is theirs.
    assert joined(post.write(lea, In_Reply_To="<own@x.example>"), own.ticket)
    assert mentions(post.write(lea, In_Reply_To="<mine@x.example>"), first.ticket)
    saved = {
        "person": lea, "organisation": lea.organisation, "name": "Léa", "email": lea.email, "phone": "",
        "job_title": "", "badge": "", "site": None, "language": "fr", "time_zone": "", "expertise": "general",
        "availability": "", "skills": [],
    }  # fmt: skip
    manager = builders.manager(post.desk)
    people.save_person(**saved, desk=post.desk.organisation, actor=manager, now=builders.NOW)
    assert joined(post.write(lea, "Encore", In_Reply_To="<mine@x.example>"), first.ticket)


@pytest.mark.parametrize("taken_up", ["account", "role"])
def test_an_account_or_a_role_confirms_too(post: Post, taken_up: str) -> None:
    lea = post.write("lea@ailleurs.example").ticket
    assert lea is not None
    by = {"desk": post.desk.organisation, "actor": builders.manager(post.desk), "now": builders.NOW}
    if taken_up == "account":
        people.invite(person=lea.requester, **by)
    else:
        people.set_roles(person=lea.requester, organisation=post.desk.organisation, kinds=["contact"], **by)
    assert not Person.objects.get(pk=lea.requester_id).unconfirmed
