"""Forms of problems: what happens, the cause, what one does meanwhile, the fix; and a ticket's way to its problem."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guichet.catalog.models import Category
from guichet.desk.forms.base import MomentChoice, TicketForm, VersionedForm, agents_of, as_local
from guichet.knowledge.actions import reference_of
from guichet.knowledge.models import Article
from guichet.people.models import Organisation, Person
from guichet.search.asking import ask
from guichet.tickets import causes, problems
from guichet.tickets.models import Problem, Workaround
from guichet.ui.forms import Choice, ChoiceCards, GrowingText, offer_choices, offer_rows

_OFFERED = 8
_TERMS = {"week": (_("A week"), 7), "two_weeks": (_("Two weeks"), 14), "month": (_("A month"), 30),
          "quarter": (_("Three months"), 91)}  # fmt: skip


class ProblemForm(VersionedForm):
    """A form about a problem of `desk`; `problem` is None while it isn't opened yet."""

    def __init__(self, *args: Any, problem: Problem | None, desk: Organisation, **kwargs: Any) -> None:
        self.problem, self.desk = problem, desk
        super().__init__(*args, version=problem.version if problem else None, **kwargs)


class SubjectForm(ProblemForm):
    title = forms.CharField(
        label=_("What goes wrong?"), max_length=200, help_text=_("As one would say it to a colleague.")
    )
    symptoms = forms.CharField(
        label=_("What exactly happens, where and since when?"),
        required=False,
        max_length=20_000,
        widget=GrowingText(),
        help_text=_("For the desk only."),
    )
    category = forms.ModelChoiceField(
        label=_("Category"), required=False, queryset=Category.objects.none(), empty_label=_("Not sorted yet")
    )

    def arrange(self) -> None:
        chosen = self.problem.category_id if self.problem else None
        offered = Category.objects.filter(
            Q(organisation=self.desk) | Q(organisation=None), Q(active=True) | Q(pk=chosen)
        )
        offer_rows(self, "category", offered)


class NewProblemForm(SubjectForm):
    """`ticket` is the reference that it was opened from; it then stands under the problem."""

    ticket = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput())


class OwnerForm(ProblemForm):
    owner = forms.ModelChoiceField(label=_("Who sees to the problem from now on?"), queryset=Person.objects.none())

    def arrange(self) -> None:
        offer_rows(self, "owner", agents_of(self.desk))


class CauseForm(ProblemForm):
    cause = forms.CharField(
        label=_("What is the cause?"),
        max_length=20_000,
        widget=GrowingText(),
        help_text=_("For the desk only. From then on it is a known error."),
    )


class WorkaroundForm(MomentChoice, ProblemForm):
    asks = _("When do we look at it again?")

    text = forms.CharField(
        label=_("How does one restore the service?"),
        max_length=4000,
        widget=GrowingText(),
        help_text=_("For the desk: what is done, step by step. It becomes the attempt of each ticket it resolves."),
    )
    public_text = forms.CharField(
        label=_("What can the people concerned do themselves?"),
        required=False,
        max_length=4000,
        widget=GrowingText(),
        help_text=_("They read this on their ticket, with its end date. Leave it empty where they can do nothing."),
    )
    field_order = ("text", "public_text", "at", "other_at")

    def usual(self) -> Mapping[str, tuple[Any, datetime]]:
        return {key: (name, self.now + timedelta(days=days)) for key, (name, days) in _TERMS.items()}

    @classmethod
    def about(cls, workaround: Workaround | None) -> dict[str, Any]:
        """What stands in the form where there is one already."""
        if workaround is None:
            return {}
        return {"text": workaround.text, "public_text": workaround.public_text, "at": cls.OTHER,
                "other_at": as_local(max(workaround.expires_at, timezone.now()))}  # fmt: skip


class FixForm(ProblemForm):
    cause = forms.CharField(label=_("What was the cause?"), max_length=20_000, widget=GrowingText())
    text = forms.CharField(
        label=_("What was done?"),
        max_length=4000,
        widget=GrowingText(),
        help_text=_("For the desk only."),
    )
    test = forms.CharField(
        label=_("How was it tested?"),
        max_length=300,
        help_text=_("A problem is fixed when it was tried, not when it was done."),
    )
    public_text = forms.CharField(
        label=_("What do we tell the people concerned?"),
        max_length=4000,
        widget=GrowingText(),
        help_text=_("Written as a reply on their tickets. They are asked whether it works for them, and may say no."),
    )


class ClosureForm(ProblemForm):
    conclusion = forms.CharField(
        label=_("Why does nobody look any further?"),
        required=False,
        max_length=4000,
        widget=GrowingText(),
    )

    def arrange(self) -> None:
        field = self.fields["conclusion"]
        fixed = self.problem is not None and self.problem.fixed_at is not None
        field.required = not fixed
        if fixed:
            field.label = _("What is to be remembered of it?")


class ArticleForm(ProblemForm):
    """Which article tells of the problem: of those that say what it is called, or found by words or its reference."""

    use_required_attribute = False

    chosen = forms.ChoiceField(
        label=_("Which article tells of it?"),
        widget=ChoiceCards(one_column=True),
        error_messages={"required": _("Choose an article, or search for it.")},
    )
    text = forms.CharField(
        label=_("Search for another one"),
        max_length=200,
        required=False,
        help_text=_("Words that it says, or its reference."),
    )

    def arrange(self) -> None:
        assert self.problem is not None  # an article tells of what is there
        text = str(self.data.get("text", "")).strip()[:200] if self.is_bound else ""
        found = self._found(text or self.problem.title)
        self.found = {article.reference: article for article in found}
        if found:
            offer_choices(self, "chosen", [(a.reference, _article(a)) for a in found])
            # Words or a reference do as well.
            self.fields["chosen"].required = not text
        else:
            del self.fields["chosen"]

    def _found(self, text: str) -> list[Article]:
        seen = Article.objects.at_desk_of(self.person).filter(desk=self.desk)
        exact = reference_of(text)
        if exact:
            return list(seen.filter(reference=exact))
        hits = ask(text, person=self.person, kinds=["article"], size=2 * _OFFERED).hits
        rows = seen.in_bulk([hit.subject for hit in hits])
        return [rows[hit.subject] for hit in hits if hit.subject in rows][:_OFFERED]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        text, chosen = cleaned.get("text", ""), cleaned.get("chosen", "")
        cleaned["article"] = self.found.get(chosen or reference_of(text) or "")
        if cleaned["article"] is None and not self.errors:
            if text and self.found:
                self.add_error("chosen", _("Choose one of those that were found."))
            else:
                self.add_error(
                    "text", _("No article says this.") if text else _("Choose an article, or search for it.")
                )
        return cleaned


def _article(article: Article) -> Choice:
    return Choice(article.title, hint=f"{article.reference} · {article.get_state_display()}", icon="book-open")


class LinkForm(forms.Form):
    """The ticket that the problem causes."""

    reference = forms.CharField(label=_("Ticket’s reference"), max_length=40)


class ProblemChoiceForm(TicketForm):
    """On a ticket: which problem causes it, of those that speak of the same, or found by words or its reference."""

    use_required_attribute = False

    chosen = forms.ChoiceField(
        label=_("Which problem causes it?"),
        widget=ChoiceCards(one_column=True),
        error_messages={"required": _("Choose a problem, or search for it.")},
    )
    text = forms.CharField(
        label=_("Search for another one"),
        max_length=200,
        required=False,
        help_text=_("Words of its title or of what happens, or its reference."),
    )

    def arrange(self) -> None:
        self.seen = Problem.objects.visible_to(self.person).filter(desk=self.ticket.desk_id)
        text = str(self.data.get("text", "")).strip()[:200] if self.is_bound else ""
        if text:
            self.found = {p.reference: p for p in causes.matching(self.seen, text).order_by("-opened_at")[:_OFFERED]}
            choices = [(p.reference, _choice(p)) for p in self.found.values()]
        else:
            alike = causes.similar_problems(self.ticket, person=self.person)
            self.found = {p.reference: p for p, _match in alike}
            choices = [(p.reference, _choice(p, shared=match.shared)) for p, match in alike]
        if choices:
            offer_choices(self, "chosen", choices)
            # Words or a reference do as well.
            self.fields["chosen"].required = not text
        else:
            del self.fields["chosen"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        text, chosen = cleaned.get("text", ""), cleaned.get("chosen", "")
        exact = problems.reference_of(text)
        cleaned["problem"] = self.found.get(chosen or exact or "")
        if cleaned["problem"] is None and not self.errors:
            if text and self.found:
                self.add_error("chosen", _("Choose one of those that were found."))
            else:
                self.add_error("text", _("No problem says this.") if text else _("Choose a problem, or search for it."))
        return cleaned


def _choice(problem: Problem, *, shared: tuple[str, ...] = ()) -> Choice:
    about = f"{problem.reference} · {problem.get_state_display()}"
    if shared:
        about += " · " + gettext("both say: %(words)s") % {"words": ", ".join(shared[:5])}
    return Choice(problem.title, hint=about, icon="bug")


class WorkaroundResolutionForm(TicketForm):
    test = forms.CharField(
        label=_("How was it tested?"),
        max_length=300,
        help_text=_("A ticket is solved when it was tried, not when it was done."),
    )
    body = forms.CharField(
        label=_("What do we tell the requester?"),
        required=False,
        max_length=50_000,
        widget=GrowingText(),
        help_text=_("They are asked whether it works for them, and may say no. They hear of the fix by themselves."),
    )
