"""Finding tickets by words or reference, what is overdue; drafts and presence."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guichet.lib import references
from guichet.lib.errors import Refused
from guichet.people.models import Person
from guichet.tickets import drafts, jobs, presence
from guichet.tickets.models import Draft, Ticket
from tests import builders
from tests.builders import NOW
from tests.tickets.stage import Stage, history, later, sound


def found(text: str, person: Person) -> set[Ticket]:
    return set(Ticket.objects.matching(text, person=person))


def test_words_as_people_write_them(stage: Stage) -> None:
    ticket = stage.ticket(title="L’imprimante du rez-de-chaussée", description="Œuvre d’été au Wi-Fi", asset="PC-214")
    other = stage.ticket(title="Téléphone", description="Muet", requester=stage.neighbour)
    for text in (
        "imprimante", "IMPRIM", "l'imprimante", "l’imprimante", "chaussee", "rez-de-chaussée", "oeuvre été", "wi-fi",
        "pc-214", "amelie bouchard", "wi fi imprimante",
    ):  # fmt: skip
        assert found(text, stage.agent) == {ticket}, text
    assert found("muet", stage.agent) == {other}
    for nothing in ("", "  ", "!!!", "imprimante muet", "'", "\x00"):
        assert found(nothing, stage.agent) == set()


def test_a_reference_however_it_is_spelled(stage: Stage) -> None:
    ticket, _other = stage.ticket(), stage.ticket()
    bare = ticket.reference.removeprefix("G-")
    for text in (ticket.reference, bare.lower(), f"g {bare[:2]}-{bare[2:]}", f" {ticket.reference}\n", f"g{bare[:4]}"):
        assert ticket in found(text, stage.agent), text
    assert found(ticket.reference, stage.agent) == {ticket}


def test_a_word_that_is_a_reference_by_accident_is_found_as_a_word(stage: Stage) -> None:
    assert references.parse("fracta")
    ticket = stage.ticket(description="Le logiciel Fracta plante")
    assert found("fracta", stage.agent) == {ticket}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=30) | st.text(":*&|!()<->'\"\\ ab½²٣", max_size=12))
def test_no_text_is_too_odd_to_look_for(stage: Stage, text: str) -> None:
    assert found(text, stage.agent) == set()


def test_overdue_is_what_the_desk_owes(stage: Stage) -> None:
    tickets = {state: stage.ticket(state) for state in ("new", "open", "on_hold", "resolved", "closed", "cancelled")}
    far = NOW + timedelta(days=60)
    assert set(Ticket.objects.overdue(now=far)) == {tickets["new"], tickets["open"], tickets["on_hold"]}
    assert not Ticket.objects.overdue(now=NOW).exists()
    due = tickets["new"].promise_due_at
    assert tickets["new"] not in Ticket.objects.overdue(now=due)
    assert tickets["new"] in Ticket.objects.overdue(now=due + timedelta(seconds=1))


def test_the_jobs_wake_and_close_what_is_due(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = {state: stage.ticket(state) for state in ("on_hold", "resolved", "open")}
    answer_owed = stage.ticket("resolved")
    from guichet.tickets import actions

    actions.reply(answer_owed, body="Presque", actor=stage.requester, now=later(5))
    for now, states in ((later(10), ("on_hold", "resolved")), (NOW + timedelta(days=9), ("open", "closed"))):
        monkeypatch.setattr(jobs.timezone, "now", lambda now=now: now)
        woken, closed = jobs.wake_due.func(0), jobs.close_silent.func(0)
        changed = states == ("open", "closed")
        assert (woken, closed) == (int(changed), int(changed))
        assert (stage.again(tickets["on_hold"]).state, stage.again(tickets["resolved"]).state) == states
    assert stage.again(answer_owed).state == "resolved"
    assert [e.actor for e in history(tickets["on_hold"])][-1] is None
    for ticket in tickets.values():
        sound(ticket)


def test_drafts_are_kept_until_sent(stage: Stage) -> None:
    keep = {"person": stage.agent, "key": "reply:G-7K4M2"}
    drafts.save(**keep, body={"body": "Bonj\x00our\ud800", "list": ["a", 1]}, now=NOW)
    drafts.save(**keep, body={"body": "Bonjour"}, now=later(1))
    assert drafts.load(**keep) == {"body": "Bonjour"}
    assert drafts.load(person=stage.colleague, key=keep["key"]) == {}
    assert Draft.objects.count() == 1
    assert (drafts.discard(**keep), drafts.discard(**keep), drafts.load(**keep)) == (True, False, {})


@pytest.mark.parametrize("key", ["", "x" * 61, "a\x00b", "a\nb", "\ud800"])
def test_a_key_that_no_form_has(stage: Stage, key: str) -> None:
    with pytest.raises(Refused):
        drafts.save(person=stage.agent, key=key, body={}, now=NOW)
    assert drafts.load(person=stage.agent, key=key) == {}
    assert drafts.discard(person=stage.agent, key=key) is False


def test_a_draft_has_a_size_and_an_age(stage: Stage) -> None:
    with pytest.raises(Refused):
        drafts.save(person=stage.agent, key="k", body={"body": "x" * 1_000_001}, now=NOW)
    drafts.save(person=stage.agent, key="k", body={"body": "\x00"}, now=NOW)
    assert drafts.forget_old(now=NOW + timedelta(days=30)) == 0
    assert drafts.forget_old(now=NOW + timedelta(days=30, seconds=1)) == 1


def test_who_else_is_there(stage: Stage) -> None:
    ticket = builders.ticket(stage.requester)
    here = {"ticket": ticket, "person": stage.agent, "now": NOW}
    presence.touch(ticket=ticket, person=stage.agent, writing=False, now=NOW)
    presence.touch(ticket=ticket, person=stage.colleague, writing=True, now=NOW)
    presence.touch(ticket=ticket, person=stage.technician, writing=False, now=NOW - timedelta(seconds=61))
    assert [(p.person, p.writing) for p in presence.others(**here)] == [(stage.colleague, True)]
    presence.touch(ticket=ticket, person=stage.colleague, writing=False, now=NOW)
    assert [p.writing for p in presence.others(**here)] == [False]
    presence.leave(ticket=ticket, person=stage.colleague)
    presence.leave(ticket=ticket, person=stage.colleague)
    assert presence.others(**here) == []
