"""Who is called next, by whom (pure).

One law, used at the counter and in the simulation behind the estimate. Times are minutes as floats from any common
origin (midnight, say). Every class of visit has a *head start* in minutes. Somebody's *rank* is the moment they count
from (arrival, or the slot of their appointment) minus the head start of their class, and among those whom an agent may
serve now the smallest rank is next. One number gives priority and no starvation: whoever has waited longer than the
largest head start can be overtaken by nobody who comes later. A very large head start is strict priority.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

URGENT, APPOINTMENT, WALK_IN = "urgent", "appointment", "walk_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody who waits. `since`: the moment they count from; `arrived`: when they checked in."""

    id: int
    standing: str = WALK_IN
    since: float
    arrived: float
    # What they come for: the key under which service times are learnt.
    category: str = ""
    # What whoever serves them has to know; None: nothing in particular.
    skill: str | None = None
    # The start of their appointment, while they are served as one.
    slot: float | None = None
    # The only agent who may serve them, after a transfer to somebody.
    wanted: int | None = None


@dataclass(frozen=True, slots=True)
class Break:
    """A planned break that is still to be taken: its start, and its length in minutes."""

    start: float
    length: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Somebody on duty. `breaks` are those still to be taken; `idle_since` is None while they serve somebody."""

    id: int
    skills: frozenset[str] = frozenset()
    starts: float = float("-inf")
    ends: float = float("inf")
    breaks: tuple[Break, ...] = ()
    paused: bool = False
    idle_since: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A venue's order of calling. Head starts in minutes by class; a class that isn't named has none.

    `early`: an appointment isn't called earlier than this many minutes before its slot.
    """

    head_starts: Mapping[str, float] = field(default_factory=dict)
    early: float = 5.0


def rank(person: Waiting, *, rules: Rules) -> float:
    """The moment that orders people, in minutes; the smallest is next."""
    return person.since - rules.head_starts.get(person.standing, 0.0)


def order(person: Waiting, *, rules: Rules) -> tuple[float, float, int]:
    """What people are sorted by: their rank; where it is equal, who came first, then who was numbered first."""
    return (rank(person, rules=rules), person.arrived, person.id)


def callable_from(person: Waiting, *, rules: Rules) -> float:
    """The first moment at which they may be called; appointments wait for their slot, all others for nothing."""
    if person.standing == APPOINTMENT and person.slot is not None:
        return person.slot - rules.early
    return float("-inf")


def may_serve(agent: Agent, person: Waiting) -> bool:
    """Whether this agent has what it takes, whatever the time. Whoever was sent to them is theirs, skill or not."""
    if person.wanted is not None:
        return person.wanted == agent.id
    return person.skill is None or person.skill in agent.skills


def at_work(agent: Agent, *, now: float) -> bool:
    """Whether they take people now: on duty, not on a break, and no planned break is due."""
    if agent.paused or not agent.starts <= now < agent.ends:
        return False
    return all(pause.start > now for pause in agent.breaks)


def asking(agent: Agent, *, now: float) -> Agent:
    """The same agent when they ask for the next person themselves: at work, whatever was planned for now."""
    return replace(
        agent,
        paused=False,
        starts=min(agent.starts, now),
        ends=agent.ends if now < agent.ends else float("inf"),
        breaks=tuple(pause for pause in agent.breaks if pause.start > now),
    )


def next_for(agent: Agent, waiting: Iterable[Waiting], *, now: float, rules: Rules) -> Waiting | None:
    """Whom this agent calls next; None: nobody they may serve now. The order of `waiting` doesn't matter."""
    if not at_work(agent, now=now):
        return None
    able = (p for p in waiting if may_serve(agent, p) and callable_from(p, rules=rules) <= now)
    return min(able, key=lambda person: order(person, rules=rules), default=None)


def preference(agent: Agent) -> tuple[int, float, int]:
    """What idle agents are sorted by: the fewest skills, so that the versatile stay free; then the longest idle."""
    return (len(agent.skills), agent.idle_since if agent.idle_since is not None else float("inf"), agent.id)


def agent_for(person: Waiting, agents: Iterable[Agent], *, now: float, rules: Rules) -> Agent | None:
    """Which idle agent serves somebody who has just become callable; None: they wait."""
    if callable_from(person, rules=rules) > now:
        return None
    able = (a for a in agents if a.idle_since is not None and at_work(a, now=now) and may_serve(a, person))
    return min(able, key=preference, default=None)
