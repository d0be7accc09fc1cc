"""Object access beyond the permission matrix: rows named in forms and bodies, and what belongs to one person."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.serializers import serialize
from django.utils import timezone

from guichet.catalog.models import Category, RequestType, Service
from guichet.people.models import Organisation, Person, Role, Skill
from guichet.portal import journey as journeys
from guichet.routing.models import Rule
from guichet.tickets import actions, drafts
from guichet.tickets.models import Attempt, Draft, HandOver, Hypothesis, Macro, SeverityMatrix, Ticket, Watcher
from guichet.tickets.presence import touch
from tests import builders, cast
from tests.security.stage import World

SECRET = "Secret d’ailleurs"


@pytest.fixture
def foreign(world: World) -> dict[str, Any]:
    """Everything that the other desk has of its own."""
    there, now = world.elsewhere.organisation, timezone.now()
    agent, asks = (
        world.people["foreign"],
        builders.person(world.elsewhere.organisation, cast.EMILY, name="Inconnue Ailleurs"),
    )
    ticket = builders.ticket(asks, now=now)
    return {
        "ticket": ticket,
        "person": asks,
        "agent": agent,
        "team": world.elsewhere.second,
        "level": world.elsewhere.levels["N2"],
        "organisation": there,
        "client": builders.client_of(world.elsewhere, "Client d’ailleurs"),
        "hypothesis": actions.suppose(ticket, text=SECRET, evidence="", actor=agent, now=now),
        "attempt": actions.attempt(ticket, kind="fix", text=SECRET, test="", result="untested", actor=agent, now=now),
        "macro": Macro.objects.create(organisation=there, name_fr=SECRET, kind="reply", body_fr=SECRET),
        "skill": Skill.objects.create(organisation=there, name_fr=SECRET),
        "service": Service.objects.create(organisation=there, name_fr=SECRET),
        "category": Category.objects.create(organisation=there, name_fr=SECRET),
        "request_type": RequestType.objects.create(organisation=there, name_fr=SECRET),
        "rule": Rule.objects.create(organisation=there, name_fr=SECRET, team=world.elsewhere.second, position=1),
    }


def snapshot() -> str:
    """What a foreign row could have been drawn into."""
    models = (
        Ticket,
        HandOver,
        Hypothesis,
        Attempt,
        Macro,
        Rule,
        Category,
        RequestType,
        Watcher,
        Role,
        SeverityMatrix,
        Organisation,
    )
    return "".join(serialize("json", model.objects.order_by("pk")) for model in models)


def test_rows_of_another_desk_are_not_in_our_settings(world: World, foreign: dict[str, Any]) -> None:
    """Their number under our desk's address, our number under theirs: nothing is there."""
    manager = world.browser("manager")
    ours, theirs = world.desk.organisation.slug, world.elsewhere.organisation.slug
    before = snapshot()
    kinds = {
        "skills": "skill", "teams": "team", "services": "service", "categories": "category", "levels": "level",
        "request-types": "request_type", "rules": "rule", "macros": "macro", "people": "person", "clients": "client",
    }  # fmt: skip
    for prefix, kind in kinds.items():
        number = foreign[kind].pk
        for path in (f"/desk/settings/{ours}/{prefix}/{number}/", f"/desk/settings/{theirs}/{prefix}/{number}/"):
            for end in (
                "",
                "removal/",
                "live/",
                "position/",
                "members/",
                "invitation/",
                "closing/",
                f"roles/{theirs}/",
            ):
                assert manager.get(path + end).status_code in {404, 405}, path + end
                assert manager.post(path + end, {"name_fr": "x", "name": "x", "roles": "manager"}).status_code in {
                    404,
                    405,
                }
    for path in (f"severity/of/{theirs}/", f"severity/of/{foreign['client'].slug}/", f"severity/of/{theirs}/usual/"):
        assert manager.post(f"/desk/settings/{ours}/{path}").status_code == 404
    assert snapshot() == before


def test_rows_of_another_ticket_are_not_on_this_one(world: World, foreign: dict[str, Any]) -> None:
    """Hypotheses, attempts, macros, followers by their number, under a ticket that one may treat."""
    agent = world.browser("agent")
    path = f"/desk/tickets/{world.ticket.reference}"
    before = snapshot()
    for end in (
        f"hypotheses/{foreign['hypothesis'].pk}", f"attempts/{foreign['attempt'].pk}", f"macros/{foreign['macro'].pk}",
        f"watchers/{foreign['person'].pk}", f"watchers/{world.people['manager'].pk}",
    ):  # fmt: skip
        for answer in (
            agent.get(f"{path}/{end}"),
            agent.post(f"{path}/{end}", {"state": "confirmed", "result": "worked", "test": "x"}),
        ):
            assert answer.status_code in {404, 405}, end
            assert "Inconnue" not in answer.content.decode()
    page = agent.get(f"{path}/?macro={foreign['macro'].pk}").content.decode()
    assert SECRET not in page
    assert snapshot() == before


def test_a_form_takes_no_row_of_another_desk(world: World, foreign: dict[str, Any]) -> None:
    """Every choice that names a row, given a foreign one: refused, and nothing of it is told."""
    agent, manager = world.browser("agent"), world.browser("manager")
    path, desk = f"/desk/tickets/{world.ticket.reference}", f"/desk/settings/{world.desk.organisation.slug}"
    number = {name: str(row.pk) for name, row in foreign.items()}
    later, team = {"at": "tomorrow"}, str(world.desk.second.pk)
    bulk = {"ids": str(world.ticket.pk), "asked": "1"}
    someone = {"name": "x", "language": "fr", "expertise": "general"}
    before = snapshot()
    for answer in (
        agent.post(f"{path}/assignment", {"to": number["agent"]}),
        agent.post(f"{path}/hand-overs", {"reason": "competence", "to_team": number["team"]}),
        agent.post(f"{path}/promise", {"text": "x", "owner": number["agent"], **later}),
        agent.post(f"{path}/subject", {"title": "x", "kind": "incident", "category": number["category"]}),
        agent.post(f"{path}/watchers", {"watcher": number["person"]}),
        agent.post(f"{path}/attempts", {"kind": "fix", "text": "x", "hypothesis": number["hypothesis"]}),
        agent.post(f"{path}/resolution", {"how": number["attempt"]}),
        agent.post("/desk/tickets/new", {"name": "x", "organisation": number["organisation"]}),
        agent.get("/desk/tickets/new", {"person": number["person"]}),
        agent.post("/desk/tickets/bulk", {"ids": number["ticket"], "verb": "take"}),
        agent.post("/desk/tickets/bulk", {**bulk, "verb": "assign", "to": number["agent"]}),
        agent.post("/desk/tickets/bulk", {**bulk, "verb": "hand_over", "reason": "time", "to_team": number["team"]}),
        manager.post(f"{desk}/rules/new/", {"name_fr": "x", "team": number["team"]}),
        manager.post(f"{desk}/rules/new/", {"name_fr": "x", "team": team, "organisation": number["client"]}),
        manager.post(f"{desk}/teams/new/", {"name": "x", "level": number["level"]}),
        manager.post(f"{desk}/teams/{world.desk.second.pk}/members/", {"person": number["agent"]}),
        manager.post(f"{desk}/people/new/", {**someone, "organisation": number["client"]}),
        manager.post(f"{desk}/sites/new/", {"name": "x", "organisation": number["client"]}),
        manager.post(f"{desk}/categories/new/", {"name_fr": "x", "parent": number["category"]}),
    ):
        assert answer.status_code in {302, 404, 422}
        assert SECRET not in answer.content.decode()
        assert "Inconnue" not in answer.content.decode()
    assert snapshot() == before


def test_a_body_takes_no_row_of_another_desk(world: World, foreign: dict[str, Any]) -> None:
    """The same through the API: 422 or 404, whether the number exists or not."""
    browser = world.browser("anonymous")
    headers = {"Authorization": f"Bearer {world.token('manager')}"}
    ticket, desk = f"/api/v1/tickets/{world.ticket.reference}", f"/api/v1/organisations/{world.desk.organisation.pk}"
    theirs = f"/api/v1/organisations/{world.elsewhere.organisation.pk}"
    later = "2100-01-01T00:00:00Z"
    before = snapshot()
    for row in (lambda name: foreign[name].pk, lambda _name: 2**62):
        new = {"description": "x", "impact": "person", "urgency": "none"}
        for method, path, body in (
            ("PUT", f"{ticket}/assignee", {"person": row("agent")}),
            ("POST", f"{ticket}/hand-overs", {"team": row("team"), "reason": "time"}),
            ("POST", f"{ticket}/hand-overs", {"team": world.desk.second.pk, "reason": "time", "level": row("level")}),
            ("PUT", f"{ticket}/promise", {"text": "x", "due_at": later, "owner": row("agent")}),
            ("PATCH", ticket, {"category": row("category")}),
            ("PUT", f"{ticket}/watchers/{row('person')}", {}),
            ("DELETE", f"{ticket}/watchers/{row('person')}", None),
            ("PATCH", f"{ticket}/hypotheses/{row('hypothesis')}", {"state": "rejected"}),
            ("PATCH", f"{ticket}/attempts/{row('attempt')}", {"result": "worked", "test": "x"}),
            ("POST", f"{ticket}/attempts", {"kind": "fix", "text": "x", "hypothesis": row("hypothesis")}),
            ("PUT", f"{ticket}/resolution", {"attempt": row("attempt")}),
            ("POST", "/api/v1/tickets", {**new, "requester": row("person")}),
            ("POST", "/api/v1/tickets", {**new, "organisation": row("client")}),
            ("POST", "/api/v1/tickets", {**new, "category": row("category")}),
            ("POST", "/api/v1/tickets", {**new, "request_type": row("request_type")}),
            ("PUT", f"{desk}/rules/{row('rule')}", {"name_fr": "x", "team": world.desk.second.pk}),
            ("POST", f"{desk}/rules", {"name_fr": "x", "team": row("team")}),
            ("PUT", f"{desk}/macros/{row('macro')}", {"name_fr": "x", "body_fr": "x"}),
            ("PUT", f"{desk}/teams/{world.desk.second.pk}/members/{row('agent')}", {}),
            ("POST", f"{desk}/teams", {"name": "x", "level": row("level")}),
            ("POST", f"{desk}/teams", {"name": "x", "level": world.desk.levels["N1"].pk, "skills": [row("skill")]}),
            ("PUT", f"/api/v1/people/{row('person')}/roles/{world.desk.organisation.pk}", {"kinds": ["manager"]}),
            ("PUT", f"/api/v1/people/{world.people['owner'].pk}/roles/{row('organisation')}", {"kinds": ["contact"]}),
            ("PUT", f"{theirs}/opening", {"week": []}),
        ):
            answer = browser.generic(
                method,
                path,
                json.dumps(body) if body is not None else "",
                content_type="application/json",
                headers=headers,
            )
            assert answer.status_code in {404, 422}, (method, path, answer.content)
            assert "ailleurs" not in answer.content.decode().lower()
    assert snapshot() == before


def test_nobody_raises_themselves(world: World) -> None:
    """No role, team or settings verb is open to anybody but a manager; a manager gives no treating role outside."""
    before = snapshot()
    desk, owner = world.desk.organisation, world.people["owner"]
    for role in ("owner", "contact", "agent", "provider", "foreign"):
        someone = world.people[role]
        browser, headers = world.browser(role), {"Authorization": f"Bearer {world.token(role)}"}
        browser.post(f"/desk/settings/{desk.slug}/people/{someone.pk}/roles/{desk.slug}/", {"roles": ["manager"]})
        path = f"/api/v1/people/{someone.pk}/roles/{desk.pk}"
        answer = browser.put(path, json.dumps({"kinds": ["manager"]}), content_type="application/json", headers=headers)
        assert answer.status_code in {403, 404}
    manager = world.browser("manager")
    for roles in (["manager"], ["agent"], ["provider", "agent"], ["operator"]):
        manager.post(f"/desk/settings/{desk.slug}/people/{owner.pk}/roles/{desk.slug}/", {"roles": roles})
        manager.post(f"/desk/settings/{desk.slug}/people/{owner.pk}/roles/{world.client.slug}/", {"roles": roles})
    assert snapshot() == before


def test_drafts_are_ones_own(world: World) -> None:
    """What somebody else is writing on the same ticket, or a request half made, is nobody's but theirs."""
    now, reference = timezone.now(), world.ticket.reference
    for role in ("manager", "contact"):
        for key in (f"desk-{reference}", f"reply:{reference}"):
            drafts.save(person=world.people[role], key=key, body={"body": "Brouillon secret", "kind": "note"}, now=now)
    journey = journeys.begin(person=world.people["contact"], now=now, description="Brouillon secret")
    assert "Brouillon secret" not in world.browser("agent").get(f"/desk/tickets/{reference}/").content.decode()
    owner = world.browser("owner")
    assert "Brouillon secret" not in owner.get(f"/help/tickets/{reference}/").content.decode()
    assert "Brouillon secret" not in owner.get("/help/").content.decode()
    for end in ("description", "review", "questions", "draft", "discarding"):
        owner.get(f"/help/new/{journey.token}/{end}/")
        owner.post(f"/help/new/{journey.token}/{end}/", {"description": "Pris", "go": "send"})
    kept = Draft.objects.get(person=world.people["contact"], key=f"request:{journey.token}")
    assert kept.body["description"] == "Brouillon secret"


def test_the_desks_presence_is_the_desks(world: World) -> None:
    """That somebody has the ticket open, or writes, is told to nobody outside."""
    touch(ticket=world.ticket, person=world.people["manager"], writing=True, now=timezone.now())
    name = world.people["manager"].name
    path = f"/desk/tickets/{world.ticket.reference}/presence"
    assert name in world.browser("agent").get(path).content.decode()
    for role in ("owner", "contact", "elsewhere", "foreign", "other_provider"):
        assert world.browser(role).get(path).status_code == 404
        answer = world.browser(role).get(f"/help/tickets/{world.ticket.reference}/")
        assert name not in answer.content.decode()


def test_news_are_ones_own(world: World) -> None:
    """Another's news can neither be opened nor marked as read."""
    from guichet.notifications.models import Notification

    unread = Notification.objects.filter(person=world.people["agent"], read_at=None).count()
    assert unread
    alert = world.rows["alert"].pk
    for role in ("manager", "provider", "foreign"):
        assert world.browser(role).get(f"/desk/alerts/{alert}").status_code == 404
        world.browser(role).post("/desk/alerts/")
    assert Notification.objects.filter(person=world.people["agent"], read_at=None).count() == unread


def test_a_providers_technician_sees_tickets_and_no_directory(world: World) -> None:
    """Neither the clients nor their people: by search, by filter, by the form for callers, or through the API."""
    browser, headers = world.browser("provider"), {"Authorization": f"Bearer {world.token('provider')}"}
    hidden = world.people["elsewhere"]
    for path in (
        f"/desk/search?q={hidden.name[:5]}", f"/desk/tickets/new?q={hidden.name[:5]}", "/desk/tickets/filters",
        f"/desk/tickets/?organisation={hidden.organisation_id}", f"/desk/tickets/new?person={hidden.pk}",
    ):  # fmt: skip
        page = browser.get(path, headers={"Accept": "application/json"}).content.decode()
        assert hidden.name not in page
        assert hidden.organisation.name not in page
    for path in (
        "/organisations",
        f"/organisations/{hidden.organisation_id}",
        f"/organisations/{hidden.organisation_id}/people",
        f"/people/{hidden.pk}",
    ):
        assert hidden.organisation.name not in browser.get(f"/api/v1{path}", headers=headers).content.decode()
    browser.post("/desk/tickets/new", {"name": "Inventé", "organisation": str(hidden.organisation_id)})
    assert not Person.objects.filter(name="Inventé").exists()
