"""The waiting room's screen: opened by the key in its address, or by a machine that was enrolled as one.

Hundreds may show one venue. What they fetch at each change is rendered once for each version of its forecast.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

import guichet
from guichet.kiosk.machine import kept_by_nobody
from guichet.kiosk.shown import manner
from guichet.lib.moments import clock_time
from guichet.walkup import enrolment, wording
from guichet.walkup.board import Board, Called, board_of
from guichet.walkup.days import zone_of
from guichet.walkup.models import DeviceKind, Venue
from guichet.walkup.telling import board_topic

_LANGUAGES = ("fr", "en")
_KEPT_SECONDS = 90
_rendering = Lock()


class _Known(NamedTuple):
    """What is read of a venue at each request; the rest only when something changed."""

    pk: int
    key: str
    language: str
    version: int | None


@require_safe
def board(request: HttpRequest, venue: str, key: str) -> HttpResponse:
    """The page; with `?state`, the part that changes."""
    known = _known(venue, key)
    asked = request.GET.get("language", "")
    language = asked if asked in _LANGUAGES else "en" if known.language.startswith("en") else "fr"
    now = timezone.now()
    state = _state(known, language=language, now=now)
    if "state" in request.GET:
        return _guarded(HttpResponse(state))
    found = Venue.objects.with_desk().get(pk=known.pk)
    how = manner(found, language=language)
    with translation.override(language), timezone.override(zone_of(found)):
        context = {
            "venue": found,
            "language": language,
            "state": state,
            "topic": board_topic(found),
            "zone": found.organisation.time_zone,
            "manner": how,
            "clock": clock_time(at=now.astimezone(zone_of(found)), language=how),
            "theme": "light" if request.GET.get("theme") == "light" else "dark",
        }
        return _guarded(render(request, "kiosk/board.html", context))


@require_safe
def of_machine(request: HttpRequest) -> HttpResponse:
    """A screen that was enrolled is led to its board."""
    device = enrolment.device_of(request.COOKIES.get(enrolment.COOKIE, ""), now=timezone.now(), kind=DeviceKind.BOARD)
    if device is None:
        return kept_by_nobody(render(request, "kiosk/unknown_machine.html", status=403))
    return kept_by_nobody(redirect("kiosk:board", venue=device.venue.slug, key=device.venue.board_key))


# A plain statement: it is all that most requests ask, two hundred of them within a moment of each call.
_LOOK = """
SELECT venue.id, venue.board_key, organisation.language, forecast.version
FROM walkup_venue AS venue
JOIN people_organisation AS organisation ON organisation.id = venue.organisation_id
LEFT JOIN walkup_forecast AS forecast ON forecast.venue_id = venue.id
WHERE venue.slug = %s AND venue.active
"""


def _known(slug: str, key: str) -> _Known:
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [slug])
        row = cursor.fetchone()
    if row is None or not constant_time_compare(row[1], key):
        raise Http404
    return _Known(*row)


def _state(known: _Known, *, language: str, now: datetime) -> str:
    """Calls disappear with time, hence the minute in what it is kept under. Whoever asks first renders it."""
    name = f"board:{known.pk}:{known.key}:{known.version}:{language}:{int(now.timestamp() // 60)}"
    kept: str | None = cache.get(name)
    if kept is not None:
        return kept
    with _rendering:
        kept = cache.get(name)
        if kept is None:
            venue = Venue.objects.with_desk().get(pk=known.pk)
            with translation.override(language), timezone.override(zone_of(venue)):
                kept = render_to_string("kiosk/board_state.html", shown(board_of(venue, now=now), now=now))
            cache.set(name, kept, _KEPT_SECONDS)
    return kept


def shown(board: Board, *, now: datetime) -> dict[str, Any]:
    return {
        "calls": [
            {**asdict(call), "counter_words": wording.counter_words(call.counter), **_said(call)}
            for call in board.calls
        ],
        "waiting": board.waiting,
        "more": board.more,
        "ranges": [
            {"name": one.name, "short": wording.short_words(one.wait), "words": wording.wait_words(one.wait)}
            for one in board.ranges
        ],
        "unknown": bool(board.ranges) and all(one.wait.little_data for one in board.ranges),
        "nobody": not board.calls and not board.waiting,
        "release": guichet.__version__,
        "now": now,
    }


def _said(call: Called) -> dict[str, str]:
    """What the voice says, in each language; the visit's own comes first."""
    said = {}
    for language in _LANGUAGES:
        with translation.override(language):
            words = {"number": call.number, "counter": wording.counter_words(call.counter)}
            said[f"say_{language}"] = _("Number %(number)s: %(counter)s") % words
    return {**said, "first": "en" if call.language.startswith("en") else "fr"}


def _guarded(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    # The key is in the address: it is told to nobody.
    response["Referrer-Policy"] = "no-referrer"
    return kept_by_nobody(response)
