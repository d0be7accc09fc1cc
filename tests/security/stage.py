"""One world with everybody who may, who may not and who never should; and every kind of row an address can name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from guichet.api.tokens import SCOPES, issue
from guichet.calendars import changing
from guichet.calendars.changing import Said
from guichet.calendars.hours import OFFICE_HOURS
from guichet.catalog.models import Category, Question, RequestType, Service
from guichet.channels.models import Contact, Mailbox, Reconciliation
from guichet.connectors import changing as webhooks
from guichet.connectors import deliveries
from guichet.connectors.models import Webhook
from guichet.knowledge import actions as articles
from guichet.knowledge import running
from guichet.knowledge.models import Article
from guichet.knowledge.pictures import add_bytes
from guichet.lib.models import Outgoing
from guichet.notifications.models import Notification
from guichet.people.models import Account, Organisation, Person, Site, Skill
from guichet.portal import journey as journeys
from guichet.portal import status
from guichet.routing.models import Rule
from guichet.search.kept import keep
from guichet.sla.models import Policy
from guichet.suggestions import deflection
from guichet.suggestions.deflection import Subject
from guichet.suggestions.models import AnswerShown, Suggestion
from guichet.tickets import actions, major, problems
from guichet.tickets.major_frame import Touched, Words
from guichet.tickets.major_review import Promised, review
from guichet.tickets.models import Attachment, Macro, MajorIncident, PolicyApplication, Ticket
from guichet.training import planning, registering
from guichet.training.models import Session, Topic
from guichet.walkup.checking_in import check_in
from guichet.walkup.models import Appointment, Counter, Device, Reason, StrayCheckIn, Venue, Visit
from guichet.walkup.who import Who
from tests import builders, cast
from tests.knowledge import printing

# Who one may be, towards a ticket of a client's requester that is with the second team of the desk.
ROLES = (
    "anonymous", "owner", "elsewhere", "contact", "agent", "foreign", "provider", "other_provider", "manager",
)  # fmt: skip
# A message with markup, a picture in it and a file.
_MAIL = b"""\
Subject: x
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html

<p>Bonjour <b>tout le monde</b></p>
--b
Content-Type: image/gif; name="x.gif"
Content-ID: <1>

GIF89a
--b--
"""

# One transparent point.
PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0\x00\x00\x00\x00IEND\xaeB`\x82"
)


@dataclass
class World:
    """A desk with two clients, another desk, and one of each thing that has an address."""

    desk: builders.Desk
    elsewhere: builders.Desk
    client: Organisation
    people: dict[str, Person]
    ticket: Ticket
    solved: Ticket
    closed: Ticket
    cancelled: Ticket
    rows: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def browser(self, role: str) -> Client:
        """Somebody's browser; it raises nothing, as a server wouldn't."""
        if role == "anonymous":
            return Client(raise_request_exception=False)
        return builders.client_for(self.people[role], raise_request_exception=False)

    def token(self, role: str) -> str:
        """Somebody's token with every scope; "" for nobody."""
        if role == "anonymous":
            return ""
        if role not in self.tokens:
            now = timezone.now()
            _row, self.tokens[role] = issue(
                person=self.people[role], name="essai", scopes=SCOPES, expires_at=now + timedelta(days=1), now=now
            )
        return self.tokens[role]


def world() -> World:
    """Everything is made through the product's actions where it has one."""
    now = timezone.now()
    desk, elsewhere = builders.desk("Infogérance Boréale"), builders.desk("Une autre maison")
    client, other_client = builders.client_of(desk, "Étude Lavallée"), builders.client_of(desk, "Clinique du Parc")
    owner = builders.person(client, cast.AMELIE)
    people = {
        "owner": owner,
        "elsewhere": builders.person(other_client, cast.SOPHIE),
        "contact": builders.contact(client),
        "agent": builders.agent(desk),
        "foreign": builders.agent(elsewhere, cast.RACHEL),
        "provider": builders.provider(desk),
        "other_provider": builders.provider(desk, cast.FELIX, team=desk.teams["N3"]),
        "manager": builders.manager(desk),
    }
    agent = people["agent"]
    ticket = _with_second_team(owner, desk, agent)
    solved = builders.resolved(_with_second_team(owner, desk, agent), actor=agent, now=now)
    closed = builders.resolved(_with_second_team(owner, desk, agent), actor=agent, now=now)
    actions.confirm(closed, actor=owner, now=now)
    actions.rate(closed, score=5, comment="Merci", actor=owner, now=now)
    cancelled = _with_second_team(owner, desk, agent)
    actions.cancel(cancelled, reason="Réglé", actor=owner, now=now)
    made = World(
        desk=desk, elsewhere=elsewhere, client=client, people=people,
        ticket=ticket, solved=solved, closed=closed, cancelled=cancelled,
    )  # fmt: skip
    made.rows = _rows(made)
    return made


def _with_second_team(owner: Person, desk: builders.Desk, agent: Person) -> Ticket:
    now = timezone.now()
    ticket = builders.ticket(owner, now=now)
    return actions.hand_over(ticket, to_team=desk.second, reason="competence", note="", actor=agent, now=now)


def _visit(venue: Venue, *, now: datetime) -> Visit:
    """Somebody without a name, in the queue."""
    reason = Reason.objects.create(venue=venue, name_fr="Se faire aider", position=1)
    return check_in(venue=venue, reason=reason, now=now, language="fr", who=Who())


def _webhook(made: World, *, now: datetime) -> Webhook:
    by: dict[str, Any] = {"actor": made.people["manager"], "now": now}
    url = "https://canari.example/"
    return webhooks.save_webhook(
        webhook=None, desk=made.desk.organisation, name="Canari", url=url, verbs=["session.*"], active=True, **by
    )


def _session(made: World, *, now: datetime) -> Session:
    """One for the client's people, in which the owner has a place."""
    agent, owner = made.people["agent"], made.people["owner"]
    topic = Topic.objects.create(desk=made.desk.organisation, name_fr="Canari du thème")
    said = planning.Said(
        topic=topic, title="Canari de la formation", starts_at=now + timedelta(days=9), minutes=60, trainer=agent,
        link="https://visio.example/", organisations=[made.client],
    )  # fmt: skip
    session = planning.plan(desk=made.desk.organisation, said=said, actor=agent, now=now)
    planning.hand_out(session, title="Canari du document", link="https://docs.example/", actor=agent, now=now)
    session = planning.open_up(session, actor=agent, now=now)
    return registering.register(session, person=owner, actor=owner, now=now).session


def _major(made: World, *, now: datetime) -> MajorIncident:
    """One of the client's, restored and reviewed; nobody but its people and the desk knows of it."""
    agent, owner = made.people["agent"], made.people["owner"]
    ticket = builders.ticket(owner, now=now, impact="everyone", urgency="stopped")
    words, touched = Words(title_fr="Canari de l’incident majeur"), Touched(organisations=[made.client])
    found = major.declare(ticket, words=words, touched=touched, audience="concerned", actor=agent, now=now)
    major.note(found, body="Canari de la note", actor=agent, now=now)
    major.tell(found, text_fr="Nous cherchons.", actor=agent, now=now)
    found = major.restore(found, kind="fix", solution="Relancé", test="Essayé", text_fr="Rétabli", actor=agent, now=now)
    change = Promised(text="Surveiller", who=agent, due_on=now.date())
    found = review(found, what_happened="Panne", cause="Disque", follow_ups=[change], actor=agent, now=now)
    status.write_all(now=now)
    return found


def _article(made: World, *, now: datetime) -> Article:
    """The client's people read it; its next version is being written."""
    by: dict[str, Any] = {"actor": made.people["agent"], "now": now}
    article = articles.write(desk=made.desk.organisation, title="Canari de l’article", body="![](capture.png)", **by)
    add_bytes(article, name="capture.png", content=PIXEL, **by)
    article = articles.address(article, audience="requesters", organisations=[made.client], **by)
    article = articles.publish(article, **by)
    return articles.revise(article, body="![](capture.png)\n\nCanari du brouillon", **by)


def _answer(made: World, *, now: datetime) -> AnswerShown:
    """The owner was shown the article before they asked."""
    subject = Subject("article", Article.objects.get(title="Canari de l’article").pk)
    _asking, shown = deflection.show([subject], person=made.people["owner"], now=now)
    return shown[subject]


def _rows(made: World) -> dict[str, Any]:
    """One of each kind, by the name under which addresses speak of it."""
    now, agent, owner = timezone.now(), made.people["agent"], made.people["owner"]
    here = made.desk.organisation
    picture = SimpleUploadedFile("capture.png", b"\x89PNG\r\n\x1a\n", content_type="image/png")
    actions.reply(made.ticket, body="Bonjour, je regarde.", actor=agent, now=now)
    actions.attach(made.ticket, uploads=[picture], actor=owner, now=now)
    request_type = RequestType.objects.create(organisation=here, name_fr="Un accès", name_en="Access")
    question = Question.objects.create(request_type=request_type, key="quoi", label_fr="Quoi ?")
    token = issue(person=owner, name="x", scopes=["tickets:read"], expires_at=now + timedelta(days=1), now=now)[0]
    colleague = builders.person(made.client, cast.MARIE_EVE)
    actions.watch(made.ticket, person=colleague, actor=owner, now=now)
    venue = Venue.objects.create(
        organisation=here, name_fr="Accueil", slug="accueil", board_key="clef-de-l-ecran", appointments=True
    )
    return {
        "venue": venue,
        "counter": Counter.objects.create(venue=venue, name="1"),
        "reason": Reason.objects.create(venue=venue, name_fr="Imprimer"),
        "appointment": Appointment.objects.create(
            venue=venue,
            reason=Reason.objects.create(venue=venue, name_fr="Mon compte"),
            person=owner,
            starts_at=now + timedelta(days=1),
            minutes=30,
            place=0,
            uid="stage",
            booked_by=owner,
            booked_at=now,
        ),
        "visit": _visit(venue, now=now),
        "stray": StrayCheckIn.objects.create(venue=venue, client_key="stage", arrived_at=now, at=now, cause="refused"),
        "device": Device.objects.create(venue=venue, name="Borne", created_by=agent, created_at=now),
        "hypothesis": actions.suppose(made.ticket, text="Câble débranché", evidence="", actor=agent, now=now),
        "attempt": actions.attempt(
            made.ticket, kind="fix", text="Rebranché", test="", result="untested", actor=agent, now=now
        ),
        "attachment": Attachment.objects.get(ticket=made.ticket),
        "mailbox": Mailbox.objects.create(organisation=here, address="aide@desk.example"),
        "contact": Contact.objects.create(
            source_key="stage",
            desk=here,
            raw=_MAIL,
            size=len(_MAIL),
            received_at=now,
            read_at=now,
            outcome="quarantine",
            reason="stranger",
            sender="x@y.example",
        ),
        "comparison": Reconciliation.objects.create(
            at=now, desk=here, mailbox=Mailbox.objects.get(organisation=here), checked=1, missing=0
        ),
        "outgoing": Outgoing.objects.create(
            key="stage",
            kind="mail",
            about=made.ticket.reference,
            recipient=owner.email,
            created_at=now,
            next_at=now,
            payload={"ticket": made.ticket.pk, "person": owner.pk, "events": [1], "subject": "Canari du courriel"},
        ),
        "major": (reviewed := _major(made, now=now)),
        "follow_up": reviewed.follow_ups.get(),
        "problem": problems.open_problem(desk=here, title="Canari du problème", actor=agent, now=now),
        "calendar": changing.save_calendar(
            calendar=None,
            usual=False,
            desk=here,
            name="Garde",
            said=Said(time_zone="Europe/Paris", week=OFFICE_HOURS),
            note="",
            since=None,
            actor=made.people["manager"],
            now=now,
        ),
        "service_level": Policy.objects.create(organisation=here, name_fr="Réseau", kind="incident"),
        "suggestion": Suggestion.objects.create(
            ticket=made.ticket, field="kind", value="request", confidence=0.7, rule="words", at=now
        ),
        "lesson": builders.lesson(here),
        "promise_trial": builders.trial(here, by=made.people["manager"], name="Canari de l’essai", now=now),
        "article": _article(made, now=now),
        "session": (session := _session(made, now=now)),
        "topic": session.topic,
        "material": session.materials.get(),
        "registration": session.registrations.get(),
        "tree": (tree := printing.published(here, by=made.people["manager"], for_requesters=True)),
        "run": running.start(tree, actor=agent, person=owner, now=now),
        "run_alone": running.start(tree, actor=owner, person=owner, alone=True, now=now),
        "application": PolicyApplication.objects.create(organisation=here, by=made.people["manager"], asked_at=now),
        "webhook": (webhook := _webhook(made, now=now)),
        "delivery": deliveries.ping(webhook=webhook, actor=made.people["manager"], now=now).row,
        "macro": Macro.objects.create(organisation=here, name_fr="Accusé", kind="reply", body_fr="Bonjour {prenom},"),
        "level": made.desk.levels["N3"],
        "team": made.desk.second,
        "site": Site.objects.create(organisation=made.client, name="Siège"),
        "skill": Skill.objects.create(organisation=here, name_fr="Réseau", name_en="Network"),
        "service": Service.objects.create(organisation=here, name_fr="Courriel", name_en="E-mail"),
        "category": Category.objects.create(organisation=here, name_fr="Imprimante", name_en="Printer"),
        "request_type": request_type,
        "question": question,
        "colleague": colleague,
        "token": token,
        "rule": Rule.objects.create(
            organisation=here, name_fr="Tout", team=made.desk.second, conditions={}, position=1
        ),
        "alert": Notification.objects.filter(person=agent).first(),
        "search": keep("canari", name="Canari", person=agent, now=now),
        "journey": journeys.begin(person=owner, now=now, description="Rien ne va plus."),
        "access_journey": journeys.begin(person=owner, now=now, request_type=request_type),
        "answer": _answer(made, now=now),
        "account": Account.objects.get(person=owner),
    }
