"""What a kiosk and a phone say of a visit and of a venue. Nobody's name, address or ticket goes through here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guichet.lib import moments
from guichet.walkup import days
from guichet.walkup.checking_in import BEFORE_OPENING
from guichet.walkup.models import Venue, Visit, VisitState
from guichet.walkup.opening import coming
from guichet.walkup.waits import waits_of
from guichet.walkup.wording import range_words

# Within this many people, or minutes at the least, one had better be there.
NEAR_AHEAD, NEAR_MINUTES = 2, 5
COFFEE_MINUTES = 15
# So long after a check-in its page still opens.
LASTS = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where somebody who waits stands. Minutes are None where nothing is known of the wait."""

    ahead: int
    low: float | None = None
    high: float | None = None
    # Too little is known of this venue for a range that holds.
    little_data: bool = False

    @property
    def near(self) -> bool:
        return self.ahead <= NEAR_AHEAD or (self.low is not None and self.low <= NEAR_MINUTES)

    @property
    def time_for_coffee(self) -> bool:
        return not self.near and self.low is not None and self.low >= COFFEE_MINUTES


def place_of(visit: Visit, *, now: datetime) -> Place | None:
    """None for who isn't waiting."""
    if visit.state != VisitState.WAITING:
        return None
    wait = waits_of(visit.venue, now=now).get(visit.pk)
    if wait is None:
        return None
    if wait.little_data:
        return Place(ahead=wait.ahead, little_data=True)
    return Place(ahead=wait.ahead, low=wait.low, high=wait.high)


def ahead_words(place: Place) -> str:
    if not place.ahead:
        return _("You are next")
    return ngettext("%(count)d person before you", "%(count)d people before you", place.ahead) % {"count": place.ahead}


def wait_words(place: Place) -> str:
    """« entre 12 et 20 minutes »; "" where nothing is known."""
    return "" if place.low is None or place.high is None else range_words(place.low, place.high)


def manner(venue: Venue, *, language: str) -> str:
    """How times are written there in that language: « 10 h 30 » in Québec, « 10:30 » in France."""
    region = venue.organisation.region.lower()
    return region if region.startswith(language) else language


def opening_words(starts_at: datetime, *, venue: Venue, now: datetime) -> str:
    """When a closed venue opens; its moment is local already."""
    language = translation.get_language() or "fr"
    time = moments.clock_time(at=starts_at, language=manner(venue, language=language))
    if starts_at.date() == now.astimezone(starts_at.tzinfo).date():
        return _("today at %(time)s") % {"time": time}
    day = moments.date_text(at=starts_at, language=language, weekday=True)
    return _("%(day)s at %(time)s") % {"day": day, "time": time}


def openings(venue: Venue, *, now: datetime) -> list[dict[str, Any]]:
    """The days to come, for a machine that may be without network when they do. Moments in seconds."""
    found = []
    for start, end in _coming(venue, now=now)[:20]:
        words = {}
        for language in ("fr", "en"):
            with translation.override(language):
                words[language] = opening_words(start, venue=venue, now=now)
        found.append({"from": start.timestamp(), "to": end.timestamp(), **words})
    return found


def closed_until(venue: Venue, *, now: datetime) -> str | None:
    """None while people are received or soon will be; else when that is, "" where it isn't known."""
    if venue.active and days.is_open(venue, now=now, before=BEFORE_OPENING):
        return None
    following = _coming(venue, now=now)
    return opening_words(following[0][0], venue=venue, now=now) if following else ""


def _coming(venue: Venue, *, now: datetime) -> list[tuple[datetime, datetime]]:
    """A venue that was switched off doesn't open again by itself."""
    return coming(venue, now=now) if venue.active else []
