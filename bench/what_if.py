"""A draft tried on a quarter's tickets, counted from their logs. `python -m bench.what_if`.

Each ticket has five clocks and more, twelve events, a hand-over, two holds, news and most of them a solution; draft and
present settings differ in every time, so that each promise is counted twice. Memory is what the process grew by.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import timedelta
from pathlib import Path

from bench.__main__ import database
from bench.clocks import _CLOCKS, _TICKETS

_EVENTS = """
INSERT INTO activity_event (
    organisation_id, subject_type, subject_id, number, verb, actor_id, at, data, source, previous_hash, hash)
SELECT t.organisation_id, 'ticket', t.id, e.number, e.verb, %(person)s,
    t.opened_at + e.number * (20 + t.id %% 90) * interval '1 minute', e.data::jsonb, '', '', ''
FROM tickets_ticket AS t, (VALUES
    (1, 'ticket.opened', '{"severity": "S3", "promise": {"kind": "first_answer", "owner": null}}'),
    (2, 'ticket.taken', '{}'),
    (3, 'ticket.replied', '{"from_desk": true, "message": 1, "promise": {"kind": "solve"}}'),
    (4, 'ticket.held', '{"reason": "requester", "hold": 1, "promise": {"kind": "requester"}}'),
    (5, 'ticket.replied', '{"from_desk": false, "message": 2, "woke": true, "promise": {"kind": "solve"}}'),
    (6, 'ticket.handed_over', '{"hand_over": 1, "promise": {"kind": "take_on"}}'),
    (7, 'ticket.taken', '{}'),
    (8, 'ticket.replied', '{"from_desk": true, "message": 3, "promise": {"kind": "solve"}}'),
    (9, 'ticket.held', '{"reason": "provider", "hold": 2, "promise": {"kind": "provider"}}'),
    (10, 'ticket.woken', '{"woke": true, "promise": {"kind": "solve"}}'),
    (11, 'ticket.attempted', '{"attempt": 1, "result": "worked"}'),
    (12, 'ticket.resolved', '{"promise": {"kind": "confirm"}}')
) AS e (number, verb, data) WHERE t.id > 3000000 AND e.number <= 12 - (t.id %% 7 / 6) * 3
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.what_if", description=__doc__)
    parser.add_argument("--tickets", type=int, default=20_000)
    options = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
    os.environ.setdefault("GUICHET_SECRET_KEY", "bench-only")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guichet.config.settings")
    with database():
        import django

        django.setup()
        print(measured(options.tickets), flush=True)
    return 0


def measured(count: int) -> str:
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from bench.world import build
    from guichet.people.models import Role, RoleKind
    from guichet.sla.drafts import policy_draft
    from guichet.sla.models import Measure, Policy, Target
    from guichet.sla.settings_actions import Aim, Said, Time
    from guichet.sla.usual import STANDARD, set_usual
    from guichet.tickets.models import Trial
    from guichet.tickets.trying import carry_out

    call_command("migrate", verbosity=0)
    world, now = build(tickets=0), timezone.now()
    policy: Policy = set_usual(world.desk, figures=STANDARD, now=now)
    calendar = world.desk.calendars.get(usual=True)
    for measure, minutes in ((Measure.RESTORATION, 2400), (Measure.RESOLUTION, 4800), (Measure.LEVEL, 60)):
        for n in range(1, 6):
            Target.objects.create(policy=policy, measure=measure, severity=f"S{n}", minutes=minutes, calendar=calendar,
                                  pauses=["requester", "provider"])  # fmt: skip
    Role.objects.get_or_create(person=world.agent, organisation=world.desk, kind=RoleKind.MANAGER)
    values = {
        "desk": world.desk.pk, "person": world.agent.pk, "level": world.team.level_id, "team": world.team.pk,
        "now": now - timedelta(hours=3), "count": count, "version": calendar.versions.get().pk,
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in (_TICKETS, _EVENTS, _CLOCKS, "ANALYZE"):
            cursor.execute(statement, values)
    aims = [
        Aim(m.value, {t.severity: Time(minutes=t.minutes * 3 // 4, calendar=t.calendar_id) for t in targets}, ())
        for m in Measure
        if (targets := list(policy.targets.filter(measure=m)))
    ]
    draft = policy_draft(policy=policy, desk=world.desk, said=Said(name_fr="Essai", aims=aims))
    trial = Trial.objects.create(
        desk=world.desk, by=world.agent, asked_at=now, name="Essai", draft=draft, weeks=13, tickets=count
    )
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # The peak counts from here.
    before, began, used = _memory(), time.perf_counter(), time.process_time()
    trial = carry_out(trial)
    seconds, used = time.perf_counter() - began, time.process_time() - used
    promises = sum(sum(line[side]) for line in trial.result["lines"] for side in ("now", "draft", "promised"))
    return (
        f"what if      {trial.tried:,} tickets, {promises:,} promises in {seconds:.1f} s, {used:.1f} s of them"
        f" in this process   {trial.result['worse']:,} worse, {trial.changes.count():,} kept"
        f"   memory {before:.0f} MB before, {_memory():.0f} MB at most"
    )


def _memory() -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


if __name__ == "__main__":
    sys.exit(main())
