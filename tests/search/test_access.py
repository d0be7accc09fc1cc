"""Who may find what: never more than they may open, whatever the line says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guichet.lib.errors import Refused
from guichet.people.models import Person
from guichet.search.asking import ask
from guichet.tickets import actions, findable
from guichet.tickets.models import Ticket
from tests import builders, cast
from tests.builders import NOW
from tests.security.payloads import SQL
from tests.tickets.stage import Stage, later


@pytest.fixture
def stage(db: Any) -> Stage:
    return Stage()


def found(line: str, person: Person, **how: Any) -> set[int]:
    return {hit.subject for hit in ask(line, person=person, kinds=["ticket"], **how).hits}


def test_the_desks_own_words_are_never_found_outside(stage: Stage) -> None:
    ticket, by = stage.ticket("open"), {"actor": stage.agent, "now": later(2)}
    actions.note(ticket, body="Canari de la note", **by)
    actions.suppose(ticket, text="Canari de l’hypothèse", **by)
    actions.attempt(ticket, kind="fix", text="Canari de la tentative", **by)
    actions.watch(ticket, person=stage.neighbour, **by)
    for outside in (stage.requester, stage.neighbour, stage.contact, stage.stranger, stage.provider):
        for line in ("canari", "canar", "note canari", '"canari de la note"', "canari type:note", "type:note"):
            for as_you_type in (False, True):
                assert not found(line, outside, as_you_type=as_you_type), (outside, line)
    assert found("canari", stage.agent) == {ticket.pk}
    # What the ticket itself says, they find; its excerpt is of that.
    (hit,) = ask("imprimante", person=stage.requester).hits
    assert "anari" not in "".join(piece.text for piece in hit.pieces)


def test_each_finds_what_they_see(stage: Stage) -> None:
    client = builders.client_of(stage.desk)
    theirs = builders.ticket(builders.person(client, cast.EMILY))
    speaker = builders.contact(client, cast.SOPHIE)
    own, at_provider = stage.ticket(), stage.at_provider()
    elsewhere = builders.ticket(builders.person(stage.elsewhere.organisation, cast.PRIYA))
    everything = {theirs, own, at_provider, elsewhere}
    people = (stage.agent, stage.manager, stage.requester, stage.neighbour, stage.stranger, stage.provider, speaker,
              theirs.requester, elsewhere.requester)  # fmt: skip
    for person in people:
        seen = set(Ticket.objects.visible_to(person).filter(pk__in=[t.pk for t in everything]))
        assert found("imprimante", person) == {t.pk for t in seen}, person
        for ticket in everything - seen:
            assert not found(ticket.reference, person), (person, ticket)


def test_a_person_of_many_tickets_finds_them_all(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    own = {stage.ticket().pk for _n in range(3)}
    stage.ticket(requester=stage.neighbour)
    assert found("imprimante", stage.requester) == own
    monkeypatch.setattr(findable, "_NAMED", 1)
    assert found("imprimante", stage.requester) == own


def test_names_of_places_and_teams_elsewhere_mean_nothing(stage: Stage) -> None:
    """A filter is understood only where its value may be known: else it would tell that there is such a thing."""
    hidden = stage.elsewhere.organisation.name
    stage.ticket()
    said = [ask(f'{key}:"{value}"', person=person).not_understood
            for person in (stage.agent, stage.requester)
            for key, value in (("organisation", hidden), ("organisation", "n’existe pas"))]  # fmt: skip
    assert all(said)


def test_cursors_are_for_one_line_and_never_made_up(stage: Stage) -> None:
    for _n in range(4):
        stage.ticket()
    first = ask("imprimante", person=stage.agent, kinds=["ticket"], size=2)
    second = ask("imprimante", person=stage.agent, kinds=["ticket"], size=2, after=first.next)
    assert not {h.subject for h in first.hits} & {h.subject for h in second.hits}
    assert len(second.hits) == 2
    for cursor in ("x", first.next[:-1], first.next + "x", "'; --"):
        with pytest.raises(Refused):
            ask("imprimante", person=stage.agent, after=cursor)
    with pytest.raises(Refused):
        ask("toner", person=stage.agent, after=first.next)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(line=st.one_of(st.sampled_from(SQL), st.text(max_size=40), st.lists(st.sampled_from(
    ['"', "-", "état:", "site:x", "imprimante", "après:hier", "de:moi", "*", "\x00", "%", "type:note", "G-"]
), max_size=6).map(" ".join)), as_you_type=st.booleans())  # fmt: skip
def test_no_line_is_too_odd_and_none_finds_more(stage: Stage, line: str, as_you_type: bool) -> None:
    ticket = Ticket.objects.first() or builders.ticket(stage.requester, now=NOW)
    assert found(line, stage.agent, as_you_type=as_you_type) <= {ticket.pk}
    assert not found(line, stage.stranger, as_you_type=as_you_type)
