"""The bell: what happened that one should know of."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from guichet.desk import news
from guichet.desk.shell import DeskView
from guichet.lib.paging import page as keyset_page
from guichet.notifications import of_articles, of_problems, told_of_sessions, warning
from guichet.notifications.models import Notification
from guichet.notifications.tell import mark_read
from guichet.tickets.models import MajorIncident, Ticket
from guichet.training.models import Session

_SIZE = 50
# How many tickets a warning names in the list; all of them are a click away.
_NAMED = 5


class Alerts(DeskView):
    def get(self, request: HttpRequest) -> HttpResponse:
        about = ("ticket", "major", "problem", "article", "session", "event__actor")
        told = Notification.objects.filter(person=self.person).select_related(*about)
        found = keyset_page(
            told.defer("ticket__description", "ticket__facts", "ticket__answers"),
            order=("-at", "-id"),
            cursor=request.GET.get("cursor", ""),
            size=_SIZE,
        )
        more = f"{reverse('desk:alerts')}?cursor={found.next_cursor}" if found.next_cursor else ""
        told_of = {n.ticket_id for n in found.items if n.ticket_id}
        seen = set(Ticket.objects.at_desk_of(self.person).filter(pk__in=told_of).values_list("pk", flat=True))
        majors = {n.major_id for n in found.items if n.major_id}
        rooms: set[int] = set()
        if majors:
            theirs = MajorIncident.objects.at_desk_of(self.person).filter(pk__in=majors)
            rooms = set(theirs.values_list("pk", flat=True))
        warned = warning.in_danger(found.items, person=self.person)
        alerts = [
            {
                "news": n,
                "sentence": news.sentence(n),
                "warned": [warned[pk] for pk in n.warns if pk in warned][:_NAMED],
                "about": n.ticket or n.major or n.problem or n.article or n.session,
                "seen": n.ticket_id in seen
                or n.major_id in rooms
                or n.session is not None
                or ((at := n.problem or n.article) is not None and at.desk_id in self.person.grants.treats_in),
            }
            for n in found.items
        ]
        context = {"alerts": alerts, "more_url": more}
        if self.is_htmx and "cursor" in request.GET:
            return self.fragment("desk/parts/alert_rows.html", context)
        return self.page("desk/alerts.html", context)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """All of it as read."""
        mark_read(self.person, now=self.now)
        return redirect("desk:alerts")


class Alert(DeskView):
    """Opens the ticket that the news is about; all news of that ticket is then read."""

    def get(self, request: HttpRequest, alert: int) -> HttpResponseBase:
        mine = Notification.objects.select_related("ticket", "major", "problem", "article", "session")
        found = get_object_or_404(mine, pk=alert, person=self.person)
        if found.major is not None:
            mark_read(self.person, major=found.major, now=self.now)
            if MajorIncident.objects.at_desk_of(self.person).filter(pk=found.major.pk).exists():
                return redirect("desk:major", major=found.major.reference)
            return redirect("portal:outage", reference=found.major.reference)
        if found.event_id is None:
            return self._warning(found)
        if found.ticket is None:
            return self._known(found)
        mark_read(self.person, ticket=found.ticket, now=self.now)
        if Ticket.objects.at_desk_of(self.person).filter(pk=found.ticket.pk).exists():
            return redirect("desk:ticket", reference=found.ticket.reference)
        return self.page("desk/gone.html", {"said": _("This ticket is no longer with one of your teams.")}, status=404)

    def _known(self, found: Notification) -> HttpResponseBase:
        """To the problem, the article or the training session."""
        if found.problem is not None:
            of_problems.mark_read(self.person, problem=found.problem, now=self.now)
            return redirect("desk:problem", problem=found.problem.reference)
        if found.article is not None:
            of_articles.mark_read(self.person, article=found.article, now=self.now)
            return redirect("desk:article", article=found.article.reference)
        assert found.session is not None  # the database holds that news is about something
        told_of_sessions.mark_read(self.person, session=found.session, now=self.now)
        # Whoever takes part has the page of those who take part, whatever desk they treat at.
        if Session.objects.seen_outside_by(self.person).filter(pk=found.session.pk).exists():
            return redirect("portal:session", number=found.session.pk)
        return redirect("portal:sessions")

    def _warning(self, found: Notification) -> HttpResponseBase:
        """To the ticket in danger, or to the list of them."""
        if found.read_at is None:
            found.read_at = self.now
            found.save(update_fields=["read_at"])
        tickets = list(warning.in_danger([found], person=self.person).values())
        if len(tickets) == 1:
            return redirect("desk:ticket", reference=tickets[0].reference)
        return redirect(f"{reverse('desk:tickets')}?view=at-risk")
