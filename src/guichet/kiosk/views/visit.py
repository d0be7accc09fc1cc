"""One's place in the queue, on one's own phone: opened by the token of its QR code, without an account.

It says a number and a reason, never whose they are. Small: it has to come through a weak network.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_POST, require_safe

from guichet.kiosk import shown
from guichet.kiosk.machine import kept_by_nobody
from guichet.lib.limits import too_often
from guichet.people.models import Account
from guichet.walkup import days
from guichet.walkup.checking_in import leave as leave_queue
from guichet.walkup.models import Outcome, Visit, VisitState
from guichet.walkup.wording import counter_words

# A phone asks three times a minute; a school's address stands for many phones.
ASKED_PER_MINUTE = 600
# Addresses that lead nowhere: somebody is trying.
MISSED_PER_MINUTE = 30
_COOKIE = "guichet_language"


@require_safe
def page(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    visit = _visit(request, token)
    if visit is None:
        return _too_many(request)
    with translation.override(_language(request, visit)), timezone.override(days.zone_of(visit.venue)):
        if _is_over(visit, now=now):
            return _guarded(render(request, "kiosk/visit_over.html", _frame(visit), status=410))
        context = {**_frame(visit), **state(visit, now=now)}
        template = "kiosk/visit_state.html" if "state" in request.GET else "kiosk/visit.html"
        return _guarded(render(request, template, context))


@require_POST
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Gone for good: it was asked twice before."""
    now = timezone.now()
    visit = _visit(request, token)
    if visit is None:
        return _too_many(request)
    if visit.state in {VisitState.WAITING, VisitState.HELD, VisitState.CALLED} and not _is_over(visit, now=now):
        leave_queue(visit, now=now)
    return _guarded(redirect("kiosk:visit", token=token))


def _visit(request: HttpRequest, token: str) -> Visit | None:
    """None for whoever asks too often; 404 where there is none, told after having been counted."""
    if too_often(request, what="visit", limit=ASKED_PER_MINUTE):
        return None
    found = (
        Visit.objects.select_related("venue__organisation__served_by", "reason", "counter", "ticket")
        .filter(token=token)
        .first()
    )
    if found is None:
        if too_often(request, what="no-visit", limit=MISSED_PER_MINUTE):
            return None
        raise Http404
    return found


def _is_over(visit: Visit, *, now: datetime) -> bool:
    return now - visit.arrived_at > shown.LASTS


def _language(request: HttpRequest, visit: Visit) -> str:
    """As it was touched at the kiosk, unless this phone chose otherwise."""
    chosen = request.COOKIES.get(_COOKIE, "")
    return chosen if chosen in {"fr", "en"} else visit.language


def _frame(visit: Visit) -> dict[str, Any]:
    return {"visit": visit, "venue": visit.venue, "language": translation.get_language() or "fr"}


def state(visit: Visit, *, now: datetime) -> dict[str, Any]:
    """What the page shows, from the state alone."""
    place = shown.place_of(visit, now=now)
    ended = visit.state == VisitState.ENDED
    return {
        "place": place,
        "ahead": shown.ahead_words(place) if place else "",
        "wait": shown.wait_words(place) if place else "",
        "counter": counter_words(visit.counter.name) if visit.counter is not None else "",
        "alarm": "turn" if visit.state == VisitState.CALLED else "near" if place and place.near else "",
        "may_leave": visit.state in {VisitState.WAITING, VisitState.HELD},
        "ticket_url": _ticket_url(visit) if ended and visit.outcome == Outcome.SERVED else "",
        "at": now,
    }


def _ticket_url(visit: Visit) -> str:
    """For whoever has an account: it asks for their password."""
    if visit.person_id is None or not Account.objects.filter(person=visit.person_id, is_active=True).exists():
        return ""
    return reverse("portal:ticket", args=[visit.ticket.reference])


def _too_many(request: HttpRequest) -> HttpResponse:
    words = "Un instant, s’il vous plaît. / One moment, please.\n"
    return _guarded(HttpResponse(words, content_type="text/plain; charset=utf-8", status=429))


def _guarded(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    return kept_by_nobody(response)
