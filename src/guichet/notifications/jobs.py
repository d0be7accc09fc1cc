"""What notifications do by themselves."""

from django.conf import settings
from django.utils import timezone

from guichet.lib.jobs import job
from guichet.notifications import sent, warning


@job(name="notifications.forget_sent", queueing_lock="notifications.forget_sent")
def forget_sent(timestamp: int) -> int:
    """What was delivered long ago is of no use to anybody."""
    if settings.MAIL_KEPT_DAYS <= 0:
        return 0
    return sent.forget(now=timezone.now(), days=settings.MAIL_KEPT_DAYS)


@job(name="notifications.warn", queueing_lock="notifications.warn")
def warn(timestamp: int) -> int:
    """Whoever can still keep a promise that will probably be broken hears of it, once."""
    return warning.warn(now=timezone.now())
