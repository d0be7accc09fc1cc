"""The page beside other help desks: medians, sums and ratios of the driver's lines."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.peers.page import page
from bench.peers.table import Measure, disturbed, memory, read, table, times

rates = st.floats(min_value=0.01, max_value=10_000)


def line(system: str, measure: str, *, label: str = "100k", **medians: float) -> str:
    return json.dumps(
        {"system": system, "label": label, "measure": measure, **{k: [v, v, v] for k, v in medians.items()}}
    )


def measured(per_second: float | None, cpu: float | None, *, errors: int = 0) -> Measure:
    return Measure(per_second=per_second, p50=1.0, p95=2.0, cpu=cpu, database_cpu=None, errors=errors)


LINES = [
    line("guichet", "create", per_s=300, p50_ms=6, p95_ms=9, service_cpu_ms=4, db_cpu_ms=2, driver_cpu_ms=50, errors=0),
    line("django-helpdesk", "create", per_s=80, p50_ms=20, p95_ms=30, service_cpu_ms=15, db_cpu_ms=5, errors=0),
    line("rt5", "create", per_s=10, p50_ms=150, p95_ms=200, service_cpu_ms=200, db_cpu_ms=40, errors=0),
    line("guichet", "mail", per_s=200, service_cpu_ms=3, db_cpu_ms=2, gateway_cpu_ms=1),
    line("guichet", "mem.idle", service_pss_mb=120),
    line("guichet", "start", ready_s=2.5),
]


def test_processor_time_is_that_of_service_database_and_gateway_but_not_the_drivers() -> None:
    found = read(LINES, label="100k")
    assert found["create"]["guichet"].cpu == 6
    assert found["mail"]["guichet"].cpu == 6
    assert found["mail"]["guichet"].p50 is None


def test_ratios_are_to_the_best_of_all_or_of_the_full_ones() -> None:
    by = read(LINES, label="100k")["create"]
    assert times(by) == (pytest.approx(300 / 80), pytest.approx(20 / 6))
    assert times(by, among=("rt5", "znuny")) == (30, 40)


def test_the_last_time_counts_and_other_runs_do_not() -> None:
    again = [*LINES, line("guichet", "create", per_s=400), line("guichet", "create", label="20k", per_s=1)]
    assert read(again, label="100k")["create"]["guichet"].per_second == 400


def test_who_erred_is_no_measure_for_anybody() -> None:
    by = {"guichet": measured(10, 1), "rt5": measured(1_000, 0.1, errors=3), "znuny": measured(5, 4)}
    assert times(by) == (2, 4)
    assert times({**by, "guichet": measured(10, 1, errors=1)}) == (None, None)


@given(rates, rates, st.lists(st.tuples(rates, rates), min_size=1, max_size=4))
def test_nobody_else_is_better_than_the_ratio_says(rate: float, cpu: float, others: list[tuple[float, float]]) -> None:
    by = {f"other {n}": measured(*other) for n, other in enumerate(others)}
    fast, lean = times({"guichet": measured(rate, cpu), **by})
    assert fast is not None and lean is not None
    assert all(fast * other <= rate * 1.000001 for other, _ in others)
    assert all(other >= lean * cpu * 0.999999 for _, other in others)


def test_what_was_not_measured_is_a_dash() -> None:
    row = table(read(LINES, label="100k"), ["guichet", "roundup"]).splitlines()[2]
    assert row.startswith(
        "| create a ticket by the API, 2 at once | 300/s<br>6 / 9 ms<br>6.0 ms CPU, 2.0 of them database | – |"
    )
    assert table({}, ["guichet"]).count("\n") == 1


def test_the_page_says_on_what_and_when() -> None:
    text = page(LINES, label="100k", machine="2 cores", day=date(2026, 11, 23))
    assert "on 23 November 2026: 2 cores" in text
    assert memory(LINES, label="100k") == {"guichet": (120.0, None)}
    assert "| Guichet | 120 | – |" in text
    assert "Guichet 2.5" in text
    assert "took 0% of the machine" in text
    assert "{" not in text


def test_the_page_says_whether_others_worked_meanwhile() -> None:
    shares = [line("rt5", "mail", other_cpu=share) for share in (0.1, 0.2, 0.9)]
    assert disturbed([*LINES, *shares], label="100k") == 0.2
