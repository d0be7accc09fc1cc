"""What the database itself refuses, whoever asks and however."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from guichet.tickets import actions
from tests.tickets.stage import STATES, Stage, later


def fails(statement: str, *values: object, constraint: str) -> None:
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    assert isinstance(error.value, IntegrityError)
    assert constraint in str(error.value)


@pytest.mark.parametrize("state", STATES)
def test_no_live_ticket_without_a_promise_and_no_ended_one_with(stage: Stage, state: str) -> None:
    ticket = stage.ticket(state)
    promise = "a_live_ticket_has_a_promise"
    if ticket.is_live:
        for lost in ("promise_due_at = NULL", "promise_kind = ''", "promise_kind = '', promise_due_at = NULL"):
            fails(f"UPDATE tickets_ticket SET {lost} WHERE id = %s", ticket.pk, constraint=promise)
        fails("UPDATE tickets_ticket SET state = 'cancelled' WHERE id = %s", ticket.pk, constraint=promise)
    else:
        fails(
            "UPDATE tickets_ticket SET promise_kind = 'solve', promise_due_at = now() WHERE id = %s",
            ticket.pk,
            constraint=promise,
        )
        fails("UPDATE tickets_ticket SET state = 'open' WHERE id = %s", ticket.pk, constraint=promise)


def test_other_rules_of_the_row(stage: Stage) -> None:
    ticket = stage.ticket("open")
    for change, constraint in (
        ("promise_kind = 'custom', promise_text = ''", "a_custom_promise_is_worded"),
        ("severity_reason = 'x'", "an_override_has_author_and_reason"),
        (f"severity_by_id = {stage.agent.pk}", "an_override_has_author_and_reason"),
        ("priority_reason = 'x'", "a_priority_set_has_author_and_reason"),
        (f"priority_by_id = {stage.agent.pk}", "a_priority_set_has_author_and_reason"),
        ("severity = 'S9'", "ticket_severity"),
        ("state = 'asleep'", "violates check constraint"),
        ("state = 'resolved'", "resolved_means_a_solution_or_a_reason"),
    ):
        fails(f"UPDATE tickets_ticket SET {change} WHERE id = %s", ticket.pk, constraint=constraint)


@pytest.mark.parametrize("state", ["resolved", "closed"])
def test_nothing_is_solved_without_a_solution_or_a_reason(stage: Stage, state: str) -> None:
    ticket = stage.ticket(state)
    rule = "resolved_means_a_solution_or_a_reason"
    fails("UPDATE tickets_ticket SET solution_id = NULL WHERE id = %s", ticket.pk, constraint=rule)
    fails("UPDATE tickets_ticket SET unsolved_reason = 'withdrawn' WHERE id = %s", ticket.pk, constraint=rule)


def test_one_hold_at_a_time_and_it_ends_later(stage: Stage) -> None:
    ticket = stage.ticket("on_hold")
    second = (
        "INSERT INTO tickets_hold (ticket_id, reason, note, by_id, started_at, wake_at) "
        "VALUES (%s, %s, '', NULL, now(), now() + %s::interval)"
    )
    fails(second, ticket.pk, "parts", "1 hour", constraint="one_current_hold")
    ticket.holds.update(ended_at=later(5))
    fails(second, ticket.pk, "parts", "0 hours", constraint="a_hold_wakes_later")
    fails(second, ticket.pk, "other", "1 hour", constraint="another_reason_is_said")


def test_an_attempt_with_a_result_says_how_it_was_tested(stage: Stage) -> None:
    ticket = stage.ticket("open")
    done = actions.attempt(ticket, kind="fix", text="x", actor=stage.agent, now=later(1))
    for change in ("result = 'worked'", "result = 'worked', test = 'y'", "result = 'failed', tested_at = now()",
                   "tested_at = now()"):  # fmt: skip
        fails(f"UPDATE tickets_attempt SET {change} WHERE id = %s", done.pk, constraint="a_tested_attempt_says_how")


def test_a_hand_over_has_its_reason(stage: Stage) -> None:
    ticket = stage.ticket("open")
    actions.hand_over(ticket, to_team=stage.desk.second, reason="time", actor=stage.agent, now=later(1))
    made = ticket.hand_overs.get()
    fails("UPDATE tickets_handover SET reason = '' WHERE id = %s", made.pk, constraint="a_hand_over_has_its_reason")


def test_a_rating_is_from_one_to_five(stage: Stage) -> None:
    given = actions.rate(stage.ticket("closed"), score=3, actor=stage.requester, now=later(9))
    for score in (0, 6):
        fails(
            "UPDATE tickets_satisfaction SET score = %s WHERE id = %s",
            score,
            given.pk,
            constraint="satisfaction_1_to_5",
        )


def test_events_are_only_added(stage: Stage) -> None:
    ticket = stage.ticket("open")
    for statement in (
        "UPDATE activity_event SET verb = 'ticket.loved' WHERE subject_id = %s",
        "UPDATE activity_event SET data = '{}' WHERE subject_id = %s",
        "DELETE FROM activity_event WHERE subject_id = %s",
    ):
        fails(statement, ticket.pk, constraint="append-only")
