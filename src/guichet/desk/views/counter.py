"""The counter: sit down, call, look at the queue; breaks."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from guichet.desk.forms.visits import CheckInForm
from guichet.desk.shell import TreatingView
from guichet.desk.waiting_room import room_of
from guichet.lib.errors import Refused
from guichet.lib.parsing import whole_number
from guichet.ui.toasts import toast
from guichet.walkup import counter as verbs
from guichet.walkup.checking_in import check_in
from guichet.walkup.models import Counter, Venue
from guichet.walkup.who import Who
from guichet.walkup.wording import counter_words

# Offered for a break, in minutes.
BREAKS = (5, 10, 15, 30, 45, 60)


class CounterView(TreatingView):
    """Whoever treats a desk's tickets receives at its walk-up points."""

    current = "counter"


class VenueView(CounterView):
    """One walk-up point; what is done there is a resource under it. Refusals are said on its page."""

    venue: Venue

    def prepare(self, **kwargs: Any) -> None:
        super().prepare()
        unsettled = Count("strays", filter=Q(strays__settled_at__isnull=True))
        venues = Venue.objects.received_at_by(self.person).with_desk().select_related("site")
        venues = venues.annotate(to_look_at=unsettled)
        self.venue = get_object_or_404(venues, slug=kwargs["venue"])

    @property
    def url(self) -> str:
        return reverse("desk:counter_venue", args=[self.venue.slug])

    def show(self, *, status: int = 200, error: Any = "") -> HttpResponse:
        room = room_of(self.venue, person=self.person, now=self.now)
        context = {"room": room, "venue": self.venue, "venue_url": self.url, "breaks": BREAKS, "error": error}
        if self.is_htmx and self.request.method == "GET" and "part" in self.request.GET:
            return self.fragment("desk/counter/live.html", context)
        return self.page("desk/counter/venue.html", context, status=status)

    def did(self, told: str = "", *, kind: str = "ok") -> HttpResponseBase:
        """Done: the page is shown anew, or fetches its live part where scripts run."""
        if not self.is_htmx:
            if told:
                toast(self.request, told, kind)
            return redirect(self.url)
        event: dict[str, Any] = {"ticketchanged": {}}
        if told:
            event["toast"] = {"text": told, "kind": kind, "undo": ""}
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(event)})

    def refused(self, refusal: Refused) -> HttpResponse:
        if not self.is_htmx:
            return self.show(status=refusal.status, error=refusal.message)
        event = {"toast": {"text": str(refusal.message), "kind": "danger", "undo": ""}, "ticketchanged": {}}
        return HttpResponse(status=refusal.status, headers={"HX-Trigger": json.dumps(event)})


class Choose(CounterView):
    """Where one sits already, the only place there is, or a choice."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        near = Venue.objects.received_at_by(self.person).with_desk()
        venues = list(near.at_work())
        here = near.filter(counters__sittings__agent=self.person, counters__sittings__closed_at=None).first()
        if here is None and len(venues) == 1:
            here = venues[0]
        if here is not None:
            return redirect("desk:counter_venue", venue=here.slug)
        return self.page("desk/counter/choose.html", {"venues": venues, "manages": bool(self.person.grants.manages_in)})


class VenuePage(VenueView):
    def get(self, request: HttpRequest, venue: str) -> HttpResponse:
        return self.show()


class SeatView(VenueView):
    """One counter of it. A button: POST does it, and shows the page."""

    counter: Counter

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        self.counter = get_object_or_404(Counter, pk=kwargs["counter"], venue=self.venue)
        self.counter.venue = self.venue

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            return self.act()
        except Refused as refusal:
            return self.refused(refusal)

    def act(self) -> HttpResponseBase:
        raise NotImplementedError


class Seat(SeatView):
    def act(self) -> HttpResponseBase:
        verbs.sit(self.counter, **self.by())
        return self.did()


class Leaving(SeatView):
    def act(self) -> HttpResponseBase:
        verbs.rise(self.counter, **self.by())
        return self.did(_("%(counter)s is free.") % {"counter": counter_words(self.counter.name)})


class Break(SeatView):
    def act(self) -> HttpResponseBase:
        verbs.pause(self.counter, minutes=whole_number(self.request.POST.get("minutes"), 0) or 0, **self.by())
        return self.did()


class Return(SeatView):
    def act(self) -> HttpResponseBase:
        verbs.resume(self.counter, **self.by())
        return self.did()


class CallNext(SeatView):
    def act(self) -> HttpResponseBase:
        visit = verbs.call_next(self.counter, **self.by())
        if visit is None:
            return self.did(_("Nobody waits whom you may serve now."), kind="info")
        return self.did()


class NewVisit(VenueView):
    """An agent checks somebody in who doesn't use the kiosk."""

    def get(self, request: HttpRequest, venue: str) -> HttpResponse:
        return self.form_page(CheckInForm(venue=self.venue))

    def post(self, request: HttpRequest, venue: str) -> HttpResponseBase:
        form = CheckInForm(request.POST, venue=self.venue)
        if not form.is_valid():
            return self.form_page(form, status=422)
        typed = form.cleaned_data
        try:
            visit = check_in(
                venue=self.venue,
                reason=form.chosen,
                now=self.now,
                language=typed["language"],
                who=Who(name=typed["name"], email=typed["email"]),
                words=typed["words"],
                client_key=form.client_key,
                actor=self.person,
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
            return self.form_page(form, status=refusal.status)
        toast(request, _("Their number is %(number)s.") % {"number": visit.number})
        return redirect(self.url)

    def form_page(self, form: CheckInForm, *, status: int = 200) -> HttpResponse:
        context = {"form": form, "venue": self.venue, "venue_url": self.url}
        return self.page("desk/counter/check_in.html", context, status=status)
