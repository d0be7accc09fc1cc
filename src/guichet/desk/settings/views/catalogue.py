"""The catalogue: services, the tree of categories, request types with their questions and how requesters meet them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.catalog import actions
from guichet.catalog.models import Category, Question, RequestType, Service
from guichet.desk.settings.base import EditView, ListView, SettingsView
from guichet.desk.settings.forms.base import SettingsForm
from guichet.desk.settings.forms.catalogue import (
    CategoryForm,
    PreviewForm,
    QuestionForm,
    RequestTypeForm,
    ServiceForm,
    known_picture,
    told_condition,
)
from guichet.lib.errors import Refused
from guichet.people.models import Organisation
from guichet.routing.rules import tree_names


class Services(ListView):
    section = "services"
    intro = gettext_lazy("What the IT department provides: e-mail, printing, the payroll application.")
    new_label = gettext_lazy("New service")
    new_name = "new_service"
    columns = (gettext_lazy("Name"), gettext_lazy("State"))
    empty_title = gettext_lazy("No service yet.")
    empty_body = gettext_lazy("Begin with what people ask about most.")

    def rows(self) -> list[dict[str, Any]]:
        services = Service.objects.filter(organisation=self.desk).order_by("-active", "name_fr")
        return [
            {
                "url": self.link("service", service.pk),
                "title": service.name,
                "off": not service.active,
                "cells": [_("in use") if service.active else _("no longer in use")],
            }
            for service in services
        ]


class ServicePage(EditView):
    section = "services"
    form_class = ServiceForm
    new_title = gettext_lazy("New service")
    saved = gettext_lazy("The service is saved.")

    def find(self, pk: int) -> Service | None:
        return Service.objects.filter(organisation=self.desk, pk=pk).first()

    def initial(self) -> dict[str, Any]:
        return {n: getattr(self.row, n) for n in ("name_fr", "name_en", "active")} if self.row else {"active": True}

    def act(self, data: dict[str, Any]) -> Any:
        return actions.save_service(service=self.row, desk=self.desk, **data, **self.by())


class Categories(ListView):
    section = "categories"
    intro = gettext_lazy("What a request is about, from the general to the particular; four deep at most.")
    new_label = gettext_lazy("New category")
    new_name = "new_category"
    columns = (gettext_lazy("Name"), gettext_lazy("Service"), gettext_lazy("State"))
    empty_title = gettext_lazy("No category yet.")
    empty_body = gettext_lazy("Begin with five or six broad ones: accounts, workstations, printing, network, software.")

    def rows(self) -> list[dict[str, Any]]:
        names = tree_names(self.desk)
        rows = {str(c.pk): c for c in Category.objects.filter(pk__in=names).select_related("service")}
        return [
            {
                # Those of everybody are shown, and changed by nobody here.
                "url": self.link("category", key) if rows[key].organisation_id else "",
                "title": rows[key].name,
                "depth": name.count(" › "),
                "icon": known_picture(rows[key].icon),
                "off": not rows[key].active,
                "cells": [
                    rows[key].service or "",
                    _("in use") if rows[key].active else _("no longer in use"),
                ],
            }
            for key, name in names.items()
        ]


class CategoryPage(EditView):
    section = "categories"
    form_class = CategoryForm
    new_title = gettext_lazy("New category")
    saved = gettext_lazy("The category is saved.")

    def find(self, pk: int) -> Category | None:
        return Category.objects.filter(organisation=self.desk, pk=pk).first()

    def initial(self) -> dict[str, Any]:
        if not self.row:
            return {"active": True}
        names = ("name_fr", "name_en", "icon", "active")
        return {
            **{name: getattr(self.row, name) for name in names},
            "parent": self.row.parent_id,
            "service": self.row.service_id,
            "skill": self.row.skill_id,
        }

    def act(self, data: dict[str, Any]) -> Any:
        return actions.save_category(category=self.row, desk=self.desk, **data, **self.by())


class RequestTypes(ListView):
    section = "request_types"
    intro = gettext_lazy("What one can ask for or report, with the questions that spare a second message.")
    new_label = gettext_lazy("New request type")
    new_name = "new_request_type"
    columns = (
        gettext_lazy("Name"), gettext_lazy("Kind"), gettext_lazy("Category"), gettext_lazy("Questions"),
        gettext_lazy("State"),
    )  # fmt: skip
    empty_title = gettext_lazy("No request type yet.")
    empty_body = gettext_lazy("Access, installation, equipment, information: begin with what is asked for most.")

    def rows(self) -> list[dict[str, Any]]:
        types = (
            RequestType.objects.filter(organisation=self.desk)
            .select_related("category")
            .annotate(question_count=Count("questions"))
        )
        return [
            {
                "url": self.link("request_type", row.pk),
                "title": row.name,
                "icon": known_picture(row.icon),
                "off": not row.active,
                "cells": [
                    row.get_kind_display(),
                    row.category or "",
                    row.question_count,
                    _("offered") if row.active else _("not offered"),
                ],
            }
            for row in types
        ]


def find_type(desk: Organisation, pk: int) -> RequestType | None:
    return RequestType.objects.select_related("organisation", "category").filter(organisation=desk, pk=pk).first()


class RequestTypePage(EditView):
    section = "request_types"
    form_class = RequestTypeForm
    template = "settings/request_type.html"
    new_title = gettext_lazy("New request type")
    saved = gettext_lazy("The request type is saved.")

    def find(self, pk: int) -> RequestType | None:
        return find_type(self.desk, pk)

    def initial(self) -> dict[str, Any]:
        if not self.row:
            return {"active": True, "position": RequestType.objects.filter(organisation=self.desk).count()}
        names = ("name_fr", "name_en", "help_fr", "help_en", "kind", "icon", "position", "active")
        return {**{name: getattr(self.row, name) for name in names}, "category": self.row.category_id}

    def act(self, data: dict[str, Any]) -> Any:
        return actions.save_request_type(request_type=self.row, desk=self.desk, **data, **self.by())

    def after(self, made: RequestType) -> str:
        return self.link("request_type", made.pk)

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        if not self.row:
            return {}
        questions = list(self.row.questions.all())
        by_key = {question.key: question for question in questions}
        return {
            "questions": [
                {
                    "question": question,
                    "condition": told_condition(question, by_key),
                    "url": self.link("question", self.row.pk, question.pk),
                    "position_url": self.link("question_position", self.row.pk, question.pk),
                    "first": number == 0,
                    "last": number == len(questions) - 1,
                }
                for number, question in enumerate(questions)
            ],
            "new_question_url": self.link("new_question", self.row.pk),
            "preview": PreviewForm(self.row),
            "picture": known_picture(self.row.icon),
        }


class QuestionPage(EditView):
    """A question of the request type that the URL names."""

    section = "request_types"
    form_class = QuestionForm
    new_title = gettext_lazy("New question")
    saved = gettext_lazy("The question is saved.")
    removal_name = "question_removal"
    removal_label = gettext_lazy("Remove this question")
    removal_text = gettext_lazy("Answers already given stay on their tickets.")
    request_type: RequestType
    row: Question | None

    def prepare(self, **kwargs: Any) -> None:
        SettingsView.prepare(self, **kwargs)
        found = find_type(self.desk, kwargs["type"])
        if found is None:
            raise Http404
        self.request_type = found
        self.row = found.questions.filter(pk=kwargs["pk"]).first() if "pk" in kwargs else None
        if "pk" in kwargs and self.row is None:
            raise Http404

    def trail(self) -> list[tuple[str, str]]:
        return [*super().trail(), (self.request_type.name, self.back())]

    def back(self) -> str:
        return self.link("request_type", self.request_type.pk)

    def place(self) -> tuple[Any, ...]:
        assert self.row is not None
        return (self.request_type.pk, self.row.pk)

    def form(self, data: Any = None) -> SettingsForm:
        return QuestionForm(data, initial=self.initial(), desk=self.desk, row=self.row, request_type=self.request_type)

    def initial(self) -> dict[str, Any]:
        if self.row is None:
            return {}
        names = ("label_fr", "label_en", "help_fr", "help_en", "kind", "choices", "required")
        condition = self.row.shown_if
        return {
            **{name: getattr(self.row, name) for name in names},
            "shown_if": f"{condition['key']}={condition['value']}" if condition else "",
        }

    def act(self, data: dict[str, Any]) -> Any:
        return actions.save_question(question=self.row, request_type=self.request_type, **data, **self.by())

    def after(self, made: Any) -> str:
        return self.back() + "#questions"

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        return {"cancel_url": self.back()}


class QuestionPosition(QuestionPage):
    """POST `to=up` or `to=down`."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        assert self.row is not None
        try:
            actions.move_question(question=self.row, up=request.POST.get("to") == "up", **self.by())
        except Refused as refusal:
            return self.refused(refusal, to=self.after(self.row))
        return self.done(_("The order is changed."), to=self.after(self.row))


class QuestionRemoval(QuestionPage):
    """POST removes the question."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        assert self.row is not None
        try:
            actions.remove_question(question=self.row, **self.by())
        except Refused as refusal:
            return self.refused(refusal, to=self.link("question", *self.place()))
        return self.done(_("The question is removed."), to=self.after(None))
