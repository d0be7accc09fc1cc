"""Setting up teams: their level, what they know, who is in them and who leads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from guichet.lib.errors import Conflict, Refused
from guichet.people.managing import name_of, need_free, need_manager, need_own, need_unused, noted
from guichet.people.models import TREATING, Level, Membership, Organisation, Person, Role, RoleKind, Skill, Team


def save_team(
    *,
    team: Team | None,
    desk: Organisation,
    name: str,
    level: Level | None,
    is_front: bool,
    takes_calls: bool,
    skills: Iterable[Skill],
    actor: Person,
    now: datetime,
) -> Team:
    """A team at a level of the desk's ladder; `team` None makes a new one. Becoming the front takes it from another."""
    need_manager(actor, desk)
    if team is not None:
        need_own(team, desk)
    if level is None or level.scheme_id != desk.scheme_id:
        raise Refused(_("Choose a level of the desk’s ladder."), code="level", field="level")
    chosen = list(skills)
    for skill in chosen:
        need_own(skill, desk)
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=desk.pk)
        team = team or Team(organisation=desk)
        team.name = name_of(name, field="name")
        need_free(
            Team.objects.filter(organisation=desk, name=team.name).exclude(pk=team.pk),
            field="name",
            message=_("There is a team of that name already."),
        )
        fronts = Team.objects.filter(organisation=desk, is_front=True).exclude(pk=team.pk)
        if is_front:
            fronts.update(is_front=False)
        elif not fronts.exists() and team.pk and team.is_front:
            raise Conflict(
                _("Every desk has a front team: it receives what no rule sends elsewhere. Name another one instead."),
                code="no_front",
                field="is_front",
            )
        team.level = level
        # The first team is the front: a desk without one could take nothing in.
        team.is_front = is_front or not fronts.exists()
        team.takes_calls = takes_calls
        team.save()
        team.skills.set(chosen)
        noted("team saved", subject=team, actor=actor, now=now)
    return team


def remove_team(*, team: Team, actor: Person, now: datetime) -> None:
    """Only a team that never had a ticket can go; history names the others."""
    need_manager(actor, team.organisation)
    with transaction.atomic():
        if team.is_front:
            raise Conflict(_("This is the front team. Name another front team first."), code="front")
        team.memberships.all().delete()
        need_unused(
            team,
            by={
                "ticket": ngettext_lazy(
                    "%(count)d ticket is with this team, so it has to stay.",
                    "%(count)d tickets are with this team, so it has to stay.",
                    "count",
                ),
                "rule": ngettext_lazy(
                    "%(count)d routing rule sends tickets to this team: change it first.",
                    "%(count)d routing rules send tickets to this team: change them first.",
                    "count",
                ),
            },
        )
        noted("team removed", subject=team, actor=actor, now=now)
        team.delete()


def join_team(*, team: Team, person: Person, lead: bool, actor: Person, now: datetime) -> Membership:
    """Put `person` in the team, or say whether they lead it. They need a role that treats tickets at this desk."""
    need_manager(actor, team.organisation)
    roles = {*TREATING, RoleKind.PROVIDER}
    if not Role.objects.filter(person=person, organisation=team.organisation, kind__in=roles).exists():
        raise Refused(
            _("This person has no role at the desk yet. Give them one on their own page first."),
            code="no_role",
            field="person",
        )
    membership, _made = Membership.objects.update_or_create(team=team, person=person, defaults={"lead": lead})
    noted("member set", subject=membership, actor=actor, now=now)
    return membership


def leave_team(*, team: Team, person: Person, actor: Person, now: datetime) -> None:
    """Take `person` out of the team. Tickets they hold stay with them until somebody assigns them anew."""
    need_manager(actor, team.organisation)
    membership = Membership.objects.filter(team=team, person=person).first()
    if membership is not None:
        noted("member left", subject=membership, actor=actor, now=now)
        membership.delete()
