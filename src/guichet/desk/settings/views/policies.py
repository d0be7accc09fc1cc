"""Service level policies: their order, for whom and what each counts, its times, and who changed them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.calendars.models import OPENING_NAMES
from guichet.catalog.models import Kind
from guichet.desk.settings.base import RemovalView, SettingsView
from guichet.desk.settings.forms.base import SettingsForm, told_minutes
from guichet.desk.settings.forms.policies import PolicyForm, initial_of
from guichet.desk.settings.views.trying import TriedView
from guichet.lib.bilingual import pick
from guichet.lib.errors import Refused
from guichet.people.models import Organisation
from guichet.routing.rules import tree_names
from guichet.sla import settings_actions
from guichet.sla.drafts import policy_draft
from guichet.sla.models import SEVERITIES, Measure, Policy, PolicyChange

CHANGES_SHOWN = 20
# What the list says of each.
HEADLINES = (Measure.FIRST_RESPONSE, Measure.RESOLUTION)


def policies_of(desk: Organisation) -> list[Policy]:
    """In the order in which they are asked: the usual one last."""
    rows = Policy.objects.filter(organisation=desk).select_related("client", "service", "category")
    return sorted(rows.prefetch_related("targets"), key=lambda policy: policy.usual)


def find_policy(desk: Organisation, pk: int) -> Policy | None:
    rows = Policy.objects.select_related("organisation", "client", "service", "category")
    return rows.filter(organisation=desk, pk=pk).first()


def told_conditions(policy: Policy, names: dict[str, str]) -> list[str]:
    """For whom and what, a few words each."""
    told = []
    if policy.client:
        told.append(policy.client.name)
    if policy.service:
        told.append(_("service %(name)s") % {"name": policy.service.name})
    if policy.category:
        told.append(_("category %(name)s") % {"name": names.get(str(policy.category_id), policy.category.name)})
    if policy.kind:
        told.append(str(Kind(policy.kind).label))
    return told


class ServiceLevels(SettingsView):
    section = "service_levels"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        rows, names = policies_of(self.desk), tree_names(self.desk)
        movable = [row for row in rows if not row.usual]
        return self.page(
            "settings/service_levels.html",
            {
                "entries": [
                    {
                        "policy": row,
                        "number": number,
                        "conditions": told_conditions(row, names),
                        "url": self.link("service_level", row.pk),
                        "first": row.usual or number == 1,
                        "last": row.usual or number == len(movable),
                        "position_url": self.link("service_level_position", row.pk),
                        "headlines": headlines(row),
                    }
                    for number, row in enumerate(rows, start=1)
                ],
                "new_url": self.link("new_service_level"),
                "no_usual": not any(row.usual for row in rows),
                "trials_url": self.link("promise_trials"),
                "removed": removed_of(self.desk),
            },
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Set up the usual policy, where there is none yet."""
        made = settings_actions.start_usual(desk=self.desk, **self.by())
        return self.done(_("The usual policy is set up. Adapt its times."), to=self.link("service_level", made.pk))


def removed_of(desk: Organisation) -> list[dict[str, Any]]:
    """Policies that are no longer there: what they were called, and who removed them when."""
    ends = PolicyChange.objects.filter(organisation=desk, policy=None, said__removed=True).select_related("by")
    return [
        {"name": pick(end.said["name_fr"], end.said["name_en"]), "change": end}
        for end in ends.order_by("-at", "-pk")[:CHANGES_SHOWN]
    ]


def headlines(policy: Policy) -> list[dict[str, Any]]:
    """The first answer and the solution, from S1 to S5."""
    minutes = {(target.measure, target.severity): target.minutes for target in policy.targets.all()}
    return [
        {
            "label": measure.label,
            "times": [
                {"severity": severity, "text": told_minutes(minutes[measure.value, severity])}
                for severity in SEVERITIES
                if (measure.value, severity) in minutes
            ],
        }
        for measure in HEADLINES
        if any((measure.value, severity) in minutes for severity in SEVERITIES)
    ]


class ServiceLevelPage(TriedView):
    section = "service_levels"
    form_class = PolicyForm
    template = "settings/service_level.html"
    new_title = gettext_lazy("New policy")
    saved = gettext_lazy("Saved. New promises are made by it; those already made stay.")
    removal_name = "service_level_removal"
    removal_label = gettext_lazy("Remove this policy")
    removal_text = gettext_lazy(
        "What it promised stays promised. Tickets to come fall under the next policy that fits."
    )
    filled: PolicyForm

    def find(self, pk: int) -> Policy | None:
        return find_policy(self.desk, pk)

    def initial(self) -> dict[str, Any]:
        return initial_of(self.row, since=settings_actions.last_number(self.row) if self.row else 0)

    def form(self, data: Any = None) -> SettingsForm:
        self.filled = PolicyForm(data, initial=self.initial(), desk=self.desk, row=self.row)
        return self.filled

    def act(self, data: dict[str, Any]) -> Any:
        return settings_actions.save_policy(
            policy=self.row,
            desk=self.desk,
            said=self.filled.said,
            note=data["note"],
            since=data["since"],
            **self.by(),
        )

    def draft(self, form: SettingsForm) -> dict[str, Any]:
        return policy_draft(policy=self.row, desk=self.desk, said=self.filled.said)

    def after(self, made: Any) -> str:
        return self.link("service_level", made.pk)

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        context: dict[str, Any] = {"measures": self.filled.measures, "usual": self.filled.usual}
        context |= super().beside(form)
        if self.row:
            found = list(PolicyChange.objects.filter(policy=self.row).select_related("by")[: CHANGES_SHOWN + 1])
            older = [*(each.said for each in found[1:]), None][: len(found)]
            context["changes"] = [
                {"change": change, "told": what_changed(before, change.said)}
                for change, before in zip(found, older, strict=True)
            ][:CHANGES_SHOWN]
        if self.filled.usual:
            context["removal_url"] = ""
        return context


def what_changed(before: dict[str, Any] | None, after: dict[str, Any]) -> list[str]:
    """“Solution S1: 4 h → 2 h”, a line each; nothing where there is nothing to compare with."""
    if before is None:
        return []
    told = changed_times(before["targets"], after["targets"])
    labels = {
        "name_fr": _("Name in French"), "name_en": _("Name in English"), "client": _("For whom"),
        "service": _("Service"), "category": _("Category, with all below it"), "kind": _("Kind"),
        "active": _("In force"), "shows_resolution": _("Tell requesters when the solution is promised"),
        "position": _("Place in the order"),
    }  # fmt: skip
    told += [str(label) for name, label in labels.items() if name in after and before.get(name) != after[name]]
    return told


def changed_times(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What differs, a line each, of targets as `settings_actions.said_by` has them."""
    told = []
    for measure in Measure:
        was, now = before.get(measure.value, {}), after.get(measure.value, {})
        for severity in SEVERITIES:
            old, new = was.get("times", {}).get(severity), now.get("times", {}).get(severity)
            if not _same_time(old, new):
                told.append(
                    _("%(measure)s %(severity)s: %(was)s → %(now)s")
                    % {"measure": measure.label, "severity": severity, "was": told_time(old), "now": told_time(new)}
                )
        if was.get("pauses", []) != now.get("pauses", []) and was and now:
            told.append(_("%(measure)s: which holds stop the clock") % {"measure": measure.label})
    return told


def _same_time(old: list[Any] | None, new: list[Any] | None) -> bool:
    """The calendar by its number, as it may be called otherwise meanwhile; by its name where that was all."""
    if not old or not new:
        return old == new
    which = 2 if len(old) == len(new) == 3 else 1
    was, now = ([*time, None, None][which] for time in (old, new))
    return bool(old[0] == new[0] and was == now)


def told_time(time: list[Any] | None) -> str:
    if time is None:
        return _("nothing promised")
    minutes, calendar = time[0], time[1] if time[1:] else None
    if calendar in OPENING_NAMES:
        calendar = _("Opening hours")
    return f"{told_minutes(minutes)} ({calendar or _('Day and night')})"


class ServiceLevelPosition(SettingsView):
    """POST `to=up` or `to=down`."""

    section = "service_levels"

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        policy = find_policy(self.desk, kwargs["pk"])
        if policy is None:
            raise Http404
        back = self.link("service_levels") + f"#policy-{policy.pk}"
        try:
            settings_actions.move_policy(policy=policy, up=request.POST.get("to") == "up", **self.by())
        except Refused as refusal:
            return self.refused(refusal, to=back)
        return self.done(_("The order is changed."), to=back)


class ServiceLevelRemoval(RemovalView):
    section = "service_levels"
    page_name = "service_level"
    removed = gettext_lazy("The policy is removed. What it promised stays promised.")

    def find(self, pk: int) -> Policy | None:
        return find_policy(self.desk, pk)

    def act(self, row: Policy) -> None:
        settings_actions.remove_policy(policy=row, **self.by())
