"""What `docs/peers.md` says: `page.md` with what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from bench.peers.table import NAMES, disturbed, memory, memory_table, read, starts, table

TEXT = Path(__file__).with_name("page.md")


def page(lines: Sequence[str], *, label: str, machine: str, day: date) -> str:
    results = read(lines, label=label)
    measured = {system for by in results.values() for system in by}
    systems = [name for name in NAMES if name in measured]
    began = ", ".join(f"{NAMES[s]} {seconds:.1f}" for s, seconds in starts(lines, label=label).items() if s in NAMES)
    return TEXT.read_text(encoding="utf-8").format(
        day=day, machine=machine, table=table(results, systems), starts=began,
        memory=memory_table(memory(lines, label=label), systems), others=disturbed(lines, label=label),
    )  # fmt: skip
