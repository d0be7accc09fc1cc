"""A mailbox's page: what each way in needs, and names of secrets instead of secrets."""

from __future__ import annotations

from typing import Any

import pytest

from guichet.channels.models import Mailbox
from tests.settings.conftest import Setting

BASE = {
    "address": "aide@college.example", "active": "on", "joins": "colleagues", "strangers": "welcome",
    "impact": "person", "urgency": "hampered", "fetch": "imap", "auth": "password",
}  # fmt: skip
OAUTH = {"client_id": "app-1", "secret_variable": "GUICHET_MAIL_SECRET"}


def post(setting: Setting, **given: str) -> Any:
    return setting.post("new_mailbox", **(BASE | given))


def made() -> Mailbox:
    return Mailbox.objects.get(address=BASE["address"])


@pytest.mark.parametrize(("given", "host"), [
    ({"auth": "password", "host": "i.example.org", "password_variable": "GUICHET_MAIL_PASSWORD"}, "i.example.org"),
    ({"auth": "microsoft", "tenant": "example.org", **OAUTH}, "outlook.office365.com"),
    ({"auth": "google", "refresh_variable": "GUICHET_MAIL_REFRESH", **OAUTH}, "imap.gmail.com"),
    ({"auth": "google", "refresh_variable": "GUICHET_MAIL_REFRESH", "host": "i.x.example", **OAUTH}, "i.x.example"),
])  # fmt: skip
def test_each_way_in(setting: Setting, given: dict[str, str], host: str) -> None:
    assert post(setting, **given).status_code == 302
    box = made()
    assert (box.auth, box.host, box.port, box.folder) == (given["auth"], host, 993, "INBOX")
    for name, value in given.items():
        assert getattr(box, name) == value
    # The page shows what it keeps, and saving it again changes nothing.
    page: Any = setting.get("mailbox", box.pk)
    assert {name: page.context["form"][name].value() for name in given} == given


@pytest.mark.parametrize(("given", "field"), [
    ({"auth": "password", "password_variable": "GUICHET_MAIL_PASSWORD"}, "host"),
    ({"auth": "password", "host": "x.example"}, "password_variable"),
    ({"auth": "microsoft", **OAUTH}, "tenant"),
    ({"auth": "microsoft", "tenant": "example.org", "secret_variable": "GUICHET_MAIL_SECRET"}, "client_id"),
    ({"auth": "microsoft", "tenant": "example.org", "client_id": "app"}, "secret_variable"),
    ({"auth": "google", **OAUTH}, "refresh_variable"),
    ({"auth": "microsoft", "tenant": "../common", **OAUTH}, "tenant"),
    ({"auth": "microsoft", "tenant": "a/b", **OAUTH}, "tenant"),
    ({"auth": "google", **OAUTH, "refresh_variable": "GUICHET_MAIL_R", "client_id": "deux mots"}, "client_id"),
    ({"auth": "kerberos"}, "auth"),
    # A secret instead of its name, and names that would carry the installation's own secrets to any server.
    ({"host": "x.example", "password_variable": "hunter2"}, "password_variable"),
    ({"host": "x.example", "password_variable": "DATABASE_URL"}, "password_variable"),
    ({"host": "x.example", "password_variable": "GUICHET_SECRET_KEY"}, "password_variable"),
    ({"auth": "microsoft", "tenant": "a", **OAUTH, "secret_variable": "GUICHET_SMTP_URL"}, "secret_variable"),
    ({"auth": "google", **OAUTH, "refresh_variable": "GUICHET_METRICS_TOKEN"}, "refresh_variable"),
])  # fmt: skip
def test_what_is_missing_or_wrong_is_said_at_its_field(setting: Setting, given: dict[str, str], field: str) -> None:
    answer = post(setting, **given)
    assert answer.status_code == 422
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert {name: form[name].value() for name in given} == given
    assert not Mailbox.objects.filter(address=BASE["address"]).exists()


def test_messages_that_are_delivered_need_no_server(setting: Setting) -> None:
    assert post(setting, fetch="delivered", auth="microsoft").status_code == 302


def test_another_server_is_read_from_its_beginning_and_another_secret_is_not(setting: Setting) -> None:
    given = {"host": "x.example", "password_variable": "GUICHET_MAIL_PASSWORD"}
    post(setting, **given)
    Mailbox.objects.update(uid_validity=7, last_uid=9)
    setting.post("mailbox", made().pk, **(BASE | given | {"password_variable": "GUICHET_MAIL_OTHER"}))
    assert (made().uid_validity, made().last_uid) == (7, 9)
    setting.post("mailbox", made().pk, **(BASE | given | {"port": "1993"}))
    assert (made().uid_validity, made().last_uid) == (None, 0)
