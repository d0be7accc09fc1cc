"""What the past says, in words: the team that a ticket's like went to, and rules that its regularities would make.

Proposals: a person takes one, or doesn't. A rule that is adopted is a draft like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guichet.lib.errors import Conflict
from guichet.people.managing import need_manager
from guichet.people.models import Organisation, Person, Team
from guichet.routing import engine, habits
from guichet.routing.actions import as_facts
from guichet.routing.learned import Link
from guichet.routing.models import LearnedVersion, Rule
from guichet.routing.regularities import Regularity, regularities
from guichet.routing.rules import Names, any_of, condition_sentences, save_rule
from guichet.tickets.models import Channel, HandOverReason, Ticket

NAME_MAX = 120
# In the order in which one says them.
_ALIKE = {
    "category": gettext_lazy("about “%(name)s”"),
    "service": gettext_lazy("of the service “%(name)s”"),
    "site": gettext_lazy("at “%(name)s”"),
    "organisation": gettext_lazy("from “%(name)s”"),
    "channel": gettext_lazy("that came in by “%(name)s”"),
}


@dataclass(frozen=True)
class Told:
    """The team that the past proposes, how sure it is (0 to 1), and the past tickets behind it. `reason`: the one for
    which tickets are mostly handed to that team, "" where none is known."""

    team: Team
    share: float
    count: int
    among: int
    like: Link
    says: str
    reason: str
    version: int

    @property
    def percent(self) -> int:
        return round(100 * self.share)

    @property
    def reason_label(self) -> str:
        return str(HandOverReason(self.reason).label) if self.reason else ""


@dataclass(frozen=True)
class Proposed:
    """A rule that the past proposes."""

    seen: Regularity
    team: Team
    says: str
    # What the rule would look at, by field, in the reader's language; and the same in sentences.
    named: Mapping[str, str]
    sentences: list[str]

    @property
    def key(self) -> str:
        return self.seen.key

    @property
    def conditions(self) -> dict[str, list[str]]:
        return {name: [value] for name, value in self.seen.facts.items()}

    @property
    def name(self) -> str:
        text = f"{' · '.join(self.named.values())} → {self.team.name}"
        return text if len(text) <= NAME_MAX else f"{text[: NAME_MAX - 1]}…"

    def facts(self) -> engine.RuleFacts:
        """The rule as the engine would see it."""
        return engine.RuleFacts(id=0, name=self.name, team=self.team.pk, conditions=self.conditions)


def proposal_for(ticket: Ticket, *, person: Person, leaves: bool = False) -> Told | None:
    """Who solves tickets like this one, of the teams that haven't given it away; `leaves`: and that hasn't it now.

    None where nothing is worth saying, or switched off, or where the person doesn't treat the desk's tickets: a
    provider would read from it what the desk does for others. Four queries at most, save for the ticket's own names.
    """
    if ticket.desk_id not in person.grants.treats_in:
        return None
    version = habits.in_use(ticket.desk_id)
    if version is None or not version.enough:
        return None
    without = set(ticket.hand_overs.filter(hierarchical=False).values_list("from_team", flat=True))
    without = without | {ticket.team_id} if leaves else without - {ticket.team_id}
    past = habits.past_of(version)
    found = habits.say(past.propose(habits.facts_now(ticket), without=without, least=habits.CASES_LEAST))
    if found is None:
        return None
    teams = Team.objects.select_related("level").filter(organisation=ticket.desk_id, pk__in={found.team, *without})
    named = {team.pk: team for team in teams}
    team = named.pop(found.team, None)
    if team is None:
        return None
    reason = str(version.reasons.get(str(team.pk), ""))
    others = [one.name for one in named.values()]
    return Told(
        team=team,
        share=found.share,
        count=found.count,
        among=found.among,
        like=found.like,
        says=_says(_names_of(ticket, found.like), count=found.count, among=found.among, team=team.name, without=others),
        reason=reason if reason in HandOverReason.values else "",
        version=version.number,
    )


def proposed_rules(desk: Organisation, *, version: LearnedVersion) -> list[Proposed]:
    """What the live rules don't do yet, and nobody has adopted; what most tickets stand behind first."""
    rules = list(Rule.objects.filter(organisation=desk))
    teams = {team.pk: team for team in Team.objects.filter(organisation=desk).select_related("level")}
    front = next((team.pk for team in teams.values() if team.is_front), 0)
    live = [as_facts(rule) for rule in rules if rule.live]
    written = [(rule.conditions, rule.team_id) for rule in rules]

    def goes(facts: Mapping[str, str]) -> int:
        return engine.route(facts=facts, words=frozenset(), rules=live, front=front).team

    found = regularities(habits.past_of(version), fields=engine.FIELDS, goes=goes)
    return list(_in_words(found, teams=teams, names=Names.at(desk), written=written)) if found else []


def _in_words(
    found: list[Regularity], *, teams: Mapping[int, Team], names: Names, written: list[tuple[object, int]]
) -> Iterator[Proposed]:
    for one in found:
        conditions = {name: [value] for name, value in one.facts.items()}
        known = one.team in teams and all(value in names.of.get(name, {}) for name, value in one.facts.items())
        if not known or (conditions, one.team) in written:
            continue
        named = {name: names.name(name, one.facts[name]) for name in _ALIKE if name in one.facts}
        team = teams[one.team]
        says = _says(named, count=one.count, among=one.among, team=team.name)
        sentences = condition_sentences(conditions, names)
        yield Proposed(seen=one, team=team, says=says, named=named, sentences=sentences)


def find(desk: Organisation, key: str) -> Proposed:
    """The proposed rule of that key; a conflict where the past no longer says so."""
    version = habits.in_use(desk)
    proposed = proposed_rules(desk, version=version) if version else []
    found = next((one for one in proposed if one.key == key), None)
    if found is None:
        raise Conflict(_("The past no longer proposes this rule, or it is there already."), code="not_proposed")
    return found


def adopt(*, desk: Organisation, key: str, actor: Person, now: datetime) -> Rule:
    """Make the proposed rule: an ordinary one, the last, a draft until somebody makes it live."""
    need_manager(actor, desk)
    with translation.override("fr"):
        french = find(desk, key)
    with translation.override("en"):
        english = find(desk, key).name
    return save_rule(
        rule=None,
        desk=desk,
        name_fr=french.name,
        name_en=english if english != french.name else "",
        conditions=french.conditions,
        team=french.team,
        actor=actor,
        now=now,
    )


def _names_of(ticket: Ticket, like: Link) -> dict[str, str]:
    named = {}
    for name in _ALIKE:
        if name in like:
            named[name] = str(Channel(ticket.channel).label) if name == "channel" else getattr(ticket, name).name
    return named


def _says(named: Mapping[str, str], *, count: int, among: int, team: str, without: Sequence[str] = ()) -> str:
    """“7 of the 9 tickets about “Printers” at “Liège” were solved by Workshop.”"""
    alike = " ".join(str(_ALIKE[name]) % {"name": value} for name, value in named.items())
    values = {"count": count, "among": among, "alike": alike, "team": team}
    if without:
        told = ngettext(
            "Of the %(among)d tickets %(alike)s that weren’t solved by %(without)s, %(count)d was solved by %(team)s.",
            "Of the %(among)d tickets %(alike)s that weren’t solved by %(without)s, %(count)d were solved by %(team)s.",
            count,
        )
        return told % {**values, "without": any_of(without)}
    told = ngettext(
        "%(count)d of the %(among)d tickets %(alike)s was solved by %(team)s.",
        "%(count)d of the %(among)d tickets %(alike)s were solved by %(team)s.",
        count,
    )
    return told % values
