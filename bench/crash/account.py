"""The account of a run, made from the database and from what the other side was given. It knows only subjects."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.crash.post import subject
from guichet.activity.models import Event
from guichet.activity.record import broken_links
from guichet.channels.models import Contact, Outcome
from guichet.lib.models import Outgoing
from guichet.tickets.models import Ticket


@dataclass(frozen=True)
class Account:
    """What has to be 0 stands in `wrong`; the rest says what the run went through."""

    messages: int
    contacts: dict[str, int]
    read_again: int
    most_tries: int
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    # Quarantined because their reader died over them three times; their bytes are there for people to read.
    set_aside: list[str] = field(default_factory=list)
    unaccounted: int = 0
    broken_chains: int = 0

    @property
    def wrong(self) -> bool:
        return bool(self.lost or self.doubled or self.unaccounted or self.broken_chains)

    def told(self) -> dict[str, Any]:
        """Figures, with the first few names where something is wrong."""
        counts = {
            name: {"count": len(value), "first": value[:5]} if isinstance(value, list) and value else value
            for name, value in asdict(self).items()
        }
        return {name: 0 if value == [] else value for name, value in counts.items()}


def account(run: str, numbers: Iterable[int]) -> Account:
    """Each message, found by its subject, is exactly one ticket."""
    names = [subject(run, number) for number in numbers]
    tickets = Counter(Ticket.objects.filter(title__startswith=f"{run}-").values_list("title", flat=True))
    ours = Contact.objects.order_by()
    kept = [bytes(raw) for raw in ours.filter(outcome=Outcome.QUARANTINE).values_list("raw", flat=True)]
    aside = {name for name in names if any(f"Subject: {name}\n".encode() in raw for raw in kept)}
    tries = list(ours.values_list("tries", flat=True))
    return Account(
        messages=len(names),
        contacts=dict(Counter(ours.values_list("outcome", flat=True))),
        read_again=sum(n > 1 for n in tries),
        most_tries=max(tries, default=0),
        lost=[name for name in names if not tickets[name] and name not in aside],
        doubled=[name for name in names if tickets[name] > 1],
        set_aside=sorted(name for name in aside if not tickets[name]),
        unaccounted=ours.filter(outcome=Outcome.WAITING).count(),
        broken_chains=broken_chains(),
    )


def broken_chains() -> int:
    """Tickets whose events are not a whole chain that ends where the ticket says."""
    chains: dict[int, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(subject_type="ticket").order_by("subject_id", "number"):
        chains[event.subject_id].append(event)
    heads = {ticket.pk: (ticket.version, ticket.chain) for ticket in Ticket.objects.only("version", "chain")}
    broken = set(chains) ^ set(heads)
    for pk, chain in chains.items():
        if broken_links(chain) or (chain[-1].number, chain[-1].hash) != heads.get(pk):
            broken.add(pk)
    return len(broken)


@dataclass(frozen=True)
class Answers:
    """The acknowledgements: one in the outbox for each ticket, and one letter, however often it was handed over."""

    written: int
    never_delivered: int
    repeated: int
    twice_in_outbox: int
    two_letters: int

    @property
    def wrong(self) -> bool:
        return bool(self.never_delivered or self.twice_in_outbox or self.two_letters)


def answers(names: Iterable[str], given: dict[str, Counter[str]]) -> Answers:
    """For the messages of these names, each of which is a ticket."""
    rows: Counter[str] = Counter()
    for key in Outgoing.objects.filter(key__startswith="acknowledgement:").values_list("key", flat=True):
        rows[key.split(":")[1]] += 1
    people = [f"{name}@x.example" for name in names]
    return Answers(
        written=sum(rows.values()),
        never_delivered=sum(not given[address] for address in people),
        repeated=sum(sum(given[address].values()) > 1 for address in people),
        twice_in_outbox=sum(n > 1 for n in rows.values()),
        two_letters=sum(len(given[address]) > 1 for address in people),
    )
