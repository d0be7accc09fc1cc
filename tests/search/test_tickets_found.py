"""Tickets, what is said on them, problems, major incidents and people: found as the actions wrote them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from guichet.people.known import now_known
from guichet.people.models import Person
from guichet.search.asking import Hit, ask
from guichet.search.models import Entry
from guichet.search.writing import put_all
from guichet.tickets import actions, findable, findable_beside, major, problems
from guichet.tickets.major_frame import Touched, Words
from guichet.tickets.models import Channel, Message, Ticket
from tests import builders, cast
from tests.builders import NOW
from tests.tickets.stage import Stage, later


@pytest.fixture
def stage(db: Any) -> Stage:
    return Stage()


def hits(line: str, person: Person, **how: Any) -> list[Hit]:
    return ask(line, person=person, **how).hits


def references(line: str, person: Person, **how: Any) -> set[str]:
    return {hit.shown.reference for hit in hits(line, person, **how)}


def test_accents_endings_and_references(stage: Stage) -> None:
    said = {"title": "L’imprimante du rez-de-chaussée", "description": "Elle bourre à chaque page"}
    ticket = stage.ticket(**said, asset="PC-214")
    stage.ticket(title="Téléphone", description="Muet depuis hier")
    for line in ("imprimantes", "IMPRIMANTE", "rez-de-chaussee", "bourrer page", "pc-214", ticket.reference,
                 ticket.reference.lower().replace("-", " ")):  # fmt: skip
        assert references(line, stage.agent) == {ticket.reference}, line
    assert references("imprim", stage.agent, as_you_type=True) == {ticket.reference}


def test_each_thing_that_is_said_is_found_and_opens_its_ticket(stage: Stage) -> None:
    ticket, by = stage.ticket("open"), {"actor": stage.agent, "now": later(2)}
    actions.reply(ticket, body="Essayez la passerelle zéphyr.", **by)
    actions.note(ticket, body="Elle parle de kumquats.", **by)
    supposed = actions.suppose(ticket, text="Mangrove saturée", **by)
    actions.judge(supposed, state="confirmed", evidence="Vu au baobab", **by)
    tried = actions.attempt(ticket, kind="fix", text="Tapioca remplacé", **by)
    actions.test_attempt(tried, test="Avec un quetzal", result="worked", **by)
    actions.recategorise(ticket, title="Narval égaré", **by)
    for word, kind in (
        ("zephyr", "message"), ("kumquat", "note"), ("mangrove", "hypothesis"), ("baobab", "hypothesis"),
        ("tapioca", "attempt"), ("quetzal", "attempt"), ("narval", "ticket"),
    ):  # fmt: skip
        (hit,) = hits(word, stage.agent)
        assert (hit.shown.reference, hit.part.kind) == (ticket.reference, kind), word
        marked = [piece.text for piece in (*hit.title, *hit.pieces) if piece.hit]
        assert marked, word


def test_a_mail_that_leaves_the_conversation_leaves_what_is_found_in_public(stage: Stage) -> None:
    ticket = stage.ticket("open")
    by = {"actor": stage.requester, "now": later(2)}
    sent = actions.reply(ticket, body="Mot de passe : xylophone", channel=Channel.MAIL, **by)
    assert hits("xylophone", stage.requester)
    actions.withdraw(ticket, message=sent, actor=stage.agent, now=later(3))
    assert not hits("xylophone", stage.requester)
    assert [hit.part.kind for hit in hits("xylophone", stage.agent)] == ["note"]


def test_problems_and_major_incidents(stage: Stage) -> None:
    by = {"actor": stage.agent, "now": NOW}
    problem = problems.open_problem(desk=stage.desk.organisation, title="Le wombat redémarre", **by)
    problems.state_cause(problem, cause="Alimentation de l’ornithorynque", **by)
    problems.work_around(problem, text="Débrancher le tatou", expires_at=NOW + timedelta(days=3), **by)
    for line in ("wombat", "ornithorynque", "tatou", problem.reference):
        assert references(line, stage.agent) == {problem.reference}, line
        assert not hits(line, stage.requester)
    problems.withdraw_workaround(problem, **by)
    assert not hits("tatou", stage.agent)
    grave = builders.ticket(stage.requester, impact="everyone", urgency="stopped")
    declared = major.declare(grave, words=Words(title_fr="Panne du narguilé"), touched=Touched(), **by)
    major.note(declared, body="Le pangolin a fondu", **by)
    major.tell(declared, text_fr="Nous remplaçons le tamanoir.", **by)
    for line in ("narguilé", "pangolin", "tamanoir", declared.reference):
        assert declared.reference in references(line, stage.agent), line
        assert not hits(line, stage.requester)


def test_people_by_name_address_and_number(stage: Stage) -> None:
    someone = builders.person(stage.desk.organisation, cast.GENEVIEVE, phone="+1 (819) 555-0187")
    for line in (someone.name, "genevieve", someone.email, "819 555-0187", "8195550187", "+1 819-555-0187"):
        assert someone.name in [hit.shown.title for hit in hits(line, stage.agent, kinds=["person"])], line
        assert not hits(line, stage.requester, kinds=["person"])
        assert not hits(line, stage.stranger, kinds=["person"])
        assert not hits(line, stage.provider, kinds=["person"])
    someone.name = "Ursule Zygomatique"
    someone.save()
    now_known([someone])
    assert [hit.shown.title for hit in hits("zygomatique", stage.agent)] == [someone.name]


def test_filters_leave_what_they_say(stage: Stage) -> None:
    mine = stage.ticket(title="Marmotte un", description="x")
    other = stage.ticket("resolved", title="Marmotte deux", description="x", requester=stage.neighbour)
    actions.assign(mine, to=stage.colleague, actor=stage.agent, now=later(3))
    agent = stage.agent
    expected = {
        "marmotte": {mine, other},
        "marmotte état:ouvert": {mine},
        "marmotte state:resolved": {other},
        "marmotte -état:résolu": {mine},
        "marmotte de:rachel": {other},
        "marmotte à:moi": {other},
        f"marmotte sévérité:{mine.severity}": {t for t in (mine, other) if t.severity == mine.severity},
        f'marmotte équipe:"{mine.team.name}"': {t for t in (mine, other) if t.team_id == mine.team_id},
        "marmotte avant:2025-01-01": set(),
        "marmotte après:2025-01-01": {mine, other},
        "marmotte type:article": set(),
        "état:ouvert": {mine},
        "marmotte état:ouvert état:résolu": {mine, other},
        "marmotte état:ouvert état:résolu de:rachel": {other},
    }
    for line, tickets in expected.items():
        assert references(line, agent) == {t.reference for t in tickets}, line
    assert ask("marmotte lieu:atlantide", person=agent).not_understood == ["lieu:atlantide"]


def test_rebuilding_says_what_the_actions_said(stage: Stage) -> None:
    ticket, by = stage.ticket("resolved"), {"actor": stage.agent, "now": later(5)}
    actions.note(ticket, body="Une note", **by)
    problems.open_problem(desk=stage.desk.organisation, title="Un problème", **by)
    grave = builders.ticket(stage.requester, impact="everyone", urgency="stopped")
    declared = major.declare(grave, words=Words(title_fr="Panne"), touched=Touched(), **by)
    major.note(declared, body="Une note", **by)
    rows = list(Entry.objects.values_list("kind", "subject", "part", "inside", "organisation", "words", "titled"))
    written = {row[:3]: row for row in rows}
    Entry.objects.all().delete()
    for registered in (findable.TICKETS, *findable_beside.BESIDE):
        put_all(registered.everything(0))
    again = Entry.objects.values_list("kind", "subject", "part", "inside", "organisation", "words", "titled")
    assert {row[:3]: row for row in again} == written


def test_the_index_costs_an_action_no_round_trip(stage: Stage, django_assert_max_num_queries: Any) -> None:
    ticket = stage.ticket("open")
    actions.note(ticket, body="a", actor=stage.agent, now=later(1))
    before = Message.objects.count()
    with django_assert_max_num_queries(8):
        actions.note(ticket, body="Une note sur le kumquat", actor=stage.agent, now=later(2))
    assert Message.objects.count() == before + 1
    assert Ticket.objects.matching("kumquat", person=stage.agent).get() == ticket
