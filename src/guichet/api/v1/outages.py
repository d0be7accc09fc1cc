"""Which running major incident a ticket seems to belong to."""

from typing import Annotated

from django.http import HttpResponse
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, shown
from guichet.api.v1.fields import OneOf, Shown
from guichet.api.v1.tickets_shape import find_for_desk
from guichet.tickets.major_likeness import Running, likely
from guichet.tickets.models import MajorIncident, MajorState, MajorTicket, Ticket

router = Resource(tag="Major incidents", scope="tickets")


class LikelyShown(Shown):
    """The incident, how sure it is, and by which words; `null` where none is like it, or it goes with one already."""

    major_incident: str | None
    sureness: Annotated[str, OneOf("very_probably", "probably", "perhaps")] | None
    score: float | None = Field(description="0 to 1")
    words: list[str]


@router.read("/tickets/{reference}/likely-major-incident", answer=LikelyShown)
def read_likely_major_incident(request: ApiRequest, reference: str) -> HttpResponse:
    """Whether a ticket seems to be about an outage that is known. For those who run the desk's major incidents."""
    return shown(likely_of(request, find_for_desk(request, reference)))


def likely_of(request: ApiRequest, ticket: Ticket) -> LikelyShown:
    """Of a ticket that the person may see."""
    runs = MajorIncident.objects.at_desk_of(request.person).filter(desk=ticket.desk_id, state=MajorState.RUNNING)
    stands = MajorTicket.objects.filter(ticket=ticket, major__in=runs).exists()
    known = [] if stands or not ticket.is_unsolved else list(runs.order_by("pk"))
    running = [Running(one.pk, one.reference, (one.title_fr, one.title_en)) for one in known]
    found = likely(ticket, running=running, now=request.now)
    if found is None:
        return LikelyShown(major_incident=None, sureness=None, score=None, words=[])
    return LikelyShown(
        major_incident=found.reference,
        sureness=found.sureness,
        score=round(found.score, 3),
        words=list(found.shared),
    )
