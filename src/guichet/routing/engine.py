"""Which team a ticket goes to, and why (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# What a rule may look at. Values are text; keyword rules look for whole folded words in title and description.
FIELDS = ("organisation", "site", "kind", "category", "request_type", "severity", "channel", "keyword")


@dataclass(frozen=True)
class RuleFacts:
    """A rule as the engine sees it; `conditions` maps fields to the values they may have."""

    id: int
    name: str
    team: int
    conditions: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Checked:
    """One rule looked at: the conditions that held and the first that did not ("" when all held)."""

    rule: int
    held: tuple[str, ...]
    failed: str


@dataclass(frozen=True)
class Routed:
    """The team, the rule that decided (None: no rule fitted, the front team takes it), and the trace."""

    team: int
    rule: int | None
    trace: tuple[Checked, ...] = field(default=())


def route(*, facts: Mapping[str, str], words: frozenset[str], rules: Sequence[RuleFacts], front: int) -> Routed:
    """The first rule of `rules`, in their order, whose every condition holds for `facts`.

    `facts` maps every field to the ticket's value ("" when it has none); `words` are the folded words of its text.
    A rule without conditions always fits; an unknown field never holds.
    """
    trace = []
    for rule in rules:
        held: list[str] = []
        failed = ""
        for name, values in rule.conditions.items():
            holds = bool(words.intersection(values)) if name == "keyword" else facts.get(name) in values
            if not holds:
                failed = name
                break
            held.append(name)
        trace.append(Checked(rule=rule.id, held=tuple(held), failed=failed))
        if not failed:
            return Routed(team=rule.team, rule=rule.id, trace=tuple(trace))
    return Routed(team=front, rule=None, trace=tuple(trace))
