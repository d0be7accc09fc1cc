"""Injection: what is typed is never SQL, a search query, a template, a header or a pickled object."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings as conf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guichet.desk.settings.views.people import matching as people_matching
from guichet.lib.text import one_line
from guichet.people.models import Person
from guichet.tickets import actions, files
from guichet.tickets.macros import fill, used
from guichet.tickets.models import Attachment, Macro, Message, Ticket
from tests.security.payloads import LINES, SQL
from tests.security.stage import World

pytestmark = pytest.mark.exhaustive

SOURCE = Path(__file__).resolve().parents[2] / "src" / "guichet"
FILTERS = ("q", "view", "state", "severity", "priority", "level", "team", "assignee", "organisation", "category",
           "channel", "tag", "cursor", "show", "whose", "of", "person", "type", "number", "rules")  # fmt: skip
TYPED = st.one_of(
    st.sampled_from(SQL), st.text(max_size=60), st.lists(st.sampled_from(SQL), min_size=2, max_size=3).map(" ".join)
)


def _counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Ticket, Message, Attachment, Person))


def test_payloads_in_every_filter_and_cursor_show_nothing_foreign(world: World) -> None:
    """Whatever a filter says, the list only narrows: a stranger's ticket never appears, nothing changes."""
    before, secret = _counts(), world.ticket.reference
    desk = world.elsewhere.organisation.slug
    agent, requester = world.browser("foreign"), world.browser("elsewhere")
    for payload in SQL:
        query = dict.fromkeys(FILTERS, payload)
        for browser, path in (
            (agent, "/desk/tickets/"), (agent, "/desk/tickets/filters"), (agent, "/desk/search"),
            (agent, "/desk/alerts/"), (agent, "/desk/tickets/new"),
            (requester, "/help/tickets/"), (requester, "/help/account/news/"),
        ):  # fmt: skip
            answer = browser.get(path, query)
            assert answer.status_code < 500, (path, payload)
            assert secret not in answer.content.decode()
    manager = world.browser("manager")
    for payload in SQL:
        for path in (f"/desk/settings/{world.desk.organisation.slug}/people/", f"/desk/settings/{desk}/people/"):
            assert manager.get(path, {"q": payload, "of": payload}).status_code in {200, 404}
    assert _counts() == before


def test_payloads_in_every_parameter_of_the_api(world: World) -> None:
    before, secret = _counts(), world.ticket.reference
    browser = world.browser("anonymous")
    headers = {"Authorization": f"Bearer {world.token('foreign')}"}
    names = (
        "q",
        "state",
        "order",
        "view",
        "cursor",
        "team",
        "tag",
        "asset",
        "assignee",
        "opened_after",
        "external_key",
    )
    for payload in SQL:
        for name in names:
            answer = browser.get("/api/v1/tickets", {name: payload}, headers=headers)
            assert answer.status_code in {200, 422}, (name, payload)
            assert secret not in answer.content.decode()
        for header in (f"Bearer {payload}", f"Bearer gui_{payload}_{payload}"):
            assert (
                browser.get(
                    "/api/v1/me", headers={"Authorization": header.encode("ascii", "replace").decode()}
                ).status_code
                == 401
            )
    assert _counts() == before


@given(text=TYPED)
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_search_only_narrows(world: World, text: str) -> None:
    """Any text is words to look for, in tickets and people: never an error, never more than without it."""
    agent, foreign = world.people["agent"], world.people["foreign"]
    seen = set(Ticket.objects.visible_to(agent).values_list("pk", flat=True))
    found = set(Ticket.objects.visible_to(agent).matching(text, person=agent).values_list("pk", flat=True))
    assert found <= seen
    assert not Ticket.objects.visible_to(foreign).matching(text, person=foreign).filter(pk__in=seen).exists()
    clean = text.replace("\x00", "")
    assert Person.objects.filter(people_matching(clean)).count() <= Person.objects.count()


def test_cursors_are_ours_or_nothing(world: World) -> None:
    """A cursor that was changed in any place is refused; it can ask for nothing."""
    for _n in range(3):
        actions.reply(world.ticket, body="encore", actor=world.people["agent"], now=timezone.now())
    browser = world.browser("anonymous")
    headers = {"Authorization": f"Bearer {world.token('agent')}"}
    cursor = browser.get("/api/v1/tickets", {"size": "1"}, headers=headers).json()["next_cursor"]
    assert browser.get("/api/v1/tickets", {"size": "1", "cursor": cursor}, headers=headers).status_code == 200
    for place in range(0, len(cursor), 3):
        forged = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        answer = browser.get("/api/v1/tickets", {"size": "1", "cursor": forged}, headers=headers)
        assert answer.status_code == 422, place
    # Of another list's order: not of this one's.
    assert browser.get("/api/v1/tickets", {"order": "oldest", "cursor": cursor}, headers=headers).status_code == 422


def test_statements_are_never_made_of_text() -> None:
    """No SQL is put together from values; the formatted ones name our own channel, columns and statements.

    The search's are made of as many pieces as words are asked for, of counts and of weights; the words are values.
    """
    pattern = re.compile(r"\b(?:execute|raw|RawSQL|extra)\(\s*(?:f[\"']|[\"'][^\"']*[\"']\s*(?:%|\.format))")
    found = [str(p.relative_to(SOURCE)) for p in SOURCE.rglob("*.py") if pattern.search(p.read_text(encoding="utf-8"))]
    assert sorted(found) == [
        "activity/record.py", "channels/listening.py", "channels/readers.py", "demo/scale/indexes.py", "lib/live.py",
        "search/ranking.py", "search/windows.py",
    ]  # fmt: skip


@given(st.text(alphabet=st.sampled_from("{}%$<>#!()7*' agentprénom_{{}}"), max_size=60), st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_macros_are_no_templates(text: str, value: str) -> None:
    """Only listed words in single braces are replaced, once; values are never read again."""
    assert fill(text, values={}) == text
    if not used(text):
        assert fill(text, values={"agent": value}) == text
    assert fill("{agent}", values={"agent": "{reference}" + value, "reference": "G-1"}) == "{reference}" + value


TEMPLATES = (
    "{{7*7}}", "{% load x %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{agent.__class__}", "{0.__init__}",
     "%(agent)s", "{{ agent }}", "{settings.SECRET_KEY}", "*{7*7}", "@{7*7}",
)  # fmt: skip


def test_a_template_returns_as_it_was_typed(world: World) -> None:
    """In canned texts, in what is promised and in what is said."""
    for text in TEMPLATES:
        returns_verbatim(world, text)


def returns_verbatim(world: World, text: str) -> None:
    macro = Macro.objects.create(
        organisation=world.desk.organisation, name_fr=text, kind="reply", body_fr=f"« {text} »"
    )
    path = f"/desk/tickets/{world.ticket.reference}"
    assert world.browser("agent").get(f"{path}/macros/{macro.pk}").json()["body"] == f"« {text} »"
    actions.reply(world.ticket, body=f"`{text}`", actor=world.people["agent"], now=timezone.now())
    page = world.browser("owner").get(f"/help/tickets/{world.ticket.reference}/").content.decode()
    assert "49" not in Message.objects.latest("pk").html
    assert text.replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#x27;") in page or text in page


def test_no_template_is_compiled_from_text() -> None:
    pattern = re.compile(r"\bfrom_string\(|\bTemplate\(|\beval\(|(?<!re\.)(?<!\.)\bcompile\(|\bexec\(")
    found = [str(p.relative_to(SOURCE)) for p in SOURCE.rglob("*.py") if pattern.search(p.read_text(encoding="utf-8"))]
    assert found == []


def test_no_name_adds_a_header(world: World) -> None:
    """File names, titles and addresses with line breaks: one header each, as before."""
    for name in LINES:
        adds_no_header(world, name)


def adds_no_header(world: World, name: str) -> None:
    upload = SimpleUploadedFile("x", b"a", content_type="image/png")
    upload.name = name
    (stored,) = actions.attach(world.ticket, uploads=[upload], actor=world.people["owner"], now=timezone.now())
    Attachment.objects.filter(pk=stored.pk).update(name=one_line(name))
    for path in (f"/help/files/{stored.key}/", f"/help/files/{stored.key}/?inline"):
        answer = world.browser("owner").get(path)
        assert answer.status_code == 200
        assert not {"x-hacked", "set-cookie: hacked"} & {key.lower() for key in answer.headers}
        assert "hacked" not in answer.cookies
        assert not re.search(r"[\r\n\x0b\x85\u2028]", answer["Content-Disposition"])
    stored.name = name  # as if a row had been written by other hands
    assert not re.search(r"[\r\n]", files.response(stored)["Content-Disposition"])
    for answer in (
        world.browser("owner").post("/language/", {"language": "fr", "next": f"/{name}"}),
        world.browser("agent").get("/desk/search", {"q": name}),
        world.browser("agent").post(
            f"/desk/tickets/{world.ticket.reference}/tags", {"tags": name}, headers={"HX-Request": "true"}
        ),
        world.browser("anonymous").get("/desk/", {"x": name}),
    ):
        assert answer.status_code < 500
        assert all(not re.search(r"[\r\n]", value) for value in answer.headers.values())


def test_json_only() -> None:
    """Nothing from outside, and nothing kept, is turned into objects of any other kind than JSON's."""
    pattern = re.compile(r"\b(?:pickle|shelve|dill|jsonpickle|yaml)\b|\b(?:import|from) marshal\b|\bliteral_eval\b")
    found = [str(p.relative_to(SOURCE)) for p in SOURCE.rglob("*.py") if pattern.search(p.read_text(encoding="utf-8"))]
    assert found == []
    assert conf.SESSION_SERIALIZER.endswith("JSONSerializer")
