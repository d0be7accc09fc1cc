"""Asking for help, one thing at a time. Plain forms; what is typed is kept on the server after each step."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from guichet.catalog.models import Kind, Question, RequestType
from guichet.lib.errors import Refused
from guichet.lib.parsing import whole_number
from guichet.people.middleware import PersonRequest
from guichet.people.models import Person
from guichet.portal import guides, outages, words
from guichet.portal import journey as journeys
from guichet.portal.articles import article_read, did_not_help
from guichet.portal.forms import ChoiceForm, DescriptionForm, FactForm, QuestionsForm
from guichet.portal.frame import page, signed_in
from guichet.portal.journey import Journey
from guichet.portal.sending import offered_to, send
from guichet.tickets import severity
from guichet.tickets.actions.opening import matrix_of

# Characters of the key of what was shown.
_KEY = 36
CHOICES: dict[str, Any] = {"impact": words.IMPACTS, "urgency": words.URGENCIES, "coach": words.OTHER_WORK}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: PersonRequest) -> HttpResponse:
    """The first thing said, with or without a request type. Only saying something begins a draft."""
    person = request.person
    chosen = _request_type(person, request.POST.get("type") or request.GET.get("type"))
    options: dict[str, Any] = {"with_kind": False, "question": _wanted(chosen)}
    read = article_read(request.POST.get("article") or request.GET.get("article") or "", person=person)
    if request.method != "POST":
        form = DescriptionForm(**options)
        known = [] if chosen else outages.shown_to(person)
        context: dict[str, Any] = {"form": form, "request_type": chosen, "outages": known, "read": read}
        context["guides"] = guides.about(person, chosen.category_id if chosen else None)
        return page(request, "portal/ask/start.html", context)
    form = DescriptionForm(request.POST, **options)
    if not form.is_valid():
        return page(request, "portal/ask/start.html", {"form": form, "request_type": chosen, "read": read}, status=422)
    journey = journeys.begin(
        person=person,
        now=timezone.now(),
        request_type=chosen,
        description=form.cleaned_data["description"],
        tried=did_not_help(read) if read else "",
        asking=request.POST.get("asking", "")[:_KEY],
    )
    # Without scripts nothing was shown while they wrote.
    return redirect(url_of(journey, "answers" if request.POST.get("plain") else journey.next_step()))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: PersonRequest, token: str, step: str) -> HttpResponse:
    """Show or take one answer."""
    journey = journeys.load(token, person=request.person)
    if journey.sent:
        return redirect("portal:receipt", reference=journey.sent)
    if step not in {"description", *CHOICES, *words.ASKED}:
        raise Http404
    if request.method != "POST":
        form = _form(journey, step, data=None)
        return _show(request, journey, step, form)
    go = request.POST.get("go", "next")
    typed = request.POST.get(step, "").strip()
    if step in words.ASKED and go in {"none", "skip"} and not typed:
        # Both leave the question; only the first is an answer.
        journey.put(step, "-" if go == "none" else "")
        journey.skip(step)
    elif step in words.ASKED and go in {"send", "review"} and not typed:
        pass
    else:
        form = _form(journey, step, data=request.POST)
        if not form.is_valid():
            return _show(request, journey, step, form, status=422)
        _take(journey, step, form.cleaned_data)
        journey.asking = request.POST.get("asking", "")[:_KEY] or journey.asking
    now = timezone.now()
    journeys.save(journey, person=request.person, now=now)
    if go == "send" and journey.ready:
        try:
            return redirect("portal:receipt", reference=send(token, person=request.person, now=now))
        except Refused:
            # The review says what is wrong, at its place.
            go = "review"
    return redirect(_after(request, journey, go))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: PersonRequest, token: str) -> HttpResponse:
    """The request type's own questions; an answer may call for more of them."""
    journey = journeys.load(token, person=request.person)
    if journey.sent:
        return redirect("portal:receipt", reference=journey.sent)
    rows = list(Question.objects.filter(request_type=journey.request_type))
    if not rows:
        raise Http404
    asked = journeys.shown(rows, journey.answers)
    if request.method != "POST":
        return _show(request, journey, "questions", QuestionsForm(initial=journey.answers, questions=asked))
    # What was shown may differ from what the answers call for now: both are looked at.
    given = {row.key: request.POST.get(row.key, "") for row in rows}
    called = journeys.shown(rows, given)
    form = QuestionsForm(request.POST, questions=called)
    valid = form.is_valid()
    fresh = [row.key for row in called if row not in asked and row.key not in request.POST]
    if fresh:
        # Not answered because not yet asked: no error, one more look.
        for key in fresh:
            form.errors.pop(key, None)
        valid = not form.errors
    if valid:
        journey.answers, journey.answered = form.as_answers(), not fresh
        journeys.save(journey, person=request.person, now=timezone.now())
        if not fresh:
            return redirect(_after(request, journey, request.POST.get("go", "next")))
        return redirect(url_of(journey, "questions"))
    return _show(request, journey, "questions", form, status=422)


@signed_in
@require_POST
def autosave(request: PersonRequest, token: str) -> HttpResponse:
    """What is being typed, before it is sent: kept, not judged."""
    journey = journeys.load(token, person=request.person)
    for key in ("description", "asset", *words.ASKED):
        value = request.POST.get(key)
        if value is not None:
            journey.put(key, value[:20_000])
    try:
        journeys.save(journey, person=request.person, now=timezone.now())
    except Refused as refused:
        return HttpResponse(status=refused.status)
    return HttpResponse(status=204)


@signed_in
@require_POST
def discard(request: PersonRequest, token: str) -> HttpResponse:
    journeys.forget(token, person=request.person)
    return redirect("portal:home")


def url_of(journey: Journey, step: str) -> str:
    if step in {"questions", "review", "answers"}:
        return reverse(f"portal:ask_{step}", args=[journey.token])
    return reverse("portal:ask_step", args=[journey.token, step])


def severity_of(journey: Journey, person: Person) -> str:
    """The severity that follows from what was said; "" while it can't be known."""
    if not journey.impact or not journey.urgency:
        return ""
    matrix = matrix_of(person.organisation)
    return severity.assess(impact=journey.impact, urgency=journey.urgency, matrix=matrix).severity


def progress(journey: Journey) -> dict[str, Any]:
    """How complete the request is, for the meter."""
    complete = journey.completeness
    missing = [str(words.SHORT[key]) for key in complete.missing if key in words.ASKED]
    return {"score": complete.score, "missing": missing[:3]}


def _same_problem(journey: Journey, person: Person) -> list[outages.Outage]:
    """Known incidents that it may be, the likeliest first; not where something is asked for."""
    if journey.kind != Kind.INCIDENT:
        return []
    return [found for found in outages.like(outages.shown_to(person), journey.description) if not found.mine]


def _request_type(person: Person, key: str | None) -> RequestType | None:
    number = whole_number(key)
    if number is None:
        return None
    offered = RequestType.objects.filter(organisation__in=offered_to(person.organisation), active=True)
    return offered.filter(pk=number).first()


def _wanted(request_type: RequestType | None) -> str:
    return _("What do you need, and for what?") if request_type else ""


def _form(journey: Journey, step: str, *, data: Any) -> forms.Form:
    initial = {step: journey.value(step), "kind": journey.kind}
    if step == "description":
        return DescriptionForm(data, initial=initial, with_kind=not journey.request_type)
    if step in CHOICES:
        label, help_text = _choice_words(step)
        return ChoiceForm(data, initial=initial, key=step, label=label, help_text=help_text, choices=CHOICES[step])
    return FactForm(data, initial={step: journey.value(step).removeprefix("-")}, key=step)


def _choice_words(step: str) -> tuple[str, str]:
    if step == "impact":
        return _("Who is affected?"), _("The more people are affected, the sooner we must act.")
    if step == "urgency":
        return _("How does it affect the work?"), ""
    return _("Can you get on with something else meanwhile?"), ""


def _take(journey: Journey, step: str, values: dict[str, Any]) -> None:
    if step == "coach":
        journey.coach = values["coach"]
        journey.urgency = severity.coached(urgency=journey.urgency, other_work_possible=values["coach"] == "yes")
        return
    if step == "urgency":
        journey.coach = ""
    journey.put(step, values[step])
    if values.get("kind"):
        journey.kind = values["kind"]


def _after(request: PersonRequest, journey: Journey, go: str) -> str:
    step = journey.next_step()
    # Whoever wants to send, or came to correct one thing, goes (back) to the review as soon as there can be one.
    if journey.ready and step != "coach" and (go in {"send", "review"} or request.GET.get("back") == "review"):
        step = "review"
    return url_of(journey, step)


def _show(request: PersonRequest, journey: Journey, step: str, form: forms.Form, *, status: int = 200) -> HttpResponse:
    asked = words.ASKED.get(step)
    choice = step in CHOICES
    context = {
        "form": form,
        "journey": journey,
        "step": step,
        "asked": asked,
        "can_skip": asked is not None,
        "can_send": journey.ready and step in words.ASKED,
        "is_choice": choice,
        "done_drafts": " ".join(f"ask-{journey.token}-{key}" for key in ("description", *words.ASKED) if key != step),
        "severity": severity_of(journey, request.person) if step in {"coach", *words.ASKED} else "",
        "outages": _same_problem(journey, request.person),
        # Whoever comes from one is not sent back to it.
        "guides": [] if journey.run else guides.about(request.person, journey.category),
        **progress(journey),
    }
    if step == "coach" and journey.impact:
        context["if_other_work"] = severity.assess(
            impact=journey.impact, urgency="blocked", matrix=matrix_of(request.person.organisation)
        ).severity
    return page(request, "portal/ask/step.html", context, status=status)
