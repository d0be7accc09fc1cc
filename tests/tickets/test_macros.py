"""The placeholder language: a fixed list of words in both languages, replaced once; all else is text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.tickets.macros import PLACEHOLDERS, fill, used

VALUES = {key: f"<{key}>" for key in PLACEHOLDERS}


@pytest.mark.parametrize("key", PLACEHOLDERS)
def test_both_languages_mean_the_same(key: str) -> None:
    french, english = PLACEHOLDERS[key]
    assert fill(f"a {{{french}}} b", values=VALUES) == fill(f"a {{{english}}} b", values=VALUES) == f"a <{key}> b"


@pytest.mark.parametrize(
    "text",
    ["{{7*7}}", "{{prenom}}", "{prenom", "prenom}", "{ prenom }", "{PRENOM}", "{unknown}", "{}", "${7*7}", "{% now %}",
     "{prenom.__class__}", "{prenom!r}", "{prenom:>99}", "%(prenom)s", "{0}", "{prénom}", "{{{prenom}}}", "\\{titre"],
)  # fmt: skip
def test_anything_else_stays_as_it_is(text: str) -> None:
    assert fill(text, values=VALUES) == text
    assert used(text) == []


def test_values_are_never_read_again() -> None:
    values = {"first_name": "{titre}", "title": "{prenom} \\1 \\g<0> {{7*7}}"}
    assert fill("{prenom}: {titre}", values=values) == "{titre}: {prenom} \\1 \\g<0> {{7*7}}"


def test_a_placeholder_without_a_value_stays() -> None:
    assert fill("{prenom} {titre}", values={"title": "x"}) == "{prenom} x"


def test_used_names_each_once_in_order() -> None:
    assert used("{titre} {prenom} {first_name} {titre} {{agent}}") == ["title", "first_name"]


pieces = st.lists(st.sampled_from(["{", "}", "{prenom}", "{titre}", "x", "{{", "prenom", "{7*7}"]), max_size=10).map(
    "".join
)


@given(pieces, pieces, pieces)
def test_what_is_not_a_placeholder_is_untouched(text: str, first: str, title: str) -> None:
    assert fill(text, values={}) == text
    filled = fill(text, values={"first_name": first, "title": title})
    if not used(text):
        assert filled == text
    assert fill(text, values={"first_name": "{prenom}", "title": "{titre}"}) == text
