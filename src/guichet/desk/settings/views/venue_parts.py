"""A venue's counters, its machines, and its poster."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy

from guichet.desk.settings.forms.base import SettingsForm
from guichet.desk.settings.forms.venues import CounterForm, DeviceForm
from guichet.desk.settings.views.venue_base import OfVenue, VenueButton, VenueEdit
from guichet.desk.settings.views.venue_page import of_venue, phone_url
from guichet.lib.errors import Refused
from guichet.ui import qr
from guichet.walkup import enrolment, setting_up
from guichet.walkup.models import Counter, Device
from guichet.walkup.wording import counter_words


class PartForm(OfVenue):
    """A small form on the venue's page: POST acts; what can't be taken is shown there, with what was typed."""

    form_class: Any = SettingsForm
    # What the page calls the form.
    named = ""
    saved: Any = ""

    def form(self, data: Any) -> SettingsForm:
        made: SettingsForm = self.form_class(data, desk=self.desk, row=self.venue)
        return made

    def act(self, data: dict[str, Any]) -> HttpResponseBase:
        raise NotImplementedError

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """The page again, when somebody reloads what was refused."""
        return self.page("settings/venue.html", of_venue(self, self.venue))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        form, status = self.form(request.POST), 422
        if form.is_valid():
            try:
                return self.act(form.cleaned_data)
            except Refused as refusal:
                form.refuse(refusal)
                status = refusal.status
        return self.page("settings/venue.html", of_venue(self, self.venue, **{self.named: form}), status=status)


class NewCounter(PartForm):
    """POST adds a counter."""

    part = "counters"
    form_class = CounterForm
    named = "counter_form"

    def act(self, data: dict[str, Any]) -> HttpResponseBase:
        setting_up.save_counter(venue=self.venue, counter=None, name=data["name"], active=True, **self.by())
        return self.done(gettext_lazy("The counter is added."), to=self.back())


class CounterPage(VenueEdit):
    form_class = CounterForm
    part = "counters"
    saved = gettext_lazy("The counter is saved.")
    removal_name = "counter_removal"
    removal_label = gettext_lazy("Remove this counter")
    removal_text = gettext_lazy("Possible while nobody ever sat there.")

    def found(self, **kwargs: Any) -> Counter:
        counter = self.venue.counters.filter(pk=kwargs["part"]).first()
        if counter is None:
            raise Http404
        return counter

    def name(self) -> str:
        return counter_words(self.row.name)

    def place(self) -> tuple[Any, ...]:
        return (self.venue.pk, self.row.pk)

    def initial(self) -> dict[str, Any]:
        return {"name": self.row.name, "active": self.row.active}

    def act(self, data: dict[str, Any]) -> Any:
        return setting_up.save_counter(venue=self.venue, counter=self.row, **data, **self.by())


class CounterRemoval(VenueButton):
    part = "counters"
    done_text = gettext_lazy("The counter is removed.")

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        counter = self.venue.counters.filter(pk=kwargs["part"]).first()
        if counter is None:
            raise Http404
        self.counter = counter

    def act(self) -> None:
        setting_up.remove_counter(counter=self.counter, **self.by())


class NewDevice(PartForm):
    """POST adds a machine and shows the code to type on it, once."""

    part = "devices"
    form_class = DeviceForm
    named = "device_form"

    def act(self, data: dict[str, Any]) -> HttpResponseBase:
        device, code = enrolment.add_device(venue=self.venue, name=data["device_name"], kind=data["kind"], **self.by())
        return shown_code(self, device, code)


def shown_code(view: OfVenue, device: Device, code: str) -> HttpResponseBase:
    """The venue's page with a code on it; it stands nowhere else."""
    return view.page("settings/venue.html", of_venue(view, view.venue, code_of=device, code=code))


class OneDevice(VenueButton):
    part = "devices"
    device: Device

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        device = self.venue.devices.filter(pk=kwargs["part"], revoked_at=None).first()
        if device is None:
            raise Http404
        self.device = device


class DeviceCode(OneDevice):
    """POST makes a new code for a machine that has to be enrolled again."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            code = enrolment.new_code(self.device, **self.by())
        except Refused as refusal:
            return self.refused(refusal, to=self.back())
        return shown_code(self, self.device, code)


class DeviceRevocation(OneDevice):
    """POST makes a machine a stranger."""

    done_text = gettext_lazy("The machine can no longer do anything here.")

    def act(self) -> None:
        enrolment.revoke(self.device, **self.by())


class VenuePoster(OfVenue):
    """A page to print: in both languages, with a code that opens the check-in on one's phone."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        address = phone_url(self.venue)
        shown = {"venue": self.venue, "address": address, "picture": qr.drawing(address), "title": self.venue.name}
        return self.page("settings/venue_poster.html", shown)
