"""How a desk works: levels, teams, severity matrix, response policies, opening hours. Changed by its managers only."""

from typing import Annotated

from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, Named, OneOf, PathId, RowId, Shown
from guichet.api.v1.tickets_shape import LevelRef
from guichet.calendars import changing
from guichet.calendars.reading import usual_week
from guichet.people import levels, teams
from guichet.people.models import Level, Organisation, Person, Skill, Team
from guichet.people.schemes import SCHEMES
from guichet.sla.settings_actions import MINUTES_MAX
from guichet.tickets import settings_actions
from guichet.tickets.actions.opening import matrix_of
from guichet.tickets.models import Severity, SeverityMatrix
from guichet.tickets.promises import figures_of, policy_of

router = Resource(tag="Service desk", scope="settings")
Minutes = Annotated[int, Field(strict=True, ge=1, le=43_200)]
PromisedMinutes = Annotated[int, Field(strict=True, ge=1, le=MINUTES_MAX)]
SeverityCode = Annotated[str, OneOf.these(Severity)]


class LevelShown(LevelRef):
    """Who treats it: a depth of skill, and how long one may work before a hand-over is proposed."""

    rank: int
    treats: str
    minutes_limit: int | None


class LevelGiven(Given):
    """A level's names, what it treats, and its time limit."""

    name_fr: Annotated[str, Field(max_length=120)]
    name_en: Annotated[str, Field(max_length=120)] = ""
    treats_fr: Annotated[str, Field(max_length=4000)] = ""
    treats_en: Annotated[str, Field(max_length=4000)] = ""
    minutes_limit: Minutes | None = None


class SchemeGiven(Given):
    """The ladder to start from."""

    scheme: Annotated[str, OneOf(*SCHEMES)]


class TeamShown(Named):
    """People who own tickets together, at one level. The members are for the desk to see."""

    level: LevelRef
    is_front: bool
    takes_calls: bool
    members: list[Named] | None


class TeamGiven(Given):
    """A team; a new front team takes the place of the old one."""

    name: Annotated[str, Field(max_length=120)]
    level: RowId
    is_front: bool = False
    takes_calls: bool = False
    skills: Annotated[list[RowId], Field(max_length=50)] = []


class MemberGiven(Given):
    """Whether the person leads the team."""

    lead: bool = False


class MatrixRow(Given):
    """The severity of one impact, for each urgency."""

    stopped: SeverityCode
    blocked: SeverityCode
    hampered: SeverityCode
    none: SeverityCode


class Matrix(Given):
    """Impact × urgency → severity. Wider or more pressing can't be less grave."""

    everyone: MatrixRow
    department: MatrixRow
    group: MatrixRow
    person: MatrixRow


class MatrixShown(Shown):
    """The matrix in force, and whether it is the organisation's own."""

    cells: Matrix
    own: bool


class Policy(Given):
    """What the desk does for a severity."""

    severity: SeverityCode
    text_fr: Annotated[str, Field(max_length=240)]
    text_en: Annotated[str, Field(max_length=240)] = ""
    first_answer_minutes: PromisedMinutes
    next_news_minutes: PromisedMinutes
    around_the_clock: bool = False
    telephone_too: bool = False
    tells_management: bool = False


class Policies(Given):
    """The five of them."""

    policies: Annotated[list[Policy], Field(min_length=5, max_length=5)]


class PoliciesShown(Shown):
    """The five of them, S1 first."""

    policies: list[Policy]


class Opening(Given):
    """Seven days, Monday first, each a list of [from, to] in minutes after midnight."""

    week: Annotated[list[list[list[Annotated[int, Field(strict=True, ge=0, le=1440)]]]], Field(max_length=7)]


class OpeningShown(Shown):
    """When the desk is open; an empty list means the usual office hours."""

    week: list[list[list[int]]]


@router.read("/organisations/{organisation}/levels", answer=list[LevelShown])
def list_levels(request: ApiRequest, organisation: PathId) -> list[LevelShown]:
    """The levels of the desk that treats this organisation's tickets, lowest first."""
    desk = _desk(request, organisation)
    return [_level(level) for level in Level.objects.filter(scheme=desk.scheme_id).order_by("rank")]


@router.write("PUT", "/organisations/{organisation}/level-scheme", answer=list[LevelShown], guarded=False)
def start_scheme(request: ApiRequest, organisation: PathId, body: SchemeGiven) -> list[LevelShown]:
    """Give the desk a ladder of levels to start from. Refused where tickets stand on the one it has."""
    desk = _desk(request, organisation)
    scheme = levels.start_scheme(organisation=desk, key=body.scheme, actor=request.person, now=request.now)
    return [_level(level) for level in scheme.levels.order_by("rank")]


@router.write("PUT", "/organisations/{organisation}/levels/{number}", answer=LevelShown, guarded=False)
def change_level(request: ApiRequest, organisation: PathId, number: PathId, body: LevelGiven) -> LevelShown:
    """Name a level anew, say what it treats and for how long."""
    desk = _desk(request, organisation)
    level = reach.in_path(
        Level.objects.filter(scheme__organisation=desk).select_related("scheme__organisation"), number
    )
    return _level(levels.change_level(level=level, actor=request.person, now=request.now, **body.model_dump()))


@router.read("/organisations/{organisation}/teams", answer=list[TeamShown])
def list_teams(request: ApiRequest, organisation: PathId) -> list[TeamShown]:
    """The teams of the desk that treats this organisation's tickets."""
    desk = _desk(request, organisation)
    at_desk = desk.pk in request.person.grants.treats_in
    rows = desk.teams.select_related("level").prefetch_related("memberships__person")
    return [_team(team, members=at_desk) for team in rows]


@router.write("POST", "/organisations/{organisation}/teams", answer=TeamShown, status=201, guarded=False)
def add_team(request: ApiRequest, organisation: PathId, body: TeamGiven) -> TeamShown:
    """A new team."""
    return _save_team(request, _desk(request, organisation), None, body)


@router.write("PUT", "/organisations/{organisation}/teams/{number}", answer=TeamShown, guarded=False)
def change_team(request: ApiRequest, organisation: PathId, number: PathId, body: TeamGiven) -> TeamShown:
    """Say all of a team anew."""
    desk = _desk(request, organisation)
    return _save_team(request, desk, reach.in_path(desk.teams.all(), number), body)


@router.write("DELETE", "/organisations/{organisation}/teams/{number}", answer=None, status=204, guarded=False)
def remove_team(request: ApiRequest, organisation: PathId, number: PathId) -> None:
    """Remove a team that never had a ticket."""
    desk = _desk(request, organisation)
    team = reach.in_path(desk.teams.select_related("organisation"), number)
    teams.remove_team(team=team, actor=request.person, now=request.now)


@router.write("PUT", "/organisations/{organisation}/teams/{number}/members/{person}", answer=TeamShown, guarded=False)
def join_team(
    request: ApiRequest, organisation: PathId, number: PathId, person: PathId, body: MemberGiven
) -> TeamShown:
    """Put a person in the team, or say whether they lead it."""
    team, someone = _team_and_person(request, organisation, number, person)
    teams.join_team(team=team, person=someone, lead=body.lead, actor=request.person, now=request.now)
    return _team(team, members=True)


@router.write(
    "DELETE", "/organisations/{organisation}/teams/{number}/members/{person}", answer=TeamShown, guarded=False
)
def leave_team(request: ApiRequest, organisation: PathId, number: PathId, person: PathId) -> TeamShown:
    """Take a person out of the team; idempotent."""
    team, someone = _team_and_person(request, organisation, number, person)
    teams.leave_team(team=team, person=someone, actor=request.person, now=request.now)
    return _team(team, members=True)


@router.read("/organisations/{organisation}/severity-matrix", answer=MatrixShown)
def read_matrix(request: ApiRequest, organisation: PathId) -> MatrixShown:
    """The matrix in force: the organisation's own, its desk's, or the usual one."""
    return _matrix(reach.organisation(request.person, organisation))


@router.write("PUT", "/organisations/{organisation}/severity-matrix", answer=MatrixShown, guarded=False)
def set_matrix(request: ApiRequest, organisation: PathId, body: Matrix) -> MatrixShown:
    """Give the organisation a matrix of its own. Open tickets keep their severity."""
    found = reach.organisation(request.person, organisation)
    settings_actions.set_matrix(
        organisation=found, cells=body.model_dump(), desk=found.desk, actor=request.person, now=request.now
    )
    return _matrix(found)


@router.write("DELETE", "/organisations/{organisation}/severity-matrix", answer=MatrixShown, guarded=False)
def reset_matrix(request: ApiRequest, organisation: PathId) -> MatrixShown:
    """Back to the desk's matrix, or to the usual one; idempotent."""
    found = reach.organisation(request.person, organisation)
    settings_actions.reset_matrix(organisation=found, desk=found.desk, actor=request.person, now=request.now)
    return _matrix(found)


@router.read("/organisations/{organisation}/response-policies", answer=PoliciesShown)
def list_policies(request: ApiRequest, organisation: PathId) -> PoliciesShown:
    """What the desk does for each severity."""
    return _policies(_desk(request, organisation))


@router.write("PUT", "/organisations/{organisation}/response-policies", answer=PoliciesShown, guarded=False)
def set_policies(request: ApiRequest, organisation: PathId, body: Policies) -> PoliciesShown:
    """Say all five anew. Promises made before stay as they are."""
    desk = _desk(request, organisation)
    given = [settings_actions.PolicyText(**policy.model_dump()) for policy in body.policies]
    settings_actions.set_policies(desk=desk, policies=given, actor=request.person, now=request.now)
    return _policies(desk)


@router.read("/organisations/{organisation}/opening", answer=OpeningShown)
def read_opening(request: ApiRequest, organisation: PathId) -> OpeningShown:
    """When the desk is open in an ordinary week: the week of its usual calendar."""
    return OpeningShown(week=usual_week(_desk(request, organisation)))


@router.write("PUT", "/organisations/{organisation}/opening", answer=OpeningShown, guarded=False)
def set_opening(request: ApiRequest, organisation: PathId, body: Opening) -> OpeningShown:
    """Say when the desk is open. Promises made before stay as they are."""
    desk = _desk(request, organisation)
    version = changing.set_opening(desk=desk, week=body.week, actor=request.person, now=request.now)
    return OpeningShown(week=version.week)


def _desk(request: ApiRequest, organisation: int) -> Organisation:
    return reach.organisation(request.person, organisation).desk


def _team_and_person(request: ApiRequest, organisation: int, number: int, person: int) -> tuple[Team, Person]:
    desk = _desk(request, organisation)
    reach.need_manager(request.person, organisation_id=desk.pk)
    team = reach.in_path(desk.teams.select_related("level", "organisation"), number)
    return team, reach.in_path(Person.objects.filter(organisation__in=reach.organisations(request.person)), person)


def _save_team(request: ApiRequest, desk: Organisation, team: Team | None, body: TeamGiven) -> TeamShown:
    reach.need_manager(request.person, organisation_id=desk.pk)
    skills = [
        reach.named_in_body(Skill.objects.filter(organisation=desk), pk, field="skills")
        for pk in dict.fromkeys(body.skills)
    ]
    saved = teams.save_team(
        team=team,
        desk=desk,
        name=body.name,
        level=reach.named_in_body(Level.objects.filter(scheme__organisation=desk), body.level, field="level"),
        is_front=body.is_front,
        takes_calls=body.takes_calls,
        skills=[skill for skill in skills if skill is not None],
        actor=request.person,
        now=request.now,
    )
    return _team(saved, members=True)


def _level(row: Level) -> LevelShown:
    return LevelShown(
        id=row.pk, name=row.name, code=row.code, rank=row.rank, treats=row.treats, minutes_limit=row.minutes_limit
    )


def _team(row: Team, *, members: bool) -> TeamShown:
    people = [Named(id=m.person_id, name=m.person.name) for m in row.memberships.all()] if members else None
    return TeamShown(
        id=row.pk,
        name=row.name,
        level=LevelRef(id=row.level_id, name=row.level.name, code=row.level.code),
        is_front=row.is_front,
        takes_calls=row.takes_calls,
        members=people,
    )


def _matrix(organisation: Organisation) -> MatrixShown:
    own = SeverityMatrix.objects.filter(organisation=organisation).exists()
    cells = {impact: dict(row) for impact, row in matrix_of(organisation).items()}
    return MatrixShown(cells=Matrix.model_validate(cells), own=own)


def _policies(desk: Organisation) -> PoliciesShown:
    return PoliciesShown(policies=[_policy(desk, severity) for severity in Severity.values])


def _policy(desk: Organisation, severity: str) -> Policy:
    answer, figures = policy_of(desk, severity), figures_of(desk, severity)
    return Policy(
        severity=severity,
        text_fr=answer.text_fr,
        text_en=answer.text_en,
        first_answer_minutes=figures.first_answer,
        next_news_minutes=figures.next_news,
        around_the_clock=figures.around_the_clock,
        telephone_too=answer.telephone_too,
        tells_management=answer.tells_management,
    )
