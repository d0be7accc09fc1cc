"""Topics, and the verbs of a session: plan, change, open, cancel, end, hand out. One event each, but for topics."""

from __future__ import annotations

import uuid
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from guichet.activity.record import record
from guichet.catalog.models import Category
from guichet.knowledge.models import Article
from guichet.lib.errors import Forbidden, Refused
from guichet.people.managing import body_of, line_of, name_of, need_free, need_manager, noted, one_of
from guichet.people.models import Organisation, Person, Site
from guichet.training import policies
from guichet.training.changing import change_session, need_run, need_trainer_at_desk, promote
from guichet.training.findable import indexing, rename
from guichet.training.models import Material, Session, SessionState, Topic, Way

TITLE_MAX, ABOUT_MAX, ROOM_MAX, REASON_MAX, LINK_MAX = 160, 4000, 120, 240, 500
MOST_PLACES, LONGEST, SHORTEST = 300, 8 * 60, 5
# So shortly before, the mail that tells the new time is the reminder.
REMIND_BEFORE = timedelta(hours=24)
LANGUAGES = ("fr", "en")
_web_address = URLValidator(schemes=["https", "http"])


@dataclass(frozen=True, kw_only=True)
class Said:
    """What is said of a session, as a form or a program gives it. `starts_at` is aware; `time_zone` "": the desk's."""

    topic: Topic
    title: str
    starts_at: datetime
    minutes: int
    trainer: Person
    way: str = Way.WEBINAR
    about: str = ""
    language: str = "fr"
    link: str = ""
    site: Site | None = None
    room: str = ""
    time_zone: str = ""
    capacity: int = 12
    organisations: Iterable[Organisation] = field(default_factory=tuple)


# What those who registered have to know anew.
_MOVES = ("starts_at", "minutes", "time_zone", "way", "link", "site_id", "room")
_PLAIN = ("topic_id", "title", "about", "language", "capacity", "trainer_id")


def save_topic(
    *,
    topic: Topic | None,
    desk: Organisation,
    name_fr: str,
    name_en: str,
    categories: Iterable[Category],
    active: bool,
    actor: Person,
    now: datetime,
) -> Topic:
    """What the desk teaches, and which categories of tickets that should spare; `topic` None makes a new one."""
    need_manager(actor, desk)
    if topic is not None and topic.desk_id != desk.pk:
        raise Refused(_("This belongs to another desk."), code="foreign")
    chosen = list(categories)
    if any(category.organisation_id not in {None, desk.pk} for category in chosen):
        raise Refused(_("This category belongs to another desk."), code="foreign", field="categories")
    topic = topic or Topic(desk=desk)
    topic.name_fr = name_of(name_fr, field="name_fr")
    topic.name_en = line_of(name_en, field="name_en")
    topic.active = active
    with transaction.atomic():
        # Of two that are given the same name at once, the second finds it taken.
        Organisation.objects.select_for_update(no_key=True).get(pk=desk.pk)
        need_free(
            Topic.objects.filter(desk=desk, name_fr=topic.name_fr).exclude(pk=topic.pk),
            field="name_fr",
            message=_("There is a topic of that name already."),
        )
        topic.save()
        topic.categories.set(chosen)
        rename(topic)
    noted("topic saved", subject=topic, actor=actor, now=now)
    return topic


def plan(*, desk: Organisation, said: Said, actor: Person, now: datetime) -> Session:
    """A session that only the desk sees until it is opened. Whoever isn't a manager plans those that they give."""
    if not policies.can_plan(actor, desk_id=desk.pk):
        raise Forbidden(_("Only the desk whose session this is may do this."), code="not_desk")
    if said.trainer.pk != actor.pk and not policies.can_manage(actor, desk_id=desk.pk):
        raise Forbidden(_("Only a manager plans sessions that somebody else gives."), code="not_manager")
    session = Session(desk=desk, uid=f"{uuid.uuid4()}", planned_at=now)
    with transaction.atomic():
        _describe(session, said, now=now)
        session.save()
        session.organisations.set(_served(said.organisations, desk=desk))
        record(
            session, verb="session.planned", actor=actor, at=now, organisation_id=desk.pk,
            data={"topic": session.topic_id, "trainer": session.trainer_id, "starts_at": session.starts_at},
            rows=lambda: indexing(session),
        )  # fmt: skip
        session.save(update_fields=["version", "chain"])
    return session


def change(session: Session, *, said: Said, actor: Person, now: datetime, expect: int | None = None) -> Session:
    """Say it anew. A new time or place is told to those who registered; new places go to those who wait."""
    with change_session(session, verb="change", event="session.described", actor=actor, now=now, expect=expect) as step:
        locked = step.session
        if said.trainer.pk not in {actor.pk, locked.trainer_id}:
            _need_manager(actor, locked)
        was = {name: getattr(locked, name) for name in (*_MOVES, *_PLAIN)}
        _describe(locked, said, now=now, was=locked.starts_at)
        if locked.is_open:
            _need_place(locked)
        locked.organisations.set(_served(said.organisations, desk=locked.desk))
        step.data["changed"] = sorted(name for name, value in was.items() if getattr(locked, name) != value)
        if set(step.data["changed"]) & set(_MOVES):
            step.became(event="session.moved")
            step.data["was"] = was["starts_at"]
            locked.sequence += 1
            locked.reminded_at = now if locked.starts_at - now <= REMIND_BEFORE else None
        step.data["promoted"] = [row.pk for row in promote(locked)] if locked.is_open else []
    return step.session


def open_up(session: Session, *, actor: Person, now: datetime, expect: int | None = None) -> Session:
    """From now on those for whom it is may register."""
    with change_session(session, verb="open", event="session.opened", actor=actor, now=now, expect=expect) as step:
        _need_place(step.session)
        step.session.state = SessionState.OPEN
    return step.session


def cancel(session: Session, *, reason: str, actor: Person, now: datetime, expect: int | None = None) -> Session:
    """It doesn't take place; those who registered or wait are told, with the reason."""
    reason = line_of(reason, field="reason", limit=REASON_MAX)
    with change_session(session, verb="cancel", event="session.cancelled", actor=actor, now=now, expect=expect) as step:
        step.session.state = SessionState.CANCELLED
        step.session.cancel_reason = reason
        step.session.sequence += 1
    return step.session


def hold(session: Session, *, actor: Person, now: datetime, expect: int | None = None) -> Session:
    """It took place: those who came are thanked, and sent the materials. Who came has to be marked first."""
    with change_session(session, verb="hold", event="session.held", actor=actor, now=now, expect=expect) as step:
        unmarked = step.session.registrations.filter(standing="registered", attendance__isnull=True).count()
        if unmarked:
            raise Refused(_("Say first who came: some haven’t been marked yet."), code="unmarked")
        step.session.state, step.session.held_at = SessionState.HELD, now
    return step.session


def hand_out(
    session: Session, *, title: str, actor: Person, now: datetime, link: str = "", article: Article | None = None
) -> Material:
    """Add an address or an article to what is handed out."""
    if bool(link.strip()) == (article is not None):
        raise Refused(_("Give an address, or choose an article."), code="required", field="link")
    made = Material(title=line_of(title, field="title", limit=TITLE_MAX), article=article, by=actor, at=now)
    made.link = _address(link, required=False)
    made.title = made.title or (article.title if article else made.link[:TITLE_MAX])
    with change_session(session, verb="hand_out", event="session.handed_out", actor=actor, now=now) as step:
        if article is not None and article.desk_id != step.session.desk_id:
            raise Refused(_("This article is another desk’s."), code="foreign", field="article")
        made.session = step.session
        made.save()
        step.data["material"] = made.pk
    return made


def take_back(material: Material, *, actor: Person, now: datetime) -> Session:
    """Hand it out no more."""
    with change_session(material.session, verb="hand_out", event="session.taken_back", actor=actor, now=now) as step:
        step.data["material"] = material.pk
        Material.objects.filter(pk=material.pk).delete()
    return step.session


def _describe(session: Session, said: Said, *, now: datetime, was: datetime | None = None) -> None:
    """Fill in what is said, each thing checked at its field. `was`: the time that it has; any other is to come."""
    desk = session.desk
    if said.topic.desk_id != desk.pk:
        raise Refused(_("This belongs to another desk."), code="foreign", field="topic")
    need_trainer_at_desk(said.trainer, desk_id=desk.pk)
    session.topic, session.trainer = said.topic, said.trainer
    session.title = line_of(said.title, field="title", limit=TITLE_MAX) or said.topic.name
    session.about = body_of(said.about, field="about", limit=ABOUT_MAX)
    session.language = one_of(said.language, LANGUAGES, field="language")
    session.way = one_of(said.way, Way.values, field="way")
    webinar = session.way == Way.WEBINAR
    session.link = _address(said.link, required=False) if webinar else ""
    session.site = None if webinar else _own_site(said.site, desk=desk)
    session.room = "" if webinar else line_of(said.room, field="room", limit=ROOM_MAX)
    if said.starts_at <= now and said.starts_at != was:
        raise Refused(_("Choose a time to come."), code="not_future", field="starts_at")
    session.starts_at = said.starts_at
    session.minutes = _within(said.minutes, SHORTEST, LONGEST, field="minutes")
    session.capacity = _within(said.capacity, 1, MOST_PLACES, field="capacity")
    session.time_zone = _zone(said.time_zone or desk.time_zone)


def _need_place(session: Session) -> None:
    """Whoever registers learns where to be."""
    if session.way == Way.WEBINAR and not session.link:
        raise Refused(_("Give the address of the webinar first."), code="required", field="link")
    if session.way == Way.ON_SITE and not session.place:
        raise Refused(_("Say first where it takes place."), code="required", field="room")


def _need_manager(actor: Person, session: Session) -> None:
    need_run(actor, session)
    if not policies.can_manage(actor, desk_id=session.desk_id):
        raise Forbidden(_("Only a manager plans sessions that somebody else gives."), code="not_manager")


def _within(value: int, least: int, most: int, *, field: str) -> int:
    if not least <= value <= most:
        raise Refused(
            _("Give a number from %(least)d to %(most)d.") % {"least": least, "most": most},
            code="out_of_range",
            field=field,
        )
    return value


def _address(text: str, *, required: bool) -> str:
    text = line_of(text, field="link", limit=LINK_MAX)
    if not text and not required:
        return ""
    try:
        _web_address(text)
    except ValidationError as error:
        raise Refused(_("Give a web address, such as https://example.org/."), code="bad_link", field="link") from error
    return text


def _own_site(site: Site | None, *, desk: Organisation) -> Site | None:
    if site is not None and site.organisation.desk.pk != desk.pk:
        raise Refused(_("This desk does not serve that organisation."), code="foreign", field="site")
    return site


def _served(organisations: Iterable[Organisation], *, desk: Organisation) -> list[Organisation]:
    chosen = list(organisations)
    if any(desk.pk not in {one.pk, one.served_by_id} for one in chosen):
        raise Refused(_("This desk does not serve that organisation."), code="foreign", field="organisations")
    return chosen


def _zone(name: str) -> str:
    try:
        return zoneinfo.ZoneInfo(name).key
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused(_("This time zone is not known."), code="unknown_choice", field="time_zone") from error
