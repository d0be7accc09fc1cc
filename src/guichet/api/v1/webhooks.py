"""Webhooks: which other programs hear of what, their secrets, and the log of what they were sent. Managers only."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, Named, OneOf, PathId, Shown, Size, UtcMoment, named
from guichet.connectors import changing, deliveries
from guichet.connectors.deliveries import Delivery
from guichet.connectors.models import OffReason, Webhook
from guichet.lib.paging import page
from guichet.people.models import Organisation

router = Resource(tag="Webhooks", scope="settings")


class WebhookGiven(Given):
    """Where events go, and which."""

    name: Annotated[str, Field(max_length=80)]
    url: Annotated[str, Field(max_length=changing.URL_LIMIT, description="`https://…`")]
    verbs: Annotated[
        list[Annotated[str, Field(max_length=48)]],
        Field(max_length=200, description="Events (`ticket.resolved`), or families of them (`ticket.*`)"),
    ]
    active: bool = True


class WebhookShown(Named):
    """Another program, and what it hears of. `off_reason`: why it was switched off without anybody's doing."""

    url: str
    verbs: list[str]
    active: bool
    made_by: Named | None
    made_at: datetime
    failing_since: datetime | None
    off_reason: Annotated[str, OneOf("", *OffReason.values)]
    off_at: datetime | None


class WebhookSecretShown(Shown):
    """What signatures are verified with."""

    secret: str = Field(description="`whsec_…`, as Standard Webhooks has it")


class DeliveryTry(Shown):
    """One attempt; `status` 0 where nobody answered."""

    at: datetime
    status: int
    milliseconds: int


class DeliveryShown(Shown):
    """One message, how it stands, and what the other program said last. `next_at` while it waits."""

    id: int
    webhook_id: str = Field(description="The header of that name: the same at each try, and sent again")
    verb: str
    about: str = Field(description="The reference of what it is about; empty where that has none")
    standing: Annotated[str, OneOf.these(deliveries.Standing)]
    answer: str
    tries: list[DeliveryTry] = Field(description="The latest, oldest first")
    attempts: int
    created_at: datetime
    next_at: datetime | None
    delivered_at: datetime | None
    given_up_at: datetime | None


class DeliveryPage(Shown):
    """Messages, newest first."""

    items: list[DeliveryShown]
    next_cursor: str | None


class DeliveryFilters(Given):
    """Which part of the log."""

    standing: Annotated[str, OneOf("waiting", "delivered", "failed")] | None = None
    cursor: Annotated[str, Field(max_length=400)] = ""
    size: Size = 50


class FailedSince(Given):
    """From when on."""

    since: UtcMoment


class SentAgain(Shown):
    """How many messages are sent again; `more`: ask once more for the rest."""

    messages: int
    more: bool


@router.read("/organisations/{organisation}/webhooks", answer=list[WebhookShown])
def list_webhooks(request: ApiRequest, organisation: PathId) -> list[WebhookShown]:
    """The desk's webhooks, by name."""
    desk = _desk(request, organisation)
    return [_shown(row) for row in Webhook.objects.filter(organisation=desk).select_related("made_by")]


@router.write("POST", "/organisations/{organisation}/webhooks", answer=WebhookShown, status=201, guarded=False)
def add_webhook(request: ApiRequest, organisation: PathId, body: WebhookGiven) -> WebhookShown:
    """A new one; its secret is for `GET …/secret`."""
    return _save(request, organisation, None, body)


@router.read("/organisations/{organisation}/webhooks/{number}", answer=WebhookShown)
def read_webhook(request: ApiRequest, organisation: PathId, number: PathId) -> WebhookShown:
    """One webhook."""
    return _shown(_one(request, organisation, number))


@router.write("PUT", "/organisations/{organisation}/webhooks/{number}", answer=WebhookShown, guarded=False)
def change_webhook(request: ApiRequest, organisation: PathId, number: PathId, body: WebhookGiven) -> WebhookShown:
    """Say all of it anew; `active` switches one on again that was switched off."""
    return _save(request, organisation, _one(request, organisation, number), body)


@router.write("DELETE", "/organisations/{organisation}/webhooks/{number}", answer=None, status=204, guarded=False)
def remove_webhook(request: ApiRequest, organisation: PathId, number: PathId) -> None:
    """Remove it; what still waits is not sent any more."""
    changing.remove_webhook(webhook=_one(request, organisation, number), actor=request.person, now=request.now)


@router.write("GET", "/organisations/{organisation}/webhooks/{number}/secret", answer=WebhookSecretShown, guarded=False)
def read_webhook_secret(request: ApiRequest, organisation: PathId, number: PathId) -> WebhookSecretShown:
    """Its secret. Needs `settings:write`: whoever has it can pretend to be the desk."""
    webhook = _one(request, organisation, number)
    return WebhookSecretShown(secret=changing.secret_of(webhook=webhook, actor=request.person, now=request.now))


@router.write(
    "POST", "/organisations/{organisation}/webhooks/{number}/rotation", answer=WebhookSecretShown, guarded=False
)
def rotate_webhook_secret(request: ApiRequest, organisation: PathId, number: PathId) -> WebhookSecretShown:
    """A new secret. For 24 hours messages carry the signature of the old one too."""
    by: dict[str, Any] = {"actor": request.person, "now": request.now}
    webhook = changing.rotate(webhook=_one(request, organisation, number), **by)
    return WebhookSecretShown(secret=changing.secret_of(webhook=webhook, **by))


@router.write(
    "POST", "/organisations/{organisation}/webhooks/{number}/trial", answer=DeliveryShown, status=201, guarded=False
)
def try_webhook(request: ApiRequest, organisation: PathId, number: PathId) -> DeliveryShown:
    """Send a `ping`, whether it is switched on or not; what came of it is read at the delivery."""
    webhook = _one(request, organisation, number)
    return _delivery(deliveries.ping(webhook=webhook, actor=request.person, now=request.now))


@router.read("/organisations/{organisation}/webhooks/{number}/deliveries", answer=DeliveryPage)
def list_deliveries(
    request: ApiRequest, organisation: PathId, number: PathId, filters: Query[DeliveryFilters]
) -> DeliveryPage:
    """What it was sent in the last 30 days, newest first."""
    rows = deliveries.of(_one(request, organisation, number))
    if filters.standing:
        rows = deliveries.only(rows, standing=filters.standing)
    found = page(rows, order=deliveries.ORDER, cursor=filters.cursor, size=filters.size)
    items = [_delivery(Delivery(row)) for row in found.items]
    return DeliveryPage(items=items, next_cursor=found.next_cursor or None)


@router.write(
    "POST", "/organisations/{organisation}/webhooks/{number}/deliveries/again", answer=SentAgain, guarded=False
)
def send_failed_deliveries_again(
    request: ApiRequest, organisation: PathId, number: PathId, body: FailedSince
) -> SentAgain:
    """Send again what failed since then and neither arrived nor waits, 500 messages at most."""
    count, more = deliveries.send_failed_again(
        webhook=_one(request, organisation, number), since=body.since, actor=request.person, now=request.now
    )
    return SentAgain(messages=count, more=more)


@router.read("/organisations/{organisation}/webhooks/{number}/deliveries/{delivery}", answer=DeliveryShown)
def read_delivery(request: ApiRequest, organisation: PathId, number: PathId, delivery: PathId) -> DeliveryShown:
    """One message."""
    return _delivery(_sent(_one(request, organisation, number), delivery))


@router.write(
    "POST",
    "/organisations/{organisation}/webhooks/{number}/deliveries/{delivery}/again",
    answer=DeliveryShown,
    status=201,
    guarded=False,
)
def send_delivery_again(request: ApiRequest, organisation: PathId, number: PathId, delivery: PathId) -> DeliveryShown:
    """Send it once more, with the same `webhook-id`; the answer is the new row of the log."""
    webhook = _one(request, organisation, number)
    again = deliveries.send_again(
        webhook=webhook, delivery=_sent(webhook, delivery), actor=request.person, now=request.now
    )
    return _delivery(again)


def _desk(request: ApiRequest, organisation: int) -> Organisation:
    desk = reach.organisation(request.person, organisation).desk
    reach.need_manager(request.person, organisation_id=desk.pk)
    return desk


def _one(request: ApiRequest, organisation: int, number: int) -> Webhook:
    rows = Webhook.objects.filter(organisation=_desk(request, organisation))
    return reach.in_path(rows.select_related("organisation", "made_by"), number)


def _sent(webhook: Webhook, delivery: int) -> Delivery:
    return Delivery(reach.in_path(deliveries.of(webhook), delivery))


def _save(request: ApiRequest, organisation: int, webhook: Webhook | None, body: WebhookGiven) -> WebhookShown:
    desk = _desk(request, organisation)
    saved = changing.save_webhook(
        webhook=webhook, desk=desk, actor=request.person, now=request.now, **body.model_dump()
    )
    return _shown(saved)


def _shown(row: Webhook) -> WebhookShown:
    return WebhookShown(
        id=row.pk,
        name=row.name,
        url=row.url,
        verbs=row.verbs,
        active=row.active,
        made_by=named(row.made_by),
        made_at=row.made_at,
        failing_since=row.failing_since,
        off_reason=row.off_reason,
        off_at=row.off_at,
    )


def _delivery(delivery: Delivery) -> DeliveryShown:
    row = delivery.row
    return DeliveryShown(
        id=row.pk,
        webhook_id=delivery.ident,
        verb=delivery.verb,
        about=row.about,
        standing=delivery.standing.value,
        answer=delivery.answer,
        tries=[DeliveryTry(at=one.at, status=one.status, milliseconds=one.milliseconds) for one in delivery.tries],
        attempts=row.attempts,
        created_at=row.created_at,
        next_at=row.next_at if row.is_waiting else None,
        delivered_at=row.delivered_at,
        given_up_at=row.given_up_at,
    )
