"""Which team a hand-over's reason points to, and why. A proposal: the person chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Q
from django.utils.translation import gettext as _

from guichet.lib.text import fold
from guichet.people.models import RoleKind, Team
from guichet.tickets.models import HandOverReason, Ticket

_SHORTEST_WORD = 4


@dataclass(frozen=True)
class TeamFacts:
    """What a proposal looks at."""

    id: int
    name: str
    rank: int
    level: str
    skills: tuple[str, ...] = ()
    roles: frozenset[str] = frozenset()
    takes_calls: bool = False
    # How often the ticket was with this team before.
    had_it: int = 0

    @property
    def label(self) -> str:
        return f"{self.name} ({self.level})"


@dataclass(frozen=True)
class Proposal:
    team: TeamFacts
    why: str


def teams_for(ticket: Ticket) -> list[TeamFacts]:
    """The desk's teams in two queries: their skills, their people's roles, how often they had the ticket."""
    before: dict[int, int] = {}
    for from_team in ticket.hand_overs.filter(hierarchical=False).values_list("from_team", flat=True):
        before[from_team] = before.get(from_team, 0) + 1
    here = Q(memberships__person__roles__organisation=ticket.desk_id)
    rows = (
        Team.objects.filter(organisation=ticket.desk_id)
        .select_related("level")
        .annotate(
            skill_names=ArrayAgg("skills__name_fr", distinct=True, filter=Q(skills__isnull=False), default=[]),
            role_kinds=ArrayAgg(F("memberships__person__roles__kind"), distinct=True, filter=here, default=[]),
        )
    )
    return [
        TeamFacts(
            id=team.pk,
            name=team.name,
            rank=team.level.rank,
            level=team.level.code,
            skills=tuple(team.skill_names),
            roles=frozenset(team.role_kinds),
            takes_calls=team.takes_calls,
            had_it=before.get(team.pk, 0),
        )
        for team in rows
    ]


def words_about(ticket: Ticket) -> frozenset[str]:
    """The folded words that say what the ticket is about; short ones say nothing."""
    text = f"{ticket.title} {ticket.category.name_fr if ticket.category else ''}"
    return _words(text)


def _words(text: str) -> frozenset[str]:
    spaced = "".join(c if c.isalnum() else " " for c in fold(text))
    return frozenset(word for word in spaced.split() if len(word) >= _SHORTEST_WORD)


@dataclass(frozen=True)
class _Field:
    """The teams to choose among, seen from the one that hands over."""

    others: Sequence[TeamFacts]
    above: Sequence[TeamFacts]
    words: frozenset[str]
    site: str


def propose(
    *, reason: str, teams: Sequence[TeamFacts], current: int, rank: int, words: frozenset[str], site: str = ""
) -> Proposal | None:
    """The team that `reason` points to among the other teams, None when there is no other."""
    others = sorted((t for t in teams if t.id != current), key=lambda t: (t.rank <= rank, t.rank, t.had_it, t.name))
    if not others:
        return None
    field = _Field(others=others, above=[t for t in others if t.rank > rank], words=words, site=site)
    by_reason = _BY_REASON.get(reason)
    return (by_reason and by_reason(field)) or _next_level(field)


def _next_level(field: _Field) -> Proposal:
    if field.above:
        return Proposal(field.above[0], _("It is the next level above yours."))
    deepest = max(field.others, key=lambda t: (t.rank, -t.had_it))
    return Proposal(deepest, _("There is no level above; this is the deepest other one."))


def _presence(field: _Field) -> Proposal | None:
    found = _with_role(field.others, {RoleKind.TECHNICIAN}) or [t for t in field.others if not t.takes_calls]
    why = _("It has field technicians.")
    if field.site:
        why = _("It has field technicians; the place is %(site)s.") % {"site": field.site}
    return Proposal(found[0], why) if found else None


def _provider(field: _Field) -> Proposal:
    found = _with_role(field.others, {RoleKind.PROVIDER})
    if found:
        return Proposal(found[0], _("The provider’s own technicians are in it."))
    deepest = max(field.others, key=lambda t: t.rank)
    return Proposal(deepest, _("No team of a provider is known; this level deals with providers."))


def _rights(field: _Field) -> Proposal | None:
    found = _with_role(field.above or field.others, {RoleKind.ADMINISTRATOR})
    return Proposal(found[0], _("Administrators belong to it.")) if found else None


def _competence(field: _Field) -> Proposal | None:
    for team in field.others:
        skill = _skill(team, field.words)
        if skill:
            return Proposal(team, _("It has the skill “%(skill)s”.") % {"skill": skill})
    return None


def _specialist(field: _Field) -> Proposal | None:
    found = _with_role(field.above, {RoleKind.ANALYST, RoleKind.PRINCIPAL})
    return _competence(field) or (Proposal(found[0], _("Specialists belong to it.")) if found else None)


_BY_REASON: Mapping[str, Callable[[_Field], Proposal | None]] = {
    HandOverReason.COMPETENCE.value: _competence,
    HandOverReason.RIGHTS.value: _rights,
    HandOverReason.PRESENCE.value: _presence,
    HandOverReason.SPECIALIST.value: _specialist,
    HandOverReason.PROVIDER.value: _provider,
}


def _with_role(teams: Iterable[TeamFacts], kinds: set[RoleKind]) -> list[TeamFacts]:
    return [team for team in teams if team.roles & {str(kind) for kind in kinds}]


def _skill(team: TeamFacts, words: frozenset[str]) -> str:
    """The team's skill that the ticket's words name, "" when none."""
    return next((skill for skill in team.skills if _words(skill) & words), "")
