"""What is suggested, field by field: how right that was when measured, what became of it, which version speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from guichet.desk.charts import stacked
from guichet.desk.settings.base import SettingsView
from guichet.lib.errors import Refused
from guichet.suggestions import lessons
from guichet.suggestions.figures import Came, came_of, read_lately
from guichet.suggestions.jobs import learn_soon
from guichet.suggestions.models import Field, Lesson


class Suggestions(SettingsView):
    """One card for each field: pictures first, then the figures and the versions."""

    section = "suggestions"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        off = lessons.switched_off(self.desk)
        came = came_of(self.desk, now=self.now)
        versions = lessons.versions_of(self.desk)
        context = {
            "fields": [_field(field, versions.get(field, []), came.get(field), on=field not in off) for field in Field],
            "read": read_lately(self.desk, now=self.now),
            "least": lessons.TICKETS_LEAST,
            "switch_url": self.link("suggestion_switch"),
            "learning_url": self.link("suggestion_learning"),
        }
        return self.page("settings/suggestions.html", context)


def _field(field: Field, versions: Sequence[Lesson], came: Came | None, *, on: bool) -> Mapping[str, Any]:
    used = next((one for one in versions if one.in_use), None)
    return {
        "field": field,
        "on": on,
        "learned": field in lessons.LEARNED,
        "used": used,
        "speaks": used is not None and used.threshold is not None,
        "measured": _share(used.accuracy) if used else None,
        "usual": _share(used.usual) if used else None,
        "covers": _share(used.coverage_at_90) if used else None,
        "sure": round(100 * used.threshold) if used and used.threshold is not None else None,
        "came": came,
        "decided": _decided(came) if came else [],
        "ended": _share(came.right / came.ended) if came and came.ended else None,
        "versions": [
            {
                "lesson": one,
                "right": round(100 * one.accuracy),
                "covers": round(100 * one.coverage_at_90),
                "kept": one.kept,  # type: ignore[attr-defined]  # said by `versions_of`
            }
            for one in versions
        ],
    }


def _share(share: float) -> Mapping[str, Any]:
    percent = round(100 * share)
    return {"percent": percent, "parts": stacked({"kept": percent, "open": 100 - percent})}


def _decided(came: Came) -> list[Any]:
    return stacked({"kept": came.accepted, "broken": came.dismissed, "open": came.open})


class SuggestionSwitch(SettingsView):
    """POST `field=…&on=1` or `on=0`."""

    section = "suggestions"

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        field, on = request.POST.get("field", ""), request.POST.get("on") == "1"
        try:
            lessons.switch(desk=self.desk, field=field, on=on, **self.by())
        except Refused as refusal:
            return self.refused(refusal, to=self.link("suggestions"))
        name = {"field": Field(field).label}
        told = _("%(field)s: suggested again.") if on else _("%(field)s: no longer suggested.")
        return self.done(told % name, to=self.link("suggestions"))


class SuggestionLearning(SettingsView):
    """POST `field=…`: the worker learns it now, instead of next night."""

    section = "suggestions"

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        field = request.POST.get("field", "")
        if field not in lessons.LEARNED:
            refusal = Refused(_("Choose one of the answers offered."), code="unknown_choice", field="field")
            return self.refused(refusal, to=self.link("suggestions"))
        learn_soon(self.desk, field=field)
        told = _("It is being learned. That takes a minute or two; the page then shows a new version.")
        return self.done(told, to=self.link("suggestions"))


class SuggestionVersion(SettingsView):
    """POST: this version speaks from now on."""

    section = "suggestions"

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        found = Lesson.objects.filter(organisation=self.desk, pk=kwargs["pk"]).defer("data").first()
        if found is None:
            raise Http404
        found.organisation = self.desk
        try:
            lessons.use(found, **self.by())
        except Refused as refusal:
            return self.refused(refusal, to=self.link("suggestions"))
        told = _("%(field)s: version %(number)d speaks now.")
        return self.done(
            told % {"field": Field(found.field).label, "number": found.number}, to=self.link("suggestions")
        )
