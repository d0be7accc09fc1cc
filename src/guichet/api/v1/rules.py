"""Routing rules, tried before they go live, and macros."""

from typing import Annotated

from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, Named, OneOf, PathId, RowId, Shown
from guichet.people.models import Organisation, Team
from guichet.routing import rules
from guichet.routing.actions import as_facts
from guichet.routing.models import Rule
from guichet.routing.simulate import simulate
from guichet.tickets import settings_actions
from guichet.tickets.models import Macro, MessageKind

router = Resource(tag="Rules and macros", scope="settings")
Name = Annotated[str, Field(max_length=120)]


class RuleShown(Named):
    """Sends a new ticket to a team where every condition holds; the first live rule that fits decides."""

    name_fr: str
    name_en: str
    position: int
    conditions: dict[str, list[str]]
    sentences: list[str]
    team: Named
    live: bool


class RuleGiven(Given):
    """`conditions` maps organisation, site, kind, category, request_type, severity, channel or keyword to values."""

    name_fr: Name
    name_en: Name = ""
    conditions: dict[str, Annotated[list[Annotated[str, Field(max_length=120)]], Field(max_length=200)]] = {}
    team: RowId


class MoveGiven(Given):
    """One place up, or down."""

    up: bool


class TrialGiven(Given):
    """Rules in their order (the live ones where left out), over so many of the newest tickets."""

    rules: Annotated[list[RowId], Field(max_length=200)] | None = None
    limit: Annotated[int, Field(strict=True, ge=1, le=2000)] = 500


class FlowShown(Shown):
    """So many tickets that began with one team would begin with another; `right` of them ended with that other."""

    origin: str
    target: str
    count: int
    right: int


class ExampleShown(Shown):
    """A ticket that would begin elsewhere, and why."""

    reference: str
    title: str
    origin: str
    target: str
    ended: str
    why: list[str]


class TrialShown(Shown):
    """What the rules would have done. Nothing is changed."""

    tried: int
    moved: int
    no_rule: int
    left_before: int
    left_after: int
    flows: list[FlowShown]
    examples: list[ExampleShown]


class MacroShown(Named):
    """A canned reply or note, with placeholders in braces."""

    kind: Annotated[str, OneOf.these(MessageKind)]
    name_fr: str
    name_en: str
    body_fr: str
    body_en: str


class MacroGiven(Given):
    """A canned reply or note."""

    name_fr: Name
    name_en: Name = ""
    kind: Annotated[str, OneOf.these(MessageKind)] = "reply"
    body_fr: Annotated[str, Field(max_length=10_000)]
    body_en: Annotated[str, Field(max_length=10_000)] = ""


@router.read("/organisations/{organisation}/rules", answer=list[RuleShown])
def list_rules(request: ApiRequest, organisation: PathId) -> list[RuleShown]:
    """The desk's routing rules in their order. Desk only."""
    return _all_rules(_desk(request, organisation))


@router.write("POST", "/organisations/{organisation}/rules", answer=RuleShown, status=201, guarded=False)
def add_rule(request: ApiRequest, organisation: PathId, body: RuleGiven) -> RuleShown:
    """A new rule; it comes last and is a draft until it is made live. Managers only."""
    return _save(request, _desk(request, organisation), None, body)


@router.write("PUT", "/organisations/{organisation}/rules/{number}", answer=RuleShown, guarded=False)
def change_rule(request: ApiRequest, organisation: PathId, number: PathId, body: RuleGiven) -> RuleShown:
    """Say all of a rule anew. Managers only."""
    desk = _desk(request, organisation)
    return _save(request, desk, _rule(desk, number), body)


@router.write("DELETE", "/organisations/{organisation}/rules/{number}", answer=None, status=204, guarded=False)
def remove_rule(request: ApiRequest, organisation: PathId, number: PathId) -> None:
    """Remove a rule; decisions that it took keep their reasons. Managers only."""
    rule = _rule(_desk(request, organisation), number)
    rules.remove_rule(rule=rule, actor=request.person, now=request.now)


@router.write("PUT", "/organisations/{organisation}/rules/{number}/live", answer=list[RuleShown], guarded=False)
def start_rule(request: ApiRequest, organisation: PathId, number: PathId) -> list[RuleShown]:
    """From now on the rule decides. Managers only."""
    return _switch(request, organisation, number, live=True)


@router.write("DELETE", "/organisations/{organisation}/rules/{number}/live", answer=list[RuleShown], guarded=False)
def stop_rule(request: ApiRequest, organisation: PathId, number: PathId) -> list[RuleShown]:
    """The rule is a draft again. Managers only."""
    return _switch(request, organisation, number, live=False)


@router.write(
    "POST", "/organisations/{organisation}/rules/{number}/moves", answer=list[RuleShown], status=201, guarded=False
)
def move_rule(request: ApiRequest, organisation: PathId, number: PathId, body: MoveGiven) -> list[RuleShown]:
    """One place up or down: the first rule that fits decides. Managers only."""
    desk = _desk(request, organisation)
    rules.move_rule(rule=_rule(desk, number), up=body.up, actor=request.person, now=request.now)
    return _all_rules(desk)


@router.write(
    "POST", "/organisations/{organisation}/rule-trials", answer=TrialShown, status=201, guarded=False, scope="read"
)
def try_rules(request: ApiRequest, organisation: PathId, body: TrialGiven) -> TrialShown:
    """Run rules, drafts too, over past tickets, and see where each would have begun. Managers only."""
    desk = _desk(request, organisation)
    reach.need_manager(request.person, organisation_id=desk.pk)
    own = {rule.pk: rule for rule in Rule.objects.filter(organisation=desk)}
    if body.rules is None:
        chosen = [rule for rule in own.values() if rule.live]
    else:
        chosen = [
            rule
            for pk in dict.fromkeys(body.rules)
            if (rule := own.get(pk) or reach.named_in_body(Rule.objects.none(), pk, field="rules"))
        ]
    trial = simulate(desk, rules=[as_facts(rule) for rule in chosen], actor=request.person, limit=body.limit)
    return TrialShown(
        tried=trial.tried,
        moved=trial.moved,
        no_rule=trial.no_rule,
        left_before=trial.left_before,
        left_after=trial.left_after,
        flows=[FlowShown(origin=f.origin, target=f.target, count=f.count, right=f.right) for f in trial.flows],
        examples=[
            ExampleShown(
                reference=e.reference, title=e.title, origin=e.origin, target=e.target, ended=e.ended, why=list(e.why)
            )
            for e in trial.examples
        ],
    )


@router.read("/organisations/{organisation}/macros", answer=list[MacroShown])
def list_macros(request: ApiRequest, organisation: PathId) -> list[MacroShown]:
    """The desk's canned replies and notes. Desk only."""
    return [_macro(row) for row in _desk(request, organisation).macros.all()[:1000]]


@router.write("POST", "/organisations/{organisation}/macros", answer=MacroShown, status=201, guarded=False)
def add_macro(request: ApiRequest, organisation: PathId, body: MacroGiven) -> MacroShown:
    """A new macro. Managers only."""
    desk = _desk(request, organisation)
    return _macro(
        settings_actions.save_macro(macro=None, desk=desk, actor=request.person, now=request.now, **body.model_dump())
    )


@router.write("PUT", "/organisations/{organisation}/macros/{number}", answer=MacroShown, guarded=False)
def change_macro(request: ApiRequest, organisation: PathId, number: PathId, body: MacroGiven) -> MacroShown:
    """Say all of a macro anew. Managers only."""
    desk = _desk(request, organisation)
    row = reach.in_path(desk.macros.all(), number)
    return _macro(
        settings_actions.save_macro(macro=row, desk=desk, actor=request.person, now=request.now, **body.model_dump())
    )


@router.write("DELETE", "/organisations/{organisation}/macros/{number}", answer=None, status=204, guarded=False)
def remove_macro(request: ApiRequest, organisation: PathId, number: PathId) -> None:
    """Remove a macro. Managers only."""
    desk = _desk(request, organisation)
    row = reach.in_path(desk.macros.select_related("organisation"), number)
    settings_actions.remove_macro(macro=row, actor=request.person, now=request.now)


def _desk(request: ApiRequest, organisation: int) -> Organisation:
    desk = reach.organisation(request.person, organisation).desk
    reach.need_at_desk(request.person, desk)
    return desk


def _rule(desk: Organisation, number: int) -> Rule:
    return reach.in_path(Rule.objects.filter(organisation=desk).select_related("organisation", "team"), number)


def _switch(request: ApiRequest, organisation: int, number: int, *, live: bool) -> list[RuleShown]:
    desk = _desk(request, organisation)
    rules.set_live(rule=_rule(desk, number), live=live, actor=request.person, now=request.now)
    return _all_rules(desk)


def _save(request: ApiRequest, desk: Organisation, rule: Rule | None, body: RuleGiven) -> RuleShown:
    reach.need_manager(request.person, organisation_id=desk.pk)
    saved = rules.save_rule(
        rule=rule,
        desk=desk,
        name_fr=body.name_fr,
        name_en=body.name_en,
        conditions=body.conditions,
        team=reach.named_in_body(Team.objects.filter(organisation=desk), body.team, field="team"),
        actor=request.person,
        now=request.now,
    )
    return _shown(saved, names=rules.Names.at(desk))


def _all_rules(desk: Organisation) -> list[RuleShown]:
    names = rules.Names.at(desk)
    return [_shown(rule, names=names) for rule in Rule.objects.filter(organisation=desk).select_related("team")]


def _shown(rule: Rule, *, names: rules.Names) -> RuleShown:
    return RuleShown(
        id=rule.pk,
        name=rule.name,
        name_fr=rule.name_fr,
        name_en=rule.name_en,
        position=rule.position,
        conditions={str(k): [str(v) for v in values] for k, values in rule.conditions.items()},
        sentences=rules.condition_sentences(rule.conditions, names),
        team=Named(id=rule.team_id, name=rule.team.name),
        live=rule.live,
    )


def _macro(row: Macro) -> MacroShown:
    return MacroShown(
        id=row.pk,
        name=row.name,
        kind=row.kind,
        name_fr=row.name_fr,
        name_en=row.name_en,
        body_fr=row.body_fr,
        body_en=row.body_en,
    )
