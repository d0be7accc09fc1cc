"""Setting up how tickets are judged and answered: severity matrix, response policies, macros."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Refused
from guichet.people.managing import body_of, line_of, name_of, need_free, need_manager, need_own, need_served, noted
from guichet.people.models import Organisation, Person
from guichet.sla.settings_actions import MINUTES_MAX, set_usual_times
from guichet.sla.usual import Figures
from guichet.tickets import severity as severities
from guichet.tickets.models import Impact, Macro, MessageKind, ResponsePolicy, Severity, SeverityMatrix, Urgency


@dataclass(frozen=True)
class Contradiction:
    """A cell that is graver than one of wider impact or greater urgency."""

    impact: str
    urgency: str
    than_impact: str
    than_urgency: str

    @property
    def sentence(self) -> str:
        cell = {"impact": Impact(self.impact).label, "urgency": Urgency(self.urgency).label}
        other = {"than_impact": Impact(self.than_impact).label, "than_urgency": Urgency(self.than_urgency).label}
        if self.impact != self.than_impact:
            text = _("“%(impact)s × %(urgency)s” is graver than “%(than_impact)s × %(than_urgency)s”: more people "
                     "touched can’t be less grave.")  # fmt: skip
        else:
            text = _("“%(impact)s × %(urgency)s” is graver than “%(than_impact)s × %(than_urgency)s”: more pressing "
                     "can’t be less grave.")  # fmt: skip
        return str(text % {**cell, **other})


def contradictions(cells: Mapping[str, Mapping[str, str]]) -> list[Contradiction]:
    """Which cell of a complete matrix contradicts which neighbour; [] when `severity.matrix_errors` finds none."""
    rank = severities.SEVERITIES.index
    found = []
    for r, impact in enumerate(severities.IMPACTS):
        for c, urgency in enumerate(severities.URGENCIES):
            here = rank(cells[impact][urgency])
            if r and here < rank(cells[severities.IMPACTS[r - 1]][urgency]):
                found.append(Contradiction(impact, urgency, severities.IMPACTS[r - 1], urgency))
            if c and here < rank(cells[impact][severities.URGENCIES[c - 1]]):
                found.append(Contradiction(impact, urgency, impact, severities.URGENCIES[c - 1]))
    return found


def set_matrix(
    *,
    organisation: Organisation,
    cells: Mapping[str, Mapping[str, str]],
    desk: Organisation,
    actor: Person,
    now: datetime,
) -> SeverityMatrix:
    """The severity matrix of the desk or of a client. Tickets already open keep the severity they were given."""
    need_manager(actor, desk)
    need_served(organisation, desk)
    if severities.matrix_errors(cells):
        complete = set(cells) == set(severities.IMPACTS) and all(
            set(cells[i]) == set(severities.URGENCIES) and set(cells[i].values()) <= set(severities.SEVERITIES)
            for i in severities.IMPACTS
        )
        message: Any = _("Choose a severity from S1 to S5 in every cell.")
        if complete:
            message = " ".join(c.sentence for c in contradictions(cells))
        raise Refused(message, code="matrix", field="cells")
    matrix, _made = SeverityMatrix.objects.update_or_create(
        organisation=organisation, defaults={"cells": {i: dict(cells[i]) for i in severities.IMPACTS}}
    )
    noted("matrix set", subject=matrix, actor=actor, now=now)
    return matrix


def reset_matrix(*, organisation: Organisation, desk: Organisation, actor: Person, now: datetime) -> None:
    """Back to the usual matrix; a client's, back to its desk's."""
    need_manager(actor, desk)
    need_served(organisation, desk)
    matrix = SeverityMatrix.objects.filter(organisation=organisation).first()
    if matrix is not None:
        noted("matrix reset", subject=matrix, actor=actor, now=now)
        matrix.delete()


@dataclass(frozen=True)
class Manner:
    """How one answers for a severity, as somebody entered it."""

    severity: str
    text_fr: str
    text_en: str
    telephone_too: bool
    tells_management: bool


@dataclass(frozen=True)
class PolicyText(Manner):
    """The same with the times of the usual policy."""

    first_answer_minutes: int
    next_news_minutes: int
    around_the_clock: bool


def set_manners(*, desk: Organisation, manners: Sequence[Manner], actor: Person, now: datetime) -> None:
    """All five at once; times stay. A field in a refusal is `S1-text_fr` and so on."""
    need_manager(actor, desk)
    if sorted(manner.severity for manner in manners) != list(Severity.values):
        raise Refused(_("Every severity has its response policy."), code="severities")
    with transaction.atomic():
        for manner in manners:
            key = manner.severity
            row, _made = ResponsePolicy.objects.update_or_create(
                organisation=desk,
                severity=key,
                defaults={
                    "text_fr": name_of(manner.text_fr, field=f"{key}-text_fr", limit=240),
                    "text_en": line_of(manner.text_en, field=f"{key}-text_en", limit=240),
                    "telephone_too": manner.telephone_too,
                    "tells_management": manner.tells_management,
                },
            )
            noted("policy set", subject=row, actor=actor, now=now)


def set_policies(*, desk: Organisation, policies: list[PolicyText], actor: Person, now: datetime) -> None:
    """All five at once, with the usual policy's times. A field in a refusal is `S1-text_fr` and so on."""
    with transaction.atomic():
        set_manners(desk=desk, manners=policies, actor=actor, now=now)
        for policy in policies:
            for field in ("first_answer_minutes", "next_news_minutes"):
                if not 1 <= getattr(policy, field) <= MINUTES_MAX:
                    told = _("Between one minute and 365 days.")
                    raise Refused(told, code="out_of_range", field=f"{policy.severity}-{field}")
        figures = [
            Figures(p.severity, p.first_answer_minutes, p.next_news_minutes, p.around_the_clock) for p in policies
        ]
        set_usual_times(desk=desk, figures=figures, actor=actor, now=now)


def save_macro(
    *,
    macro: Macro | None,
    desk: Organisation,
    name_fr: str,
    name_en: str,
    kind: str,
    body_fr: str,
    body_en: str,
    actor: Person,
    now: datetime,
) -> Macro:
    """A canned reply or note. Unknown words in braces are no error: they stay text."""
    need_manager(actor, desk)
    if macro is not None:
        need_own(macro, desk)
    if kind not in MessageKind.values:
        raise Refused(_("Choose one of the answers offered."), code="unknown_choice", field="kind")
    macro = macro or Macro(organisation=desk)
    macro.name_fr = name_of(name_fr, field="name_fr")
    macro.name_en = line_of(name_en, field="name_en")
    macro.kind = kind
    macro.body_fr = body_of(body_fr, field="body_fr", limit=10_000)
    macro.body_en = body_of(body_en, field="body_en", limit=10_000)
    if not macro.body_fr:
        raise Refused(_("Please write something here."), code="required", field="body_fr")
    need_free(
        Macro.objects.filter(organisation=desk, name_fr=macro.name_fr).exclude(pk=macro.pk),
        field="name_fr",
        message=_("There is a macro of that name already."),
    )
    macro.save()
    noted("macro saved", subject=macro, actor=actor, now=now)
    return macro


def remove_macro(*, macro: Macro, actor: Person, now: datetime) -> None:
    need_manager(actor, macro.organisation)
    noted("macro removed", subject=macro, actor=actor, now=now)
    macro.delete()
