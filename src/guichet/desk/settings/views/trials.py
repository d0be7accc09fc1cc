"""What came of a draft that was tried on past tickets: pictures first, then the tickets that change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guichet.calendars.models import OPENING_NAMES, Calendar
from guichet.desk import charts
from guichet.desk.settings.base import SettingsView
from guichet.desk.settings.views.policies import changed_times
from guichet.lib.errors import Refused
from guichet.lib.paging import page
from guichet.sla.drafts import OPENING
from guichet.sla.models import Measure, Policy
from guichet.sla.settings_actions import said_by
from guichet.tickets.models import Trial, TrialChange, TrialState, Verdict
from guichet.tickets.trials import QUARTER, changes_of, start, trials_of
from guichet.tickets.trying import CHANGES_MAX, KEPT, TICKETS_MAX

# Periods offered, in weeks.
PERIODS = (4, QUARTER, 26, 52)
SHOWN = 100
PAGE = 50
SIDES = ("now", "draft")


class PromiseTrials(SettingsView):
    """Who tried what in the last thirty days."""

    section = "service_levels"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        rows = [
            {"trial": trial, "url": self.link("promise_trial", trial.pk), "period": period(trial.weeks)}
            for trial in trials_of(self.desk).defer("draft", "typed", "result")[:SHOWN]
        ]
        title = _("Tried on past tickets")
        return self.page(
            "settings/promise_trials.html",
            {"title": title, "trail": [*self.trail(), (title, "")], "rows": rows, "days": KEPT.days},
        )


class PromiseTrial(SettingsView):
    """One trial. POST `weeks` tries the same draft on the tickets of another period."""

    section = "service_levels"
    trial: Trial

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        found = trials_of(self.desk).filter(pk=kwargs["pk"]).first()
        if found is None:
            raise Http404
        self.trial = found

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        weeks = request.POST.get("weeks", "")
        trial, here = self.trial, self.link("promise_trial", self.trial.pk)
        try:
            made = start(
                desk=self.desk,
                draft=trial.draft,
                name=trial.name,
                typed=trial.typed,
                weeks=int(weeks) if weeks.isascii() and weeks.isdigit() and len(weeks) < 4 else 0,
                **self.by(),
            )
        except Refused as refusal:
            return self.refused(refusal, to=here)
        return redirect(self.link("promise_trial", made.pk))

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        trial = self.trial
        back = self._back()
        title = _("Trial: %(name)s") % {"name": trial.name}
        context: dict[str, Any] = {
            "trial": trial,
            "title": title,
            "trail": [*self.trail(), (_("Tried on past tickets"), self.link("promise_trials")), (title, "")],
            "here": self.link("promise_trial", trial.pk),
            "since": trial.asked_at - timedelta(weeks=trial.weeks),
            "percent": 100 * trial.tried // trial.tickets if trial.tickets else None,
            "failed": trial.state == TrialState.FAILED,
            "all_of_them": trial.tickets < TICKETS_MAX,
            "periods": [{"weeks": weeks, "text": period(weeks), "chosen": weeks == trial.weeks} for weeks in PERIODS],
            "row_url": back,
            "said_anew": said_anew(trial),
            "form_url": f"{back}?trial={trial.pk}" if back and trial.typed else "",
        }
        if trial.state == TrialState.DONE:
            measures = pictures(trial)
            same = sum(not measure["changed"] for measure in measures)
            context |= {"measures": measures, "same": same, **totals(trial), **self._changes()}
        return self.page("settings/promise_trial.html", context)

    def _back(self) -> str:
        """Of the policy or calendar, where there is one still."""
        number = self.trial.row
        if number is None:
            return self.link("new_service_level")
        if self.trial.of_calendar:
            calendar = Calendar.objects.filter(organisation=self.desk, pk=number).first()
            if calendar is None:
                return ""
            return self.link("opening") if calendar.usual else self.link("calendar", number)
        there = Policy.objects.filter(organisation=self.desk, pk=number).exists()
        return self.link("service_level", number) if there else ""

    def _changes(self) -> dict[str, Any]:
        """A page of the tickets that change: those that get worse first, or those that get better."""
        result, query = self.trial.result, self.request.GET
        worse = query.get("which") != "better" if result["worse"] else False
        seen = changes_of(self.trial, viewer=self.person).filter(worse=worse)
        found = page(seen, order=("id",), cursor=query.get("cursor", ""), size=PAGE)
        which, here = "worse" if worse else "better", self.link("promise_trial", self.trial.pk)
        tabs = [
            {"label": label, "count": result[key], "url": f"{here}?which={key}#changes", "current": key == which}
            for key, label in (("worse", _("Would be broken")), ("better", _("Would no longer be broken")))
        ]
        return {
            "tabs": tabs,
            "changes": [told(change) for change in found.items],
            "more_url": f"{here}?which={which}&cursor={found.next_cursor}#changes" if found.next_cursor else "",
            "cut": result[which] > CHANGES_MAX,
            "most": CHANGES_MAX,
            "worse": worse,
        }


def said_anew(trial: Trial) -> list[str]:
    """Which times a draft of a policy says otherwise than the policy as it stands now; all, of one that isn't there."""
    if trial.of_calendar:
        return []
    own = list(Calendar.objects.filter(organisation=trial.desk_id))
    names: dict[Any, str] = {calendar.pk: calendar.name for calendar in own}
    names[OPENING] = next((calendar.name for calendar in own if calendar.usual), OPENING_NAMES[0])
    drawn = {
        measure: {
            "pauses": aim["pauses"],
            "times": {s: [minutes, names.get(calendar)] for s, (minutes, calendar) in aim["times"].items()},
        }
        for measure, aim in trial.draft["aims"].items()
    }
    policy = Policy.objects.filter(pk=trial.row).first() if trial.row else None
    return changed_times(said_by(policy)["targets"] if policy else {}, drawn)


def period(weeks: int) -> str:
    """The quarter has a name of its own."""
    if weeks == QUARTER:
        return _("the last quarter")
    return ngettext("the last %(count)d week", "the last %(count)d weeks", weeks) % {"count": weeks}


def pictures(trial: Trial) -> list[dict[str, Any]]:
    """By measure, two bars for each severity, and the lines of the table."""
    found = []
    for measure in Measure:
        lines = [line for line in trial.result["lines"] if line["measure"] == measure.value]
        if lines:
            severities = [severity(line) for line in lines]
            changed = sum(line["worse"] + line["better"] for line in lines)
            found.append({"key": measure.value, "label": measure.label, "lines": severities, "changed": changed})
    return found


def severity(line: dict[str, Any]) -> dict[str, Any]:
    named = {"now": _("Present settings"), "draft": _("The draft")}
    sides = [
        {"key": side, "label": named[side], "parts": charts.stacked(_named(line[side])), **_named(line[side]),
         "rate": rate(line[side]), "none": not any(line[side])}
        for side in SIDES
    ]  # fmt: skip
    promised = {**_named(line["promised"]), "rate": rate(line["promised"]), "none": not any(line["promised"])}
    return {"severity": line["severity"], "sides": sides, "promised": promised, "worse": line["worse"],
            "better": line["better"]}  # fmt: skip


def _named(counts: list[int]) -> dict[str, int]:
    return dict(zip(Verdict.values, counts, strict=True))


def rate(counts: list[int]) -> int | None:
    """Kept of those that are over, per cent, rounded down: one that was broken never reads as all kept."""
    kept, broken, _open = counts
    return 100 * kept // (kept + broken) if kept + broken else None


def totals(trial: Trial) -> dict[str, Any]:
    """How many promises would be broken, and would no longer be."""
    lines = trial.result["lines"]
    more, fewer = (sum(line[key] for line in lines) for key in ("worse", "better"))
    return {"more_broken": more, "fewer_broken": fewer, "unchanged": not (more or fewer)}


def told(change: TrialChange) -> dict[str, Any]:
    """A line: which promise of which ticket, and what becomes of it."""
    nothing = _("not promised")
    return {
        "ticket": change.ticket,
        "severity": change.severity,
        "measure": Measure(change.measure).label,
        "was": Verdict(change.was).label if change.was else nothing,
        "becomes": Verdict(change.becomes).label if change.becomes else nothing,
        "was_due": change.was_due,
        "becomes_due": change.becomes_due,
        "others": change.promises - 1,
    }
