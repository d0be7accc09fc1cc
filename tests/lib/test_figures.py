"""Figures that several processes count together, and that know their labels beforehand."""

from __future__ import annotations

import os

from guichet.lib import figures
from guichet.lib.figures import Durations, Family


def family(*, banks: int = 1) -> Family:
    made = Family(
        "eggs_total", kind="counter", told="Eggs.", labels=lambda: {"hen": ("a", "b", "other"), "size": ("S", "L")}
    )
    made.open(banks=banks)
    return made


def test_only_what_happened_is_told() -> None:
    eggs = family()
    eggs.add(1, "b", "L")
    eggs.add(2.5, "b", "L")
    assert list(eggs.lines()) == [
        "# HELP eggs_total Eggs.",
        "# TYPE eggs_total counter",
        'eggs_total{hen="b",size="L"} 3.5',
    ]


def test_a_label_that_nobody_knew_of_is_another() -> None:
    eggs = family()
    eggs.add(1, '"}\nevil', "S")
    assert list(eggs.sums()) == [(("other", "S"), 1.0)]


def test_without_labels_it_is_one_number() -> None:
    streams = Family("streams", kind="gauge", told="Streams.", labels=dict)
    assert list(streams.lines())[2:] == []
    streams.add(1)
    streams.add(1)
    streams.add(-1)
    assert list(streams.lines())[2:] == ["streams 1"]


def test_durations_are_counted_by_their_upper_ends() -> None:
    waits = Durations("wait_seconds", told="Waits.", labels=lambda: {"hen": ("a", "b")})
    for seconds in (0.001, 0.005, 0.3, 99):
        waits.observe(seconds, "a")
    said = list(waits.lines())
    assert 'wait_seconds_bucket{hen="a",le="0.005"} 2' in said
    assert 'wait_seconds_bucket{hen="a",le="0.5"} 3' in said
    assert 'wait_seconds_bucket{hen="a",le="+Inf"} 4' in said
    assert 'wait_seconds_count{hen="a"} 4' in said
    assert 'wait_seconds_sum{hen="a"} 99.306' in said
    assert not any("b" in line.partition("{")[2].partition(",")[0] for line in said)


def test_what_a_process_counted_outlives_it() -> None:
    eggs = family(banks=2)
    eggs.add(1, "a", "S")
    if (child := os.fork()) == 0:
        figures._bank = 1
        eggs.add(4, "a", "S")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert list(eggs.sums()) == [(("a", "S"), 5.0)]


def test_every_route_is_known() -> None:
    known = figures.routes()
    assert len(known) == len(set(known)) > 200
    assert "desk/tickets/<str:reference>/" in known or any(route.startswith("desk/tickets/") for route in known)
    assert any(route.startswith("api/v1/tickets") for route in known)
