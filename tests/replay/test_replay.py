"""The replayed log: every kind of row, runs that are repeated or cut off, and figures counted again by hand."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from guichet.activity.models import Event
from guichet.activity.record import broken_links
from guichet.people.models import Organisation
from guichet.replay.figures import figures
from guichet.replay.log import COLUMNS, LogError, level_code, lines_of, read
from guichet.replay.volvo import SLUG, replay
from guichet.tickets import actions
from guichet.tickets.models import HandOver, Ticket

Line = tuple[str, str, str, str, str, str]  # case, moment, status, sub status, team, level
DAY = "2013-05-06T"
# Each case after what it shows.
LOG: dict[str, list[tuple[str, str, str, str, str]]] = {
    "1-simple": [
        ("08:00:00+02:00", "Accepted", "In Progress", "S1", "L1"),
        ("08:05:00+02:00", "Completed", "In Call", "S1", "L1"),
    ],
    "2-up": [
        ("08:00:01+02:00", "Queued", "Awaiting Assignment", "S1", "L1"),
        ("08:01:00+02:00", "Queued", "Awaiting Assignment", "S2 2nd", "L2"),
        ("08:02:00+02:00", "Accepted", "Assigned", "S2 2nd", "L2"),
        ("08:03:00+02:00", "Accepted", "In Progress", "S3 3rd", "L3"),
        ("08:04:00+02:00", "Completed", "Resolved", "S3 3rd", "L3"),
    ],
    "3-waits": [
        ("08:00:02+02:00", "Accepted", "Wait", "S1", "L1"),
        ("08:01:00+02:00", "Accepted", "Wait - User", "S1", "L1"),
        ("08:02:00+02:00", "Accepted", "Wait - Vendor", "S1", "L1"),
        ("08:03:00+02:00", "Accepted", "Wait - Implementation", "S2 2nd", "L2"),
        ("08:04:00+02:00", "Accepted", "Wait - Customer", "S2 2nd", "L2"),
    ],
    "4-back": [
        ("08:00:03+02:00", "Accepted", "In Progress", "S1", "L1"),
        ("08:01:00+02:00", "Queued", "Awaiting Assignment", "S2 2nd", "L2/L3"),
        ("08:02:00+02:00", "Queued", "Awaiting Assignment", "S1", "L1"),
        ("08:03:00+02:00", "Completed", "Closed", "S1", "L1"),
    ],
    "5-again": [
        ("08:00:04+02:00", "Accepted", "In Progress", "S1", "L1"),
        ("08:01:00+02:00", "Completed", "Resolved", "S1", "L1"),
        ("08:01:00+02:00", "Completed", "Closed", "S1", "L1"),
        ("08:02:00+02:00", "Accepted", "In Progress", "S1", "L1"),
        ("08:03:00+02:00", "Completed", "Resolved", "S1", "L1"),
        ("08:03:00+02:00", "Completed", "Resolved", "S1", "L1"),
    ],
    "6-cancelled": [
        ("08:00:05+02:00", "Accepted", "In Progress", "S1", "L1"),
        ("08:01:00+02:00", "Completed", "Cancelled", "S1", "L1"),
    ],
    "7-unmatched": [
        ("08:00:06+02:00", "Unmatched", "Unmatched", "S1", "L1"),
        ("08:01:00+02:00", "Queued", "Awaiting Assignment", "S2 2nd", "L2"),
    ],
    "8-queued": [("08:00:07+02:00", "Queued", "Awaiting Assignment", "S1", "L1")],
    "9-straight": [("08:00:08+02:00", "Completed", "Closed", "S3 3rd", "L3")],
    # Two rows at one moment: the file's order decides.
    "10-tie": [
        ("08:00:09+02:00", "Accepted", "In Progress", "S1", "L1"),
        ("08:00:09+02:00", "Queued", "Awaiting Assignment", "S2 2nd", "L2"),
        ("08:00:09+02:00", "Accepted", "In Progress", "S2 2nd", "L2"),
    ],
}
ROWS = sum(len(rows) for rows in LOG.values())
EXPECTED = {
    "cases": 10, "events": ROWS, "final_level_mismatches": 0, "final_status_mismatches": 0, "never_left_line_1": 4,
    "reached_line_2": 5, "reached_line_3": 3, "ping_pong": 1, "reopened": 1, "still_open": 4,
}  # fmt: skip
STATES = {
    "1-simple": "closed", "2-up": "resolved", "3-waits": "on_hold", "4-back": "closed", "5-again": "resolved",
    "6-cancelled": "cancelled", "7-unmatched": "open", "8-queued": "new", "9-straight": "closed", "10-tie": "open",
}  # fmt: skip


def lines(log: dict[str, list[tuple[str, str, str, str, str]]] = LOG, impact: str = "Medium") -> list[dict[str, str]]:
    return [
        {
            "SR Number": case, "Change Date+Time": DAY + at, "Status": status, "Sub Status": sub, "Involved ST": team,
            "ST Level": level, "SR Latest Impact": impact, "Product": "PROD453", "Owner Country": "Sweden",
            "Resource": f"Adam{len(case) % 3}", "Another": "é, \"quoted\"",
        }
        for case, rows in log.items()
        for at, status, sub, team, level in rows
    ]  # fmt: skip


def written(path: Path, rows: list[dict[str, str]], *, columns: tuple[str, ...] = (*COLUMNS, "Another")) -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def run(path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    call_command("replay", "volvo", str(path))
    captured = capsys.readouterr()
    last = captured.out.strip().splitlines()[-1]
    assert "100 %" in captured.err
    found: dict[str, Any] = json.loads(last)
    return found


def counts(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key not in {"seconds", "events_per_second"}}


def states() -> dict[str, str]:
    rows = Ticket.objects.filter(organisation__slug=SLUG).values_list("external_key", "state")
    return {(key or "").removeprefix("volvo:"): state for key, state in rows}


def all_sound() -> None:
    for ticket in Ticket.objects.all():
        chain = list(Event.objects.filter(subject_type="ticket", subject_id=ticket.pk).order_by("number"))
        assert len(chain) == ticket.version and not broken_links(chain)
        assert (ticket.holds.filter(ended_at__isnull=True).count() == 1) == (ticket.state == "on_hold")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["log.csv", "log.csv.gz"])
def test_every_kind_of_row(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    found = run(written(tmp_path / name, lines()), capsys)
    assert counts(found) == EXPECTED
    assert found["seconds"] > 0 and found["events_per_second"] > 0
    assert states() == STATES
    all_sound()
    assert not HandOver.objects.filter(reason="").exists()
    place = Organisation.objects.get(slug=SLUG)
    assert set(place.scheme.levels.values_list("code", flat=True)) == {"N1", "N2", "N3", "N2/N3"}
    # The log's own clock.
    first = Ticket.objects.get(external_key="volvo:1-simple")
    assert first.opened_at.isoformat() == "2013-05-06T06:00:00+00:00"
    assert first.closed_at.isoformat() == "2013-05-06T06:05:00+00:00"


@pytest.mark.django_db
def test_the_order_of_cases_does_not_matter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Cases shuffled among each other; the rows of one moment keep the file's order within their case."""
    rows = lines()
    moments = sorted({r["Change Date+Time"] for r in rows}, reverse=True)
    cases = list(LOG)
    random.Random(7).shuffle(cases)
    shuffled = [
        r
        for case in cases
        for moment in moments
        for r in rows
        if (r["SR Number"], r["Change Date+Time"]) == (case, moment)
    ]
    assert counts(run(written(tmp_path / "log.csv", shuffled), capsys)) == EXPECTED
    assert states() == STATES


@pytest.mark.django_db
def test_a_second_run_adds_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "log.csv", lines())
    run(path, capsys)
    before = list(Event.objects.order_by("pk").values_list("pk", "hash"))
    again = run(path, capsys)
    assert counts(again) == EXPECTED
    assert again["events_per_second"] == 0
    assert list(Event.objects.order_by("pk").values_list("pk", "hash")) == before
    assert Organisation.objects.filter(slug__startswith=SLUG).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("done", [1, 4, len(LOG) - 1])
def test_a_run_that_was_cut_off_goes_on(tmp_path: Path, done: int) -> None:
    cases = read(written(tmp_path / "log.csv", lines()))

    class PowerCut(Exception):
        pass

    def cut_after(limit: int) -> Callable[[int], None]:
        seen: list[int] = []

        def progress(count: int) -> None:
            seen.append(count)
            if len(seen) == limit:
                raise PowerCut

        return progress

    with pytest.raises(PowerCut):
        replay(cases, progress=cut_after(done))
    rows = sum(len(case.rows) for case in cases[:done])
    assert len(set(Event.objects.values_list("source", flat=True))) == rows
    seen: list[int] = []
    assert replay(cases, progress=seen.append) == ROWS - rows
    assert sum(seen) == ROWS
    assert counts(figures(cases, seconds=1, driven=0).as_dict()) == EXPECTED
    assert states() == STATES
    all_sound()


@pytest.mark.django_db
def test_half_a_row_is_no_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that means a hand-over and a hold stands or falls as one."""
    cases = read(written(tmp_path / "log.csv", lines({"3-waits": LOG["3-waits"]})))
    hold = actions.hold

    def broken(ticket: Ticket, **fields: Any) -> Ticket:
        if fields["reason"] == "change":
            raise RuntimeError("cut")
        return hold(ticket, **fields)

    monkeypatch.setattr(actions, "hold", broken)
    with pytest.raises(RuntimeError):
        replay(cases, progress=lambda count: None)
    assert not HandOver.objects.exists()
    monkeypatch.setattr(actions, "hold", hold)
    replay(cases, progress=lambda count: None)
    assert HandOver.objects.count() == 1
    assert len(set(Event.objects.values_list("source", flat=True))) == len(LOG["3-waits"])
    all_sound()


@pytest.mark.django_db
def test_a_log_that_grew_is_driven_on(tmp_path: Path) -> None:
    """The same file a day later: the rows it knew already add nothing, the new ones go on from there."""
    half = {name: rows[: (len(rows) + 1) // 2] for name, rows in LOG.items()}
    first = replay(read(written(tmp_path / "log.csv", lines(half))), progress=lambda count: None)
    cases = read(written(tmp_path / "log.csv", lines()))
    assert replay(cases, progress=lambda count: None) == ROWS - first
    assert counts(figures(cases, seconds=1, driven=0).as_dict()) == EXPECTED
    assert states() == STATES


@pytest.mark.django_db
def test_what_the_product_adds_is_not_counted_as_a_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The gravest impact tells management by itself; the log has no row for that."""
    one = {"1-simple": LOG["1-simple"]}
    found = run(written(tmp_path / "log.csv", lines(one, impact="Major")), capsys)
    assert found["events"] == 2
    assert Event.objects.filter(verb="ticket.escalated").count() == 1


@pytest.mark.django_db
def test_what_people_do_afterwards_is_not_the_log(tmp_path: Path) -> None:
    """Replayed tickets can be worked on; the figures stay the log's, and another run still adds nothing."""
    cases = read(written(tmp_path / "log.csv", lines()))
    replay(cases, progress=lambda count: None)
    ticket = Ticket.objects.get(external_key="volvo:1-simple")
    by: dict[str, Any] = {"actor": ticket.requester, "now": ticket.closed_at}
    actions.reopen(ticket, **by)
    actions.reply(ticket, body="Encore", source="form:4f1c:x", **by)
    assert counts(figures(cases, seconds=1, driven=0).as_dict()) == EXPECTED
    assert replay(cases, progress=lambda count: None) == 0


@pytest.mark.django_db
def test_other_cases_later_join_the_same_organisation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = list(LOG)
    for half in (names[:5], names[5:]):
        found = run(written(tmp_path / "log.csv", lines({n: LOG[n] for n in half})), capsys)
        assert found["cases"] == 5
    assert states() == STATES


BAD: list[tuple[str, Callable[[list[dict[str, str]]], None], str]] = [
    ("a bad date", lambda rows: rows[1].update({"Change Date+Time": "soon"}), "line 3"),
    ("no date", lambda rows: rows[1].update({"Change Date+Time": ""}), "line 3"),
    ("a date of another age", lambda rows: rows[1].update({"Change Date+Time": "0001-01-01T00:00:00+01:00"}), "line 3"),
    ("no case", lambda rows: rows[0].update({"SR Number": " "}), "line 2: no SR Number"),
]


@pytest.mark.parametrize(("what", "spoil", "message"), BAD, ids=[b[0] for b in BAD])
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, what: str, spoil: Callable[[list[dict[str, str]]], None], message: str
) -> None:
    rows = lines()
    spoil(rows)
    with pytest.raises(LogError, match=message):
        read(written(tmp_path / "log.csv", rows))


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    columns = tuple(c for c in COLUMNS if c != column)
    with pytest.raises(LogError, match="columns are missing"):
        read(written(tmp_path / "log.csv", lines(), columns=columns))


def test_files_that_are_no_log(tmp_path: Path) -> None:
    whole = written(tmp_path / "log.csv.gz", lines() * 50).read_bytes()
    spoiled = bytearray(whole)
    spoiled[len(whole) // 2 : len(whole) // 2 + 40] = b"\xff" * 40
    for content in (b"", b"\x1f\x8b", b"\x00" * 100, whole[: len(whole) // 2], bytes(spoiled), b"a,b\n1,2\n",
                    "\n".join(["x" * 200_000] * 2).encode(), (",".join(COLUMNS) + "\n").encode()):  # fmt: skip
        path = tmp_path / "other.csv"
        path.write_bytes(content)
        with pytest.raises(LogError):
            read(path)


@pytest.mark.django_db
def test_the_command_says_so_and_writes_nothing(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(CommandError):
            call_command("replay", "volvo", str(path))
    assert not Organisation.objects.filter(slug=SLUG).exists()


def test_levels() -> None:
    assert [level_code(x) for x in ("L1", "L2", "L2/L3", " L3 ")] == ["N1", "N2", "N2/N3", "N3"]
    assert lines_of("N2/N3") == {2, 3} and lines_of("N?") == set()
    assert len(level_code("Level twenty-seven")) <= 8


REAL = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "log_bpic13_volvo" / "incidents_by_case.csv.gz"


@pytest.mark.django_db
@pytest.mark.skipif(not REAL.exists(), reason="the real log is not on this machine")
def test_cases_of_the_real_log() -> None:
    """The first sixty short ones, counted again from what the file's columns say and nothing of ours."""
    cases = [case for case in read(REAL) if len(case.rows) <= 8][:60]
    driven = replay(cases, progress=lambda count: None)
    found = figures(cases, seconds=1, driven=driven)
    levels = [{int(c) for r in case.rows for c in r.level if c.isdigit()} for case in cases]
    places = [[(r.team, r.level) for r in case.rows] for case in cases]
    moves = [[p for i, p in enumerate(place) if not i or p != place[i - 1]] for place in places]
    assert (found.final_level_mismatches, found.final_status_mismatches) == (0, 0)
    assert (found.cases, found.events) == (60, sum(len(case.rows) for case in cases))
    assert found.never_left_line_1 == sum(reached == {1} for reached in levels)
    assert found.reached_line_2 == sum(2 in reached for reached in levels)
    assert found.reached_line_3 == sum(3 in reached for reached in levels)
    assert found.ping_pong == sum(len(set(m)) < len(m) for m in moves)
    assert found.still_open == sum(case.rows[-1].status != "Completed" for case in cases)
    assert replay(cases, progress=lambda count: None) == 0
    all_sound()
