"""Who hears of a change at a venue: screens ask again for what they may see; a visit's path stands on its ticket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from procrastinate.exceptions import AlreadyEnqueued

from guichet.lib import events
from guichet.lib.errors import Refused
from guichet.lib.live import Event, publish
from guichet.lib.text import clean
from guichet.people.models import Person
from guichet.tickets.actions.change import Change, change
from guichet.tickets.actions.conversation import add_message
from guichet.tickets.models import Channel, MessageKind
from guichet.walkup import waits
from guichet.walkup.models import Venue, Visit


def show(venue: Venue, *visits: Visit) -> None:
    """When this commits, wake the boards, the counters and the phones of these visits, and foretell the waits anew."""
    if events.is_long_ago():
        return
    waits.changed(venue)
    # The phone of whoever is called asks before all the screens do.
    told = [Event(kind="visit", topic=f"visit:{visit.token}", ref=visit.number) for visit in visits]
    publish(*told, *of_venue(venue))
    _foretell(venue)


def _foretell(venue: Venue) -> None:
    """By a job of its own: whoever was called is not to wait for what it means to the others."""
    from guichet.walkup import jobs

    one = jobs.foretell_venue.configure(queueing_lock=f"walkup.foretell_venue:{venue.pk}")
    with suppress(AlreadyEnqueued), transaction.atomic():
        one.defer(venue=venue.pk)


def of_venue(venue: Venue) -> list[Event]:
    """For the counters, and for the boards: these listen by their key, and belong to nobody."""
    return [Event(kind="venue", topic=topic, ref=venue.slug) for topic in (board_topic(venue), f"venue:{venue.pk}")]


def board_topic(venue: Venue) -> str:
    return f"board:{venue.board_key}"


@contextmanager
def told(visit: Visit, *, verb: str, actor: Person | None, now: datetime, **data: Any) -> Iterator[Change]:
    """One event of the visit on its ticket's chain; the body may change the locked ticket as well."""
    with change(visit.ticket, verb="note", event=verb, actor=actor, now=now) as step:
        step.data.update(
            visit=visit.pk,
            venue=visit.venue_id,
            venue_name_fr=visit.venue.name_fr,
            venue_name_en=visit.venue.name_en,
            number=visit.number,
            **data,
        )
        yield step
    visit.ticket = step.ticket


def noted(step: Change, text: str, *, actor: Person | None) -> None:
    """Words for the desk, beside the event: as an internal note, since what an event says can't be erased."""
    if text and actor is not None:
        add_message(step, kind=MessageKind.NOTE, body=text, actor=actor, from_desk=True, channel=Channel.KIOSK)


def need_words(text: str, *, field: str, limit: int = 500) -> str:
    """`text` cleaned; refused when it is too long."""
    text = clean(text).strip()
    if len(text) > limit:
        raise Refused(_("This text is too long."), code="too_long", field=field)
    return text
