"""Which team past requests like this one went to (pure): counts, shrunk from the particular to the general.

A *chain* names the facts to look at, from the widest to the narrowest: `[("category",), ("category", "site")]`. With
`n` past cases that agree on a link's facts, of which `c` went to a team, the team's share there is

    p = (c + K · p_wider) / (n + K)

with `p_wider` the share at the link before; everything together is the link before the first (Jelinek & Mercer 1980;
MacKay & Peto 1995, a hierarchical Dirichlet language model with K as its concentration). A narrow link that has seen
much speaks for itself; one that has seen little or nothing leaves it to the wider one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

# How many cases the wider link is worth.
K = 4.0

T = TypeVar("T", int, str)
Link = tuple[str, ...]
Facts = Mapping[str, str]
# A link with what its facts are.
Key = tuple[Link, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Proposal(Generic[T]):
    """A team, its share (0 to 1), and the past cases behind it: `count` of `among` that agree on the facts `like`: the
    narrowest link that anything is known of, without facts that all its cases share anyway. Empty where only the whole
    past speaks."""

    team: T
    share: float
    count: int
    among: int
    like: Link


@dataclass(slots=True)
class Past(Generic[T]):
    """What past cases were and where they went."""

    chain: Sequence[Link]
    counts: dict[Key, Counter[T]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, facts: Facts, team: T) -> None:
        """One more case. A fact that isn't known ("") makes no link."""
        for key in keys(facts, self.chain):
            self.counts[key][team] += 1

    def learn(self, cases: Iterable[tuple[Facts, T]]) -> Past[T]:
        for facts, team in cases:
            self.add(facts, team)
        return self

    def thinned(self, least: int) -> Past[T]:
        """Without the links that rest on fewer than `least` cases; the whole past stays."""
        thin = Past[T](self.chain)
        thin.counts.update(
            {key: counted for key, counted in self.counts.items() if not key[0] or counted.total() >= least}
        )
        return thin

    def propose(self, facts: Facts, *, top: int = 3, without: Collection[T] = (), least: int = 1) -> list[Proposal[T]]:
        """The likeliest teams, the likeliest first; [] where nothing was learnt. Equal ones by their team.

        `without`: as if what these teams solved had never been. A link that keeps fewer than `least` cases is left out.
        """
        seen: list[tuple[Key, Counter[T]]] = []
        for key in keys(facts, self.chain):
            counted = self.counts.get(key, Counter())
            if without:
                counted = Counter({team: number for team, number in counted.items() if team not in without})
            if counted.total() >= (least if key[0] else 1):
                seen.append((key, counted))
        if not seen:
            return []
        shares = dict.fromkeys(seen[0][1], 0.0)
        for number, (_key, counted) in enumerate(seen):
            among = counted.total()
            weight = K if number else 0.0
            shares = {team: (counted[team] + weight * share) / (among + weight) for team, share in shares.items()}
        narrowest, counted = seen[-1]
        like = self._fewest(narrowest, [key for key, _counted in seen])
        best = sorted(shares, key=lambda team: (-shares[team], team))[:top]
        return [
            Proposal(team=team, share=shares[team], count=counted[team], among=counted.total(), like=like)
            for team in best
        ]

    def _fewest(self, narrowest: Key, wider: Sequence[Key]) -> Link:
        """The fewest facts that all cases of a link have in common, and no others."""
        cases = self.counts[narrowest].total()
        for key in wider:
            link, _values = key
            if set(link) <= set(narrowest[0]) and self.counts[key].total() == cases:
                return link
        return narrowest[0]


def confident(proposals: Sequence[Proposal[T]], *, least: int, share: float) -> Proposal[T] | None:
    """The first of `proposals` if it is worth saying: something particular speaks (not the whole past alone), it rests
    on `least` cases, more than half of them went there, and its share is at least `share`."""
    if not proposals:
        return None
    best = proposals[0]
    particular = bool(best.like) and best.among >= least and 2 * best.count > best.among
    return best if particular and best.share >= share else None


def written(past: Past[int]) -> dict[str, list[Any]]:
    """The counts as JSON keeps them, the same for the same counts: link → [[values, {team: cases}], …]."""
    links: dict[str, list[Any]] = {}
    for (link, values), counted in sorted(past.counts.items()):
        teams = {str(team): number for team, number in sorted(counted.items())}
        links.setdefault(",".join(link), []).append([list(values), teams])
    return links


def read(kept: Mapping[str, list[Any]], chain: Sequence[Link]) -> Past[int]:
    """The inverse of `written`."""
    past = Past[int](chain)
    for name, rows in kept.items():
        link = tuple(name.split(",")) if name else ()
        for values, teams in rows:
            past.counts[link, tuple(values)] = Counter({int(team): number for team, number in teams.items()})
    return past


def keys(facts: Facts, chain: Sequence[Link]) -> list[Key]:
    """The links of the chain that these facts make, the whole past first."""
    made: list[Key] = [((), ())]
    for link in chain:
        values = tuple(facts.get(name, "") for name in link)
        if all(values):
            made.append((link, values))
    return made
