"""The last look before sending: severity and its reason, which channel suits, files; then the ticket is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from guichet.catalog.models import Category, Question
from guichet.lib.errors import Refused
from guichet.people.middleware import PersonRequest
from guichet.people.models import Organisation
from guichet.portal import journey as journeys
from guichet.portal import words
from guichet.portal.forms import ReviewForm, answer_text
from guichet.portal.frame import page, signed_in
from guichet.portal.journey import Journey
from guichet.portal.sending import asked_for, category_of, send
from guichet.portal.views.ask import progress, severity_of, url_of
from guichet.tickets import intake
from guichet.tickets.commitments import answer_due
from guichet.tickets.models import Impact, Urgency
from guichet.tickets.promises import policy_of


@dataclass(frozen=True)
class Said:
    """One line of the review: what was asked, what was said, where to change it."""

    label: str
    value: str
    url: str


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: PersonRequest, token: str) -> HttpResponse:
    """Show all that was said; a POST sends it, once however often it is posted."""
    journey = journeys.load(token, person=request.person)
    if journey.sent:
        return redirect("portal:receipt", reference=journey.sent)
    if not journey.ready:
        return redirect(url_of(journey, journey.next_step()))
    categories = categories_of(request.person.organisation)
    choices = grouped(categories)
    if request.method != "POST":
        form = ReviewForm(initial={"category": journey.category}, categories=choices)
        return _show(request, journey, form, categories)
    form = ReviewForm(request.POST, request.FILES, categories=choices)
    if not form.is_valid():
        return _show(request, journey, form, categories, status=422)
    chosen = _chosen(form, categories)
    try:
        reference = send(
            token, person=request.person, now=timezone.now(), category=chosen, uploads=form.cleaned_data["files"]
        )
    except Refused as refused:
        field = refused.field if refused.field in form.fields else None
        form.add_error(field, str(refused.message))
        return _show(request, journey, form, categories, status=refused.status)
    return redirect("portal:receipt", reference=reference)


def categories_of(organisation: Organisation) -> list[Category]:
    """The categories that the organisation's desk uses."""
    return list(
        Category.objects.filter(Q(organisation=None) | Q(organisation=organisation.desk), active=True).order_by(
            "name_fr"
        )
    )


def grouped(categories: list[Category]) -> list[tuple[str, Any]]:
    """Choices of a select: top categories as groups with what is under them, at any depth."""
    children: dict[int | None, list[Category]] = {}
    known = {category.pk for category in categories}
    for category in categories:
        parent = category.parent_id if category.parent_id in known else None
        children.setdefault(parent, []).append(category)

    def below(category: Category, prefix: str) -> list[tuple[str, str]]:
        own = [(str(category.pk), prefix + category.name)]
        for child in children.get(category.pk, []):
            own += below(child, prefix + "\u2003" if prefix or category.parent_id else prefix)
        return own

    choices: list[tuple[str, Any]] = []
    for top in children.get(None, []):
        if top.pk in children:
            choices.append((top.name, below(top, "")))
        else:
            choices.append((str(top.pk), top.name))
    return choices


def _chosen(form: forms.Form, categories: list[Category]) -> Category | None:
    """What stands in the form."""
    said = str(form["category"].value() or "")
    return next((category for category in categories if str(category.pk) == said), None)


def _show(
    request: PersonRequest, journey: Journey, form: forms.Form, categories: list[Category], *, status: int = 200
) -> HttpResponse:
    person = request.person
    category = category_of(_chosen(form, categories), asked_for(journey, person=person))
    severity = severity_of(journey, person)
    policy = policy_of(person.organisation.desk, severity)
    context = {
        "form": form,
        "journey": journey,
        "severity": severity,
        "severity_name": words.severity_name(severity),
        "because": words.because(impact=journey.impact, urgency=journey.urgency),
        "coached": journey.coach == "yes",
        "policy_text": policy.text,
        "answer_due": answer_due(
            person.organisation, severity=severity, kind=journey.kind, category=category, now=timezone.now()
        ),
        "call_too": policy.telephone_too or "phone" in intake.channels_for(severity),
        "said": _said(journey),
        "done_drafts": " ".join(f"ask-{journey.token}-{key}" for key in ("description", *words.ASKED)),
        **progress(journey),
    }
    return page(request, "portal/ask/review.html", context, status=status)


def _said(journey: Journey) -> list[Said]:
    def line(step: str, label: str, value: str) -> Said:
        return Said(label=label, value=value, url=f"{url_of(journey, step)}?back=review")

    impacts, urgencies = dict(words.IMPACTS), dict(words.URGENCIES)
    kinds = dict(words.KINDS)
    said = [line("description", _("What is happening"), journey.description)]
    if not journey.request_type:
        said.append(line("description", _("Kind of ticket"), str(kinds[journey.kind].label)))
    said += _answers(journey, line)
    said.append(line("impact", _("Who is affected"), str(impacts[Impact(journey.impact)].label)))
    said.append(line("urgency", _("Effect on the work"), str(urgencies[Urgency(journey.urgency)].label)))
    for key, asked in words.ASKED.items():
        value = journey.value(key)
        if value:
            said.append(line(key, str(asked.question), str(asked.none) if value == "-" else value))
    return said


def _answers(journey: Journey, line: Any) -> list[Said]:
    if not journey.answers:
        return []
    rows = Question.objects.filter(request_type=journey.request_type)
    return [
        line("questions", row.label, answer_text(row, journey.answers[row.key]))
        for row in rows
        if row.key in journey.answers
    ]
