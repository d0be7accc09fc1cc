"""Submitting a request: decide who gets it, open the ticket there, keep the decision."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext_lazy as _

from guichet.activity.record import Statement
from guichet.lib.batches import batch
from guichet.lib.errors import Refused
from guichet.lib.house_rules import house_rule
from guichet.lib.text import fold, words_in
from guichet.people.models import Organisation, Person, Team
from guichet.routing import engine
from guichet.routing.models import Rule
from guichet.tickets.actions import open_ticket
from guichet.tickets.actions.opening import matrix_of
from guichet.tickets.models import Impact, Ticket, Urgency
from guichet.tickets.severity import assess


def submit(
    *,
    organisation: Organisation,
    requester: Person,
    actor: Person,
    now: datetime,
    description: str,
    impact: str,
    urgency: str,
    **fields: Any,
) -> Ticket:
    """Open a ticket with the team that the desk's rules say; `fields` are those of `tickets.actions.open_ticket`."""
    # What the desk's managers set up is asked for a dozen times from here on.
    with batch():
        return _submit(
            organisation=organisation,
            requester=requester,
            actor=actor,
            now=now,
            description=description,
            impact=impact,
            urgency=urgency,
            **fields,
        )


def _submit(
    *,
    organisation: Organisation,
    requester: Person,
    actor: Person,
    now: datetime,
    description: str,
    impact: str,
    urgency: str,
    **fields: Any,
) -> Ticket:
    severity = ""
    if impact in Impact.values and urgency in Urgency.values:
        severity = assess(impact=impact, urgency=urgency, matrix=matrix_of(organisation)).severity
    facts = facts_of(organisation=organisation, severity=severity, **fields)
    routed = decide(organisation.desk, facts=facts, text=f"{fields.get('title', '')} {description}")
    return open_ticket(
        organisation=organisation,
        requester=requester,
        actor=actor,
        now=now,
        team=_team(routed.team),
        description=description,
        impact=impact,
        urgency=urgency,
        routed_by={"rule": routed.rule},
        also=lambda ticket: _keeping(routed, ticket=ticket, facts=facts, now=now),
        **fields,
    )


# Plain, as an action's other statements.
_KEEP = "INSERT INTO routing_decision (ticket_id, rule_id, team_id, why, at) VALUES (%s, %s, %s, %s::jsonb, %s)"


def _keeping(routed: engine.Routed, *, ticket: Ticket, facts: dict[str, str], now: datetime) -> Statement:
    trace = [{"rule": c.rule, "held": c.held, "failed": c.failed} for c in routed.trace]
    why = json.dumps({"facts": facts, "trace": trace}, cls=DjangoJSONEncoder)
    return _KEEP, [ticket.pk, routed.rule, routed.team, why, now]


def facts_of(
    *,
    organisation: Organisation,
    severity: str,
    kind: str = "incident",
    channel: str = "portal",
    site: Any = None,
    category: Any = None,
    request_type: Any = None,
    **_others: Any,
) -> dict[str, str]:
    """What the rules look at, as text; rows by their id."""

    def key(row: Any) -> str:
        return str(row.pk) if row else ""

    return {
        "organisation": key(organisation),
        "site": key(site),
        "kind": kind,
        "category": key(category),
        "request_type": key(request_type),
        "severity": severity,
        "channel": channel,
    }


def facts_of_ticket(ticket: Ticket) -> dict[str, str]:
    """The same facts, of a ticket that exists: for trying rules on past tickets."""
    return facts_of(
        organisation=ticket.organisation,
        severity=ticket.severity,
        kind=ticket.kind,
        channel=ticket.channel,
        site=ticket.site,
        category=ticket.category,
        request_type=ticket.request_type,
    )


def words_of(text: str) -> frozenset[str]:
    return frozenset(words_in(text).split())


def decide(
    desk: Organisation, *, facts: dict[str, str], text: str, rules: list[engine.RuleFacts] | None = None
) -> engine.Routed:
    """Run the desk's live rules (or `rules`, when trying others) and fall back on its front team."""
    front = _front(desk)
    if front is None:
        raise Refused(
            _("This organisation has no front team yet. A manager can name one in the settings."),
            code="no_team",
        )
    if rules is None:
        rules = _live_rules(desk)
    return engine.route(facts=facts, words=words_of(text), rules=rules, front=front)


@house_rule
def _front(desk: Organisation) -> int | None:
    return Team.objects.filter(organisation=desk, is_front=True).values_list("pk", flat=True).first()


@house_rule
def _live_rules(desk: Organisation) -> list[engine.RuleFacts]:
    return [as_facts(rule) for rule in Rule.objects.filter(organisation=desk, live=True)]


@house_rule
def _team(pk: int) -> Team:
    return Team.objects.select_related("level").get(pk=pk)


def as_facts(rule: Rule) -> engine.RuleFacts:
    """The rule as the engine sees it; keywords folded as the text will be."""
    conditions = {
        name: [fold(str(v)) if name == "keyword" else str(v) for v in values]
        for name, values in rule.conditions.items()
    }
    return engine.RuleFacts(id=rule.pk, name=rule.name, team=rule.team_id, conditions=conditions)
