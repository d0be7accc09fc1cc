"""The driver's lines of JSON as one page of Markdown (pure): what each system takes for the same work, and the ratio.

Of a measure the least disturbed repetitions count, as the driver keeps them: their median.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

OURS = "guichet"
# Those that a service desk would take instead; the others are leaner, and do less.
FULL = ("rt5", "znuny")
NAMES = {
    "guichet": "Guichet",
    "rt5": "Request Tracker 5.0.3",
    "znuny": "Znuny 6.5.1",
    "django-helpdesk": "django-helpdesk 2.6.1",
    "roundup": "Roundup 2.6.0",
}
# The driver's measures in the order of the page: what is done, and by how many at once.
WORK = {
    "create": "create a ticket by the API, 2 at once",
    "mail": "a ticket out of a mail",
    "list_html.c1": "the list of open tickets",
    "list_html.c4": "the same, 4 at once",
    "list_api.c1": "the same list by the API",
    "list_api.c4": "the same, 4 at once",
    "search_ui.c1": "the search page, two words",
    "search_ui.c4": "the same, 4 at once",
    "search_api.c1": "search by the API",
    "search_api.c4": "the same, 4 at once",
    "open_html.c1": "a ticket with ten messages",
    "open_html.c4": "the same, 4 at once",
}
_CPU = ("service_cpu_ms", "db_cpu_ms", "gateway_cpu_ms")


@dataclass(frozen=True)
class Measure:
    """One kind of work as one system did it; None where it wasn't measured."""

    per_second: float | None
    p50: float | None
    p95: float | None
    cpu: float | None
    database_cpu: float | None
    errors: int = 0

    @classmethod
    def of(cls, line: Mapping[str, object]) -> Measure:
        """The medians. Processor time is that of the service, its gateway and the database together."""
        spent = [value for name in _CPU if (value := _median(line, name)) is not None]
        return cls(
            per_second=_median(line, "per_s"),
            p50=_median(line, "p50_ms"),
            p95=_median(line, "p95_ms"),
            cpu=sum(spent) if spent else None,
            database_cpu=_median(line, "db_cpu_ms"),
            errors=int(_median(line, "errors") or 0),
        )


def _median(line: Mapping[str, object], name: str) -> float | None:
    value = line.get(name)
    return float(value[0]) if isinstance(value, Sequence) and value and value[0] is not None else None


# By measure, then by system.
Results = dict[str, dict[str, Measure]]


def read(lines: Iterable[str], *, label: str) -> Results:
    """Of a run with this label; where a measure was taken again, the last time."""
    found: Results = {}
    for line in map(json.loads, lines):
        if line["label"] == label:
            found.setdefault(line["measure"], {})[line["system"]] = Measure.of(line)
    return found


def memory(lines: Iterable[str], *, label: str) -> dict[str, tuple[float | None, float | None]]:
    """Megabytes of the service, its processes' shared pages counted once: idle, and after the work."""
    found: dict[str, dict[str, float | None]] = {}
    for line in map(json.loads, lines):
        if line["label"] == label and line["measure"].startswith("mem."):
            found.setdefault(line["system"], {})[line["measure"]] = _median(line, "service_pss_mb")
    return {system: (by.get("mem.idle"), by.get("mem.worked")) for system, by in found.items()}


def starts(lines: Iterable[str], *, label: str) -> dict[str, float]:
    """Seconds to the first answer."""
    told = [line for line in map(json.loads, lines) if line["label"] == label and line["measure"] == "start"]
    return {line["system"]: seconds for line in told if (seconds := _median(line, "ready_s")) is not None}


def disturbed(lines: Iterable[str], *, label: str) -> float:
    """The share of the machine that others took meanwhile: the median over all measures."""
    told = [line for line in map(json.loads, lines) if line["label"] == label]
    shares = [share for line in told if (share := _median(line, "other_cpu")) is not None]
    return median(shares) if shares else 0.0


def times(results: Mapping[str, Measure], *, among: Iterable[str] | None = None) -> tuple[float | None, float | None]:
    """How many times as fast, and how many times less processor, than the best of the others (or those `among`)."""
    ours = results.get(OURS)
    others = [m for name, m in results.items() if name != OURS and (among is None or name in among) and not m.errors]
    if ours is None or ours.errors:
        return None, None
    fastest = max((m.per_second for m in others if m.per_second), default=None)
    leanest = min((m.cpu for m in others if m.cpu), default=None)
    return _over(ours.per_second, fastest), _over(leanest, ours.cpu)


def _over(much: float | None, little: float | None) -> float | None:
    return much / little if much and little else None


def table(results: Results, systems: Sequence[str]) -> str:
    """A row a kind of work, a column a system; the ratios at its end."""
    head = ["", *(NAMES.get(s, s) for s in systems), "÷ best of all", "÷ best of RT and Znuny"]
    rows = [head, ["---", *["---:"] * (len(head) - 1)]]
    for measure, name in WORK.items():
        if by := results.get(measure):
            ratios = [_ratios(times(by)), _ratios(times(by, among=FULL))]
            rows.append([name, *(_cell(by.get(s)) for s in systems), *ratios])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(measure: Measure | None) -> str:
    """Per second, median and 95th percentile in milliseconds; processor, of which database."""
    if measure is None or not measure.per_second:
        return "–"
    waited = f"<br>{measure.p50:.0f} / {measure.p95:.0f} ms" if measure.p50 and measure.p95 else ""
    spent = "" if measure.cpu is None else f"<br>{_short(measure.cpu)} ms CPU"
    database = f", {_short(measure.database_cpu)} of them database" if measure.database_cpu else ""
    wrong = f"<br>{measure.errors} errors" if measure.errors else ""
    return f"{_short(measure.per_second)}/s{waited}{spent}{database}{wrong}"


def _ratios(ratios: tuple[float | None, float | None]) -> str:
    fast, lean = ("–" if r is None else f"{_short(r)} ×" for r in ratios)
    return f"{fast}<br>CPU {lean}"


def _short(value: float) -> str:
    return f"{value:.1f}" if value < 20 else f"{value:.0f}"


def memory_table(found: Mapping[str, tuple[float | None, float | None]], systems: Sequence[str]) -> str:
    rows = [["", "idle, MB", "after the work, MB"], ["---", "---:", "---:"]]
    for system in systems:
        if system in found:
            rows.append([NAMES.get(system, system), *("–" if mb is None else f"{mb:.0f}" for mb in found[system])])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
