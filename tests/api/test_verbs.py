"""A ticket's whole life through the API: taken, tried, handed over, held, resolved, confirmed, rated."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from guichet.activity.models import Event
from tests.api.conftest import World


def _ok(answer, status: int = 200):
    assert answer.status_code == status, answer.content
    return answer.json()


def test_from_the_first_look_to_the_last_word(world: World) -> None:
    url, agent, requester = world.url, world.agent, world.requester
    taken = _ok(agent.put(f"{url}/assignee", {"person": agent.person.pk}))
    assert (taken["state"], taken["assignee"]["id"]) == ("open", agent.person.pk)
    due = (timezone.now() + timedelta(hours=3)).isoformat()
    promised = _ok(agent.put(f"{url}/promise", {"text": "Je vous rappelle.", "due_at": due}))
    assert promised["promise"]["text"] == "Je vous rappelle."
    supposed = _ok(agent.post(f"{url}/hypotheses", {"text": "Pilote périmé"}), 201)
    judged = {"state": "confirmed", "evidence": "Vu au journal."}
    assert _ok(agent.patch(f"{url}/hypotheses/{supposed['id']}", judged))["state"] == "confirmed"
    attempt = {"kind": "fix", "text": "Pilote réinstallé", "hypothesis": supposed["id"]}
    tried = _ok(agent.post(f"{url}/attempts", attempt), 201)
    refused = agent.put(f"{url}/resolution", {"solution": tried["id"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "unverified")
    handed = {"team": world.desk.second.pk, "reason": "presence", "note": "Sur place."}
    assert _ok(agent.post(f"{url}/hand-overs", handed), 201)["level"]["code"] == "N2"
    assert [h["reason"] for h in _ok(agent.get(f"{url}/hand-overs"))] == ["presence"]
    technician = world.technician
    held = {"reason": "requester", "wake_at": due, "note": "Est-elle allumée ?"}
    assert _ok(technician.put(f"{url}/hold", held))["hold"]["reason"] == "requester"
    _ok(requester.post(f"{url}/replies", {"body": "Oui, **allumée**."}), 201)
    assert _ok(requester.get(url))["state"] == "open"
    tested = {"test": "Page imprimée", "result": "worked"}
    assert _ok(technician.patch(f"{url}/attempts/{tried['id']}", tested))["result"] == "worked"
    solved = _ok(technician.put(f"{url}/resolution", {"solution": tried["id"], "body": "C’est réglé."}))
    assert (solved["state"], solved["solution"]) == ("resolved", tried["id"])
    assert _ok(requester.put(f"{url}/confirmation", {"works": False, "body": "Toujours rien."}))["state"] == "open"
    _ok(technician.put(f"{url}/resolution", {"unsolved_reason": "unreproducible"}))
    assert _ok(requester.put(f"{url}/confirmation", {"works": True}))["state"] == "closed"
    assert _ok(requester.put(f"{url}/satisfaction", {"score": 4, "comment": "Merci"}))["score"] == 4
    assert _ok(technician.get(f"{url}/satisfaction"))["comment"] == "Merci"
    assert _ok(requester.delete(f"{url}/resolution"))["state"] == "open"
    assert _ok(requester.post(f"{url}/cancellation", {"reason": "Jetée."}), 201)["state"] == "cancelled"
    assert requester.delete(f"{url}/resolution").status_code == 409
    assert _ok(requester.delete(f"{url}/cancellation"))["state"] == "open"
    sentences = [entry["sentence"] for entry in _ok(agent.get(f"{url}/timeline"))]
    assert len([s for s in sentences if s]) > 10
    assert _ok(requester.get(f"{url}/timeline/verification"))["intact"] is True


def test_a_change_of_the_log_would_show(world: World) -> None:
    event = Event.objects.get(subject_id=world.ticket.pk, number=1)
    world.ticket.__class__.objects.filter(pk=world.ticket.pk).update(chain="0" * 64)
    assert world.agent.get(f"{world.url}/timeline/verification").json()["intact"] is False
    assert event.number == 1


def test_three_axes_are_three(world: World) -> None:
    url, agent = world.url, world.agent
    assert _ok(agent.put(f"{url}/assessment", {"impact": "person", "urgency": "none"}))["severity"] == "S5"
    graver = _ok(agent.put(f"{url}/severity", {"severity": "S2", "reason": "Examen demain"}))
    assert (graver["severity"], graver["severity_reason"], graver["level"]["code"]) == ("S2", "Examen demain", "N1")
    first = _ok(agent.put(f"{url}/priority", {"priority": 1, "reason": "Direction"}))
    assert (first["priority"], first["severity"]) == (1, "S2")
    assert agent.put(f"{url}/priority", {"priority": 9, "reason": "x"}).status_code == 422
    assert _ok(agent.put(f"{url}/tags", {"names": ["VPN", "vpn"]}))["tags"] == ["vpn"]
    assert len(_ok(agent.get("/tickets?tag=VPN"))["items"]) == 1
    _ok(agent.post(f"{url}/escalations", {"note": "À savoir"}), 201)


def test_intake_says_what_is_missing_and_keeps_nothing(world: World) -> None:
    body = {"description": "Rien ne va", "impact": "everyone", "urgency": "stopped", "other_work_possible": True}
    told = _ok(world.requester.post("/intake-checks", body))
    assert (told["severity"], told["urgency"], told["channels"]) == ("S1", "blocked", ["phone", "portal"])
    assert told["next_question"] in told["missing"]


def test_a_decision_explains_itself_and_rules_are_tried_first(world: World) -> None:
    at = f"/organisations/{world.desk.organisation.pk}"
    rule = {"name_fr": "Imprimantes", "conditions": {"keyword": ["imprimante"]}, "team": world.desk.second.pk}
    made = _ok(world.manager.post(f"{at}/rules", rule), 201)
    assert made["live"] is False
    trial = _ok(world.manager.post(f"{at}/rule-trials", {"rules": [made["id"]]}), 201)
    assert (trial["tried"], trial["moved"]) == (1, 1)
    _ok(world.manager.put(f"{at}/rules/{made['id']}/live"))
    new = {"description": "Mon imprimante fume", "impact": "person", "urgency": "none"}
    opened = _ok(world.requester.post("/tickets", new), 201)
    assert opened["team"]["id"] == world.desk.second.pk
    why = _ok(world.agent.get(f"/tickets/{opened['reference']}/decision"))
    assert why["rule"]["id"] == made["id"]
    assert any("Imprimantes" in sentence for sentence in why["sentences"])
    assert world.agent.delete(f"{at}/rules/{made['id']}").status_code == 403
    assert world.manager.delete(f"{at}/rules/{made['id']}").status_code == 204
    assert _ok(world.agent.get(f"/tickets/{opened['reference']}/decision"))["rule"] is None


def test_a_manager_sets_up_a_desk(world: World) -> None:
    at = f"/organisations/{world.desk.organisation.pk}"
    site = _ok(world.manager.post(f"{at}/sites", {"name": "Campus nord"}), 201)
    new = {"name": "Zoé Tremblay", "email": "zoe@essai.example", "site": site["id"]}
    person = _ok(world.manager.post(f"{at}/people", new), 201)
    roles = f"/people/{person['id']}/roles/{world.desk.organisation.pk}"
    assert _ok(world.manager.put(roles, {"kinds": ["agent"]}))["kinds"] == ["agent"]
    members = f"{at}/teams/{world.desk.front.pk}/members"
    team = _ok(world.manager.put(f"{members}/{person['id']}", {"lead": True}))
    assert person["id"] in [m["id"] for m in team["members"]]
    matrix = _ok(world.manager.get(f"{at}/severity-matrix"))
    assert matrix["own"] is False
    matrix["cells"]["person"]["none"] = "S1"
    assert world.manager.put(f"{at}/severity-matrix", matrix["cells"]).json()["code"] == "matrix"
    matrix["cells"]["person"]["none"] = "S5"
    assert _ok(world.manager.put(f"{at}/severity-matrix", matrix["cells"]))["own"] is True
    policies = _ok(world.manager.get(f"{at}/response-policies"))
    policies["policies"] = [{**p, "text_fr": p["text_fr"] or "Selon la file."} for p in policies["policies"]]
    assert _ok(world.manager.put(f"{at}/response-policies", policies)) == policies
    assert [p["name"] for p in _ok(world.manager.get(f"{at}/people?q=zoé"))["items"]] == ["Zoé Tremblay"]


def test_news_are_read(world: World) -> None:
    world.agent.post(f"{world.url}/replies", {"body": "Nous regardons."})
    news = _ok(world.requester.get("/notifications?unread=true"))["items"]
    assert [(n["verb"], n["ticket"]) for n in news] == [("ticket.replied", world.ticket.reference)]
    assert _ok(world.requester.put("/notifications/read", {"ticket": world.ticket.reference}))["marked"] == 1
    assert _ok(world.requester.get("/me"))["unread"] == 0
