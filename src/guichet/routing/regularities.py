"""What the past says so clearly that it could be a rule (pure)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from guichet.routing.learned import Past

# So many cases at least, so large a share of them with one team.
LEAST, SHARE = 10, 0.8


@dataclass(frozen=True)
class Regularity:
    """Of `among` past cases with these facts, `count` were solved by one team."""

    facts: Mapping[str, str]
    team: int
    count: int
    among: int

    @property
    def key(self) -> str:
        """What names it in an address: “category-12.site-3.team-7”."""
        return ".".join([*(f"{name}-{value}" for name, value in self.facts.items()), f"team-{self.team}"])


def regularities(
    past: Past[int], *, fields: Collection[str], goes: Callable[[Mapping[str, str]], int]
) -> list[Regularity]:
    """The strong ones that `fields` can say, that `goes` (where the rules send such a request today) doesn't know yet
    and that no wider one says already; those that most cases stand behind first."""
    found: list[Regularity] = []
    strong = sorted(_strong(past, fields), key=lambda one: (len(one.facts), one.key))
    for one in strong:
        if goes(one.facts) != one.team and not any(_says(wider, one) for wider in found):
            found.append(one)
    return sorted(found, key=lambda one: (-one.count, one.key))


def _strong(past: Past[int], fields: Collection[str]) -> Iterable[Regularity]:
    for (link, values), counted in past.counts.items():
        if not link or not set(link) <= set(fields):
            continue
        among = counted.total()
        team, count = min(counted.items(), key=lambda pair: (-pair[1], pair[0]))
        if among >= LEAST and count >= SHARE * among:
            yield Regularity(facts=dict(zip(link, values, strict=True)), team=team, count=count, among=among)


def _says(wider: Regularity, one: Regularity) -> bool:
    """The same team for all that `one` is about."""
    return wider.team == one.team and wider.facts.items() <= one.facts.items()
