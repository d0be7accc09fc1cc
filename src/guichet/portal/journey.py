"""A request that somebody is making: what is said so far, what to ask next. Kept as a draft, step by step."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import Http404

from guichet.catalog.models import Kind, Question, RequestType
from guichet.people.models import Person
from guichet.portal.words import ASKED
from guichet.tickets import drafts, intake
from guichet.tickets.models import Draft

PREFIX = "request:"
ESSENTIALS = ("description", "impact", "urgency")
# What the journey keeps besides the facts of `ASKED`.
PLAIN = ("kind", "description", "impact", "urgency", "coach", "category", "asset")
_SENT_KEPT_FOR = timedelta(days=1)


@dataclass
class Journey:
    """The state of one request being made; `sent` is its ticket's reference once there is one."""

    token: str
    kind: str = Kind.INCIDENT
    description: str = ""
    impact: str = ""
    urgency: str = ""
    coach: str = ""
    category: str = ""
    asset: str = ""
    request_type: int = 0
    facts: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    answered: bool = False
    # The run of a decision tree that it came out of: its key.
    run: str = ""
    # What they were shown while they said what is wrong: the key of its row.
    asking: str = ""
    sent: str = ""

    @classmethod
    def of(cls, token: str, body: Mapping[str, Any]) -> Journey:
        known = {name: value for name, value in body.items() if name in cls.__dataclass_fields__}
        return cls(**{**known, "token": token})

    def body(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "token"}

    def value(self, step: str) -> str:
        return str(getattr(self, step)) if step in PLAIN else self.facts.get(step, "")

    def put(self, step: str, value: str) -> None:
        if step in PLAIN:
            setattr(self, step, value)
        elif value:
            self.facts[step] = value
        else:
            self.facts.pop(step, None)
        if value and step in self.skipped:
            self.skipped.remove(step)

    def skip(self, step: str) -> None:
        if step not in self.skipped:
            self.skipped.append(step)

    @property
    def known(self) -> dict[str, str]:
        return {**self.facts, **{key: self.value(key) for key in (*ESSENTIALS, "asset")}}

    @property
    def completeness(self) -> intake.Completeness:
        return intake.completeness(kind=self.kind, known=self.known)

    @property
    def ready(self) -> bool:
        """Enough is said to send it."""
        return all(self.value(step).strip() for step in ESSENTIALS) and (self.answered or not self.request_type)

    def next_step(self) -> str:
        """The one thing to ask now. The essentials come first, so that a hurried person can send at once."""
        if not self.description.strip():
            return "description"
        if self.request_type and not self.answered:
            return "questions"
        if not self.impact:
            return "impact"
        if not self.urgency:
            return "urgency"
        if self.urgency == "stopped" and not self.coach:
            return "coach"
        essentials = frozenset((*ESSENTIALS, *self.skipped))
        missing = intake.next_question(kind=self.kind, known=self.known, skipped=essentials)
        return missing if missing in ASKED else "review"


def begin(
    *,
    person: Person,
    now: datetime,
    request_type: RequestType | None = None,
    description: str = "",
    tried: str = "",
    asking: str = "",
) -> Journey:
    """A new request; what the person's profile says is not asked again, nor what they did before they came."""
    Draft.objects.filter(
        person=person, key__startswith=PREFIX, body__sent__gt="", updated_at__lt=now - _SENT_KEPT_FOR
    ).delete()
    journey = Journey(token=secrets.token_hex(8), description=description, asking=asking)
    if person.site is not None:
        journey.facts["place"] = person.site.name
    if person.availability:
        journey.facts["availability"] = person.availability
    if tried:
        journey.facts["tried"] = tried
    if request_type is not None:
        journey.request_type, journey.kind = request_type.pk, request_type.kind
        journey.category = str(request_type.category_id or "")
        journey.answered = not request_type.questions.exists()
    save(journey, person=person, now=now)
    return journey


def load(token: str, *, person: Person) -> Journey:
    """The person's own request of that token, else 404."""
    body = drafts.load(person=person, key=PREFIX + token)
    if not body:
        raise Http404
    return Journey.of(token, body)


def save(journey: Journey, *, person: Person, now: datetime) -> None:
    """Keep the state, unless the request was sent meanwhile: a late autosave must not undo that."""
    with transaction.atomic():
        kept = Draft.objects.select_for_update().filter(person=person, key=PREFIX + journey.token).first()
        if kept is None or not kept.body.get("sent") or journey.sent:
            drafts.save(person=person, key=PREFIX + journey.token, body=journey.body(), now=now)


def lock(token: str, *, person: Person) -> Journey:
    """The same as `load`, with the draft's row locked: of two submissions the second waits and sees the first."""
    draft = Draft.objects.select_for_update().filter(person=person, key=PREFIX + token).first()
    if draft is None:
        raise Http404
    return Journey.of(token, draft.body)


def unfinished(*, person: Person) -> Journey | None:
    """The request that the person began last and has neither sent nor thrown away."""
    draft = (
        Draft.objects.filter(person=person, key__startswith=PREFIX, body__sent="")
        .order_by("-updated_at", "-id")
        .first()
    )
    if draft is None or not str(draft.body.get("description", "")).strip():
        return None
    return Journey.of(draft.key.removeprefix(PREFIX), draft.body)


def shown(questions: list[Question], answers: Mapping[str, str]) -> list[Question]:
    """Those of a request type's questions that the answers so far call for."""
    seen: dict[str, str] = {}
    called = []
    for question in questions:
        condition = question.shown_if or {}
        if not condition or seen.get(str(condition.get("key"))) == str(condition.get("value")):
            called.append(question)
            seen[question.key] = str(answers.get(question.key, ""))
    return called


def forget(token: str, *, person: Person) -> None:
    """Throw the request away; a token that is not theirs throws nothing away."""
    drafts.discard(person=person, key=PREFIX + token)
