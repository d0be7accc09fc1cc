"""What the API does by itself."""

from django.utils import timezone

from guichet.api.idempotency import KEPT_FOR
from guichet.api.models import IdempotencyKey
from guichet.lib.jobs import job


@job(name="api.forget_answers", queueing_lock="api.forget_answers")
def forget_answers(timestamp: int) -> None:
    """Answers kept for repeated requests are of no use after a day."""
    IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
