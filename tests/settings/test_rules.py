"""Routing rules: order, drafts, reasons; and a trial that changes nothing and tells the truth."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guichet.activity.models import Event
from guichet.lib.errors import Refused
from guichet.routing import engine, rules
from guichet.routing.actions import as_facts, decide
from guichet.routing.models import Decision, Rule
from guichet.routing.rules import Names, condition_sentences, explain
from guichet.routing.simulate import LIMIT_MAX, simulate
from guichet.tickets.actions import hand_over
from guichet.tickets.models import HandOver, Ticket
from tests import builders
from tests.builders import NOW
from tests.settings.conftest import Setting, text


@contextmanager
def unchanged() -> Iterator[None]:
    """Nothing of tickets, decisions, hand-overs, rules or events differs afterwards."""

    def picture() -> list[object]:
        return [list(model.objects.order_by("pk").values()) for model in (Ticket, Decision, HandOver, Rule, Event)]

    before = picture()
    yield
    assert picture() == before


def fill(setting: Setting, number: int) -> list[Ticket]:
    """Tickets about Wi-Fi and about printers by turns; every third was handed to the second team afterwards."""
    amelie = builders.person(setting.desk.organisation)
    tickets = []
    for n in range(number):
        words = "Le wifi tombe sans cesse dans la salle" if n % 2 else "L’imprimante est en panne depuis ce matin"
        ticket = builders.ticket(amelie, description=words, now=NOW + timedelta(minutes=n))
        if n % 3 == 0 and ticket.team_id == setting.desk.front.pk:
            hand_over(
                ticket,
                to_team=setting.desk.second,
                reason="competence",
                actor=setting.agent,
                now=NOW + timedelta(hours=9),
            )
        tickets.append(ticket)
    return tickets


def test_live_rules_over_their_own_tickets_move_nothing(setting: Setting) -> None:
    rules.set_live(rule=setting.rows["rule"], live=True, actor=setting.manager, now=NOW)
    fill(setting, 12)
    live = [as_facts(rule) for rule in Rule.objects.filter(live=True)]
    with unchanged():
        trial = simulate(setting.desk.organisation, rules=live, actor=setting.manager)
    assert (trial.tried, trial.moved, trial.flows, trial.examples) == (12, 0, [], [])
    assert trial.left_before == trial.left_after


def test_a_draft_is_tried(setting: Setting) -> None:
    tickets = fill(setting, 12)
    draft = as_facts(setting.rows["rule"])
    with unchanged():
        trial = simulate(setting.desk.organisation, rules=[draft], actor=setting.manager)
    wifi = [n for n in range(12) if n % 2]
    handed = [n for n in range(12) if n % 3 == 0]
    assert (trial.tried, trial.moved) == (12, len(wifi))
    assert trial.left_before == len(handed)
    # Wi-Fi tickets would begin with the second team: right where they ended there, wrong elsewhere.
    assert trial.left_after == len([n for n in range(12) if (n % 2 == 1) != (n % 3 == 0)])
    (flow,) = trial.flows
    assert (flow.origin, flow.target) == (setting.desk.front.name, setting.desk.second.name)
    assert (flow.count, flow.right) == (len(wifi), len([n for n in wifi if n % 3 == 0]))
    assert {e.reference for e in trial.examples} <= {t.reference for t in tickets}
    assert all(e.why for e in trial.examples)


def test_the_pages_of_a_trial_change_nothing(setting: Setting) -> None:
    fill(setting, 6)
    rule = setting.rows["rule"]
    with unchanged():
        page = setting.get("trial", number="500", rules=str(rule.pk))
        assert page.status_code == 200
        assert "would have begun with another team than" in text(page)
        typed = {"name_fr": "À l’essai", "team": setting.desk.second.pk, "keyword": "imprimante", "try": "1"}
        assert "would have begun with another team than" in text(setting.post("new_rule", **typed))
        assert "would have begun with another team than" in text(setting.post("rule", rule.pk, **typed))
        wrong = setting.post("new_rule", **typed | {"keyword": "wi-fi"})
        assert wrong.status_code == 422
        assert "whole single words" in text(wrong)
    assert setting.get("trial", number="7").status_code == 422


def test_a_trial_is_bounded(setting: Setting) -> None:
    def cost(number: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            simulate(
                setting.desk.organisation, rules=[as_facts(setting.rows["rule"])], actor=setting.manager, limit=number
            )
        return len(queries)

    fill(setting, 5)
    cost(500)
    few = cost(500)
    fill(setting, 20)
    assert cost(500) == few
    limited = simulate(setting.desk.organisation, rules=[], actor=setting.manager, limit=3)
    assert limited.tried == 3
    assert LIMIT_MAX == 2000


def test_other_desks_tickets_are_not_tried(setting: Setting) -> None:
    other = builders.desk()
    builders.ticket(builders.person(other.organisation))
    assert simulate(setting.desk.organisation, rules=[], actor=setting.manager).tried == 0


def test_order_and_drafts(setting: Setting) -> None:
    place = setting.desk.organisation
    assert setting.post("new_rule", name_fr="Deux", team=setting.desk.front.pk, severity=["S1"]).status_code == 302
    second = Rule.objects.get(name_fr="Deux")
    assert (second.live, second.position, second.conditions) == (False, 1, {"severity": ["S1"]})
    setting.post("rule_position", second.pk, to="up")
    setting.post("rule_position", second.pk, to="up")
    assert [r.name_fr for r in Rule.objects.filter(organisation=place)] == ["Deux", "Réseau"]
    facts = {"severity": "S1"}
    assert decide(place, facts=facts, text="").rule is None
    setting.post("rule_live", second.pk, live="1")
    assert decide(place, facts=facts, text="").rule == second.pk
    setting.post("rule_live", second.pk, live="0")
    assert decide(place, facts=facts, text="").rule is None
    setting.post("rule_removal", second.pk)
    assert not Rule.objects.filter(pk=second.pk).exists()


@pytest.mark.parametrize(
    ("conditions", "field"),
    [
        ({"moon": ["full"]}, "moon"),
        ({"severity": ["S9"]}, "severity"),
        ({"organisation": ["999999"]}, "organisation"),
        ({"keyword": ["deux mots"]}, "keyword"),
        ({"keyword": ["wi-fi"]}, "keyword"),
    ],
)
def test_rules_that_could_never_hold_are_refused(
    setting: Setting, conditions: dict[str, list[str]], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        rules.save_rule(
            rule=None, desk=setting.desk.organisation, name_fr="X", name_en="", conditions=conditions,
            team=setting.desk.front, actor=setting.manager, now=NOW,
        )  # fmt: skip
    assert refused.value.field == field


def test_a_kept_keyword_is_found_by_the_engine(setting: Setting) -> None:
    """What the form takes, the engine can hold: accents and capitals make no difference."""
    setting.post("new_rule", name_fr="É", team=setting.desk.second.pk, keyword="Équipement, Œuvre")
    rule = Rule.objects.get(name_fr="É")
    rules.set_live(rule=rule, live=True, actor=setting.manager, now=NOW)
    for sentence in ("Mon EQUIPEMENT est en panne", "l’œuvre numérique", "L'OEUVRE"):
        assert decide(setting.desk.organisation, facts={}, text=sentence).rule == rule.pk


def test_sentences(setting: Setting) -> None:
    from django.utils import translation

    with translation.override("en"):
        names = Names.at(setting.desk.organisation)
        gone = condition_sentences({"site": ["999"], "keyword": ["wifi", "vpn"]}, names)
        assert gone == ["the place is something that is no longer there", "the text holds “wifi” or “vpn”"]
        first = engine.RuleFacts(id=1, name="S1", team=7, conditions={"severity": ["S1"]})
        then = engine.RuleFacts(id=2, name="All", team=8, conditions={})
        routed = engine.route(facts={"severity": "S2"}, words=frozenset(), rules=[first, then], front=9)
        told = explain(routed, rules=[first, then], names=names, teams={7: "A", 8: "B", 9: "C"})
        assert "does not fit" in told[0]
        assert told[1:] == ["“All” has no condition: it fits every request.", "So it goes to B."]


def test_one_made_up_request(setting: Setting) -> None:
    rules.set_live(rule=setting.rows["rule"], live=True, actor=setting.manager, now=NOW)
    page = text(setting.get("trial", **{"try-text": "Plus de WiFi"}))
    assert f"So it goes to {setting.desk.second.name}." in page
    page = text(setting.get("trial", **{"try-text": "Rien"}))
    assert "No rule fits: the front team takes it" in page
