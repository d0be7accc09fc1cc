"""What a desk's own past says of where tickets go: learnt every night, kept in versions, switched off where unwanted.

Learnt from tickets that were solved: what was known at their opening (service, category, place, organisation and
channel; no words) and the team that solved them. A desk learns from its own tickets alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, Q

from guichet.catalog.models import Category
from guichet.people.managing import need_manager, noted
from guichet.people.models import Organisation, Person, Team
from guichet.routing import holdout
from guichet.routing.holdout import Case
from guichet.routing.learned import Link, Past, Proposal, confident, read, written
from guichet.routing.models import LearnedSwitch, LearnedVersion
from guichet.tickets.models import HandOver, HandOverReason, State, Ticket, Unsolved

# From the widest to the narrowest.
CHAIN: tuple[Link, ...] = (
    ("channel",),
    ("organisation",),
    ("service",),
    ("site",),
    ("category",),
    ("category", "organisation"),
    ("category", "site"),
    ("category", "site", "channel"),
)
WINDOW = timedelta(days=365)
# The youngest are enough; with fewer than so many nothing is learnt.
TICKETS_MAX, TICKETS_LEAST = 20_000, 40
# A link with fewer cases is forgotten; below this share nothing is proposed.
CASES_LEAST, SHARE_LEAST = 5, 0.6
VERSIONS_KEPT = 60

_FACTS = ("organisation", "site", "category", "channel")
_read: dict[tuple[str, int], Past[int]] = {}
_READ_MAX = 64


def learn_all(*, now: datetime) -> int:
    """Each desk's past anew, where it isn't switched off; how many versions that made. Done twice it makes no more."""
    off = LearnedSwitch.objects.filter(on=False).values("organisation")
    desks = Organisation.objects.filter(Exists(Team.objects.filter(organisation=OuterRef("pk")))).exclude(pk__in=off)
    return sum(learn_desk(desk, now=now) is not None for desk in desks.order_by("pk"))


def learn_desk(desk: Organisation, *, now: datetime) -> LearnedVersion | None:
    """A version more, if the past says something else than the last one did."""
    cases = _cases(desk, now=now)
    enough = len(cases) >= TICKETS_LEAST
    counts = written(learn(cases)) if enough else {}
    right = holdout.judge(cases, learn=learn, say=say) if enough else holdout.Accuracy()
    with transaction.atomic():
        Organisation.objects.select_for_update().only("pk").get(pk=desk.pk)
        versions = LearnedVersion.objects.filter(organisation=desk)
        last = versions.first()
        if last is not None and (last.counts, last.tickets) == (counts, len(cases)):
            return None
        number = last.number + 1 if last else 1
        versions.filter(counts__isnull=False).update(counts=None)
        versions.filter(number__lte=number - VERSIONS_KEPT).delete()
        return LearnedVersion.objects.create(
            organisation=desk,
            number=number,
            made_at=now,
            tickets=len(cases),
            learned_from=min((case.solved for case in cases), default=None),
            learned_to=max((case.solved for case in cases), default=None),
            counts=counts,
            reasons=_reasons(desk, now=now) if enough else {},
            tested=right.tested,
            first=right.first,
            three=right.three,
            said=right.said,
            right=right.right,
            usual=right.usual,
        )


def learn(cases: Iterable[Case]) -> Past[int]:
    return Past[int](CHAIN).learn((case.facts, case.team) for case in cases).thinned(CASES_LEAST)


def say(proposals: Sequence[Proposal[int]]) -> Proposal[int] | None:
    """What is worth saying. That a request came in the same way is no reason by itself."""
    best = confident(proposals, least=CASES_LEAST, share=SHARE_LEAST)
    return None if best is None or best.like == ("channel",) else best


def _solved(desk: Organisation, *, now: datetime) -> Any:
    """The tickets to learn from: solved, not merely ended; by teams that are the desk's own."""
    solved = Q(solution__isnull=False) | Q(unsolved_reason=Unsolved.UNRECORDED)
    return Ticket.objects.filter(
        solved, desk=desk, team__organisation=desk, state__in=(State.RESOLVED, State.CLOSED),
        resolved_at__gte=now - WINDOW, resolved_at__lte=now,
    )  # fmt: skip


def _cases(desk: Organisation, *, now: datetime) -> list[Case]:
    services = dict(Category.objects.filter(Q(organisation=desk) | Q(organisation=None)).values_list("pk", "service"))
    rows = _solved(desk, now=now).order_by("-resolved_at", "-pk")[:TICKETS_MAX]
    columns = ("opened_at", "resolved_at", "team", "service", *_FACTS, "decision__why__facts")
    made = []
    for opened, solved, team, service, *now_is, kept in rows.values_list(*columns):
        later = dict(zip(_FACTS, now_is, strict=True))
        facts = {name: _text((kept or later).get(name)) for name in _FACTS}
        facts["service"] = _text(service)
        if facts["category"] != _text(later["category"]):
            # Sorted anew since, and its service followed: at its opening it was that of the category it had then.
            facts["service"] = _text(services.get(int(facts["category"] or 0)))
        made.append(Case(opened=opened, solved=solved, facts=facts, team=team))
    return made


def facts_now(ticket: Ticket) -> dict[str, str]:
    """The same facts, as a ticket has them now."""
    return {
        "organisation": _text(ticket.organisation_id),
        "site": _text(ticket.site_id),
        "category": _text(ticket.category_id),
        "service": _text(ticket.service_id),
        "channel": ticket.channel,
    }


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _reasons(desk: Organisation, *, now: datetime) -> dict[str, str]:
    """Why tickets are mostly handed to each team. That the time was up says nothing of the team."""
    told = [reason for reason in HandOverReason.values if reason != HandOverReason.TIME]
    made = HandOver.objects.filter(
        ticket__in=_solved(desk, now=now), hierarchical=False, reason__in=told, to_team__organisation=desk
    )
    rows = made.order_by().values_list("to_team", "reason").annotate(number=Count("pk"))
    counted: dict[int, Counter[str]] = {}
    for team, reason, number in rows:
        counted.setdefault(team, Counter())[reason] = number
    return {str(team): min(found, key=lambda reason: (-found[reason], reason)) for team, found in counted.items()}


def is_on(desk: Organisation) -> bool:
    return not LearnedSwitch.objects.filter(organisation=desk, on=False).exists()


def set_on(*, desk: Organisation, on: bool, actor: Person, now: datetime) -> None:
    """Off: nothing is proposed, and nothing learnt, until it is on again."""
    need_manager(actor, desk)
    made, _new = LearnedSwitch.objects.update_or_create(organisation=desk, defaults={"on": on, "by": actor, "at": now})
    noted("past on" if on else "past off", subject=made, actor=actor, now=now)


def newest(desk: int | Organisation) -> LearnedVersion | None:
    """What was learnt last, without its counts."""
    return LearnedVersion.objects.filter(organisation=desk).defer("counts").first()


def in_use(desk: int | Organisation) -> LearnedVersion | None:
    """What proposals go by; None where nothing was learnt, or where it is switched off."""
    off = LearnedSwitch.objects.filter(organisation=OuterRef("organisation"), on=False)
    newest = LearnedVersion.objects.filter(organisation=desk).defer("counts")
    return newest.annotate(off=Exists(off)).filter(off=False).first()


def past_of(version: LearnedVersion) -> Past[int]:
    """The counts of the newest version; one query the first time in a process. Versions never change."""
    key = str(connection.settings_dict["NAME"]), version.pk
    if key not in _read:
        if len(_read) >= _READ_MAX:
            _read.clear()
        counts: Mapping[str, list[Any]] | None
        counts = LearnedVersion.objects.filter(pk=version.pk).values_list("counts", flat=True).first()
        if counts is None:
            return Past[int](CHAIN)  # A newer one came meanwhile.
        _read[key] = read(counts, CHAIN)
    return _read[key]
