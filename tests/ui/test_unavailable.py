"""The page that stands without a database gives back what was typed, and nothing that should not be shown."""

from __future__ import annotations

import errno
from typing import Any

import django.db
import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from guichet.lib.away import ASK_AGAIN_SECONDS, AwayError, Gate, Trouble, trouble_of
from guichet.ui import errors, unavailable

TYPED = {"csrfmiddlewaretoken": "x" * 64, "body": "Deux lignes\net « <b>gras</b> »", "version": "12"}


def page(data: dict[str, Any], **cookies: str) -> str:
    request = RequestFactory().post("/desk/tickets/G-1/replies?x=1", data)
    request.COOKIES.update(cookies)
    answer = unavailable.page(request, trouble=Trouble.AWAY)
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    return answer.content.decode()


def test_what_was_typed_can_be_sent_again_from_the_page() -> None:
    text = page(TYPED)
    assert '<form method="post" action="/desk/tickets/G-1/replies?x=1"' in text
    assert "\nDeux lignes\net « &lt;b&gt;gras&lt;/b&gt; »</textarea>" in text
    assert 'name="version" value="12"' in text and f'value="{"x" * 64}"' in text
    assert "Ce que vous avez écrit" in text and "Envoyez-le de nouveau" in text


def test_a_password_is_not_given_back_nor_a_form_that_came_from_elsewhere() -> None:
    for data in ({**TYPED, "password": "tout-à-fait-secret"}, {"body": "sans jeton, donc pas de nos pages"}):
        text = page(data)
        assert "<form" not in text and "secret" not in text and "sans jeton" not in text
        assert "Revenez en arrière" in text


def test_files_are_said_to_stay_behind() -> None:
    assert "Les fichiers" in page({**TYPED, "files": SimpleUploadedFile("a.txt", b"a")})
    assert "Les fichiers" not in page(TYPED)


def test_who_chose_a_language_reads_that_one_alone() -> None:
    assert 'lang="en"' in page(TYPED)
    assert 'lang="en"' not in page(TYPED, guichet_language="fr")
    english = page(TYPED, guichet_language="en")
    assert '<html lang="en">' in english and "injoignable" not in english
    assert "What you typed stands below" in english


def raised(error: BaseException) -> BaseException:
    """As Django hands it on."""
    try:
        try:
            raise error
        except psycopg.Error as cause:
            raise django.db.OperationalError from cause
    except Exception as found:
        return found


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (psycopg.OperationalError("server closed the connection unexpectedly"), Trouble.AWAY),
        (psycopg.errors.AdminShutdown(), Trouble.AWAY),
        (psycopg.errors.CannotConnectNow(), Trouble.AWAY),
        (psycopg.errors.DiskFull(), Trouble.FULL),
        (psycopg.errors.DeadlockDetected(), Trouble.BUSY),
        (psycopg.errors.UniqueViolation(), None),
        (psycopg.errors.UndefinedTable(), None),
        (AwayError(), Trouble.AWAY),
        (OSError(errno.ENOSPC, "full"), Trouble.FULL),
        (OSError(errno.ENOENT, "not there"), None),
        (ValueError("ours"), None),
    ],
)
def test_what_is_nobodys_mistake_is_told_from_what_is_ours(error: BaseException, trouble: Trouble | None) -> None:
    assert trouble_of(raised(error)) is trouble
    try:
        raise raised(error)
    except Exception:
        answer = errors.server_error(RequestFactory().get("/"))
    assert answer.status_code == (503 if trouble else 500)


def test_a_closed_gate_asks_once_in_a_while_and_lets_the_others_go_at_once() -> None:
    now, asked, answers = [0.0], [], [False]
    gate = Gate(clock=lambda: now[0])

    def ask() -> None:
        asked.append(now[0])
        if not answers[0]:
            raise psycopg.OperationalError("no")

    def enter(error: Exception | None = None) -> None:
        with gate.passing(ask=ask):
            if error:
                raise error

    enter()
    with pytest.raises(django.db.OperationalError):
        enter(raised(psycopg.OperationalError("gone")))
    assert gate.closed
    for _ in range(5):
        with pytest.raises(AwayError):
            enter()
    assert not asked
    now[0] += ASK_AGAIN_SECONDS
    for _ in range(5):
        with pytest.raises(AwayError):
            enter()
    assert len(asked) == 1
    now[0] += ASK_AGAIN_SECONDS
    answers[0] = True
    enter()
    enter()
    assert len(asked) == 2
    assert not gate.closed


def test_somebodys_mistake_closes_no_gate() -> None:
    gate = Gate()
    with pytest.raises(django.db.OperationalError), gate.passing(ask=lambda: None):
        raise raised(psycopg.errors.DeadlockDetected())
    assert not gate.closed
