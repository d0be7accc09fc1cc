"""What happened → who reacts. The only place where the rooms learn of one another upwards."""

from typing import Any

from guichet.lib import events
from guichet.lib.live import Event, publish
from guichet.notifications.tell import CIRCLES, tell


def connect() -> None:
    for verb in CIRCLES:
        events.subscribe(verb, tell)
    events.subscribe("*", show)


def show(*, event: Any, subject: Any) -> None:
    """Wake the screens that show this ticket; they ask again for what they may see."""
    ref = subject.reference
    publish(
        Event(kind="ticket", topic=f"ticket:{ref}", ref=ref),
        Event(kind="list", topic=f"desk:{subject.desk_id}", ref=ref),
        Event(kind="mine", topic=f"person:{subject.requester_id}", ref=ref),
    )
