"""The door: signing in and out, languages, lock-out, the demo's entrances."""

from typing import Any

import pytest
from django.conf import settings as live_settings
from django.test import Client

from guichet.people.models import Account, Person
from tests import builders, cast
from tests.portal.people import World, text_of, world

pytestmark = pytest.mark.django_db
PASSWORD = "une phrase assez longue"


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    """A hash that takes its time is not what is looked at here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.AXES_FAILURE_LIMIT = 3


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def account(w: World) -> Account:
    made = Account.objects.get(person=w.amelie)
    made.set_password(PASSWORD)
    made.save()
    return made


def sign_in(client: Client, account: Account, password: str = PASSWORD, **more: str) -> object:
    return client.post("/sign-in/", {"username": account.email, "password": password, **more})


def test_people_land_where_they_belong(w: World, account: Account) -> None:
    client = Client()
    answer = client.post("/sign-in/", {"username": f" {account.email.upper()} ", "password": PASSWORD})
    assert answer["Location"] == "/"
    assert client.get("/")["Location"] == "/help/"
    assert builders.client_for(w.nadia).get("/")["Location"] == "/desk/"
    assert Client().get("/")["Location"].startswith("/sign-in/")


def test_a_wrong_password_keeps_the_address_and_tells_nothing_more(account: Account) -> None:
    wrong = Client().post("/sign-in/", {"username": account.email, "password": "non"})
    unknown = Client().post("/sign-in/", {"username": "inconnu@essai.example", "password": "non"})
    assert wrong.status_code == unknown.status_code == 422
    assert account.email in text_of(wrong)
    message = "Cette adresse et ce mot de passe ne correspondent pas."
    assert message in text_of(wrong) and message in text_of(unknown)


@pytest.mark.parametrize("username", ["", "\x00", "é" * 5000, "' OR 1=1 --", "\ud7ff\u202e@x"])
def test_odd_addresses_are_refused_calmly(username: str) -> None:
    assert Client().post("/sign-in/", {"username": username, "password": "x\x00y"}).status_code == 422


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_away_from_the_site(account: Account, target: str) -> None:
    answer = Client().post("/sign-in/", {"username": account.email, "password": PASSWORD, "next": target})
    assert answer["Location"] == "/"
    assert Client().post("/language/", {"language": "en", "next": target})["Location"] == "/"


def test_too_many_wrong_passwords_close_the_door_for_a_while(account: Account) -> None:
    client = Client()
    answers = [
        client.post("/sign-in/", {"username": account.email, "password": f"non {n}"})
        for n in range(live_settings.AXES_FAILURE_LIMIT)
    ]
    assert answers[0].status_code == 422 and answers[-1].status_code == 429
    assert "15 minutes" in text_of(answers[-1])
    assert client.post("/sign-in/", {"username": account.email, "password": PASSWORD}).status_code == 429


def test_signing_out_is_a_post(account: Account) -> None:
    client = Client()
    sign_in(client, account)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/help/").status_code == 302


def test_the_language_stays_with_the_person(w: World, account: Account) -> None:
    client = builders.client_for(w.amelie)
    assert client.post("/language/", {"language": "en", "next": "/help/"})["Location"] == "/help/"
    assert "What is happening?" in text_of(client.get("/help/"))
    assert Person.objects.get(pk=w.amelie.pk).language == "en"
    # On another device too.
    assert "What is happening?" in text_of(builders.client_for(w.amelie).get("/help/"))
    client.post("/language/", {"language": "xx"})
    assert Person.objects.get(pk=w.amelie.pk).language == "en"


def test_healthz() -> None:
    assert Client().get("/healthz").content == b"ok"


def test_entrances_exist_only_in_a_demo(w: World, settings: Any) -> None:
    email = cast.AMELIE.email
    Account.objects.create(email=email, person=builders.person(w.desk.organisation, account=False), password="!")
    settings.DEMO = False
    assert email not in text_of(Client().get("/sign-in/"))
    assert Client().post("/sign-in/", {"entrance": email}).status_code == 422
    settings.DEMO = True
    assert email in text_of(Client().get("/sign-in/"))
    answer = Client().post("/sign-in/", {"entrance": email, "next": "/help/account/"})
    assert answer["Location"] == "/help/account/"


def test_in_a_demo_only_the_cast_enters_without_a_password(w: World, settings: Any) -> None:
    settings.DEMO = True
    other = Account.objects.get(person=w.amelie)
    assert Client().post("/sign-in/", {"entrance": other.email}).status_code == 422
