"""The button that tries what stands in a form, before it is saved, on the tickets of the last quarter."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from guichet.desk.settings.base import EditView
from guichet.desk.settings.forms.base import SettingsForm
from guichet.lib.errors import Refused
from guichet.tickets.models import Trial
from guichet.tickets.trials import start, trials_of

# Fields that belong to what else the form shows.
_BESIDE = ("region_of",)


class TriedView(EditView):
    """A page whose second button (`try`) tries what is typed; `?trial=` takes up what was typed for a trial."""

    of_calendar: ClassVar[bool] = False

    def draft(self, form: SettingsForm) -> dict[str, Any]:
        """What the form says, as `sla.drafts` has it."""
        raise NotImplementedError

    def triable(self) -> bool:
        return True

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        trial = self._taken_up()
        if trial is None:
            return super().get(request, **kwargs)
        form = self.form(typed_in(trial))
        form.is_valid()
        return self.show(form)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if "try" not in request.POST or not self.triable():
            return super().post(request, **kwargs)
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        kept = {n: request.POST.getlist(n) for n in (*form.fields, *_BESIDE) if n in request.POST}
        name = form.cleaned_data.get("name_fr") or form.cleaned_data.get("name")
        try:
            return self.tried(self.draft(form), name=str(name), typed=kept)
        except Refused as refusal:
            form.refuse(refusal)
            return self.show(form, status=refusal.status)

    def tried(self, draft: dict[str, Any], *, name: str, typed: dict[str, list[str]] | None = None) -> HttpResponseBase:
        trial = start(desk=self.desk, draft=draft, name=name, typed=typed, **self.by())
        return redirect(self.link("promise_trial", trial.pk))

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        return {**super().beside(form), "triable": self.triable(), "taken_up": self._taken_up()}

    def _taken_up(self) -> Trial | None:
        number = self.request.GET.get("trial", "")
        if self.request.method != "GET" or not number.isascii() or not number.isdigit() or len(number) > 18:
            return None
        trial = trials_of(self.desk).filter(pk=int(number)).first()
        return trial if trial is not None and trial.typed and self._about(trial) else None

    def _about(self, trial: Trial) -> bool:
        """Whether it was this form that was tried."""
        return (trial.of_calendar, trial.row) == (self.of_calendar, self.row.pk if self.row else None)


def typed_in(trial: Trial) -> QueryDict:
    """What the form was sent with."""
    data = QueryDict(mutable=True)
    for name, values in trial.typed.items():
        data.setlist(name, values)
    return data
