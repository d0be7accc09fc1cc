"""The ladder of levels: choose one to start from, then adapt it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.settings.base import EditView, RemovalView, SettingsView
from guichet.desk.settings.forms.base import told_minutes
from guichet.desk.settings.forms.people import LevelForm
from guichet.lib.bilingual import pick
from guichet.lib.errors import Refused
from guichet.people import levels
from guichet.people.models import Level
from guichet.people.schemes import SCHEMES


class Levels(SettingsView):
    """The levels in force, and the three ladders to start from."""

    section = "levels"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return self.show()

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Start from the ladder that `scheme` names."""
        try:
            levels.start_scheme(organisation=self.desk, key=request.POST.get("scheme", ""), **self.by())
        except Refused as refusal:
            return self.show(refusal)
        return self.done(_("The ladder is in place. Adapt its names and limits as you like."), to=self.link("levels"))

    def show(self, refusal: Refused | None = None) -> HttpResponseBase:
        scheme = self.desk.scheme
        rows = Level.objects.filter(scheme=scheme).order_by("-rank").annotate(team_count=Count("teams"))
        return self.page(
            "settings/levels.html",
            {
                "scheme": scheme,
                "levels": [
                    {"row": row, "limit": told_minutes(row.minutes_limit), "url": self.link("level", row.pk)}
                    for row in rows
                ],
                "ladders": [
                    {
                        "key": start.key,
                        "name": pick(start.name_fr, start.name_en),
                        "suits": pick(start.suits_fr, start.suits_en),
                        "current": bool(scheme and scheme.key == start.key),
                        "levels": [
                            {
                                "code": level.code,
                                "name": pick(level.name_fr, level.name_en),
                                "treats": pick(level.treats_fr, level.treats_en),
                                "limit": told_minutes(level.minutes),
                            }
                            for level in reversed(start.levels)
                        ],
                    }
                    for start in SCHEMES.values()
                ],
                "refusal": refusal,
            },
            status=refusal.status if refusal else 200,
        )


class LevelPage(EditView):
    section = "levels"
    form_class = LevelForm
    saved = gettext_lazy("The level is saved.")
    removal_name = "level_removal"
    removal_label = gettext_lazy("Remove this level")
    removal_text = gettext_lazy("Possible while no team works at it and no ticket ever stood at it.")

    def find(self, pk: int) -> Level | None:
        return Level.objects.select_related("scheme__organisation").filter(scheme=self.desk.scheme, pk=pk).first()

    def name(self) -> str:
        return f"{self.row.code} · {self.row.name}"

    def initial(self) -> dict[str, Any]:
        names = ("name_fr", "name_en", "treats_fr", "treats_en", "minutes_limit")
        return {name: getattr(self.row, name) for name in names}

    def act(self, data: dict[str, Any]) -> Any:
        return levels.change_level(level=self.row, **data, **self.by())


class LevelRemoval(RemovalView):
    section = "levels"
    page_name = "level"
    removed = gettext_lazy("The level is removed.")

    def find(self, pk: int) -> Level | None:
        return Level.objects.select_related("scheme__organisation").filter(scheme=self.desk.scheme, pk=pk).first()

    def act(self, row: Level) -> None:
        levels.remove_level(level=row, **self.by())
