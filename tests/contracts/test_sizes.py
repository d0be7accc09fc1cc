"""Files and functions that one can take in at a glance. Over the cap: cut along a better line, don't golf."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "guichet"
FILE_LINES, FUNCTION_LINES, TEMPLATE_LINES = 400, 60, 100
PYTHON = [p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts]
TEMPLATES = sorted(SOURCE.rglob("*.html"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_is_something_to_measure() -> None:
    assert len(PYTHON) > 50
    assert len(TEMPLATES) > 10


@pytest.mark.parametrize("path", [*PYTHON, *(ROOT / "tests").rglob("*.py")], ids=name)
def test_a_file_fits_in_a_head(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= FILE_LINES


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    """Counted after signature and docstring: many keyword-only fields are data, not logic."""
    long = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            lines = (node.end_lineno or 0) - first.lineno + 1
            if lines > FUNCTION_LINES:
                long.append(f"{node.name}: {lines}")
    assert not long


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_fits_on_two_screens(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= TEMPLATE_LINES
