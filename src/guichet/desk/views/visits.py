"""What is done with one person at the counter: a plain verb is a button, others have a form in a sheet or a page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.forms.base import VerbForm
from guichet.desk.forms.visits import CancelForm, EndingForm, HoldForm, TransferForm, VisitForm
from guichet.desk.views.counter import CounterView, VenueView
from guichet.desk.views.verb import Verb
from guichet.lib.errors import Refused
from guichet.lib.parsing import whole_number
from guichet.walkup import counter as verbs
from guichet.walkup.models import Counter, Visit


class VisitView(VenueView):
    """One visit, where the person receives. After a verb, its venue's page is shown."""

    visit: Visit

    def prepare(self, **kwargs: Any) -> None:
        CounterView.prepare(self)
        around = ("venue__organisation__served_by", "venue__site", "ticket", "person", "reason", "counter", "agent")
        found = Visit.objects.received_by(self.person).select_related(*around)
        self.visit = get_object_or_404(found, pk=kwargs["visit"])
        self.venue = self.visit.venue


class PlainVerb(VisitView):
    def post(self, request: HttpRequest, visit: int) -> HttpResponseBase:
        try:
            return self.did(self.act())
        except Refused as refusal:
            return self.refused(refusal)

    def act(self) -> str:
        """Do it; what to say afterwards."""
        raise NotImplementedError


class CallThem(PlainVerb):
    """To the counter chosen, out of turn if need be."""

    def act(self) -> str:
        number = whole_number(self.request.POST.get("counter"), 0) or 0
        counter = Counter.objects.filter(pk=number, venue=self.venue).first()
        if counter is None:
            raise Refused(_("Choose the counter that they are called to."), code="required", field="counter")
        counter.venue = self.venue
        verbs.call(self.visit, counter, **self.by())
        return ""


class Recall(PlainVerb):
    def act(self) -> str:
        verbs.recall(self.visit, **self.by())
        return _("%(number)s is called again.") % {"number": self.visit.number}


class Begin(PlainVerb):
    def act(self) -> str:
        verbs.begin(self.visit, **self.by())
        return ""


class Release(PlainVerb):
    def act(self) -> str:
        verbs.release(self.visit, **self.by())
        return _("%(number)s is back in the queue.") % {"number": self.visit.number}


class NoShow(PlainVerb):
    def act(self) -> str:
        verbs.no_show(self.visit, **self.by())
        return _("%(number)s didn’t come; the ticket is cancelled.") % {"number": self.visit.number}


class Departure(PlainVerb):
    def act(self) -> str:
        verbs.abandon(self.visit, **self.by())
        return _("%(number)s has left the queue.") % {"number": self.visit.number}


class VisitVerb(VisitView, Verb):
    back = gettext_lazy("Back to the counter")
    form_class = VisitForm
    template = "desk/counter/verb.html"
    draft = ""

    @property
    def trail(self) -> list[tuple[Any, str]]:
        return [(self.venue.name, self.url)]

    @property
    def name(self) -> str:
        return self.visit.number

    @property
    def heading(self) -> str:
        return f"{self.title} – {self.visit.number}"

    def about(self) -> dict[str, Any]:
        return {"visit": self.visit}

    def succeeded(self, told: str) -> HttpResponseBase:
        return self.did(told)


class Hold(VisitVerb):
    title = gettext_lazy("Set aside")
    button = gettext_lazy("Set aside")
    icon = "circle-pause"
    form_class = HoldForm

    def act(self, form: VerbForm) -> str:
        verbs.hold(self.visit, why=form.cleaned_data["why"], **self.by())
        return _("%(number)s is set aside.") % {"number": self.visit.number}


class Cancellation(VisitVerb):
    title = gettext_lazy("Take out of the queue")
    button = gettext_lazy("Take out of the queue")
    icon = "ban"
    form_class = CancelForm

    def act(self, form: VerbForm) -> str:
        verbs.cancel(self.visit, why=form.cleaned_data["why"], **self.by())
        return _("%(number)s is out of the queue.") % {"number": self.visit.number}


class Transfer(VisitVerb):
    title = gettext_lazy("Send on")
    button = gettext_lazy("Send on")
    icon = "arrow-right-left"
    form_class = TransferForm

    def act(self, form: VerbForm) -> str:
        assert isinstance(form, TransferForm)
        chosen = form.chosen
        sent = verbs.transfer(
            self.visit,
            reason=chosen,
            venue=chosen.venue if chosen is not None else None,
            agent=form.cleaned_data["agent"],
            note=form.cleaned_data["note"],
            **self.by(),
        )
        if sent.venue_id != self.venue.pk:
            return _("Sent to %(venue)s, with number %(number)s.") % {"venue": sent.venue.name, "number": sent.number}
        return _("%(number)s waits for whoever is to serve them.") % {"number": sent.number}


class Finish(VisitVerb):
    title = gettext_lazy("Finish")
    button = gettext_lazy("Finish")
    icon = "circle-check"
    form_class = EndingForm
    body = "desk/counter/ending.html"

    def act(self, form: VerbForm) -> str:
        assert isinstance(form, EndingForm)
        done = verbs.finish(self.visit, **form.said(), **self.by())
        return _("%(number)s has been served.") % {"number": done.number}
