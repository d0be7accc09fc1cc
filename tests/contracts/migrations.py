"""What a migration may do to a database in which people work, while old and new code run side by side.

*Expand* adds what old code needn't know. *Migrate* fills it, piece by piece. *Contract* takes away what only older code
still used, one version later. A migration is one of the three; what its SQL does is looked at, not what it is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

# The last one of each room in 0.1.0. Those before were written for databases that nobody worked in.
SINCE = {
    "activity": 2, "api": 1, "calendars": 2, "catalog": 2, "channels": 5, "knowledge": 3, "lib": 2, "notifications": 6,
    "people": 5, "routing": 4, "search": 4, "sla": 2, "suggestions": 2, "tickets": 18, "training": 1, "walkup": 6,
    "watchdog": 2,
}  # fmt: skip
# A few rows each, written by managers: a lock on them is over before anybody notices.
SMALL = frozenset({
    "people_organisation", "people_site", "people_team", "people_level", "people_skill", "catalog_service",
    "catalog_category", "catalog_requesttype", "sla_policy", "sla_target", "calendars_calendar", "channels_mailbox",
    "routing_rule", "walkup_venue", "walkup_counter", "connectors_webhook",
})  # fmt: skip
# "room.number_name" → why it may do what is refused otherwise.
ALLOWED: dict[str, str] = {}


class Phase(StrEnum):
    EXPAND = "expand"
    MIGRATE = "migrate"
    CONTRACT = "contract"


@dataclass(frozen=True)
class Migration:
    """One migration: its statements in order, whether it is one transaction, and how often it calls Python."""

    name: str
    statements: tuple[str, ...]
    atomic: bool = True
    python: int = 0


_QUOTED = r'"?(?P<table>\w+)"?'
_CREATED = re.compile(rf"^CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?{_QUOTED}", re.I)
_INDEX = re.compile(rf"^CREATE (?:UNIQUE )?INDEX (?P<now>CONCURRENTLY )?.*? ON (?:ONLY )?{_QUOTED}", re.I | re.S)
_ALTER = re.compile(rf"^ALTER TABLE (?:IF EXISTS )?(?:ONLY )?{_QUOTED} (?P<what>.*)$", re.I | re.S)
_DROP = re.compile(rf"^DROP (?:TABLE|INDEX|VIEW|FUNCTION|TRIGGER)\b.*?{_QUOTED}", re.I | re.S)
_WRITE = re.compile(rf"^(?:UPDATE (?:ONLY )?|DELETE FROM |INSERT INTO ){_QUOTED}", re.I)
_TAKES_AWAY = re.compile(r"\b(RENAME|DROP COLUMN|DROP CONSTRAINT|SET NOT NULL)\b", re.I)
_NEW_COLUMN = re.compile(r"\bADD COLUMN (?:IF NOT EXISTS )?\"?(?P<column>\w+)\"?", re.I)
_ADDED = re.compile(r"\bADD CONSTRAINT \S+ (?P<kind>CHECK|FOREIGN KEY|UNIQUE|PRIMARY KEY|EXCLUDE)\b", re.I)


def phases(migration: Migration) -> set[Phase]:
    found = {Phase.MIGRATE} if migration.python else set()
    fresh = _created(migration)
    for statement in migration.statements:
        changed = _ALTER.match(statement)
        taken = changed and _TAKES_AWAY.search(changed["what"]) and changed["table"] not in fresh
        if taken or _DROP.match(statement):
            found.add(Phase.CONTRACT)
        elif (written := _WRITE.match(statement)) and written["table"] not in fresh:
            found.add(Phase.MIGRATE)
        elif not written:
            found.add(Phase.EXPAND)
    return found


def faults(migration: Migration) -> Iterator[str]:
    """What would hold people up, or break the code of the version before."""
    kinds = phases(migration)
    if len(kinds) > 1:
        yield f"is {' and '.join(sorted(kinds))} at once: one migration each"
    if migration.python and migration.atomic:
        yield "calls Python in one transaction: `atomic = False`, and pieces of a few thousand rows, each its own"
    fresh = _created(migration)
    for statement in migration.statements:
        if (index := _INDEX.match(statement)) and not index["now"] and _matters(index["table"], fresh):
            yield f"holds up whoever writes to {index['table']} while an index is built: AddIndexConcurrently"
        written = _WRITE.match(statement)
        if (
            written
            and not statement.upper().startswith("INSERT")
            and migration.atomic
            and _matters(written["table"], fresh)
        ):
            yield f"writes all of {written['table']} in one transaction"
        if (changed := _ALTER.match(statement)) and _matters(changed["table"], fresh):
            yield from _of_change(changed["table"], changed["what"], migration.statements)


def _of_change(table: str, what: str, statements: Iterable[str]) -> Iterator[str]:
    if column := _NEW_COLUMN.search(what):
        name = column["column"]
        dropped = re.compile(rf'^ALTER TABLE "?{table}"? ALTER COLUMN "?{name}"? DROP DEFAULT', re.I)
        kept = re.search(r"\bDEFAULT\b", what, re.I) and not any(dropped.match(other) for other in statements)
        if re.search(r"\bNOT NULL\b", what, re.I) and not kept:
            yield f"{table}.{name} is NOT NULL and has no default of the database’s (db_default): old code can’t insert"
        if re.search(r"\bGENERATED ALWAYS\b.*\bSTORED\b", what, re.I | re.S):
            yield f"{table}.{name} is computed for every row under a lock"
        return
    if re.search(r"\bALTER COLUMN \S+ (?:SET DATA )?TYPE\b", what, re.I):
        yield f"{table} is written anew under a lock: a new column, filled by pieces"
    if re.search(r"\bSET NOT NULL\b", what, re.I):
        yield f"{table} is read whole under a lock: a CHECK … NOT VALID, validated later"
    if re.search(r"\bRENAME\b", what, re.I):
        yield f"{table}: old code knows the old name"
    if (added := _ADDED.search(what)) and not re.search(r"\bNOT VALID\b|\bUSING INDEX\b", what, re.I):
        yield f"{table} is read whole under a lock for a {added['kind'].upper()}: NOT VALID first, or by its index"


def _created(migration: Migration) -> set[str]:
    return {found["table"] for statement in migration.statements if (found := _CREATED.match(statement))}


def _matters(table: str, fresh: set[str]) -> bool:
    return table not in fresh and table not in SMALL
