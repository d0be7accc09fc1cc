"""Who was told what of a major incident, and when; and who wasn't reached."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guichet.activity.models import Event
from guichet.lib.models import Outgoing
from guichet.notifications import addressing, of_majors
from guichet.notifications.models import Notification
from guichet.notifications.sent import NEEDLESS, Standing
from guichet.people.models import Person
from guichet.tickets.major_people import affected
from guichet.tickets.models import MajorAudience, MajorIncident, MajorNews

# Major incidents have dozens of news at most, and their pages name so many people.
_NEWS, _PEOPLE = 100, 2_000
_COUNTED = (Standing.DELIVERED, Standing.GIVEN_UP, Standing.NEEDLESS, Standing.WAITING)
NO_ADDRESS = _("No address is known.")
DEAD = _("A mail server said that this address doesn’t exist.")
REFUSED = _("The mail was refused, or nobody took it for five days.")
NO_MAIL = _("This desk sends no mail.")


@dataclass(frozen=True)
class Telling:
    """One piece of news: how many have it under the bell (and looked), and how its mails stand."""

    news: MajorNews
    under_bell: int
    looked: int
    mails: Mapping[str, int] = field(default_factory=dict)

    @property
    def delivered(self) -> int:
        return self.mails.get(Standing.DELIVERED, 0)

    @property
    def waiting(self) -> int:
        return self.mails.get(Standing.WAITING, 0)

    @property
    def failed(self) -> int:
        return self.mails.get(Standing.GIVEN_UP, 0)

    @property
    def needless(self) -> int:
        return self.mails.get(Standing.NEEDLESS, 0)


@dataclass(frozen=True)
class Unreached:
    """Somebody affected whom mail doesn't reach, and why. `signs_in`: they find it under the bell and in the portal."""

    person: Person
    why: Promise
    signs_in: bool


def tellings(major: MajorIncident) -> list[Telling]:
    """The news, the newest first. Four queries, whatever was said to however many."""
    news = list(major.news.order_by("-pk")[:_NEWS])
    told = Event.objects.filter(subject_type="majorincident", subject_id=major.pk, verb__in=of_majors.WRITTEN)
    said_by = {event: data["news"] for event, data in told.values_list("pk", "data")}
    bell = Notification.objects.filter(event__in=said_by).order_by().values_list("event")
    counted_bell = bell.annotate(told=Count("pk"), looked=Count("pk", filter=Q(read_at__isnull=False)))
    under = {said_by[event]: (count, looked) for event, count, looked in counted_bell}
    mails: defaultdict[int, Counter[str]] = defaultdict(Counter)
    over, needless = Q(given_up_at__isnull=False), Q(answer__in=NEEDLESS)
    rows = Outgoing.objects.filter(kind=of_majors.KIND, about=major.reference).order_by().values_list("payload__news")
    for number, *counted in rows.annotate(
        delivered=Count("pk", filter=Q(delivered_at__isnull=False)),
        failed=Count("pk", filter=over & ~needless),
        needless=Count("pk", filter=over & needless),
        waiting=Count("pk", filter=Q(delivered_at=None, given_up_at=None)),
    ):
        mails[number].update(dict(zip(_COUNTED, counted, strict=True)))
    return [Telling(one, *under.get(one.pk, (0, 0)), mails=mails[one.pk]) for one in news]


def unreached(major: MajorIncident) -> list[Unreached]:
    """Those affected whom mail doesn't reach, who can't sign in first. Nobody, as long as only the desk may know."""
    if major.audience == MajorAudience.DESK:
        return []
    people = list(affected(major).select_related("account").order_by("name", "pk")[:_PEOPLE])
    dead = {person.pk for person in people} - {person.pk for person in addressing.reachable(people)}
    failed = _failed(major)
    sends = settings.SMTP is not None and addressing.identity(major.desk) is not None
    found = [
        Unreached(person, why, signs_in=_signs_in(person))
        for person in people
        if (why := _why(person, dead=dead, failed=failed, sends=sends)) is not None
    ]
    return sorted(found, key=lambda one: one.signs_in)


def _why(person: Person, *, dead: set[int], failed: set[int], sends: bool) -> Promise | None:
    if not person.email:
        return NO_ADDRESS
    if person.pk in dead:
        return DEAD
    if not sends:
        return NO_MAIL
    return REFUSED if person.pk in failed else None


def _failed(major: MajorIncident) -> set[int]:
    """Those whose last mail that was needed did not arrive."""
    rows = Outgoing.objects.filter(kind=of_majors.KIND, about=major.reference).exclude(
        given_up_at__isnull=False, answer__in=NEEDLESS
    )
    last: dict[int, datetime | None] = dict(rows.order_by("pk").values_list("payload__person", "given_up_at"))
    return {person for person, given_up_at in last.items() if given_up_at is not None}


def _signs_in(person: Person) -> bool:
    account = getattr(person, "account", None)
    return account is not None and account.is_active
