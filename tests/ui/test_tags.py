"""What the component tags print: names for those who cannot see, escaping, states."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=ZoneInfo("America/Montreal"))


def show(source: str, *, language: str = "fr", **values: object) -> str:
    with translation.override(language), timezone.override(ZoneInfo("America/Montreal")):
        return Template("{% load ui %}" + source).render(Context({"now": NOW, **values}))


@pytest.mark.parametrize(("language", "name"), [("fr", "Sévérité S2, élevée"), ("en", "Severity S2, high")])
def test_a_severity_is_never_colour_alone(language: str, name: str) -> None:
    shown = show('{% severity "S2" %}', language=language)
    assert '<span aria-hidden="true">S2</span>' in shown
    assert f'<span class="visually-hidden">{name}</span>' in shown


def test_an_unknown_severity_is_said_to_be_unset() -> None:
    assert "Sévérité à déterminer" in show("{% severity code %}", code="<b>")


def test_a_state_carries_a_word_and_an_icon() -> None:
    shown = show('{% state "hold" %}')
    assert "En attente" in shown
    assert "<svg" in shown
    assert "Chez le fournisseur" in show('{% state "hold" label="Chez le fournisseur" %}')


def test_buttons() -> None:
    shown = show('{% button "Envoyer" "primary" icon="send" key="Ctrl+Enter" hx_post=to %}', to="/x?a=1&b=2")
    assert 'class="button primary"' in shown
    assert 'hx-post="/x?a=1&amp;b=2"' in shown
    assert 'aria-keyshortcuts="Control+Enter"' in shown
    assert show('{% button "Aller" href="/x" %}').startswith('<a class="button" href="/x"')
    assert " disabled" in show('{% button "Aller" href="/x" disabled=True %}')
    assert 'aria-busy="true"' in show('{% button "Aller" busy=True %}')
    assert 'aria-label="Fermer"' in show('{% icon_button "x" "Fermer" %}')


@pytest.mark.parametrize(
    "source",
    [
        "{% button evil %}", "{% tag evil %}", "{% person evil detail=evil %}", "{% state evil %}", "{% level evil %}",
        "{% priority 1 reason=evil %}", "{% icon_button 'x' evil %}", "{% menu_item evil %}", "{% kbd evil %}",
        "{% promise evil who=evil %}", "{% filter_chip evil evil %}", "{% stat evil evil %}", "{% meter 1 evil %}",
        "{% banner 'info' title=evil %}{{ evil }}{% endbanner %}", "{% empty evil %}{{ evil }}{% endempty %}",
        "{% message author=evil %}{{ evil }}{% endmessage %}", "{% note author=evil %}{{ evil }}{% endnote %}",
        "{% fact %}{{ evil }}{% endfact %}", "{% dialog 'x' evil %}{{ evil }}{% enddialog %}",
        "{% composer action=evil body=evil error=evil %}{% endcomposer %}", "{% panel evil %}{{ evil }}{% endpanel %}",
        "{% button 'x' data_x=evil %}", "{% tag evil remove=evil %}", "{% button 'x' href=evil %}",
    ],
)  # fmt: skip
def test_everything_is_escaped(source: str) -> None:
    shown = show(source, evil="\"><img src=x onerror='alert(1)'>")
    assert "<img" not in shown
    assert "&lt;img" in shown


def test_when_shows_the_relative_and_keeps_the_absolute() -> None:
    shown = show("{% when at %}", at=NOW - timedelta(minutes=5))
    assert "il y a 5\u00a0min</time>" in shown
    assert 'title="mardi 24\u00a0novembre 2026 à 13\u00a0h\u00a055"' in shown
    assert 'datetime="2026-11-24T13:55:00-05:00"' in shown
    assert show("{% when at %}", at=None) == "<span>–</span>"


@pytest.mark.parametrize(("minutes", "look"), [(-30, "late"), (20, "soon"), (600, "calm")])
def test_the_promise_says_what_who_when_and_how_pressing(minutes: int, look: str) -> None:
    values = {"due": NOW + timedelta(minutes=minutes)}
    for size in ("full", "line"):
        shown = show(f'{{% promise "Rappeler" who="Nadia Roy" due=due size="{size}" %}}', **values)
        assert f"promise {size} {look}" in shown
        assert "Rappeler" in shown
        assert "Nadia Roy" in shown
        assert "<time" in shown
    assert ("en retard" in show('{% promise "Rappeler" due=due %}', **values)) == (look == "late")


def test_a_note_cannot_be_taken_for_a_reply() -> None:
    note = show('{% note author="Karim" %}x{% endnote %}')
    assert 'class="message note"' in note
    assert "Note interne" in note
    assert "Note interne" not in show('{% message author="Karim" %}x{% endmessage %}')


def test_steps_tell_where_one_is() -> None:
    shown = show("{% steps 3 %}")
    assert shown.count("step done") == 2
    assert shown.count('aria-current="step"') == 1
    assert "Étape 3 sur 5" in shown


@pytest.mark.parametrize("name", ["", "  ", "---", "O", "Jean-François Côté", "李雷", "\u202e"])
def test_any_name_has_an_avatar(name: str) -> None:
    assert "avatar" in show("{% avatar name %}", name=name)


def test_a_number_below_zero_has_a_minus_and_no_hyphen() -> None:
    assert show("{{ number|floatformat:2|minus }}", number=-1.4) == "\N{MINUS SIGN}1,40"
