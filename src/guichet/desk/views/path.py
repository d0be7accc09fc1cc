"""The way to a solution: hypotheses with evidence, attempts with their tests."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.forms import path as forms
from guichet.desk.forms.base import VerbForm
from guichet.desk.views.base import TicketVerb
from guichet.suggestions.similar import known_solution
from guichet.tickets import actions
from guichet.tickets.models import Attempt, AttemptResult, Hypothesis, HypothesisState


class Hypotheses(TicketVerb):
    verb = "suppose"
    title = gettext_lazy("Suppose a cause")
    button = gettext_lazy("Write it down")
    icon = "lightbulb"
    done = gettext_lazy("The hypothesis is written down.")
    form_class = forms.HypothesisForm

    def act(self, form: VerbForm) -> None:
        cleaned = form.cleaned_data
        actions.suppose(self.ticket, text=cleaned["text"], evidence=cleaned["evidence"], **self.by(form))


class Judgement(TicketVerb):
    """One hypothesis: confirmed, rejected or open again, with what shows it."""

    verb = "suppose"
    title = gettext_lazy("Judge the hypothesis")
    button = gettext_lazy("Say so")
    icon = "lightbulb"
    form_class = forms.JudgementForm
    body = "desk/forms/judgement.html"
    hypothesis: Hypothesis

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        self.hypothesis = get_object_or_404(Hypothesis, pk=kwargs["hypothesis"], ticket=self.ticket)

    def beside(self, form: VerbForm) -> dict[str, Any]:
        return {"hypothesis": self.hypothesis}

    def act(self, form: VerbForm) -> str:
        cleaned = form.cleaned_data
        judged = actions.judge(self.hypothesis, state=cleaned["state"], evidence=cleaned["evidence"], **self.by(form))
        return {
            HypothesisState.CONFIRMED: _("The cause is confirmed."),
            HypothesisState.REJECTED: _("One cause less to look for."),
            HypothesisState.OPEN: _("The hypothesis is open again."),
        }[HypothesisState(judged.state)]


class Attempts(TicketVerb):
    verb = "attempt"
    title = gettext_lazy("Write down an attempt")
    button = gettext_lazy("Write it down")
    icon = "wrench"
    done = gettext_lazy("The attempt is written down.")
    form_class = forms.AttemptForm

    def initial(self) -> dict[str, Any]:
        """`?from=<reference>`: as another ticket of the desk was solved. It is to be tested here all the same."""
        known = known_solution(self.request.GET.get("from", ""), ticket=self.ticket, person=self.person)
        return {"kind": known.kind, "text": known.text} if known else {}

    def act(self, form: VerbForm) -> None:
        cleaned = form.cleaned_data
        actions.attempt(
            self.ticket,
            kind=cleaned["kind"],
            text=cleaned["text"],
            hypothesis=cleaned["hypothesis"],
            applied_on=cleaned["applied_on"],
            test=cleaned["test"],
            result=cleaned["result"],
            **self.by(form),
        )


class AttemptTest(TicketVerb):
    """One attempt: how it was tested and what came out."""

    verb = "attempt"
    title = gettext_lazy("Test the attempt")
    button = gettext_lazy("Say so")
    icon = "flask-conical"
    form_class = forms.AttemptTestForm
    body = "desk/forms/attempt_test.html"
    attempt: Attempt

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        self.attempt = get_object_or_404(Attempt, pk=kwargs["attempt"], ticket=self.ticket)

    def initial(self) -> dict[str, Any]:
        return {"test": self.attempt.test}

    def beside(self, form: VerbForm) -> dict[str, Any]:
        return {"attempt": self.attempt}

    def act(self, form: VerbForm) -> str:
        cleaned = form.cleaned_data
        tested = actions.test_attempt(self.attempt, test=cleaned["test"], result=cleaned["result"], **self.by(form))
        if tested.result == AttemptResult.WORKED:
            return _("It works: the ticket can be resolved with it.")
        return _("It doesn’t work: choose another way.")
