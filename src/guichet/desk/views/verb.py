"""A verb: something that one does to one row. Its form is a page by itself, and a sheet where scripts run."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from guichet.desk.forms.base import VerbForm, VersionedForm
from guichet.desk.shell import DeskView
from guichet.lib.errors import Refused
from guichet.ui.toasts import toast

_CHANGED_MEANWHILE = {409, 412}


class Verb(DeskView):
    """GET shows the form, POST does it; what was typed stays where it is refused."""

    title: ClassVar[Promise | str] = ""
    button: ClassVar[Promise | str] = ""
    icon: ClassVar[str] = "check"
    variant: ClassVar[str] = "primary"
    done: ClassVar[Promise | str] = gettext_lazy("Done.")
    back: ClassVar[Promise | str] = gettext_lazy("Back")
    form_class: ClassVar[type[VerbForm]] = VerbForm
    # The fields, in the page and in the sheet; and the page around them.
    body: ClassVar[str] = "desk/forms/plain.html"
    template: ClassVar[str] = "desk/verb.html"
    # What stands below the form, with a form of its own.
    after: ClassVar[str] = ""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return self.show_form(self.form(), message=self.impossible())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        form = self.form(bound=True)
        if not form.is_valid():
            return self.show_form(form, status=422)
        try:
            told = self.act(form) or str(self.done)
        except Refused as refusal:
            return self.show_refusal(form, refusal)
        return self.succeeded(told)

    # What each says of itself.

    @property
    def url(self) -> str:
        """The page of what it is about: where one came from."""
        raise NotImplementedError

    @property
    def trail(self) -> list[tuple[Any, str]]:
        """The pages above, each its name and its address."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """What it is about, in a word."""
        return str(self.trail[-1][0])

    @property
    def heading(self) -> str:
        return str(self.title)

    @property
    def draft(self) -> str:
        """Under which name the browser keeps what is typed until it is sent; empty where it keeps nothing."""
        return self.request.path if self.is_htmx else ""

    def about(self) -> dict[str, Any]:
        """What it is about: for the form and for the templates."""
        raise NotImplementedError

    def impossible(self) -> str:
        """Why it can't be done now; empty where it can."""
        return ""

    def initial(self) -> dict[str, Any]:
        return {}

    def beside(self, form: VerbForm) -> dict[str, Any]:
        """What the templates need beside the form."""
        return {}

    def act(self, form: VerbForm) -> str | None:
        """Do it, through the action; what to say afterwards, None for `done`."""
        raise NotImplementedError

    def again(self, form: VersionedForm) -> int:
        """Somebody else was faster: look at it anew. The version that it has now."""
        raise NotImplementedError

    def succeeded(self, told: str) -> HttpResponseBase:
        toast(self.request, told)
        return HttpResponse(status=204, headers={"HX-Redirect": self.url}) if self.is_htmx else redirect(self.url)

    # What they share.

    def by(self, form: VerbForm | None = None) -> dict[str, Any]:
        """Who does it, when, and on which version where the form has one: what every action takes."""
        expect = {"expect": form.cleaned_data["version"]} if isinstance(form, VersionedForm) else {}
        return {**super().by(), **expect}

    def form(self, *, bound: bool = False) -> VerbForm:
        data = (self.request.POST, self.request.FILES) if bound else (None, None)
        return self.form_class(*data, initial=self.initial(), person=self.person, now=self.now, **self.about())

    def show_form(self, form: VerbForm, *, status: int = 200, message: str = "") -> HttpResponse:
        context = {"form": form, "verb": self, "refusal": message, **self.about(), **self.beside(form)}
        if self.is_htmx:
            return self.fragment("desk/verb_sheet.html", context, status=status)
        return self.page(self.template, context, status=status)

    def show_refusal(self, form: VerbForm, refusal: Refused) -> HttpResponse:
        """Say so where it belongs, keep what was typed, and go on from what others did meanwhile."""
        message = str(refusal.message)
        if refusal.field in form.fields and not form.fields[refusal.field].widget.is_hidden:
            form.add_error(refusal.field, message)
            message = ""
        if refusal.status in _CHANGED_MEANWHILE and isinstance(form, VersionedForm):
            form.use_version(self.again(form))
        return self.show_form(form, status=refusal.status, message=message)
