"""All rows of one ticket in one statement, for the ticket page.

One query for each kind of row would cost a round trip each; the same through the ORM costs ten times what the database
needs, to build a statement that is always the same. Who may read the ticket is asked before, when it is found.
"""

from __future__ import annotations

import json
from typing import Any, TypeVar, cast

from django.db.models import JSONField, Model
from django.db.models.expressions import RawSQL

from guichet.calendars.reading import know_usual
from guichet.lib.database import prepared
from guichet.people.models import Person
from guichet.tickets.models import Ticket

M = TypeVar("M", bound=Model)


def _rows(table: str, order: str, joins: str = "", extra: str = "") -> str:
    """The ticket's rows of `table` as a JSON array. The names are ours, nothing that anybody typed."""
    return (
        f"(SELECT coalesce(jsonb_agg(to_jsonb(r){extra} ORDER BY r.{order}, r.id), '[]') "  # noqa: S608
        f"FROM {table} AS r {joins} WHERE r.ticket_id = t.id)"
    )


_BY = "LEFT JOIN people_person AS p ON p.id = r.by_id"
_BY_NAME = " || jsonb_build_object('by_name', p.name)"
_TO_TEAM = f"{_BY} JOIN people_team AS team ON team.id = r.to_team_id"
_TEAM_NAME = " || jsonb_build_object('by_name', p.name, 'team_name', team.name)"
_STATEMENT = f"""
SELECT jsonb_build_object(
    'hypotheses', {_rows("tickets_hypothesis", "created_at", _BY, _BY_NAME)},
    'attempts', {_rows("tickets_attempt", "created_at", _BY, _BY_NAME)},
    'holds', {_rows("tickets_hold", "started_at", _BY, _BY_NAME)},
    'hand_overs', {_rows("tickets_handover", "at", _TO_TEAM, _TEAM_NAME)},
    'commitments', {_rows("tickets_commitment", "id", _BY, _BY_NAME)},
    'files', {_rows("tickets_attachment", "created_at")},
    'tags', (SELECT coalesce(jsonb_agg(tag.name ORDER BY tag.name), '[]')
        FROM tickets_ticket_tags AS r JOIN tickets_tag AS tag ON tag.id = r.tag_id WHERE r.ticket_id = t.id),
    'watchers', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name) ORDER BY p.name), '[]')
        FROM tickets_watcher AS r JOIN people_person AS p ON p.id = r.person_id WHERE r.ticket_id = t.id),
    'macros', (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', m.id, 'kind', m.kind, 'names', jsonb_build_array(m.name_fr, m.name_en)) ORDER BY m.name_fr), '[]')
        FROM tickets_macro AS m WHERE m.organisation_id = t.desk_id),
    'mails', (SELECT coalesce(jsonb_object_agg(coalesce(c.reply_id, 0), c.id), '{{}}')
        FROM channels_contact AS c WHERE c.ticket_id = t.id AND c.outcome IN ('ticket', 'reply')),
    'named', (SELECT jsonb_build_object('reference', m.reference, 'title', m.title)
        FROM channels_contact AS c JOIN tickets_ticket AS m ON m.id = c.mentions_id
        WHERE c.ticket_id = t.id AND c.outcome = 'ticket' AND m.desk_id = t.desk_id ORDER BY c.id LIMIT 1),
    'forecast', (SELECT jsonb_build_object('due_at', f.due_at, 'chance', f.chance)
        FROM routing_forecast AS f WHERE f.ticket_id = t.id),
    'appointment', (SELECT jsonb_build_object('id', a.id, 'starts_at', a.starts_at, 'zone', home.time_zone,
            'venue', jsonb_build_array(v.name_fr, v.name_en))
        FROM walkup_appointment AS a JOIN walkup_venue AS v ON v.id = a.venue_id
        JOIN people_organisation AS home ON home.id = v.organisation_id
        WHERE a.ticket_id = t.id AND a.state = 'booked' ORDER BY a.starts_at LIMIT 1),
    'can_book', EXISTS (SELECT FROM walkup_venue AS v
        JOIN people_person AS p ON p.id = t.requester_id JOIN people_organisation AS home ON home.id = p.organisation_id
        WHERE v.active AND v.appointments AND v.organisation_id IN (home.id, home.served_by_id)),
    'draft', (SELECT body FROM tickets_draft WHERE person_id = %s AND key = %s),
    'decision', (SELECT jsonb_build_object('why', d.why, 'team', team.name,
            'rule', CASE WHEN rule.id IS NOT NULL THEN jsonb_build_array(rule.name_fr, rule.name_en) END)
        FROM routing_decision AS d JOIN people_team AS team ON team.id = d.team_id
        LEFT JOIN routing_rule AS rule ON rule.id = d.rule_id WHERE d.ticket_id = t.id),
    'request_type', (SELECT jsonb_build_array(name_fr, name_en)
        FROM catalog_requesttype WHERE id = t.request_type_id),
    'problem', (SELECT jsonb_build_object('reference', p.reference, 'title', p.title, 'state', p.state,
            'cause', p.cause, 'workaround', (SELECT jsonb_build_object('text', w.text, 'expires_at', w.expires_at)
                FROM tickets_workaround AS w WHERE w.problem_id = p.id AND w.ended_at IS NULL))
        FROM tickets_problemlink AS r JOIN tickets_problem AS p ON p.id = r.problem_id WHERE r.ticket_id = t.id),
    'major', (SELECT jsonb_build_object('reference', m.reference, 'state', m.state,
            'titles', jsonb_build_array(m.title_fr, m.title_en))
        FROM tickets_majorticket AS r JOIN tickets_majorincident AS m ON m.id = r.major_id
        WHERE r.ticket_id = t.id ORDER BY m.declared_at DESC LIMIT 1),
    'running', (SELECT coalesce(jsonb_agg(jsonb_build_object('pk', m.id, 'reference', m.reference,
            'titles', jsonb_build_array(m.title_fr, m.title_en)) ORDER BY m.id), '[]')
        FROM tickets_majorincident AS m WHERE m.desk_id = t.desk_id AND m.state = 'running'),
    'reporter', (SELECT name FROM people_person WHERE id = t.reporter_id),
    'severity_by', (SELECT name FROM people_person WHERE id = t.severity_by_id),
    'priority_by', (SELECT name FROM people_person WHERE id = t.priority_by_id)
) FROM tickets_ticket AS t WHERE t.id = %s
"""  # noqa: S608 (put together from the constants above; what differs is bound)


def read(ticket: Ticket, *, person: Person, draft_key: str) -> dict[str, Any]:
    """Everything by the names in the statement. The draft is that of `person`."""
    with prepared() as cursor:
        cursor.execute(_STATEMENT, [person.pk, draft_key, ticket.pk])
        found: dict[str, Any] = json.loads(cursor.fetchone()[0])
    return found


_AROUND: dict[str, str] = {
    "organisation": "people_organisation", "desk": "people_organisation", "requester": "people_person",
    "level": "people_level", "team": "people_team", "assignee": "people_person", "promise_owner": "people_person",
    "site": "people_site", "category": "catalog_category",
}  # fmt: skip
# What the desk's usual calendar says now: versions are only added.
_USUAL = """(SELECT max(v.id) FROM calendars_calendarversion AS v JOIN calendars_calendar AS c ON c.id = v.calendar_id
    WHERE c.organisation_id = tickets_ticket.desk_id AND c.usual)"""
# For `annotate`. As nine joins, planning would take longer than reading.
AROUND: RawSQL = RawSQL(  # noqa: S611 (put together from the names above)
    "jsonb_build_object('usual', {}, {})".format(
        _USUAL,
        ", ".join(
            f"'{name}', (SELECT to_jsonb(r) FROM {table} AS r WHERE r.id = tickets_ticket.{name}_id)"  # noqa: S608
            for name, table in _AROUND.items()
        ),
    ),
    (),
    output_field=JSONField(),
)


def surround(ticket: Ticket, around: dict[str, Any]) -> None:
    """Give the ticket the people, places and teams it points to, as `AROUND` read them."""
    for name in _AROUND:
        row: dict[str, Any] | None = around[name]
        model = cast(type[Model], Ticket._meta.get_field(name).related_model)
        setattr(ticket, name, built(model, [row])[0] if row else None)
    know_usual(ticket.desk, around["usual"])


def built(model: type[M], rows: list[dict[str, Any]]) -> list[M]:
    """JSON rows as rows of their model; what is no column of it becomes a plain attribute."""
    made = []
    columns = {f.attname: f for f in model._meta.concrete_fields}
    for row in rows:
        one = model(**{name: columns[name].to_python(value) for name, value in row.items() if name in columns})
        for name in row.keys() - columns.keys():
            setattr(one, name, row[name])
        made.append(one)
    return made
