"""The pictured reasons of a venue."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy

from guichet.desk.settings.forms.base import SettingsForm
from guichet.desk.settings.forms.venues import ReasonForm
from guichet.desk.settings.views.venue_base import VenueButton, VenueEdit
from guichet.walkup import ready_tree, setting_up_reasons
from guichet.walkup.models import Reason


class ReasonPage(VenueEdit):
    form_class = ReasonForm
    part = "reasons"
    new_title = gettext_lazy("New reason")
    saved = gettext_lazy("The reason is saved.")
    removal_name = "reason_removal"
    removal_label = gettext_lazy("Remove this reason")
    removal_text = gettext_lazy("Possible while nobody ever came for it.")

    def found(self, **kwargs: Any) -> Reason | None:
        if "part" not in kwargs:
            return None
        reason = self.venue.reasons.filter(pk=kwargs["part"]).first()
        if reason is None:
            raise Http404
        return reason

    def name(self) -> str:
        return str(self.row or self.new_title)

    def place(self) -> tuple[Any, ...]:
        return (self.venue.pk, self.row.pk)

    def form(self, data: Any = None) -> SettingsForm:
        return ReasonForm(data, initial=self.initial(), desk=self.desk, row=self.row, venue=self.venue)

    def initial(self) -> dict[str, Any]:
        if self.row is None:
            under = self.request.GET.get("under", "")
            return {
                "active": True,
                "minutes": 10,
                "parent": int(under) if under.isascii() and under.isdigit() else None,
            }
        names = ("name_fr", "name_en", "icon", "urgent", "minutes", "active")
        return {name: getattr(self.row, name) for name in names} | {
            "parent": self.row.parent_id, "category": self.row.category_id, "skill": self.row.skill_id,
        }  # fmt: skip

    def act(self, data: dict[str, Any]) -> Any:
        data["icon"] = data["icon"] or "circle-question-mark"
        return setting_up_reasons.save_reason(venue=self.venue, reason=self.row, **data, **self.by())


class OneReason(VenueButton):
    part = "reasons"
    reason: Reason

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        reason = self.venue.reasons.filter(pk=kwargs["part"]).select_related("venue__organisation", "parent").first()
        if reason is None:
            raise Http404
        self.reason = reason


class ReasonPosition(OneReason):
    """POST moves the picture `to` "up" or "down" on its screen."""

    done_text = gettext_lazy("The order is saved.")

    def act(self) -> None:
        to = "up" if self.request.POST.get("to") == "up" else "down"
        setting_up_reasons.move_reason(reason=self.reason, to=to, **self.by())


class ReasonRemoval(OneReason):
    done_text = gettext_lazy("The reason is removed.")

    def act(self) -> None:
        setting_up_reasons.remove_reason(reason=self.reason, **self.by())


class ReadyReasons(VenueButton):
    """POST gives a venue that has no reasons the ready ones."""

    part = "reasons"
    done_text = gettext_lazy("Ten reasons are there. Change them as you like.")

    def act(self) -> None:
        ready_tree.plant(venue=self.venue, **self.by())
