"""A ticket's clocks for programs."""

from __future__ import annotations

from guichet.tickets import actions
from tests import builders
from tests.api.conftest import World
from tests.tickets.stage import later


def test_each_clock_with_its_stretches(world: World) -> None:
    agent, requester = world.agent.person, world.requester.person
    assert agent is not None and requester is not None
    ticket = builders.ticket(requester)
    actions.reply(ticket, body="Nous regardons.", actor=agent, now=later(60))
    answer = world.agent.get(f"/tickets/{ticket.reference}/clocks")
    assert answer.status_code == 200
    told = {clock["measure"]: clock for clock in answer.json()}
    first = told["first_response"]
    assert (first["state"], first["counted_seconds"], first["by"]) == ("kept", 3600, None)
    assert first["left_seconds"] == 60 * first["minutes"] - 3600
    assert [(s["counts"], s["seconds"]) for s in first["stretches"]] == [(True, 3600)]
    assert told["next_update"]["state"] == "late"
    # What somebody does later says so.
    actions.override_severity(ticket, severity="S1", reason="Tout est arrêté", actor=agent, now=later(90))
    clocks = world.agent.get(f"/tickets/{ticket.reference}/clocks").json()
    assert [(c["measure"], c["state"]) for c in clocks if c["replaced_at"]] == [("next_update", "replaced")]
    anew = next(c for c in clocks if c["reason"])
    assert (anew["measure"], anew["by"]["id"], anew["reason"]) == ("next_update", agent.pk, "S3 → S1 : Tout est arrêté")


def test_the_desk_reads_them(world: World) -> None:
    url = f"/tickets/{world.ticket.reference}/clocks"
    assert world.requester.get(url).status_code == 403
    assert world.stranger.get(url).status_code == 404
