"""The watch over promises: what the watchdog found, and when it looked. For managers."""

from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, shown
from guichet.api.v1.fields import Given, Shown, Size
from guichet.lib.errors import Forbidden
from guichet.lib.paging import page
from guichet.watchdog import rounds
from guichet.watchdog.models import Finding
from guichet.watchdog.wording import BY_KIND

router = Resource(tag="Watch over promises", scope="settings")


class FindingShown(Shown):
    """Something that isn't as it was promised. `gone_at`: no longer so."""

    kind: str
    subject_type: str
    subject: str
    name: str = Field(description="A ticket’s reference, a message’s subject, a job’s name")
    says: str
    since: datetime
    seen_at: datetime
    gone_at: datetime | None


class FindingsPage(Shown):
    """`looked_at`: when the watchdog last looked; None if it never did. `stale`: it should have looked again since.
    `late` and `wrong` count what is present: overdue promises, and everything else, which should be 0."""

    looked_at: datetime | None
    stale: bool
    late: int
    wrong: int
    items: list[FindingShown]
    next_cursor: str | None


class FindingFilters(Given):
    """Which part of the list."""

    gone: Annotated[bool, Field(description="What is over, instead of what is present")] = False
    cursor: Annotated[str, Field(max_length=400)] = ""
    size: Size = 50


@router.read("/findings", answer=FindingsPage)
def list_findings(request: ApiRequest, filters: Query[FindingFilters]) -> HttpResponse:
    """What the watchdog found, the newest first. For managers."""
    if not request.person.grants.manages_in:
        raise Forbidden(_("Only a manager of a service desk may see this."), code="not_manager")
    visible = Finding.objects.visible_to(request.person)
    standing = rounds.standing(visible, now=request.now)
    rows = visible.filter(gone_at__isnull=not filters.gone)
    found = page(rows, order=("-since", "-id"), cursor=filters.cursor, size=filters.size)
    return shown(
        FindingsPage(
            looked_at=standing.at,
            stale=standing.stale,
            late=standing.late,
            wrong=standing.wrong,
            items=[
                FindingShown(
                    kind=one.kind,
                    subject_type=one.subject_type,
                    subject=one.subject,
                    name=one.name,
                    says=BY_KIND[one.kind].tell(one.detail),
                    since=one.since,
                    seen_at=one.seen_at,
                    gone_at=one.gone_at,
                )
                for one in found.items
            ],
            next_cursor=found.next_cursor or None,
        )
    )
