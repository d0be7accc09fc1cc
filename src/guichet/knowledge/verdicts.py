"""What readers make of an article: whether it helped and why not, and how often it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Q, Sum
from django.utils.translation import gettext_lazy as _

from guichet.knowledge.models import Article, Feedback, Reads, Version, WhyNot
from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.people.managing import body_of, one_of
from guichet.people.models import Person

TEXT_MAX = 1000
# From so many verdicts on an article may be judged poorly: fewer are chance.
_LEAST = 3


@dataclass(frozen=True)
class Figures:
    """What became of a version, or of an article in all its versions."""

    helped: int
    failed: int
    # Why not → how many.
    reasons: dict[str, int]

    @property
    def said(self) -> int:
        return self.helped + self.failed

    @property
    def share(self) -> int | None:
        """Of those who said anything, how many of a hundred it helped; None while nobody did."""
        return round(100 * self.helped / self.said) if self.said else None


def visitor_digest(session_key: str) -> str:
    """By which a visitor who has not signed in is known again, and nobody else: it can't be turned back."""
    return hashlib.sha256(f"{settings.SECRET_KEY}:knowledge:{session_key}".encode()).hexdigest() if session_key else ""


def give_feedback(
    version: Version,
    *,
    helped: bool,
    person: Person | None,
    now: datetime,
    visitor: str = "",
    why_not: str = "",
    text: str = "",
) -> Feedback:
    """A reader says whether it helped; said again, the later word counts. No event: it changes nothing of the article.

    A visitor gives the digest that they are known by; a person is known by themselves.
    """
    if not Article.objects.visible_to(person).filter(pk=version.article_id).exists():
        raise Forbidden(_("You can’t read this article any more."), code="not_readable")
    if not version.is_published:
        raise Conflict(_("This version is not published yet."), code="wrong_state")
    if person is None and not visitor:
        raise Refused(
            _("Your browser refuses cookies: an answer could count twice. Allow them here, then answer again."),
            code="no_visitor",
        )
    if helped:
        why_not = ""
    elif why_not:
        one_of(why_not, WhyNot.values, field="why_not")
    said = {"helped": helped, "why_not": why_not, "text": body_of(text, field="text", limit=TEXT_MAX), "at": now}
    who = {"person": person} if person else {"person": None, "visitor": visitor}
    found, _made = Feedback.objects.update_or_create(version=version, **who, defaults=said)
    return found


def figures_of(article: Article, *, version: Version | None = None) -> Figures:
    """The verdicts on one version, or on all of them. One query."""
    said = Feedback.objects.filter(version=version) if version else Feedback.objects.filter(version__article=article)
    rows = list(said.values_list("helped", "why_not").annotate(count=Count("pk")))
    reasons = {why: count for helped, why, count in rows if not helped and why}
    return Figures(
        helped=sum(count for helped, _why, count in rows if helped),
        failed=sum(count for helped, _why, count in rows if not helped),
        reasons={why: reasons[why] for why in WhyNot.values if why in reasons},
    )


def comments_on(article: Article, *, most: int = 50) -> Sequence[Feedback]:
    """The latest verdicts that say something."""
    worded = Feedback.objects.filter(version__article=article).exclude(text="", why_not="")
    return list(worded.select_related("version", "person").order_by("-at", "-id")[:most])


_READ = """
INSERT INTO knowledge_reads AS kept (article_id, "on", count) VALUES (%s, %s, 1)
ON CONFLICT (article_id, "on") DO UPDATE SET count = kept.count + 1
"""


def count_read(article: Article, *, now: datetime) -> None:
    """Somebody opened it: one more for the day (UTC)."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [article.pk, now.date()])


def reads_of(article: Article, *, now: datetime, days: int = 90) -> int:
    """How often it was opened in the last days."""
    since = now.date() - timedelta(days=days)
    return Reads.objects.filter(article=article, on__gt=since).aggregate(all=Sum("count"))["all"] or 0


def poor() -> Q:
    """Of articles `with_feedback`: _LEAST said something at least, and fewer that it helped than that it did not."""
    return Q(failed__gt=F("helped"), failed__gte=_LEAST - F("helped"))
