"""For a kiosk's scripts: whether we are there, and taking over what the machine accepted."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.http import require_POST, require_safe

from guichet.kiosk import shown
from guichet.kiosk.flow import LANGUAGES, TYPED_LIMIT, TYPED_WAYS, Flow
from guichet.kiosk.machine import MachineRequest, of_machine
from guichet.kiosk.views.check_in import frame, number, whole
from guichet.lib.text import one_line
from guichet.walkup import days
from guichet.walkup.handing_over import Entry, Handed, hand_over, keep
from guichet.walkup.models import Device, StrayCause, StrayCheckIn, Visit
from guichet.walkup.reasons import tree_of

AT_ONCE = 50
_WAYS = {*TYPED_WAYS, "none"}
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@of_machine(data=True)
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Asked every few seconds: the server's clock, a token to post with, when it is open, the last number given."""
    device = cast(MachineRequest, request).device
    now = timezone.now()
    made = whole(device, tree_of(device.venue))
    return JsonResponse(
        {
            "now": now.timestamp(),
            "token": get_token(request),
            "version": made["config"]["version"],
            "open": shown.closed_until(device.venue, now=now) is None,
            "openings": shown.openings(device.venue, now=now),
            "day": days.day_of(device.venue, now=now).isoformat(),
            "last": last_number(device, now=now),
        }
    )


def last_number(device: Device, *, now: datetime) -> int:
    """The highest of its own numbers that reached us that day: a machine that forgot its count goes on after it."""
    prefix = f"{device.letter}-"
    today = days.day_of(device.venue, now=now)
    visits = Visit.objects.filter(venue=device.venue, day=today, number__startswith=prefix)
    strays = StrayCheckIn.objects.filter(
        venue=device.venue, number__startswith=prefix, arrived_at__gte=now - timedelta(days=1)
    )
    given = [*visits.values_list("number", flat=True), *strays.values_list("number", flat=True)]
    counts = ("".join(c for c in text.removeprefix(prefix) if c.isdecimal()) for text in given)
    return max((int(count) for count in counts if count), default=0)


@of_machine(data=True)
@require_POST
def handover(request: HttpRequest) -> HttpResponse:
    """A list of check-ins, in the order in which they were accepted. Each has its answer, under its key."""
    device = cast(MachineRequest, request).device
    now = timezone.now()
    try:
        given = json.loads(request.body)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, list) or len(given) > AT_ONCE:
        return JsonResponse({"error": "not_a_list"}, status=422)
    return JsonResponse({"answers": [_take(raw, device=device, now=now) for raw in given]})


def _take(raw: Any, *, device: Device, now: datetime) -> dict[str, Any]:
    entry = _entry(raw)
    if entry is None:
        return _unreadable(raw, device=device, now=now)
    handed = hand_over(entry, device=device, now=now)
    return {"key": entry.key, **_answer(handed, device=device, wants_page=not entry.promised)}


def _answer(handed: Handed, *, device: Device, wants_page: bool) -> dict[str, Any]:
    if handed.visit is None:
        said = {}
        for language in LANGUAGES:
            with translation.override(language):
                said[language] = str(handed.refused)
        return {"status": "kept"} if handed.stray else {"status": "refused", "code": handed.code, "words": said}
    answer: dict[str, Any] = {"status": "visit", "number": handed.visit.number}
    if wants_page:
        answer["pages"] = {language: _page(handed.visit, device, language) for language in LANGUAGES}
    return answer


def _page(visit: Visit, device: Device, language: str) -> str:
    with translation.override(language):
        context = {**frame(device, Flow(language=language)), **number(visit), "step": "done", "whole": True}
        return render_to_string("kiosk/steps/done.html", context)


def _entry(raw: Any) -> Entry | None:
    """None for what isn't a check-in of ours."""
    if not isinstance(raw, dict):
        return None
    try:
        key = str(UUID(str(raw.get("key", ""))))
        arrived_at = datetime.fromtimestamp(float(raw.get("arrived_at", "")), tz=UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return None
    way, language, reason = raw.get("way"), raw.get("language"), raw.get("reason")
    if not (isinstance(way, str) and isinstance(language, str)) or arrived_at < _LONG_AGO:
        return None
    if way not in _WAYS or language not in LANGUAGES:
        return None
    return Entry(
        key=key,
        venue=one_line(str(raw.get("venue", "")))[:60],
        language=language,
        arrived_at=arrived_at,
        way=way,
        typed=one_line(str(raw.get("typed", "")))[:TYPED_LIMIT],
        reason=reason if type(reason) is int and 0 < reason < 2**62 else None,
        number=one_line(str(raw.get("number", "")))[:8],
        promised=raw.get("promised") is True,
    )


def _unreadable(raw: Any, *, device: Device, now: datetime) -> dict[str, Any]:
    """Kept as it is, as far as it goes: the machine may forget it then."""
    text = json.dumps(raw)[:4000]
    name = str(raw.get("key", "")) if isinstance(raw, dict) else ""
    # Its own key may be what is wrong with it; what it says is what it is kept under.
    key = f"unreadable-{hashlib.sha256(text.encode()).hexdigest()[:48]}"
    number = one_line(str(raw.get("number", "")))[:8] if isinstance(raw, dict) else ""
    entry = Entry(key=key, venue=device.venue.slug, language="fr", arrived_at=now, typed=text, number=number)
    keep(entry, device=device, cause=StrayCause.UNREADABLE, now=now)
    return {"key": name, "status": "kept"}
