"""Setting up who there is: the desk itself, its clients, places, people, roles, skills and accounts."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from guichet.lib.errors import Conflict, Refused
from guichet.people import badges
from guichet.people.known import now_known
from guichet.people.managing import (
    line_of,
    name_of,
    need_free,
    need_manager,
    need_own,
    need_served,
    need_unused,
    noted,
)
from guichet.people.models import (
    TREATING,
    Account,
    Expertise,
    Organisation,
    Person,
    Role,
    RoleKind,
    Site,
    Skill,
)

# What a person of a client may be: everything else is for the desk's own people.
CLIENT_ROLES = (RoleKind.CONTACT, RoleKind.APPROVER)


def change_organisation(
    *,
    organisation: Organisation,
    name: str,
    language: str,
    region: str,
    time_zone: str,
    phone: str,
    desk: Organisation,
    actor: Person,
    now: datetime,
) -> Organisation:
    """Who we are, or a client is: name, language, region, time zone, telephone."""
    need_manager(actor, desk)
    need_served(organisation, desk)
    _describe(organisation, name=name, language=language, region=region, time_zone=time_zone, phone=phone)
    organisation.save()
    noted("organisation changed", subject=organisation, actor=actor, now=now)
    return organisation


def create_client(
    *,
    desk: Organisation,
    name: str,
    language: str,
    region: str,
    time_zone: str,
    phone: str,
    actor: Person,
    now: datetime,
) -> Organisation:
    """A client organisation that this desk serves."""
    need_manager(actor, desk)
    client = Organisation(served_by=desk)
    _describe(client, name=name, language=language, region=region, time_zone=time_zone, phone=phone)
    client.slug = _free_slug(client.name)
    client.save()
    noted("client created", subject=client, actor=actor, now=now)
    return client


def save_site(
    *,
    site: Site | None,
    organisation: Organisation,
    name: str,
    address: str,
    desk: Organisation,
    actor: Person,
    now: datetime,
) -> Site:
    """A place of the desk's organisation or of a client; `site` None makes a new one."""
    need_manager(actor, desk)
    need_served(organisation, desk)
    if site is not None:
        need_served(site.organisation, desk)
    site = site or Site()
    site.organisation = organisation
    site.name = name_of(name, field="name")
    site.address = line_of(address, field="address", limit=240)
    need_free(
        Site.objects.filter(organisation=organisation, name=site.name).exclude(pk=site.pk),
        field="name",
        message=_("This organisation already has a place of that name."),
    )
    site.save()
    noted("site saved", subject=site, actor=actor, now=now)
    return site


def remove_site(*, site: Site, desk: Organisation, actor: Person, now: datetime) -> None:
    need_manager(actor, desk)
    need_served(site.organisation, desk)
    with transaction.atomic():
        need_unused(
            site,
            by={
                "person": ngettext_lazy(
                    "%(count)d person works there: give them another place first.",
                    "%(count)d people work there: give them another place first.",
                    "count",
                ),
                "ticket": ngettext_lazy(
                    "%(count)d ticket names this place, so it has to stay.",
                    "%(count)d tickets name this place, so it has to stay.",
                    "count",
                ),
            },
        )
        noted("site removed", subject=site, actor=actor, now=now)
        site.delete()


def save_skill(
    *, skill: Skill | None, desk: Organisation, name_fr: str, name_en: str, actor: Person, now: datetime
) -> Skill:
    """Something that teams or people know or may do."""
    need_manager(actor, desk)
    if skill is not None:
        need_own(skill, desk)
    skill = skill or Skill(organisation=desk)
    skill.name_fr = name_of(name_fr, field="name_fr")
    skill.name_en = line_of(name_en, field="name_en")
    need_free(
        Skill.objects.filter(organisation=desk, name_fr=skill.name_fr).exclude(pk=skill.pk),
        field="name_fr",
        message=_("There is a skill of that name already."),
    )
    skill.save()
    noted("skill saved", subject=skill, actor=actor, now=now)
    return skill


def remove_skill(*, skill: Skill, actor: Person, now: datetime) -> None:
    """People and teams simply no longer have it."""
    need_manager(actor, skill.organisation)
    noted("skill removed", subject=skill, actor=actor, now=now)
    skill.delete()


def save_person(
    *,
    person: Person | None,
    organisation: Organisation,
    name: str,
    email: str,
    phone: str,
    job_title: str,
    badge: str,
    site: Site | None,
    language: str,
    time_zone: str,
    expertise: str,
    availability: str,
    skills: Iterable[Skill],
    desk: Organisation,
    actor: Person,
    now: datetime,
) -> Person:
    """Somebody of the desk's organisation or of a client; `person` None makes a new one.

    A person stays in the organisation they were entered in: their tickets belong to it.
    """
    need_manager(actor, desk)
    need_served(organisation, desk)
    if person is not None and person.organisation_id != organisation.pk:
        raise Refused(
            _("A person stays in their organisation, as do their tickets. Enter a new person instead."),
            code="moves",
            field="organisation",
        )
    person = person or Person(organisation=organisation)
    person.name = name_of(name, field="name")
    person.email = _email_of(person, email)
    if site is not None and site.organisation_id != organisation.pk:
        raise Refused(_("This place belongs to another organisation."), code="foreign", field="site")
    person.phone = line_of(phone, field="phone", limit=40)
    person.job_title = line_of(job_title, field="job_title")
    person.site = site
    person.language = _choice(language, ("fr", "en"), field="language")
    person.time_zone = _zone(time_zone) if time_zone else ""
    person.expertise = _choice(expertise, Expertise.values, field="expertise")
    person.availability = line_of(availability, field="availability", limit=200)
    chosen = list(skills)
    for skill in chosen:
        need_own(skill, desk)
    with transaction.atomic():
        person.badge = badges.entered(badge, person=person, desk=desk)
        # Whoever saves it has looked at where they belong.
        person.unconfirmed = False
        person.save()
        person.skills.set(chosen)
        now_known([person])
        noted("person saved", subject=person, actor=actor, now=now)
    return person


def set_roles(
    *,
    person: Person,
    organisation: Organisation,
    kinds: Iterable[str],
    desk: Organisation,
    actor: Person,
    now: datetime,
) -> None:
    """The roles of `person` in `organisation`, exactly these. A desk always keeps a manager."""
    need_manager(actor, desk)
    need_served(organisation, desk)
    need_served(person.organisation, desk)
    wanted = set(kinds)
    if not wanted <= set(RoleKind.values):
        raise Refused(_("Choose one of the answers offered."), code="unknown_choice", field="roles")
    if organisation.pk != desk.pk and not wanted <= set(CLIENT_ROLES):
        raise Refused(_("In a client organisation one is a contact or an approver."), code="client_role", field="roles")
    if wanted & TREATING and person.organisation_id != desk.pk:
        raise Refused(
            _("Only people of the desk’s own organisation treat its tickets. Others can be a provider’s technician."),
            code="outsider",
            field="roles",
        )
    with transaction.atomic():
        # Two managers who take each other's role away at once: the second must see the first's change.
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        managers = Role.objects.filter(organisation=organisation, kind=RoleKind.MANAGER)
        if (
            RoleKind.MANAGER not in wanted
            and managers.filter(person=person).exists()
            and not managers.exclude(person=person).exists()
        ):
            raise Conflict(
                _("This person is the desk’s only manager. Give somebody else this role first."),
                code="last_manager",
                field="roles",
            )
        held = set(Role.objects.filter(person=person, organisation=organisation).values_list("kind", flat=True))
        Role.objects.filter(person=person, organisation=organisation, kind__in=held - wanted).delete()
        Role.objects.bulk_create(
            Role(person=person, organisation=organisation, kind=kind) for kind in sorted(wanted - held)
        )
        _confirm(person)
        noted("roles set", subject=person, actor=actor, now=now)


def invite(*, person: Person, desk: Organisation, actor: Person, now: datetime) -> Account:
    """An account for `person`, or the one they have, ready for a new password. Who signed in before can't any more.

    Refused where the person also works for a desk that the actor doesn't manage: a new password would open it.
    """
    need_manager(actor, desk)
    need_served(person.organisation, desk)
    if not person.email:
        raise Refused(_("An account needs an e-mail address: enter one first."), code="no_email", field="email")
    with transaction.atomic():
        account = Account.objects.select_for_update(of=("self",)).filter(person=person).first()
        _need_no_foreign_roles(person, desk)
        email = person.email.lower()
        need_free(
            Account.objects.filter(email=email).exclude(person=person),
            field="email",
            message=_("Another account already signs in with this e-mail address."),
        )
        if account is None:
            account = Account.objects.create_user(email=email, password=None, person=person)
        else:
            account.email = email
            account.is_active = True
            # Ends every session and makes older links and tokens worthless.
            account.set_unusable_password()
            account.renewed_at = now
            account.save()
        _confirm(person)
        noted("account invited", subject=account, actor=actor, now=now)
    return account


def close_account(*, person: Person, desk: Organisation, actor: Person, now: datetime) -> None:
    """The person can no longer sign in; everything they did stays."""
    need_manager(actor, desk)
    need_served(person.organisation, desk)
    if person.pk == actor.pk:
        raise Refused(_("You can’t close your own account."), code="own_account")
    _need_no_foreign_roles(person, desk)
    account = Account.objects.filter(person=person, is_active=True).first()
    if account is None:
        raise Conflict(_("This person has no open account."), code="no_account")
    account.is_active = False
    account.set_unusable_password()
    account.renewed_at = now
    account.save()
    noted("account closed", subject=account, actor=actor, now=now)


def _confirm(person: Person) -> None:
    """Whoever is given a role or an account is taken to belong where they were met."""
    if person.unconfirmed:
        person.unconfirmed = False
        person.save(update_fields=["unconfirmed"])


def _need_no_foreign_roles(person: Person, desk: Organisation) -> None:
    ours = {desk.pk, *desk.clients.values_list("pk", flat=True)}
    if Role.objects.filter(person=person).exclude(organisation__in=ours).exists():
        raise Refused(
            _("This person also works for a desk that you don’t manage: their account is not yours to change."),
            code="foreign_roles",
        )


def _describe(organisation: Organisation, *, name: str, language: str, region: str, time_zone: str, phone: str) -> None:
    organisation.name = name_of(name, field="name")
    organisation.language = _choice(language, ("fr", "en"), field="language")
    organisation.region = _choice(region, ("fr-CA", "fr-FR", "fr-BE", "en-CA", "en-GB"), field="region")
    organisation.time_zone = _zone(time_zone)
    organisation.phone = line_of(phone, field="phone", limit=40)


def _zone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        raise Refused(_("This is not a known time zone, such as America/Montreal."), code="zone", field="time_zone")
    return name


def _choice(value: str, among: Iterable[str], *, field: str) -> str:
    if value not in among:
        raise Refused(_("Choose one of the answers offered."), code="unknown_choice", field=field)
    return value


def _email(text: str) -> str:
    text = line_of(text, field="email", limit=254)
    if text:
        try:
            validate_email(text)
        except ValidationError:
            raise Refused(_("This does not look like an e-mail address."), code="email", field="email") from None
    return text


def _email_of(person: Person, text: str) -> str:
    email = _email(text)
    if email:
        need_free(
            Person.objects.filter(organisation=person.organisation, email__iexact=email).exclude(pk=person.pk),
            field="email",
            message=_("Somebody of this organisation already has this e-mail address."),
        )
    return email


def _free_slug(name: str) -> str:
    base = slugify(name)[:50] or "client"
    slug, number = base, 2
    while Organisation.objects.filter(slug=slug).exists():
        slug, number = f"{base}-{number}", number + 1
    return slug
