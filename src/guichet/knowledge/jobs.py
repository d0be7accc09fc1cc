"""What happens to articles by itself: the day comes when one is to be looked at again."""

from __future__ import annotations

from django.utils import timezone

from guichet.knowledge import actions
from guichet.knowledge.models import Article
from guichet.lib.errors import Refused
from guichet.lib.jobs import job

# One run's share; the next one takes the rest.
BATCH = 200


@job(name="knowledge.remind_reviews", queueing_lock="knowledge.remind_reviews")
def remind_reviews(timestamp: int) -> int:
    """Articles whose day of review has come come back to their owner, once; how many."""
    now = timezone.now()
    due = Article.objects.review_due(on=now.date()).filter(review_reminded_at__isnull=True)
    return sum(_reminded(article) for article in due.order_by("review_due_on", "pk")[:BATCH])


def _reminded(article: Article) -> bool:
    """Whether its owner was told; somebody may have looked at it meanwhile."""
    try:
        actions.remind(article, now=timezone.now())
    except Refused:
        return False
    return True
