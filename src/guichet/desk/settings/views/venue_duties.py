"""Who is on duty at a venue: an agent's week, and the dates that differ from it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.settings.forms.base import SettingsForm
from guichet.desk.settings.forms.venues import DutyDateForm, DutyForm, NewDutyForm
from guichet.desk.settings.views.venue_base import OfVenue, VenueButton, VenueEdit
from guichet.desk.settings.views.venue_page import dates_of
from guichet.desk.settings.views.venue_parts import PartForm
from guichet.lib.errors import Refused
from guichet.people.models import Person
from guichet.walkup import setting_up_duties
from guichet.walkup.models import Duty
from guichet.walkup.setting_up_duties import Hours, may_be_on_duty, opening_week


class NewDuty(PartForm):
    """POST takes somebody on duty whenever the venue is open, and leads to their week."""

    part = "duties"
    form_class = NewDutyForm
    named = "duty_form"

    def act(self, data: dict[str, Any]) -> HttpResponseBase:
        turn = Duty.objects.filter(venue=self.venue).values("agent").distinct().count()
        try:
            setting_up_duties.set_week(
                venue=self.venue, agent=data["agent"], week=opening_week(self.venue, turn=turn), **self.by()
            )
        except Refused as refusal:
            if refusal.code != "elsewhere":
                raise
            # Elsewhere at those hours: their week here is still to be written.
            return self.refused(refusal, to=self.of("duty", data["agent"].pk))
        told = _("%(agent)s is on duty whenever it is open. Change their hours here.") % {"agent": data["agent"].name}
        return self.done(told, to=self.of("duty", data["agent"].pk))


class OfAgent(OfVenue):
    part = "duties"
    agent: Person

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        self.agent = self.somebody(kwargs["person"])

    def somebody(self, pk: int) -> Person:
        """Who may be on duty, or was until their role ended."""
        agent = may_be_on_duty(self.venue).filter(pk=pk).first()
        agent = (
            agent or Person.objects.filter(pk=pk, pk__in=Duty.objects.filter(venue=self.venue).values("agent")).first()
        )
        if agent is None:
            raise Http404
        return agent


class DutyPage(OfAgent, VenueEdit):
    """The agent's week as text, day by day; under it the dates that differ."""

    form_class = DutyForm
    template = "settings/venue_duty.html"
    saved = gettext_lazy("The hours of duty are saved.")
    removal_name = "duty_removal"
    removal_label = gettext_lazy("No longer on duty here")
    removal_text = gettext_lazy("Their hours at this venue go; what they did stays.")

    def found(self, **kwargs: Any) -> Person:
        return self.somebody(kwargs["person"])

    def name(self) -> str:
        return self.agent.name

    def place(self) -> tuple[Any, ...]:
        return (self.venue.pk, self.agent.pk)

    def initial(self) -> dict[str, Any]:
        typed: dict[str, Any] = {}
        for duty in Duty.objects.filter(venue=self.venue, agent=self.agent, date=None).order_by("weekday", "starts"):
            typed.setdefault(f"hours_{duty.weekday}", []).append([duty.starts, duty.ends])
            breaks = typed.setdefault(f"breaks_{duty.weekday}", [])
            breaks += [[start, start + length] for start, length in duty.breaks]
        return typed

    def act(self, data: dict[str, Any]) -> Any:
        week = [Hours(spans=data[f"hours_{n}"], breaks=data[f"breaks_{n}"]) for n in range(7)]
        return setting_up_duties.set_week(venue=self.venue, agent=self.agent, week=week, **self.by())

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        return {
            **super().beside(form),
            "agent": self.agent,
            "dates": dates_of(self.venue, self.agent),
            "date_form": DutyDateForm(desk=self.desk),
            "dates_url": self.of("duty_dates", self.agent.pk),
        }


class DutyDates(DutyPage):
    """POST says what holds on one date; with `clear`, that the week holds again on it."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return self.show(self.form())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if "clear" in request.POST:
            return self.clear(request.POST["clear"])
        form, status = DutyDateForm(request.POST, desk=self.desk), 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                setting_up_duties.set_date(
                    venue=self.venue, agent=self.agent, on=data["on"],
                    hours=Hours(spans=data["hours"], breaks=data["breaks"]), **self.by(),
                )  # fmt: skip
            except Refused as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                return self.done(_("Saved for that date."), to=self.of("duty", self.agent.pk) + "#dates")
        self.typed = form
        return self.show(self.form(), status=status)

    def clear(self, day: str) -> HttpResponseBase:
        try:
            on = date.fromisoformat(day)
        except ValueError as error:
            raise Http404 from error
        setting_up_duties.clear_date(venue=self.venue, agent=self.agent, on=on, **self.by())
        return self.done(_("Their week holds again on that date."), to=self.of("duty", self.agent.pk) + "#dates")

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        shown = super().beside(form)
        return {**shown, "date_form": getattr(self, "typed", None) or shown["date_form"]}


class DutyRemoval(OfAgent, VenueButton):
    done_text = gettext_lazy("They are no longer on duty here.")

    def act(self) -> None:
        setting_up_duties.clear_agent(venue=self.venue, agent=self.agent, **self.by())
