"""A known incident: what is wrong, what to do meanwhile; “me too” without opening a ticket, “still broken for me”."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from guichet.lib.errors import Refused
from guichet.notifications.tell import mark_read
from guichet.people.middleware import PersonRequest
from guichet.portal import outages
from guichet.portal.frame import page, signed_in
from guichet.tickets import major_people
from guichet.tickets.models.major import parse
from guichet.ui.toasts import toast


@signed_in
@require_safe
def detail(request: PersonRequest, reference: str) -> HttpResponse:
    outage = _find(request, reference)
    if reference != outage.major.reference:
        return redirect(outage.url)
    mark_read(request.person, major=outage.major, now=timezone.now())
    return page(request, "portal/outages/one.html", {"outage": outage, "major": outage.major})


@signed_in
@require_POST
def me_too(request: PersonRequest, reference: str) -> HttpResponse:
    """Counted, and told of news. Pressing twice counts once."""
    outage = _find(request, reference)

    def act() -> str:
        major_people.me_too(outage.major, person=request.person, actor=request.person, now=timezone.now())
        return _("You are counted, and will hear of news. You need not send a request.")

    undo = "" if outage.mine else reverse("portal:outage_not_me", args=[outage.major.reference])
    return _done(request, outage, act, undo=undo)


@signed_in
@require_POST
def not_me(request: PersonRequest, reference: str) -> HttpResponse:
    outage = _find(request, reference)

    def act() -> str:
        major_people.not_me(outage.major, person=request.person, actor=request.person, now=timezone.now())
        return _("You are no longer counted.")

    return _done(request, outage, act)


@signed_in
@require_POST
def still_broken(request: PersonRequest, reference: str) -> HttpResponse:
    outage = _find(request, reference)

    def act() -> str:
        major_people.still_broken(outage.major, actor=request.person, now=timezone.now())
        return _("Thank you for telling us. Whoever leads the work knows it now.")

    return _done(request, outage, act)


def _done(request: PersonRequest, outage: outages.Outage, act: Callable[[], str], *, undo: str = "") -> HttpResponse:
    try:
        toast(request, act(), undo_url=undo)
    except Refused as refused:
        context = {"outage": outage, "major": outage.major, "error": refused.message}
        return page(request, "portal/outages/one.html", context, status=refused.status)
    return redirect(outage.url)


def _find(request: PersonRequest, reference: str) -> outages.Outage:
    canonical = parse(reference) if len(reference) <= 40 else None
    found = outages.find(request.person, canonical) if canonical else None
    if found is None:
        raise Http404
    return found
