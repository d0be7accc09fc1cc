"""What each desk of the demo teaches: a session of some weeks ago, with who came, and those to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from guichet.demo import cast
from guichet.demo.stage import Stage
from guichet.lib.events import long_ago
from guichet.people.models import Person, Site
from guichet.tickets.models import Ticket
from guichet.training import measuring, needs, planning, registering
from guichet.training.models import Presence, Session, Topic

_LAST_WEEKS = timedelta(days=35)


@dataclass(frozen=True)
class TopicPlan:
    name: tuple[str, str]
    categories: tuple[str, ...]


@dataclass(frozen=True)
class SessionPlan:
    """`topic` is a place in the topics; `registered` are keys of the cast, in the order in which they came."""

    topic: int
    trainer: str
    title: str
    about: str
    registered: tuple[str, ...] = ()
    capacity: int = 12
    minutes: int = 60
    link: str = ""
    site: str = ""
    room: str = ""
    clients: tuple[str, ...] = ()
    materials: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True)
class TrainingPlan:
    """`past` took place `ago` opening days ago; of `coming` each is so many opening days ahead."""

    topics: tuple[TopicPlan, ...]
    past: SessionPlan
    ago: int
    coming: tuple[tuple[int, SessionPlan], ...]


_COLLEGE = TrainingPlan(
    topics=(
        TopicPlan(("Mots de passe et double validation", "Passwords and two-step sign-in"), ("password",)),
        TopicPlan(("Imprimer partout au cégep", "Printing all over the college"), ("printing",)),
    ),
    past=SessionPlan(
        0, "nadia", "Ne plus jamais oublier son mot de passe",
        "Choisir une phrase de passe, la retenir, la changer soi-même, et préparer la double validation.",
        registered=("amelie", "lucie", "ginette", "paul-emile", "tomasz", "denis"),
        capacity=24,
        link="https://visio.riviere-aux-pins.example/mots-de-passe",
        materials=(("Les diapositives", "https://guides.riviere-aux-pins.example/mots-de-passe.pdf"),),
    ),
    ago=11,
    coming=(
        (4, SessionPlan(
            1, "karim", "Imprimer de partout, même de son téléphone",
            "Ajouter une imprimante, libérer ses impressions à la borne, imprimer recto verso par défaut.",
            registered=("amelie", "ginette", "marguerite", "denis", "johanne", "isabelle", "catherine", "nathalie"),
            capacity=6, minutes=45, site=cast.ROLLET, room="R-102",
        )),
        (9, SessionPlan(
            0, "nadia", "Ne plus jamais oublier son mot de passe",
            "La même formation, pour les personnes qui n’ont pas pu venir à la première.",
            registered=("bernard",), link="https://visio.riviere-aux-pins.example/mots-de-passe",
        )),
    ),
)  # fmt: skip

_COMPANY = TrainingPlan(
    topics=(
        TopicPlan(("Reconnaître un hameçonnage", "Telling phishing from mail"), ("security", "mail")),
        TopicPlan(("Bien commencer avec son poste", "A good start with one’s computer"), ("workstation",)),
    ),
    past=SessionPlan(
        0, "aurelie", "Reconnaître un hameçonnage en dix secondes",
        "Cinq signes qui ne trompent pas, et que faire quand on a cliqué.",
        registered=("mariette", "valerie", "bastien", "monique", "souad", "karin", "fabienne"),
        link="https://visio.meuse-informatique.example/hameconnage",
        clients=(cast.NOTARY, cast.WHOLESALER, cast.CLINICS),
    ),
    ago=11,
    coming=(
        (6, SessionPlan(
            0, "aurelie", "Reconnaître un hameçonnage en dix secondes",
            "Cinq signes qui ne trompent pas, et que faire quand on a cliqué.",
            registered=("emily", "leila", "xavier"),
            link="https://visio.meuse-informatique.example/hameconnage",
            clients=(cast.NOTARY, cast.WHOLESALER, cast.CLINICS),
        )),
    ),
)  # fmt: skip
_PLANS = {cast.COLLEGE: _COLLEGE, cast.COMPANY: _COMPANY}
# Of the crowd, so many more take part in the past session: enough for its effect to be told.
_MORE = 9
_CAME = (Presence.PRESENT, Presence.PRESENT, Presence.PRESENT, Presence.PARTLY, Presence.PRESENT, Presence.ABSENT)


def teach(stage: Stage) -> None:
    """The desk's topics and sessions, then what the nightly job would have found by now. Nobody is written to."""
    plan = _PLANS[stage.ground.desk.slug]
    with long_ago():
        topics = [_topic(stage, one) for one in plan.topics]
        _past(stage, plan, topics)
        for days, one in plan.coming:
            begins = stage.hence(days=days, clock="13:30")
            _open(stage, one, topics, starts_at=begins, planned_at=stage.now - timedelta(days=8))
    needs.look_at(stage.ground.desk, now=stage.now)


def _topic(stage: Stage, plan: TopicPlan) -> Topic:
    french, english = plan.name
    topic = Topic.objects.create(desk=stage.ground.desk, name_fr=french, name_en=english)
    topic.categories.set([stage.ground.categories[key] for key in plan.categories])
    return topic


def _past(stage: Stage, plan: TrainingPlan, topics: Sequence[Topic]) -> None:
    begins = stage.at(plan.ago, "13:30")
    topic, trainer = topics[plan.past.topic], stage.person(plan.past.trainer)
    more = _those_who_ask(stage, topic, before=begins) if not plan.past.clients else []
    session = _open(stage, plan.past, topics, starts_at=begins, planned_at=begins - timedelta(days=15), more=more)
    rows = list(session.registrations.order_by("at", "pk"))
    came = {row.pk: _CAME[number % len(_CAME)].value for number, row in enumerate(rows)}
    registering.mark(session, came=came, actor=trainer, now=begins + timedelta(minutes=50))
    session = planning.hold(session, actor=trainer, now=begins + timedelta(minutes=65))
    measuring.measure(session, now=stage.now)


def _open(
    stage: Stage,
    plan: SessionPlan,
    topics: Sequence[Topic],
    *,
    starts_at: datetime,
    planned_at: datetime,
    more: Sequence[Person] = (),
) -> Session:
    """Planned, opened, and registered for over the days that follow."""
    desk, trainer = stage.ground.desk, stage.person(plan.trainer)
    said = planning.Said(
        topic=topics[plan.topic], title=plan.title, about=plan.about, language="fr", starts_at=starts_at,
        minutes=plan.minutes, trainer=trainer, way="on_site" if plan.room else "webinar", link=plan.link,
        site=Site.objects.get(organisation=desk, name=plan.site) if plan.site else None, room=plan.room,
        capacity=plan.capacity, organisations=list(desk.clients.filter(slug__in=plan.clients)),
    )  # fmt: skip
    session = planning.plan(desk=desk, said=said, actor=trainer, now=planned_at)
    for title, link in plan.materials:
        planning.hand_out(session, title=title, link=link, actor=trainer, now=planned_at)
    session = planning.open_up(session, actor=trainer, now=planned_at)
    people = [*(stage.person(key) for key in plan.registered), *more]
    for number, person in enumerate(people, start=1):
        at = planned_at + timedelta(hours=7 * number, minutes=11 * number)
        registering.register(session, person=person, actor=person, now=at)
    return session


def _those_who_ask(stage: Stage, topic: Topic, *, before: datetime) -> list[Person]:
    """People without a name in the cast who had asked about it: such as come to a session."""
    asked = Ticket.objects.filter(
        desk=stage.ground.desk, category__in=topic.categories.all(), opened_at__lt=before,
        opened_at__gte=before - _LAST_WEEKS,
    )  # fmt: skip
    known = {person.pk for person in stage.ground.people.values()}
    found = Person.objects.filter(pk__in=asked.values("requester"), roles__isnull=True).exclude(pk__in=known)
    return list(found.order_by("pk")[:_MORE])
