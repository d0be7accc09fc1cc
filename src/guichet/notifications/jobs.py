"""What notifications do by themselves."""

from functools import partial

from django.conf import settings
from django.utils import timezone

from guichet.activity.models import Event
from guichet.lib import events
from guichet.lib.jobs import job
from guichet.notifications import of_majors, sent, warning
from guichet.tickets import major_news
from guichet.tickets.models import MajorIncident, MajorNews


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


@job(name="notifications.count_major_news")
def count_major_news(news: int) -> int:
    """News of a major incident are news of each ticket that goes with it; of how many."""
    found = MajorNews.objects.select_related("major__desk", "by").filter(pk=news).first()
    if found is None:
        return 0
    return major_news.count(found, told=partial(of_majors.told, major=found.major), now=timezone.now())


def count_soon(*, event: Event, subject: MajorIncident) -> None:
    if not events.is_long_ago():
        count_major_news.defer(news=event.data["news"])
