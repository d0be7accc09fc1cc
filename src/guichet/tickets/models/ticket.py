"""The ticket: one piece of support work, with its three axes, its promise and its end."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guichet.activity.models import Chained
from guichet.catalog.models import Category, Kind, RequestType, Service
from guichet.lib.text import plain_html, to_html
from guichet.people.models import Level, Organisation, Person, Site, Team
from guichet.tickets import lifecycle
from guichet.tickets.queries import TicketQuerySet


class State(models.TextChoices):
    NEW = lifecycle.NEW, _("New")
    OPEN = lifecycle.OPEN, _("Open")
    ON_HOLD = lifecycle.ON_HOLD, _("On hold")
    RESOLVED = lifecycle.RESOLVED, _("Resolved")
    CLOSED = lifecycle.CLOSED, _("Closed")
    CANCELLED = lifecycle.CANCELLED, _("Cancelled")


class Severity(models.TextChoices):
    """How grave for the organisation."""

    S1 = "S1", _("Critical")
    S2 = "S2", _("High")
    S3 = "S3", _("Medium")
    S4 = "S4", _("Low")
    S5 = "S5", _("Very low, for information")


class Impact(models.TextChoices):
    """How much or how many are touched."""

    EVERYONE = "everyone", _("The whole organisation")
    DEPARTMENT = "department", _("A whole department or site")
    GROUP = "group", _("A few people")
    PERSON = "person", _("One person")


class Urgency(models.TextChoices):
    """How fast it gets worse."""

    STOPPED = "stopped", _("Work has stopped, nothing else can be done meanwhile")
    BLOCKED = "blocked", _("This work is blocked, other work is possible")
    HAMPERED = "hampered", _("Work is possible, with difficulty")
    NONE = "none", _("Nobody is hampered")


class Priority(models.IntegerChoices):
    """The order of work, set by the IT department with its reason."""

    FIRST = 1, _("First")
    HIGH = 2, _("High")
    NORMAL = 3, _("Normal")
    LATER = 4, _("Can wait")


class Channel(models.TextChoices):
    PHONE = "phone", _("Telephone")
    CHAT = "chat", _("Chat")
    PORTAL = "portal", _("Portal")
    MAIL = "mail", _("E-mail")
    REMOTE = "remote", _("Remote assistance")
    ONSITE = "onsite", _("On site")
    KIOSK = "kiosk", _("Walk-up counter")
    FORUM = "forum", _("Forum")
    KNOWLEDGE = "knowledge", _("Knowledge base")
    SOCIAL = "social", _("Social network")
    TRAINING = "training", _("Tutorial or webinar")
    API = "api", _("API")


class PromiseKind(models.TextChoices):
    """What happens next. A custom promise is worded by whoever makes it."""

    FIRST_ANSWER = "first_answer", _("A first answer")
    TAKE_ON = "take_on", _("The next team takes it on")
    SOLVE = "solve", _("The next news, or the solution")
    REQUESTER = "requester", _("You give us what we asked for")
    PROVIDER = "provider", _("The provider answers us")
    APPOINTMENT = "appointment", _("The appointment takes place")
    RESUME = "resume", _("We take it up again")
    CONFIRM = "confirm", _("You tell us whether it works")
    CUSTOM = "custom", _("Other")


class Unsolved(models.TextChoices):
    """Why a ticket ends as resolved without a verified solution."""

    UNREPRODUCIBLE = "unreproducible", _("The fault no longer appears and can’t be reproduced")
    WITHDRAWN = "withdrawn", _("The requester no longer needs it")
    NOT_OURS = "not_ours", _("It is not for the IT department")
    REFUSED = "refused", _("The request was refused")
    NO_ANSWER = "no_answer", _("The requester no longer answers")
    UNRECORDED = "unrecorded", _("The source does not say how it was solved")


# Asked only when what they point to is to be deleted.
_SELDOM = ("service", "request_type", "site", "severity_by", "priority_by", "promise_owner", "solution")


class Ticket(Chained):
    """One piece of support work, with a reference that is given at once."""

    reference = models.CharField(max_length=16, unique=True)
    # What begins a longer index below, or is seldom said, has no index of its own: each costs every action that moves
    # the ticket in its lists.
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Whose teams and settings treat it; the organisation itself or the one that serves it.
    desk = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Who entered it, where an agent did so for the requester.
    reporter = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=12, choices=Channel, default=Channel.PORTAL)
    external_key = models.CharField(max_length=120, null=True, blank=True)

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.INCIDENT)
    title = models.CharField(max_length=200)
    description = models.TextField()
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    request_type = models.ForeignKey(
        RequestType, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    site = models.ForeignKey(Site, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    asset = models.CharField(max_length=80, blank=True)
    # What intake asked (`intake.py`) and the request type's own questions, by key.
    facts = models.JSONField(default=dict, blank=True)
    answers = models.JSONField(default=dict, blank=True)

    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    impact = models.CharField(max_length=12, choices=Impact)
    urgency = models.CharField(max_length=10, choices=Urgency)
    severity = models.CharField(max_length=2, choices=Severity)
    # Set only where somebody overrode the matrix; then both.
    severity_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    severity_reason = models.CharField(max_length=240, blank=True)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    priority_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    priority_reason = models.CharField(max_length=240, blank=True)
    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    assignee = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    # The promise: what happens next, who does it (None: the team), by when. Its history is in the activity log.
    promise_kind = models.CharField(max_length=14, choices=PromiseKind, blank=True)
    promise_text = models.CharField(max_length=240, blank=True)
    promise_owner = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    promise_due_at = models.DateTimeField(null=True, blank=True)

    solution = models.ForeignKey(
        "tickets.Attempt", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    unsolved_reason = models.CharField(max_length=16, choices=Unsolved, blank=True)

    tags = models.ManyToManyField("tickets.Tag", blank=True, related_name="+")
    opened_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # When it came to its present team or person: what the level's time limit counts from.
    received_at = models.DateTimeField()
    reopened = models.PositiveSmallIntegerField(default=0)

    objects = TicketQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="a_live_ticket_has_a_promise",
                condition=Q(state__in=lifecycle.LIVE, promise_due_at__isnull=False) & ~Q(promise_kind="")
                | Q(state__in=lifecycle.ENDED, promise_due_at__isnull=True, promise_kind=""),
            ),
            models.CheckConstraint(
                name="a_custom_promise_is_worded",
                condition=~Q(promise_kind=PromiseKind.CUSTOM) | ~Q(promise_text=""),
            ),
            models.CheckConstraint(
                name="resolved_means_a_solution_or_a_reason",
                condition=~Q(state__in=(State.RESOLVED, State.CLOSED))
                | Q(solution__isnull=False, unsolved_reason="")
                | Q(solution__isnull=True) & ~Q(unsolved_reason=""),
            ),
            models.CheckConstraint(
                name="an_override_has_author_and_reason",
                condition=Q(severity_by__isnull=True, severity_reason="")
                | Q(severity_by__isnull=False) & ~Q(severity_reason=""),
            ),
            models.CheckConstraint(
                name="a_priority_set_has_author_and_reason",
                condition=Q(priority_by__isnull=True, priority_reason="")
                | Q(priority_by__isnull=False) & ~Q(priority_reason=""),
            ),
            models.CheckConstraint(name="ticket_severity", condition=Q(severity__in=Severity.values)),
            models.CheckConstraint(name="ticket_state", condition=Q(state__in=State.values)),
            models.UniqueConstraint(fields=["organisation", "external_key"], name="ticket_external_key"),
        ]
        indexes = [
            models.Index(fields=["desk", "-opened_at", "-id"], name="ticket_newest"),
            models.Index(
                fields=["desk", "priority", "promise_due_at", "id"],
                condition=Q(state__in=lifecycle.LIVE),
                name="ticket_work",
            ),
            models.Index(
                fields=["team", "priority", "promise_due_at", "id"],
                condition=Q(state__in=lifecycle.LIVE),
                name="ticket_team_work",
            ),
            # Whether a ticket is with a team is answered by the index alone: a provider's technician searches so.
            models.Index(fields=["team", "id"], name="ticket_by_team"),
            models.Index(
                fields=["assignee", "priority", "promise_due_at", "id"],
                condition=Q(state__in=lifecycle.LIVE),
                name="ticket_my_work",
            ),
            models.Index(
                fields=["desk", "-opened_at", "-id"], condition=Q(state__in=lifecycle.LIVE), name="ticket_live"
            ),
            models.Index(fields=["requester", "-opened_at", "-id"], name="ticket_by_requester"),
            # An agent who answers the telephone reports thousands; what was reported elsewhere is found among them.
            models.Index(fields=["reporter", "desk", "id"], name="ticket_by_reporter"),
            models.Index(fields=["organisation", "-opened_at", "-id"], name="ticket_by_organisation"),
            models.Index(fields=["desk", "asset"], condition=~Q(asset=""), name="ticket_by_asset"),
            *(
                models.Index(fields=[name], condition=Q(**{f"{name}__isnull": False}), name=f"ticket_with_{name}")
                for name in _SELDOM
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def description_html(self) -> str:
        """Safe HTML: Markdown as people type it in the product, a mail's text as it is."""
        return plain_html(self.description) if self.channel == Channel.MAIL else to_html(self.description)

    @property
    def is_live(self) -> bool:
        return self.state in lifecycle.LIVE

    @property
    def is_unsolved(self) -> bool:
        return self.state in lifecycle.UNSOLVED

    def may(self, verb: str) -> bool:
        return lifecycle.may(verb, state=self.state)

    @property
    def promise(self) -> str:
        """The next step, in the reader's language."""
        if self.promise_text or not self.promise_kind:
            return self.promise_text
        return str(PromiseKind(self.promise_kind).label)

    @property
    def promise_who(self) -> str:
        """Who does the next step: a person's name, or the team's."""
        return (self.promise_owner or self.assignee or self.team).name
