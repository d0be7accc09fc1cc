"""Routing rules: their order, their conditions, whether they are live; a trial on past tickets and on one made up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.settings.base import EditView, RemovalView, SettingsView
from guichet.desk.settings.forms.base import SettingsForm
from guichet.desk.settings.forms.routing import CONDITION_LABELS, MadeUpForm, RuleForm, TrialForm
from guichet.lib.errors import Refused
from guichet.people.models import Organisation, Team
from guichet.routing import engine, rules
from guichet.routing.actions import as_facts, decide
from guichet.routing.models import Rule
from guichet.routing.rules import Names, condition_sentences
from guichet.routing.simulate import Trial, simulate


def rules_of(desk: Organisation) -> list[Rule]:
    return list(Rule.objects.filter(organisation=desk).select_related("team__level"))


def find_rule(desk: Organisation, pk: int) -> Rule | None:
    return Rule.objects.select_related("team__level", "organisation").filter(organisation=desk, pk=pk).first()


class Rules(SettingsView):
    section = "rules"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        rows, names = rules_of(self.desk), Names.at(self.desk)
        front = Team.objects.filter(organisation=self.desk, is_front=True).first()
        return self.page(
            "settings/rules.html",
            {
                "rules": [
                    {
                        "rule": rule,
                        "number": number,
                        "conditions": condition_sentences(rule.conditions, names),
                        "url": self.link("rule", rule.pk),
                        "first": number == 1,
                        "last": number == len(rows),
                        "position_url": self.link("rule_position", rule.pk),
                        "live_url": self.link("rule_live", rule.pk),
                    }
                    for number, rule in enumerate(rows, start=1)
                ],
                "front": front,
                "new_url": self.link("new_rule"),
                "trial_url": self.link("trial"),
                "past_url": self.link("past"),
                "shadowed": shadowed(rows),
            },
        )


def shadowed(rows: Sequence[Rule]) -> Rule | None:
    """A live rule without conditions that others stand behind: they will never be looked at."""
    live = [rule for rule in rows if rule.live]
    return next((rule for rule in live[:-1] if not rule.conditions), None)


class RulePage(EditView):
    """A rule's conditions. The second button tries what is typed on past tickets and keeps nothing."""

    section = "rules"
    form_class = RuleForm
    template = "settings/rule.html"
    new_title = gettext_lazy("New rule")
    removal_name = "rule_removal"
    removal_label = gettext_lazy("Remove this rule")
    removal_text = gettext_lazy("Decisions it took keep their reasons.")
    trial: Trial | None = None

    @property
    def saved(self) -> Any:
        if self.row is not None and self.row.live:
            return _("Saved. It holds for new requests from now on.")
        return _("Saved as a draft: it decides nothing until you make it live.")

    def find(self, pk: int) -> Rule | None:
        return find_rule(self.desk, pk)

    def initial(self) -> dict[str, Any]:
        if not self.row:
            return {}
        return {"name_fr": self.row.name_fr, "name_en": self.row.name_en, "team": self.row.team_id}

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if "try" not in request.POST:
            return super().post(request, **kwargs)
        form = cast(RuleForm, self.form(request.POST))
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            self.trial = simulate(self.desk, rules=self._with(form), actor=self.person)
        except Refused as refusal:
            form.refuse(refusal)
            return self.show(form, status=refusal.status)
        return self.show(form)

    def _with(self, form: RuleForm) -> list[engine.RuleFacts]:
        """The live rules, with what is typed in its place (a new rule comes last)."""
        data = form.cleaned_data
        typed = Rule(
            pk=self.row.pk if self.row else 0,
            organisation=self.desk,
            name_fr=data["name_fr"],
            name_en=data["name_en"],
            team=data["team"],
            conditions=rules.checked_conditions(form.conditions, form.names),
        )
        rows = [typed if self.row and rule.pk == self.row.pk else rule for rule in rules_of(self.desk)]
        if not self.row:
            rows.append(typed)
        return [as_facts(rule) for rule in rows if rule.live or rule is typed]

    def act(self, data: dict[str, Any]) -> Any:
        return rules.save_rule(
            rule=self.row,
            desk=self.desk,
            name_fr=data["name_fr"],
            name_en=data["name_en"],
            conditions={name: data.get(name) or [] for name in engine.FIELDS},
            team=data["team"],
            **self.by(),
        )

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        assert isinstance(form, RuleForm)
        context: dict[str, Any] = {"groups": form.groups, "trial": self.trial}
        if self.row:
            context["rule_live_url"] = self.link("rule_live", self.row.pk)
            context["conditions"] = condition_sentences(self.row.conditions, form.names)
        return context


class RulePost(SettingsView):
    """A button on one rule."""

    section = "rules"
    rule: Rule

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        rule = find_rule(self.desk, kwargs["pk"])
        if rule is None:
            raise Http404
        self.rule = rule


class RulePosition(RulePost):
    """POST `to=up` or `to=down`."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        rules.move_rule(rule=self.rule, up=request.POST.get("to") == "up", **self.by())
        return self.done(_("The order is changed."), to=self.link("rules") + f"#rule-{self.rule.pk}")


class RuleLive(RulePost):
    """POST `live=1` lets the rule decide, `live=0` makes it a draft again."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        live = request.POST.get("live") == "1"
        rules.set_live(rule=self.rule, live=live, **self.by())
        told = _("“%(rule)s” decides from now on.") if live else _("“%(rule)s” is a draft again: it decides nothing.")
        return self.done(told % {"rule": self.rule.name}, to=self.link("rules") + f"#rule-{self.rule.pk}")


class RuleRemoval(RemovalView):
    section = "rules"
    page_name = "rule"
    removed = gettext_lazy("The rule is removed.")

    def find(self, pk: int) -> Rule | None:
        return find_rule(self.desk, pk)

    def act(self, row: Rule) -> None:
        rules.remove_rule(rule=row, **self.by())


class TrialPage(SettingsView):
    """Rules tried on past tickets (GET: nothing changes), and on one request made up."""

    section = "rules"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        rows = rules_of(self.desk)
        data = request.GET if "number" in request.GET else None
        form = TrialForm(
            data,
            rules=[
                (str(rule.pk), rule.name if rule.live else _("%(rule)s (draft)") % {"rule": rule.name}) for rule in rows
            ],
            initial={"rules": [str(rule.pk) for rule in rows], "number": 500},
        )
        names = Names.at(self.desk)
        made_up = MadeUpForm(request.GET if "try-text" in request.GET else None, names=names, prefix="try")
        context: dict[str, Any] = {"form": form, "made_up": made_up, "trial": None, "told": None, "status": 200}
        problem: Refused | None = None
        try:
            if form.is_bound and form.is_valid():
                chosen = set(form.cleaned_data["rules"])
                facts = [as_facts(rule) for rule in rows if str(rule.pk) in chosen]
                context["trial"] = simulate(
                    self.desk, rules=facts, actor=self.person, limit=form.cleaned_data["number"]
                )
            if made_up.is_bound and made_up.is_valid():
                context["told"] = self.told(made_up.cleaned_data, rows, names)
        except Refused as refusal:
            problem = refusal
        wrong = (form.is_bound and not form.is_valid()) or (made_up.is_bound and not made_up.is_valid())
        context |= {
            "refusal": problem,
            "title": _("Try on past tickets"),
            "trail": [*self.trail(), (_("Try on past tickets"), "")],
            "ticket_url": reverse("desk:tickets"),
        }
        return self.page("settings/trial.html", context, status=problem.status if problem else 422 if wrong else 200)

    def told(self, data: dict[str, Any], rows: list[Rule], names: Names) -> list[str]:
        facts = {name: data.get(name) or "" for name in CONDITION_LABELS}
        if not facts["organisation"]:
            facts["organisation"] = str(self.desk.pk)
        live = [as_facts(rule) for rule in rows if rule.live]
        routed = decide(self.desk, facts=facts, text=data["text"], rules=live)
        teams = dict(Team.objects.filter(organisation=self.desk).values_list("pk", "name"))
        return rules.explain(routed, rules=live, names=names, teams=teams)
