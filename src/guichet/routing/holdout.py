"""How right what was learnt would have been (pure): learnt from the older cases, asked about the youngest tenth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from guichet.routing.learned import Past, Proposal

# One in so many is held out.
TENTH = 10


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket that was solved: when it came, when it was solved, what was known at its opening, and who solved it."""

    opened: datetime
    solved: datetime
    facts: Mapping[str, str]
    team: int


@dataclass(frozen=True)
class Accuracy:
    """Of `tested` cases the right team was the first in `first`, among the first three in `three`; of the `said` about
    which something was worth saying, it was `right`. `usual`: those of the team that had solved most before.
    """

    tested: int = 0
    first: int = 0
    three: int = 0
    said: int = 0
    right: int = 0
    usual: int = 0


Learn = Callable[[Iterable[Case]], Past[int]]
Say = Callable[[Sequence[Proposal[int]]], Proposal[int] | None]


def split(cases: Sequence[Case]) -> tuple[list[Case], list[Case]]:
    """What was known before the youngest tenth came in, and that tenth. What was solved later was not known then."""
    ordered = sorted(cases, key=lambda case: case.opened)
    number = len(ordered) // TENTH
    if not number:
        return ordered, []
    held = ordered[-number:]
    return [case for case in ordered[:-number] if case.solved < held[0].opened], held


def judge(cases: Sequence[Case], *, learn: Learn, say: Say) -> Accuracy:
    known, held = split(cases)
    past = learn(known)
    first = three = said = right = 0
    most = past.propose({}, top=1)
    for case in held:
        found = past.propose(case.facts, top=3)
        teams = [one.team for one in found]
        first += teams[:1] == [case.team]
        three += case.team in teams
        told = say(found)
        said += told is not None
        right += told is not None and told.team == case.team
    return Accuracy(
        tested=len(held),
        first=first,
        three=three,
        said=said,
        right=right,
        usual=sum(one.team == most[0].team for one in held) if most else 0,
    )
