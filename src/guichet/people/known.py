"""Who hears that a person was written down, or that what is known of them changed. Wired in `config/wiring.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from guichet.people.models import Person

Hearer = Callable[[Sequence[Person]], None]
_hearers: list[Hearer] = []


def hear(hearer: Hearer) -> None:
    """Call `hearer` with the people of whom something is known now, inside the transaction that wrote it."""
    if hearer not in _hearers:
        _hearers.append(hearer)


def now_known(people: Iterable[Person]) -> None:
    """Said by whoever writes a person down or changes one."""
    told = list(people)
    for hearer in _hearers if told else ():
        hearer(told)
