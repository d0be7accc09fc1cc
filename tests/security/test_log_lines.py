"""A session from sign-in to solution is logged without a word of what was written, by whom, or with which keys."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from guichet.lib import figures, logs
from guichet.lib.measured import observed_job
from guichet.tickets.models import Ticket
from tests import builders, cast
from tests.api.conftest import program

pytestmark = pytest.mark.django_db
TITLE, BODY, ASKED, ADDRESS = "Zirconium", "Tungstène confidentiel", "Palladium", "iridium@essai.example"
SECRET = "osmium-et-rhénium-42"


@pytest.fixture
def log() -> Iterator[StringIO]:
    """Everything that is said, down to what is never switched on."""
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.JsonLines())
    root, each = logging.getLogger(), logging.getLogger(logs.REQUESTS)
    before = root.level, each.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    each.setLevel(logging.INFO)
    yield out
    root.removeHandler(handler)
    root.setLevel(before[0])
    each.setLevel(before[1])


def test_nothing_that_people_write_is_in_it(log: StringIO) -> None:
    desk = builders.desk()
    agent = builders.agent(desk)
    requester = builders.person(desk.organisation, cast.AMELIE, email=ADDRESS)
    stranger = Client(raise_request_exception=False)
    sign_in = {"username": ADDRESS, "password": SECRET}
    for _ in range(12):
        stranger.post(reverse("sign_in"), sign_in)
    stranger.get("/visit/" + "rhodium-secret" * 2 + "/")
    stranger.get("/nulle-part/rhodium-secret/?q=" + ASKED, headers={"X-Request-ID": "rhodium secret"})
    mine, theirs = program(requester), program(agent)
    made = mine.post("/tickets", {"title": TITLE, "description": BODY, "impact": "group", "urgency": "hampered"})
    reference = made.json()["reference"]
    mine.post(f"/tickets/{reference}/replies", {"body": BODY})
    theirs.get(f"/tickets?q={ASKED}&requester={ADDRESS}")
    theirs.post("/tickets", {"title": TITLE, "nowhere": BODY})
    browser = builders.client_for(agent)
    browser.raise_request_exception = False
    assert browser.get(f"/desk/tickets/{reference}/").status_code == 200
    browser.get(f"/desk/tickets/?q={ASKED}")
    browser.get(f"/desk/search/?q={ASKED}")
    browser.post(f"/desk/tickets/{reference}/replies/", {"kind": "reply", "body": BODY})
    said = log.getvalue()
    assert said.count('"logger": "guichet.request"') > 15
    assert '"route": "desk/tickets/' in said and f'"actor": {agent.pk}' in said
    for word in (
        TITLE,
        BODY,
        "confidentiel",
        ASKED,
        ADDRESS,
        "iridium",
        SECRET,
        "rhodium",
        mine.token,
        theirs.token,
        reference,
    ):
        assert word not in said, next(line for line in said.splitlines() if word in line)
    figured = "\n".join(figures.lines())
    assert 'guichet_requests_total{route="api/v1/tickets' in figured
    for word in (TITLE, ASKED, "iridium", "rhodium", reference):
        assert word not in figured


def test_a_request_keeps_its_name_where_it_is_one() -> None:
    browser = Client()
    given = browser.get("/sign-in/", headers={"X-Request-ID": "load-balancer.7f3a-0001"})
    assert given.headers["X-Request-ID"] == "load-balancer.7f3a-0001"
    for bad in ("short", "a" * 65, "x y z 12345", "été-2026-11-23", ""):
        made = browser.get("/sign-in/", headers={"X-Request-ID": bad}).headers["X-Request-ID"]
        assert made != bad and len(made) == 16


def test_a_worker_tells_of_its_jobs(log: StringIO, client: Client, settings: Any) -> None:
    job = SimpleNamespace(id=7, task_name="tickets.wake_due", attempts=0, task_kwargs={"text": BODY})

    def fail() -> None:
        raise ValueError(BODY)

    each = logging.getLogger(logs.JOBS)
    each.setLevel(logging.INFO)
    observed_job(Ticket.objects.count, SimpleNamespace(job=job), None)
    with pytest.raises(ValueError):
        observed_job(fail, SimpleNamespace(job=job), None)
    each.setLevel(logging.NOTSET)
    done, failed = (json.loads(line) for line in log.getvalue().splitlines() if '"guichet.job"' in line)
    assert (done["job"], done["outcome"], done["queries"], done["id"]) == ("tickets.wake_due", "done", 1, "job-7")
    assert (failed["outcome"], failed["try"]) == ("failed", 1)
    assert BODY not in log.getvalue()
    settings.METRICS_TOKEN = "mesure"
    text = client.get("/metrics", headers={"Authorization": "Bearer mesure"}).content.decode()
    assert 'guichet_jobs_total{job="tickets.wake_due",outcome="failed"} 1' in text
    assert "guichet_jobs_lag_seconds 0" in text and "guichet_jobs_waiting 0" in text
