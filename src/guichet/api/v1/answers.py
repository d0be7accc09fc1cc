"""Answers to a request type's own questions, checked one by one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from guichet.catalog.models import AnswerKind, Question, RequestType
from guichet.lib.errors import Refused

_LONGEST = 4000


def checked(request_type: RequestType | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers to the questions that are asked; refused where one is missing, unknown or of another kind."""
    questions = list(request_type.questions.all()) if request_type else []
    unknown = set(given) - {question.key for question in questions}
    if unknown:
        raise Refused(
            _("This request type asks no such question."), code="unknown_field", field=f"answers.{min(unknown)[:80]}"
        )
    kept: dict[str, Any] = {}
    for question in questions:
        condition = question.shown_if
        if condition and kept.get(str(condition.get("key"))) != condition.get("value"):
            continue
        value = given.get(question.key)
        if value is None or value == "":
            if question.required:
                raise Refused(_("Please answer this question."), code="required", field=f"answers.{question.key}")
            continue
        if not _fits(question, value):
            raise Refused(_("This answer can’t be used."), code="invalid", field=f"answers.{question.key}")
        kept[question.key] = value
    return kept


def _fits(question: Question, value: Any) -> bool:
    if question.kind == AnswerKind.YES_NO:
        return isinstance(value, bool) or value in {"yes", "no"}
    if question.kind == AnswerKind.NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**15
    if not isinstance(value, str) or len(value) > _LONGEST:
        return False
    if question.kind == AnswerKind.CHOICE:
        return value in {choice.get("value") for choice in question.choices}
    if question.kind == AnswerKind.DATE:
        try:
            date.fromisoformat(value)
        except ValueError:
            return False
    return True
