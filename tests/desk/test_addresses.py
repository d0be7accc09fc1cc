"""Addresses in templates, kept: they are what Django’s own tag says."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch

from guichet.ui.said import Led, Said


def test_addresses() -> None:
    made = Template(
        "{% url 'desk:tickets' %} {% url 'desk:ticket' reference %} {% url 'desk:ticket' reference as its %}"
    )
    assert isinstance(made.nodelist[0], Said)
    assert isinstance(made.nodelist[2], Led)
    for reference in ("G-12345", "G-ABCDE", "G-12345"):
        listed, led, rest = made.render(Context({"reference": reference})).split(" ")
        assert (listed, led, rest) == ("/desk/tickets/", f"/desk/tickets/{reference}/", "")
    with pytest.raises(NoReverseMatch):
        Template("{% url 'desk:nowhere' %}").render(Context())
