"""What holds for all verbs alike: one event, who may, from which state, never on what somebody else changed."""

import pytest
from django.utils.translation import override

from guichet.people.models import Person
from guichet.tickets import actions, lifecycle, sentences
from guichet.tickets.models import Ticket
from guichet.tickets.sentences_guided import TELLERS as GUIDED
from guichet.tickets.sentences_major import TELLERS as MAJORS
from guichet.tickets.sentences_problems import TELLERS as PROBLEMS
from guichet.tickets.sentences_terms import TELLERS as TERMS
from guichet.tickets.timeline import timeline
from tests.tickets.stage import PEOPLE, STATES, Stage, history, later, records, refuses, snapshot, sound, undone
from tests.tickets.verbs import DESK, VERBS, gate, given


def right_actor(stage: Stage, name: str) -> Person:
    return stage.requester if VERBS[name].who == {"requester"} else stage.agent


@pytest.fixture
def tickets(stage: Stage) -> dict[str, Ticket]:
    """One ticket in each state, with a hypothesis and an attempt."""
    stage.everybody()
    made = {state: stage.ticket(state) for state in STATES}
    for ticket in made.values():
        given(ticket, "hypotheses")
        given(ticket, "attempts")
        given(ticket, "messages")
    return made


def test_the_table_knows_every_verb() -> None:
    # Sending back is a hand-over to whom one has it from: `test_send_back.py` has what is more to it.
    assert set(VERBS) == set(actions.__all__) - {"open_ticket", "send_back", "sender_of"}
    # Visits and appointments tell their way on the ticket's chain: tests/walkup has their verbs; and what comes of
    # problems and major incidents, of decision trees that are walked, and of policies that are applied to many
    # tickets, is tried in their own tests.
    others = {*PROBLEMS, *MAJORS, *TERMS, *GUIDED} - {"ticket.recategorised"}
    own = {verb for verb in sentences.VERBS if verb.startswith("ticket.")} - others
    assert {v.event for v in VERBS.values()} | {"ticket.opened"} == own
    assert {gate(name) for name in VERBS} | {"link"} == set().union(*(lifecycle.verbs(s) for s in STATES))


def test_each_records_exactly_one_event(stage: Stage, tickets: dict[str, Ticket]) -> None:
    for name, verb in VERBS.items():
        with undone(name):
            ticket, actor = tickets[verb.start], right_actor(stage, name)
            with records(ticket, verb.event, actor=actor, now=later(5)):
                verb.do(stage, ticket, {"actor": actor, "now": later(5), "source": "test:1"})
            row = stage.again(ticket)
            assert row.updated_at == later(5)
            assert history(ticket)[-1].source == "test:1"
            assert history(ticket)[-1].organisation_id == row.organisation_id


def test_who_may(stage: Stage, tickets: dict[str, Ticket]) -> None:
    for who in PEOPLE:
        role = "agent" if who == "colleague" else who
        for name, verb in VERBS.items():
            ticket = tickets[verb.start]
            by = {"actor": getattr(stage, who), "now": later(5)}
            with undone(f"{name} by {who}"):
                if role in verb.who:
                    verb.do(stage, ticket, by)
                    continue
                says = name in {"confirm", "refuse", "reopen", "cancel", "rate"}
                with refuses("not_requester" if says else "not_desk", status=403):
                    verb.do(stage, ticket, by)


def test_the_provider_treats_what_their_team_has(stage: Stage) -> None:
    ticket = stage.everybody().at_provider()
    given(ticket, "hypotheses")
    given(ticket, "attempts")
    given(ticket, "messages")
    for name, verb in VERBS.items():
        if verb.start in {"new", "open"} and verb.who >= DESK:
            with undone(name):
                verb.do(stage, ticket, {"actor": stage.provider, "now": later(5)})
                sound(ticket)


def test_what_somebody_else_changed_is_not_touched(stage: Stage, tickets: dict[str, Ticket]) -> None:
    for name, verb in VERBS.items():
        if not verb.expects:
            continue
        ticket = tickets[verb.start]
        with undone(name):
            current = stage.again(ticket).version
            for stale in (current - 1, current + 1, 0):
                with refuses("stale", status=412):
                    verb.do(stage, ticket, {"actor": stage.agent, "now": later(5), "expect": stale})
            verb.do(stage, ticket, {"actor": stage.agent, "now": later(5), "expect": current})
            assert stage.again(ticket).version == current + 1


@pytest.mark.parametrize("state", STATES)
def test_each_state_does_what_it_allows_and_refuses_the_rest(stage: Stage, state: str) -> None:
    ticket = stage.everybody().ticket(state)
    given(ticket, "hypotheses")
    given(ticket, "attempts")
    given(ticket, "messages")
    for name, verb in VERBS.items():
        by = {"actor": right_actor(stage, name), "now": later(5)}
        with undone(name):
            if lifecycle.may(gate(name), state=state):
                verb.do(stage, ticket, by)
                sound(ticket)
            else:
                with refuses("wrong_state", status=409):
                    verb.do(stage, ticket, by)


def test_each_is_told_as_a_sentence_in_both_languages(stage: Stage, tickets: dict[str, Ticket]) -> None:
    same, untold = [], []
    for name, verb in VERBS.items():
        with undone(name):
            ticket, actor = tickets[verb.start], right_actor(stage, name)
            verb.do(stage, ticket, {"actor": actor, "now": later(5)})
            told = {}
            for language in ("fr", "en"):
                with override(language):
                    told[language] = [e for e in timeline(ticket, for_desk=True) if e.verb == verb.event][-1]
            if verb.event in {"ticket.replied", "ticket.noted"}:
                assert told["fr"].html and told["fr"].kind in {"message", "note"}
                continue
            french, english = told["fr"].sentence, told["en"].sentence
            for sentence in (french, english):
                assert actor.name in sentence or stage.neighbour.name in sentence
                assert "%(" not in sentence and "None" not in sentence
                untold += [name] * (verb.event in sentence)
            same += [name] * (french == english)
    assert (untold, same) == ([], [])


def test_nothing_is_written_where_the_event_cannot_be(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half an action does not exist: should recording fail, what was done before it is undone."""
    from guichet.tickets.actions import change

    ticket = stage.ticket("open")
    before = snapshot()

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("no more disk")

    monkeypatch.setattr(change, "record", broken)
    for name in ("hold", "hand_over", "reply", "attempt", "suppose", "cancel", "watch"):
        with pytest.raises(RuntimeError):
            VERBS[name].do(stage, ticket, {"actor": stage.agent, "now": later(5)})
    assert snapshot() == before
