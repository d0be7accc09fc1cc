"""Clocks of open tickets computed anew from the log and written back. `python -m bench.clocks`.

Each ticket has four clocks and was held three times; all caches are made wrong first, so that each row is written.
Meanwhile somebody else reads a list of tickets over and over: the slowest answer is told.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

CLOCKS_EACH = 4
_TICKETS = """
INSERT INTO tickets_ticket (
    id, version, chain, reference, organisation_id, desk_id, requester_id, reporter_id, channel, kind, title,
    description, asset, facts, answers, state, impact, urgency, severity, severity_reason, priority, priority_reason,
    level_id, team_id, assignee_id, promise_kind, promise_text, promise_due_at, unsolved_reason, opened_at, updated_at,
    received_at, reopened)
SELECT 3000000 + n, 8, '', 'C-' || n, %(desk)s, %(desk)s, %(person)s, %(person)s, 'portal', 'incident', 'Panne ' || n,
    'Description', '', '{}', '{}', 'open', 'person', 'hampered', 'S' || 1 + n %% 5, '', 3, '', %(level)s, %(team)s,
    NULL, 'solve', '', %(now)s, '', %(now)s - n %% 20000 * interval '1 minute', %(now)s, %(now)s, 0
FROM generate_series(1, %(count)s) AS n
"""
_EVENTS = """
INSERT INTO activity_event (
    organisation_id, subject_type, subject_id, number, verb, actor_id, at, data, source, previous_hash, hash)
SELECT t.organisation_id, 'ticket', t.id, e.number, e.verb, %(person)s,
    t.opened_at + e.number * interval '7 minutes', e.data::jsonb, '', '', ''
FROM tickets_ticket AS t, (VALUES
    (1, 'ticket.opened', '{"severity": "S3", "promise": {"kind": "first_answer", "owner": null}}'),
    (2, 'ticket.held', '{"reason": "requester", "hold": 1, "promise": {"kind": "requester"}}'),
    (3, 'ticket.woken', '{"woke": true, "promise": {"kind": "first_answer"}}'),
    (4, 'ticket.held', '{"reason": "parts", "hold": 2, "promise": {"kind": "resume"}}'),
    (5, 'ticket.woken', '{"woke": true, "promise": {"kind": "first_answer"}}'),
    (6, 'ticket.held', '{"reason": "provider", "hold": 3, "promise": {"kind": "provider"}}'),
    (7, 'ticket.woken', '{"woke": true, "promise": {"kind": "first_answer"}}'),
    (8, 'ticket.replied', '{"from_desk": true, "message": 1, "promise": {"kind": "solve"}}')
) AS e (number, verb, data) WHERE t.id > 3000000
"""
_CLOCKS = """
INSERT INTO tickets_commitment (
    ticket_id, measure, severity, policy_name_fr, policy_name_en, minutes, calendar_version_id, pauses,
    shown, started_at, made_at, by_id, reason, due_at, paused_at, stopped_at)
SELECT t.id, m.measure, t.severity, '', '', m.minutes, CASE WHEN t.id %% 3 > 0 THEN %(version)s::bigint END,
    '["requester", "provider", "parts"]', false, t.opened_at, t.opened_at, NULL, '', t.opened_at + interval '1 s', NULL,
    NULL
FROM tickets_ticket AS t, (VALUES
    ('first_response', 240), ('next_update', 480), ('restoration', 2400), ('resolution', 4800)) AS m (measure, minutes)
WHERE t.id > 3000000
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.clocks", description=__doc__)
    parser.add_argument("--clocks", type=int, default=100_000)
    options = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
    os.environ.setdefault("GUICHET_SECRET_KEY", "bench-only")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guichet.config.settings")
    with tempfile.TemporaryDirectory(prefix="guichet-bench-", ignore_cleanup_errors=True) as folder:
        from guichet.lib.postgres import PostgresServer

        os.environ["GUICHET_DATA"] = folder
        Path(folder).chmod(0o711)
        server = PostgresServer(data=Path(folder), durable=True)
        os.environ["DATABASE_URL"] = server.start()
        try:
            import django

            django.setup()
            print(measured(options.clocks), flush=True)
        finally:
            server.stop()
    return 0


def measured(count: int) -> str:
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from bench.world import build
    from guichet.sla.usual import STANDARD, set_usual
    from guichet.tickets.models import Commitment
    from guichet.tickets.rebuilding import rebuild_all

    call_command("migrate", verbosity=0)
    world, now = build(tickets=0), timezone.now()
    set_usual(world.desk, figures=STANDARD, now=now)
    values = {
        "desk": world.desk.pk, "person": world.agent.pk, "level": world.team.level_id, "team": world.team.pk,
        "now": now - timedelta(hours=3), "count": count // CLOCKS_EACH,
        "version": world.desk.calendars.get(usual=True).versions.get().pk,
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in (_TICKETS, _EVENTS, _CLOCKS, "ANALYZE"):
            cursor.execute(statement, values)
    before = Commitment.objects.count()
    waits: list[float] = []
    done = threading.Event()
    reader = threading.Thread(target=read, args=(waits, done))
    reader.start()
    began = time.perf_counter()
    rebuilt = rebuild_all(now=now)
    seconds = time.perf_counter() - began
    done.set()
    reader.join()
    again = rebuild_all(now=now).corrected
    waits.sort()
    return (
        f"clocks       {before:,} of {rebuilt.tickets:,} tickets in {seconds:.1f} s, {rebuilt.corrected:,} corrected,"
        f" {again} the second time   readers meanwhile: median {1000 * waits[len(waits) // 2]:.1f} ms,"
        f" slowest {1000 * waits[-1]:.1f} ms of {len(waits)}"
    )


def read(waits: list[float], done: threading.Event) -> None:
    """Somebody looks at lists the while."""
    from django.db import connection

    from guichet.tickets.models import Commitment, Ticket

    while not done.is_set():
        began = time.perf_counter()
        rows = list(Ticket.objects.live().order_by("promise_due_at", "id").values_list("pk", "promise_due_at")[:50])
        list(Commitment.objects.filter(ticket__in=[pk for pk, _ in rows]).pending().values_list("ticket", "due_at"))
        waits.append(time.perf_counter() - began)
        time.sleep(0.05)
    connection.close()


if __name__ == "__main__":
    sys.exit(main())
