"""What a technician needs to know, how much of it is there, and what to ask next (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

INCIDENT, REQUEST = "incident", "request"


@dataclass(frozen=True)
class Fact:
    """One thing worth knowing; `weight` is its share in the completeness score of that kind of ticket."""

    key: str
    incident: int
    request: int

    def weight(self, kind: str) -> int:
        return self.incident if kind == INCIDENT else self.request


# In the order in which they are asked. Description, impact and urgency are always asked and count too.
FACTS = (
    Fact("description", 25, 40),
    Fact("impact", 10, 10),
    Fact("urgency", 10, 15),
    Fact("error_message", 12, 0),
    Fact("since", 8, 0),
    Fact("steps", 8, 0),
    Fact("place", 6, 10),
    Fact("asset", 5, 5),
    Fact("environment", 5, 5),
    Fact("tried", 5, 0),
    Fact("availability", 6, 15),
)
KEYS = tuple(fact.key for fact in FACTS)
# Those kept in `Ticket.facts`; the others are columns.
STORED = (
    "error_message",
    "since",
    "steps",
    "place",
    "environment",
    "tried",
    "availability",
    "wished_priority",
)
_ENOUGH_WORDS = 8


@dataclass(frozen=True)
class Completeness:
    """`score` from 0 to 100 and the keys still missing, most telling first."""

    score: int
    missing: tuple[str, ...]


def completeness(*, kind: str, known: Mapping[str, str]) -> Completeness:
    """How complete a request is. `known` maps fact keys to text; blank is missing; "-" is "I don't know", an answer.

    A description under eight words counts half: it is rarely enough to start on.
    """
    total = sum(fact.weight(kind) for fact in FACTS)
    have = 0.0
    missing = []
    for fact in FACTS:
        weight = fact.weight(kind)
        value = known.get(fact.key, "").strip()
        if not weight:
            continue
        if not value:
            missing.append((weight, fact.key))
        elif fact.key == "description" and len(value.split()) < _ENOUGH_WORDS:
            have += weight / 2
        else:
            have += weight
    missing.sort(key=lambda pair: -pair[0])
    return Completeness(score=round(100 * have / total), missing=tuple(key for _, key in missing))


def next_question(*, kind: str, known: Mapping[str, str], skipped: frozenset[str] = frozenset()) -> str | None:
    """The key to ask for now: the most telling one that is missing and was not skipped; None when all is said."""
    for key in completeness(kind=kind, known=known).missing:
        if key not in skipped:
            return key
    return None


def channels_for(severity: str) -> tuple[str, ...]:
    """Which channels suit a severity: for S1 and S2 the telephone as well as the ticket."""
    return ("phone", "portal") if severity in {"S1", "S2"} else ("portal",)
