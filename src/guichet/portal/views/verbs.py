"""What a requester does to a ticket: one view for each verb. A refusal shows the page again, with what was typed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guichet.activity.models import Event
from guichet.lib.errors import Refused
from guichet.lib.parsing import whole_number
from guichet.lib.text import one_line
from guichet.people.middleware import PersonRequest
from guichet.people.models import Person
from guichet.portal.forms import RateForm
from guichet.portal.frame import signed_in
from guichet.portal.views.tickets import Wrong, draft_key, find, show
from guichet.tickets import actions, drafts
from guichet.tickets.actions.change import lock
from guichet.tickets.models import Ticket
from guichet.ui.toasts import toast

_FORM_KEY = re.compile(r"[0-9a-f]{16}")
Do = Callable[[Ticket, Person, datetime, str], object]


def _act(
    request: PersonRequest, reference: str, do: Do, *, form: str, done: str, typed: str = "", anchor: str = ""
) -> HttpResponse:
    """Do it once for a form however often it was posted, then go back to the ticket.

    `form` names the form that is shown again when the action refuses; `typed` is the text that was in it.
    """
    person, now = request.person, timezone.now()
    ticket = find(person, reference)
    source = _source(request, form)
    try:
        with transaction.atomic():
            lock(ticket)
            if not (
                source and Event.objects.filter(subject_type="ticket", subject_id=ticket.pk, source=source).exists()
            ):
                do(ticket, person, now, source)
    except Refused as refused:
        wrong = Wrong(form=form, message=str(refused.message), typed={form: typed})
        # Read again: what refused it may be that somebody changed the ticket meanwhile.
        return show(request, find(person, reference), status=refused.status, wrong=wrong)
    toast(request, done)
    return redirect(f"{reverse('portal:ticket', args=[ticket.reference])}?said={form}{'#' + anchor if anchor else ''}")


def _source(request: PersonRequest, form: str) -> str:
    """The same for the same content of the same rendered form, so that a second post is recognised; "" without key."""
    key = request.POST.get("form_key", "")
    if not _FORM_KEY.fullmatch(key):
        return ""
    content = [
        form,
        *(f"{name}={request.POST[name]}" for name in sorted(request.POST) if name != "csrfmiddlewaretoken"),
    ]
    content += [f"{upload.name}:{upload.size}" for upload in request.FILES.getlist("files")]
    digest = hashlib.sha256("\x1f".join(content).encode("utf-8", "replace")).hexdigest()
    return f"portal:{key}:{digest[:16]}"


@signed_in
@require_POST
def reply(request: PersonRequest, reference: str) -> HttpResponse:
    body, uploads = request.POST.get("body", ""), request.FILES.getlist("files")

    def do(ticket: Ticket, person: Person, now: datetime, source: str) -> None:
        actions.reply(ticket, body=body, uploads=uploads, actor=person, now=now, source=source)
        drafts.discard(person=person, key=draft_key(ticket.reference))

    return _act(request, reference, do, form="reply", done=_("Sent."), typed=body, anchor="composer")


@signed_in
@require_POST
def attach(request: PersonRequest, reference: str) -> HttpResponse:
    uploads = request.FILES.getlist("files")

    def do(ticket: Ticket, person: Person, now: datetime, source: str) -> None:
        actions.attach(ticket, uploads=uploads, actor=person, now=now, source=source)

    return _act(request, reference, do, form="files", done=_("The files are with the ticket."))


@signed_in
@require_POST
def confirm(request: PersonRequest, reference: str) -> HttpResponse:
    def do(ticket: Ticket, person: Person, now: datetime, source: str) -> None:
        actions.confirm(ticket, actor=person, now=now, source=source)

    return _act(
        request, reference, do, form="confirm", done=_("Thank you. We are glad that it works."), anchor="rating"
    )


@signed_in
@require_POST
def refuse(request: PersonRequest, reference: str) -> HttpResponse:
    body = request.POST.get("body", "")

    def do(ticket: Ticket, person: Person, now: datetime, source: str) -> None:
        actions.refuse(ticket, body=body, actor=person, now=now, source=source)

    return _act(request, reference, do, form="refuse", done=_("Thank you for telling us. Work goes on."), typed=body)


@signed_in
@require_POST
def reopen(request: PersonRequest, reference: str) -> HttpResponse:
    body = request.POST.get("body", "")

    def do(ticket: Ticket, person: Person, now: datetime, source: str) -> None:
        actions.reopen(ticket, body=body, actor=person, now=now, source=source)

    return _act(request, reference, do, form="reopen", done=_("The ticket is open again."), typed=body)


@signed_in
@require_POST
def cancel(request: PersonRequest, reference: str) -> HttpResponse:
    body = request.POST.get("body", "")

    def do(ticket: Ticket, person: Person, now: datetime, source: str) -> None:
        actions.cancel(ticket, reason=body, actor=person, now=now, source=source)

    return _act(request, reference, do, form="cancel", done=_("The ticket is cancelled."), typed=body)


@signed_in
@require_POST
def rate(request: PersonRequest, reference: str) -> HttpResponse:
    form = RateForm(request.POST)
    if not form.is_valid():
        return show(request, find(request.person, reference), status=422, rate_form=form)
    score = whole_number(form.cleaned_data["score"], 0) or 0

    def do(ticket: Ticket, person: Person, now: datetime, source: str) -> None:
        actions.rate(ticket, score=score, comment=form.cleaned_data["comment"], actor=person, now=now, source=source)

    return _act(request, reference, do, form="rate", done=_("Thank you for your answer."))


@signed_in
@require_POST
def watch(request: PersonRequest, reference: str) -> HttpResponse:
    """Let a colleague follow the ticket: by their address, so that nobody's list of colleagues is shown."""
    email = one_line(request.POST.get("email", ""))[:254]

    def do(ticket: Ticket, person: Person, now: datetime, source: str) -> None:
        organisations = {ticket.organisation_id, ticket.desk_id} & {person.organisation_id, ticket.organisation_id}
        colleague = (
            Person.objects.filter(email__iexact=email, organisation__in=organisations).first() if email else None
        )
        if colleague is None:
            raise Refused(
                _("We know nobody at this address in your organisation. Check how it is written."),
                code="unknown",
                field="email",
            )
        actions.watch(ticket, person=colleague, actor=person, now=now, source=source)

    return _act(request, reference, do, form="watch", done=_("This person now follows the ticket."), typed=email)


@signed_in
@require_POST
def unwatch(request: PersonRequest, reference: str) -> HttpResponse:
    ticket = find(request.person, reference)
    try:
        actions.unwatch(ticket, person=request.person, actor=request.person, now=timezone.now())
    except Refused as refused:
        return show(request, ticket, status=refused.status, wrong=Wrong(form="watch", message=str(refused.message)))
    toast(request, _("You no longer follow %(reference)s.") % {"reference": ticket.reference})
    return redirect("portal:tickets")


@signed_in
@require_POST
def autosave(request: PersonRequest, reference: str) -> HttpResponse:
    """The reply being typed."""
    ticket = find(request.person, reference)
    body = request.POST.get("body", "")
    try:
        if body.strip():
            drafts.save(person=request.person, key=draft_key(ticket.reference), body={"body": body}, now=timezone.now())
        else:
            drafts.discard(person=request.person, key=draft_key(ticket.reference))
    except (Refused, ValidationError):
        return HttpResponse(status=422)
    return HttpResponse(status=204)
