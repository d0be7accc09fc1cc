"""The watchdog reads 0 where all is well, and finds each fault that is planted, by its own kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

import guichet.config.recurring  # noqa: F401 (what runs by itself, as in a worker)
from guichet.channels import ledger
from guichet.connectors.models import Webhook
from guichet.lib.models import Outgoing
from guichet.people.models import Membership
from guichet.tickets import actions
from guichet.tickets.models import Hold
from guichet.walkup.checking_in import check_in
from guichet.walkup.models import Appointment, Visit
from guichet.walkup.who import Who
from guichet.watchdog import jobs, rounds
from guichet.watchdog.looking import KEPT, Look
from guichet.watchdog.models import Finding, Round
from guichet.watchdog.wording import BY_KIND, CHECKS
from tests import builders
from tests.builders import NOW
from tests.tickets.stage import STATES, Stage, later
from tests.walkup.office import office

pytestmark = pytest.mark.django_db
# Everything of the stage was done a moment ago, and nothing is due yet.
SOON = later(5)
FORGED = "0" * 64


def sql(statement: str, *values: object) -> None:
    """Past the product and its rules, as somebody with the database's password could."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement, values)


def unguarded(*names: str) -> None:
    for name in names:
        sql(f"ALTER TABLE tickets_ticket DROP CONSTRAINT {name}")


def found(*, now: Any = SOON, whole: bool = False) -> dict[str, int]:
    """By kind. No worker runs beside the tests: only a day without one is said, by the test that wants it."""
    counts = rounds.go(now=now, whole=whole).found
    return {kind: count for kind, count in counts.items() if kind != "job_missed"}


def no_promise(stage: Stage) -> None:
    unguarded("a_live_ticket_has_a_promise")
    sql("UPDATE tickets_ticket SET promise_kind = '', promise_due_at = NULL WHERE id = %s", stage.ticket("open").pk)


def no_owner(stage: Stage) -> None:
    stage.ticket("new")
    Membership.objects.filter(team=stage.desk.front).delete()


def no_wake(stage: Stage) -> None:
    ticket = stage.ticket("on_hold")
    Hold.objects.filter(ticket=ticket).update(started_at=later(-90), wake_at=later(-60))


def late(stage: Stage) -> None:
    builders.ticket(stage.requester, actor=stage.agent, now=NOW - timedelta(days=30))


def differs(stage: Stage) -> None:
    sql("UPDATE tickets_ticket SET team_id = %s WHERE id = %s", stage.desk.second.pk, stage.ticket("open").pk)


def closed_behind_the_log(stage: Stage) -> None:
    unguarded("resolved_means_a_solution_or_a_reason")
    sql(
        "UPDATE tickets_ticket SET state = 'closed', promise_kind = '', promise_due_at = NULL WHERE id = %s",
        stage.ticket("open").pk,
    )


def chain(stage: Stage) -> None:
    ticket = stage.ticket("open")
    sql("ALTER TABLE activity_event DISABLE TRIGGER activity_event_append_only")
    sql("UPDATE activity_event SET at = at + interval '1 hour' WHERE subject_id = %s AND number = 1", ticket.pk)


def clock(stage: Stage) -> None:
    sql(
        "UPDATE tickets_commitment SET due_at = due_at + interval '1 day' WHERE ticket_id = %s", stage.ticket("open").pk
    )


def lost(stage: Stage) -> None:
    ticket = stage.ticket("new")
    for table in ("notifications_notification", "routing_decision", "tickets_commitment"):
        if table in connection.introspection.table_names():
            sql(f"DELETE FROM {table} WHERE ticket_id = %s", ticket.pk)
    sql("DELETE FROM tickets_ticket WHERE id = %s", ticket.pk)


def contact(stage: Stage) -> None:
    ledger.receive(raw=b"Subject: Bonjour\n\nAllo", source_key="x:1", now=later(-30), mailbox=None)


def outgoing(stage: Stage) -> None:
    Outgoing.objects.create(
        key="x", kind="mail", payload={}, recipient="a@b.example", about="", created_at=later(-90), next_at=later(-90)
    )


def job_missed(stage: Stage) -> None:
    Round.objects.create(began_at=SOON - timedelta(days=3))


def job_failed(stage: Stage) -> None:
    sql(
        "WITH job AS (INSERT INTO procrastinate_jobs (queue_name, task_name, status, args)"
        " VALUES ('default', 'walkup.learn', 'failed', '{}') RETURNING id)"
        " INSERT INTO procrastinate_events (job_id, type, at) SELECT id, 'failed', %s FROM job",
        SOON - timedelta(hours=1),
    )


def visit(stage: Stage) -> None:
    place = office(walk_ins=True)
    who = Who(person=place.amelie)
    made = check_in(venue=place.venue, reason=place.accounts, now=SOON, language="fr", who=who, actor=place.nadia)
    Visit.objects.filter(pk=made.pk).update(arrived_at=SOON - timedelta(days=3))


def appointment(stage: Stage) -> None:
    place = office()
    Appointment.objects.create(
        venue=place.venue, person=place.amelie, reason=place.accounts, starts_at=SOON - timedelta(days=2),
        minutes=30, place=0, booked_by=place.amelie, booked_at=SOON - timedelta(days=5), uid="rdv@essai.example",
    )  # fmt: skip


def webhook(stage: Stage) -> None:
    Webhook.objects.create(
        organisation=stage.desk.organisation, name="Bord", url="https://x.example/", made_by=stage.agent, made_at=NOW,
        failing_since=later(-90),
    )  # fmt: skip


def watch(stage: Stage) -> None:
    """Done in its own test: the watcher itself breaks."""


PLANTED: dict[str, Callable[[Stage], None]] = {
    "no_promise": no_promise, "no_owner": no_owner, "no_wake": no_wake, "late": late, "differs": differs,
    "chain": chain, "clock": clock, "lost": lost, "contact": contact, "outgoing": outgoing, "job_missed": job_missed,
    "job_failed": job_failed, "visit": visit, "appointment": appointment, "webhook": webhook, "watch": watch,
}  # fmt: skip


def test_every_check_has_its_planted_fault() -> None:
    assert set(PLANTED) == set(BY_KIND) == {check.kind for check in CHECKS}


@pytest.mark.parametrize("whole", [False, True])
def test_where_all_is_well_it_reads_nothing(stage: Stage, whole: bool) -> None:
    for state in STATES:
        stage.ticket(state)
    assert found(whole=whole) == {}
    assert not Finding.objects.exists()
    looked = Round.objects.get().looked
    assert looked["differs"] == len(STATES)
    standing = rounds.standing(Finding.objects.all(), now=SOON)
    assert (standing.total, standing.stale) == (0, False)


@pytest.mark.parametrize("kind", [kind for kind in PLANTED if kind != "watch"])
def test_a_planted_fault_is_found(stage: Stage, kind: str) -> None:
    stage.ticket("open")
    assert found() == {}
    PLANTED[kind](stage)
    round_ = rounds.go(now=SOON, whole=True)
    assert set(round_.found) == {kind}
    finding = Finding.objects.present()[0]
    assert BY_KIND[kind].tell(finding.detail) or kind == "no_promise"


def test_a_ticket_for_which_nothing_was_promised_is_found(stage: Stage) -> None:
    sql("DELETE FROM tickets_commitment WHERE ticket_id = %s", stage.ticket("open").pk)
    assert found() == {"clock": 1}


def test_parts_of_a_thousandth_of_a_second_are_no_difference(stage: Stage) -> None:
    builders.ticket(stage.requester, actor=stage.agent, now=NOW + timedelta(microseconds=123_456))
    assert found() == {}


def test_a_ticket_closed_behind_the_log_is_found(stage: Stage) -> None:
    closed_behind_the_log(stage)
    assert set(found()) == {"differs", "no_promise"}


def test_what_was_mended_is_gone_and_stays_to_be_seen(stage: Stage) -> None:
    ticket = builders.ticket(stage.requester, actor=stage.agent, now=NOW - timedelta(days=30))
    assert found() == {"late": 1}
    first = Finding.objects.get()
    assert found(now=later(15)) == {"late": 1}
    assert Finding.objects.get().since == first.since
    actions.take(ticket, actor=stage.agent, now=later(16))
    actions.promise(ticket, text="Remplacement", due_at=later(600), actor=stage.agent, now=later(17))
    assert found(now=later(20)) == {}
    assert Finding.objects.get().gone_at == later(20)


def test_the_requester_s_say_and_a_wake_up_have_a_moment_s_grace(stage: Stage) -> None:
    resting, resolved = stage.ticket("on_hold"), stage.ticket("resolved")
    for ticket, kind in ((resting, "no_wake"), (resolved, "late")):
        due = ticket.promise_due_at
        assert due is not None
        before = found(now=due + timedelta(minutes=10))
        assert kind not in before
        assert found(now=due + timedelta(minutes=16)) == {**before, kind: 1}


def test_an_agent_who_left_owns_nothing(stage: Stage) -> None:
    stage.ticket("open")
    stage.agent.roles.all().delete()
    assert found() == {"no_owner": 1}
    assert Finding.objects.get().detail == {"who": "assignee"}


def test_one_watcher_that_breaks_is_said_and_stops_no_other(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(look: Look) -> None:
        raise RuntimeError("no view")

    late(stage)
    monkeypatch.setattr(rounds, "WATCHERS", (rounds.Watcher(broken, ()), *rounds.WATCHERS))
    assert found() == {"watch": 1, "late": 1}
    assert "no view" in BY_KIND["watch"].tell(Finding.objects.get(kind="watch").detail)


def test_a_look_by_day_forgets_nothing_that_only_the_night_sees(stage: Stage) -> None:
    lost(stage)
    assert found(whole=True) == {"lost": 1}
    assert found(now=later(15)) == {}
    assert Finding.objects.present().count() == 1


def test_an_ended_ticket_that_was_wrong_is_looked_at_until_it_is_right(stage: Stage) -> None:
    ticket = stage.ticket("closed")
    sql("UPDATE tickets_ticket SET team_id = %s WHERE id = %s", stage.desk.second.pk, ticket.pk)
    week = timedelta(days=7)
    assert found(now=SOON + week) == {}
    assert found(now=SOON + week, whole=True) == {"differs": 1}
    assert found(now=SOON + 2 * week) == {"differs": 1}
    sql("UPDATE tickets_ticket SET team_id = %s WHERE id = %s", stage.desk.front.pk, ticket.pk)
    assert found(now=SOON + 3 * week) == {}


def test_rows_are_bounded_and_counts_are_not(stage: Stage) -> None:
    look = Look(now=SOON)
    for number in range(KEPT + 5):
        look.fault("late", desk=None, subject_type="ticket", subject=number, name="")
    assert (look.found["late"], len(look.faults)) == (KEPT + 5, KEPT)


def test_when_the_watchdog_itself_does_not_run_it_is_said(stage: Stage) -> None:
    assert rounds.standing(Finding.objects.all(), now=SOON).stale
    found()
    assert not rounds.standing(Finding.objects.all(), now=later(30)).stale
    assert rounds.standing(Finding.objects.all(), now=later(60)).stale


def test_managers_see_their_own_desk_s(stage: Stage) -> None:
    late(stage)
    contact(stage)
    found()
    seen = {one.kind for one in Finding.objects.visible_to(stage.manager)}
    assert seen == {"late", "contact"}
    other = builders.manager(stage.elsewhere)
    assert {one.kind for one in Finding.objects.visible_to(other)} == {"contact"}
    for nobody in (stage.agent, stage.requester, stage.provider):
        assert not Finding.objects.visible_to(nobody).exists()


def test_the_page_says_what_is_wrong_and_where_to_mend_it(stage: Stage) -> None:
    ticket = builders.ticket(stage.requester, actor=stage.agent, now=NOW - timedelta(days=30))
    page = builders.client_for(stage.manager)
    assert "n’a pas encore regardé" in page.get("/desk/watch/").content.decode()
    jobs.look(timestamp=0)
    shown = page.get("/desk/watch/").content.decode()
    assert f"/desk/tickets/{ticket.reference}/" in shown
    assert "1 engagement" in shown


def test_the_metric_reads_nothing_where_all_is_well(stage: Stage, settings: Any, client: Any) -> None:
    settings.METRICS_TOKEN = "mesure"
    stage.ticket("open")
    found()
    text = client.get("/metrics", headers={"Authorization": "Bearer mesure"}).content.decode()
    lines = [line for line in text.splitlines() if line.startswith("guichet_watchdog_findings")]
    assert len(lines) == len(CHECKS)
    assert all(line.endswith(" 0") for line in lines)
