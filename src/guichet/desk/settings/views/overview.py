"""Where one begins: what is set up, what is still to do, in the order in which one sets up a new desk."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guichet.calendars.reading import usual_week
from guichet.catalog.models import Category, RequestType, Service
from guichet.desk.settings.base import SettingsView
from guichet.desk.settings.sections import link
from guichet.desk.settings.views.venue_base import venues_of
from guichet.desk.shell import DeskView
from guichet.people.models import Organisation, Person, RoleKind, Site, Skill, Team
from guichet.routing.models import Rule
from guichet.tickets.models import Macro, ResponsePolicy, Severity, SeverityMatrix


class Entrance(DeskView):
    """To the first desk that one manages."""

    current = "settings"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        desk = Organisation.objects.filter(pk__in=self.person.grants.manages_in, served_by=None).first()
        if desk is None:
            raise PermissionDenied
        return redirect(link("home", desk))


class Overview(SettingsView):
    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        steps = self.steps()
        done = sum(step["done"] for step in steps)
        return self.page(
            "settings/overview.html",
            {
                "title": _("Settings"),
                "steps": steps,
                "score": round(100 * done / len(steps)),
                "next": next((step for step in steps if not step["done"]), None),
            },
        )

    def steps(self) -> list[dict[str, Any]]:
        """Each step: what it is for, what stands, whether that is enough to work with."""
        desk = self.desk
        teams = list(Team.objects.filter(organisation=desk).annotate(people=Count("memberships")))
        front = next((team for team in teams if team.is_front), None)
        empty_teams = sum(1 for team in teams if not team.people)
        counts = self._counts()
        levels = desk.scheme.levels.count() if desk.scheme else 0
        rules = counts["rules"]
        return [
            self._step("organisation", bool(desk.phone), desk.phone or _("No telephone number is given yet.")),
            self._step("opening", bool(usual_week(desk)), _opening(desk)),
            self._step(
                "levels", levels > 0, _count(levels, "level") if levels else _("Choose a ladder to start from.")
            ),
            self._step(
                "people",
                counts["managers"] > 0 and counts["treating"] > 1,
                _("%(people)s, %(treating)s")
                % {"people": _count(counts["people"], "person"), "treating": _count(counts["treating"], "treating")},
            ),
            self._step("skills", counts["skills"] > 0, _count(counts["skills"], "skill")),
            self._step("teams", front is not None and not empty_teams, _teams(teams, front, empty_teams)),
            self._step(
                "clients",
                True,
                _count(counts["clients"], "client") if counts["clients"] else _("None: we serve ourselves."),
            ),
            self._step("sites", counts["sites"] > 0, _count(counts["sites"], "site")),
            self._step(
                "severity",
                True,
                _("Your own matrix.") if counts["matrix"] else _("The usual matrix; adapt it if you like."),
            ),
            self._step(
                "policies",
                counts["policies"] == len(Severity),
                _("Each severity has its policy.")
                if counts["policies"] == len(Severity)
                else _("The usual times are in force until you say yours."),
            ),
            self._step("services", counts["services"] > 0, _count(counts["services"], "service")),
            self._step("categories", counts["categories"] > 0, _count(counts["categories"], "category")),
            self._step("request_types", counts["types"] > 0, _count(counts["types"], "type")),
            self._step(
                "venues",
                True,
                _count(counts["venues"], "venue") if counts["venues"] else _("None: nobody comes to a counter."),
            ),
            self._step(
                "rules",
                rules["live"] > 0,
                _("%(live)s, %(drafts)s")
                % {"live": _count(rules["live"], "live"), "drafts": _count(rules["all"] - rules["live"], "draft")},
            ),
            self._step("macros", counts["macros"] > 0, _count(counts["macros"], "macro")),
        ]

    def _step(self, name: str, done: bool, stands: Any) -> dict[str, Any]:
        label, icon, purpose = PURPOSES[name]
        return {
            "name": name, "label": label, "icon": icon, "purpose": purpose, "url": self.link(name),
            "done": bool(done), "stands": stands,
        }  # fmt: skip

    def _counts(self) -> dict[str, Any]:
        desk = self.desk
        served = Q(organisation=desk) | Q(organisation__served_by=desk)
        roles = desk.roles.aggregate(
            managers=Count("person", filter=Q(kind=RoleKind.MANAGER), distinct=True),
            treating=Count("person", filter=~Q(kind__in=[RoleKind.CONTACT, RoleKind.APPROVER]), distinct=True),
        )
        return {
            **roles,
            "people": Person.objects.filter(served).count(),
            "skills": Skill.objects.filter(organisation=desk).count(),
            "clients": desk.clients.count(),
            "sites": Site.objects.filter(served).count(),
            "matrix": SeverityMatrix.objects.filter(organisation=desk).exists(),
            "policies": ResponsePolicy.objects.filter(organisation=desk).count(),
            "services": Service.objects.filter(organisation=desk, active=True).count(),
            "categories": Category.objects.filter(Q(organisation=desk) | Q(organisation=None), active=True).count(),
            "types": RequestType.objects.filter(organisation=desk, active=True).count(),
            "rules": Rule.objects.filter(organisation=desk).aggregate(
                all=Count("pk"), live=Count("pk", filter=Q(live=True))
            ),
            "venues": venues_of(desk).filter(active=True).count(),
            "macros": Macro.objects.filter(organisation=desk).count(),
        }


PURPOSES: dict[str, tuple[Any, str, Any]] = {
    "organisation": (
        gettext_lazy("Say who you are"),
        "building-2",
        gettext_lazy("The name, the language and the number that people call."),
    ),
    "opening": (
        gettext_lazy("Say when you are open"),
        "clock",
        gettext_lazy("Promises are counted in these hours."),
    ),
    "levels": (
        gettext_lazy("Choose your levels"),
        "layers",
        gettext_lazy("Who treats what, and for how long before handing over."),
    ),
    "people": (
        gettext_lazy("Enter the people and their roles"),
        "users",
        gettext_lazy("Who asks, who treats, who manages."),
    ),
    "skills": (
        gettext_lazy("Name the skills and rights"),
        "award",
        gettext_lazy("What a hand-over looks for."),
    ),
    "teams": (
        gettext_lazy("Form the teams"),
        "users-round",
        gettext_lazy("Tickets always belong to a team; one is the front."),
    ),
    "clients": (
        gettext_lazy("Enter the clients"),
        "handshake",
        gettext_lazy("Organisations whose requests this desk treats."),
    ),
    "sites": (
        gettext_lazy("Enter the places"),
        "map-pin",
        gettext_lazy("Where people and their equipment are."),
    ),
    "severity": (
        gettext_lazy("Check the severity matrix"),
        "grid-3x3",
        gettext_lazy("How grave a request is, from impact and urgency."),
    ),
    "policies": (
        gettext_lazy("Say what each severity gets"),
        "alarm-clock",
        gettext_lazy("First answer, news, telephone, management."),
    ),
    "services": (
        gettext_lazy("List the services"),
        "server",
        gettext_lazy("What the IT department provides."),
    ),
    "categories": (
        gettext_lazy("Build the tree of categories"),
        "folder-tree",
        gettext_lazy("What a request is about."),
    ),
    "request_types": (
        gettext_lazy("Write the request types"),
        "package",
        gettext_lazy("What one can ask for, with its questions."),
    ),
    "venues": (
        gettext_lazy("Set up a counter where people come"),
        "store",
        gettext_lazy("A name is enough to begin; a kiosk, a screen or a poster do the rest."),
    ),
    "rules": (
        gettext_lazy("Write the routing rules"),
        "split",
        gettext_lazy("Which team takes what; tried on past tickets first."),
    ),
    "macros": (
        gettext_lazy("Write the canned texts"),
        "message-square-quote",
        gettext_lazy("Replies that one writes every day."),
    ),
}


def _count(number: int, what: str) -> str:
    texts = {
        "level": ngettext("%(count)d level", "%(count)d levels", number),
        "person": ngettext("%(count)d person", "%(count)d people", number),
        "treating": ngettext("%(count)d who treats", "%(count)d who treat", number),
        "skill": ngettext("%(count)d skill", "%(count)d skills", number),
        "client": ngettext("%(count)d client", "%(count)d clients", number),
        "site": ngettext("%(count)d place", "%(count)d places", number),
        "service": ngettext("%(count)d service", "%(count)d services", number),
        "category": ngettext("%(count)d category", "%(count)d categories", number),
        "type": ngettext("%(count)d request type", "%(count)d request types", number),
        "live": ngettext("%(count)d live rule", "%(count)d live rules", number),
        "draft": ngettext("%(count)d draft", "%(count)d drafts", number),
        "macro": ngettext("%(count)d canned text", "%(count)d canned texts", number),
        "venue": ngettext("%(count)d venue", "%(count)d venues", number),
        "team": ngettext("%(count)d team", "%(count)d teams", number),
    }
    return texts[what] % {"count": number}


def _opening(desk: Organisation) -> str:
    week = usual_week(desk)
    if not week:
        return _("Monday to Friday, 8:00 to 17:00, until you say otherwise.")
    minutes = sum(end - start for day in week for start, end in day)
    return _("%(hours)d hours a week") % {"hours": minutes // 60}


def _teams(teams: list[Any], front: Team | None, empty: int) -> str:
    if front is None:
        return _("No front team yet: nothing could be taken in.")
    if empty:
        return ngettext("%(count)d team has nobody in it.", "%(count)d teams have nobody in them.", empty) % {
            "count": empty
        }
    return _("%(teams)s; the front is %(front)s") % {"teams": _count(len(teams), "team"), "front": front.name}
