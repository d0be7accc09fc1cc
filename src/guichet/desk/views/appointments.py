"""Appointments at the desk: a venue's day; making, moving, giving back one for somebody; who arrives is checked in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guichet.desk import callers
from guichet.desk.forms.appointments import ChoiceForm, NoteForm
from guichet.desk.shell import TreatingView
from guichet.lib import references
from guichet.lib.errors import Refused
from guichet.lib.moments import absolute, clock_time, date_text
from guichet.lib.parsing import parse_moment, whole_number
from guichet.people.models import Person
from guichet.tickets.models import Ticket
from guichet.ui.agenda import Agenda, agenda, day_of_text
from guichet.ui.toasts import toast
from guichet.walkup import booking
from guichet.walkup.arriving import awaited
from guichet.walkup.booked import venues_for
from guichet.walkup.checking_in import check_in
from guichet.walkup.days import day_of, local_moment, zone_of
from guichet.walkup.misfits import misfits
from guichet.walkup.models import Appointment, Booking, Reason, Venue
from guichet.walkup.reasons import tree_of
from guichet.walkup.slots import Misfit
from guichet.walkup.vacancies import free_times
from guichet.walkup.who import Who


@dataclass(frozen=True)
class Row:
    """An appointment in a day's list. `clock` is the venue's."""

    appointment: Appointment
    clock: str
    path: str
    # Why it no longer fits; None: it does.
    misfit: Misfit | None = None
    # They can be checked in: awaited, or back after they missed their call.
    may_arrive: bool = False

    @property
    def whom(self) -> str:
        """Tells the buttons of one row from those of another."""
        return f"{self.appointment.person.name}, {self.clock}"

    @property
    def asks_id(self) -> str:
        """Of the question whether it is to be cancelled."""
        return f"cancel-{self.appointment.pk}"


class AppointmentsView(TreatingView):
    """Whoever treats a desk's tickets looks after its appointments."""

    current = "counter"

    def venues(self) -> QuerySet[Venue]:
        """Those that take appointments, and those that no longer do and where somebody is still awaited."""
        awaited = Appointment.objects.to_come().values("venue")
        found = Venue.objects.received_at_by(self.person).filter(Q(active=True, appointments=True) | Q(pk__in=awaited))
        return found.with_desk().order_by("name_fr", "pk")

    def show_day(self, venue: Venue | None, *, on: date | None, status: int = 200, error: str = "") -> HttpResponse:
        """One day of one venue, in the order in which people come."""
        context: dict[str, Any] = {"venue": venue, "error": error}
        if venue is not None:
            day = on or day_of(venue, now=self.now)
            context |= {
                "rows": self.rows(venue, day),
                "day": day,
                "day_name": day_name(day),
                # Not the address itself: after a refusal that is a button's, which nobody can open.
                "here": day_url(venue, day),
                "is_today": day == day_of(venue, now=self.now),
                "before_url": day_url(venue, day - timedelta(days=1)),
                "after_url": day_url(venue, day + timedelta(days=1)),
                "live_topics": f"venue:{venue.pk}",
                "tabs": [
                    {"label": other.name, "url": day_url(other, day), "current": other.pk == venue.pk}
                    for other in self.venues()
                ],
            }
        return self.page("desk/appointments/list.html", context, status=status)

    def rows(self, venue: Venue, day: date) -> list[Row]:
        start, end = (local_moment(venue, day=day + timedelta(days=n), minutes=0) for n in (0, 1))
        found = Appointment.objects.received_by(self.person).filter(venue=venue).between(start, end)
        kept = found.exclude(state=Booking.CANCELLED).with_names().select_related("visit", "person__organisation")
        tree, zone, language = tree_of(venue), zone_of(venue), get_language() or "fr"
        rows = list(kept.order_by("starts_at", "place"))
        unfit = misfits(venue, rows, tree=tree, now=self.now)
        today = day == day_of(venue, now=self.now)
        can = set(awaited().filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True)) if today else set()
        return [
            Row(
                row, clock_time(at=row.starts_at.astimezone(zone), language=language), tree.path(row.reason),
                misfit=unfit.get(row.pk), may_arrive=row.pk in can,
            )
            for row in rows
        ]  # fmt: skip


class Appointments(AppointmentsView):
    def get(self, request: HttpRequest) -> HttpResponse:
        slug = request.GET.get("venue", "")
        venue = get_object_or_404(self.venues(), slug=slug) if slug else self.venues().first()
        return self.show_day(venue, on=day_of_text(request.GET.get("day", "")))


class NewAppointment(AppointmentsView):
    """For whom, from `?ticket` or `?person` or looked up; then where and what for; a touch on a time books it."""

    ticket: Ticket | None = None
    whom: Person | None = None

    def prepare(self, **kwargs: Any) -> None:
        super().prepare()
        given = self.request.GET
        if "ticket" in given:
            reference = references.parse(given["ticket"])
            found = Ticket.objects.at_desk_of(self.person).select_related("requester", "desk")
            self.ticket = get_object_or_404(found, reference=reference)
        if "person" in given or self.ticket is not None:
            people = callers.people_served(self.person).select_related("organisation__served_by", "site")
            number = self.ticket.requester_id if self.ticket else whole_number(given["person"], 0)
            self.whom = get_object_or_404(people, pk=number)

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.whom is None:
            text = request.GET.get("q", "")[:200]
            return self.page("desk/appointments/whom.html", {"q": text, "people": callers.search(self.person, text)})
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponseBase:
        if self.whom is None:
            raise Http404
        shown, wanted = self.chosen(request.GET), self.chosen(self.wanted())
        if "show" in request.POST or wanted != shown:
            return self.show_wanted()
        venue, reason = shown
        form = NoteForm(request.POST)
        if venue is None or reason is None or not form.is_valid():
            error = "" if venue and reason else _("Choose first where and what for, then a time.")
            return self.show(form=form, status=422, error=error)
        at = parse_moment(request.POST.get("at", ""), zone=zone_of(venue))
        if at is None:
            return self.show(form=form, status=422, error=_("Choose a time."))
        try:
            made = booking.book(
                venue=venue, reason=reason, person=self.whom, starts_at=at, actor=self.person, now=self.now,
                ticket=self.ticket, note=form.cleaned_data["note"],
            )  # fmt: skip
        except Refused as refusal:
            return self.show(form=form, status=refusal.status, error=str(refusal.message))
        written = _("The appointment is made, and the invitation is on its way.")
        toast(request, written if booking.is_written_to(self.whom) else _("The appointment is made."))
        if self.ticket is not None:
            return redirect("desk:ticket", reference=self.ticket.reference)
        return redirect(day_url(venue, made.starts_at.astimezone(zone_of(venue)).date()))

    def show_wanted(self) -> HttpResponse:
        """Another day or another choice, with what was typed. A time is booked for what was shown, never for this."""
        if "show" in self.request.POST:
            return self.show()
        return self.show(status=422, error=_("Something else is chosen now: choose a time for it."))

    def chosen(self, given: QueryDict) -> tuple[Venue | None, Reason | None]:
        """Each None where it isn't chosen yet, or can't be."""
        assert self.whom is not None
        return ChoiceForm.read(given, venues=list(venues_for(self.whom).order_by("name_fr", "pk")))

    def wanted(self) -> QueryDict:
        """The address, with what is chosen now in place of what was: what the page shows next."""
        query = self.request.GET.copy()
        for name in ("venue", "reason"):
            if name in self.request.POST:
                query[name] = self.request.POST[name]
        return query

    def show(self, *, form: NoteForm | None = None, status: int = 200, error: str = "") -> HttpResponse:
        assert self.whom is not None
        venues = list(venues_for(self.whom).order_by("name_fr", "pk"))
        venue, reason = ChoiceForm.read(self.wanted(), venues=venues)
        form = form or NoteForm(initial={"note": self.request.POST.get("note", "")})
        context: dict[str, Any] = {
            "whom": self.whom,
            "ticket": self.ticket,
            "venues": venues,
            "venue": venue,
            "reason": reason,
            "choice": ChoiceForm(venues=venues, venue=venue, reason=reason),
            "form": form,
            # Something was typed, or can be: it comes along with whatever is touched.
            "keeps": bool(form["note"].value()),
            "error": error,
            "here": self.url(),
            "others": self.others(),
        }
        if venue is not None and reason is not None:
            context["agenda"] = self.week(venue, reason)
            context["keeps"] = context["keeps"] or context["agenda"] is not None
        return self.page("desk/appointments/new.html", context, status=status)

    def others(self) -> list[tuple[str, Appointment]]:
        """What the person is awaited for already."""
        assert self.whom is not None
        found = Appointment.objects.own_of(self.whom).to_come().with_names().order_by("starts_at")
        language = get_language() or "fr"
        return [(absolute(at=row.starts_at, zone=zone_of(row.venue), language=language), row) for row in found]

    def week(self, venue: Venue, reason: Reason) -> Agenda | None:
        week = agenda(
            free_times(venue, reason, now=self.now),
            zone=zone_of(venue),
            wanted=day_of_text(self.request.GET.get("day", "")),
            day_url=lambda day: self.url(day=day.isoformat()),
        )
        return week if week.day else None

    def url(self, **changed: str) -> str:
        """This address, with what was chosen so far."""
        query = self.wanted()
        for name, value in changed.items():
            query[name] = value
        return f"{reverse('desk:new_appointment')}?{query.urlencode()}"


class AppointmentView(AppointmentsView):
    """One appointment; what is done to it is a resource under it."""

    appointment: Appointment

    def prepare(self, **kwargs: Any) -> None:
        super().prepare()
        found = Appointment.objects.received_by(self.person).with_names().select_related("person__organisation")
        self.appointment = get_object_or_404(found, pk=kwargs["number"])

    @property
    def day(self) -> date:
        return self.appointment.starts_at.astimezone(zone_of(self.appointment.venue)).date()

    @property
    def day_url(self) -> str:
        return day_url(self.appointment.venue, self.day)

    def refused(self, refusal: Refused) -> HttpResponse:
        """Said above the day that it is on."""
        return self.show_day(self.appointment.venue, on=self.day, status=refusal.status, error=str(refusal.message))


class Move(AppointmentView):
    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        at = parse_moment(request.POST.get("at", ""), zone=zone_of(self.appointment.venue))
        if at is None:
            return self.show(status=422, error=_("Choose a time."))
        try:
            self.appointment = booking.move(self.appointment, starts_at=at, actor=self.person, now=self.now)
        except Refused as refusal:
            return self.show(status=refusal.status, error=str(refusal.message))
        written = _("The appointment is moved, and the change is on its way.")
        toast(request, written if booking.is_written_to(self.appointment.person) else _("The appointment is moved."))
        return redirect(self.day_url)

    def show(self, *, status: int = 200, error: str = "") -> HttpResponse:
        appointment, venue = self.appointment, self.appointment.venue
        here = reverse("desk:appointment_move", args=[appointment.pk])
        free: list[datetime] = []
        if appointment.state == Booking.BOOKED:
            free = free_times(venue, appointment.reason, now=self.now, moving=appointment)
        week = agenda(
            [at for at in free if at != appointment.starts_at],
            zone=zone_of(venue),
            wanted=day_of_text(self.request.GET.get("day", "")),
            day_url=lambda day: f"{here}?day={day.isoformat()}",
        )
        context = {
            "appointment": appointment,
            "when": absolute(at=appointment.starts_at, zone=zone_of(venue), language=get_language() or "fr"),
            "is_open": appointment.state == Booking.BOOKED,
            "agenda": week if week.day else None,
            "error": error,
            "day_url": self.day_url,
            "path": tree_of(venue).path(appointment.reason),
        }
        return self.page("desk/appointments/move.html", context, status=status)


class Cancellation(AppointmentView):
    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        try:
            booking.cancel(self.appointment, actor=self.person, now=self.now)
        except Refused as refusal:
            return self.refused(refusal)
        toast(request, _("The appointment of %(name)s is cancelled.") % {"name": self.appointment.person.name})
        return redirect(self.day_url)


class Arrival(AppointmentView):
    """They are here: in the queue, with the precedence that their time gives them."""

    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        appointment = self.appointment
        try:
            visit = check_in(
                venue=appointment.venue,
                reason=appointment.reason,
                now=self.now,
                language=appointment.person.language,
                who=Who(),
                appointment=appointment,
                actor=self.person,
            )
        except Refused as refusal:
            return self.refused(refusal)
        told = _("%(name)s is in the queue with number %(number)s.")
        toast(request, told % {"name": appointment.person.name, "number": visit.number})
        return redirect(self.day_url)


def day_name(day: date) -> str:
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return date_text(at=at, language=get_language() or "fr", weekday=True, year=True)


def day_url(venue: Venue, day: date) -> str:
    return f"{reverse('desk:appointments')}?venue={venue.slug}&day={day.isoformat()}"
