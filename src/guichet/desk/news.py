"""What the bell says of an event, in a few words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guichet.notifications.models import Notification

_SAYS: Mapping[str, Promise] = {
    "ticket.opened": gettext_lazy("%(actor)s opened a ticket for your team"),
    "ticket.replied": gettext_lazy("%(actor)s replied"),
    "ticket.noted": gettext_lazy("%(actor)s wrote an internal note"),
    "ticket.attached": gettext_lazy("%(actor)s added files"),
    "ticket.assigned": gettext_lazy("%(actor)s gave you this ticket"),
    "ticket.handed_over": gettext_lazy("%(actor)s handed a ticket over to your team"),
    "ticket.escalated": gettext_lazy("%(actor)s tells management"),
    "ticket.held": gettext_lazy("%(actor)s put the ticket on hold"),
    "ticket.woken": gettext_lazy("The hold is over: the ticket is to be taken up again"),
    "ticket.promised": gettext_lazy("%(actor)s promised the next step"),
    "ticket.resolved": gettext_lazy("%(actor)s resolved the ticket"),
    "ticket.fixed": gettext_lazy("The problem’s cause is removed; the requester is asked to confirm"),
    "problem.assigned": gettext_lazy("%(actor)s asks you to see to this problem"),
    "problem.workaround_expired": gettext_lazy("A workaround’s time is over: does it still hold?"),
    "article.review_set": gettext_lazy("%(actor)s asks you to see to it that this article stays true"),
    "article.review_due": gettext_lazy("An article of yours is to be looked at again: is it still right?"),
    "session.registered": gettext_lazy("%(actor)s registered you for a training session"),
    "session.withdrawn": gettext_lazy("A place in a training session is free, and it is yours"),
    "session.described": gettext_lazy("A place in a training session is free, and it is yours"),
    "session.moved": gettext_lazy("A training session has a new time or place"),
    "session.cancelled": gettext_lazy("A training session does not take place"),
    "ticket.refused": gettext_lazy("%(actor)s says that it doesn’t work"),
    "ticket.reopened": gettext_lazy("%(actor)s reopened the ticket"),
    "ticket.cancelled": gettext_lazy("%(actor)s cancelled the ticket"),
    "ticket.closed": gettext_lazy("The ticket is closed"),
    "ticket.rated": gettext_lazy("%(actor)s said how satisfied they are"),
    "major.declared": gettext_lazy("%(actor)s declared a major incident"),
    "major.led": gettext_lazy("%(actor)s handed you the lead of a major incident"),
    "major.news": gettext_lazy("%(actor)s gave news of a major incident"),
    "major.news_late": gettext_lazy("The news of a major incident is late"),
    "major.restored": gettext_lazy("A major incident is over: the service is back"),
    "major.resumed": gettext_lazy("A major incident broke out again"),
    "major.still_broken": gettext_lazy("%(actor)s says that it is still broken for them"),
    "appointment.booked": gettext_lazy("%(actor)s made an appointment"),
    "appointment.moved": gettext_lazy("%(actor)s moved the appointment"),
    "appointment.cancelled": gettext_lazy("%(actor)s cancelled the appointment"),
    "appointment.no_show": gettext_lazy("Nobody came to the appointment"),
    "ticket.undelivered": gettext_lazy("A mail did not reach the person it was for"),
}


def sentence(news: Notification) -> str:
    event = news.event
    if event is None:
        count = len(news.warns)
        return ngettext(
            "%(count)d promise is in danger, and there is still time",
            "%(count)d promises are in danger, and there is still time",
            count,
        ) % {"count": count}
    says = _SAYS.get(event.verb, gettext_lazy("Something happened on the ticket"))
    return str(says) % {"actor": event.actor.name if event.actor else _("Guichet")}
