"""What one does with a problem: a form in a sheet or a page of its own. GET shows it, POST does it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.forms import problems as forms
from guichet.desk.forms.problems import ProblemForm
from guichet.desk.views.problems import ProblemView
from guichet.lib.errors import Refused
from guichet.tickets import problems
from guichet.tickets.models import Problem
from guichet.ui.toasts import toast


class ProblemVerb(ProblemView):
    """One verb. What was typed stays where it is refused."""

    verb: ClassVar[str] = ""
    title: ClassVar[Promise | str] = ""
    button: ClassVar[Promise | str] = ""
    icon: ClassVar[str] = "check"
    variant: ClassVar[str] = "primary"
    done: ClassVar[Promise | str] = gettext_lazy("Done.")
    form_class: ClassVar[type[ProblemForm]] = forms.PlainForm
    body: ClassVar[str] = "desk/forms/plain.html"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        impossible = (
            "" if self.problem.may(self.verb) else _("This is no longer possible in the problem’s present state.")
        )
        return self.show_form(self.form(), message=impossible)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        form = self.form(bound=True)
        if not form.is_valid():
            return self.show_form(form, status=422)
        try:
            told = self.act(form) or str(self.done)
        except Refused as refusal:
            return self.refused(form, refusal)
        toast(request, told)
        if self.is_htmx:
            return HttpResponse(status=204, headers={"HX-Redirect": self.url})
        return redirect(self.url)

    def act(self, form: ProblemForm) -> str | None:
        """Do it, through the problem's action; what to say afterwards, None for `done`."""
        raise NotImplementedError

    def by(self, form: ProblemForm) -> dict[str, Any]:
        return {"actor": self.person, "now": self.now, "expect": form.cleaned_data.get("version")}

    def form(self, *, bound: bool = False) -> ProblemForm:
        data = self.request.POST if bound else None
        return self.form_class(
            data,
            initial=self.initial(),
            problem=self.problem,
            desk=self.problem.desk,
            person=self.person,
            now=self.now,
        )

    def initial(self) -> dict[str, Any]:
        return {}

    def refused(self, form: ProblemForm, refusal: Refused) -> HttpResponse:
        message = str(refusal.message)
        if refusal.field in form.fields and not form.fields[refusal.field].widget.is_hidden:
            form.add_error(refusal.field, message)
            message = ""
        if refusal.status in {409, 412}:
            self.problem = Problem.objects.select_related("desk").get(pk=self.problem.pk)
            form.use_version(self.problem.version)
        return self.show_form(form, status=refusal.status, message=message)

    def show_form(self, form: ProblemForm, *, status: int = 200, message: str = "") -> HttpResponse:
        context = {
            "problem": self.problem, "problem_url": self.url, "form": form, "verb": self, "body": self.body,
            "refusal": message, "counts": {},
        }  # fmt: skip
        if self.is_htmx:
            return self.fragment("desk/problems/verb_sheet.html", context, status=status)
        return self.page("desk/problems/verb.html", context, status=status)


class Subject(ProblemVerb):
    verb = "describe"
    title = gettext_lazy("What it is about")
    button = gettext_lazy("Save")
    icon = "pencil"
    done = gettext_lazy("Saved.")
    form_class = forms.SubjectForm

    def initial(self) -> dict[str, Any]:
        problem = self.problem
        return {"title": problem.title, "symptoms": problem.symptoms, "category": problem.category_id}

    def act(self, form: ProblemForm) -> None:
        cleaned = form.cleaned_data
        problems.describe(
            self.problem,
            title=cleaned["title"],
            symptoms=cleaned["symptoms"],
            category=cleaned["category"],
            **self.by(form),
        )


class Owner(ProblemVerb):
    verb = "assign"
    title = gettext_lazy("Who sees to it")
    button = gettext_lazy("Give it")
    icon = "user-plus"
    form_class = forms.OwnerForm

    def initial(self) -> dict[str, Any]:
        return {"owner": self.problem.owner_id}

    def act(self, form: ProblemForm) -> str:
        to = form.cleaned_data["owner"]
        problems.assign(self.problem, to=to, **self.by(form))
        return _("%(name)s sees to the problem now.") % {"name": to.name}


class Cause(ProblemVerb):
    verb = "state_cause"
    title = gettext_lazy("State the cause")
    button = gettext_lazy("That is the cause")
    icon = "lightbulb"
    done = gettext_lazy("The cause is stated: it is a known error.")
    form_class = forms.CauseForm

    def initial(self) -> dict[str, Any]:
        return {"cause": self.problem.cause}

    def act(self, form: ProblemForm) -> None:
        problems.state_cause(self.problem, cause=form.cleaned_data["cause"], **self.by(form))


class CauseRemoval(ProblemVerb):
    verb = "state_cause"
    title = gettext_lazy("It wasn’t the cause")
    button = gettext_lazy("Look again")
    icon = "undo-2"
    done = gettext_lazy("It is being investigated again.")
    body = "desk/problems/cause_removal.html"

    def act(self, form: ProblemForm) -> None:
        problems.dismiss_cause(self.problem, **self.by(form))


class Workaround(ProblemVerb):
    verb = "work_around"
    title = gettext_lazy("Give a workaround")
    button = gettext_lazy("Offer it")
    icon = "route"
    done = gettext_lazy("The workaround is offered on the tickets under the problem.")
    form_class = forms.WorkaroundForm

    def initial(self) -> dict[str, Any]:
        return forms.WorkaroundForm.about(problems.current_workaround(self.problem))

    def act(self, form: ProblemForm) -> None:
        cleaned = form.cleaned_data
        problems.work_around(
            self.problem,
            text=cleaned["text"],
            public_text=cleaned["public_text"],
            expires_at=cleaned["expires_at"],
            **self.by(form),
        )


class WorkaroundRemoval(ProblemVerb):
    verb = "work_around"
    title = gettext_lazy("Withdraw the workaround")
    button = gettext_lazy("Withdraw it")
    icon = "circle-slash"
    done = gettext_lazy("Nobody is offered it any more.")
    body = "desk/problems/workaround_removal.html"

    def act(self, form: ProblemForm) -> None:
        problems.withdraw_workaround(self.problem, **self.by(form))


class Fix(ProblemVerb):
    verb = "fix"
    title = gettext_lazy("The cause is removed")
    button = gettext_lazy("Tell everybody and ask")
    icon = "wrench"
    done = gettext_lazy("The people concerned are being told, and asked whether it works.")
    form_class = forms.FixForm
    body = "desk/problems/fix.html"

    def initial(self) -> dict[str, Any]:
        problem = self.problem
        return {"cause": problem.cause, "text": problem.fix, "test": problem.fix_test}

    def act(self, form: ProblemForm) -> None:
        cleaned = form.cleaned_data
        problems.fix(
            self.problem,
            cause=cleaned["cause"],
            text=cleaned["text"],
            test=cleaned["test"],
            public_text=cleaned["public_text"],
            **self.by(form),
        )


class Closure(ProblemVerb):
    verb = "close"
    title = gettext_lazy("Close the problem")
    button = gettext_lazy("Close")
    icon = "lock"
    done = gettext_lazy("The problem is closed.")
    form_class = forms.ClosureForm

    def act(self, form: ProblemForm) -> None:
        problems.close(self.problem, conclusion=form.cleaned_data["conclusion"], **self.by(form))


class Reopening(ProblemVerb):
    verb = "reopen"
    title = gettext_lazy("It is there again")
    button = gettext_lazy("Open the problem again")
    icon = "rotate-ccw"
    done = gettext_lazy("Open again. The next fix is told to everybody under it.")
    body = "desk/problems/reopening.html"

    def act(self, form: ProblemForm) -> None:
        problems.reopen(self.problem, **self.by(form))
