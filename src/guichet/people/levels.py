"""Setting up the ladder of levels: start from a scheme, adapt its levels, drop one that nobody uses."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from guichet.lib.errors import Conflict, Refused
from guichet.people.managing import body_of, line_of, name_of, need_manager, need_unused, noted, users_of
from guichet.people.models import Level, LevelScheme, Organisation, Person, Team
from guichet.people.schemes import SCHEMES

MINUTES_MAX = 60 * 24 * 30


def start_scheme(*, organisation: Organisation, key: str, actor: Person, now: datetime) -> LevelScheme:
    """Give the desk the ladder `key`. One it had before goes, unless tickets stand on it; its teams keep their rank."""
    need_manager(actor, organisation)
    start = SCHEMES.get(key)
    if start is None:
        raise Refused(_("Choose one of the ladders offered."), code="unknown_choice", field="scheme")
    with transaction.atomic():
        desk = Organisation.objects.select_for_update().get(pk=organisation.pk)
        old = desk.scheme
        if old is not None and old.key == key:
            raise Refused(_("The desk already works with this ladder."), code="same", field="scheme")
        if old is not None:
            _need_no_tickets(old)
        # An unused ladder of the same key may be left from an earlier choice.
        scheme, made = LevelScheme.objects.get_or_create(
            organisation=desk, key=key, defaults={"name_fr": start.name_fr, "name_en": start.name_en}
        )
        if made:
            Level.objects.bulk_create(
                Level(
                    scheme=scheme,
                    rank=rank,
                    code=level.code,
                    name_fr=level.name_fr,
                    name_en=level.name_en,
                    treats_fr=level.treats_fr,
                    treats_en=level.treats_en,
                    minutes_limit=level.minutes,
                )
                for rank, level in enumerate(start.levels)
            )
        if old is not None:
            _move_teams(old, scheme)
        desk.scheme = scheme
        desk.save(update_fields=["scheme"])
        if old is not None:
            old.delete()
        noted("scheme started", subject=scheme, actor=actor, now=now)
    organisation.scheme = scheme
    return scheme


def change_level(
    *,
    level: Level,
    name_fr: str,
    name_en: str,
    treats_fr: str,
    treats_en: str,
    minutes_limit: int | None,
    actor: Person,
    now: datetime,
) -> Level:
    """Rename a level, say what it treats and how long one may work there before a hand-over is proposed."""
    need_manager(actor, level.scheme.organisation)
    if minutes_limit is not None and not 1 <= minutes_limit <= MINUTES_MAX:
        raise Refused(
            _("A limit is between one minute and thirty days; leave it empty for none."),
            code="out_of_range",
            field="minutes_limit",
        )
    level.name_fr = name_of(name_fr, field="name_fr")
    level.name_en = line_of(name_en, field="name_en")
    level.treats_fr = body_of(treats_fr, field="treats_fr", limit=1000)
    level.treats_en = body_of(treats_en, field="treats_en", limit=1000)
    level.minutes_limit = minutes_limit
    level.save()
    noted("level changed", subject=level, actor=actor, now=now)
    return level


def remove_level(*, level: Level, actor: Person, now: datetime) -> None:
    """Drop a level that no team and no ticket ever stood at."""
    need_manager(actor, level.scheme.organisation)
    with transaction.atomic():
        if level.scheme.levels.count() <= 2:
            raise Conflict(_("A ladder needs at least two levels."), code="last_levels")
        need_unused(
            level,
            by={
                "ticket": ngettext_lazy(
                    "%(count)d ticket stands at this level, so it has to stay.",
                    "%(count)d tickets stand at this level, so it has to stay.",
                    "count",
                ),
                "team": ngettext_lazy(
                    "%(count)d team works at this level: give it another one first.",
                    "%(count)d teams work at this level: give them another one first.",
                    "count",
                ),
            },
        )
        noted("level removed", subject=level, actor=actor, now=now)
        level.delete()


def _need_no_tickets(scheme: LevelScheme) -> None:
    used = [users_of(level) for level in scheme.levels.all()]
    tickets = sum(users.get("ticket", 0) for users in used)
    past = sum(number for users in used for model, number in users.items() if model not in {"ticket", "team"})
    if tickets:
        raise Conflict(
            ngettext_lazy(
                "%(count)d ticket stands on the present ladder, so it has to stay. You can rename its levels.",
                "%(count)d tickets stand on the present ladder, so it has to stay. You can rename its levels.",
                "count",
            )
            % {"count": tickets},
            code="in_use",
            field="scheme",
        )
    if past:
        raise Conflict(
            _("The history of past tickets names the levels of the present ladder, so it has to stay."),
            code="in_use",
            field="scheme",
        )


def _move_teams(old: LevelScheme, new: LevelScheme) -> None:
    """Each team goes to the level of its code, or to the nearest rank."""
    levels = list(new.levels.order_by("rank"))
    by_code = {level.code: level for level in levels}
    for team in Team.objects.filter(level__scheme=old).select_related("level"):
        team.level = by_code.get(team.level.code) or levels[min(team.level.rank, len(levels) - 1)]
        team.save(update_fields=["level"])
