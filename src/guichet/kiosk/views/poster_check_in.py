"""Checking in on one's own phone, from the poster: what one comes for, who one is if one likes, and the number.

Anybody may open it, so it asks little and gives nothing: no name comes back, and one address can't fill the queue.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from guichet.kiosk import shown
from guichet.kiosk.flow import offered
from guichet.kiosk.machine import kept_by_nobody
from guichet.lib.errors import Refused
from guichet.lib.limits import too_often
from guichet.lib.text import one_line
from guichet.walkup.checking_in import check_in
from guichet.walkup.models import Reason, Venue
from guichet.walkup.reasons import Tree, tree_of
from guichet.walkup.who import Who

# A school's address stands for many phones; so many people don't come to one counter in a minute.
ASKED_PER_MINUTE = 240
TAKEN_PER_MINUTE = 10
_LIMITS = {"name": 120, "email": 254}


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, slug: str) -> HttpResponse:
    if too_often(request, what="poster", limit=ASKED_PER_MINUTE):
        return _too_many()
    venue = Venue.objects.with_desk().filter(slug=slug, active=True).first()
    if venue is None:
        raise Http404
    now = timezone.now()
    with timezone.override(venue.organisation.time_zone):
        until = shown.closed_until(venue, now=now)
        if until is not None or not venue.walk_ins:
            return _show(request, venue, step="closed", until=until, status=409 if request.method == "POST" else 200)
        tree = tree_of(venue)
        if request.method == "POST":
            return _take(request, venue, tree)
        chosen = _reason(request.GET.get("reason", ""), tree)
        step = "who" if chosen is not None and tree.is_leaf(chosen) else "reasons"
        return _show(request, venue, step=step, chosen=chosen, reasons=_pictures(tree, chosen), key=str(uuid4()))


def _take(request: HttpRequest, venue: Venue, tree: Tree) -> HttpResponse:
    typed = {name: one_line(request.POST.get(name, ""))[:most] for name, most in _LIMITS.items()}
    chosen = _reason(request.POST.get("reason", ""), tree)
    key = _key(request.POST.get("key", ""))
    if chosen is None:
        return _show(request, venue, step="reasons", reasons=_pictures(tree, None), key=key, status=422)
    again: dict[str, Any] = {"step": "who", "chosen": chosen, "typed": typed, "key": key}
    if request.POST.get("website"):
        # No person sees this field: what fills it in is a program, and learns nothing.
        return _show(request, venue, **again, status=422)
    if too_often(request, what=f"poster-number:{venue.pk}", limit=TAKEN_PER_MINUTE):
        busy = _("Many people are taking a number right now. Wait a minute, then press again: what you typed is kept.")
        return _show(request, venue, **again, error=busy, status=429)
    try:
        visit = check_in(
            venue=venue,
            reason=chosen,
            who=Who(name=typed["name"], email=typed["email"]),
            client_key=key,
            now=timezone.now(),
            language=translation.get_language() or "fr",
        )
    except Refused as refusal:
        return _show(request, venue, **again, error=refusal.message, status=refusal.status)
    return kept_by_nobody(redirect("kiosk:visit", token=visit.token))


def _reason(said: str, tree: Tree) -> Reason | None:
    found = tree.by_id.get(int(said)) if said.isdecimal() and len(said) < 12 else None
    return found if found is not None and found.active else None


def _pictures(tree: Tree, below: Reason | None) -> list[Reason]:
    return offered(tree, below=below.pk if below is not None else None)


def _key(given: str) -> str:
    """One for each check-in: sent twice by a nervous finger, it is one visit."""
    try:
        return f"poster:{UUID(given)}"
    except ValueError:
        return f"poster:{uuid4()}"


def _show(request: HttpRequest, venue: Venue, *, step: str, status: int = 200, **more: Any) -> HttpResponse:
    language = translation.get_language() or "fr"
    context = {"venue": venue, "step": step, "language": "en" if language.startswith("en") else "fr", **more}
    context["key"] = str(more.get("key", "")).removeprefix("poster:")
    return kept_by_nobody(render(request, "kiosk/poster_check_in.html", context, status=status))


def _too_many() -> HttpResponse:
    words = "Un instant, s’il vous plaît. / One moment, please.\n"
    return kept_by_nobody(HttpResponse(words, content_type="text/plain; charset=utf-8", status=429))
