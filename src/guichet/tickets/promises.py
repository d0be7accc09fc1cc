"""How a severity is answered, and what is promised for it as usual: the desk's response and usual policies."""

from datetime import timedelta

from guichet.lib.house_rules import house_rule
from guichet.people.models import Organisation
from guichet.sla.models import Measure
from guichet.sla.offers import offers_of
from guichet.sla.usual import Figures
from guichet.tickets.models import ResponsePolicy

# After how long without an answer a resolved ticket closes.
CONFIRM_WITHIN = timedelta(days=5)


def policy_of(desk: Organisation, severity: str) -> ResponsePolicy:
    """The desk's policy for `severity`, or an unsaved one of the usual kind; read once an instance of `desk`."""
    known: dict[str, ResponsePolicy] | None = desk.__dict__.get("_response_policies")
    if known is None:
        known = desk.__dict__["_response_policies"] = _policies(desk)
    if severity in known:
        return known[severity]
    return ResponsePolicy(
        organisation=desk,
        severity=severity,
        telephone_too=severity in {"S1", "S2"},
        tells_management=severity == "S1",
    )


@house_rule
def _policies(desk: Organisation) -> dict[str, ResponsePolicy]:
    return {p.severity: p for p in ResponsePolicy.objects.filter(organisation=desk)}


def figures_of(desk: Organisation, severity: str) -> Figures:
    """What the usual policy promises of an answer and of news."""
    answer, news = (offers_of(desk).always[severity][m] for m in (Measure.FIRST_RESPONSE, Measure.NEXT_UPDATE))
    return Figures(severity, answer.minutes, news.minutes, answer.version is None)
