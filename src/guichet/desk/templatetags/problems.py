"""`{% load problems %}`: a problem's state as a component, the buttons of its verbs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from guichet.tickets.models import Problem, ProblemState
from guichet.ui import elements
from guichet.ui.templatetags.ui import menu_item

register = template.Library()

# Of the interface's categories of states.
_LOOKS: Mapping[str, str] = {
    ProblemState.INVESTIGATING: "new",
    ProblemState.KNOWN_ERROR: "open",
    ProblemState.FIXED: "resolved",
    ProblemState.CLOSED: "closed",
}
_ICONS = {
    "problem.opened": "bug",
    "problem.described": "pencil",
    "problem.assigned": "user-plus",
    "problem.cause_stated": "lightbulb",
    "problem.cause_dismissed": "undo-2",
    "problem.worked_around": "route",
    "problem.workaround_withdrawn": "circle-slash",
    "problem.workaround_expired": "timer",
    "problem.fixed": "wrench",
    "problem.documented": "book-open",
    "problem.closed": "lock",
    "problem.reopened": "rotate-ccw",
    "problem.linked": "link",
    "problem.unlinked": "unlink",
}


@register.simple_tag
def problem_state(state: str) -> SafeString:
    return elements.state(_LOOKS[state], label=str(ProblemState(state).label))


@register.filter
def problem_icon(verb: str) -> str:
    return _ICONS.get(verb, "dot")


def _opening(problem: Problem, name: str) -> tuple[str, dict[str, Any]]:
    url = reverse(f"desk:problem_{name}", args=[problem.reference])
    return url, {"hx_get": url, "hx_target": "#sheet"}


@register.simple_tag
def problem_verb(
    problem: Problem, name: str, label: str, *, icon: str = "", key: str = "", variant: str = "secondary"
) -> SafeString:
    """A link to the verb's form: a page, or a sheet where scripts run."""
    url, opening = _opening(problem, name)
    return elements.button(label, variant, icon_name=icon, key=key, href=url, data_command=label, **opening)


@register.simple_tag
def problem_verb_item(problem: Problem, name: str, label: str, *, icon: str = "") -> SafeString:
    """The same in a menu; the palette knows it too."""
    url, opening = _opening(problem, name)
    return menu_item(label, icon=icon, href=url, data_command=label, **opening)
