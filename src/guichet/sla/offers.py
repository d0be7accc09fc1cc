"""What a desk would promise now: its policies with their targets and the calendars' present versions, read once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db.models import OuterRef, Subquery

from guichet.calendars.changing import Said, make_usual
from guichet.calendars.hours import OFFICE_HOURS
from guichet.calendars.models import CalendarVersion
from guichet.calendars.reading import usual_version
from guichet.catalog.models import Category
from guichet.lib.house_rules import house_rule
from guichet.people.models import Organisation
from guichet.sla.models import SEVERITIES, Measure, Policy, Target

# Minutes to a first answer, minutes between news, day and night; for a desk that has set nothing.
FALLBACK = {
    "S1": (15, 60, True),
    "S2": (60, 240, True),
    "S3": (240, 480, False),
    "S4": (480, 1440, False),
    "S5": (960, 2880, False),
}
# What no open ticket is without.
ALWAYS = (Measure.FIRST_RESPONSE, Measure.NEXT_UPDATE)


@dataclass(frozen=True)
class Offer:
    """A target as it would be promised now. `version` None: day and night; `target` None: of no policy."""

    measure: str
    severity: str
    minutes: int
    version: int | None
    pauses: tuple[str, ...] = ()
    target: int | None = None
    name_fr: str = ""
    name_en: str = ""
    shown: bool = False


@dataclass(frozen=True)
class Conditions:
    """Of a policy; None and empty fit everything."""

    client: int | None = None
    service: int | None = None
    category: int | None = None
    kind: str = ""

    def fit(self, *, client: int, service: int | None, categories: Collection[int], kind: str) -> bool:
        """`categories`: the ticket's, and all above it."""
        return (
            self.client in {None, client}
            and self.service in {None, service}
            and (self.category is None or self.category in categories)
            and self.kind in {"", kind}
        )

    @property
    def usual(self) -> bool:
        return self == Conditions()


@dataclass
class Terms:
    """One policy with its targets by severity and measure."""

    conditions: Conditions
    offers: dict[str, dict[str, Offer]] = field(default_factory=dict)
    name_fr: str = ""
    name_en: str = ""


class Offers:
    """The policies of one desk, in the order in which they are asked."""

    def __init__(self, terms: list[Terms], fallback: Mapping[str, Mapping[str, Offer]]) -> None:
        self.terms = sorted(terms, key=lambda t: t.conditions.usual)
        usual = next((t.offers for t in self.terms if t.conditions.usual), {})
        # A severity for which a policy says nothing of an answer or of news is answered as usual.
        self.always: dict[str, dict[str, Offer]] = {
            severity: {m: usual.get(severity, {}).get(m) or fallback[severity][m] for m in ALWAYS}
            for severity in SEVERITIES
        }

    @property
    def ask_category(self) -> bool:
        """Whether any policy looks at the category."""
        return any(t.conditions.category for t in self.terms)

    def of(
        self, *, severity: str, client: int, service: int | None, categories: Collection[int], kind: str
    ) -> dict[str, Offer]:
        """By measure, what is promised to such a ticket."""
        fits = self.fitting(client=client, service=service, categories=categories, kind=kind)
        return self.under(fits, severity=severity)

    def fitting(self, *, client: int, service: int | None, categories: Collection[int], kind: str) -> Terms | None:
        """The policy that counts for such a ticket; None where a desk has set none."""
        for terms in self.terms:
            if terms.conditions.fit(client=client, service=service, categories=categories, kind=kind):
                return terms
        return None

    def under(self, terms: Terms | None, *, severity: str) -> dict[str, Offer]:
        """By measure, what is promised by a policy, and as usual where it says nothing."""
        return {**self.always[severity], **(terms.offers.get(severity, {}) if terms else {})}


def offers_of(desk: Organisation) -> Offers:
    """Read once an instance of `desk`."""
    known: Offers | None = desk.__dict__.get("_offers")
    if known is None:
        opening = usual_version(desk)
        if opening is None:
            # Not remembered: whoever asks may still take back the transaction that made it.
            return Offers(_terms(desk), fallback(_made(desk).pk))
        known = desk.__dict__["_offers"] = Offers(_terms(desk), fallback(opening.pk))
    return known


def _made(desk: Organisation) -> CalendarVersion:
    """Opening hours of a desk that nobody set: the usual ones, from the day on which it was made."""
    said = Said(time_zone=desk.time_zone, week=OFFICE_HOURS)
    return make_usual(desk, said=said, actor=None, now=desk.created_at)


@house_rule
def _terms(desk: Organisation) -> list[Terms]:
    return list(terms_of(desk).values())


def terms_of(desk: Organisation) -> dict[int, Terms]:
    """By policy, in the order in which they are asked: what those in force promise."""
    version = CalendarVersion.objects.filter(calendar=OuterRef("calendar")).order_by("-number").values("pk")[:1]
    targets = (
        Target.objects.filter(policy__organisation=desk, policy__active=True)
        .select_related("policy")
        .annotate(version=Subquery(version))
        .order_by("policy__position", "policy_id")
    )
    terms: dict[int, Terms] = {}
    for row in targets:
        policy = row.policy
        own = terms.setdefault(
            row.policy_id, Terms(conditions_of(policy), name_fr=policy.name_fr, name_en=policy.name_en)
        )
        own.offers.setdefault(row.severity, {})[row.measure] = offer_of(row, policy=row.policy, version=row.version)
    return terms


def offer_of(target: Target, *, policy: Policy, version: int | None) -> Offer:
    """`version`: the present one of the target's calendar."""
    return Offer(
        measure=target.measure,
        severity=target.severity,
        minutes=target.minutes,
        version=version,
        pauses=tuple(target.pauses),
        target=target.pk,
        name_fr=policy.name_fr,
        name_en=policy.name_en,
        shown=target.measure in ALWAYS or (target.measure == Measure.RESOLUTION and policy.shows_resolution),
    )


def conditions_of(policy: Policy) -> Conditions:
    return Conditions(client=policy.client_id, service=policy.service_id, category=policy.category_id, kind=policy.kind)


def fallback(opening: int) -> dict[str, dict[str, Offer]]:
    """For a desk that has set nothing; `opening` is the version of its opening hours."""
    told: dict[str, dict[str, Offer]] = {}
    for severity, (first, news, always) in FALLBACK.items():
        version = None if always else opening
        told[severity] = {
            measure: Offer(measure=measure, severity=severity, minutes=minutes, version=version, shown=True)
            for measure, minutes in zip(ALWAYS, (first, news), strict=True)
        }
    return told


def lineage(category: int) -> frozenset[int]:
    """The category and all above it."""
    parents = _parents()
    found: set[int] = set()
    at: int | None = category
    while at is not None and at not in found:
        found.add(at)
        at = parents.get(at)
    return frozenset(found)


@house_rule
def _parents() -> dict[int, int | None]:
    return dict(Category.objects.filter(parent__isnull=False).order_by().values_list("pk", "parent"))
