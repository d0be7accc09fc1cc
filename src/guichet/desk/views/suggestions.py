"""What the desk's other tickets say of this one: suggestions for its fields, similar tickets with their solution."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.forms.base import VerbForm
from guichet.desk.views.base import TicketVerb, TicketView
from guichet.desk.views.ticket_articles import to_insert
from guichet.suggestions import actions, policies
from guichet.suggestions.answers import articles_for
from guichet.suggestions.models import Suggestion
from guichet.suggestions.showing import shown_for
from guichet.suggestions.similar import similar


class Suggestions(TicketView):
    """A page by itself; the ticket's page takes its content in once it is there."""

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        if not policies.can_see(self.person, self.ticket):
            raise Http404

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        context = {
            "ticket": self.ticket,
            "ticket_url": self.url,
            "suggestions": shown_for(self.ticket, person=self.person),
            "alike": similar(self.ticket, person=self.person),
            "articles": [to_insert(one, ticket=self.ticket) for one in articles_for(self.ticket, person=self.person)],
            "may_reply": self.ticket.may("reply"),
            "may_attempt": self.ticket.may("attempt"),
            "may_suppose": self.ticket.may("suppose"),
        }
        if self.is_htmx:
            return self.fragment("desk/parts/known.html", context)
        return self.page("desk/suggestions.html", context)


class _Deciding(TicketVerb):
    """Of one suggestion. Where it was decided meanwhile, one is told so."""

    suggestion: Suggestion

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        if not policies.can_decide(self.person, self.ticket):
            raise Http404
        self.suggestion = get_object_or_404(Suggestion, pk=kwargs["suggestion"], ticket=self.ticket)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return HttpResponse(status=405, headers={"Allow": "POST"})


class Acceptance(_Deciding):
    title = gettext_lazy("Accept the suggestion")
    button = gettext_lazy("Accept")
    icon = "check"

    def act(self, form: VerbForm) -> str:
        actions.accept(self.suggestion, **self.by(form))
        return _("Done as suggested.")


class Dismissal(_Deciding):
    title = gettext_lazy("Dismiss the suggestion")
    button = gettext_lazy("Dismiss")
    icon = "x"

    def act(self, form: VerbForm) -> str:
        actions.dismiss(self.suggestion, actor=self.person, now=self.now)
        return _("The suggestion is gone.")
