"""What the browser finds: both demo worlds without their everyday, and the rows that only tests want.

Built once for each test process, in a database of its own beside the test database; each module gets a copy, so that
nothing here meets what other tests do, and no module sees what another has changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import default_token_generator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from guichet.api.tokens import issue
from guichet.catalog.models import RequestType
from guichet.channels.models import Contact, Mailbox, Reconciliation
from guichet.demo import cast, loading
from guichet.demo.worlds import everyday
from guichet.lib.models import Outgoing
from guichet.people.models import Account, Membership, Organisation, Person, Role, RoleKind, Team
from guichet.portal import journey as journeys
from guichet.routing.actions import submit
from guichet.tickets import actions
from guichet.tickets.models import State, Ticket
from guichet.walkup import booking
from guichet.walkup.models import Venue, Visit
from guichet.walkup.reasons import tree_of
from guichet.walkup.vacancies import free_times
from tests.builders import UNUSABLE
from tests.e2e import articles

PASSWORD = "une phrase que seuls les tests connaissent"
LONG_NAME = "Marie-Philippine-Alexandrine de la Bruère-Sansregret-Thibodeau-Larochelle"
LONG_WORD = "Hyperconvergence" * 8
LONG_FILE = f"capture-{'très-longue-' * 12}2026-11-21.png"
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003"
    "010100c9fe92ef0000000049454e44ae426082"
)


@dataclass
class World:
    """References and numbers of what the pages are opened with. Rows are read anew: each module has its own copy."""

    tickets: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    def person(self, key: str) -> Person:
        """One of the cast by key, or one of our own by name."""
        email = self.words.get(f"email:{key}") or cast.find(key).email
        return Person.objects.select_related("organisation").get(email=email)

    def ticket(self, key: str) -> Ticket:
        return Ticket.objects.get(reference=self.tickets.get(key, key))

    def team(self, name: str) -> Team:
        return Team.objects.get(name=name)

    def opened(self, requester: str = "amelie", *, taken_by: str = "", **fields: Any) -> Ticket:
        """A fresh ticket, for one test alone."""
        asker = self.person(requester)
        values = {
            "description": "L’imprimante du bureau R-214 ne répond plus depuis ce matin.",
            "impact": "person",
            "urgency": "hampered",
            **fields,
        }
        made = submit(organisation=asker.organisation, requester=asker, actor=asker, now=timezone.now(), **values)
        if taken_by:
            actions.take(made, actor=self.person(taken_by), now=timezone.now())
        return Ticket.objects.get(pk=made.pk)

    def solved(self, requester: str = "amelie", *, by: str = "nadia", **fields: Any) -> Ticket:
        """A fresh ticket that was resolved and waits for its requester's say."""
        made = self.opened(requester, taken_by=by, **fields)
        _solve(made, by=self.person(by))
        return Ticket.objects.get(pk=made.pk)


def _solve(ticket: Ticket, *, by: Person) -> None:
    fix = actions.attempt(
        ticket, kind="fix", text="Pilote d’impression réinstallé.", test="Page d’essai imprimée.", result="worked",
        actor=by, now=timezone.now(),
    )  # fmt: skip
    actions.resolve(ticket, solution=fix, actor=by, now=timezone.now())


def build() -> World:
    """Fill the database that Django is pointed at."""
    now = timezone.now()
    with mock.patch.object(everyday, "stories", lambda *args, **options: []):
        loading.load(now=now, begin=lambda plan, acts: lambda: None)
    world = World()
    _pick(world)
    _long(world)
    _unfinished(world, now=now)
    _newcomers(world)
    _rated(world)
    _mailed(world, now=now)
    _compared(now=now)
    _expected(world, now=now)
    helene, amelie = world.person("helene"), world.person("amelie")
    written = articles.write(by=helene, reader=amelie, picture=PICTURE, long=LONG_WORD, now=now)
    world.words |= {f"article:{state}": reference for state, reference in written.items()}
    issue(
        person=world.person("nadia"), name="Rapport du lundi", scopes=["tickets:read"],
        expires_at=now + timedelta(days=30), now=now,
    )  # fmt: skip
    return world


def _pick(world: World) -> None:
    """Tickets of the demo by the state that a page needs."""
    at_counter = Visit.objects.values("ticket")
    college = Ticket.objects.filter(organisation__slug=cast.COLLEGE).exclude(pk__in=at_counter).order_by("id")
    path = college.filter(state=State.OPEN, hypotheses__isnull=False, attempts__isnull=False).first()
    assert path is not None
    world.tickets = {
        "path": path.reference,
        "english": college.filter(requester=world.person("rachel"), messages__isnull=False).first().reference,
        "new": world.opened("lucie").reference,
        "held": college.filter(state=State.ON_HOLD).first().reference,
        "resolved": world.solved("kateri").reference,
        "closed": college.filter(state=State.CLOSED).last().reference,
        "cancelled": college.filter(state=State.CANCELLED).first().reference,
        "mine": world.opened().reference,
        "to-check": world.solved().reference,
        "of-client": Ticket.objects.filter(requester__email=cast.EMILY.email).first().reference,
    }
    world.numbers = {"hypothesis": path.hypotheses.first().pk, "attempt": path.attempts.first().pk}


def _long(world: World) -> None:
    """Names, titles and files as long as they may be, one of them without a place to break."""
    desk = Organisation.objects.get(slug=cast.COLLEGE)
    someone = Person.objects.create(organisation=desk, name=LONG_NAME, email="mp@riviere-aux-pins.example")
    Account.objects.create(email=someone.email, person=someone, password=UNUSABLE)
    world.words["email:long"] = someone.email
    nadia = world.person("nadia")
    made = world.opened(
        "long", taken_by="nadia", title=f"{LONG_WORD} : plus rien ne répond au laboratoire d’informatique",
        description=f"{LONG_WORD}{LONG_WORD}\n\nhttps://exemple.example/{'a' * 300}",
        asset="POSTE-" + "X" * 60, impact="everyone", urgency="stopped",
    )  # fmt: skip
    picture = SimpleUploadedFile(LONG_FILE, PICTURE, content_type="image/png")
    now = timezone.now()
    actions.reply(made, body=f"{LONG_WORD * 3}", actor=someone, now=now, uploads=[picture])
    actions.note(made, body="```\n" + "0123456789" * 40 + "\n```", actor=nadia, now=now)
    actions.suppose(made, text=LONG_WORD[:120], evidence=LONG_WORD, actor=nadia, now=now)
    actions.set_tags(made, names=["une étiquette vraiment très longue", LONG_WORD[:40]], actor=nadia, now=now)
    world.tickets["long"] = made.reference


def _unfinished(world: World, *, now: datetime) -> None:
    """Requests that somebody has begun to make."""
    rachel = world.person("rachel")
    begun = journeys.begin(person=rachel, now=now, description="The screen of room B-214 stays dark.")
    begun.impact, begun.urgency = "group", "stopped"
    journeys.save(begun, person=rachel, now=now)
    world.words["journey"] = begun.token
    kind = RequestType.objects.filter(organisation__slug=cast.COLLEGE, questions__isnull=False).first()
    assert kind is not None
    asked = journeys.begin(person=rachel, now=now, description="A laptop for a new colleague.", request_type=kind)
    world.words["questions"] = asked.token
    world.numbers["type"] = kind.pk
    world.numbers["question"] = kind.questions.first().pk


def _newcomers(world: World) -> None:
    """Whoever has nothing yet: a requester, an agent without a team, a manager of a desk that is not set up."""
    desk = Organisation.objects.get(slug=cast.COLLEGE)
    bare = Organisation.objects.create(name="Cégep du Nouveau-Départ", slug="nouveau-depart")
    for key, place, role in (
        ("newcomer", desk, ""),
        ("teamless", desk, RoleKind.AGENT),
        ("founder", bare, RoleKind.MANAGER),
    ):
        person = Person.objects.create(organisation=place, name=f"Élodie Saint-Cyr ({key})", email=f"{key}@x.example")
        Account.objects.create(email=person.email, person=person, password=UNUSABLE)
        if role:
            Role.objects.create(person=person, organisation=place, kind=role)
        world.words[f"email:{key}"] = person.email
    # The demo's own password opens nothing outside a demo.
    known = Account.objects.filter(email__in=(cast.AMELIE.email, cast.NADIA.email))
    known.update(password=make_password(PASSWORD))
    invited = Person.objects.create(organisation=desk, name="Invitée d’honneur", email="invitee@x.example")
    account = Account.objects.create(email=invited.email, person=invited, password=UNUSABLE)
    world.words["invitation"] = urlsafe_base64_encode(force_bytes(account.pk))
    world.words["invitation-token"] = default_token_generator.make_token(account)
    lead = Membership.objects.filter(team__organisation=desk).first()
    assert lead is not None
    world.numbers |= {"team": lead.team_id, "member": lead.person_id}


def _expected(world: World, *, now: datetime) -> None:
    """Somebody with an appointment, and what it takes to make another one."""
    venues = Venue.objects.filter(organisation__slug=cast.COLLEGE, appointments=True)
    venue = venues.select_related("organisation").get()
    tree = tree_of(venue)
    reason = next(r for r in tree.by_id.values() if booking.bookable(r, venue=venue, tree=tree))
    free = free_times(venue, reason, now=now + timedelta(days=7))
    amelie = world.person("amelie")
    made = booking.book(
        venue=venue, reason=reason, person=amelie, starts_at=free[0], actor=amelie, now=now, note="Mon mot de passe"
    )
    world.numbers |= {"appointment": made.pk, "reason": reason.pk}
    world.words["at"] = free_times(venue, reason, now=now)[-1].isoformat()


def _rated(world: World) -> None:
    """One that its requester has just found to work, and is asked about."""
    made = world.solved()
    actions.confirm(made, actor=world.person("amelie"), now=timezone.now())
    world.tickets["asked"] = made.reference


def _mailed(world: World, *, now: datetime) -> None:
    """Mails about one ticket, in each of their states; a server's answer without a place to break."""
    ticket = world.ticket("path")
    payload = {
        "ticket": ticket.pk,
        "person": ticket.requester_id,
        "events": [1],
        "subject": f"[{ticket.reference}] Oui",
    }
    states: tuple[dict[str, Any], ...] = (
        {"delivered_at": now, "attempts": 1, "answer": "250 2.0.0 OK: queued as 4F7C21"},
        {"attempts": 3, "answer": f"451 4.7.1 {LONG_WORD}"},
        {"given_up_at": now, "attempts": 1, "answer": "550 5.1.1 No such user"},
        {"given_up_at": now, "attempts": 1, "answer": "what was to be said was withdrawn"},
        {"payload": {**payload, "subject": ""}},
    )
    for number, state in enumerate(states):
        values = {"payload": payload, "recipient": ticket.requester.email, "created_at": now, "next_at": now, **state}
        row = Outgoing.objects.create(key=f"e2e:{number}", kind="mail", about=ticket.reference, **values)
        world.numbers.setdefault("mail", row.pk)


def _compared(*, now: datetime) -> None:
    """At the company something is missing of each kind, and a mailbox can't be reached."""
    desk = Organisation.objects.get(slug=cast.COMPANY)
    contact = Contact.objects.filter(desk=desk).latest("pk")
    at = (now - timedelta(hours=5)).isoformat()
    known = {"at": at, "subject": "", "sender": "", "folder": "", "contact": None, "reference": ""}
    on_server = [{**known, "kind": kind, "folder": "INBOX"} for kind in ("late", "passed", "moved")]
    on_server[0] |= {"subject": LONG_WORD, "sender": f"{'x' * 60}@courrier.example"}
    here = [{**known, "kind": kind, "contact": contact.pk} for kind in ("unread", "no_ticket", "no_reply")]
    here.append({**known, "kind": "no_contact", "reference": Ticket.objects.filter(desk=desk).latest("pk").reference})
    address = f"atelier@{'x' * 40}.example"
    box = Mailbox.objects.create(organisation=desk, address=address, fetch="imap", active=True)
    for mailbox, missing, trouble in ((box, on_server, f"gaierror: {LONG_WORD}"), (None, here, "")):
        Reconciliation.objects.create(
            at=now, desk=desk, mailbox=mailbox, checked=0, missing=len(missing), details=missing, trouble=trouble
        )


# ── Databases ───────────────────────────────────────────────────────────────────────────────────────────────────────


def point_at(name: str) -> str:
    """Every later connection of this process goes to that database; the name of the one before."""
    connections.close_all()
    connection.close_pool()
    before = str(connection.settings_dict["NAME"])
    connection.settings_dict["NAME"] = name
    return before


@contextmanager
def database(name: str, *, template: str = "") -> Iterator[None]:
    """A new database, a copy where there is a template, and Django pointed at it meanwhile. It is gone afterwards."""
    before = point_at("postgres")
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if template:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [template])
        cursor.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
    point_at(name)
    try:
        yield
    finally:
        point_at("postgres")
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        point_at(before)
