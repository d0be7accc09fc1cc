"""The way out for followers who can't sign in: the link of a mail, and a button. Looking alone changes nothing."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guichet.notifications import following
from guichet.tickets import actions


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, token: str) -> HttpResponse:
    """Says no more of the ticket than its reference: a mail may be passed on, with its links."""
    named = following.named(token)
    if named is None:
        raise Http404
    ticket, person = named
    follows = following.follows(person, ticket=ticket)
    if request.method == "POST" and follows:
        actions.unwatch(ticket, person=person, actor=person, now=timezone.now())
        follows = False
    with translation.override(person.language):
        context = {"reference": ticket.reference, "desk": ticket.desk, "follows": follows}
        answer = render(request, "portal/following_end.html", context)
    # The address is the proof: it is told to nobody.
    answer["Referrer-Policy"] = "no-referrer"
    return answer
