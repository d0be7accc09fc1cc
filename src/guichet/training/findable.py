"""Training sessions as the search finds them: their words in the index, who may find them, how a hit is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.db.models import Exists, OuterRef, Q, QuerySet

from guichet.lib.text import fold
from guichet.people.models import Person
from guichet.search import findable
from guichet.search.findable import Findable, Part, Reach, Shown
from guichet.search.writing import Statement, Words, put_all, putting
from guichet.training.models import Session, SessionState, Topic

KIND = "session"
# Of what happens to a session, what changes its words or who may find it.
CHANGING = frozenset(
    {
        "session.planned", "session.described", "session.moved", "session.opened", "session.cancelled",
        "session.handed_out", "session.taken_back",
    }
)  # fmt: skip
_BATCH = 200


def connect() -> None:
    findable.register(
        Findable(
            kinds=(KIND,),
            visible=_visible,
            by_standing=True,
            load=_load,
            everything=_everything,
            filters=_FILTERS,
        )
    )


def indexing(session: Session) -> list[Statement]:
    """The statements that write the session's words anew, to go with an action's event."""
    return putting(**vars(_words(session)))


def rename(topic: Topic) -> None:
    """The sessions on a topic are found by what it is called now."""
    put_all(_words(session) for session in _readily(topic.sessions.all()))


def _words(session: Session) -> Words:
    """What it is about, where it is, what is handed out. Its time is when it begins: « après: » means that.

    Articles are found by themselves: who may register doesn't read all of them, nor their titles.
    """
    said = (session.topic.name_fr, session.topic.name_en, session.about, session.place)
    handed_out = (material.title for material in session.materials.all() if material.article_id is None)
    return Words(
        kind=KIND,
        subject=session.pk,
        desk_id=session.desk_id,
        organisation_id=None,
        inside=session.state == SessionState.PLANNED,
        at=session.starts_at,
        title=session.title,
        body="\n".join(filter(None, (*said, *handed_out))),
        language=session.language,
    )


def _readily(sessions: QuerySet[Session]) -> QuerySet[Session]:
    return sessions.select_related("topic", "site").prefetch_related("materials")


def _visible(person: Person) -> list[Reach]:
    seen = Session.objects.visible_to(person).filter(pk=OuterRef("subject"))
    return [Reach(where=Q(kind=KIND) & Q(Exists(seen)))]


def _load(person: Person, found: Mapping[int, Part]) -> Mapping[int, Shown]:
    rows = Session.objects.visible_to(person).filter(pk__in=found).select_related("site")
    return {session.pk: _shown(session) for session in rows}


def _shown(session: Session) -> Shown:
    where = session.place or str(session.get_way_display())
    return Shown(
        title=session.title,
        text=session.about,
        detail=f"{where} · {session.get_state_display()}",
        at=session.starts_at,
        language=session.language,
        desk=session.desk_id,
    )


def _everything(after: int) -> Iterator[Words]:
    while True:
        batch = list(_readily(Session.objects.filter(pk__gt=after).order_by("pk"))[:_BATCH])
        yield from (_words(session) for session in batch)
        if len(batch) < _BATCH:
            return
        after = batch[-1].pk


# What one means by the states that tickets have.
_STATES: Mapping[str, tuple[str, ...]] = {
    "open": (SessionState.OPEN,),
    "unsolved": (SessionState.PLANNED, SessionState.OPEN),
    "draft": (SessionState.PLANNED,),
    "closed": (SessionState.HELD,),
    "cancelled": (SessionState.CANCELLED,),
}


def _by_state(person: Person, value: str) -> Q | None:
    states = _STATES.get(fold(value))
    found = Session.objects.filter(pk=OuterRef("subject"), state__in=states or ())
    return Q(kind=KIND) & Q(Exists(found)) if states else None


_FILTERS = {"state": _by_state}
