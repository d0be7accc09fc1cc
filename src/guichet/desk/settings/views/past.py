"""What the past says: how right it was, the rules that it proposes, and whether it proposes anything at all."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from guichet.desk.settings.base import SettingsView
from guichet.desk.settings.views.routing import rules_of
from guichet.lib.errors import Refused
from guichet.routing import habits, proposing
from guichet.routing.actions import as_facts
from guichet.routing.models import LearnedVersion
from guichet.routing.proposing import Proposed
from guichet.routing.simulate import Trial, simulate

SHOWN = 20
VERSIONS_SHOWN = 12


class Past(SettingsView):
    """GET `?try=<key>` runs the live rules with a proposed one over past tickets; nothing changes."""

    section = "rules"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        on = habits.is_on(self.desk)
        versions = list(LearnedVersion.objects.filter(organisation=self.desk).defer("counts")[:VERSIONS_SHOWN])
        version = versions[0] if versions else None
        proposed = proposing.proposed_rules(self.desk, version=version) if on and version else []
        tried, trial, refusal = self._tried(proposed, request.GET.get("try", ""))
        context = {
            "title": _("What the past says"),
            "trail": [*self.trail(), (_("What the past says"), "")],
            "on": on,
            "version": version,
            "right": _right(version),
            "least": habits.TICKETS_LEAST,
            "versions": [{"version": one, **_right(one)} for one in versions],
            "proposed": proposed[:SHOWN],
            "more": max(len(proposed) - SHOWN, 0),
            "tried": tried,
            "trial": trial,
            "refusal": refusal,
            "switch_url": self.link("past_switch"),
            "adoption_url": self.link("past_adoption"),
        }
        return self.page("settings/past.html", context, status=refusal.status if refusal else 200)

    def _tried(self, proposed: list[Proposed], key: str) -> tuple[Proposed | None, Trial | None, Refused | None]:
        if not key:
            return None, None, None
        try:
            tried = next((one for one in proposed if one.key == key), None) or proposing.find(self.desk, key)
            live = [as_facts(rule) for rule in rules_of(self.desk) if rule.live]
            return tried, simulate(self.desk, rules=[*live, tried.facts()], actor=self.person), None
        except Refused as refusal:
            return None, None, refusal


def _right(version: LearnedVersion | None) -> dict[str, Any]:
    """In whole per cents, None where nothing was held out or nothing said."""
    if version is None:
        return {}
    return {
        "usual": _percent(version.usual, version.tested),
        "top1": _percent(version.first, version.tested),
        "top3": _percent(version.three, version.tested),
        "said": _percent(version.said, version.tested),
        "right": _percent(version.right, version.said),
    }


def _percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None


class PastSwitch(SettingsView):
    """POST `on=1` or `on=0`."""

    section = "rules"

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        on = request.POST.get("on") == "1"
        habits.set_on(desk=self.desk, on=on, **self.by())
        told = _("The past makes proposals again.") if on else _("The past makes no more proposals.")
        return self.done(told, to=self.link("past"))


class PastAdoption(SettingsView):
    """POST `rule=<key>`: the proposed rule becomes one of the desk's, as a draft."""

    section = "rules"

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            rule = proposing.adopt(desk=self.desk, key=request.POST.get("rule", ""), **self.by())
        except Refused as refusal:
            return self.refused(refusal, to=self.link("past"))
        told = _("“%(rule)s” is a rule now, as a draft: it decides nothing until you make it live.")
        return self.done(told % {"rule": rule.name}, to=self.link("rule", rule.pk))
