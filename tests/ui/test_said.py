"""What templates say the same each time is said as Django would say it, in each reader's language."""

from __future__ import annotations

from django.template import Context, Template
from django.utils.html import format_html as django_format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy, override
from hypothesis import given
from hypothesis import strategies as st

from guichet.ui.html import format_html


def told(source: str, **values: object) -> list[str]:
    """Twice in each language, as pages are made."""
    made = Template(source)
    answers = []
    for language in ("fr", "en", "fr"):
        with override(language):
            answers.append(made.render(Context(values)))
    return answers


def test_labels_follow_the_language() -> None:
    french, english, again = told("{% load i18n %}{% translate 'Save' %}")
    assert french == again == "Enregistrer"
    assert english == "Save"


def test_a_label_for_later_is_given_to_its_name() -> None:
    assert told("{% load i18n %}{% translate 'Save' as label %}[{{ label }}]")[:2] == ["[Enregistrer]", "[Save]"]


def test_what_depends_on_a_value_is_asked_each_time() -> None:
    made = Template("{% load i18n %}{% translate word %}|{% translate 'Save'|upper %}")
    with override("fr"):
        assert made.render(Context({"word": "Save"})) == "Enregistrer|ENREGISTRER"
        assert made.render(Context({"word": "Close"})) == "Fermer|ENREGISTRER"


values = st.one_of(
    st.text(), st.integers(), st.none(), st.text().map(mark_safe), st.text().map(gettext_lazy), st.floats()
)


@given(first=values, second=values)
def test_values_are_escaped_as_django_escapes_them(first: object, second: object) -> None:
    ours = format_html("<p class={}>{named}</p>", first, named=second)
    assert ours == django_format_html("<p class={}>{named}</p>", first, named=second)
    assert isinstance(ours, SafeString)
