"""Teams with their members, and the skills that teams and people have."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Prefetch
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.settings.base import EditView, ListView, RemovalView, SettingsView
from guichet.desk.settings.forms.base import SettingsForm
from guichet.desk.settings.forms.people import MemberForm, SkillForm, TeamForm
from guichet.lib.errors import Refused
from guichet.people import actions, teams
from guichet.people.models import Membership, Organisation, Person, Skill, Team


class Skills(ListView):
    section = "skills"
    intro = gettext_lazy("What people and teams know how to treat, and the rights that they hold.")
    new_label = gettext_lazy("New skill")
    new_name = "new_skill"
    columns = (gettext_lazy("Name"), gettext_lazy("Teams"))
    empty_title = gettext_lazy("No skill yet.")
    empty_body = gettext_lazy(
        "Name those that decide who can treat what: Wi-Fi, payroll application, administrator rights."
    )

    def rows(self) -> list[dict[str, Any]]:
        skills = Skill.objects.filter(organisation=self.desk).annotate(team_count=Count("teams"))
        return [
            {"url": self.link("skill", skill.pk), "title": skill.name, "cells": [skill.team_count]} for skill in skills
        ]


class SkillPage(EditView):
    section = "skills"
    form_class = SkillForm
    new_title = gettext_lazy("New skill")
    saved = gettext_lazy("The skill is saved.")
    removal_name = "skill_removal"
    removal_label = gettext_lazy("Remove this skill")
    removal_text = gettext_lazy("People and teams will no longer have it.")

    def find(self, pk: int) -> Skill | None:
        return Skill.objects.filter(organisation=self.desk, pk=pk).first()

    def initial(self) -> dict[str, Any]:
        return {"name_fr": self.row.name_fr, "name_en": self.row.name_en} if self.row else {}

    def act(self, data: dict[str, Any]) -> Any:
        return actions.save_skill(skill=self.row, desk=self.desk, **data, **self.by())


class SkillRemoval(RemovalView):
    section = "skills"
    page_name = "skill"
    removed = gettext_lazy("The skill is removed.")

    def find(self, pk: int) -> Skill | None:
        return Skill.objects.select_related("organisation").filter(organisation=self.desk, pk=pk).first()

    def act(self, row: Skill) -> None:
        actions.remove_skill(skill=row, **self.by())


class Teams(ListView):
    section = "teams"
    intro = gettext_lazy("Every ticket belongs to a team, at one level of the ladder.")
    new_label = gettext_lazy("New team")
    new_name = "new_team"
    columns = (
        gettext_lazy("Name"), gettext_lazy("Members"), gettext_lazy("Lead"), gettext_lazy("What it does"),
        gettext_lazy("Skills"),
    )  # fmt: skip
    empty_title = gettext_lazy("No team yet.")
    empty_body = gettext_lazy("The first one you make is the front team: it receives what no rule sends elsewhere.")

    def rows(self) -> list[dict[str, Any]]:
        leads = Membership.objects.filter(lead=True).select_related("person")
        rows = (
            Team.objects.filter(organisation=self.desk)
            .select_related("level")
            .annotate(people=Count("memberships", distinct=True))
            .prefetch_related("skills", Prefetch("memberships", leads, to_attr="leads"))
        )
        return [
            {
                "url": self.link("team", team.pk),
                "title": team.name,
                "level": team.level.code,
                "cells": [
                    team.people,
                    ", ".join(membership.person.name for membership in team.leads),
                    ", ".join(str(text) for text in _does(team)),
                    ", ".join(skill.name for skill in team.skills.all()),
                ],
            }
            for team in rows
        ]

    def beside(self) -> dict[str, Any]:
        if self.desk.scheme_id is None:
            return {"obstacle": _("Choose your levels first: a team works at one of them."), "new_url": ""}
        return {}


def _does(team: Team) -> list[Any]:
    return [text for holds, text in ((team.is_front, _("front team")), (team.takes_calls, _("takes calls"))) if holds]


def find_team(desk: Organisation, pk: int) -> Team | None:
    return Team.objects.select_related("level", "organisation").filter(organisation=desk, pk=pk).first()


class TeamPage(EditView):
    section = "teams"
    form_class = TeamForm
    template = "settings/team.html"
    new_title = gettext_lazy("New team")
    saved = gettext_lazy("The team is saved.")
    removal_name = "team_removal"
    removal_label = gettext_lazy("Remove this team")
    removal_text = gettext_lazy("Possible while no ticket and no rule names it; its members stay.")

    def find(self, pk: int) -> Team | None:
        return find_team(self.desk, pk)

    def initial(self) -> dict[str, Any]:
        if not self.row:
            return {}
        return {
            "name": self.row.name,
            "level": self.row.level_id,
            "is_front": self.row.is_front,
            "takes_calls": self.row.takes_calls,
            "skills": list(self.row.skills.values_list("pk", flat=True)),
        }

    def act(self, data: dict[str, Any]) -> Any:
        return teams.save_team(team=self.row, desk=self.desk, **data, **self.by())

    def after(self, made: Team) -> str:
        return self.link("team", made.pk)

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        return members_of(self.row, MemberForm(desk=self.desk, row=self.row)) if self.row else {}


def members_of(team: Team, form: MemberForm) -> dict[str, Any]:
    members = team.memberships.select_related("person").order_by("-lead", "person__name")
    return {"members": list(members), "member_form": form}


class TeamRemoval(RemovalView):
    section = "teams"
    page_name = "team"
    removed = gettext_lazy("The team is removed.")

    def find(self, pk: int) -> Team | None:
        return find_team(self.desk, pk)

    def act(self, row: Team) -> None:
        teams.remove_team(team=row, **self.by())


class Members(TeamPage):
    """POST puts somebody in the team."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        form = MemberForm(request.POST, desk=self.desk, row=self.row)
        if form.is_valid():
            try:
                teams.join_team(team=self.row, **form.cleaned_data, **self.by())
            except Refused as refusal:
                form.refuse(refusal)
            else:
                return self.done(_("The member is added."), to=self.after(self.row))
        self.member_form = form
        return self.show(self.form(), status=422)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return self.show(self.form())

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        return members_of(self.row, getattr(self, "member_form", None) or MemberForm(desk=self.desk, row=self.row))


class MemberView(SettingsView):
    """One member of a team."""

    section = "teams"
    team: Team
    member: Person

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        team = find_team(self.desk, kwargs["pk"])
        member = Person.objects.filter(memberships__team=team, pk=kwargs["person"]).first() if team else None
        if team is None or member is None:
            raise Http404
        self.team, self.member = team, member

    def back(self) -> str:
        return self.link("team", self.team.pk)


class MemberLead(MemberView):
    """POST says whether the member leads the team."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        lead = request.POST.get("lead") == "1"
        teams.join_team(team=self.team, person=self.member, lead=lead, **self.by())
        return self.done(_("Saved."), to=self.back())


class MemberRemoval(MemberView):
    """POST takes the member out of the team."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        teams.leave_team(team=self.team, person=self.member, **self.by())
        told = _("%(person)s is no longer in this team. Tickets they hold stay with them.")
        return self.done(told % {"person": self.member.name}, to=self.back())
