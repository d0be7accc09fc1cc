"""The portal's forms: one for each thing asked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from guichet.catalog.models import AnswerKind, Question
from guichet.lib.bilingual import pick
from guichet.people.models import Expertise, Person
from guichet.portal import words
from guichet.ui.forms import Choice, ChoiceCards, FileDrop, FilesField, GrowingText, offer_choices

_CARDS_UP_TO = 6
_ZONES = (
    "America/Montreal", "America/Halifax", "America/Winnipeg", "America/Vancouver", "America/Martinique",
    "Europe/Paris", "Europe/Brussels", "Europe/Luxembourg", "Europe/Zurich", "Europe/London", "Africa/Casablanca",
    "Africa/Dakar", "Indian/Reunion", "Pacific/Noumea", "UTC",
)  # fmt: skip


def files_field(label: Any) -> FilesField:
    return FilesField(
        label=label,
        required=False,
        max_length=500,
        widget=FileDrop({"data-max-size": settings.ATTACHMENT_MAX_BYTES}),
        error_messages={"empty": _l("One of the files is empty. Choose another one, or send without it.")},
    )


class DescriptionForm(forms.Form):
    description = forms.CharField(
        label=_l("What is happening?"),
        max_length=20_000,
        widget=GrowingText({"autofocus": True}),
        error_messages={"required": _l("Tell us in a few words what is happening.")},
    )
    kind = forms.ChoiceField(label=_l("What is it about?"), choices=words.KINDS, widget=ChoiceCards())

    def __init__(self, *args: Any, question: str = "", with_kind: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if question:
            self.fields["description"].label = question
        if not with_kind:
            del self.fields["kind"]


class FactForm(forms.Form):
    """One of intake's questions; the field is named by its key."""

    def __init__(self, *args: Any, key: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = words.ASKED[key]
        widget = GrowingText({"autofocus": True}) if asked.long else forms.TextInput({"autofocus": True})
        field = forms.CharField(
            label=asked.question, help_text=asked.example, max_length=asked.limit, required=True, widget=widget
        )
        field.error_messages["required"] = _("Write something here, or skip the question.")
        self.fields[key] = field


class NoteForm(forms.Form):
    """A word with an appointment."""

    note = forms.CharField(
        label=_l("In a word, what is it about?"),
        help_text=_l("We prepare better when we know. No passwords, please."),
        required=False,
        max_length=500,
        widget=GrowingText({"rows": 2}),
    )


class ChoiceForm(forms.Form):
    """One question answered by choosing a card; the field is named by its key."""

    def __init__(self, *args: Any, key: str, label: Any, choices: Any, help_text: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[key] = forms.ChoiceField(
            label=label,
            help_text=help_text,
            choices=choices,
            widget=ChoiceCards(one_column=True),
            error_messages={
                "required": _("Choose one of the answers."),
                "invalid_choice": _("Choose one of the answers."),
            },
        )


class QuestionsForm(forms.Form):
    """A request type's own questions."""

    def __init__(self, *args: Any, questions: list[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in questions:
            self.fields[question.key] = _answer_field(question)

    def as_answers(self) -> dict[str, str]:
        """What was answered, as text; blank answers left out."""
        answers = {}
        for key, value in self.cleaned_data.items():
            text = value.isoformat() if hasattr(value, "isoformat") else str(value if value is not None else "")
            if text:
                answers[key] = text
        return answers


def _answer_field(question: Question) -> forms.Field:
    common: dict[str, Any] = {"label": question.label, "help_text": question.help, "required": question.required}
    if question.kind == AnswerKind.TEXT:
        return forms.CharField(max_length=4000, widget=GrowingText(), **common)
    if question.kind == AnswerKind.DATE:
        return forms.DateField(widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **common)
    if question.kind == AnswerKind.NUMBER:
        return forms.IntegerField(min_value=0, max_value=1_000_000_000, **common)
    if question.kind in {AnswerKind.CHOICE, AnswerKind.YES_NO}:
        choices = answer_choices(question)
        if len(choices) > _CARDS_UP_TO:
            return forms.ChoiceField(choices=[("", "—"), *choices], **common)
        cards = [(value, Choice(label)) for value, label in choices]
        return forms.ChoiceField(choices=cards, widget=ChoiceCards(), **common)
    return forms.CharField(max_length=300, **common)


def answer_choices(question: Question) -> list[tuple[str, str]]:
    """The answers to choose from, in the reader's language."""
    if question.kind == AnswerKind.YES_NO:
        return [("yes", _("Yes")), ("no", _("No"))]
    return [(str(c["value"]), pick(c.get("fr", ""), c.get("en", "")) or str(c["value"])) for c in question.choices]


def answer_text(question: Question, value: Any) -> str:
    """An answer as it was offered."""
    return dict(answer_choices(question)).get(str(value), str(value))


class ReviewForm(forms.Form):
    category = forms.ChoiceField(label=_l("What is it about?"), required=False)
    files = files_field(_l("Screenshots and files"))  # type: ignore[assignment]  # the form holds it as a field

    def __init__(self, *args: Any, categories: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "category", [("", _("I don’t know")), *categories])


class FilesForm(forms.Form):
    files = files_field(_l("Screenshots and files"))  # type: ignore[assignment]  # the form holds it as a field


class RateForm(forms.Form):
    score = forms.ChoiceField(
        label=_l("How satisfied are you with the help you received?"),
        choices=words.SCORES,
        widget=ChoiceCards(one_column=True),
        error_messages={"required": _l("Choose one of the answers.")},
    )
    comment = forms.CharField(
        label=_l("Anything you would like to add?"), required=False, max_length=2000, widget=GrowingText()
    )


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Person
        fields = ("language", "time_zone", "phone", "availability", "expertise")

    language = forms.ChoiceField(label=_l("Language"), choices=[("fr", "Français"), ("en", "English")])
    phone = forms.CharField(
        label=_l("Telephone"),
        required=False,
        max_length=40,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}),
        help_text=_l("Where we can call you back."),
    )
    availability = forms.CharField(
        label=_l("When can we reach you?"),
        required=False,
        max_length=200,
        help_text=_l("For example: in the morning, except on Wednesdays. We then don’t ask each time."),
    )
    expertise = forms.ChoiceField(
        label=_l("How at ease are you with computing?"),
        help_text=_l("We choose our words accordingly. Nobody judges the answer."),
        widget=ChoiceCards(),
        choices=[
            (Expertise.INEXPERIENCED, Choice(_l("Not very"), hint=_l("Guide me step by step."))),
            (Expertise.GENERAL, Choice(_l("Rather"), hint=_l("I use what I need every day."))),
            (Expertise.EXPERIENCED, Choice(_l("Quite"), hint=_l("I find my way in the settings."))),
            (Expertise.SPECIALISED, Choice(_l("It is my job"), hint=_l("Speak to me as to a colleague."))),
        ],
    )
    time_zone = forms.ChoiceField(label=_l("Time zone"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.instance
        zones = sorted({*_ZONES, *([person.time_zone] if person.time_zone else [])})
        default = _("That of my organisation (%(zone)s)") % {"zone": zone_name(person.organisation.time_zone)}
        offer_choices(self, "time_zone", [("", default), *((z, zone_name(z)) for z in zones)])


def zone_name(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")
