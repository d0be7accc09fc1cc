"""The pages for people: one's tokens, and the reference; and a token on the live channel."""

from __future__ import annotations

import pytest
from django.utils import timezone

from guichet.api.models import Token
from guichet.config import live_access
from tests import builders
from tests.api.conftest import World, program


def test_a_token_is_shown_once_and_works(world: World) -> None:
    person = world.requester.person
    browser = builders.client_for(person)
    Token.objects.filter(person=person).delete()
    assert "Vous n’avez pas encore de jeton" in browser.get("/tokens/").content.decode()
    form = {"name": "Rapport <b>", "scopes": ["tickets:read"], "lifetime": "30"}
    page = browser.post("/tokens/", form).content.decode()
    text = page.split('value="gui_')[1].split('"')[0]
    assert "Rapport &lt;b&gt;" in page
    assert text not in browser.get("/tokens/").content.decode()
    answer = browser.get("/api/v1/me", headers={"Authorization": f"Bearer gui_{text}"})
    assert answer.json()["token"]["scopes"] == ["tickets:read"]


@pytest.mark.parametrize(
    "change",
    [{"name": ""}, {"scopes": []}, {"scopes": ["root"]}, {"lifetime": "9999"}, {"name": "x" * 81}, {"name": "\x00"}],
)
def test_a_form_that_cannot_be_used_keeps_what_was_typed(world: World, change: dict[str, object]) -> None:
    browser = builders.client_for(world.requester.person)
    before = Token.objects.count()
    answer = browser.post("/tokens/", {"name": "Sauvegarde", "scopes": ["tickets:read"], "lifetime": "30", **change})
    assert answer.status_code == 422
    if "name" not in change:
        assert "Sauvegarde" in answer.content.decode()
    assert Token.objects.count() == before


def test_one_revokes_one_s_own_tokens_only(world: World) -> None:
    browser = builders.client_for(world.requester.person)
    others = Token.objects.get(person=world.agent.person)
    assert browser.post(f"/tokens/{others.pk}/revocation/").status_code == 404
    assert browser.post(f"/tokens/{10**30}/revocation/").status_code == 404
    own = Token.objects.get(person=world.requester.person)
    assert browser.post(f"/tokens/{own.pk}/revocation/").status_code == 302
    assert world.requester.get("/me").status_code == 401
    assert world.agent.get("/me").status_code == 200


def test_strangers_are_asked_to_sign_in(world: World, client) -> None:
    for path in ("/tokens/", "/tokens/reference/"):
        assert client.get(path).status_code == 302


def test_the_reference_names_every_operation(world: World) -> None:
    page = builders.client_for(world.requester.person).get("/tokens/reference/").content.decode()
    assert "PUT /api/v1/tickets/{reference}/hold" in page


def test_a_token_may_listen_to_what_its_person_may(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_access, "close_old_connections", lambda: None)  # the test's own is not to be closed

    def heard(token: str, cookies: dict[str, str] | None = None):
        topics = [f"ticket:{world.ticket.reference}", f"desk:{world.desk.organisation.pk}"]
        grant = live_access.authorise(cookies=cookies or {}, authorization=token, topics=topics)
        return None if grant is None else {topic.split(":")[0] for topic in grant.topics}

    assert heard(f"Bearer {world.agent.token}") == {"ticket", "desk"}
    assert heard(f"Bearer {world.requester.token}") == {"ticket"}
    assert heard(f"Bearer {world.stranger.token}") == set()
    assert heard("Bearer gui_x_y") is None
    assert heard("") is None
    assert heard(f"Bearer {program(world.agent.person, scopes=('settings:read',)).token}") is None
    Token.objects.filter(person=world.agent.person).update(revoked_at=timezone.now())
    assert heard(f"Bearer {world.agent.token}") is None
