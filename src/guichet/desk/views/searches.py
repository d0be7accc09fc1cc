"""One's own searches: kept under a name, and forgotten."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from guichet.desk.shell import DeskView
from guichet.desk.views.search import search_url
from guichet.lib.errors import Refused
from guichet.lib.text import one_line
from guichet.search.kept import LINE, NAME, forget, keep
from guichet.ui.toasts import toast


class Searches(DeskView):
    """Keep one under a name."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._form(one_line(request.GET.get("q", ""))[:LINE])

    def post(self, request: HttpRequest) -> HttpResponse:
        line, name = one_line(request.POST.get("q", ""))[:LINE], one_line(request.POST.get("name", ""))
        try:
            kept = keep(line, name=name, person=self.person, now=self.now)
        except Refused as refusal:
            return self._form(line, name=name, refusal=refusal)
        toast(request, _("Kept as “%(name)s”.") % {"name": kept.name})
        return redirect(search_url(line))

    def _form(self, line: str, *, name: str = "", refusal: Refused | None = None) -> HttpResponse:
        context = {"text": line, "name": name, "limit": NAME, "refusal": refusal}
        return self.page("desk/search/keep.html", context, status=422 if refusal else 200)


class SearchRemoval(DeskView):
    """One of the person's searches is forgotten; without a number, all those that have no name."""

    def post(self, request: HttpRequest, number: int | None = None) -> HttpResponse:
        gone = forget(person=self.person, number=number)
        if number is not None and not gone:
            raise Http404
        toast(request, _("Forgotten."))
        return redirect(search_url(""))
