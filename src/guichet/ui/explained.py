"""Names of an article's wordings, as short as a tab: whom each suits."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from guichet.people.models import Expertise

WORDING_NAMES: Mapping[str, Any] = {
    Expertise.GENERAL: _("For everybody"),
    Expertise.INEXPERIENCED: _("Step by step"),
    Expertise.EXPERIENCED: _("In short"),
    Expertise.SPECIALISED: _("For specialists"),
}


def wording_tabs(choices: Iterable[str], *, current: str) -> list[dict[str, Any]]:
    """The ways to an article's other wordings."""
    return [
        {"label": WORDING_NAMES[choice], "url": f"?wording={choice}", "current": choice == current}
        for choice in choices
    ]
