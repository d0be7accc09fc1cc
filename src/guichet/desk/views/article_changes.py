"""What changed between two versions of an article, one under the other or side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.views.articles import ArticleView
from guichet.knowledge.differences import Gap, Line, compare, folded
from guichet.knowledge.models import Version
from guichet.knowledge.reading import wordings_of
from guichet.lib.parsing import whole_number
from guichet.people.models import Expertise
from guichet.ui.explained import WORDING_NAMES

_OFFERED = 100
_LOOKS = {
    "inline": (gettext_lazy("One under the other"), "rows-2"),
    "halves": (gettext_lazy("Side by side"), "columns-2"),
}


@dataclass(frozen=True)
class Part:
    """One wording: for whom it is, empty where there is only that of everybody; and its lines."""

    name: Any
    lines: list[Line | Gap]


class Difference(ArticleView):
    def get(self, request: HttpRequest, article: str) -> HttpResponse:
        versions = list(self.article.versions.prefetch_related("wordings")[:_OFFERED])
        after = _chosen(versions, request.GET.get("to")) or versions[0]
        earlier = [one for one in versions if one.number < after.number]
        before = _chosen(versions, request.GET.get("from")) or next(iter(earlier), after)
        look = request.GET.get("look", "")
        look = look if look in _LOOKS else "inline"
        context = {
            "article": self.article,
            "versions": versions,
            "before": before,
            "after": after,
            "look": look,
            "halves": look == "halves",
            "looks": [
                {
                    "label": label,
                    "icon": icon,
                    "url": "?" + urlencode({"from": before.number, "to": after.number, "look": key}),
                    "current": key == look,
                }
                for key, (label, icon) in _LOOKS.items()
            ],
            "parts": parts(before, after),
        }
        return self.page("desk/articles/difference.html", context)


def parts(before: Version, after: Version) -> list[Part]:
    """The wordings that differ."""
    old, new = wordings_of(before), wordings_of(after)
    differing = [e for e in {**old, **new} if old.get(e, "") != new.get(e, "")]
    alone = differing == [Expertise.GENERAL]
    return [
        Part(
            name="" if alone else WORDING_NAMES.get(expertise, _("Text")),
            lines=folded(compare(old.get(expertise, ""), new.get(expertise, ""))),
        )
        for expertise in differing
    ]


def _chosen(versions: list[Version], number: str | None) -> Version | None:
    wanted = whole_number(number)
    return next((one for one in versions if one.number == wanted), None)
