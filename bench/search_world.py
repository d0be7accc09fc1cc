"""A million tickets to search in: made words in the proportions of real ones, the same on every machine.

Words follow a Zipf–Mandelbrot law over some 60,000 forms in French and English; of a text's words not quite half are
small ones (« de », "the"), as people write. The first of the law stand in every third ticket, the last in one or none.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import numpy as np
from django.db import connection

from guichet.lib import references
from guichet.lib.text import fold
from guichet.people.models import Level, LevelScheme, Membership, Organisation, Person, Role, RoleKind, Team
from guichet.search.words import stems
from guichet.search.writing import DAY, FORTNIGHT, desk_number, kind_number, know, number_of, span_numbers

END = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
DAYS = 730
# Shares of four desks, and of the teams of each.
DESKS, TEAMS = (0.55, 0.25, 0.15, 0.05), (0.6, 0.3, 0.1)
_PEOPLE = 20_000
_CHUNK = 20_000
FRENCH_SHARE = 0.75

# ruff: noqa: SIM905 (lists of words read better as text)
_FRENCH = """
imprimante courriel messagerie réseau connexion compte ordinateur écran fichier serveur accès poste erreur message
application utilisateur session téléphone portable clavier souris navigateur logiciel mise jour dossier partage
sauvegarde licence antivirus bureau étage salle projecteur document dépôt toner papier câble prise borne tablette
batterie chargeur pilote installation démarrage lenteur panne blocage affichage signature agenda réunion calendrier
boîte pièce jointe habilitation jeton certificat annuaire domaine adresse disque mémoire carte lecteur badge scanner
numérisation formulaire facture commande budget paie horaire classeur tableur macro formule colonne version module
""".split()
_ENGLISH = """
printer email mailbox network connection account laptop screen file server access desktop error message application
user session phone mobile keyboard mouse browser software update folder share backup licence antivirus office floor
room projector document toner paper cable socket tablet battery charger driver installation startup slowness outage
freeze display signature calendar meeting attachment permission token certificate directory firewall domain address
disk memory card reader badge scanner form invoice order budget payroll schedule spreadsheet macro formula column
version module ticket dashboard report export import login reset
""".split()
_SMALL = {
    "fr": "le la les de du des un une et à en dans pour sur avec est que qui ne pas plus je nous il elle ce".split(),
    "en": "the a an and to of in on for with is that it this my we i not can when from at by be have has was".split(),
}
_STARTS, _MIDDLES, _ENDS = (
    {
        "fr": "b c d f g j l m n p r s t v br ch cl cr dr fl fr gr pl pr qu tr".split(),
        "en": "b c d f g h j k l m n p r s t w bl br ch cl dr fl gr pl pr sh st th tr".split(),
    },
    {"fr": "a e i o u é ou an on in oi ai eu".split(), "en": "a e i o u ea oo ai ou ee".split()},
    {"fr": "r l s t n c d m ge ble tion ment teur".split(), "en": "r l s t n ck d m ge ble tion ment ter ng".split()},
)
_LEMMAS = {"fr": 20_000, "en": 10_000}


@dataclass(frozen=True)
class Vocabulary:
    """Forms by falling frequency: as they are written, and their number in the index; and the small words."""

    forms: list[str]
    numbers: np.ndarray
    law: np.ndarray
    small: list[str]

    @classmethod
    def of(cls, language: str) -> Vocabulary:
        chance = random.Random(f"search {language}")
        lemmas = dict.fromkeys(_FRENCH if language == "fr" else _ENGLISH)
        while len(lemmas) < _LEMMAS[language]:
            syllables = 1 + (len(lemmas) > 300) + (chance.random() < 0.6)
            pieces = [chance.choice(_STARTS[language]) + chance.choice(_MIDDLES[language]) for _ in range(syllables)]
            lemmas["".join(pieces) + chance.choice(_ENDS[language])] = None
        written = {lemma + ending: stems(lemma + ending, language=language) for lemma in lemmas for ending in ("", "s")}
        forms = [form for form, tokens in written.items() if len(tokens) == 1]
        numbers = [number_of(written[form][0]) for form in forms]
        weights = 1 / (np.arange(len(forms)) + 8.0) ** 1.05
        return cls(
            forms=forms,
            numbers=np.array(numbers, dtype=np.int64),
            law=np.cumsum(weights) / weights.sum(),
            small=_SMALL[language],
        )

    def draw(self, many: int, chance: np.random.Generator) -> np.ndarray:
        return np.searchsorted(self.law, chance.random(many))


@dataclass(frozen=True)
class World:
    """Who searches, in what, and how many bytes of text it has."""

    desks: list[Organisation]
    people: dict[str, Person]
    vocabularies: dict[str, Vocabulary]
    text_bytes: int


_MADE = "n, desk, person, level, team, at, title, description"
_COLUMNS = "kind, subject, part, desk_id, organisation_id, inside, at, titled, words"
_TICKETS = """
INSERT INTO tickets_ticket (
    id, version, chain, reference, organisation_id, desk_id, requester_id, reporter_id, channel, kind, title,
    description, asset, facts, answers, state, impact, urgency, severity, severity_reason, priority, priority_reason,
    level_id, team_id, assignee_id, promise_kind, promise_text, promise_due_at, unsolved_reason, opened_at, updated_at,
    received_at, reopened)
SELECT n, 1, '', 'B-' || n, desk, desk, person, person, 'portal', 'incident', title, description, '', '{}', '{}',
    'closed', 'person', 'hampered', 'S' || 1 + n % 5, '', 3, '', level, team, NULL, '', '', NULL, 'withdrawn', at, at,
    at, 0
FROM made ORDER BY n
"""


def build(*, tickets: int) -> World:
    """Everything written by COPY; the index of words is made at the end, as one does with so many."""
    places = _places()
    vocabularies = {language: Vocabulary.of(language) for language in _SMALL}
    text_bytes = 0
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("DROP INDEX entry_words")
        cursor.execute(
            "CREATE TEMP TABLE made (n bigint, desk bigint, person bigint, level bigint, team bigint, at timestamptz,"
            " title text, description text)"
        )
        for chunk in _chunks(tickets, places=places, vocabularies=vocabularies):
            with cursor.copy(f"COPY search_entry ({_COLUMNS}) FROM STDIN") as copy:
                copy.write("".join(chunk.entries))
            with cursor.copy(f"COPY made ({_MADE}) FROM STDIN") as copy:
                copy.write("".join(chunk.tickets))
            text_bytes += chunk.text_bytes
            know(chunk.heard)
        cursor.execute(_TICKETS)
        cursor.execute("CREATE INDEX entry_words ON search_entry USING gin (words) WITH (gin_pending_list_limit = 512)")
        for table in ("search_entry", "search_knownword", "tickets_ticket"):
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute(f"COMMENT ON TABLE search_entry IS '{text_bytes}'")
        cursor.execute("RESET maintenance_work_mem")
    return _world(places, vocabularies, text_bytes)


def standing() -> World | None:
    """The world that an earlier run left in this database, to be searched again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description('search_entry'::regclass)")
        text_bytes = cursor.fetchone()[0]
    vocabularies = {language: Vocabulary.of(language) for language in _SMALL}
    return _world(_places(), vocabularies, int(text_bytes)) if text_bytes else None


@dataclass(frozen=True)
class Place:
    """A desk, its teams, those who ask there, and who treats."""

    desk: Organisation
    teams: list[Team]
    asking: list[int]
    agent: Person
    provider: Person


def _world(places: list[Place], vocabularies: dict[str, Vocabulary], text_bytes: int) -> World:
    first, last = places[0], places[-1]
    people = {
        "agent of 55 %": first.agent,
        "agent of 5 %": last.agent,
        "provider of 5.5 %": first.provider,
        "requester of some 50": Person.objects.get(pk=first.asking[7]),
    }
    return World([place.desk for place in places], people, vocabularies, text_bytes)


def _places() -> list[Place]:
    return [_place(number, share) for number, share in enumerate(DESKS)]


def _place(number: int, share: float) -> Place:
    desk, new = Organisation.objects.get_or_create(slug=f"search-{number}", defaults={"name": f"Comptoir {number}"})
    if new:
        scheme = LevelScheme.objects.create(organisation=desk, key="n", name_fr="Niveaux")
        level = Level.objects.create(scheme=scheme, rank=1, code="N1", name_fr="Premier niveau")
        teams = [
            Team.objects.create(organisation=desk, level=level, name=f"Équipe {n}", is_front=not n) for n in range(3)
        ]
        Person.objects.bulk_create(Person(organisation=desk, name=f"Personne {n}") for n in range(int(_PEOPLE * share)))
        for kind, team in ((RoleKind.AGENT, teams[0]), (RoleKind.PROVIDER, teams[2])):
            person = Person.objects.create(organisation=desk, name=str(kind), job_title=str(kind))
            Role.objects.create(person=person, organisation=desk, kind=kind)
            Membership.objects.create(team=team, person=person)
    people = Person.objects.filter(organisation=desk)
    return Place(
        desk=desk,
        teams=list(desk.teams.order_by("pk")),
        asking=list(people.filter(job_title="").order_by("pk").values_list("pk", flat=True)),
        agent=people.get(job_title=str(RoleKind.AGENT)),
        provider=people.get(job_title=str(RoleKind.PROVIDER)),
    )


@dataclass
class Chunk:
    """Lines for COPY, of entries and of tickets; the bytes of their text; the words for the dictionary."""

    entries: list[str] = field(default_factory=list)
    tickets: list[str] = field(default_factory=list)
    text_bytes: int = 0
    heard: Counter[str] = field(default_factory=Counter)


def _chunks(tickets: int, *, places: list[Place], vocabularies: dict[str, Vocabulary]) -> Iterator[Chunk]:
    """Oldest first."""
    chance = np.random.default_rng(20_261_122)
    begin, step = END - timedelta(days=DAYS), timedelta(days=DAYS) / tickets
    for first in range(1, tickets + 1, _CHUNK):
        count, chunk = min(_CHUNK, tickets + 1 - first), Chunk()
        desks = chance.choice(len(DESKS), size=count, p=DESKS)
        teams, asking = chance.choice(len(TEAMS), size=count, p=TEAMS), chance.integers(1 << 30, size=count)
        languages = np.where(chance.random(count) < FRENCH_SHARE, "fr", "en")
        # Of 60 to 100 words 45 % are small; a title has three to six that are not.
        lengths = (chance.integers(60, 101, size=count) * 0.55).astype(int)
        titles = chance.integers(3, 7, size=count)
        for n in range(count):
            place, words = places[desks[n]], vocabularies[str(languages[n])]
            ranks = words.draw(int(lengths[n] + titles[n]), chance)
            forms = [words.forms[rank] for rank in ranks]
            _write(
                chunk, first + n, at=begin + (first + n) * step, place=place, team=place.teams[teams[n]],
                requester=place.asking[asking[n] % len(place.asking)],
                title=forms[: titles[n]], body=_said(forms[titles[n] :], words.small, first + n),
                numbers=words.numbers[ranks].tolist(),
            )  # fmt: skip
            chunk.heard.update({fold(form) for form in forms})
        yield chunk


def _said(words: list[str], small: list[str], seed: int) -> str:
    """With the small words that stand between others: nine for each eleven."""
    between = (small[(seed + 7 * n) % len(small)] if n % 11 < 9 else "" for n in range(len(words)))
    return " ".join(f"{little} {word}" if little else word for little, word in zip(between, words, strict=True))


def _write(
    chunk: Chunk, number: int, *, at: datetime, place: Place, team: Team, requester: int, title: list[str], body: str,
    numbers: list[int],
) -> None:  # fmt: skip
    reference, desk, moment = references.reference(number), place.desk.pk, at.isoformat()
    own = [*_where(desk, at.date()), number_of(reference.replace("-", "").lower()), *numbers]
    chunk.entries.append(
        f"ticket\t{number}\t0\t{desk}\t{desk}\tf\t{moment}\t{1 + len(title)}\t{{{','.join(map(str, own))}}}\n"
    )
    heading = " ".join(title)
    chunk.tickets.append(f"{number}\t{desk}\t{requester}\t{team.level_id}\t{team.pk}\t{moment}\t{heading}\t{body}\n")
    chunk.text_bytes += len(f"{reference} {heading} {body}".encode())


@cache
def _where(desk: int, day: date) -> tuple[int, ...]:
    until = datetime.combine(day, time(), tzinfo=UTC)
    spans = [number for span in (FORTNIGHT, DAY) for number in span_numbers(desk, span, until=until)]
    return kind_number("ticket"), desk_number(desk), *spans
