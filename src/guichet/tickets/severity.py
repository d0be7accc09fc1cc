"""Severity from impact and urgency (pure). S1 is gravest. Neither priority nor level is derived from it."""

from collections.abc import Mapping
from dataclasses import dataclass

# Widest first: everyone, a department, a small group, one person.
IMPACTS = ("everyone", "department", "group", "person")
# Most pressing first: work stopped with nothing else to do; stopped but other work possible; hampered; not hampered.
URGENCIES = ("stopped", "blocked", "hampered", "none")
SEVERITIES = ("S1", "S2", "S3", "S4", "S5")

Matrix = Mapping[str, Mapping[str, str]]
DEFAULT: Matrix = {
    "everyone": {"stopped": "S1", "blocked": "S1", "hampered": "S2", "none": "S4"},
    "department": {"stopped": "S2", "blocked": "S2", "hampered": "S3", "none": "S4"},
    "group": {"stopped": "S2", "blocked": "S3", "hampered": "S3", "none": "S4"},
    "person": {"stopped": "S3", "blocked": "S3", "hampered": "S4", "none": "S5"},
}


@dataclass(frozen=True)
class Assessment:
    """A severity and the two answers that it follows from."""

    severity: str
    impact: str
    urgency: str


def assess(*, impact: str, urgency: str, matrix: Matrix = DEFAULT) -> Assessment:
    """The severity of `impact` × `urgency`. KeyError when either is not of the scale."""
    return Assessment(severity=matrix[impact][urgency], impact=impact, urgency=urgency)


def coached(*, urgency: str, other_work_possible: bool) -> str:
    """The urgency after the coach's question. Whoever can do other work meanwhile is blocked, not stopped."""
    return "blocked" if urgency == "stopped" and other_work_possible else urgency


def matrix_errors(matrix: object) -> list[str]:
    """Why `matrix` can't be used: cells missing or unknown, or a wider impact or a greater urgency that is graver less.

    An empty list means that it can.
    """
    if not isinstance(matrix, dict) or set(matrix) != set(IMPACTS):
        return ["impacts"]
    errors = []
    for impact in IMPACTS:
        row = matrix[impact]
        if not isinstance(row, dict) or set(row) != set(URGENCIES) or any(v not in SEVERITIES for v in row.values()):
            errors.append(impact)
    if errors:
        return errors
    grid = [[SEVERITIES.index(matrix[i][u]) for u in URGENCIES] for i in IMPACTS]
    for r, impact in enumerate(IMPACTS):
        for c, urgency in enumerate(URGENCIES):
            if (r and grid[r][c] < grid[r - 1][c]) or (c and grid[r][c] < grid[r][c - 1]):
                errors.append(f"{impact}/{urgency}")
    return errors
