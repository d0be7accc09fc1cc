"""The door: fixation, login CSRF, guessing, demo doors, links that set a password."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as conf
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.utils import timezone

from guichet.config.live_access import authorise
from guichet.demo import cast as demo
from guichet.desk.settings.views.people import password_link
from guichet.people import actions
from guichet.people.models import Account
from guichet.portal.views import sign_in
from tests import builders
from tests.security.stage import World

PASSWORD = "une phrase que personne ne devine 7"
COOKIE = conf.SESSION_COOKIE_NAME


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def account(db: None) -> Account:
    someone = builders.person(builders.organisation())
    account = Account.objects.get(person=someone)
    account.set_password(PASSWORD)
    account.save()
    return account


def enter(browser: Client, email: str, password: str, **more: str) -> Any:
    return browser.post("/sign-in/", {"username": email, "password": password, **more})


def test_signing_in_makes_a_new_session(account: Account) -> None:
    """A session that somebody else planted before is worth nothing afterwards."""
    browser = Client()
    planted = browser.session
    planted["planted"] = "yes"
    planted.save()
    browser.cookies[COOKIE] = planted.session_key
    assert enter(browser, account.email, PASSWORD).status_code == 302
    fresh = browser.cookies[COOKIE].value
    assert fresh != planted.session_key
    thief = Client()
    thief.cookies[COOKIE] = planted.session_key
    assert thief.get("/help/").status_code == 302
    # A key of the visitor's own choice is not taken over either.
    chooser = Client()
    chooser.cookies[COOKIE] = "a" * 32
    enter(chooser, account.email, PASSWORD)
    assert chooser.cookies[COOKIE].value != "a" * 32


def test_signing_out_ends_the_session_on_the_server(account: Account) -> None:
    browser = Client()
    enter(browser, account.email, PASSWORD)
    key = browser.cookies[COOKIE].value
    answer = browser.post("/sign-out/")
    assert answer["Clear-Site-Data"] == '"storage"'
    thief = Client()
    thief.cookies[COOKIE] = key
    assert thief.get("/help/").status_code == 302


def test_a_new_password_ends_every_session_live_streams_too(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guichet.config.live_access.close_old_connections", lambda: None)
    browser = Client()
    enter(browser, account.email, PASSWORD)
    cookies = {COOKIE: browser.cookies[COOKIE].value}
    topic = f"person:{account.person_id}"
    assert authorise(cookies=cookies, authorization="", topics=[topic]) is not None
    account.set_password("encore une autre phrase 8")
    account.save()
    assert authorise(cookies=cookies, authorization="", topics=[topic]) is None
    assert browser.get("/help/").status_code == 302


@pytest.mark.parametrize("path", ["/sign-in/", "/sign-out/", "/language/", "/ui/preferences"])
def test_nobody_signs_somebody_in_or_out_from_another_site(account: Account, path: str) -> None:
    """Login CSRF: the door's forms need our token as all others do."""
    strict = Client(enforce_csrf_checks=True)
    typed = {"username": account.email, "password": PASSWORD, "entrance": account.email}
    assert strict.post(path, typed, headers={"Origin": "https://evil.example"}).status_code == 403
    assert COOKIE not in strict.cookies


def test_every_way_of_being_wrong_gets_one_answer(account: Account) -> None:
    """Whether an address has an account, is closed, or can't sign in at all is not told."""
    closed = builders.person(builders.organisation())
    shut = Account.objects.get(person=closed)
    shut.set_password(PASSWORD)
    shut.is_active = False
    shut.save()
    invited = Account.objects.get(person=builders.person(builders.organisation()))
    pages = set()
    for email, password in (
        (account.email, "faux faux faux"), ("personne@nulle.example", PASSWORD), (shut.email, PASSWORD),
        (shut.email, "faux faux faux"), (invited.email, PASSWORD), (account.email.upper(), "faux faux faux"),
    ):  # fmt: skip
        answer = enter(Client(), email, password)
        assert answer.status_code == 422
        page = re.sub(r'nonce="[^"]*"|nonce-[^\']*|value="[^"]*"|[A-Za-z0-9]{64}', "", answer.content.decode())
        pages.add(page)
    assert len(pages) == 1


def test_as_much_is_computed_for_an_unknown_address(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Enumeration by time: a password is hashed whether or not there is somebody to compare it with."""
    hashed: list[str] = []
    from django.contrib.auth.hashers import MD5PasswordHasher

    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, *a, **k: hashed.append("x") or encode(self, *a, **k))
    counts = []
    unusable = Account.objects.get(person=builders.person(builders.organisation()))
    unusable.set_unusable_password()
    unusable.save()
    for email in (account.email, "personne@nulle.example", unusable.email):
        hashed.clear()
        enter(Client(), email, "faux faux faux")
        counts.append(len(hashed))
    assert min(counts) >= 1
    assert max(counts) == min(counts)


@pytest.mark.parametrize("known", [True, False])
def test_guessing_stops_however_the_address_is_spelt(account: Account, known: bool) -> None:
    """Ten tries; the spelling, and headers that claim another address, count as nobody else."""
    email = account.email if known else "personne@nulle.example"
    for number in range(conf.AXES_FAILURE_LIMIT):
        spelt = email.upper() if number % 2 else f" {email} "
        forged = {
            "X-Forwarded-For": f"203.0.113.{number}",
            "X-Real-IP": f"203.0.113.{number}",
            "Forwarded": f"for=203.0.113.{number}",
        }
        Client().post("/sign-in/", {"username": spelt, "password": f"faux {number}"}, headers=forged)
    locked = enter(Client(), email, PASSWORD)
    assert locked.status_code == 429
    assert COOKIE not in locked.cookies
    fresh = Client().post(
        "/sign-in/", {"username": email, "password": PASSWORD}, headers={"X-Forwarded-For": "198.51.100.7"}
    )
    assert fresh.status_code == 429


def test_one_password_tried_on_everybody_stops_too(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guichet.portal.views.sign_in.GUESSES_FROM_ONE_PLACE", 5)
    for number in range(4):
        assert enter(Client(), f"personne{number}@nulle.example", "printemps 2026").status_code == 422
    assert enter(Client(), account.email, "faux faux faux").status_code == 422
    assert enter(Client(), account.email, PASSWORD).status_code == 429
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert enter(elsewhere, account.email, PASSWORD).status_code == 302


# The demo


def demo_account() -> Account:
    """The demo's account, as a demo world that is later used in earnest would still hold it."""
    door = demo.DOORS[0].someone
    someone = builders.person(builders.organisation(), email=door.email, account=False)
    return Account.objects.create_user(email=door.email, password=demo.PASSWORD, person=someone)


def test_demo_doors_are_closed_outside_a_demo(db: None, settings: Any) -> None:
    settings.DEMO = False
    account = demo_account()
    browser = Client()
    assert "entrance" not in browser.get("/sign-in/").content.decode()
    browser.post("/sign-in/", {"entrance": account.email})
    enter(browser, account.email, demo.PASSWORD)
    enter(browser, account.email, demo.PASSWORD, entrance=account.email)
    assert COOKIE not in browser.cookies
    assert sign_in.entrances() == []


def test_demo_doors_open_for_the_cast_alone(account: Account, settings: Any) -> None:
    settings.DEMO = True
    browser = Client()
    for email in (account.email, account.email.upper(), "", "' OR 1=1"):
        browser.post("/sign-in/", {"entrance": email, "username": account.email, "password": "faux"})
        assert COOKIE not in browser.cookies
    demo_account()
    assert browser.post("/sign-in/", {"entrance": demo.DOORS[0].someone.email}).status_code == 302


# Links that set a password


def path_of(link: str) -> str:
    return link.removeprefix(conf.BASE_URL)


def test_a_link_sets_a_password_once(world: World) -> None:
    manager, owner = world.people["manager"], world.people["owner"]
    account = actions.invite(person=owner, desk=world.desk.organisation, actor=manager, now=timezone.now())
    path = path_of(password_link(account))
    browser = Client()
    form = browser.get(path, follow=True)
    assert form.status_code == 200
    assert path.rstrip("/").rsplit("/", 1)[1] not in form.content.decode()  # nothing that a Referer could carry
    chosen = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    assert browser.post(form.redirect_chain[-1][0], chosen).status_code == 302
    assert COOKIE not in browser.cookies or browser.get("/help/").status_code == 302  # not signed in by it
    assert Client().get(path, follow=True).status_code == 404
    assert browser.post(form.redirect_chain[-1][0], chosen).status_code == 404
    assert enter(Client(), account.email, PASSWORD).status_code == 302


def test_a_link_dies_of_age_of_a_newer_one_and_of_closing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    manager, owner, now = world.people["manager"], world.people["owner"], timezone.now()
    desk = world.desk.organisation
    first = path_of(password_link(actions.invite(person=owner, desk=desk, actor=manager, now=now)))
    second = path_of(password_link(actions.invite(person=owner, desk=desk, actor=manager, now=now)))
    assert Client().get(first, follow=True).status_code == 404
    assert Client().get(second, follow=True).status_code == 200
    later = default_token_generator._now() + timedelta(days=3, minutes=1)
    with monkeypatch.context() as patch:
        patch.setattr(default_token_generator, "_now", lambda: later)
        assert Client().get(second, follow=True).status_code == 404
    actions.close_account(person=owner, desk=desk, actor=manager, now=now)
    assert Client().get(second, follow=True).status_code == 404


def test_a_link_opens_nobody_elses_account(world: World) -> None:
    """Every other number in front of the token is refused; so is every change of the token."""
    account = Account.objects.get(person=world.people["owner"])
    account.set_unusable_password()
    account.save()
    _empty, _desk, _settings, _invitation, number, token, _end = path_of(password_link(account)).split("/")
    other = path_of(password_link(Account.objects.get(person=world.people["manager"]))).split("/")[4]
    for wrong in (other, "MA", "x", "%00", "9" * 40):
        assert Client().get(f"/desk/settings/invitation/{wrong}/{token}/", follow=True).status_code in {400, 404}
    for place in range(0, len(token), 4):
        forged = token[:place] + ("a" if token[place] != "a" else "b") + token[place + 1 :]
        assert Client().get(f"/desk/settings/invitation/{number}/{forged}/", follow=True).status_code == 404
