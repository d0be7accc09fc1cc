"""The incident log of a ServiceNow installation (UCI 498), held against the product's own rules.

Two questions. Does the product, with the log's matrix loaded as data, propose the priority that the log has, in every
row? And how well does what was learnt from incidents opened before a day say to which group those that follow go?

The log's impact and urgency have three steps each; they are named here by steps of the product's scales, and the other
steps take over the neighbour's priority, so that the matrix is a whole one and is checked like any organisation's.
What is learnt uses only what stands in an incident's first row, where it was opened: its category, subcategory,
symptom and place, and who called; what is foretold is that row's group. Rows without a group ("?") say nothing and are
left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from guichet.replay.table import LogError, rows_of
from guichet.routing.learned import Past
from guichet.tickets import severity

UNKNOWN = "?"
IMPACTS = {"1": "everyone", "2": "department", "3": "person"}
URGENCIES = {"1": "stopped", "2": "hampered", "3": "none"}
# The log's matrix: impact × urgency → priority, all as the log writes them.
PRIORITIES: Mapping[str, Mapping[str, str]] = {
    "1": {"1": "1", "2": "2", "3": "3"},
    "2": {"1": "2", "2": "3", "3": "4"},
    "3": {"1": "3", "2": "4", "3": "4"},
}
# A step of ours that the log doesn't have stands for the next graver one that it has.
_SAME_IMPACT = {"everyone": "1", "department": "2", "group": "2", "person": "3"}
_SAME_URGENCY = {"stopped": "1", "blocked": "1", "hampered": "2", "none": "3"}
MATRIX: severity.Matrix = {
    impact: {urgency: f"S{PRIORITIES[i][u]}" for urgency, u in _SAME_URGENCY.items()}
    for impact, i in _SAME_IMPACT.items()
}
# From the widest to the narrowest; what they agree on is what decides where an incident goes.
CHAIN = (
    ("location",),
    ("category",),
    ("category", "subcategory"),
    ("category", "subcategory", "location"),
    ("category", "subcategory", "u_symptom"),
    ("category", "subcategory", "u_symptom", "location"),
    ("category", "subcategory", "caller_id"),
)
_NEEDED = (
    "number", "opened_at", "impact", "urgency", "priority", "assignment_group", "location", "category", "subcategory",
    "u_symptom", "caller_id",
)  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """The last line of the command. `top1` and `top3`: the share of incidents opened on or after `learnt_before` whose
    group was the first, or among the first three, of those proposed; None where none follows."""

    rows: int
    incidents: int
    priority_mismatches: int
    learnt_before: str
    learnt_from: int
    tested_on: int
    top1: float | None
    top3: float | None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Incident:
    """What its first row says, and where that row has it."""

    opened: date
    facts: Mapping[str, str]
    group: str


def replay(path: Path, *, before: date) -> Figures:
    """Read the log and answer both questions. LogError where it isn't such a log."""
    errors = severity.matrix_errors(MATRIX)
    assert not errors, errors
    rows = mismatches = 0
    first: dict[str, Incident] = {}
    for where, row in rows_of(path, needed=_NEEDED):
        rows += 1
        mismatches += proposed(row) != row["priority"]
        if row["number"] not in first:
            first[row["number"]] = _incident(row, where=where)
    known = [one for one in first.values() if one.group != UNKNOWN]
    past = Past[str](CHAIN).learn((one.facts, one.group) for one in known if one.opened < before)
    after = [one for one in known if one.opened >= before]
    places = list(_places(past, after))
    return Figures(
        rows=rows,
        incidents=len(first),
        priority_mismatches=mismatches,
        learnt_before=before.isoformat(),
        learnt_from=len(known) - len(after),
        tested_on=len(after),
        top1=_share(places, 1),
        top3=_share(places, 3),
    )


def proposed(row: Mapping[str, str]) -> str:
    """The priority that the product proposes, as the log writes it; "" where it knows the log's words for neither."""
    impact, urgency = IMPACTS.get(_step(row["impact"]), ""), URGENCIES.get(_step(row["urgency"]), "")
    if not impact or not urgency:
        return ""
    return severity.assess(impact=impact, urgency=urgency, matrix=MATRIX).severity.removeprefix("S")


def _step(value: str) -> str:
    """ "2 - Medium" is 2."""
    return value.partition(" ")[0]


def _incident(row: Mapping[str, str], *, where: str) -> Incident:
    facts = {name: "" if row[name] == UNKNOWN else row[name] for link in CHAIN for name in link}
    try:
        opened = datetime.strptime(row["opened_at"], "%d/%m/%Y %H:%M").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise LogError(f"{where}: “{row['opened_at']}” is no moment") from error
    return Incident(opened=opened, facts=facts, group=row["assignment_group"])


def _places(past: Past[str], incidents: Iterable[Incident]) -> Iterator[int]:
    """At which place each incident's group was proposed; 0 where it wasn't."""
    for one in incidents:
        teams = [proposal.team for proposal in past.propose(one.facts, top=3)]
        yield teams.index(one.group) + 1 if one.group in teams else 0


def _share(places: list[int], top: int) -> float | None:
    return round(sum(0 < place <= top for place in places) / len(places), 4) if places else None
