"""Files and functions that one can take in at a glance. Over the cap: cut along a better line, don't golf."""

import ast
from collections.abc import Iterable
from pathlib import Path

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


def too_long(paths: Iterable[Path], cap: int) -> dict[str, int]:
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    return {file: lines for file, lines in lengths.items() if lines > cap}


def test_a_file_fits_in_a_head() -> None:
    assert too_long([*PYTHON, *(ROOT / "tests").rglob("*.py")], FILE_LINES) == {}


def test_a_function_fits_on_a_screen() -> None:
    """Counted after signature and docstring: many keyword-only fields are data, not logic."""
    long = {}
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
                lines = (node.end_lineno or 0) - first.lineno + 1
                if lines > FUNCTION_LINES:
                    long[f"{name(path)} {node.name}"] = lines
    assert long == {}


def test_a_template_fits_on_two_screens() -> None:
    assert too_long(TEMPLATES, TEMPLATE_LINES) == {}
