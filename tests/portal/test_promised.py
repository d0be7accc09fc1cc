"""The plain promise: until when a first answer, and a solution where the desk says so."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from guichet.catalog.models import Category, RequestType, Service
from guichet.sla.models import SEVERITIES, Measure, Policy, Target
from guichet.sla.usual import Figures, set_usual
from guichet.tickets import actions
from guichet.tickets.models import Draft, Ticket
from tests import builders
from tests.portal.people import World, essentials, text_of, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def amelie(w: World) -> Client:
    return builders.client_for(w.amelie)


def promise(w: World, *, shown: bool) -> None:
    figures = [Figures(s, 10, 60, around_the_clock=True) for s in SEVERITIES]
    policy = set_usual(w.desk.organisation, figures=figures, now=timezone.now())
    policy.shows_resolution = shown
    policy.save()
    for severity in SEVERITIES:
        Target.objects.create(policy=policy, measure=Measure.RESOLUTION, severity=severity, minutes=600)


def sent(amelie: Client) -> tuple[str, Ticket]:
    token = essentials(amelie)
    assert "vous aurez une première réponse avant" in text_of(amelie.get(f"/help/new/{token}/review/"))
    answer = amelie.post(f"/help/new/{token}/review/")
    return text_of(amelie.get(answer["Location"])), Ticket.objects.get()


@pytest.mark.parametrize("shown", [True, False])
def test_a_solution_is_promised_where_the_desk_says_so(w: World, amelie: Client, *, shown: bool) -> None:
    promise(w, shown=shown)
    receipt, ticket = sent(amelie)
    page = text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))
    assert ("Votre solution" in receipt) == ("Votre solution" in page) == shown


def test_nothing_is_promised_of_what_is_solved(w: World, amelie: Client) -> None:
    promise(w, shown=True)
    _receipt, ticket = sent(amelie)
    agent = builders.agent(w.desk)
    actions.resolve(ticket, unsolved_reason="unreproducible", actor=agent, now=timezone.now())
    assert "Votre solution" not in text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))


def projector(w: World) -> Category:
    """For whose service a first answer is promised sooner than as usual."""
    desk = w.desk.organisation
    service = Service.objects.create(organisation=desk, name_fr="Salles")
    policy = Policy.objects.create(organisation=desk, name_fr="Salles de cours", position=1, service=service)
    for severity in SEVERITIES:
        Target.objects.create(policy=policy, measure=Measure.FIRST_RESPONSE, severity=severity, minutes=3)
    return Category.objects.create(organisation=desk, name_fr="Projecteur", service=service)


@pytest.mark.parametrize("chosen", ["category", "request type", "on the review"])
def test_the_answer_told_before_sending_is_the_one_promised(
    w: World, amelie: Client, settings: Any, chosen: str
) -> None:
    promise(w, shown=False)
    category = projector(w)
    token = essentials(amelie)
    draft = Draft.objects.get()
    if chosen == "category":
        draft.body["category"] = str(category.pk)
    if chosen == "request type":
        asked = RequestType.objects.create(organisation=w.desk.organisation, name_fr="Projecteur", category=category)
        draft.body["request_type"], draft.body["answered"] = asked.pk, True
    draft.save()
    url = f"/help/new/{token}/review/"
    if chosen == "on the review":
        # A file that is refused: the page is shown again with what was chosen on it.
        most, settings.ATTACHMENT_MAX_BYTES = settings.ATTACHMENT_MAX_BYTES, 1
        shown = amelie.post(url, {"category": category.pk, "files": [SimpleUploadedFile("long.txt", b"trop long")]})
        settings.ATTACHMENT_MAX_BYTES = most
        assert shown.status_code >= 400
    else:
        shown = amelie.get(url)
    amelie.post(url, {"category": category.pk} if chosen != "request type" else {})
    promised = Ticket.objects.get().promise_due_at
    assert promised is not None
    assert abs(shown.context["answer_due"] - promised) < timedelta(minutes=1)


def test_a_broken_promise_is_not_told_as_one_to_come(w: World, amelie: Client) -> None:
    promise(w, shown=True)
    _receipt, ticket = sent(amelie)
    assert ticket.commitments.filter(measure="resolution").update(due_at=timezone.now() - timedelta(minutes=1)) == 1
    page = text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))
    told = page.split('class="promised')[1].split("</p>")[0]
    assert "Votre solution" in told and "en retard" in told
    check_mark = "2 2 4-4"
    assert check_mark not in told
