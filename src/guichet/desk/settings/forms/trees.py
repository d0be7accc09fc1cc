"""Forms about decision trees: what a tree is called and for whom it is; one step with the ways on from it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.catalog.models import Category
from guichet.desk.settings.forms.base import RowField, SettingsForm, both_names
from guichet.knowledge import shaping, walking
from guichet.knowledge.models import Article, Tree
from guichet.knowledge.walking import Answer, Node, Plan
from guichet.lib.bilingual import pick
from guichet.people.models import Team
from guichet.routing.rules import tree_names
from guichet.ui.forms import Choice, ChoiceCards, GrowingText, offer_choices, offer_rows

KIND_CARDS = {
    walking.QUESTION: Choice(
        gettext_lazy("A question"), hint=gettext_lazy("Its answers lead on"), icon="circle-question-mark"
    ),
    walking.INSTRUCTION: Choice(
        gettext_lazy("Something to do"), hint=gettext_lazy("Then one goes on"), icon="hand-helping"
    ),
    walking.SOLVED: Choice(gettext_lazy("The end: solved"), icon="circle-check"),
    walking.ARTICLE: Choice(gettext_lazy("The end: an article to read"), icon="file-text"),
    walking.HAND_OVER: Choice(gettext_lazy("The end: another team takes over"), icon="arrow-right-left"),
    walking.TICKET: Choice(gettext_lazy("The end: a ticket with what is known"), icon="ticket"),
}
# What a ticket can be filled in with, of the facts that intake asks.
FACTS = {
    "error_message": gettext_lazy("Error message"),
    "environment": gettext_lazy("Environment"),
    "tried": gettext_lazy("What was tried"),
}
ROWS_LEAST, ROWS_FREE = 3, 2


class TreeForm(SettingsForm):
    layout = (("name_fr", "name_en"), "category", "for_requesters")
    name_fr, name_en = both_names()
    category = RowField(
        label=gettext_lazy("Category"),
        required=False,
        help_text=gettext_lazy("Where a request is about this, the tree is proposed."),
    )
    for_requesters = forms.BooleanField(
        label=gettext_lazy("Requesters may walk it alone, too"),
        required=False,
        help_text=gettext_lazy("Otherwise only agents see it, and ask the questions themselves."),
    )

    def arrange(self) -> None:
        names = tree_names(self.desk)
        offer_rows(self, "category", Category.objects.filter(pk__in=names))
        offer_choices(self, "category", [("", gettext_lazy("None")), *names.items()])


class StepForm(SettingsForm):
    """`row` is the tree, `node` its step. Answers stand in rows: what is written, and where it leads."""

    use_required_attribute = False

    revision = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput())
    kind = forms.ChoiceField(
        label=gettext_lazy("What is this step?"), widget=ChoiceCards(), choices=list(KIND_CARDS.items())
    )
    fr = forms.CharField(
        label=gettext_lazy("What it says, in French"), max_length=walking.TEXT_MAX, widget=GrowingText({"rows": 2})
    )
    en = forms.CharField(
        label=gettext_lazy("In English"), max_length=walking.TEXT_MAX, required=False, widget=GrowingText({"rows": 2})
    )
    help_fr = forms.CharField(
        label=gettext_lazy("More about it, in French"),
        max_length=walking.HELP_MAX,
        required=False,
        widget=GrowingText({"rows": 2}),
        help_text=gettext_lazy("How one sees it, where one finds it. Markdown."),
    )
    help_en = forms.CharField(
        label=gettext_lazy("More about it, in English"),
        max_length=walking.HELP_MAX,
        required=False,
        widget=GrowingText({"rows": 2}),
    )
    on = forms.ChoiceField(label=gettext_lazy("Once it is done, one goes on to"), required=False)
    team = RowField(
        label=gettext_lazy("Which team"),
        required=False,
        help_text=gettext_lazy("With none, whoever hands over chooses."),
    )
    article = RowField(label=gettext_lazy("Which article"), required=False)

    def __init__(self, *args: Any, node: Node, plan: Plan, **kwargs: Any) -> None:
        self.node, self.plan = node, plan
        super().__init__(*args, **kwargs)

    def arrange(self) -> None:
        offer_rows(
            self, "team", Team.objects.filter(organisation=self.desk).order_by("name"), empty=_("None in particular")
        )
        articles = Article.objects.of_desk(self.desk).published().order_by("title")
        offer_rows(self, "article", articles, label=lambda one: one.title, empty=_("Choose…"))
        ways = self._ways()
        offer_choices(self, "on", ways)
        for key, label in FACTS.items():
            self.fields[f"fact_{key}"] = forms.CharField(label=label, required=False, max_length=walking.HELP_MAX)
        for number in range(self.row_count):
            self.fields[f"key_{number}"] = forms.CharField(
                required=False, max_length=walking.KEY_MAX, widget=forms.HiddenInput()
            )
            words = {"fr": _("Answer %(number)d") % {"number": number + 1}, "en": _("In English")}
            for name, told in words.items():
                self.fields[f"{name}_{number}"] = forms.CharField(
                    label=told, required=False, max_length=walking.ANSWER_MAX
                )
            self.fields[f"to_{number}"] = forms.ChoiceField(label=_("leads to"), required=False, choices=ways)

    @property
    def row_count(self) -> int:
        """Rows for the answers there are, and some for more: without scripts none can be added."""
        return min(max(len(self._own_answers) + ROWS_FREE, ROWS_LEAST), walking.ANSWERS_MAX)

    @property
    def _own_answers(self) -> tuple[Answer, ...]:
        return self.node.answers if self.node.kind == walking.QUESTION else ()

    def _ways(self) -> list[tuple[Any, Any]]:
        """Nowhere, a new step of each kind, or a step that stands there and doesn't lead back."""
        known = [(node.key, step_name(node)) for node in shaping.possible_targets(self.plan, self.node.key)]
        fresh = [(f"+{kind}", str(card.label)) for kind, card in KIND_CARDS.items()]
        nowhere = ("", _("nowhere: the work is handed over with all that was asked"))
        return [nowhere, (_("A new step"), fresh), (_("A step that is there"), known)]

    @classmethod
    def initial_of(cls, node: Node) -> dict[str, Any]:
        begun: dict[str, Any] = {name: getattr(node, name) for name in ("kind", "fr", "en", "help_fr", "help_en")}
        begun |= {"team": node.team, "article": node.article}
        begun |= {f"fact_{key}": value for key, value in node.facts.items()}
        if node.kind == walking.INSTRUCTION:
            begun["on"] = node.answers[0].to
        elif node.kind == walking.QUESTION:
            for number, answer in enumerate(node.answers):
                begun |= {f"{name}_{number}": getattr(answer, name) for name in ("key", "fr", "en", "to")}
        return begun

    @property
    def answer_rows(self) -> list[dict[str, Any]]:
        """For the template: the bound fields of each answer, and the key under which it is kept ("": none yet)."""
        kept = {answer.key for answer in self._own_answers}
        rows = []
        for number in range(self.row_count):
            key = str(self[f"key_{number}"].value() or "")
            fields = {name: self[f"{name}_{number}"] for name in ("key", "fr", "en", "to")}
            rows.append({"number": number, "kept": key if key in kept else "", **fields})
        return rows

    @property
    def facts(self) -> list[forms.BoundField]:
        return [self[f"fact_{key}"] for key in FACTS]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for number in range(self.row_count):
            wordless = not cleaned.get(f"fr_{number}") and f"fr_{number}" not in self.errors
            if wordless and (cleaned.get(f"en_{number}") or cleaned.get(f"to_{number}")):
                self.add_error(f"fr_{number}", _("Say in French what one answers."))
        return cleaned

    def said(self) -> tuple[Node, dict[str, str]]:
        """The step as the form says it, and its answers that lead to a new one, with its kind."""
        cleaned, new = self.cleaned_data, dict[str, str]()
        answers: tuple[Answer, ...] = ()
        if cleaned["kind"] == walking.INSTRUCTION:
            answers = (self._way(Answer(walking.DONE), cleaned["on"], new),)
        elif cleaned["kind"] == walking.QUESTION:
            known = {answer.key for answer in self._own_answers}
            for number in range(self.row_count):
                if not cleaned[f"fr_{number}"]:
                    continue
                kept = cleaned[f"key_{number}"]
                taken = {answer.key for answer in answers}
                others = (*answers, *(Answer(key) for key in known))
                key = kept if kept in known - taken else shaping.free_answer(others)
                made = Answer(key, cleaned[f"fr_{number}"], cleaned[f"en_{number}"])
                answers = (*answers, self._way(made, cleaned[f"to_{number}"], new))
        node = Node(
            key=self.node.key,
            kind=cleaned["kind"],
            fr=cleaned["fr"],
            en=cleaned["en"],
            help_fr=cleaned["help_fr"],
            help_en=cleaned["help_en"],
            answers=answers,
            team=cleaned["team"].pk if cleaned["team"] else None,
            article=cleaned["article"].pk if cleaned["article"] else None,
            facts={key: value for key in FACTS if (value := cleaned[f"fact_{key}"])},
        )
        return node, new

    @staticmethod
    def _way(answer: Answer, to: str, new: dict[str, str]) -> Answer:
        if to.startswith("+"):
            new[answer.key] = to[1:]
            return answer
        return replace(answer, to=to)


def step_name(node: Node) -> str:
    """The step in a list: what it says, or that it says nothing yet."""
    return pick(node.fr, node.en) or _("a step without words yet")


def of_tree(tree: Tree) -> dict[str, Any]:
    names = ("name_fr", "name_en", "for_requesters")
    return {**{name: getattr(tree, name) for name in names}, "category": tree.category_id}
