"""What the settings' pages share: whose desk it is, who may, lists, forms that keep what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from guichet.desk.settings.forms.base import SettingsForm
from guichet.desk.settings.sections import LABELS, contents, link
from guichet.desk.shell import DeskView
from guichet.lib.errors import Refused
from guichet.people.models import Organisation
from guichet.tickets.policies import can_configure
from guichet.ui.toasts import toast


class SettingsView(DeskView):
    """A page of one desk's settings. For those who treat there without managing it: forbidden; for others: nothing."""

    current = "settings"
    section: ClassVar[str] = ""
    desk: Organisation

    def prepare(self, **kwargs: Any) -> None:
        desk = Organisation.objects.select_related("scheme").filter(slug=kwargs["desk"], served_by=None).first()
        grants = self.person.grants
        if desk is None or desk.pk not in grants.treats_in | grants.provider_in:
            raise Http404
        if not can_configure(self.person, organisation_id=desk.pk):
            raise PermissionDenied
        self.desk = desk

    def link(self, name: str, *args: Any) -> str:
        return link(name, self.desk, *args)

    def trail(self) -> list[tuple[str, str]]:
        return [(str(LABELS[self.section]), self.link(self.section))] if self.section else []

    def page(
        self, template: str, context: Mapping[str, Any], *, status: int = 200, alerts: int | None = None
    ) -> HttpResponse:
        shown = {
            "desk": self.desk,
            "contents": contents(self.desk, current=self.section),
            "desks": self._desks(),
            "trail": self.trail(),
            "title": LABELS.get(self.section, ""),
        }
        return super().page(template, {**shown, **context}, status=status, alerts=alerts)

    def _desks(self) -> list[Organisation]:
        """The desks one may choose between; none where there is no choice."""
        if len(self.person.grants.manages_in) < 2:
            return []
        return list(Organisation.objects.filter(pk__in=self.person.grants.manages_in, served_by=None))

    def done(self, told: Any, *, to: str) -> HttpResponseBase:
        toast(self.request, str(told))
        return redirect(to)

    def refused(self, refusal: Refused, *, to: str) -> HttpResponseBase:
        """For a button without a form: back to the page, with the reason."""
        toast(self.request, str(refusal.message), "danger")
        return redirect(to)


class ListView(SettingsView):
    """Everything of a kind, as a table whose rows lead to their pages."""

    template: ClassVar[str] = "settings/list.html"
    intro: ClassVar[Any] = ""
    new_label: ClassVar[Any] = ""
    new_name: ClassVar[str] = ""
    columns: ClassVar[tuple[Any, ...]] = ()
    empty_title: ClassVar[Any] = ""
    empty_body: ClassVar[Any] = ""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return self.page(self.template, {**self.table(), **self.beside()})

    def table(self) -> dict[str, Any]:
        return {
            "intro": self.intro,
            "new_label": self.new_label,
            "new_url": self.link(self.new_name) if self.new_name else "",
            "columns": self.columns,
            "rows": [{**row, "cells": list(zip(self.columns[1:], row["cells"], strict=True))} for row in self.rows()],
            "empty_title": self.empty_title,
            "empty_body": self.empty_body,
        }

    def rows(self) -> list[dict[str, Any]]:
        """Each: `url`, `title` and the `cells` after it; `level`, `icon`, `off`, `depth` where they say something."""
        raise NotImplementedError

    def beside(self) -> dict[str, Any]:
        return {}


class EditView(SettingsView):
    """One row's page: a form that calls an action. What can't be taken is said at its field, with 422."""

    form_class: ClassVar[type[SettingsForm]]
    template: ClassVar[str] = "settings/edit.html"
    new_title: ClassVar[Any] = ""
    saved: ClassVar[Any] = ""
    # The URL name that removes the row, and what is said before one does.
    removal_name: ClassVar[str] = ""
    removal_label: ClassVar[Any] = ""
    removal_text: ClassVar[Any] = ""
    row: Any = None

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        self.row = self.find(kwargs["pk"]) if "pk" in kwargs else None
        if "pk" in kwargs and self.row is None:
            raise Http404

    def find(self, pk: int) -> Any:
        """The row of this desk, None when there is none."""
        raise NotImplementedError

    def initial(self) -> dict[str, Any]:
        return {}

    def act(self, data: dict[str, Any]) -> Any:
        raise NotImplementedError

    def form(self, data: Any = None) -> SettingsForm:
        return self.form_class(data, initial=self.initial(), desk=self.desk, row=self.row)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return self.show(self.form())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            made = self.act(form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
            return self.show(form, status=refusal.status)
        return self.done(self.saved, to=self.after(made))

    def after(self, made: Any) -> str:
        return self.link(self.section)

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        return {}

    def name(self) -> str:
        return str(self.row) if self.row is not None else str(self.new_title)

    def show(self, form: SettingsForm, *, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "row": self.row,
            "title": self.name(),
            "trail": [*self.trail(), (self.name(), "")],
            "cancel_url": self.link(self.section),
            "removal_url": self.link(self.removal_name, *self.place()) if self.row and self.removal_name else "",
            "removal_label": self.removal_label,
            "removal_text": self.removal_text,
            **self.beside(form),
        }
        return self.page(self.template, context, status=status)

    def place(self) -> tuple[Any, ...]:
        """The URL's arguments after the desk's."""
        return (self.row.pk,)


class RemovalView(SettingsView):
    """POST removes a row through its action; refused, one is back on its page with the reason."""

    page_name: ClassVar[str] = ""
    removed: ClassVar[Any] = ""

    def find(self, pk: int) -> Any:
        raise NotImplementedError

    def act(self, row: Any) -> None:
        raise NotImplementedError

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        row = self.find(kwargs["pk"])
        if row is None:
            raise Http404
        try:
            self.act(row)
        except Refused as refusal:
            return self.refused(refusal, to=self.link(self.page_name, row.pk))
        return self.done(self.removed, to=self.link(self.section))
