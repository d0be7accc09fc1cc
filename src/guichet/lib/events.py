"""Who reacts to what happened. Subscribers run inside the action's transaction, in the order they were connected.

What must leave the process (mail, webhooks) is written to the outbox by a subscriber, never sent by it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Subscriber = Callable[..., None]
_subscribers: dict[str, list[Subscriber]] = defaultdict(list)


def subscribe(verb: str, subscriber: Subscriber) -> None:
    """Call `subscriber(event=…, subject=…)` after each event of `verb`; "*" is every verb."""
    if subscriber not in _subscribers[verb]:
        _subscribers[verb].append(subscriber)


def emit(verb: str, *, event: Any, subject: Any) -> None:
    for subscriber in (*_subscribers[verb], *_subscribers["*"]):
        subscriber(event=event, subject=subject)


_long_ago: ContextVar[bool] = ContextVar("long_ago", default=False)


@contextmanager
def long_ago() -> Iterator[None]:
    """What happens inside happened in the past: it is recorded as ever, but it is news to nobody."""
    token = _long_ago.set(True)
    try:
        yield
    finally:
        _long_ago.reset(token)


def is_long_ago() -> bool:
    return _long_ago.get()


def subscriptions() -> dict[str, list[str]]:
    """Verb → names of the subscribers, for the documentation and its contract test."""
    return {verb: [f"{s.__module__}.{s.__qualname__}" for s in subs] for verb, subs in _subscribers.items() if subs}
