"""Setting up the catalogue: services, the tree of categories, request types and their questions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from guichet.catalog.models import AnswerKind, Category, Kind, Question, RequestType, Service
from guichet.lib.errors import Refused
from guichet.lib.text import one_line
from guichet.people.managing import body_of, line_of, name_of, need_free, need_manager, need_own, noted
from guichet.people.models import Organisation, Person, Skill

CHOICES_MAX = 60
QUESTIONS_MAX = 40
DEPTH_MAX = 4
_ICON = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def save_service(
    *,
    service: Service | None,
    desk: Organisation,
    name_fr: str,
    name_en: str,
    active: bool,
    actor: Person,
    now: datetime,
) -> Service:
    need_manager(actor, desk)
    if service is not None:
        need_own(service, desk)
    service = service or Service(organisation=desk)
    service.name_fr = name_of(name_fr, field="name_fr")
    service.name_en = line_of(name_en, field="name_en")
    service.active = active
    need_free(
        Service.objects.filter(organisation=desk, name_fr=service.name_fr).exclude(pk=service.pk),
        field="name_fr",
        message=_("There is a service of that name already."),
    )
    service.save()
    noted("service saved", subject=service, actor=actor, now=now)
    return service


def save_category(
    *,
    category: Category | None,
    desk: Organisation,
    name_fr: str,
    name_en: str,
    parent: Category | None,
    service: Service | None,
    skill: Skill | None,
    icon: str,
    active: bool,
    actor: Person,
    now: datetime,
) -> Category:
    """A category of this desk, under `parent` or at the top. The tree stays a tree, four deep at most."""
    need_manager(actor, desk)
    for row in (category, service, skill):
        if row is not None:
            need_own(row, desk)
    category = category or Category(organisation=desk)
    category.name_fr = name_of(name_fr, field="name_fr")
    category.name_en = line_of(name_en, field="name_en")
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=desk.pk)
        _need_place(category, parent, desk)
        need_free(
            Category.objects.filter(organisation=desk, parent=parent, name_fr=category.name_fr).exclude(pk=category.pk),
            field="name_fr",
            message=_("There is a category of that name in this place already."),
        )
        category.parent = parent
        category.service = service
        category.skill = skill
        category.icon = _icon(icon) or "circle-question-mark"
        category.active = active
        category.save()
        noted("category saved", subject=category, actor=actor, now=now)
    return category


def save_request_type(
    *,
    request_type: RequestType | None,
    desk: Organisation,
    name_fr: str,
    name_en: str,
    help_fr: str,
    help_en: str,
    kind: str,
    category: Category | None,
    icon: str,
    position: int,
    active: bool,
    actor: Person,
    now: datetime,
) -> RequestType:
    """A thing one can ask for."""
    need_manager(actor, desk)
    if request_type is not None:
        need_own(request_type, desk)
    if category is not None and category.organisation_id not in {None, desk.pk}:
        raise Refused(_("This belongs to another desk."), code="foreign", field="category")
    if kind not in Kind.values:
        raise Refused(_("Choose one of the answers offered."), code="unknown_choice", field="kind")
    request_type = request_type or RequestType(organisation=desk)
    request_type.name_fr = name_of(name_fr, field="name_fr")
    request_type.name_en = line_of(name_en, field="name_en")
    need_free(
        RequestType.objects.filter(organisation=desk, name_fr=request_type.name_fr).exclude(pk=request_type.pk),
        field="name_fr",
        message=_("There is a request type of that name already."),
    )
    request_type.help_fr = body_of(help_fr, field="help_fr", limit=1000)
    request_type.help_en = body_of(help_en, field="help_en", limit=1000)
    request_type.kind = kind
    request_type.category = category
    request_type.icon = _icon(icon) or "package"
    request_type.position = max(0, min(position, 9999))
    request_type.active = active
    request_type.save()
    noted("request type saved", subject=request_type, actor=actor, now=now)
    return request_type


def save_question(
    *,
    question: Question | None,
    request_type: RequestType,
    label_fr: str,
    label_en: str,
    help_fr: str,
    help_en: str,
    kind: str,
    choices: Sequence[Mapping[str, str]],
    required: bool,
    shown_if: Mapping[str, str],
    actor: Person,
    now: datetime,
) -> Question:
    """A question of `request_type`; its key follows from its first wording and then stays: answers are kept under it.

    `choices` are {"value", "fr", "en"}; a value left empty follows from the French wording.
    `shown_if` names an earlier question and the answer that brings this one up; empty: always asked.
    """
    need_manager(actor, request_type.organisation)
    if kind not in AnswerKind.values:
        raise Refused(_("Choose one of the answers offered."), code="unknown_choice", field="kind")
    with transaction.atomic():
        RequestType.objects.select_for_update().get(pk=request_type.pk)
        siblings = [row for row in request_type.questions.all() if question is None or row.pk != question.pk]
        if question is None:
            if len(siblings) >= QUESTIONS_MAX:
                raise Refused(
                    _("%(limit)d questions are the most one can ask.") % {"limit": QUESTIONS_MAX}, code="too_many"
                )
            last = request_type.questions.aggregate(last=Max("position"))["last"]
            question = Question(request_type=request_type, position=0 if last is None else last + 1)
        question.label_fr = name_of(label_fr, field="label_fr", limit=200)
        question.label_en = line_of(label_en, field="label_en", limit=200)
        question.help_fr = line_of(help_fr, field="help_fr", limit=240)
        question.help_en = line_of(help_en, field="help_en", limit=240)
        question.kind = kind
        question.choices = _choices(choices) if kind == AnswerKind.CHOICE else []
        question.required = required
        question.key = question.key or _free_key(question.label_fr, {other.key for other in siblings})
        question.shown_if = _condition(question, shown_if, siblings)
        _need_followers(question, siblings)
        question.save()
        noted("question saved", subject=question, actor=actor, now=now)
    return question


def remove_question(*, question: Question, actor: Person, now: datetime) -> None:
    """Answers already given stay on their tickets."""
    need_manager(actor, question.request_type.organisation)
    with transaction.atomic():
        follower = next(
            (q for q in question.request_type.questions.all() if q.shown_if.get("key") == question.key), None
        )
        if follower is not None:
            raise Refused(
                _("“%(question)s” depends on this question. Change that one first.") % {"question": follower.label},
                code="in_use",
            )
        noted("question removed", subject=question, actor=actor, now=now)
        question.delete()


def move_question(*, question: Question, up: bool, actor: Person, now: datetime) -> None:
    """One place up or down. A question never comes before the one it depends on."""
    need_manager(actor, question.request_type.organisation)
    with transaction.atomic():
        RequestType.objects.select_for_update().get(pk=question.request_type_id)
        rows = list(question.request_type.questions.order_by("position", "pk"))
        at = next(i for i, row in enumerate(rows) if row.pk == question.pk)
        to = at - 1 if up else at + 1
        if not 0 <= to < len(rows):
            return
        rows[at], rows[to] = rows[to], rows[at]
        first, second = (rows[to], rows[at]) if to < at else (rows[at], rows[to])
        if first.shown_if.get("key") == second.key:
            raise Refused(
                _("“%(question)s” depends on “%(other)s” and has to come after it.")
                % {"question": first.label, "other": second.label},
                code="order",
            )
        for position, row in enumerate(rows):
            row.position = position
        Question.objects.bulk_update(rows, ["position"])
        noted("question moved", subject=question, actor=actor, now=now)


def condition_answers(question: Question) -> list[tuple[str, str]]:
    """The answers of `question` that others may depend on: (value, wording). [] where the kind has no fixed answers."""
    if question.kind == AnswerKind.YES_NO:
        return [("yes", str(_("Yes"))), ("no", str(_("No")))]
    if question.kind == AnswerKind.CHOICE:
        from guichet.lib.bilingual import pick

        return [(c["value"], pick(c.get("fr", ""), c.get("en", ""))) for c in question.choices]
    return []


def _choices(choices: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    made: list[dict[str, str]] = []
    for choice in choices:
        french = line_of(choice.get("fr", ""), field="choices", limit=120)
        english = line_of(choice.get("en", ""), field="choices", limit=120)
        if not french and not english:
            continue
        taken = {c["value"] for c in made}
        value = slugify(choice.get("value", ""))[:40] or _free_key(french or english, taken)
        if value in taken:
            raise Refused(
                _("Two of the choices are kept under the same word: %(value)s.") % {"value": value},
                code="repeated",
                field="choices",
            )
        made.append({"value": value, "fr": french or english, "en": english})
    if len(made) < 2:
        raise Refused(_("Give at least two choices, one a line."), code="too_few", field="choices")
    if len(made) > CHOICES_MAX:
        raise Refused(
            _("%(limit)d choices are the most that one can look through.") % {"limit": CHOICES_MAX},
            code="too_many",
            field="choices",
        )
    return made


def _condition(question: Question, shown_if: Mapping[str, Any], siblings: Sequence[Question]) -> dict[str, str]:
    if not shown_if:
        return {}
    other = next((q for q in siblings if q.key == shown_if.get("key") and q.position < question.position), None)
    if other is None or shown_if.get("value") not in {value for value, _text in condition_answers(other)}:
        raise Refused(
            _("Choose an answer of a question that comes before this one."), code="unknown_choice", field="shown_if"
        )
    return {"key": other.key, "value": str(shown_if["value"])}


def _need_followers(question: Question, siblings: Sequence[Question]) -> None:
    """Questions that wait for an answer of `question` must still find it."""
    answers = {value for value, _text in condition_answers(question)}
    for other in siblings:
        if other.shown_if.get("key") == question.key and other.shown_if.get("value") not in answers:
            raise Refused(
                _("“%(question)s” is asked after an answer that would disappear. Change that question first.")
                % {"question": other.label},
                code="in_use",
                field="choices",
            )


def _need_place(category: Category, parent: Category | None, desk: Organisation) -> None:
    """`parent` is of this desk, is not below `category`, and leaves the tree shallow enough."""
    if parent is None:
        return
    if parent.organisation_id not in {None, desk.pk}:
        raise Refused(_("This belongs to another desk."), code="foreign", field="parent")
    parents = dict(Category.objects.values_list("pk", "parent_id"))
    above = [parent.pk]
    while (upper := parents.get(above[-1])) is not None:
        above.append(upper)
    if category.pk in above:
        raise Refused(_("A category can’t stand below itself."), code="cycle", field="parent")
    if len(above) + _height(category.pk, parents) > DEPTH_MAX:
        raise Refused(
            _("The tree would be more than %(limit)d deep: nobody finds their way in that.") % {"limit": DEPTH_MAX},
            code="too_deep",
            field="parent",
        )


def _height(pk: int | None, parents: Mapping[int, int | None]) -> int:
    """Levels of the tree from `pk` down, itself included."""
    children = [child for child, parent in parents.items() if parent == pk] if pk else []
    return 1 + max((_height(child, parents) for child in children), default=0)


def _icon(name: str) -> str:
    name = one_line(name)[:40]
    if name and not _ICON.fullmatch(name):
        raise Refused(_("An icon’s name has small letters, digits and hyphens."), code="icon", field="icon")
    return name


def _free_key(label: str, taken: set[str]) -> str:
    base = slugify(label)[:34].strip("-") or "question"
    key, number = base, 2
    while key in taken:
        key, number = f"{base}-{number}", number + 1
    return key
