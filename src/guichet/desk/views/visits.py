"""What is done with one person at the counter: a plain verb is a button, others have a form in a sheet or a page."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.forms.visits import CancelForm, EndingForm, HoldForm, TransferForm, VisitForm
from guichet.desk.views.counter import CounterView, VenueView
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

    @property
    def by(self) -> dict[str, Any]:
        return {"actor": self.person, "now": self.now}


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
        verbs.call(self.visit, counter, **self.by)
        return ""


class Recall(PlainVerb):
    def act(self) -> str:
        verbs.recall(self.visit, **self.by)
        return _("%(number)s is called again.") % {"number": self.visit.number}


class Begin(PlainVerb):
    def act(self) -> str:
        verbs.begin(self.visit, **self.by)
        return ""


class Release(PlainVerb):
    def act(self) -> str:
        verbs.release(self.visit, **self.by)
        return _("%(number)s is back in the queue.") % {"number": self.visit.number}


class NoShow(PlainVerb):
    def act(self) -> str:
        verbs.no_show(self.visit, **self.by)
        return _("%(number)s didn’t come; the ticket is cancelled.") % {"number": self.visit.number}


class Departure(PlainVerb):
    def act(self) -> str:
        verbs.abandon(self.visit, **self.by)
        return _("%(number)s has left the queue.") % {"number": self.visit.number}


class FormVerb(VisitView):
    """GET shows the form, POST does it; what was typed stays where it is refused."""

    title: ClassVar[Promise | str] = ""
    button: ClassVar[Promise | str] = ""
    icon: ClassVar[str] = "check"
    form_class: ClassVar[type[VisitForm]] = VisitForm
    body: ClassVar[str] = "desk/forms/plain.html"

    def get(self, request: HttpRequest, visit: int) -> HttpResponse:
        return self.show_form(self.form())

    def post(self, request: HttpRequest, visit: int) -> HttpResponseBase:
        form = self.form(bound=True)
        if not form.is_valid():
            return self.show_form(form, status=422)
        try:
            return self.did(self.act(form))
        except Refused as refusal:
            message = str(refusal.message)
            if refusal.field in form.fields:
                form.add_error(refusal.field, message)
                message = ""
            return self.show_form(form, status=refusal.status, message=message)

    def act(self, form: VisitForm) -> str:
        raise NotImplementedError

    def form(self, *, bound: bool = False) -> VisitForm:
        data = self.request.POST if bound else None
        return self.form_class(data, visit=self.visit, person=self.person, now=self.now)

    def show_form(self, form: VisitForm, *, status: int = 200, message: str = "") -> HttpResponse:
        context = {
            "visit": self.visit,
            "venue": self.venue,
            "venue_url": self.url,
            "form": form,
            "verb": self,
            "body": self.body,
            "refusal": message,
        }
        if self.is_htmx:
            return self.fragment("desk/counter/verb_sheet.html", context, status=status)
        return self.page("desk/counter/verb.html", context, status=status)


class Hold(FormVerb):
    title = gettext_lazy("Set aside")
    button = gettext_lazy("Set aside")
    icon = "circle-pause"
    form_class = HoldForm

    def act(self, form: VisitForm) -> str:
        verbs.hold(self.visit, why=form.cleaned_data["why"], **self.by)
        return _("%(number)s is set aside.") % {"number": self.visit.number}


class Cancellation(FormVerb):
    title = gettext_lazy("Take out of the queue")
    button = gettext_lazy("Take out of the queue")
    icon = "ban"
    form_class = CancelForm

    def act(self, form: VisitForm) -> str:
        verbs.cancel(self.visit, why=form.cleaned_data["why"], **self.by)
        return _("%(number)s is out of the queue.") % {"number": self.visit.number}


class Transfer(FormVerb):
    title = gettext_lazy("Send on")
    button = gettext_lazy("Send on")
    icon = "arrow-right-left"
    form_class = TransferForm

    def act(self, form: VisitForm) -> str:
        assert isinstance(form, TransferForm)
        chosen = form.chosen
        sent = verbs.transfer(
            self.visit,
            reason=chosen,
            venue=chosen.venue if chosen is not None else None,
            agent=form.cleaned_data["agent"],
            note=form.cleaned_data["note"],
            **self.by,
        )
        if sent.venue_id != self.venue.pk:
            return _("Sent to %(venue)s, with number %(number)s.") % {"venue": sent.venue.name, "number": sent.number}
        return _("%(number)s waits for whoever is to serve them.") % {"number": sent.number}


class Finish(FormVerb):
    title = gettext_lazy("Finish")
    button = gettext_lazy("Finish")
    icon = "circle-check"
    form_class = EndingForm
    body = "desk/counter/ending.html"

    def act(self, form: VisitForm) -> str:
        assert isinstance(form, EndingForm)
        done = verbs.finish(self.visit, **form.said(), **self.by)
        return _("%(number)s has been served.") % {"number": done.number}
