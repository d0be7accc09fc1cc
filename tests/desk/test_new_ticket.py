"""A ticket for a caller: found or written down, the same facts as at intake, the reference read aloud."""

from typing import Any

import pytest
from django.urls import reverse

from guichet.people.models import Person
from guichet.tickets.models import Ticket
from tests import builders, cast
from tests.desk.conftest import World

FORM = {
    "channel": "phone", "kind": "incident", "description": "Plus d’Internet dans toute l’aile B depuis huit heures",
    "impact": "department", "urgency": "stopped", "error_message": "DNS_PROBE", "place": "Aile B", "once": "abc",
}  # fmt: skip


def url(person: Person | None = None, **query: str) -> str:
    values = {**({"person": str(person.pk)} if person else {}), **query}
    return reverse("desk:new_ticket") + "?" + "&".join(f"{k}={v}" for k, v in values.items())


@pytest.mark.parametrize("typed", ["amelie", "AMÉLIE", "essai.example"])
def test_callers_are_found(world: World, typed: str) -> None:
    builders.person(world.desk.organisation, cast.AMELIE)
    assert world.amelie in world.browser.get(url(q=typed)).context["people"]


def test_the_only_one_found_is_chosen(world: World) -> None:
    answer = world.browser.get(url(q="amelie"))
    assert answer["Location"] == url(world.amelie)
    listed = world.browser.get(url(q="amelie"), headers={"HX-Request": "true"})
    assert listed.context["people"] == [world.amelie]


def test_callers_are_found_by_number(world: World) -> None:
    world.amelie.phone = "514 555-0142"
    world.amelie.save()
    assert world.browser.get(url(q="555-0142"))["Location"] == url(world.amelie)
    assert world.browser.get(url(q="42")).context["people"] == []
    assert world.browser.get(url(q="%")).context["people"] == []


def test_people_of_other_desks_are_not_found(world: World) -> None:
    foreign = builders.person(builders.desk().organisation, cast.EMILY)
    assert foreign not in world.browser.get(url(q="emily")).context["people"]
    assert world.browser.get(url(foreign)).status_code == 404
    assert world.browser.post(url(foreign), FORM).status_code == 404
    assert world.browser.get(reverse("desk:new_ticket"), {"person": "1e9"}).status_code == 404


def test_somebody_unknown_is_written_down(world: World) -> None:
    form = {"name": "Zoé Tremblay", "organisation": str(world.desk.organisation.pk), "email": "zoe@essai.example"}
    answer = world.browser.post(url(), form)
    made = Person.objects.get(email="zoe@essai.example")
    assert f"person={made.pk}" in answer["Location"]
    again = world.browser.post(url(), form)
    assert again.status_code == 422
    assert "Zoé Tremblay" in again.content.decode()
    foreign = {**form, "organisation": str(builders.organisation().pk), "email": ""}
    assert world.browser.post(url(), foreign).status_code == 422


def test_the_ticket_is_opened_and_read_aloud(world: World) -> None:
    answer = world.browser.post(url(world.amelie), FORM)
    made = Ticket.objects.exclude(pk=world.ticket.pk).get()
    assert made.reporter == world.nadia
    assert made.requester == world.amelie
    assert made.facts["error_message"] == "DNS_PROBE"
    page = world.browser.get(answer["Location"])
    assert made.reference in page.content.decode()
    assert "reference-aloud" in page.content.decode()


def test_sent_twice_is_opened_once(world: World) -> None:
    first = world.browser.post(url(world.amelie), FORM)
    assert world.browser.post(url(world.amelie), FORM)["Location"] == first["Location"]
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [{"description": ""}, {"impact": "moon"}, {"urgency": ""}, {"channel": "api"}, {"site": "99"}, {"kind": ""}],
)
def test_what_is_wrong_is_said_and_the_rest_kept(world: World, wrong: dict[str, str]) -> None:
    answer = world.browser.post(url(world.amelie), {**FORM, **wrong})
    assert answer.status_code == 422
    assert "DNS_PROBE" in answer.content.decode()
    assert Ticket.objects.count() == 1


def test_the_meter_follows(world: World) -> None:
    def score(form: dict[str, Any]) -> int:
        answer = world.browser.post(url(world.amelie), {**form, "measure": "1"}, headers={"HX-Request": "true"})
        return int(answer.context["known"]["score"])

    assert score({"kind": "incident"}) < score({**FORM, "error_message": ""}) < score(FORM)
    assert Ticket.objects.count() == 1


def test_tickets_alike_are_shown_while_one_writes(world: World, django_assert_max_num_queries: Any) -> None:
    """The caller's own open ones first; those of other desks not at all."""
    text = {"description": "Le vidéoprojecteur de la salle B clignote en rouge"}
    someone = builders.person(world.desk.organisation, cast.EMILY)
    theirs = builders.ticket(someone, **text)
    own = builders.ticket(world.amelie, description="Le vidéoprojecteur clignote en rouge")
    builders.ticket(builders.person(builders.desk("Ailleurs").organisation, cast.RACHEL), **text)
    form = {**FORM, **text, "error_message": "", "measure": "1"}

    def alike(form: dict[str, Any], client: Any = world.browser) -> list[Ticket]:
        answer = client.post(url(world.amelie), form, headers={"HX-Request": "true"})
        found = answer.context["alike"]
        return [like.ticket for like in found.open] if found else []

    with django_assert_max_num_queries(24):
        assert alike(form) == [own, theirs]
    page = world.browser.post(url(world.amelie), {**form, "impact": "", "measure": ""}, headers={"HX-Request": "true"})
    assert "la même personne" in page.content.decode() and own.reference in page.content.decode()
    assert alike({**form, "description": "Le vidéo"}) == []
    whole = world.browser.post(url(world.amelie), {**FORM, **text, "impact": ""})
    assert whole.status_code == 422 and theirs.reference in whole.content.decode()
    provider = builders.client_for(builders.provider(world.desk))
    assert provider.post(url(world.amelie), form).status_code == 404
