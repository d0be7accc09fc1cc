"""What is done of itself: forgetting what was sent long ago."""

from __future__ import annotations

from guichet.connectors import deliveries
from guichet.lib.jobs import job


@job(name="connectors.forget", queueing_lock="connectors.forget")
def forget(timestamp: int) -> int:
    """What was sent more than 30 days ago is of no use to anybody."""
    return deliveries.forget()
