"""Who there is: organisations, their places and people, teams, levels, skills and roles."""

from collections.abc import Collection
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from guichet.lib.bilingual import Named, pick
from guichet.lib.compiled import Compiled
from guichet.lib.database import prepared


class LevelScheme(Named):
    """The ladder of levels that an organisation works with; levels are ordered within it."""

    organisation = models.ForeignKey("Organisation", on_delete=models.CASCADE, related_name="schemes")
    key = models.SlugField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="scheme_key")]


class Level(Named):
    """Who treats it: a depth of skill. Neither severity nor priority."""

    scheme = models.ForeignKey(LevelScheme, on_delete=models.CASCADE, related_name="levels")
    rank = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=8)
    treats_fr = models.TextField(blank=True)
    treats_en = models.TextField(blank=True)
    # How long one may work on a ticket before a hand-over is proposed; None: no limit.
    minutes_limit = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["scheme", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "rank"], name="level_rank"),
            models.UniqueConstraint(fields=["scheme", "code"], name="level_code"),
        ]

    @property
    def treats(self) -> str:
        return pick(self.treats_fr, self.treats_en)


class Organisation(models.Model):
    """A client, or the one we belong to. `served_by` is the organisation whose desk treats its tickets."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    served_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="clients")
    scheme = models.ForeignKey(LevelScheme, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=8, choices=[("fr", _("French")), ("en", _("English"))], default="fr")
    # How dates are written: fr-CA says « 10 h 30 », fr-FR and fr-BE « 10:30 ».
    region = models.CharField(
        max_length=8, choices=[(c, c) for c in ("fr-CA", "fr-FR", "fr-BE", "en-CA", "en-GB")], default="fr-CA"
    )
    time_zone = models.CharField(max_length=64, default="America/Montreal")
    phone = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def desk(self) -> "Organisation":
        """The organisation whose teams, levels and settings treat our tickets."""
        return self.served_by or self


class Site(models.Model):
    """One of an organisation's places."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="sites")
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=240, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="site_name")]

    def __str__(self) -> str:
        return self.name


class Expertise(models.TextChoices):
    """How much at ease with computing a requester is; words and articles are chosen by it."""

    INEXPERIENCED = "inexperienced", _("Inexperienced")
    GENERAL = "general", _("General")
    EXPERIENCED = "experienced", _("Experienced")
    SPECIALISED = "specialised", _("Specialised")


class Skill(Named):
    """Something a team or a person knows how to treat, or a right they hold."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="skills")

    class Meta:
        ordering = ["name_fr"]


class Person(models.Model):
    """Anybody known: requester, agent or both; with or without an account."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="people")
    site = models.ForeignKey(Site, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    job_title = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=8, choices=[("fr", _("French")), ("en", _("English"))], default="fr")
    time_zone = models.CharField(max_length=64, blank=True)
    expertise = models.CharField(max_length=16, choices=Expertise, default=Expertise.GENERAL)
    availability = models.CharField(max_length=200, blank=True)
    skills = models.ManyToManyField(Skill, blank=True, related_name="+")
    # What the scanner of a kiosk reads, as `badges.number_of` writes it. For the desk's managers alone.
    badge = models.CharField(max_length=80, blank=True)
    # Made of what somebody said of themselves, in a mail or at a kiosk: nobody has confirmed that they belong here.
    unconfirmed = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            # The badge first: it is what one looks for.
            models.UniqueConstraint(
                fields=["badge", "organisation"], condition=~models.Q(badge=""), name="person_badge_in_organisation"
            ),
            models.UniqueConstraint(
                Lower("email"),
                "organisation",
                condition=~models.Q(email=""),
                name="person_email_in_organisation",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def desk_among(self, desks: Collection[int]) -> Organisation:
        """Their own desk where it is one of these (some at least), else the first of them by name."""
        own = self.organisation.desk
        return own if own.pk in desks else Organisation.objects.filter(pk__in=desks).order_by("name")[0]

    @cached_property
    def grants(self) -> "Grants":
        """Roles and teams, read once a request."""
        return Grants.of(self)


class AccountManager(BaseUserManager["Account"]):
    def get_queryset(self) -> models.QuerySet["Account"]:
        # Every signed-in page needs the person and their organisation: one query instead of three.
        return super().get_queryset().select_related("person__organisation__served_by")

    def get(self, *args: Any, **kwargs: Any) -> "Account":
        """By its key alone as Django asks with every page: the SQL of that is written once."""
        if args or kwargs.keys() != {"pk"}:
            return super().get(*args, **kwargs)
        found = _account.first(pk=int(kwargs["pk"]))
        if found is None:
            raise self.model.DoesNotExist
        return found

    def create_user(self, *, email: str, password: str | None, person: Person, **fields: Any) -> "Account":
        account = self.model(email=self.normalize_email(email).lower(), person=person, **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(email=(username or "").strip().lower())


_account = Compiled(lambda pk: Account.objects.filter(pk=pk), pk=int)


class Account(AbstractBaseUser):
    """What a person signs in with."""

    email = models.EmailField(unique=True)
    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="account")
    is_active = models.BooleanField(default=True)
    # When the account was last closed or given out anew: what let someone in before does so no more.
    renewed_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AccountManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.email


class Team(models.Model):
    """People who own tickets together, at one level of the scheme."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="teams")
    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=120)
    # The front team receives what no rule sends elsewhere; exactly one where the desk is set up.
    is_front = models.BooleanField(default=False)
    takes_calls = models.BooleanField(default=False)
    skills = models.ManyToManyField(Skill, blank=True, related_name="teams")

    class Meta:
        ordering = ["level__rank", "name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="team_name"),
            models.UniqueConstraint(fields=["organisation"], condition=models.Q(is_front=True), name="one_front_team"),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    lead = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "person"], name="one_membership")]


class RoleKind(models.TextChoices):
    """What one does in an organisation; `policies.py` says what each may."""

    OPERATOR = "operator", _("Operator")
    AGENT = "agent", _("Service-desk agent")
    TECHNICIAN = "technician", _("Field technician")
    PRINCIPAL = "principal", _("Principal technician")
    ANALYST = "analyst", _("Functional analyst")
    ADMINISTRATOR = "administrator", _("Administrator (systems, network, cloud)")
    MANAGER = "manager", _("Service-desk manager")
    CONTACT = "contact", _("Organisation’s contact")
    APPROVER = "approver", _("Approver")
    PROVIDER = "provider", _("Provider’s technician")


TREATING = frozenset(
    {
        RoleKind.OPERATOR, RoleKind.AGENT, RoleKind.TECHNICIAN, RoleKind.PRINCIPAL, RoleKind.ANALYST,
        RoleKind.ADMINISTRATOR, RoleKind.MANAGER,
    }
)  # fmt: skip


class Role(models.Model):
    """A role given to a person in an organisation. In a desk's organisation it extends to the clients served."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="roles")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=16, choices=RoleKind)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "organisation", "kind"], name="one_role")]


# Asked on every request, so in one plain statement.
_GRANTED = """
SELECT organisation_id, kind FROM people_role WHERE person_id = %s
UNION ALL SELECT team_id, NULL FROM people_membership WHERE person_id = %s
"""


class Grants:
    """A person's roles and teams as plain sets, so that policies cost no query."""

    def __init__(self, *, roles: dict[int, frozenset[str]], teams: frozenset[int]) -> None:
        self.roles = roles
        self.teams = teams
        self.treats_in = frozenset(o for o, kinds in roles.items() if kinds & TREATING)
        self.manages_in = frozenset(o for o, kinds in roles.items() if RoleKind.MANAGER in kinds)
        self.contact_in = frozenset(o for o, kinds in roles.items() if RoleKind.CONTACT in kinds)
        self.provider_in = frozenset(o for o, kinds in roles.items() if RoleKind.PROVIDER in kinds)

    @classmethod
    def of(cls, person: Person) -> "Grants":
        roles: dict[int, set[str]] = {}
        teams: set[int] = set()
        with prepared() as cursor:
            cursor.execute(_GRANTED, [person.pk, person.pk])
            for of, kind in cursor.fetchall():
                if kind is None:
                    teams.add(of)
                else:
                    roles.setdefault(of, set()).add(kind)
        return cls(roles={o: frozenset(k) for o, k in roles.items()}, teams=frozenset(teams if roles else ()))

    @property
    def at_desk(self) -> bool:
        """Whether the person works at a desk at all, and not only asks for help."""
        return bool(self.treats_in or self.provider_in)
