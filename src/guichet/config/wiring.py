"""What happened → who reacts. The only place where the rooms learn of one another upwards."""

from typing import Any

from guichet.lib import events
from guichet.lib.live import publish
from guichet.notifications.tell import CIRCLES, tell


def connect() -> None:
    for verb in CIRCLES:
        events.subscribe(verb, tell)
    events.subscribe("*", show)


def show(*, event: Any, subject: Any) -> None:
    """Wake the screens that show this ticket; they ask again for what they may see."""
    publish(topic=f"ticket:{subject.reference}", kind="ticket", ref=subject.reference)
    publish(topic=f"desk:{subject.desk_id}", kind="list", ref=subject.reference)
    publish(topic=f"person:{subject.requester_id}", kind="mine", ref=subject.reference)
