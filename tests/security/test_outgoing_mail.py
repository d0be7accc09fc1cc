"""Mail that leaves: it says nothing that its reader may not read, adds no header, and wakes no machine."""

from __future__ import annotations

import pytest

from guichet.channels import ledger, readers
from guichet.channels.models import Contact, Mailbox, Outcome
from guichet.people.models import Account, Organisation
from guichet.tickets import actions
from guichet.tickets.models import Ticket
from tests.channels.mail.sink import Sink
from tests.notifications.post import both, sent, sink, stage
from tests.security.payloads import LINES
from tests.tickets.stage import Stage, later

__all__ = ["sink", "stage"]  # fixtures


def test_an_acknowledgement_repeats_nothing_that_was_written(stage: Stage, sink: Sink) -> None:
    """Else anybody could have us send their words to anybody."""
    ticket = stage.ticket("new", channel="mail", title="ACHETEZ", description="ACHETEZ-MOI https://piege.example/")
    Account.objects.filter(person=stage.requester).delete()
    stage.requester.name = "ACHETEZ ICI"
    stage.requester.save(update_fields=["name"])
    (mail,) = sent(sink)
    said = both(mail) + str(mail["Subject"])
    assert ticket.reference in said
    assert "ACHETEZ" not in mail.as_string() + said
    assert "piege.example" not in said


@pytest.mark.parametrize("line", LINES)
def test_no_field_adds_a_header(stage: Stage, sink: Sink, line: str) -> None:
    ticket = stage.ticket("open")
    Ticket.objects.filter(pk=ticket.pk).update(title=f"Panne{line}"[:200])
    stage.requester.name = f"Amélie{line}"[:120]
    stage.requester.save(update_fields=["name"])
    actions.reply(ticket, body=f"Bonjour{line}", actor=stage.agent, now=later(1))
    for mail in sent(sink):
        assert not {"bcc", "x-injected", "set-cookie"} & {name.lower() for name in mail}
        assert len(mail.get_all("To", [])) == len(mail.get_all("Subject", [])) == 1
        assert mail["To"].addresses[0].addr_spec == stage.requester.email


def test_notes_never_leave(stage: Stage, sink: Sink) -> None:
    ticket = stage.everybody().ticket("open")
    actions.watch(ticket, person=stage.neighbour, actor=stage.requester, now=later(1))
    actions.note(ticket, body="canari-interne", actor=stage.agent, now=later(2))
    actions.suppose(ticket, text="canari-interne", evidence="canari-interne", actor=stage.agent, now=later(3))
    actions.reply(ticket, body="Bonjour", actor=stage.agent, now=later(4))
    mails = sent(sink)
    assert mails
    assert not [mail for mail in mails if "canari" in mail.as_string()]


def test_what_we_sent_is_no_request_when_it_comes_back(stage: Stage, sink: Sink) -> None:
    """Forwarded to us by a rule of somebody's, or by another counter that answers as we do."""
    desk = Organisation.objects.get(pk=stage.ticket("new").desk_id)
    box = Mailbox.objects.create(organisation=desk, address="aide@retour.example")
    sent(sink)
    for _sender, _recipients, data in list(sink.taken):
        ledger.receive(raw=data, source_key=ledger.key_of("back", data), now=later(9), mailbox=box)
    before = Ticket.objects.count()
    readers.read_all()
    assert Contact.objects.exists()
    assert set(Contact.objects.values_list("outcome", flat=True)) == {Outcome.AUTOMATIC}
    assert Ticket.objects.count() == before
    assert sent(sink, at=later(9_000)) == []
