"""When the next step is due: from the organisation's response policy and its opening hours."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from guichet.calendars import hours
from guichet.lib.batches import read_once
from guichet.people.models import Organisation
from guichet.tickets.models import ResponsePolicy

# Minutes to a first answer, minutes between news, day and night; for a desk that has set nothing.
FALLBACK = {
    "S1": (15, 60, True),
    "S2": (60, 240, True),
    "S3": (240, 480, False),
    "S4": (480, 1440, False),
    "S5": (960, 2880, False),
}
# After how long without an answer a resolved ticket closes.
CONFIRM_WITHIN = timedelta(days=5)


def policy_of(desk: Organisation, severity: str) -> ResponsePolicy:
    """The desk's policy for `severity`, or an unsaved one with the usual figures; read once an instance of `desk`."""
    known: dict[str, ResponsePolicy] | None = desk.__dict__.get("_response_policies")
    if known is None:
        known = desk.__dict__["_response_policies"] = _policies(desk)
    if severity in known:
        return known[severity]
    first, news, always = FALLBACK[severity]
    return ResponsePolicy(
        organisation=desk,
        severity=severity,
        first_answer_minutes=first,
        next_news_minutes=news,
        around_the_clock=always,
        telephone_too=severity in {"S1", "S2"},
        tells_management=severity == "S1",
    )


@read_once
def _policies(desk: Organisation) -> dict[str, ResponsePolicy]:
    return {p.severity: p for p in ResponsePolicy.objects.filter(organisation=desk)}


def due(desk: Organisation, *, minutes: int, now: datetime, around_the_clock: bool) -> datetime:
    """`minutes` from now: of the clock, or of the desk's opening hours."""
    if around_the_clock:
        return now + timedelta(minutes=minutes)
    week = desk.opening or hours.OFFICE_HOURS
    return hours.add_working(start=now, minutes=minutes, week=week, zone=ZoneInfo(desk.time_zone))


def first_answer_due(desk: Organisation, *, severity: str, now: datetime) -> datetime:
    policy = policy_of(desk, severity)
    return due(desk, minutes=policy.first_answer_minutes, now=now, around_the_clock=policy.around_the_clock)


def next_news_due(desk: Organisation, *, severity: str, now: datetime) -> datetime:
    policy = policy_of(desk, severity)
    return due(desk, minutes=policy.next_news_minutes, now=now, around_the_clock=policy.around_the_clock)
