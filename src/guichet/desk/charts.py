"""Where things stand in the pictures of insight and of settings (pure): plain numbers for templates that draw SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

# Steps of colour in a heat map; 0 is nothing.
STEPS = 5
# No bar is wider than this, with its gap.
WIDEST = 48.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a heat map."""

    x: int
    y: int
    step: int
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a picture 100 high, and the mark of what is usual there ("": nothing is). Lengths as SVG writes them,
    with a point in every language."""

    x: str
    y: str
    width: str
    height: str
    usual: str
    label: str


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch of a bar 100 wide."""

    name: str
    x: str
    width: str


# What is there at all is seen: no part of a bar is narrower.
NARROWEST = 1.0


def stacked(values: Mapping[str, int]) -> list[Part]:
    """The shares of a whole, one after the other over 100; those that are 0 are left out."""
    there = {name: value for name, value in values.items() if value}
    whole = sum(there.values())
    widths = {name: max(100 * value / whole, NARROWEST) for name, value in there.items()}
    scale, x, found = 100 / sum(widths.values()) if widths else 1.0, 0.0, []
    for name, width in widths.items():
        found.append(Part(name=name, x=length(x), width=length(width * scale)))
        x += width * scale
    return found


@dataclass(frozen=True, slots=True)
class Column:
    """Parts one upon the other in a picture 100 high; each with the length that `Bar` has."""

    label: str
    x: str
    width: str
    parts: list[Floor]


@dataclass(frozen=True, slots=True)
class Floor:
    name: str
    y: str
    height: str


def columns(values: Sequence[Mapping[str, int]], *, labels: Sequence[str], width: float) -> tuple[list[Column], float]:
    """Stacks side by side over `width`, the first name at the bottom; and the value at the top of the picture."""
    top = nice(max((sum(value.values()) for value in values), default=0))
    each = min(width / max(len(values), 1), WIDEST)
    found = []
    for n, value in enumerate(values):
        below, floors = 0.0, []
        for name, count in value.items():
            height = 100 * count / top
            below += height
            if count:
                floors.append(Floor(name=name, y=length(100 - below), height=length(height)))
        found.append(Column(labels[n], length(n * each + each * 0.1), length(each * 0.8), floors))
    return found, top


def heat(
    cells: Mapping[tuple[int, int], float], *, rows: Sequence[int], columns: Sequence[int], text: Mapping[float, str]
) -> list[list[Cell]]:
    """Rows of fields, 40 by 26; the darker the more."""
    most = max(cells.values(), default=0.0)
    found = []
    for y, row in enumerate(rows):
        line = []
        for x, column in enumerate(columns):
            value = cells.get((row, column), 0.0)
            step = ceil(STEPS * value / most) if most and value else 0
            line.append(Cell(40 * x, 26 * y, step, text.get(value, "")))
        found.append(line)
    return found


def bars(
    values: Sequence[float | None],
    *,
    usual: Sequence[float | None] = (),
    labels: Sequence[str] = (),
    width: float,
    top: float = 0.0,
) -> tuple[list[Bar], float]:
    """Bars side by side over `width`, and the value at the top of the picture: `top`, or a round one where it is 0."""
    known = [value for value in (*values, *usual) if value is not None]
    top = top or nice(max(known, default=0.0))
    each = min(width / max(len(values), 1), WIDEST)
    found = []
    for n, value in enumerate(values):
        height = 100 * (value or 0.0) / top
        mark = usual[n] if n < len(usual) else None
        found.append(
            Bar(
                x=length(n * each + each * 0.1),
                y=length(100 - height),
                width=length(each * 0.8),
                height=length(height),
                usual=length(100 - 100 * mark / top) if mark is not None else "",
                label=labels[n] if n < len(labels) else "",
            )
        )
    return found, top


def length(value: float) -> str:
    return f"{value:.2f}"


def nice(value: float) -> float:
    """The next round number: 1, 2, 5, 10, 20, 50…"""
    step = 1.0
    while True:
        for factor in (1, 2, 5):
            if value <= factor * step:
                return factor * step
        step *= 10
