"""What every action on settings needs: who may, clean names, what still uses a row, and a line in the log."""

from __future__ import annotations

import logging
from collections.abc import Container
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.lib.text import clean, one_line
from guichet.people.models import Organisation, Person

_LOG = logging.getLogger("guichet.settings")


def need_manager(actor: Person, desk: Organisation) -> None:
    """Settings belong to a desk, and to those who manage it."""
    if desk.served_by_id is not None:
        raise Refused(_("This organisation is served by another desk: it is set up there."), code="not_a_desk")
    if desk.pk not in actor.grants.manages_in:
        raise Forbidden(_("Only a manager of this desk may change its settings."), code="not_manager")


def need_own(row: Any, desk: Organisation) -> None:
    """`row` belongs to this desk."""
    if row.organisation_id != desk.pk:
        raise Refused(_("This belongs to another desk."), code="foreign")


def need_served(organisation: Organisation, desk: Organisation) -> None:
    """`organisation` is the desk's own or a client of it."""
    if desk.pk not in (organisation.pk, organisation.served_by_id):
        raise Refused(_("This desk does not serve that organisation."), code="foreign", field="organisation")


def name_of(text: str, *, field: str, limit: int = 120) -> str:
    """`text` on one line; refused when empty or too long."""
    text = one_line(text)
    if not text:
        raise Refused(_("Give it a name."), code="required", field=field)
    return within(text, field=field, limit=limit)


def line_of(text: str, *, field: str, limit: int = 120) -> str:
    return within(one_line(text), field=field, limit=limit)


def body_of(text: str, *, field: str, limit: int = 4000) -> str:
    return within(clean(text).strip(), field=field, limit=limit)


def one_of(value: str, among: Container[str], *, field: str) -> str:
    if value not in among:
        raise Refused(_("Choose one of the answers offered."), code="unknown_choice", field=field)
    return value


def within(text: str, *, field: str, limit: int) -> str:
    if len(text) > limit:
        raise Refused(
            _("This text has %(length)d characters; %(limit)d at most.") % {"length": len(text), "limit": limit},
            code="too_long",
            field=field,
        )
    return text


def need_free(rows: models.QuerySet[Any], *, field: str, message: Any) -> None:
    """No other row has this name."""
    if rows.exists():
        raise Refused(message, code="taken", field=field)


def users_of(row: models.Model) -> dict[str, int]:
    """How many rows of each model point at `row`, hidden relations included: model name → number, none left out.

    Asked of the registry, so that people need not know who stands on them.
    """
    found: dict[str, int] = {}
    for relation in row._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel | models.ManyToManyRel):
            continue
        model = relation.related_model
        if isinstance(relation, models.ManyToManyRel) or model._meta.auto_created:
            continue
        number = model._default_manager.filter(**{relation.field.name: row}).count()
        if number:
            found[model._meta.model_name or ""] = found.get(model._meta.model_name or "", 0) + number
    return found


def need_unused(row: models.Model, *, by: dict[str, Any]) -> None:
    """Refuse to remove `row` while anything points at it; `by` holds the sentence (with `%(count)d`) for a model."""
    used = users_of(row)
    for model, message in by.items():
        if model in used:
            raise Conflict(message % {"count": used[model]}, code="in_use")
    others = {model: number for model, number in used.items() if model not in by}
    if others:
        raise Conflict(_("The history of past tickets names it, so it has to stay."), code="in_use")


def noted(verb: str, *, subject: models.Model, actor: Person, now: datetime) -> None:
    """One line in the log for each change of settings; numbers only, no names."""
    _LOG.info("%s %s/%s by person/%s at %s", verb, subject._meta.model_name, subject.pk, actor.pk, now.isoformat())
