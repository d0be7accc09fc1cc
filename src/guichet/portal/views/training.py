"""Training: the sessions offered to one's organisation, one's place in them, what was handed out."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from guichet.lib.errors import Refused
from guichet.notifications import addressing, of_sessions, told_of_sessions
from guichet.people.middleware import PersonRequest
from guichet.portal.frame import page, signed_in
from guichet.training import policies, registering
from guichet.training.changing import may
from guichet.training.models import Registration, Session, Standing
from guichet.ui.sessions import SessionInWords
from guichet.ui.toasts import toast

_OFFERED, _PAST = 50, 20


class Shown(SessionInWords):
    """One session as somebody who may take part sees it."""

    def __init__(self, session: Session, *, registration: Registration | None) -> None:
        super().__init__(session)
        own = registration if registration and registration.standing != Standing.WITHDRAWN else None
        self.registration = own

    @property
    def url(self) -> str:
        return reverse("portal:session", args=[self.session.pk])

    @property
    def place(self) -> str:
        return self.session.place or str(self.session.get_way_display())

    @property
    def lang(self) -> str:
        """For what its trainer wrote: "" where that is the reader's language."""
        here = (get_language() or "fr")[:2]
        return "" if self.session.language == here else self.session.language

    @property
    def free(self) -> int:
        return max(self.session.capacity - getattr(self.session, "taken", 0), 0)

    @property
    def holds_a_place(self) -> bool:
        return self.registration is not None and self.registration.holds_a_place


@signed_in
@require_safe
def listing(request: PersonRequest) -> HttpResponse:
    """One's own to come, what else is offered, and those that one took part in."""
    person, now = request.person, timezone.now()
    rows = Registration.objects.filter(person=person).exclude(standing=Standing.WITHDRAWN)
    mine = {row.session_id: row for row in rows.order_by("-session__starts_at")[: 2 * _OFFERED]}
    seen = Session.objects.seen_outside_by(person).with_names().with_counts()
    own = [Shown(one, registration=mine[one.pk]) for one in seen.filter(pk__in=mine).order_by("starts_at")]
    offered = Session.objects.offered_to(person, now=now).with_names().with_counts().exclude(pk__in=mine)
    context = {
        "mine": [row for row in own if row.session.is_open and row.session.ends_at > now],
        "offered": [Shown(one, registration=None) for one in offered.order_by("starts_at", "pk")[:_OFFERED]],
        "past": [row for row in reversed(own) if not (row.session.is_open and row.session.ends_at > now)][:_PAST],
    }
    return page(request, "portal/training/list.html", context)


@signed_in
@require_safe
def detail(request: PersonRequest, number: int) -> HttpResponse:
    session = _find(request, number)
    told_of_sessions.mark_read(request.person, session=session, now=timezone.now())
    return _show(request, session)


@signed_in
@require_POST
def register(request: PersonRequest, number: int) -> HttpResponse:
    session = _find(request, number)
    try:
        made = registering.register(session, person=request.person, actor=request.person, now=timezone.now())
    except Refused as refusal:
        return _show(request, _find(request, number), status=refusal.status, error=str(refusal.message))
    if made.holds_a_place:
        toast(request, _("Your place is kept."))
    else:
        toast(request, _("You are on the waiting list: we write to you as soon as a place is free."), kind="info")
    return redirect("portal:session", number=session.pk)


@signed_in
@require_POST
def withdraw(request: PersonRequest, number: int) -> HttpResponse:
    session = _find(request, number)
    found = session.registrations.filter(person=request.person).select_related("session").first()
    if found is None:
        return _show(request, session, status=409, error=_("You are not registered for this session."))
    try:
        registering.withdraw(found, actor=request.person, now=timezone.now())
    except Refused as refusal:
        return _show(request, _find(request, number), status=refusal.status, error=str(refusal.message))
    toast(request, _("Your place is given back. Thank you: somebody else can have it."))
    return redirect("portal:sessions")


@signed_in
@require_safe
def calendar(request: PersonRequest, number: int) -> HttpResponse:
    """A file that calendars open, for whoever has a place."""
    session = _find(request, number)
    found = Registration.objects.filter(session=session, person=request.person, standing=Standing.REGISTERED)
    row = found.select_related("person", "session__desk", "session__site").first()
    if row is None:
        raise Http404
    content = of_sessions.ics(row, organiser=addressing.identity(session.desk), now=timezone.now())
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{of_sessions.FILE_NAME}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _find(request: PersonRequest, number: int) -> Session:
    """As anybody of one's organisation sees it; who works at the desk has the desk's page for the others."""
    seen = Session.objects.seen_outside_by(request.person).with_names().with_counts()
    found = seen.filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _show(request: PersonRequest, session: Session, *, status: int = 200, error: str = "") -> HttpResponse:
    now = timezone.now()
    own = session.registrations.filter(person=request.person).select_related("session", "attendance").first()
    row = Shown(session, registration=own)
    waits = row.registration if row.registration and not row.holds_a_place else None
    takes_part = row.holds_a_place
    open_ = may(session, "register", now=now)
    context: dict[str, Any] = {
        "row": row,
        "error": error,
        "can_register": open_ and row.registration is None and policies.is_for(session, request.person.organisation),
        "can_withdraw": open_ and row.registration is not None,
        "place_in_line": registering.place_in_line(waits) if waits else 0,
        "attendance": getattr(row.registration, "attendance", None) if row.registration else None,
        "materials": of_sessions.materials_for(session, person=request.person) if takes_part else [],
        "soon": session.is_open and now < session.ends_at,
    }
    return page(request, "portal/training/one.html", context, status=status)
