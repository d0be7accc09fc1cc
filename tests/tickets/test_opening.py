"""Opening: the reference and the promise at once; what can't be is refused before anything is written."""

from datetime import timedelta

import pytest

from guichet.activity.models import Event
from guichet.lib import references
from guichet.people.models import Organisation
from guichet.sla.usual import Figures, set_usual
from guichet.tickets.actions import open_ticket
from guichet.tickets.models import ResponsePolicy, SeverityMatrix, Ticket
from guichet.tickets.severity import DEFAULT
from tests import builders
from tests.builders import NOW
from tests.tickets.stage import Stage, heard_of, history, refuses, sound


def opened(stage: Stage, **fields: object) -> Ticket:
    values: dict[str, object] = {
        "organisation": stage.desk.organisation, "requester": stage.requester, "actor": stage.requester, "now": NOW,
        "team": stage.desk.front, "description": "Rien ne va", "impact": "person", "urgency": "hampered", **fields,
    }  # fmt: skip
    return open_ticket(**values)


def test_what_is_there_at_once(stage: Stage) -> None:
    ticket = opened(stage, description="  L’écran\r\nest noir  ", facts={"since": "hier", "moon": "full", "steps": " "})
    row = stage.again(ticket)
    assert references.parse(row.reference) == row.reference
    assert (row.state, row.version, row.severity, row.level) == ("new", 1, "S4", stage.desk.levels["N1"])
    assert (row.title, row.description, row.facts) == ("L’écran est noir", "L’écran\nest noir", {"since": "hier"})
    # Eight working hours from Tuesday 10:00 with a desk open from 8:00 to 17:00: Wednesday 9:00.
    assert (row.promise_kind, row.promise_due_at) == ("first_answer", NOW + timedelta(hours=23))
    assert (row.opened_at, row.received_at, row.answered_at) == (NOW, NOW, None)
    event = history(row)[0]
    assert (event.verb, event.number, event.previous_hash, event.actor) == ("ticket.opened", 1, "", stage.requester)
    assert event.data["promise"]["kind"] == "first_answer"
    sound(row)


@pytest.mark.parametrize("description", ["&nbsp;", "&#10;", "&#x202e;", "-", "😀"])
def test_a_ticket_always_has_a_title(stage: Stage, description: str) -> None:
    assert opened(stage, description=description).title.strip()


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"description": " \n\x00 "}, "required", "description"),
        ({"description": "x" * 20_001}, "too_long", "description"),
        ({"impact": "galaxy"}, "unknown_choice", "impact"),
        ({"urgency": ""}, "unknown_choice", "urgency"),
        ({"kind": "problem"}, "unknown_choice", "kind"),
        ({"channel": "pigeon"}, "unknown_choice", "channel"),
        ({"facts": {"steps": "x" * 4001}}, "too_long", "steps"),
    ],
)
def test_what_is_refused(stage: Stage, fields: dict[str, object], code: str, field: str) -> None:
    with refuses(code, field=field):
        opened(stage, **fields)


def test_odd_text_is_cleaned_wherever_it_stands(stage: Stage) -> None:
    odd = "a\x00b\ud800\u202ec"
    ticket = opened(stage, title=odd, description=odd, asset=odd, facts={"steps": odd}, answers={"why": odd, "n": 3})
    row = stage.again(ticket)
    assert row.title == row.description == row.asset == row.facts["steps"] == row.answers["why"] == "abc"
    assert row.answers["n"] == 3


def test_for_whom_one_may_open(stage: Stage) -> None:
    client = builders.client_of(stage.desk)
    theirs, contact = builders.person(client), builders.contact(client)
    assert opened(stage, actor=stage.agent).reporter == stage.agent
    assert opened(stage, organisation=client, requester=theirs, actor=stage.agent).desk == stage.desk.organisation
    assert opened(stage, organisation=client, requester=theirs, actor=contact).reporter == contact
    for nobody in (stage.neighbour, stage.stranger, stage.provider):
        with refuses("not_for_others", status=403):
            opened(stage, actor=nobody)
    with refuses("not_for_others", status=403):
        opened(stage, organisation=client, requester=theirs, actor=stage.contact)
    with refuses("foreign", field="requester"):
        opened(stage, requester=theirs, actor=stage.agent)
    with refuses("foreign", field="team"):
        opened(stage, team=stage.elsewhere.front)


def test_the_matrix_of_the_organisation_or_of_its_desk(stage: Stage) -> None:
    client = builders.client_of(stage.desk)
    theirs = builders.person(client)

    def severity() -> str:
        fresh = Organisation.objects.get(pk=client.pk)
        return opened(stage, organisation=fresh, requester=theirs, actor=theirs).severity

    def grave(cell: str) -> dict[str, dict[str, str]]:
        return {**{i: dict(r) for i, r in DEFAULT.items()}, "person": {**DEFAULT["person"], "hampered": cell}}

    assert severity() == "S4"
    SeverityMatrix.objects.create(organisation=stage.desk.organisation, cells=grave("S3"))
    assert severity() == "S3"
    SeverityMatrix.objects.create(organisation=client, cells=grave("S2"))
    assert severity() == "S2"


def test_the_gravest_is_told_to_management_once(stage: Stage) -> None:
    stage.everybody()
    ticket = opened(stage, impact="everyone", urgency="stopped")
    assert [e.verb for e in history(ticket)] == ["ticket.opened", "ticket.escalated"]
    assert heard_of(ticket, "ticket.escalated") == {stage.manager.pk}
    assert stage.again(ticket).promise_due_at == NOW + timedelta(minutes=15)
    made = ticket.hand_overs.get()
    assert (made.hierarchical, made.by, made.to_team_id) == (True, None, ticket.team_id)
    sound(ticket)


def test_the_desks_own_policy_decides(stage: Stage) -> None:
    ResponsePolicy.objects.create(
        organisation=stage.desk.organisation, severity="S4", text_fr="x", tells_management=True
    )
    set_usual(stage.desk.organisation, figures=[Figures("S4", 30, 60, around_the_clock=True)], now=NOW)
    stage.desk.organisation.__dict__.pop("_response_policies", None)
    ticket = opened(stage)
    assert ticket.promise_due_at == NOW + timedelta(minutes=30)
    assert Event.objects.filter(subject_id=ticket.pk, verb="ticket.escalated").count() == 1


def test_the_same_outside_key_makes_no_second_ticket(stage: Stage) -> None:
    from django.db import IntegrityError, transaction

    opened(stage, external_key="glpi:7")
    with pytest.raises(IntegrityError), transaction.atomic():
        opened(stage, external_key="glpi:7")
    assert Ticket.objects.count() == 1
    assert opened(stage, external_key=None).pk != opened(stage, external_key=None).pk
