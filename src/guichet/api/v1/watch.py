"""The watch over promises: what the watchdog found, and when it looked. For managers."""

from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, shown
from guichet.api.v1.fields import Given, OneOf, Shown, Size
from guichet.lib.errors import Forbidden
from guichet.lib.paging import page
from guichet.watchdog import rounds
from guichet.watchdog.models import Finding, MailChoice, MailWhen
from guichet.watchdog.wording import BY_KIND
from guichet.watchdog.writing import choice_of, choose

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


Minute = Annotated[int, Field(ge=0, lt=24 * 60, description="Of your own day; equal ones: no quiet hours")]


class WatchMailShown(Shown):
    """When you are told by mail of promises that will probably be broken, and of what the watchdog found."""

    when: Annotated[str, OneOf.these(MailWhen)] = Field(
        description="`away`: when you weren’t at the desk for four hours (the usual)"
    )
    quiet_from: Minute
    quiet_until: Minute
    written_at: datetime | None = Field(description="When you were last written to; at most once an hour")


class WatchMailChange(Given):
    when: Annotated[str, OneOf.these(MailWhen)]
    quiet_from: Minute
    quiet_until: Minute


@router.read("/findings/mail", answer=WatchMailShown)
def read_watch_mail(request: ApiRequest) -> HttpResponse:
    """Your own choice. For managers."""
    if not request.person.grants.manages_in:
        raise Forbidden(_("Only a manager of a service desk may see this."), code="not_manager")
    return _mail(choice_of(request.person))


@router.write("PUT", "/findings/mail", answer=WatchMailShown, guarded=False)
def choose_watch_mail(request: ApiRequest, body: WatchMailChange) -> HttpResponse:
    """Choose when you are written to."""
    return _mail(choose(actor=request.person, **body.model_dump()))


def _mail(choice: MailChoice) -> HttpResponse:
    return shown(
        WatchMailShown(
            when=choice.when,
            quiet_from=choice.quiet_from,
            quiet_until=choice.quiet_until,
            written_at=choice.written_at,
        )
    )
