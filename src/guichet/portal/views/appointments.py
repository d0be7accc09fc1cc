"""Coming with an appointment: making one, one's list, moving it, giving it back, taking it into one's calendar."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guichet.lib.errors import Refused
from guichet.lib.parsing import parse_moment
from guichet.notifications import addressing, invitations
from guichet.people.middleware import PersonRequest
from guichet.portal import appointments
from guichet.portal.appointments import Shown, Steps
from guichet.portal.forms import NoteForm
from guichet.portal.frame import page, signed_in
from guichet.ui.agenda import agenda, day_of_text
from guichet.ui.toasts import toast
from guichet.walkup import booking
from guichet.walkup.booked import venues_for
from guichet.walkup.days import zone_of
from guichet.walkup.models import Appointment
from guichet.walkup.vacancies import free_times

_PAST = 20
# Words for an appointment that was refused, until it is made.
_KEPT = "appointment_note"


@signed_in
@require_safe
def listing(request: PersonRequest) -> HttpResponse:
    context = {
        "rows": appointments.to_come(request.person),
        "ended": appointments.past(request.person, count=_PAST),
        "can_book": venues_for(request.person).exists(),
    }
    return page(request, "portal/appointments/list.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PersonRequest) -> HttpResponse:
    """One question at a time: where, what for, when; then a word, and it is made."""
    if request.method != "POST":
        chosen = appointments.steps(request.GET, person=request.person)
        return _ask(request, replace(chosen, note=request.session.get(_KEPT, "")))
    chosen = appointments.steps(request.POST, person=request.person)
    if chosen.venue is None or chosen.reason is None or chosen.at is None:
        return _ask(request, chosen, status=422)
    try:
        made = booking.book(
            venue=chosen.venue,
            reason=chosen.reason,
            person=request.person,
            starts_at=chosen.at,
            actor=request.person,
            now=timezone.now(),
            ticket=chosen.ticket,
            note=request.POST.get("note", ""),
        )
    except Refused as refusal:
        return _refused(request, chosen, refusal)
    request.session.pop(_KEPT, None)
    return redirect(f"{reverse('portal:appointment', args=[made.pk])}?done=booked")


@signed_in
@require_safe
def detail(request: PersonRequest, number: int) -> HttpResponse:
    return _show(request, _find(request, number))


@signed_in
@require_safe
def calendar(request: PersonRequest, number: int) -> HttpResponse:
    """A file that calendars open."""
    appointment = _find(request, number)
    sender = addressing.identity(appointment.venue.organisation.desk)
    content = invitations.ics(appointment, organiser=sender, now=timezone.now())
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{invitations.FILE_NAME}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: PersonRequest, number: int) -> HttpResponse:
    """Another time: a touch moves it."""
    appointment = _find(request, number)
    if request.method != "POST":
        return _times(request, appointment)
    at = parse_moment(request.POST.get("at", ""), zone=zone_of(appointment.venue))
    if at is None:
        return _times(request, appointment, status=422, error=_("Choose a time."))
    try:
        booking.move(appointment, starts_at=at, actor=request.person, now=timezone.now())
    except Refused as refusal:
        return _times(request, appointment, status=refusal.status, error=str(refusal.message))
    return redirect(f"{reverse('portal:appointment', args=[appointment.pk])}?done=moved")


@signed_in
@require_POST
def cancel(request: PersonRequest, number: int) -> HttpResponse:
    appointment = _find(request, number)
    try:
        booking.cancel(appointment, actor=request.person, now=timezone.now())
    except Refused as refusal:
        return _show(request, _find(request, number), status=refusal.status, error=str(refusal.message))
    toast(request, _("The appointment is cancelled. Thank you for giving the place back."))
    return redirect("portal:appointments")


def _find(request: PersonRequest, number: int) -> Appointment:
    found = Appointment.objects.own_of(request.person).with_names().filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _show(request: PersonRequest, appointment: Appointment, *, status: int = 200, error: str = "") -> HttpResponse:
    done = request.GET.get("done", "") if status == 200 else ""
    context = {"row": Shown(appointment), "done": done if done in {"booked", "moved"} else "", "error": error}
    context["place"] = invitations.place_of(appointment)
    context["written_to"] = booking.is_written_to(appointment.person)
    return page(request, "portal/appointments/one.html", context, status=status)


def _times(request: PersonRequest, appointment: Appointment, *, status: int = 200, error: str = "") -> HttpResponse:
    row = Shown(appointment)
    now = timezone.now()
    free = free_times(appointment.venue, appointment.reason, now=now, moving=appointment) if row.open else []
    here = reverse("portal:appointment_move", args=[appointment.pk])
    week = agenda(
        [at for at in free if at != appointment.starts_at],
        zone=zone_of(appointment.venue),
        wanted=day_of_text(request.GET.get("day", "")),
        day_url=lambda day: f"{here}?day={day.isoformat()}",
    )
    context = {"row": row, "agenda": week if week.day else None, "error": error}
    return page(request, "portal/appointments/move.html", context, status=status)


def _refused(request: PersonRequest, chosen: Steps, refusal: Refused) -> HttpResponse:
    """The question that has to be answered anew, with the rest as it was."""
    if refusal.field == "starts_at":
        chosen = chosen.another_time()
    return _ask(request, chosen, status=refusal.status, error=str(refusal.message))


def _ask(request: PersonRequest, chosen: Steps, *, status: int = 200, error: str = "") -> HttpResponse:
    """The first question that is still open."""
    now = timezone.now()
    if request.method == "POST" and chosen.note:
        # What was typed is there again at the last question, whichever has to be answered anew.
        request.session[_KEPT] = chosen.note
    if chosen.at is not None and chosen.reason is not None and not error and not chosen.is_free(now=now):
        chosen, error = chosen.another_time(), _("This time is no longer free. Please choose another one.")
    context: dict[str, Any] = {"chosen": chosen, "error": error}
    if chosen.venue is None:
        context["choices"] = [(venue, chosen.url(venue=venue.pk)) for venue in chosen.venues]
        return page(request, "portal/appointments/place.html", context, status=status)
    if chosen.reason is None:
        context["choices"] = [(reason, chosen.url(reason=reason.pk)) for reason in chosen.offered()]
        context["back"] = chosen.url(reason="") if chosen.touched else ""
        return page(request, "portal/appointments/reason.html", context, status=status)
    context["reason_url"] = chosen.url(reason="", day="", at="")
    if chosen.at is not None:
        context["times_url"] = chosen.another_time().url()
        context["form"] = NoteForm(initial={"note": chosen.note})
        return page(request, "portal/appointments/confirm.html", context, status=status)
    context["agenda"] = chosen.agenda(now=now)
    return page(request, "portal/appointments/time.html", context, status=status)
