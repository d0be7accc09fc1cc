"""What a session changed in the tickets of those who came, beside those who could have come (pure).

The difference in differences: how the mean number of tickets of those who came changed from the days before to the
days after, less how that of the others changed meanwhile. What would have happened anyway (a migration, a quiet
month) touches both and falls out; that those who come are not like the others does so only as far as it is constant.

The interval is Welch's (B. L. Welch, Biometrika 34, 1947) over people, since one person's tickets come in bouts and
are no independent draws. A small group may all have changed alike by chance: its variance is therefore never taken
for less than that of counts which follow Poisson's law, whose difference has the variance of their sum; one count is
added, so that a group without tickets is not held to be certain. Quantiles of Student's law by their expansion in
1/degrees of freedom (Abramowitz and Stegun, 26.7.5), right to 0.001 from four degrees on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

FEWER, UNCLEAR, MORE, TOO_FEW = "fewer", "unclear", "more", "too_few"
# Below these nothing is said: people in each group, tickets in both together.
LEAST_PEOPLE, LEAST_TICKETS = 5, 10
DAYS_A_MONTH = 365.25 / 12
# Of the standard normal law, at 0.975.
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Group:
    """Some people's tickets on both sides of a session; `squares` sums the squares of each one's change."""

    people: int
    before: int
    after: int
    squares: int

    @classmethod
    def of(cls, counts: Iterable[tuple[int, int]], *, people: int) -> Group:
        """From each one's tickets before and after; whoever of `people` isn't there had none."""
        known = list(counts)
        return cls(
            people=people,
            before=sum(before for before, _ in known),
            after=sum(after for _, after in known),
            squares=sum((after - before) ** 2 for before, after in known),
        )

    @property
    def change(self) -> float:
        """The mean change, in tickets a person."""
        return (self.after - self.before) / self.people

    @property
    def error(self) -> float:
        """The variance of the mean change."""
        spread = (self.squares - self.people * self.change**2) / (self.people - 1)
        by_chance = (self.before + self.after + 1) / self.people
        return max(spread, by_chance) / self.people


@dataclass(frozen=True, slots=True)
class Found:
    """Tickets for each person and month, by which those who came changed more than the others did; and 95 % of it."""

    verdict: str
    difference: float | None = None
    low: float | None = None
    high: float | None = None


def found(*, came: Group, others: Group, days: int) -> Found:
    """`days` on each side, > 0. Negative is fewer tickets."""
    tickets = came.before + came.after + others.before + others.after
    if min(came.people, others.people) < LEAST_PEOPLE or tickets < LEAST_TICKETS:
        return Found(TOO_FEW)
    months = days / DAYS_A_MONTH
    difference = came.change - others.change
    both = came.error + others.error
    freedom = both**2 / (came.error**2 / (came.people - 1) + others.error**2 / (others.people - 1))
    margin = quantile(freedom) * sqrt(both)
    low, high = (difference - margin) / months, (difference + margin) / months
    verdict = FEWER if high < 0 else MORE if low > 0 else UNCLEAR
    return Found(verdict, difference / months, low, high)


def quantile(freedom: float) -> float:
    """What Student's law of so many degrees of freedom (4 at least) stays under 97.5 times in a hundred."""
    z, n = _Z, freedom
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    return z + sum(term / n**power for power, term in enumerate(terms, start=1))
