"""Each verb from its form: it does what it says, keeps what was typed when refused, and is the desk's alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from guichet.tickets import actions
from guichet.tickets.models import AttemptResult, Message, Ticket
from tests import builders, cast
from tests.desk.conftest import World


def soon() -> str:
    return timezone.localtime(timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")


def resolve(world: World) -> None:
    builders.resolved(world.ticket, actor=world.nadia)


# verb, what to do first, the form, what is then true
HAPPY: list[tuple[str, Any, dict[str, Any], Any]] = [
    ("take", None, {}, lambda w, t: t.assignee == w.nadia and t.state == "open"),
    ("assignment", None, {"to": "karim"}, lambda w, t: t.assignee == w.karim),
    ("release", None, {}, lambda w, t: t.assignee is None),
    ("hold", None, {"reason": "requester", "at": "tomorrow"}, lambda w, t: t.state == "on_hold"),
    ("hold", None, {"reason": "other", "note": "La clé", "at": "other", "other_at": "soon"},
     lambda w, t: t.holds.get().note == "La clé"),
    ("promise", None, {"text": "Nous changeons le disque", "at": "three_days", "owner": ""},
     lambda w, t: t.promise == "Nous changeons le disque"),
    ("assessment", None, {"impact": "person", "urgency": "none"}, lambda w, t: t.severity == "S5"),
    ("severity", None, {"severity": "S2", "reason": "Examen demain"},
     lambda w, t: (t.severity, t.severity_by) == ("S2", w.nadia)),
    ("priority", None, {"priority": "1", "reason": "La rentrée"}, lambda w, t: t.priority == 1),
    ("subject", None, {"title": "Imprimante muette", "kind": "incident", "asset": "PRN-7"},
     lambda w, t: (t.title, t.asset) == ("Imprimante muette", "PRN-7")),
    ("tags", None, {"tags": "Impression, rentrée"},
     lambda w, t: set(t.tags.values_list("name", flat=True)) == {"impression", "rentrée"}),
    ("watchers", None, {"watcher": "karim"}, lambda w, t: t.watchers.get().person == w.karim),
    ("hand_overs", None, {"reason": "presence", "note": "Salle fermée à clé"},
     lambda w, t: (t.team, t.hand_overs.get().note) == (w.desk.second, "Salle fermée à clé")),
    ("escalations", None, {"note": "Le directeur a appelé"}, lambda w, t: t.hand_overs.get().hierarchical),
    ("hypotheses", None, {"text": "Pilote périmé", "evidence": "Journal"},
     lambda w, t: t.hypotheses.get().text == "Pilote périmé"),
    ("attempts", None, {"kind": "fix", "text": "Pilote changé", "result": "worked", "test": "Page imprimée"},
     lambda w, t: t.attempts.get().result == AttemptResult.WORKED),
    ("resolution", None, {"how": "new", "kind": "fix", "text": "Pilote changé", "test": "Imprimé", "body": "Fini"},
     lambda w, t: t.state == "resolved" and t.solution.text == "Pilote changé"),
    ("resolution", None, {"how": "none", "unsolved_reason": "withdrawn"},
     lambda w, t: t.unsolved_reason == "withdrawn"),
    ("cancellation", None, {"reason": "Demande faite deux fois"}, lambda w, t: t.state == "cancelled"),
    ("confirmation", resolve, {}, lambda w, t: t.state == "closed"),
    ("refusal", resolve, {"body": "Toujours rien"}, lambda w, t: t.state == "open"),
    ("closure", resolve, {}, lambda w, t: t.state == "closed"),
    ("reopening", resolve, {"body": ""}, lambda w, t: t.reopened == 1),
]  # fmt: skip


def filled(world: World, form: dict[str, Any]) -> dict[str, Any]:
    stand_ins = {"karim": str(world.karim.pk), "soon": soon()}
    values = {key: stand_ins.get(value, value) for key, value in form.items()}
    return {**values, "version": str(world.fresh().version)}


@pytest.mark.parametrize("scripts", [False, True], ids=["page", "sheet"])
@pytest.mark.parametrize(("name", "before", "form", "true"), HAPPY, ids=[f"{h[0]}-{i}" for i, h in enumerate(HAPPY)])
def test_verb(world: World, name: str, before: Any, form: dict[str, Any], true: Any, scripts: bool) -> None:
    if before:
        before(world)
    headers = {"HX-Request": "true"} if scripts else {}
    answer = world.browser.post(world.url(name), filled(world, form), headers=headers)
    if scripts:
        assert answer.status_code == 204
        assert "ticketchanged" in answer["HX-Trigger"]
    else:
        assert answer.status_code == 302, answer.content.decode()
        assert answer["Location"] == world.url("ticket")
        assert world.browser.get(answer["Location"]).status_code == 200
    assert true(world, world.fresh())


# verb, a form that can't be, and the piece of it that must still be there
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("assignment", {"to": "999999"}, "version"),
    ("hold", {"reason": "other", "note": "", "at": "tomorrow"}, "tomorrow"),
    ("hold", {"reason": "parts", "note": "Le câble", "at": "other", "other_at": "demain"}, "Le câble"),
    ("hold", {"reason": "parts", "note": "Le câble", "at": "other", "other_at": "0001-01-01T00:00"}, "Le câble"),
    ("hold", {"reason": "parts", "note": "Le câble", "at": "other", "other_at": "2199-01-01T00:00"}, "Le câble"),
    ("hold", {"reason": "parts", "note": "Le câble"}, "Le câble"),
    ("promise", {"text": "", "at": "tomorrow"}, "tomorrow"),
    ("promise", {"text": "Nous rappelons", "at": "yesterday"}, "Nous rappelons"),
    ("assessment", {"impact": "world", "urgency": "none"}, "none"),
    ("severity", {"severity": "S2", "reason": " "}, "S2"),
    ("priority", {"priority": "9", "reason": "Parce que"}, "Parce que"),
    ("priority", {"priority": "99999999999999999999", "reason": "Parce que"}, "Parce que"),
    ("subject", {"title": "", "kind": "incident", "asset": "PRN-7"}, "PRN-7"),
    ("tags", {"tags": ",".join(f"mot{i}" for i in range(30))}, "mot29"),
    ("watchers", {"watcher": "0"}, "version"),
    ("hand_overs", {"reason": "boredom", "note": "Bonne chance"}, "Bonne chance"),
    ("hand_overs", {"reason": "time", "to_team": "999", "note": "Bonne chance"}, "Bonne chance"),
    ("escalations", {"note": ""}, "version"),
    ("hypotheses", {"text": "", "evidence": "Le journal"}, "Le journal"),
    ("attempts", {"kind": "fix", "text": "Redémarré", "result": "worked", "test": ""}, "Redémarré"),
    ("attempts", {"kind": "prayer", "text": "Redémarré"}, "Redémarré"),
    ("resolution", {"how": "new", "text": "Redémarré", "body": "Voilà"}, "Redémarré"),
    ("resolution", {"how": "none", "body": "Voilà"}, "Voilà"),
    ("resolution", {"how": "12345", "body": "Voilà"}, "Voilà"),
    ("cancellation", {"reason": ""}, "version"),
]


@pytest.mark.parametrize("scripts", [False, True], ids=["page", "sheet"])
@pytest.mark.parametrize(("name", "form", "kept"), REFUSED, ids=[f"{r[0]}-{i}" for i, r in enumerate(REFUSED)])
def test_refused_keeps_what_was_typed(world: World, name: str, form: dict[str, Any], kept: str, scripts: bool) -> None:
    before = world.fresh().version
    headers = {"HX-Request": "true"} if scripts else {}
    answer = world.browser.post(world.url(name), filled(world, form), headers=headers)
    assert answer.status_code == 422
    assert kept in answer.content.decode()
    assert "field-error" in answer.content.decode() or "banner danger" in answer.content.decode()
    assert world.fresh().version == before


@pytest.mark.parametrize("name", sorted({h[0] for h in HAPPY}))
def test_only_the_desk(world: World, name: str) -> None:
    before = world.fresh().version
    for somebody in (world.amelie, builders.agent(builders.desk(), cast.DOMINIQUE)):
        assert builders.client_for(somebody).post(world.url(name), {}).status_code == 404
    assert world.fresh().version == before


@pytest.mark.parametrize(
    ("name", "form"),
    [("take", {}), ("hold", {"reason": "parts", "at": "tomorrow"}), ("wake", {}), ("confirmation", {})],
)
def test_what_the_state_no_longer_allows_is_a_conflict(world: World, name: str, form: dict[str, Any]) -> None:
    actions.cancel(world.ticket, reason="Fini", actor=world.amelie, now=timezone.now())
    answer = world.browser.post(world.url(name), form)
    assert answer.status_code == 409
    assert "Fini" in answer.content.decode(), "what happened meanwhile is shown"
    sheet = world.browser.post(world.url(name), form, headers={"HX-Request": "true"})
    assert sheet.status_code == 409


def test_a_stale_form_shows_both_texts_and_then_goes_through(world: World) -> None:
    seen = world.fresh().version
    actions.note(world.ticket, body="Je suis déjà sur place.", actor=world.karim, now=timezone.now())
    form = {"text": "Nous passons demain", "at": "tomorrow", "owner": "", "version": str(seen)}
    answer = world.browser.post(world.url("promise"), form)
    page = answer.content.decode()
    assert answer.status_code == 412
    assert "Nous passons demain" in page
    assert "Je suis déjà sur place." in page
    now = str(world.fresh().version)
    assert f'name="version" value="{now}"' in page
    assert world.browser.post(world.url("promise"), {**form, "version": now}).status_code == 302


def test_an_attempt_refused_with_its_resolution_leaves_nothing(world: World) -> None:
    form = {"how": "new", "kind": "fix", "text": "Redémarré", "test": "Essayé", "version": "1"}
    actions.note(world.ticket, body="Attendez.", actor=world.karim, now=timezone.now())
    assert world.browser.post(world.url("resolution"), form).status_code == 412
    assert not world.ticket.attempts.exists()


def test_hypotheses_and_attempts_are_judged(world: World) -> None:
    now = timezone.now()
    supposed = actions.suppose(world.ticket, text="Pilote", actor=world.nadia, now=now)
    tried = actions.attempt(world.ticket, kind="workaround", text="Autre file", actor=world.nadia, now=now)
    answer = world.browser.post(world.url("judgement", supposed.pk), {"state": "confirmed", "evidence": ""})
    assert answer.status_code == 422
    world.browser.post(world.url("judgement", supposed.pk), {"state": "confirmed", "evidence": "Vu au journal"})
    world.browser.post(world.url("attempt_test", tried.pk), {"result": "worked", "test": "Imprimé"})
    assert world.ticket.hypotheses.get().state == "confirmed"
    assert world.ticket.attempts.get().result == AttemptResult.WORKED
    other = builders.ticket(world.amelie)
    foreign = world.url("judgement", supposed.pk).replace(world.ticket.reference, other.reference)
    assert world.browser.get(foreign).status_code == 404


def test_a_provider_who_hands_over_is_not_led_to_a_missing_page(world: World) -> None:
    actions.hand_over(world.ticket, to_team=world.desk.second, reason="provider", actor=world.nadia, now=timezone.now())
    provider = builders.provider(world.desk)
    form = {"reason": "presence", "to_team": str(world.desk.front.pk)}
    answer = builders.client_for(provider).post(world.url("hand_overs"), form, follow=True)
    assert answer.status_code == 200
    assert Ticket.objects.get(pk=world.ticket.pk).team == world.desk.front


def test_reasons_propose_teams_and_say_why(world: World) -> None:
    page = world.browser.get(world.url("hand_overs")).content.decode()
    assert "Techniciens de proximité (N2)" in page
    actions.suppose(world.ticket, text="Câble coupé", actor=world.nadia, now=timezone.now())
    actions.hand_over(world.ticket, to_team=world.desk.second, reason="time", actor=world.nadia, now=timezone.now())
    page = world.browser.get(world.url("hand_overs")).content.decode()
    assert "Câble coupé" in page, "what was tried is carried along"
    assert "banner warn" in page, "going back to a team that had it is said"


def test_followers_leave(world: World) -> None:
    actions.watch(world.ticket, person=world.karim, actor=world.nadia, now=timezone.now())
    assert world.browser.post(world.url("watcher", world.karim.pk)).status_code == 302
    assert not world.ticket.watchers.exists()
    assert world.browser.post(world.url("watcher", 10**12)).status_code == 404


def test_resolving_tells_the_requester(world: World) -> None:
    form = {"how": "none", "unsolved_reason": "not_ours", "body": "Voyez avec le service de l’immeuble."}
    world.browser.post(world.url("resolution"), form)
    assert Message.objects.get(ticket=world.ticket, kind="reply").author == world.nadia
