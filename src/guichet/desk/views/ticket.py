"""The ticket page: what is true of it, what was said and done, what one can do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from guichet.desk import wording
from guichet.desk.dossier import Dossier, dossier
from guichet.desk.insertion import with_article
from guichet.desk.views.base import TicketView
from guichet.lib.parsing import whole_number
from guichet.notifications.tell import mark_read
from guichet.people.models import Person
from guichet.tickets import lifecycle, presence
from guichet.tickets.models import Macro, MessageKind
from guichet.tickets.timeline import Entry


class TicketPage(TicketView):
    """GET shows it; `?part` only what changes while it is open, `?beside` what stands beside a list."""

    @property
    def draft_key(self) -> str:
        return f"desk-{self.ticket.reference}"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if kwargs["reference"] != self.ticket.reference:
            return redirect(self.url)
        if "part" in request.GET:
            return self.fragment("desk/parts/ticket_live.html", self.context())
        if "beside" in request.GET:
            return self.fragment("desk/parts/ticket_beside.html", self.context())
        return self.show()

    def show(
        self,
        *,
        typed: Mapping[str, str] | None = None,
        error: str = "",
        meanwhile: list[Entry] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        context = self.context()
        typed = typed or self._prepared(context["dossier"])
        context |= {"typed": typed, "error": error, "meanwhile": meanwhile}
        context |= {"sent": "sent" in self.request.GET, "draft_key": self.draft_key}
        return self.page("desk/ticket.html", context, status=status)

    def context(self) -> dict[str, Any]:
        ticket = self.ticket
        known = wording.known(ticket)
        read = dossier(ticket, person=self.person, known=known, draft_key=self.draft_key, now=self.now)
        labels = wording.FACT_LABELS
        return {
            "ticket": ticket,
            "ticket_url": self.url,
            "dossier": read,
            "live_topics": f"work:{ticket.reference} person:{self.person.pk}",
            "may": lifecycle.verbs(ticket.state),
            "mine": ticket.assignee_id == self.person.pk,
            "facts": [(labels[key], known[key]) for key in _SHOWN if known.get(key, "").strip(" -")],
            "missing": [str(labels[key]) for key in read.known.missing],
            "severity_why": wording.severity_why(ticket, by=read.severity_by),
            "routing_why": wording.routing_why(read.decision),
            "risk_why": wording.risk_why(read.risk),
            "limit_reached": read.limit is not None and read.limit.over,
        }

    def _prepared(self, read: Dossier) -> dict[str, str]:
        """What the composer begins with: the draft, a canned text, or the questions that are still open."""
        query = self.request.GET
        chosen = whole_number(query.get("macro"))
        if chosen is not None:
            macro = Macro.objects.filter(pk=chosen, organisation=self.ticket.desk_id).first()
            if macro:
                body = wording.macro_text(macro, ticket=self.ticket, agent=self.person)
                return {"kind": macro.kind, "body": body}
        if "article" in query:
            # Chosen where no script puts it at the cursor: after what was typed already.
            typed = {"kind": str(read.draft.get("kind", "reply")), "body": str(read.draft.get("body", ""))}
            return {**typed, "body": with_article(typed["body"], query["article"], person=self.person)}
        if "ask" in query:
            body = wording.missing_text(self.ticket, missing=read.known.missing)
            return {"kind": MessageKind.REPLY.value, "body": body}
        return {"kind": str(read.draft.get("kind", "reply")), "body": str(read.draft.get("body", ""))}


# Impact and urgency stand with the severity; the description is the first message.
_SHOWN = ("error_message", "since", "steps", "place", "environment", "tried", "availability", "wished_priority")


class PresenceView(TicketView):
    """Who else has the ticket open. POST says that one has it open oneself, and reads the news about it."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self._others()

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        writing = request.POST.get("writing") == "1"
        presence.touch(ticket=self.ticket, person=self.person, writing=writing, now=self.now)
        mark_read(self.person, ticket=self.ticket, now=self.now)
        return self._others()

    def _others(self) -> HttpResponse:
        others = presence.others(ticket=self.ticket, person=self.person, now=self.now)
        sentences = [_says(other.person, writing=other.writing) for other in others]
        return self.fragment("desk/parts/presence.html", {"sentences": sentences})


def _says(who: Person, *, writing: bool) -> str:
    if writing:
        return _("%(name)s is writing a reply") % {"name": who.name}
    return _("%(name)s has this ticket open too") % {"name": who.name}


__all__ = ["Dossier", "PresenceView", "TicketPage"]
