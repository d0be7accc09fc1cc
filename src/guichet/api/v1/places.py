"""Organisations, their places, their people and the roles these have."""

from typing import Annotated

from django.db.models import Q
from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, Named, OneOf, PathId, RowId, Shown, Size, named
from guichet.lib.paging import page
from guichet.people import actions
from guichet.people.models import Expertise, Organisation, Person, RoleKind, Site, Skill
from guichet.tickets import policies

router = Resource(tag="Organisations and people", scope="settings")


class OrganisationShown(Named):
    """A client, or the one we belong to; `desk` treats its tickets."""

    language: str
    region: str
    time_zone: str
    phone: str
    desk: Named


class OrganisationGiven(Given):
    """Who it is."""

    name: Annotated[str, Field(max_length=120)]
    language: Annotated[str, OneOf("fr", "en")] = "fr"
    region: Annotated[str, OneOf("fr-CA", "fr-FR", "fr-BE", "en-CA", "en-GB")] = "fr-CA"
    time_zone: Annotated[str, Field(max_length=64)] = "America/Montreal"
    phone: Annotated[str, Field(max_length=40)] = ""


class SiteShown(Named):
    """One of an organisation's places."""

    address: str


class SiteGiven(Given):
    """A place."""

    name: Annotated[str, Field(max_length=120)]
    address: Annotated[str, Field(max_length=240)] = ""


class PersonShown(Named):
    """Somebody known: requester, agent or both."""

    organisation: int
    email: str
    phone: str
    job_title: str
    badge: Annotated[
        str | None, Field(description="The number on their badge, for managers of the desk that serves them; else null")
    ]
    site: Named | None
    language: str
    time_zone: str
    expertise: Annotated[str, OneOf.these(Expertise)]
    availability: str


class PersonPage(Shown):
    """People in the order of their names."""

    items: list[PersonShown]
    next_cursor: str | None


class PersonGiven(Given):
    """All that is known of a person; what is left out becomes empty."""

    name: Annotated[str, Field(max_length=120)]
    email: Annotated[str, Field(max_length=254)] = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    job_title: Annotated[str, Field(max_length=120)] = ""
    badge: Annotated[
        str, Field(max_length=80, description="As a kiosk's scanner reads it; kept without spaces, dashes and capitals")
    ] = ""
    site: RowId | None = None
    language: Annotated[str, OneOf("fr", "en")] = "fr"
    time_zone: Annotated[str, Field(max_length=64)] = ""
    expertise: Annotated[str, OneOf.these(Expertise)] = "general"
    availability: Annotated[str, Field(max_length=200)] = ""
    skills: Annotated[list[RowId], Field(max_length=50)] = []


class PersonFilters(Given):
    """Which people."""

    q: Annotated[str, Field(max_length=120, description="A part of the name or of the e-mail address")] = ""
    cursor: Annotated[str, Field(max_length=600)] = ""
    size: Size = 50


class Roles(Given):
    """Exactly these roles in the organisation."""

    kinds: Annotated[list[Annotated[str, OneOf.these(RoleKind)]], Field(max_length=20)]


class RolesShown(Shown):
    """The roles of a person in an organisation."""

    kinds: list[str]


@router.read("/organisations", answer=list[OrganisationShown])
def list_organisations(request: ApiRequest) -> list[OrganisationShown]:
    """Your own and the one that serves it; at a desk, all that it serves."""
    rows = reach.organisations(request.person).select_related("served_by")
    return [_organisation(row) for row in rows[:2000]]


@router.read("/organisations/{organisation}", answer=OrganisationShown)
def read_organisation(request: ApiRequest, organisation: PathId) -> OrganisationShown:
    """One organisation."""
    return _organisation(reach.organisation(request.person, organisation))


@router.write("PUT", "/organisations/{organisation}", answer=OrganisationShown, guarded=False)
def change_organisation(request: ApiRequest, organisation: PathId, body: OrganisationGiven) -> OrganisationShown:
    """Say who an organisation is. Managers only."""
    found = reach.organisation(request.person, organisation)
    return _organisation(
        actions.change_organisation(
            organisation=found, desk=found.desk, actor=request.person, now=request.now, **body.model_dump()
        )
    )


@router.write("POST", "/organisations/{organisation}/clients", answer=OrganisationShown, status=201, guarded=False)
def add_client(request: ApiRequest, organisation: PathId, body: OrganisationGiven) -> OrganisationShown:
    """A new client that this desk serves. Managers only."""
    desk = reach.organisation(request.person, organisation)
    return _organisation(actions.create_client(desk=desk, actor=request.person, now=request.now, **body.model_dump()))


@router.read("/organisations/{organisation}/sites", answer=list[SiteShown])
def list_sites(request: ApiRequest, organisation: PathId) -> list[SiteShown]:
    """The organisation's places."""
    found = reach.organisation(request.person, organisation)
    return [_site(site) for site in found.sites.all()[:2000]]


@router.write("POST", "/organisations/{organisation}/sites", answer=SiteShown, status=201, guarded=False)
def add_site(request: ApiRequest, organisation: PathId, body: SiteGiven) -> SiteShown:
    """A new place. Managers only."""
    found = reach.organisation(request.person, organisation)
    return _site(
        actions.save_site(
            site=None, organisation=found, desk=found.desk, actor=request.person, now=request.now, **body.model_dump()
        )
    )


@router.write("PUT", "/organisations/{organisation}/sites/{number}", answer=SiteShown, guarded=False)
def change_site(request: ApiRequest, organisation: PathId, number: PathId, body: SiteGiven) -> SiteShown:
    """Name a place anew. Managers only."""
    found = reach.organisation(request.person, organisation)
    site = reach.in_path(found.sites.select_related("organisation"), number)
    return _site(
        actions.save_site(
            site=site, organisation=found, desk=found.desk, actor=request.person, now=request.now, **body.model_dump()
        )
    )


@router.write("DELETE", "/organisations/{organisation}/sites/{number}", answer=None, status=204, guarded=False)
def remove_site(request: ApiRequest, organisation: PathId, number: PathId) -> None:
    """Remove a place that nobody names. Managers only."""
    found = reach.organisation(request.person, organisation)
    site = reach.in_path(found.sites.select_related("organisation"), number)
    actions.remove_site(site=site, desk=found.desk, actor=request.person, now=request.now)


@router.read("/organisations/{organisation}/people", answer=PersonPage)
def list_people(request: ApiRequest, organisation: PathId, filters: Query[PersonFilters]) -> PersonPage:
    """The organisation's people that you may see, in the order of their names."""
    found = reach.organisation(request.person, organisation)
    people = reach.people(request.person).filter(organisation=found).select_related("organisation", "site")
    if filters.q:
        people = people.filter(Q(name__icontains=filters.q) | Q(email__icontains=filters.q))
    result = page(people, order=("name", "id"), cursor=filters.cursor, size=filters.size)
    return PersonPage(
        items=[_person(p, reader=request.person) for p in result.items], next_cursor=result.next_cursor or None
    )


@router.write("POST", "/organisations/{organisation}/people", answer=PersonShown, status=201, guarded=False)
def add_person(request: ApiRequest, organisation: PathId, body: PersonGiven) -> PersonShown:
    """Enter somebody. They have no account until a manager invites them. Managers only."""
    return _save(request, None, organisation=reach.organisation(request.person, organisation), body=body)


@router.read("/people/{number}", answer=PersonShown)
def read_person(request: ApiRequest, number: PathId) -> PersonShown:
    """One person."""
    found = reach.in_path(reach.people(request.person).select_related("organisation", "site"), number)
    return _person(found, reader=request.person)


@router.write("PUT", "/people/{number}", answer=PersonShown, guarded=False)
def change_person(request: ApiRequest, number: PathId, body: PersonGiven) -> PersonShown:
    """Say all that is known of a person. Managers only."""
    found = reach.in_path(reach.people(request.person).select_related("organisation__served_by"), number)
    return _save(request, found, organisation=found.organisation, body=body)


@router.read("/people/{number}/roles/{organisation}", answer=RolesShown)
def read_roles(request: ApiRequest, number: PathId, organisation: PathId) -> RolesShown:
    """What a person is in an organisation."""
    found = reach.organisation(request.person, organisation)
    person = reach.in_path(reach.people(request.person), number)
    return RolesShown(kinds=sorted(person.roles.filter(organisation=found).values_list("kind", flat=True)))


@router.write("PUT", "/people/{number}/roles/{organisation}", answer=RolesShown, guarded=False)
def set_roles(request: ApiRequest, number: PathId, organisation: PathId, body: Roles) -> RolesShown:
    """Give exactly these roles. Managers only; a desk always keeps a manager."""
    found = reach.organisation(request.person, organisation)
    person = reach.in_path(reach.people(request.person).select_related("organisation"), number)
    actions.set_roles(
        person=person, organisation=found, kinds=body.kinds, desk=found.desk, actor=request.person, now=request.now
    )
    return RolesShown(kinds=sorted(set(body.kinds)))


def _save(request: ApiRequest, person: Person | None, *, organisation: Organisation, body: PersonGiven) -> PersonShown:
    given = body.model_dump(exclude={"site", "skills"})
    reach.need_manager(request.person, organisation_id=organisation.desk.pk)
    skills = [
        reach.named_in_body(Skill.objects.filter(organisation=organisation.desk), pk, field="skills")
        for pk in dict.fromkeys(body.skills)
    ]
    saved = actions.save_person(
        person=person,
        organisation=organisation,
        site=reach.named_in_body(Site.objects.filter(organisation=organisation), body.site, field="site"),
        skills=[skill for skill in skills if skill is not None],
        desk=organisation.desk,
        actor=request.person,
        now=request.now,
        **given,
    )
    return _person(saved, reader=request.person)


def _organisation(row: Organisation) -> OrganisationShown:
    return OrganisationShown(
        id=row.pk,
        name=row.name,
        language=row.language,
        region=row.region,
        time_zone=row.time_zone,
        phone=row.phone,
        desk=Named(id=row.desk.pk, name=row.desk.name),
    )


def _site(row: Site) -> SiteShown:
    return SiteShown(id=row.pk, name=row.name, address=row.address)


def _person(row: Person, *, reader: Person) -> PersonShown:
    desk = row.organisation.served_by_id or row.organisation_id
    return PersonShown(
        id=row.pk,
        name=row.name,
        organisation=row.organisation_id,
        email=row.email,
        phone=row.phone,
        job_title=row.job_title,
        badge=row.badge if policies.can_configure(reader, organisation_id=desk) else None,
        site=named(row.site),
        language=row.language,
        time_zone=row.time_zone,
        expertise=row.expertise,
        availability=row.availability,
    )
