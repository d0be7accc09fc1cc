"""Who hears of what happens to an article: under the bell of whoever sees to it that it stays true."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from guichet.activity.models import Event
from guichet.knowledge.models import Article
from guichet.lib import events
from guichet.notifications.models import Notification
from guichet.people.models import Person

# All of them are told to the owner, who never hears of what they did themselves.
VERBS = frozenset({"article.review_set", "article.review_due"})

_TELL = """
INSERT INTO notifications_notification (person_id, article_id, event_id, at)
SELECT person_id, %s, %s, %s FROM people_account WHERE person_id = %s AND is_active
ON CONFLICT DO NOTHING
"""


def tell(*, event: Event, subject: Article) -> None:
    if events.is_long_ago() or subject.owner_id == event.actor_id:
        return
    with connection.cursor() as cursor:
        cursor.execute(_TELL, [subject.pk, event.pk, event.at, subject.owner_id])


def mark_read(person: Person, *, article: Article, now: datetime) -> int:
    """The person's news about this article, as read; how many there were."""
    return Notification.objects.filter(person=person, article=article, read_at__isnull=True).update(read_at=now)
