"""Taking, holding, promising, judging how grave and how soon; and handing over without gaining time."""

from datetime import timedelta

import pytest

from guichet.tickets import actions
from guichet.tickets.models import HandOver
from tests import builders
from tests.builders import NOW
from tests.tickets.stage import Stage, heard_of, history, later, refuses, sound


def test_taking_opens_and_keeps_the_first_answer_due(stage: Stage) -> None:
    ticket = stage.ticket()
    due = ticket.promise_due_at
    row = stage.again(actions.take(ticket, actor=stage.agent, now=later(10)))
    assert (row.state, row.assignee, row.received_at) == ("open", stage.agent, later(10))
    assert (row.promise_kind, row.promise_due_at) == ("first_answer", due)
    again = stage.again(actions.take(row, actor=stage.agent, now=later(20)))
    assert again.received_at == later(10)


def test_assigning_tells_who_has_it_now(stage: Stage) -> None:
    stage.everybody()
    ticket = stage.ticket()
    row = actions.assign(ticket, to=stage.colleague, actor=stage.agent, now=later(1))
    assert row.assignee == stage.colleague
    assert heard_of(ticket, "ticket.assigned") == {stage.colleague.pk}
    for outsider in (stage.requester, stage.stranger, stage.provider, stage.contact):
        with refuses("not_desk", field="to"):
            actions.assign(ticket, to=outsider, actor=stage.agent, now=later(2))


def test_releasing_gives_it_back_to_the_team(stage: Stage) -> None:
    row = actions.release(stage.ticket("open"), actor=stage.agent, now=later(5))
    assert (row.assignee, row.state, row.team, row.received_at) == (None, "open", stage.desk.front, later(5))


@pytest.mark.parametrize(
    ("reason", "kind", "theirs"),
    [
        ("requester", "requester", True),
        ("provider", "provider", False),
        ("appointment", "appointment", False),
        ("parts", "resume", False),
        ("change", "resume", False),
        ("other", "resume", False),
    ],
)
def test_a_hold_promises_who_moves_next(stage: Stage, reason: str, kind: str, theirs: bool) -> None:
    by = {"actor": stage.agent, "now": later(1)}
    row = actions.hold(stage.ticket(), reason=reason, note="Pièce 7", wake_at=later(90), **by)
    assert (row.state, row.promise_kind, row.promise_due_at) == ("on_hold", kind, later(90))
    assert row.promise_owner == (stage.requester if theirs else None)
    assert heard_of(row, "ticket.held") == {stage.requester.pk}
    sound(row)


def test_a_new_hold_replaces_the_one_that_runs(stage: Stage) -> None:
    ticket = stage.ticket("on_hold")
    actions.hold(ticket, reason="parts", wake_at=later(500), actor=stage.agent, now=later(10))
    first, second = ticket.holds.order_by("pk")
    assert (first.ended_at, second.ended_at, second.reason) == (later(10), None, "parts")
    assert "woke" not in history(ticket)[-1].data
    sound(ticket)


@pytest.mark.parametrize("minutes", [0, -1, 366 * 24 * 60 + 1])
def test_a_hold_and_a_promise_are_for_the_coming_year(stage: Stage, minutes: int) -> None:
    ticket = stage.ticket("open")
    by = {"actor": stage.agent, "now": NOW}
    with refuses("not_future", field="wake_at"):
        actions.hold(ticket, reason="parts", wake_at=later(minutes), **by)
    with refuses("not_future", field="due_at"):
        actions.promise(ticket, text="Je passe", due_at=later(minutes), **by)


def test_what_a_hold_needs(stage: Stage) -> None:
    ticket, by = stage.ticket("open"), {"actor": stage.agent, "now": NOW}
    with refuses("required", field="note"):
        actions.hold(ticket, reason="other", note=" \u202e ", wake_at=later(5), **by)
    with refuses("unknown_choice", field="reason"):
        actions.hold(ticket, reason="lunch", wake_at=later(5), **by)


def test_the_product_wakes_only_what_is_over(stage: Stage) -> None:
    ticket = stage.ticket("on_hold")
    with refuses("too_early", status=409):
        actions.wake(ticket, actor=None, now=later(60 * 24 - 1))
    row = actions.wake(ticket, actor=None, now=later(60 * 24))
    # Nobody has answered yet: the first answer is still owed, under its own name.
    assert (row.state, row.promise_kind) == ("open", "first_answer")
    assert row.promise_due_at > later(60 * 24)
    assert history(row)[-1].actor is None
    sound(row)


def test_a_promise_in_words(stage: Stage) -> None:
    ticket, by = stage.ticket("open"), {"actor": stage.agent, "now": later(1)}
    row = actions.promise(ticket, text=" Je\npasse  à 14 h ", due_at=later(60), owner=stage.colleague, **by)
    assert (row.promise, row.promise_who) == ("Je passe à 14 h", stage.colleague.name)
    assert heard_of(row, "ticket.promised") == {stage.requester.pk}
    actions.promise(ticket, text="Vous vérifiez", due_at=later(60), owner=stage.requester, **by)
    with refuses("required", field="text"):
        actions.promise(ticket, text="  ", due_at=later(60), **by)
    with refuses("too_long", field="text"):
        actions.promise(ticket, text="x" * 241, due_at=later(60), **by)
    for outsider in (stage.neighbour, stage.stranger):
        with refuses("not_desk", field="owner"):
            actions.promise(ticket, text="x", due_at=later(60), owner=outsider, **by)


def test_assessing_ends_an_override(stage: Stage) -> None:
    ticket, by = stage.ticket("open"), {"actor": stage.agent, "now": later(1)}
    row = actions.override_severity(ticket, severity="S2", reason="Examen demain", **by)
    assert (row.severity, row.severity_by, row.severity_reason) == ("S2", stage.agent, "Examen demain")
    row = actions.assess(ticket, impact="person", urgency="none", **by)
    assert (row.severity, row.severity_by, row.severity_reason) == ("S5", None, "")
    assert history(row)[-1].data["from"] == "S2"
    with refuses("unknown_choice", field="severity"):
        actions.override_severity(ticket, severity="S0", reason="x", **by)
    with refuses("required", field="reason"):
        actions.override_severity(ticket, severity="S1", reason=" ", **by)


def test_management_hears_of_each_upgrade_once(stage: Stage) -> None:
    stage.everybody()
    ticket, by = stage.ticket("open"), {"actor": stage.agent, "now": later(1)}

    def told() -> int:
        return sum(e.verb == "ticket.escalated" for e in history(ticket))

    actions.assess(ticket, impact="department", urgency="stopped", **by)
    assert told() == 0
    actions.assess(ticket, impact="everyone", urgency="stopped", **by)
    assert told() == 1
    assert heard_of(ticket, "ticket.escalated") == {stage.manager.pk}
    actions.assess(ticket, impact="everyone", urgency="blocked", **by)
    actions.override_severity(ticket, severity="S1", reason="Toujours", **by)
    assert told() == 1
    sound(ticket)


@pytest.mark.parametrize(("impact", "urgency"), [("everyone", "stopped"), ("person", "none"), ("group", "blocked")])
def test_the_first_answer_never_moves_later(stage: Stage, impact: str, urgency: str) -> None:
    ticket = stage.ticket()
    due = ticket.promise_due_at
    by = {"actor": stage.agent, "now": later(30)}
    row = actions.assess(ticket, impact=impact, urgency=urgency, **by)
    assert row.promise_kind == "first_answer" and row.promise_due_at <= due
    due = row.promise_due_at
    row = actions.hand_over(ticket, to_team=stage.desk.second, reason="time", **by)
    assert (row.promise_kind, row.promise_due_at) == ("first_answer", due)
    row = actions.take(ticket, actor=stage.technician, now=later(31))
    row = actions.release(ticket, actor=stage.technician, now=later(32))
    assert (row.promise_kind, row.promise_due_at) == ("first_answer", due)


def test_priority_has_author_and_reason(stage: Stage) -> None:
    ticket, by = stage.ticket("open"), {"actor": stage.agent, "now": later(1)}
    row = actions.prioritise(ticket, priority=1, reason="Paie", **by)
    assert (row.priority, row.priority_by, row.priority_reason) == (1, stage.agent, "Paie")
    assert (row.severity, row.level) == (ticket.severity, ticket.level)
    for wrong in (0, 5, -1, 10**12):
        with refuses("unknown_choice", field="priority"):
            actions.prioritise(ticket, priority=wrong, reason="x", **by)
    with refuses("required", field="reason"):
        actions.prioritise(ticket, priority=2, reason="", **by)


def test_correcting_what_it_is_about(stage: Stage) -> None:
    ticket, by = stage.ticket("open"), {"actor": stage.agent, "now": later(1)}
    row = actions.recategorise(ticket, title="Câble usé", asset="PC-214", kind="request", **by)
    assert (row.title, row.asset, row.kind) == ("Câble usé", "PC-214", "request")
    assert row in type(row).objects.matching("cable use pc-214", person=stage.agent)
    with refuses("nothing"):
        actions.recategorise(ticket, **by)
    with refuses("required", field="title"):
        actions.recategorise(ticket, title=" ", **by)
    from guichet.catalog.models import Category

    foreign = Category.objects.create(name_fr="Ailleurs", organisation=stage.elsewhere.organisation)
    with refuses("foreign", field="category"):
        actions.recategorise(ticket, category=foreign, **by)
    shared = Category.objects.create(name_fr="Partout", organisation=None)
    assert actions.recategorise(ticket, category=shared, **by).category == shared


def test_handing_over(stage: Stage) -> None:
    stage.everybody()
    ticket = stage.ticket("open")
    actions.reply(ticket, body="Je regarde", actor=stage.agent, now=later(2))
    row = actions.hand_over(
        ticket, to_team=stage.desk.second, reason="presence", note=" Câble\x00 ", actor=stage.agent, now=later(3)
    )
    assert (row.team, row.level, row.assignee) == (stage.desk.second, stage.desk.levels["N2"], None)
    assert (row.promise_kind, row.received_at, row.severity) == ("take_on", later(3), ticket.severity)
    made = HandOver.objects.get(ticket=ticket)
    assert (made.reason, made.note, made.by, made.hierarchical) == ("presence", "Câble", stage.agent, False)
    assert (made.from_team, made.to_team) == (stage.desk.front, stage.desk.second)
    assert heard_of(ticket, "ticket.handed_over") == {stage.technician.pk}
    row = actions.take(row, actor=stage.technician, now=later(4))
    assert row.promise_kind == "solve"


def test_what_a_hand_over_needs(stage: Stage) -> None:
    ticket, by = stage.ticket("open"), {"actor": stage.agent, "now": later(1)}
    second = stage.desk.second
    with refuses("unknown_choice", field="reason"):
        actions.hand_over(ticket, to_team=second, reason="", **by)
    with refuses("same_team", field="to_team"):
        actions.hand_over(ticket, to_team=stage.desk.front, reason="time", **by)
    with refuses("foreign", field="to_team"):
        actions.hand_over(ticket, to_team=stage.elsewhere.front, reason="time", **by)
    with refuses("foreign", field="to_level"):
        actions.hand_over(ticket, to_team=second, to_level=stage.elsewhere.levels["N2"], reason="time", **by)
    for outsider in (stage.requester, stage.stranger, stage.provider):
        with refuses("not_desk", field="to_person"):
            actions.hand_over(ticket, to_team=second, to_person=outsider, reason="time", **by)
    row = actions.hand_over(ticket, to_team=second, to_person=stage.technician, reason="time", **by)
    assert row.assignee == stage.technician
    row = actions.hand_over(ticket, to_team=stage.desk.teams["N3"], to_person=stage.provider, reason="provider", **by)
    assert row.assignee == stage.provider


def test_another_level_with_the_same_team_is_a_hand_over_too(stage: Stage) -> None:
    ticket = stage.ticket("open")
    row = actions.hand_over(
        ticket, to_team=stage.desk.front, to_level=stage.desk.levels["N2"], reason="competence",
        actor=stage.agent, now=later(1),
    )  # fmt: skip
    assert (row.team, row.level) == (stage.desk.front, stage.desk.levels["N2"])
    assert HandOver.objects.filter(ticket=ticket).count() == 1


def test_escalating_leaves_the_work_where_it_is(stage: Stage) -> None:
    stage.everybody()
    ticket = stage.ticket("open")
    row = actions.escalate(ticket, note="Trois\x00 rappels", actor=stage.agent, now=later(1))
    assert (row.team, row.level, row.promise_due_at) == (ticket.team, ticket.level, ticket.promise_due_at)
    assert HandOver.objects.get(ticket=ticket).note == "Trois rappels"
    assert heard_of(ticket, "ticket.escalated") == {stage.manager.pk}


def test_promises_of_a_client_follow_the_desks_hours(stage: Stage) -> None:
    """The desk decides when it is open, wherever the client is."""
    client = builders.client_of(stage.desk, time_zone="Europe/Brussels")
    evening = NOW + timedelta(hours=6, minutes=30)
    ticket = builders.ticket(builders.person(client), now=evening, impact="person")
    # S3: four working hours from 16:30 in Montréal, of which thirty minutes today.
    assert ticket.promise_due_at == NOW + timedelta(hours=25, minutes=30)
