"""Every pair of colour tokens used for text holds 4.5:1, and 3:1 for edges, in light and in dark."""

import re
from pathlib import Path

import pytest

import guichet.ui

CSS = Path(guichet.ui.__file__).parent / "static" / "ui"
GROUNDS = ("ground", "surface", "raised", "sunken", "hover", "selected", "note-ground")
TONES = ("new", "open", "hold", "resolved", "closed", "info", "ok", "warn", "danger")
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3", "link") for ground in GROUNDS),
    *((tone, ground) for tone in ("danger", "warn", "ok") for ground in GROUNDS),
    *((ink, f"{tone}-soft") for ink in ("ink", "ink-2") for tone in TONES),
    *((tone, f"{tone}-soft") for tone in TONES),
    *((tone, ground) for tone in TONES for ground in ("ground", "surface", "raised", "hover", "selected")),
    *((f"on-s{number}", f"s{number}") for number in range(1, 6)),
    *(("accent-ink", ground) for ground in ("accent-soft", "surface", "ground", "selected", "raised")),
    *((ink, "accent-soft") for ink in ("ink", "ink-2", "link")),
    ("on-accent", "accent"), ("on-accent", "accent-hover"),
    ("on-danger", "danger-solid"), ("on-danger", "danger-hover"),
]  # fmt: skip
EDGES = [
    *(("edge", ground) for ground in ("ground", "surface", "raised", "hover")),
    *(("focus", ground) for ground in GROUNDS),
    ("note-edge", "note-ground"), ("brass", "surface"), ("brass", "ground"), ("accent", "sunken"),
]  # fmt: skip
SOURCE_SEVERITIES = {"s1": "#dc2626", "s2": "#f97316", "s3": "#f59e0b", "s4": "#64748b", "s5": "#475569"}


def tokens() -> dict[str, tuple[str, str]]:
    """Name → (light, dark), from the first :root block (forced contrast comes after it)."""
    text = (CSS / "tokens.css").read_text().split("@media")[0]
    found = re.findall(r"--([\w-]+):\s*(light-dark\([^)]*\)|#[0-9a-fA-F]+)", text)
    return {name: (re.findall(r"#\w+", value)[0], re.findall(r"#\w+", value)[-1]) for name, value in found}


def luminance(colour: str) -> float:
    channels = (int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_itself_is_right() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_can_be_read(theme: int) -> None:
    named = tokens()
    weak = {
        (ink, ground): round(contrast(named[ink][theme], named[ground][theme]), 2)
        for ink, ground in TEXT
        if contrast(named[ink][theme], named[ground][theme]) < 4.5
    }
    assert weak == {}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_edges_can_be_seen(theme: int) -> None:
    named = tokens()
    weak = {
        (edge, ground): round(contrast(named[edge][theme], named[ground][theme]), 2)
        for edge, ground in EDGES
        if contrast(named[edge][theme], named[ground][theme]) < 3
    }
    assert weak == {}


def test_severities_have_the_colours_of_the_source_texts_in_both_themes() -> None:
    named = tokens()
    assert {name: named[name] for name in SOURCE_SEVERITIES} == {n: (c, c) for n, c in SOURCE_SEVERITIES.items()}


def test_colours_are_named_once() -> None:
    for file in CSS.glob("*.css"):
        if file.name != "tokens.css":
            # `#000` and `#fff` stand for paper and ink in print, `#0000` for none.
            raw = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", file.read_text())) - {"#fff", "#000", "#0000"}
            assert raw == set(), file.name


def test_only_known_tokens_are_used() -> None:
    defined: set[str] = set()
    used: dict[str, str] = {}
    for file in CSS.glob("*.css"):
        text = file.read_text()
        defined |= set(re.findall(r"(--[\w-]+)\s*:", text))
        used |= dict.fromkeys(re.findall(r"var\((--[\w-]+)\)", text), file.name)
    assert {name: file for name, file in used.items() if name not in defined} == {}
