"""Checking in by touch: one form that carries all that was said, one step a page; with scripts, one page that stays.

The page holds every step in both languages, so that a machine whose network is away goes on: see `static/kiosk`.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

import guichet
from guichet.kiosk import flow as flows
from guichet.kiosk import shown
from guichet.kiosk.flow import Flow
from guichet.kiosk.machine import MachineRequest, of_machine
from guichet.lib.errors import Text
from guichet.ui import qr
from guichet.walkup import days, handing_over
from guichet.walkup.checking_in import BEFORE_OPENING
from guichet.walkup.models import Device, Visit
from guichet.walkup.reasons import Tree, tree_of

# Somebody else stands there by then.
_SHOWN_FOR = timedelta(minutes=2)
# Without scripts a page that nobody touches goes back by itself.
IDLE_SECONDS = 40
# Refusals that another line of text may mend.
_ABOUT_TEXT = {"no_appointment", "bad_email", "name_needed", "not_awaited", "too_long"}
# Where appointments are booked: the portal is another room.
_BOOKING = "/help/appointments/"
_SCRIPTS = ("kiosk", "store", "link", "steps", "keys")
_FILES = ("ui/tokens.css", "ui/base.css", "kiosk/kiosk.css", *(f"kiosk/{name}.js" for name in _SCRIPTS))


@of_machine()
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    request = cast(MachineRequest, request)
    language = translation.get_language() or "fr"
    given = request.POST if request.method == "POST" else {"language": request.GET.get("language", "")}
    flow = flows.read(given, language=language, venue=request.device.venue)
    with translation.override(flow.language):
        return _post(request, flow) if request.method == "POST" else _step(request, flow)


def _post(request: MachineRequest, flow: Flow) -> HttpResponse:
    tree = tree_of(request.device.venue)
    touched = tree.by_id.get(flow.reason or 0)
    if flow.step == "reasons" and not flow.shown:
        # An appointment says what it is for.
        if flow.way == "appointment" or (touched is not None and tree.is_leaf(touched)):
            return _check_in(request, flow)
    elif flow.step == "who" and flow.asked and not flow.shown:
        return _step(request, flow, tree=tree, error=gettext("Fill this in, or go back."), status=422)
    return _step(request, flow, tree=tree)


def _check_in(request: MachineRequest, flow: Flow) -> HttpResponse:
    now = timezone.now()
    entry = handing_over.Entry(
        key=flow.key, venue=request.device.venue.slug, language=flow.language, arrived_at=now, way=flow.way,
        typed=flow.typed, reason=flow.reason,
    )  # fmt: skip
    handed = handing_over.hand_over(entry, device=request.device, now=now)
    if handed.visit is None:
        return _step(request, flow, error=handed.refused, code=handed.code, status=422)
    answer = redirect("kiosk:done", token=handed.visit.token)
    answer["Location"] += f"?language={flow.language}" + ("&low=1" if flow.low else "")
    return answer


def _step(
    request: MachineRequest,
    flow: Flow,
    *,
    tree: Tree | None = None,
    error: Text = "",
    code: str = "",
    status: int = 200,
) -> HttpResponse:
    venue = request.device.venue
    tree = tree or tree_of(venue)
    now = timezone.now()
    until = shown.closed_until(venue, now=now)
    # Back to what has to change: the line of text, or the pictures.
    about_text = code in _ABOUT_TEXT and flow.way in flows.TYPED_WAYS
    step = "closed" if until is not None else "who" if about_text else flow.step
    context = {
        **frame(request.device, flow),
        **parts(request.device),
        "step": step, "template": f"kiosk/steps/{step}.html", "until": until, "error": error, "asks": flow.way,
        "below": tree.by_id.get(flow.reason) if flow.reason else None,
    }  # fmt: skip
    context["reasons"] = _pictures(tree, context["below"])
    if request.method == "GET":
        context |= {**whole(request.device, tree), "idle_seconds": IDLE_SECONDS}
        context["config"]["openings"] = shown.openings(venue, now=now)
    answer = HttpResponse(render_to_string("kiosk/kiosk.html", context, request=request), status=status)
    # Only where no scripts run: a page that stays would be taken away from whoever types by then.
    return _going_back(answer) if request.method == "POST" and step != "start" else answer


def _going_back(answer: HttpResponse) -> HttpResponse:
    answer["Refresh"] = f"{IDLE_SECONDS}; url={reverse('kiosk:home')}"
    return answer


def frame(device: Device, flow: Flow) -> dict[str, Any]:
    """What every step has around it."""
    return {"venue": device.venue, "flow": flow, "other": "en" if flow.language == "fr" else "fr"}


def parts(device: Device) -> dict[str, Any]:
    return {"ways": flows.ways(device.venue), "booking_qr": _booking_qr(device)}


def _pictures(tree: Tree, below: Any) -> list[dict[str, Any]]:
    return [
        {"reason": reason, "leaf": tree.is_leaf(reason)}
        for reason in flows.offered(tree, below=below.pk if below is not None else None)
    ]


def _ours(path: str) -> str:
    """The whole address: built on the configured one, and never on a Host header."""
    return f"{settings.BASE_URL}{path}"


def _booking_qr(device: Device) -> SafeString | str:
    """To the appointments of the portal, where the venue gives any."""
    return qr.drawing(_ours(_BOOKING)) if device.venue.appointments and device.venue.active else ""


def whole(device: Device, tree: Tree) -> dict[str, Any]:
    """Every step in both languages, and what the scripts need to know."""
    sets = []
    for language in flows.LANGUAGES:
        with translation.override(language):
            inner = Flow(language=language)
            context = {
                **frame(device, inner),
                **parts(device),
                "whole": True,
                "boards": [
                    {"below": below, "reasons": _pictures(tree, below)}
                    for below in (None, *(r for r in tree.by_id.values() if r.active and not tree.is_leaf(r)))
                ],
            }
            sets.append({"language": language, "html": render_to_string("kiosk/all_steps.html", context)})
    config = settings_of(device)
    return {"sets": sets, "config": {**config, "version": version_of(sets, config)}}


def settings_of(device: Device) -> dict[str, Any]:
    venue = device.venue
    return {
        "venue": venue.slug,
        "letter": device.letter,
        "zone": venue.organisation.time_zone,
        "urls": {name: reverse(f"kiosk:{name}") for name in ("home", "ready", "handover", "worker")},
        "files": [static(name) for name in _FILES],
        "early": BEFORE_OPENING.total_seconds(),
    }


def version_of(sets: list[dict[str, str]], config: dict[str, Any]) -> str:
    """Changes when the page that a machine has open is no longer the one it would get."""
    text = json.dumps([guichet.__version__, config, sets])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@of_machine()
@require_safe
def done(request: HttpRequest, token: str) -> HttpResponse:
    """The number, for whoever just checked in on this machine. Soon it is nobody's to see here."""
    request = cast(MachineRequest, request)
    now = timezone.now()
    visit = (
        Visit.objects.select_related("venue__organisation", "reason")
        .filter(token=token, device=request.device, arrived_at__gt=now - _SHOWN_FOR)
        .first()
    )
    if visit is None:
        raise Http404
    flow = Flow(
        language=language if (language := request.GET.get("language", "")) in flows.LANGUAGES else "fr",
        low=request.GET.get("low") == "1",
    )
    with translation.override(flow.language):
        context = {**frame(request.device, flow), **number(visit), "step": "done", "template": "kiosk/steps/done.html"}
        return _going_back(HttpResponse(render_to_string("kiosk/kiosk.html", context, request=request)))


def number(visit: Visit) -> dict[str, Any]:
    """What is shown and printed of a visit, in the active language."""
    now = timezone.now()
    place = shown.place_of(visit, now=now)
    return {
        "number": visit.number,
        "reason_name": visit.reason.name,
        "ahead": shown.ahead_words(place) if place else "",
        "wait": shown.wait_words(place) if place else "",
        "little_data": bool(place and place.little_data),
        "qr": qr.drawing(_ours(reverse("kiosk:visit", args=[visit.token]))),
        "at": now.astimezone(days.zone_of(visit.venue)),
    }
