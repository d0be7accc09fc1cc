"""Makes the rows that stand before the first ticket: organisations, people, levels, teams, catalogue, rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from django.contrib.auth.hashers import make_password
from django.db.models import Model

from guichet.calendars.hours import Hours
from guichet.calendars.reading import hours_of
from guichet.catalog.models import Category, Question, RequestType, Service
from guichet.demo.calendars import calendars, opening
from guichet.demo.cast import PASSWORD, Someone
from guichet.demo.conventions import convene
from guichet.demo.plan import Place, WorldPlan
from guichet.demo.typography import french
from guichet.people.known import now_known
from guichet.people.models import (
    Account,
    Level,
    LevelScheme,
    Membership,
    Organisation,
    Person,
    Role,
    Site,
    Skill,
    Team,
)
from guichet.people.schemes import SCHEMES
from guichet.routing.models import Rule
from guichet.tickets.models import Macro, ResponsePolicy, SeverityMatrix, Tag


@dataclass
class Ground:
    """A founded world: its rows by the keys of its plan."""

    plan: WorldPlan
    desk: Organisation
    hours: Hours
    organisations: dict[str, Organisation] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    types: dict[str, RequestType] = field(default_factory=dict)


@lru_cache(maxsize=1)
def password_hash() -> str:
    """One Argon2 hash for the whole cast: they share the password, and sixty hashes would take seconds."""
    return make_password(PASSWORD)


def found(plan: WorldPlan, *, now: datetime) -> Ground:
    desk = _organisation(plan.place)
    version = opening(plan, desk=desk, now=now)
    ground = Ground(plan=plan, desk=desk, hours=hours_of(version.pk), organisations={desk.slug: desk})
    _sites(ground, desk, plan.place)
    for place in plan.clients:
        client = _organisation(place, served_by=desk)
        ground.organisations[client.slug] = client
        _sites(ground, client, place)
    _levels_and_teams(ground)
    _people(ground, plan.people)
    ground.hours = calendars(plan, desk=desk, now=now)
    _catalogue(ground)
    _habits(ground)
    convene(plan, desk=desk, now=now)
    _rules(ground)
    return ground


def _organisation(place: Place, *, served_by: Organisation | None = None) -> Organisation:
    return Organisation.objects.create(
        slug=place.slug,
        name=place.name,
        language=place.language,
        region=place.region,
        time_zone=place.time_zone,
        phone=place.phone,
        served_by=served_by,
    )


def _sites(ground: Ground, organisation: Organisation, place: Place) -> None:
    for name, address in place.sites.items():
        ground.sites[name] = Site.objects.create(organisation=organisation, name=name, address=address)


def _levels_and_teams(ground: Ground) -> None:
    start = SCHEMES[ground.plan.scheme]
    scheme = LevelScheme.objects.create(
        organisation=ground.desk, key=start.key, name_fr=start.name_fr, name_en=start.name_en
    )
    # Ranks follow the codes: an N0 stands at 0.
    first = int(start.levels[0].code[1:])
    levels = {
        level.code: Level.objects.create(
            scheme=scheme,
            rank=rank,
            code=level.code,
            name_fr=level.name_fr,
            name_en=level.name_en,
            treats_fr=level.treats_fr,
            treats_en=level.treats_en,
            minutes_limit=level.minutes,
        )
        for rank, level in enumerate(start.levels, start=first)
    }
    ground.desk.scheme = scheme
    ground.desk.save(update_fields=["scheme"])
    skills = {
        fr: Skill.objects.create(organisation=ground.desk, name_fr=fr, name_en=en)
        for fr, en in ground.plan.skills.items()
    }
    for plan in ground.plan.teams:
        team = Team.objects.create(
            organisation=ground.desk,
            level=levels[plan.level],
            name=plan.name,
            is_front=plan.is_front,
            takes_calls=plan.takes_calls,
        )
        team.skills.set(skills[name] for name in plan.skills)
        ground.teams[team.name] = team


def _people(ground: Ground, cast: Iterable[Someone]) -> None:
    skills = {skill.name_fr: skill for skill in Skill.objects.filter(organisation=ground.desk)}
    for someone in cast:
        person = Person.objects.create(
            organisation=ground.organisations[someone.organisation],
            site=ground.sites.get(someone.site),
            name=someone.name,
            email=someone.email,
            phone=someone.phone,
            job_title=someone.title,
            badge=someone.badge,
            language=someone.language,
            expertise=someone.expertise,
            availability=someone.availability,
        )
        ground.people[someone.key] = person
        now_known([person])
        if someone.account:
            Account.objects.create(email=someone.email, person=person, password=password_hash())
        for kind in someone.roles:
            Role.objects.create(person=person, organisation=person.organisation, kind=kind)
        if someone.team:
            Membership.objects.create(person=person, team=ground.teams[someone.team], lead=someone.lead)
        if someone.skills:
            person.skills.set(skills[name] for name in someone.skills)


def _catalogue(ground: Ground) -> None:
    desk, plan = ground.desk, ground.plan
    services = {
        key: Service.objects.create(organisation=desk, name_fr=fr, name_en=en)
        for key, (fr, en) in plan.services.items()
    }
    skills = {skill.name_fr: skill for skill in Skill.objects.filter(organisation=desk)}
    for entry in plan.categories:
        ground.categories[entry.key] = Category.objects.create(
            organisation=desk,
            parent=ground.categories[entry.parent] if entry.parent else None,
            service=services[entry.service] if entry.service else None,
            skill=skills[entry.skill] if entry.skill else None,
            name_fr=french(entry.name[0]),
            name_en=entry.name[1],
            icon=entry.icon,
        )
    for position, kind in enumerate(plan.types, start=1):
        made = RequestType.objects.create(
            organisation=desk,
            category=ground.categories[kind.category],
            kind=kind.kind,
            name_fr=french(kind.name[0]),
            name_en=kind.name[1],
            help_fr=french(kind.help[0]),
            help_en=kind.help[1],
            icon=kind.icon,
            position=position,
        )
        ground.types[kind.key] = made
        Question.objects.bulk_create(
            Question(
                request_type=made,
                key=question.key,
                label_fr=french(question.label[0]),
                label_en=question.label[1],
                help_fr=french(question.help[0]),
                help_en=question.help[1],
                kind=question.kind,
                choices=[{"value": value, "fr": fr, "en": en} for value, fr, en in question.choices],
                required=question.required,
                shown_if=dict(question.shown_if or {}),
                position=number,
            )
            for number, question in enumerate(kind.questions, start=1)
        )


def _habits(ground: Ground) -> None:
    """How the desk judges and answers: matrix, response policies, macros, tags."""
    desk, plan = ground.desk, ground.plan
    if plan.matrix:
        cells = {impact: dict(row) for impact, row in plan.matrix.items()}
        SeverityMatrix.objects.create(organisation=desk, cells=cells)
    ResponsePolicy.objects.bulk_create(
        ResponsePolicy(
            organisation=desk,
            severity=policy.severity,
            text_fr=french(policy.text[0]),
            text_en=policy.text[1],
            telephone_too=policy.telephone_too,
            tells_management=policy.tells_management,
        )
        for policy in plan.policies
    )
    Macro.objects.bulk_create(
        Macro(
            organisation=desk,
            kind=macro.kind,
            name_fr=french(macro.name[0]),
            name_en=macro.name[1],
            body_fr=french(macro.body[0]),
            body_en=macro.body[1],
        )
        for macro in plan.macros
    )
    Tag.objects.bulk_create(Tag(organisation=desk, name=name) for name in plan.tags)


def _rules(ground: Ground) -> None:
    rows: dict[str, Mapping[str, Model]] = {
        "category": ground.categories,
        "site": ground.sites,
        "request_type": ground.types,
        "organisation": ground.organisations,
    }
    for position, rule in enumerate(ground.plan.rules, start=1):
        conditions = {
            name: [str(rows[name][value].pk) if name in rows else value for value in values]
            for name, values in rule.conditions.items()
        }
        Rule.objects.create(
            organisation=ground.desk,
            position=position,
            name_fr=french(rule.name[0]),
            name_en=rule.name[1],
            conditions=conditions,
            team=ground.teams[rule.team],
            live=rule.live,
        )
