"""Setting up routing rules, and saying in sentences what they look at and what a decision went by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from guichet.catalog.models import Category, Kind, RequestType
from guichet.lib.errors import Refused
from guichet.lib.text import fold, one_line
from guichet.people.managing import line_of, name_of, need_manager, need_own, noted
from guichet.people.models import Organisation, Person, Site, Team
from guichet.routing import engine
from guichet.routing.models import Rule
from guichet.tickets.models import Channel, Severity

RULES_MAX = 200
VALUES_MAX = 200
FIELD_NAMES = {
    "organisation": gettext_lazy("the organisation"),
    "site": gettext_lazy("the place"),
    "kind": gettext_lazy("the kind"),
    "category": gettext_lazy("the category"),
    "request_type": gettext_lazy("the request type"),
    "severity": gettext_lazy("the severity"),
    "channel": gettext_lazy("the channel"),
    "keyword": gettext_lazy("one of the words"),
}


@dataclass(frozen=True)
class Names:
    """What the values of each field are called, in the reader's language: field → value → name, in order."""

    of: Mapping[str, Mapping[str, str]]

    @classmethod
    def at(cls, desk: Organisation) -> Names:
        """Four queries, however many rules are told."""
        served = [desk, *desk.clients.all()]
        sites = Site.objects.filter(organisation__in=served).select_related("organisation")
        several = len(served) > 1
        return cls(
            of={
                "organisation": {str(o.pk): o.name for o in served},
                "site": {str(s.pk): f"{s.name} ({s.organisation.name})" if several else s.name for s in sites},
                "kind": {k.value: str(k.label) for k in Kind},
                "category": tree_names(desk),
                "request_type": {str(t.pk): t.name for t in RequestType.objects.filter(organisation=desk)},
                "severity": {s.value: f"{s.value}, {str(s.label).lower()}" for s in Severity},
                "channel": {c.value: str(c.label) for c in Channel},
            }
        )

    def name(self, field: str, value: str) -> str:
        if field == "keyword":
            return _("“%(word)s”") % {"word": value}
        return self.of.get(field, {}).get(value, _("something that is no longer there"))


def tree_names(desk: Organisation) -> dict[str, str]:
    """Categories with the way to them (“Network › Wi-Fi”), each after its parent."""
    rows = [*Category.objects.filter(organisation=desk), *Category.objects.filter(organisation__isnull=True)]
    children: dict[int | None, list[Category]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)
    named: dict[str, str] = {}

    def walk(parent: int | None, path: str) -> None:
        for row in children.get(parent, []):
            name = f"{path} › {row.name}" if path else row.name
            named[str(row.pk)] = name
            walk(row.pk, name)

    walk(None, "")
    return named


def condition_sentences(conditions: Mapping[str, Sequence[str]], names: Names) -> list[str]:
    """One short sentence a condition, in the engine's order: “the severity is S1, critical or S2, high”."""
    told = []
    for field in engine.FIELDS:
        values = conditions.get(field)
        if values is None:
            continue
        listed = any_of([names.name(field, str(value)) for value in values])
        if field == "keyword":
            told.append(_("the text holds %(values)s") % {"values": listed})
        else:
            told.append(_("%(field)s is %(values)s") % {"field": FIELD_NAMES[field], "values": listed})
    return told


def explain(
    routed: engine.Routed, *, rules: Sequence[engine.RuleFacts], names: Names, teams: Mapping[int, str]
) -> list[str]:
    """The decision rule by rule: what held and what first did not; the last sentence says where the ticket goes."""
    by_id = {rule.id: rule for rule in rules}
    told = []
    for checked in routed.trace:
        rule = by_id[checked.rule]
        if checked.failed:
            missing = condition_sentences({checked.failed: rule.conditions[checked.failed]}, names)
            told.append(
                _("“%(rule)s” does not fit: it asks that %(condition)s.")
                % {"rule": rule.name, "condition": missing[0] if missing else checked.failed}
            )
        elif checked.held:
            fitting = condition_sentences({name: rule.conditions[name] for name in checked.held}, names)
            told.append(_("“%(rule)s” fits: %(conditions)s.") % {"rule": rule.name, "conditions": all_of(fitting)})
        else:
            told.append(_("“%(rule)s” has no condition: it fits every request.") % {"rule": rule.name})
    team = teams.get(routed.team, "?")
    if routed.rule is None:
        told.append(_("No rule fits: the front team takes it, %(team)s.") % {"team": team})
    else:
        told.append(_("So it goes to %(team)s.") % {"team": team})
    return told


def all_of(parts: Sequence[str]) -> str:
    """“a, b and c”."""
    return _listed(parts, pgettext("between the last two of a list", "and"))


def any_of(parts: Sequence[str]) -> str:
    return _listed(parts, pgettext("between the last two of a list", "or"))


def _listed(parts: Sequence[str], last: str) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def checked_conditions(conditions: Mapping[str, Iterable[str]], names: Names) -> dict[str, list[str]]:
    """`conditions` in the engine's order, without empty ones; refused where a rule could never hold as meant."""
    made: dict[str, list[str]] = {}
    for field in engine.FIELDS:
        values = list(dict.fromkeys(one_line(str(v)) for v in conditions.get(field, ()) if one_line(str(v))))
        if not values:
            continue
        if len(values) > VALUES_MAX:
            raise Refused(gettext_lazy("Fewer values, please: 200 at most."), code="too_many", field=field)
        if field == "keyword":
            values = [_word(value) for value in values]
        elif not set(values) <= set(names.of[field]):
            raise Refused(gettext_lazy("Choose one of the answers offered."), code="unknown_choice", field=field)
        made[field] = values
    unknown = set(conditions) - set(engine.FIELDS)
    if unknown:
        raise Refused(gettext_lazy("A rule can’t look at that."), code="unknown_field", field=sorted(unknown)[0])
    return made


def _word(text: str) -> str:
    word = text.casefold()
    if len(word) > 40 or not fold(word).isalnum():
        raise Refused(
            gettext_lazy("Rules look for whole single words, letters and digits only: write them apart, with commas."),
            code="keyword",
            field="keyword",
        )
    return word


def save_rule(
    *,
    rule: Rule | None,
    desk: Organisation,
    name_fr: str,
    name_en: str,
    conditions: Mapping[str, Iterable[str]],
    team: Team | None,
    actor: Person,
    now: datetime,
) -> Rule:
    """A rule; a new one comes last and is a draft until somebody makes it live."""
    need_manager(actor, desk)
    if rule is not None:
        need_own(rule, desk)
    if team is None or team.organisation_id != desk.pk:
        raise Refused(gettext_lazy("Choose one of this desk’s teams."), code="team", field="team")
    with transaction.atomic():
        _lock(desk)
        if rule is None:
            rows = Rule.objects.filter(organisation=desk)
            if rows.count() >= RULES_MAX:
                raise Refused(gettext_lazy("A desk has 200 rules at most; nobody can follow more."), code="too_many")
            last: Any = rows.aggregate(last=Max("position"))["last"]
            rule = Rule(organisation=desk, position=0 if last is None else last + 1)
        rule.name_fr = name_of(name_fr, field="name_fr")
        rule.name_en = line_of(name_en, field="name_en")
        rule.conditions = checked_conditions(conditions, Names.at(desk))
        rule.team = team
        rule.save()
        noted("rule saved", subject=rule, actor=actor, now=now)
    return rule


def set_live(*, rule: Rule, live: bool, actor: Person, now: datetime) -> Rule:
    """From now on the rule decides, or no longer does. Tickets already open stay where they are."""
    need_manager(actor, rule.organisation)
    rule.live = live
    rule.save(update_fields=["live"])
    noted("rule live" if live else "rule draft", subject=rule, actor=actor, now=now)
    return rule


def move_rule(*, rule: Rule, up: bool, actor: Person, now: datetime) -> None:
    """One place up or down: the first rule that fits decides."""
    need_manager(actor, rule.organisation)
    with transaction.atomic():
        _lock(rule.organisation)
        rows = list(Rule.objects.filter(organisation=rule.organisation))
        at = next(i for i, row in enumerate(rows) if row.pk == rule.pk)
        to = at - 1 if up else at + 1
        if 0 <= to < len(rows):
            rows[at], rows[to] = rows[to], rows[at]
        for position, row in enumerate(rows):
            row.position = position
        Rule.objects.bulk_update(rows, ["position"])
        noted("rule moved", subject=rule, actor=actor, now=now)


def remove_rule(*, rule: Rule, actor: Person, now: datetime) -> None:
    """Decisions it took keep their reasons."""
    need_manager(actor, rule.organisation)
    noted("rule removed", subject=rule, actor=actor, now=now)
    rule.delete()


def _lock(desk: Organisation) -> None:
    Organisation.objects.select_for_update().get(pk=desk.pk)
