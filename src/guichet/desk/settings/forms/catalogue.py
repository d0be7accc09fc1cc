"""Forms about what one can ask for: services, categories, request types, questions; and their preview."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.catalog.actions import condition_answers
from guichet.catalog.models import AnswerKind, Category, Kind, Question, RequestType, Service
from guichet.desk.settings.forms.base import RowField, SettingsForm, both_names
from guichet.lib.bilingual import pick
from guichet.people.models import Skill
from guichet.routing.rules import tree_names
from guichet.ui.forms import GrowingText, offer_choices, offer_rows
from guichet.ui.html import icon

# Pictures for the catalogue. A list, not a free field: a picture that doesn't exist can't be shown.
ICONS: dict[str, Any] = {
    "circle-question-mark": gettext_lazy("question mark"),
    "package": gettext_lazy("parcel"),
    "mail": gettext_lazy("envelope"),
    "printer": gettext_lazy("printer"),
    "wifi": gettext_lazy("waves"),
    "network": gettext_lazy("network"),
    "monitor": gettext_lazy("screen"),
    "laptop": gettext_lazy("laptop"),
    "smartphone": gettext_lazy("mobile phone"),
    "phone": gettext_lazy("telephone"),
    "key-round": gettext_lazy("key"),
    "lock": gettext_lazy("padlock"),
    "shield": gettext_lazy("shield"),
    "user-plus": gettext_lazy("new person"),
    "app-window": gettext_lazy("window"),
    "database": gettext_lazy("database"),
    "hard-drive": gettext_lazy("disk"),
    "cloud": gettext_lazy("cloud"),
    "presentation": gettext_lazy("presentation"),
    "projector": gettext_lazy("projector"),
    "globe": gettext_lazy("globe"),
    "headset": gettext_lazy("headset"),
    "keyboard": gettext_lazy("keyboard"),
    "mouse": gettext_lazy("mouse"),
    "graduation-cap": gettext_lazy("mortarboard"),
    "file-text": gettext_lazy("document"),
    "download": gettext_lazy("download"),
    "shopping-cart": gettext_lazy("trolley"),
    "wrench": gettext_lazy("spanner"),
    "calendar": gettext_lazy("calendar"),
    "info": gettext_lazy("information"),
    "camera": gettext_lazy("camera"),
    "video": gettext_lazy("video"),
    "badge-check": gettext_lazy("badge"),
    "plug": gettext_lazy("plug"),
}


def known_picture(name: str, otherwise: str = "circle-question-mark") -> str:
    """`name` where there is such a picture: rows may hold any text."""
    try:
        icon(name, 20)
    except KeyError:
        return otherwise
    return name


class IconGrid(forms.RadioSelect):
    """Pictures to choose from, each with its name for those who don't see it."""

    template_name = "settings/icon_grid.html"


def icon_field(*, initial: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("Picture"), choices=list(ICONS.items()), initial=initial, required=False, widget=IconGrid()
    )


def keep_icon(form: SettingsForm) -> None:
    """A row may have a picture that isn't on the list; it stays choosable."""
    current = form.row.icon if form.row is not None else ""
    if current and current not in ICONS and known_picture(current, "") == current:
        offer_choices(form, "icon", [(current, current), *ICONS.items()])


class ServiceForm(SettingsForm):
    layout = (("name_fr", "name_en"), "active")
    name_fr, name_en = both_names()
    active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)


class CategoryForm(SettingsForm):
    layout = (("name_fr", "name_en"), ("parent", "service"), "skill", "icon", "active")
    name_fr, name_en = both_names()
    parent = RowField(label=gettext_lazy("Under"), required=False, empty_label=gettext_lazy("The top of the tree"))
    service = RowField(label=gettext_lazy("Service"), required=False, empty_label=gettext_lazy("None"))
    skill = RowField(
        label=gettext_lazy("Skill or right needed"),
        required=False,
        empty_label=gettext_lazy("None"),
        help_text=gettext_lazy("“Take the next” gives such tickets to those of the team who hold it, if any do."),
    )
    icon = icon_field(initial="circle-question-mark")
    active = forms.BooleanField(
        label=gettext_lazy("In use"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Tickets keep a category that is no longer in use; nobody can choose it any more."),
    )

    def arrange(self) -> None:
        keep_icon(self)
        names = tree_names(self.desk)
        parents = [(pk, name) for pk, name in names.items() if self.row is None or pk != str(self.row.pk)]
        offer_rows(self, "parent", Category.objects.filter(pk__in=names))
        offer_choices(self, "parent", [("", gettext_lazy("The top of the tree")), *parents])
        offer_rows(self, "service", Service.objects.filter(organisation=self.desk))
        offer_rows(self, "skill", Skill.objects.filter(organisation=self.desk))


class RequestTypeForm(SettingsForm):
    layout = (("name_fr", "name_en"), ("help_fr", "help_en"), ("kind", "category", "position"), "icon", "active")
    name_fr, name_en = both_names()
    help_fr = forms.CharField(
        label=gettext_lazy("Explanation in French"), max_length=1000, required=False, widget=GrowingText({"rows": 2})
    )
    help_en = forms.CharField(
        label=gettext_lazy("Explanation in English"), max_length=1000, required=False, widget=GrowingText({"rows": 2})
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Kind.choices, initial=Kind.REQUEST)
    category = RowField(label=gettext_lazy("Category"), required=False, empty_label=gettext_lazy("None"))
    icon = icon_field(initial="package")
    position = forms.IntegerField(
        label=gettext_lazy("Place in the list"), min_value=0, max_value=9999, initial=0,
        help_text=gettext_lazy("Small numbers come first."),
    )  # fmt: skip
    active = forms.BooleanField(label=gettext_lazy("Offered to requesters"), required=False, initial=True)

    def arrange(self) -> None:
        keep_icon(self)
        names = tree_names(self.desk)
        offer_rows(self, "category", Category.objects.filter(pk__in=names))
        offer_choices(self, "category", [("", gettext_lazy("None")), *names.items()])


class ChoiceLines(forms.CharField):
    """Choices, one a line: French, then English after a bar, then the word it is kept under after another."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=8000, widget=GrowingText({"rows": 4}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(" | ".join((c.get("fr", ""), c.get("en", ""), c.get("value", ""))) for c in value)

    def clean(self, value: Any) -> list[dict[str, str]]:
        choices = []
        for line in super().clean(value).splitlines():
            parts = [part.strip() for part in line.split("|")]
            if len(parts) > 3:
                raise forms.ValidationError(
                    _("“%(line)s” has more than two bars. Write: French | English.") % {"line": line.strip()[:60]}
                )
            french, english, kept = [*parts, "", ""][:3]
            if any(parts):
                choices.append({"fr": french, "en": english, "value": kept})
        return choices


class QuestionForm(SettingsForm):
    """`row` is the question; `request_type` whose it is."""

    layout = (("label_fr", "label_en"), ("help_fr", "help_en"), "kind", "choices", "required", "shown_if")
    label_fr = forms.CharField(label=gettext_lazy("Question in French"), max_length=200)
    label_en = forms.CharField(label=gettext_lazy("Question in English"), max_length=200, required=False)
    help_fr = forms.CharField(label=gettext_lazy("Help in French"), max_length=240, required=False)
    help_en = forms.CharField(label=gettext_lazy("Help in English"), max_length=240, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("The answer is"), choices=AnswerKind.choices)
    choices = ChoiceLines(
        label=gettext_lazy("Choices"),
        help_text=gettext_lazy(
            "For “one of a list”: one choice a line, French | English. What stands after a second bar is the word that "
            "answers are kept under."
        ),
    )
    required = forms.BooleanField(label=gettext_lazy("An answer is needed"), required=False)
    shown_if = forms.ChoiceField(
        label=gettext_lazy("Ask it"),
        required=False,
        help_text=gettext_lazy("Only after an answer of an earlier question that has fixed answers."),
    )

    def __init__(self, *args: Any, request_type: RequestType, **kwargs: Any) -> None:
        self.request_type = request_type
        super().__init__(*args, **kwargs)

    def arrange(self) -> None:
        place = self.row.position if self.row is not None else 10**6
        offered: list[Any] = [("", _("always"))]
        for other in self.request_type.questions.filter(position__lt=place):
            for value, text in condition_answers(other):
                label = _("if “%(question)s” is “%(answer)s”") % {"question": other.label, "answer": text}
                offered.append((f"{other.key}={value}", label))
        offer_choices(self, "shown_if", offered)

    def clean_shown_if(self) -> dict[str, str]:
        key, _equals, value = self.cleaned_data["shown_if"].partition("=")
        return {"key": key, "value": value} if key else {}


class PreviewForm(forms.Form):
    """The questions as the requester meets them; nothing is sent."""

    def __init__(self, request_type: RequestType) -> None:
        super().__init__(prefix="preview")
        questions = list(request_type.questions.all())
        by_key = {question.key: question for question in questions}
        for question in questions:
            self.fields[question.key] = _field(question)
            self.fields[question.key].disabled = False
            condition = told_condition(question, by_key)
            if condition:
                self.fields[question.key].help_text = " ".join(filter(None, (question.help, f"({condition})")))


def told_condition(question: Question, by_key: dict[str, Question]) -> str:
    """“asked if …”, "" for a question that is always asked."""
    other = by_key.get(str(question.shown_if.get("key", "")))
    if other is None:
        return ""
    answer = dict(condition_answers(other)).get(question.shown_if.get("value", ""), question.shown_if.get("value", ""))
    return _("asked if “%(question)s” is “%(answer)s”") % {"question": other.label, "answer": answer}


def _field(question: Question) -> forms.Field:
    common: dict[str, Any] = {"label": question.label, "help_text": question.help, "required": question.required}
    match question.kind:
        case AnswerKind.TEXT:
            return forms.CharField(widget=GrowingText({"rows": 3}), **common)
        case AnswerKind.CHOICE:
            choices = [(c["value"], pick(c.get("fr", ""), c.get("en", ""))) for c in question.choices]
            return forms.ChoiceField(choices=[("", _("Choose…")), *choices], **common)
        case AnswerKind.YES_NO:
            return forms.ChoiceField(choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect, **common)
        case AnswerKind.DATE:
            return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **common)
        case AnswerKind.NUMBER:
            return forms.DecimalField(**common)
        case _:
            return forms.CharField(max_length=240, **common)
