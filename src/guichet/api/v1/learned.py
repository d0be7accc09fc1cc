"""What the past says: the team that a ticket's like went to, and a desk's version with how right it was."""

from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, shown
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, Named, OneOf, PathId, Shown
from guichet.api.v1.tickets_shape import find_for_desk
from guichet.people.models import Organisation
from guichet.routing import habits
from guichet.routing.models import LearnedVersion
from guichet.routing.proposing import proposal_for, proposed_rules
from guichet.tickets.models import HandOverReason

router = Resource(tag="Learned routing", scope="settings")
of_tickets = Resource(tag="Learned routing", scope="tickets")
_FACTS = ("organisation", "service", "site", "category", "channel")


class TeamProposed(Shown):
    """A team, how sure the past is (0 to 1), and the tickets behind it: `count` of `among` that have the facts `like`
    in common with this one were solved by it. Nothing is applied: hand the ticket over to take it."""

    team: Named
    confidence: float
    count: int
    among: int
    like: list[Annotated[str, OneOf(*_FACTS)]]
    says: str
    reason: Annotated[str, OneOf("", *HandOverReason.values)] = Field(
        description="For which tickets are mostly handed to that team; empty where none is known"
    )
    already_there: bool
    version: int


class ProposalShown(Shown):
    """`proposal` is null where the past isn’t clear, or where it is switched off; for a provider always."""

    proposal: TeamProposed | None


class RuleProposed(Shown):
    """A rule that could be added as it stands (`POST …/rules`)."""

    name: str
    conditions: dict[str, list[str]]
    sentences: list[str]
    team: Named
    count: int
    among: int
    says: str


class LearnedVersionShown(Shown):
    """What was learnt one night, and how right it was about the youngest tenth, learnt without it; shares are 0 to 1,
    null where nothing could be asked. `proposed`: of those asked about, so many would have been given a team."""

    number: int
    made_at: datetime
    learned_from: datetime | None
    learned_to: datetime | None
    tickets: int
    enough: bool
    tested_on: int
    top1: float | None
    top3: float | None
    usual: float | None = Field(description="The share that naming always the team that solves most gets right")
    proposed: int
    proposed_right: int


class LearnedShown(Shown):
    """Whether the desk’s past makes proposals, what was learnt last, and the rules that it proposes."""

    on: bool
    version: LearnedVersionShown | None
    rules: list[RuleProposed]


class LearnedSwitchGiven(Given):
    """Off, nothing is learnt or proposed."""

    on: bool


@of_tickets.read("/tickets/{reference}/team-proposal", answer=ProposalShown)
def read_team_proposal(request: ApiRequest, reference: str) -> HttpResponse:
    """The team that solved most tickets like this one, where that is clear. Desk only."""
    ticket = find_for_desk(request, reference)
    told = proposal_for(ticket, person=request.person)
    if told is None:
        return shown(ProposalShown(proposal=None))
    return shown(
        ProposalShown(
            proposal=TeamProposed(
                team=Named(id=told.team.pk, name=told.team.name),
                confidence=round(told.share, 4),
                count=told.count,
                among=told.among,
                like=list(told.like),
                says=told.says,
                reason=told.reason,
                already_there=told.team.pk == ticket.team_id,
                version=told.version,
            )
        )
    )


@router.read("/organisations/{organisation}/learned-routing", answer=LearnedShown)
def read_learned_routing(request: ApiRequest, organisation: PathId) -> HttpResponse:
    """What the desk’s past says of where tickets go, and how right it was. Managers only."""
    return _told(_desk(request, organisation))


@router.write("PUT", "/organisations/{organisation}/learned-routing", answer=LearnedShown, guarded=False)
def switch_learned_routing(request: ApiRequest, organisation: PathId, body: LearnedSwitchGiven) -> HttpResponse:
    """Switch it off or on again. Managers only."""
    desk = _desk(request, organisation)
    habits.set_on(desk=desk, on=body.on, actor=request.person, now=request.now)
    return _told(desk)


def _desk(request: ApiRequest, organisation: int) -> Organisation:
    desk = reach.organisation(request.person, organisation).desk
    reach.need_at_desk(request.person, desk)
    reach.need_manager(request.person, organisation_id=desk.pk)
    return desk


def _told(desk: Organisation) -> HttpResponse:
    on, version = habits.is_on(desk), habits.newest(desk)
    proposed = proposed_rules(desk, version=version) if on and version else []
    rules = [
        RuleProposed(
            name=rule.name,
            conditions=rule.conditions,
            sentences=rule.sentences,
            team=Named(id=rule.team.pk, name=rule.team.name),
            count=rule.seen.count,
            among=rule.seen.among,
            says=rule.says,
        )
        for rule in proposed
    ]
    return shown(LearnedShown(on=on, version=_version(version) if version else None, rules=rules))


def _version(row: LearnedVersion) -> LearnedVersionShown:
    return LearnedVersionShown(
        number=row.number,
        made_at=row.made_at,
        learned_from=row.learned_from,
        learned_to=row.learned_to,
        tickets=row.tickets,
        enough=row.enough,
        tested_on=row.tested,
        top1=row.top1,
        top3=row.top3,
        usual=row.usual / row.tested if row.tested else None,
        proposed=row.said,
        proposed_right=row.right,
    )
