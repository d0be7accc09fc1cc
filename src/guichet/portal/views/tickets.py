"""Following: the list of one's tickets, one ticket, its receipt, its files."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guichet.catalog.models import Question
from guichet.channels.folding import description_html
from guichet.lib import references
from guichet.lib.errors import Refused
from guichet.lib.paging import page as page_of
from guichet.notifications.models import Notification
from guichet.notifications.tell import mark_read
from guichet.people.middleware import PersonRequest
from guichet.people.models import Person
from guichet.portal import words
from guichet.portal.appointments import Shown
from guichet.portal.forms import FilesForm, RateForm, answer_text
from guichet.portal.frame import page, signed_in
from guichet.portal.shown import Row
from guichet.portal.spelling import spell
from guichet.tickets import causes, files, intake, lifecycle
from guichet.tickets.explaining import told_to_requester
from guichet.tickets.models import Attachment, Draft, Satisfaction, Ticket, Watcher
from guichet.tickets.promises import policy_of
from guichet.tickets.timeline import timeline
from guichet.walkup.booked import venues_for
from guichet.walkup.models import Appointment

_PAGE = 20
_ORDER = ("-opened_at", "-id")


@dataclass
class Wrong:
    """What was refused: at which form, why, and what had been typed."""

    form: str
    message: str
    typed: dict[str, str] = field(default_factory=dict)


@signed_in
@require_safe
def listing(request: PersonRequest) -> HttpResponse:
    """Open or ended; one's own, or the organisation's for its contact."""
    person = request.person
    ended = request.GET.get("show") == "ended"
    is_contact = bool(person.grants.contact_in)
    everyone = is_contact and request.GET.get("whose") == "all"
    tickets = Ticket.objects.own_of(person)
    if is_contact and not everyone:
        tickets = tickets.filter(requester=person)
    states = lifecycle.ENDED if ended else lifecycle.LIVE
    try:
        found = page_of(
            tickets.filter(state__in=states).for_list(), order=_ORDER, cursor=request.GET.get("cursor", ""), size=_PAGE
        )
    except Refused:
        # A link from before, or a made-up one: the first page is what is left of it.
        return redirect("portal:tickets")
    query = "&".join(part for part in ("show=ended" if ended else "", "whose=all" if everyone else "") if part)
    context = {
        "rows": [Row(ticket, person=person) for ticket in found.items],
        "tabs": _tabs(ended=ended, everyone=everyone),
        "is_contact": is_contact,
        "everyone": everyone,
        "ended": ended,
        "next_url": f"?{query}&cursor={found.next_cursor}".replace("?&", "?") if found.next_cursor else "",
    }
    return page(request, "portal/tickets.html", context)


@signed_in
@require_safe
def detail(request: PersonRequest, reference: str) -> HttpResponse:
    return show(request, find(request.person, reference))


@signed_in
@require_safe
def receipt(request: PersonRequest, reference: str) -> HttpResponse:
    """Just sent: the reference to read aloud, the severity and why, the promise, how to reach us faster."""
    ticket = find(request.person, reference)
    policy = policy_of(ticket.desk, ticket.severity)
    context = {
        "row": Row(ticket, person=request.person),
        "ticket": ticket,
        "spelt": spell(ticket.reference, language=get_language() or "fr"),
        "severity_name": words.severity_name(ticket.severity),
        "because": words.severity_reason(ticket),
        "policy_text": policy.text,
        "call_too": policy.telephone_too or "phone" in intake.channels_for(ticket.severity),
        "score": _completeness(ticket),
        "promised": told_to_requester(ticket, now=timezone.now()),
    }
    return page(request, "portal/receipt.html", context)


@signed_in
@require_safe
def download(request: PersonRequest, key: Any) -> HttpResponseBase:
    try:
        attachment = files.find(person=request.person, key=str(key))
        return files.response(attachment, inline="inline" in request.GET)
    except (Attachment.DoesNotExist, FileNotFoundError) as error:
        raise Http404 from error


def find(person: Person, reference: str) -> Ticket:
    """The ticket that the person follows, however its reference was typed; else 404, whether it exists or not."""
    canonical = references.parse(reference)
    if canonical is None:
        raise Http404
    watchers = Watcher.objects.filter(ticket=OuterRef("pk")).order_by("person__name")
    draft = Draft.objects.filter(person=person, key=draft_key(canonical))
    news = Notification.objects.filter(person=person, ticket=OuterRef("pk"), read_at__isnull=True)
    ticket: Ticket | None = (
        Ticket.objects.own_of(person)
        .select_related("organisation", "desk", "team", "requester", "assignee", "promise_owner", "satisfaction")
        .prefetch_related("reporter", "severity_by", "category", "request_type", "site")
        .annotate(
            watcher_names=ArraySubquery(watchers.values("person__name")),
            is_watched=Exists(watchers.filter(person=person)),
            draft_body=Subquery(draft.values("body")[:1]),
            has_news=Exists(news),
            workaround=Subquery(_workaround(now=timezone.now())),
        )
        .filter(reference=canonical)
        .first()
    )
    if ticket is None:
        raise Http404
    return ticket


def _workaround(*, now: datetime) -> Any:
    """What one can do meanwhile, where the cause is known to be looked for: its public text and until when it holds."""
    offered = causes.public_workarounds(now=now).filter(problem__links__ticket=OuterRef("pk"))
    return offered.values(shown=JSONObject(text="public_text", until="expires_at"))[:1]


def _meanwhile(ticket: Any) -> dict[str, Any] | None:
    if ticket.workaround is None or ticket.state == lifecycle.CANCELLED:
        return None
    return {"text": ticket.workaround["text"], "until": parse_datetime(ticket.workaround["until"])}


def draft_key(reference: str) -> str:
    return f"reply:{reference}"


def show(
    request: PersonRequest, ticket: Any, *, status: int = 200, wrong: Wrong | None = None, rate_form: Any = None
) -> HttpResponse:
    """The ticket's page; with `wrong`, the refused form open, its message at its field, what was typed in it."""
    person = request.person
    if ticket.has_news:
        mark_read(person, ticket=ticket, now=timezone.now())
    row = Row(ticket, person=person)
    files = list(Attachment.objects.filter(ticket=ticket, internal=False))
    entries = timeline(ticket, for_desk=False, loaded={Attachment: files})
    rating = getattr(ticket, "satisfaction", None) if _rated(ticket) else None
    typed = {"reply": (ticket.draft_body or {}).get("body", "")}
    if wrong:
        # A form that the ticket's state no longer shows hands its text to the one that is always there.
        gone = wrong.form in {"refuse", "reopen", "cancel"} and not row.may(wrong.form)
        typed.update({"reply": wrong.typed.get(wrong.form, "")} if gone else wrong.typed)
    context = {
        "row": row,
        "ticket": ticket,
        "entries": [entry for entry in entries if entry.verb != "ticket.opened"],
        "description_html": description_html(ticket),
        "own_files": [linked(file) for file in files if file.message_id is None],
        "files_of": {entry.number: [linked(file) for file in entry.attachments] for entry in entries},
        "severity_name": words.severity_name(ticket.severity),
        "because": words.severity_reason(ticket),
        "facts": _facts(ticket),
        "rating": rating,
        "rate_form": rate_form or RateForm(),
        "asks_rating": rate_form is not None
        or (row.may("rate") and ticket.state == lifecycle.CLOSED and rating is None),
        "can_cancel": row.may("cancel"),
        "meanwhile": _meanwhile(ticket),
        "promised": told_to_requester(ticket, now=timezone.now()),
        **_coming_by(ticket, person=person, mine=row.is_mine),
        "wrong": wrong,
        "typed": typed,
        "files_form": FilesForm(),
        "form_key": secrets.token_hex(8),
        "live_topics": f"person:{person.pk} ticket:{ticket.reference}",
        "said": request.GET.get("said", "") if status == 200 else "",
    }
    return page(request, "portal/ticket.html", context, status=status)


def _coming_by(ticket: Ticket, *, person: Person, mine: bool) -> dict[str, Any]:
    """The appointment that the requester has for it; or whether they could make one."""
    if not (mine and ticket.is_live):
        return {"appointment": None, "can_book": False}
    found = Appointment.objects.own_of(person).to_come().filter(ticket=ticket).with_names().first()
    can_book = found is None and venues_for(person).exists()
    return {"appointment": Shown(found) if found else None, "can_book": can_book}


@dataclass(frozen=True)
class Linked:
    """A file as the list of files shows it."""

    name: str
    size: int
    url: str
    picture: str


def linked(file: Attachment) -> Linked:
    url = reverse("portal:file", args=[file.key])
    return Linked(name=file.name, size=file.size, url=url, picture=f"{url}?inline" if file.is_picture else "")


def _rated(ticket: Ticket) -> bool:
    try:
        return ticket.satisfaction is not None
    except Satisfaction.DoesNotExist:
        return False


def _facts(ticket: Ticket) -> list[tuple[str, str]]:
    """What was asked at the start and what was answered, in the order of asking."""
    pairs = []
    if ticket.answers and ticket.request_type_id:
        for question in Question.objects.filter(request_type=ticket.request_type_id):
            if question.key in ticket.answers:
                pairs.append((question.label, answer_text(question, ticket.answers[question.key])))
    for key, asked in words.ASKED.items():
        value = ticket.asset if key == "asset" else ticket.facts.get(key, "")
        if value:
            pairs.append((str(asked.question), str(asked.none) if value == "-" else value))
    return pairs


def _completeness(ticket: Ticket) -> int:
    known = {
        **ticket.facts,
        "description": ticket.description,
        "impact": ticket.impact,
        "urgency": ticket.urgency,
        "asset": ticket.asset,
    }
    return intake.completeness(kind=ticket.kind, known=known).score


def _tabs(*, ended: bool, everyone: bool) -> list[dict[str, Any]]:
    url, whose = reverse("portal:tickets"), "whose=all" if everyone else ""
    return [
        {
            "label": _("Open tickets"),
            "url": f"{url}?{whose}" if whose else url,
            "current": not ended,
            "icon": "circle-play",
        },
        {
            "label": _("Ended tickets"),
            "url": f"{url}?show=ended{'&' + whose if whose else ''}",
            "current": ended,
            "icon": "archive",
        },
    ]
