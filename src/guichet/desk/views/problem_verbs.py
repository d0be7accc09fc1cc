"""What one does with a problem, from its page."""

from __future__ import annotations

from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.forms import problems as forms
from guichet.desk.forms.base import VerbForm, VersionedForm
from guichet.desk.views.problems import ProblemView
from guichet.desk.views.verb import Verb
from guichet.tickets import problems
from guichet.tickets.models import Problem


class ProblemVerb(ProblemView, Verb):
    verb: ClassVar[str] = ""
    back = gettext_lazy("Back to the problem")
    form_class = forms.ProblemForm
    template = "desk/problems/verb.html"

    @property
    def trail(self) -> list[tuple[Any, str]]:
        return [(_("Problems"), reverse("desk:problems")), (self.problem.reference, self.url)]

    def about(self) -> dict[str, Any]:
        return {"problem": self.problem, "desk": self.problem.desk}

    def impossible(self) -> str:
        possible = self.problem.may(self.verb)
        return "" if possible else _("This is no longer possible in the problem’s present state.")

    def again(self, form: VersionedForm) -> int:
        self.problem = Problem.objects.select_related("desk").get(pk=self.problem.pk)
        return self.problem.version


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

    def act(self, form: VerbForm) -> None:
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

    def act(self, form: VerbForm) -> str:
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

    def act(self, form: VerbForm) -> None:
        problems.state_cause(self.problem, cause=form.cleaned_data["cause"], **self.by(form))


class CauseRemoval(ProblemVerb):
    verb = "state_cause"
    title = gettext_lazy("It wasn’t the cause")
    button = gettext_lazy("Look again")
    icon = "undo-2"
    done = gettext_lazy("It is being investigated again.")
    body = "desk/problems/cause_removal.html"

    def act(self, form: VerbForm) -> None:
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

    def act(self, form: VerbForm) -> None:
        cleaned = form.cleaned_data
        problems.work_around(
            self.problem,
            text=cleaned["text"],
            public_text=cleaned["public_text"],
            expires_at=cleaned["moment"],
            **self.by(form),
        )


class WorkaroundRemoval(ProblemVerb):
    verb = "work_around"
    title = gettext_lazy("Withdraw the workaround")
    button = gettext_lazy("Withdraw it")
    icon = "circle-slash"
    done = gettext_lazy("Nobody is offered it any more.")
    body = "desk/problems/workaround_removal.html"

    def act(self, form: VerbForm) -> None:
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

    def act(self, form: VerbForm) -> None:
        cleaned = form.cleaned_data
        problems.fix(
            self.problem,
            cause=cleaned["cause"],
            text=cleaned["text"],
            test=cleaned["test"],
            public_text=cleaned["public_text"],
            **self.by(form),
        )


class ArticleOfProblem(ProblemVerb):
    verb = "document"
    title = gettext_lazy("An article tells of this")
    button = gettext_lazy("It tells of it")
    icon = "book-open"
    form_class = forms.ArticleForm
    body = "desk/problems/article_choice.html"

    def beside(self, form: VerbForm) -> dict[str, Any]:
        return {"present": self.article}

    def act(self, form: VerbForm) -> str:
        article = form.cleaned_data["article"]
        problems.document(self.problem, article=article, **self.by(form))
        return _("%(article)s tells of it.") % {"article": article.reference}


class ArticleRemoval(ProblemVerb):
    verb = "document"
    title = gettext_lazy("The article doesn’t tell of this")
    button = gettext_lazy("Take it away")
    icon = "book-x"
    done = gettext_lazy("No article tells of it any more.")
    body = "desk/problems/article_removal.html"

    def beside(self, form: VerbForm) -> dict[str, Any]:
        return {"present": self.article}

    def act(self, form: VerbForm) -> None:
        problems.document(self.problem, article=None, **self.by(form))


class Closure(ProblemVerb):
    verb = "close"
    title = gettext_lazy("Close the problem")
    button = gettext_lazy("Close")
    icon = "lock"
    done = gettext_lazy("The problem is closed.")
    form_class = forms.ClosureForm

    def act(self, form: VerbForm) -> None:
        problems.close(self.problem, conclusion=form.cleaned_data["conclusion"], **self.by(form))


class Reopening(ProblemVerb):
    verb = "reopen"
    title = gettext_lazy("It is there again")
    button = gettext_lazy("Open the problem again")
    icon = "rotate-ccw"
    done = gettext_lazy("Open again. The next fix is told to everybody under it.")
    body = "desk/problems/reopening.html"

    def act(self, form: VerbForm) -> None:
        problems.reopen(self.problem, **self.by(form))
