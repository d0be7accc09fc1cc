"""One look at everything: what was looked at, and what was found wrong. Filled by the watchers of each room."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# How many findings of a kind are kept as rows. The count goes on.
KEPT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that isn't as it was promised. `subject`: the row's id, or a name; `desk` None: the installation's."""

    kind: str
    desk: int | None
    subject_type: str
    subject: str
    name: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Look:
    """`whole`: ended tickets too, and what only a nightly look can afford."""

    now: datetime
    whole: bool = False
    looked: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)

    def at(self, *kinds: str, count: int) -> None:
        """So many more were looked at for these kinds."""
        for kind in kinds:
            self.looked[kind] += count

    def fault(
        self, kind: str, *, desk: int | None, subject_type: str, subject: object, name: str, **detail: Any
    ) -> None:
        self.found[kind] += 1
        if self.found[kind] <= KEPT:
            self.faults.append(
                Fault(
                    kind=kind,
                    desk=desk,
                    subject_type=subject_type,
                    subject=str(subject)[:80],
                    name=name[:200],
                    detail=detail,
                )
            )
