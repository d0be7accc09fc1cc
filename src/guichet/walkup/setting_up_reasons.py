"""Setting up the pictured reasons of a venue: two levels, and what each gives the ticket."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from guichet.catalog.models import Category
from guichet.lib.errors import Conflict, Refused
from guichet.people.managing import line_of, name_of, need_manager, users_of
from guichet.people.models import Person, Skill
from guichet.walkup.models import Reason, Venue
from guichet.walkup.setting_up import changed, locked

# More pictures than this on one screen can't be taken in at a glance, nor touched.
SIBLINGS_MAX = 12
MINUTES_MAX = 240
_ICON = re.compile(r"[a-z0-9-]{1,40}")


def save_reason(
    *,
    venue: Venue,
    reason: Reason | None,
    parent: Reason | None,
    name_fr: str,
    name_en: str,
    icon: str,
    category: Category | None,
    skill: Skill | None,
    urgent: bool,
    minutes: int,
    active: bool,
    actor: Person,
    now: datetime,
) -> Reason:
    """A reason on the first screen (`parent` None) or behind one of them; `reason` None makes one, at the end."""
    need_manager(actor, venue.organisation.desk)
    _need_offered(venue, icon=icon, category=category, skill=skill, minutes=minutes)
    with transaction.atomic():
        locked(venue)
        _need_place(venue, reason, parent)
        row = reason or Reason(venue=venue)
        if reason is None or row.parent_id != (parent.pk if parent else None):
            siblings = _siblings(venue, parent).exclude(pk=row.pk)
            if len(siblings) >= SIBLINGS_MAX:
                raise Refused(_("Twelve pictures at most fit on one screen."), code="too_many", field="parent")
            row.position = max((sibling.position for sibling in siblings), default=0) + 1
        row.parent, row.icon, row.category, row.skill = parent, icon, category, skill
        row.name_fr, row.name_en = name_of(name_fr, field="name_fr"), line_of(name_en, field="name_en")
        row.urgent, row.minutes, row.active = urgent, minutes, active
        row.save()
        changed("reason saved", venue, actor=actor, now=now)
    return row


def move_reason(*, reason: Reason, to: str, actor: Person, now: datetime) -> None:
    """One place "up" or "down" among those on the same screen."""
    venue = reason.venue
    need_manager(actor, venue.organisation.desk)
    with transaction.atomic():
        locked(venue)
        rows = list(_siblings(venue, reason.parent))
        here = rows.index(reason)
        there = here + (-1 if to == "up" else 1)
        if 0 <= there < len(rows):
            rows[here], rows[there] = rows[there], rows[here]
        for position, row in enumerate(rows, start=1):
            row.position = position
        Reason.objects.bulk_update(rows, ["position"])
        changed("reason moved", venue, actor=actor, now=now)


def remove_reason(*, reason: Reason, actor: Person, now: datetime) -> None:
    """Only a reason for which nobody ever came can go; another is taken off the screen."""
    venue = reason.venue
    need_manager(actor, venue.organisation.desk)
    with transaction.atomic():
        locked(venue)
        if reason.children.exists():
            raise Conflict(_("There are reasons behind it: remove those first."), code="has_children")
        if users_of(reason):
            raise Conflict(_("People came for this, so it has to stay. Take it out of use instead."), code="in_use")
        reason.delete()
        changed("reason removed", venue, actor=actor, now=now)


def _siblings(venue: Venue, parent: Reason | None) -> QuerySet[Reason]:
    return Reason.objects.filter(venue=venue, parent=parent).order_by("position", "pk")


def _need_offered(venue: Venue, *, icon: str, category: Category | None, skill: Skill | None, minutes: int) -> None:
    desk = venue.organisation.desk
    if not _ICON.fullmatch(icon):
        raise Refused(_("Choose one of the pictures offered."), code="unknown_icon", field="icon")
    if category is not None and category.organisation_id not in {None, desk.pk}:
        raise Refused(_("This isn’t in your catalogue."), code="foreign", field="category")
    if skill is not None and skill.organisation_id != desk.pk:
        raise Refused(_("This skill belongs to another desk."), code="foreign", field="skill")
    if not 1 <= minutes <= MINUTES_MAX:
        raise Refused(
            _("From %(least)d to %(most)d minutes.") % {"least": 1, "most": MINUTES_MAX},
            code="out_of_range",
            field="minutes",
        )


def _need_place(venue: Venue, reason: Reason | None, parent: Reason | None) -> None:
    """Two levels: behind a reason of this venue's first screen, and never behind oneself."""
    if parent is None:
        return
    if parent.venue_id != venue.pk:
        raise Refused(_("This reason belongs to another venue."), code="foreign", field="parent")
    if parent.parent_id is not None or (reason is not None and parent.pk == reason.pk):
        raise Refused(_("Choose a reason of the first screen."), code="too_deep", field="parent")
    if reason is not None and reason.pk and reason.children.exists():
        raise Refused(
            _("There are reasons behind this one, so it has to stay on the first screen."),
            code="has_children",
            field="parent",
        )


@dataclass(frozen=True)
class Branch:
    """One picture of the first screen, and those behind it."""

    reason: Reason
    leaves: list[Reason]


def branches(venue: Venue, *, every: bool = False) -> list[Branch]:
    """The reasons as the screens show them, those out of use left out unless `every`.

    A first picture whose leaves are all out of use leads nowhere, so it isn't shown either.
    """
    rows = list(Reason.objects.filter(venue=venue).select_related("category", "skill").order_by("position", "pk"))
    with_leaves = {row.parent_id for row in rows if row.parent_id}
    found = []
    for row in rows:
        if row.parent_id is None and (every or row.active):
            leaves = [leaf for leaf in rows if leaf.parent_id == row.pk and (every or leaf.active)]
            if every or leaves or row.pk not in with_leaves:
                found.append(Branch(row, leaves))
    return found


def offered(venue: Venue) -> list[Reason]:
    """What one can come for: the pictures behind which there is nothing more."""
    return [leaf for branch in branches(venue) for leaf in (branch.leaves or [branch.reason])]
