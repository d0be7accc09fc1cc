"""Form rendering: `{{ form.field.as_field_group }}` gives the product's field. Setting: FORM_RENDERER."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.forms.renderers import DjangoTemplates


class Renderer(DjangoTemplates):
    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"


def offer_choices(form: forms.BaseForm, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """What the field `name` offers, where it is only known with the form."""
    field: Any = form.fields[name]
    field.choices = list(choices)


def offer_rows(
    form: forms.BaseForm,
    name: str,
    rows: QuerySet[Any],
    *,
    label: Callable[[Any], str] | None = None,
    empty: Any = None,
) -> None:
    """The same for a field that chooses among rows; `label` names one where the row's own name doesn't do.

    `empty` says what choosing none of them means.
    """
    field: Any = form.fields[name]
    field.queryset = rows
    if label:
        field.label_from_instance = label
    if empty is not None:
        field.empty_label = empty


@dataclass(frozen=True)
class Choice:
    """A label of `ChoiceCards` with a hint and a lucide icon. Texts may be lazy translations."""

    label: Any
    hint: Any = ""
    icon: str = ""

    def __str__(self) -> str:
        return str(self.label)


class ChoiceCards(forms.RadioSelect):
    """Big choices: `choices=[("value", Choice(_("Label"), hint=_("…"), icon="phone")), …]`."""

    template_name = "ui/forms/choice_cards.html"

    def __init__(self, *args: Any, one_column: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.one_column = one_column

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["one_column"] = self.one_column
        return context


class GrowingText(forms.Textarea):
    """A text area that grows with its text (CSS `field-sizing`, a script where that is missing)."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 4, "data-autogrow": True, **(attrs or {})})


class FileDrop(forms.FileInput):
    """Several files: chosen, dropped or pasted."""

    template_name = "ui/forms/file_drop.html"
    allow_multiple_selected = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"multiple": True, **(attrs or {})})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class FilesField(forms.FileField):
    """A list of uploaded files; empty when none was sent."""

    widget = FileDrop

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if not files:
            super().clean(None, initial)
            return []
        return [super(FilesField, self).clean(file, initial) for file in files]
