"""A mailbox's page: what each way in needs, and names of secrets instead of secrets."""

from __future__ import annotations

from typing import Any

import pytest

from guichet.channels import settings_actions
from guichet.channels.models import Mailbox
from guichet.lib.errors import Forbidden, Refused
from tests import builders
from tests.settings.conftest import Setting, text

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


DELIVERED = {"fetch": "delivered"}
OWN = {
    "above_fr": "Ici le centre.\nÀ vous.", "above_en": "This is the desk.", "below_fr": "Pavillon B",
    "below_en": "Building B", "accent": "#5b2a86",
}  # fmt: skip


def test_its_own_words_and_colour(setting: Setting) -> None:
    written = {name: value.replace("\n", "\r\n") for name, value in OWN.items()} | {"accent": " 5B2A86 "}
    assert post(setting, **DELIVERED, **written).status_code == 302
    box = made()
    assert {name: getattr(box, name) for name in OWN} == OWN
    page: Any = setting.get("mailbox", box.pk)
    assert {name: page.context["form"][name].value() for name in OWN} == OWN
    assert setting.post("mailbox", box.pk, **(BASE | DELIVERED)).status_code == 302
    assert {getattr(made(), name) for name in OWN} == {""}


@pytest.mark.parametrize(("given", "field", "said"), [
    ({"accent": "bleu"}, "accent", "six digits"),
    ({"accent": "#12345"}, "accent", "six digits"),
    ({"accent": "#fff;x:url(//a)"}, "accent", "six digits"),
    ({"accent": "#777777"}, "accent", "4.47"),
    ({"accent": "#ffff00"}, "accent", "1.07"),
    ({"above_fr": "a" * 1001}, "above_fr", "1000"),
    ({"above_en": "a" * 1001}, "above_en", "1000"),
    ({"below_fr": "a" * 1001}, "below_fr", "1000"),
    ({"below_en": "a" * 1001}, "below_en", "1000"),
])  # fmt: skip
def test_what_its_mails_can_not_say(setting: Setting, given: dict[str, str], field: str, said: str) -> None:
    typed = OWN | given
    answer: Any = post(setting, **DELIVERED, **typed)
    assert answer.status_code == 422
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert said in form.errors[field][0]
    assert {name: form[name].value() for name in typed} == typed
    assert not Mailbox.objects.filter(address=BASE["address"]).exists()


def test_the_ends_of_what_can_be_said(setting: Setting) -> None:
    """A line's end counts once, although browsers send it as two."""
    long = "\r\n".join(["a" * 9] * 100) + "b"
    assert post(setting, **DELIVERED, above_fr=long, accent="#767676").status_code == 302
    assert (len(made().above_fr), made().accent) == (1000, "#767676")


def test_only_managers_of_the_desk_choose_its_words(setting: Setting) -> None:
    box = setting.rows["mailbox"]
    given: dict[str, Any] = {
        "mailbox": box, "address": box.address, "aliases": [], "name": "", "active": True, "home": None,
        "joins": box.joins, "strangers": box.strangers, "category": None, "impact": box.impact,
        "urgency": box.urgency, "now": builders.NOW, "wording": settings_actions.Wording(above_fr="Pris"),
        "fetching": settings_actions.Fetching(**{n: getattr(box, n) for n in settings_actions.FETCHING}),
    }  # fmt: skip
    elsewhere = builders.desk()
    other = builders.manager(elsewhere)
    for desk, actor, error in (
        (setting.desk, other, Forbidden), (setting.desk, setting.agent, Forbidden), (elsewhere, other, Refused),
    ):  # fmt: skip
        with pytest.raises(error):
            settings_actions.save_mailbox(desk=desk.organisation, actor=actor, **given)
    browser = builders.client_for(other)
    for url in (setting.url("mailbox", box.pk), setting.url("mailbox_letter", box.pk)):
        assert browser.get(url).status_code == 404
        assert browser.post(url, BASE | DELIVERED | OWN).status_code == 404
    box.refresh_from_db()
    assert box.above_fr == ""


def test_its_page_shows_how_a_mail_looks(setting: Setting) -> None:
    box = setting.rows["mailbox"]
    Mailbox.objects.filter(pk=box.pk).update(**OWN | {"above_en": "This is {desk} <script>alert(1)</script>"})
    answer = setting.get("mailbox", box.pk)
    page = text(answer)
    assert f'src="{setting.url("mailbox_letter", box.pk)}?language=en" sandbox=""' in page
    assert "frame-src 'self'" in answer["Content-Security-Policy"]
    assert f"This is {setting.desk.organisation.name} &lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "Ici le centre." in text(setting.get("mailbox", box.pk, language="fr")).partition("How a mail looks")[2]
    assert "sandbox=" not in text(setting.get("new_mailbox"))


def test_the_letter_is_held_in_its_frame(setting: Setting) -> None:
    box = setting.rows["mailbox"]
    Mailbox.objects.filter(pk=box.pk).update(**OWN | {"above_en": "<script>alert(1)</script>"})
    answer = setting.get("mailbox_letter", box.pk)
    html = text(answer)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script" not in html
    assert " href=" not in html
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    nonce = policy.partition("'nonce-")[2].partition("'")[0]
    assert len(nonce) > 10
    assert f'<style nonce="{nonce}">' in html
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert '<html lang="fr">' in text(setting.get("mailbox_letter", box.pk, language="fr"))
    assert setting.get("mailbox_letter", box.pk, language="../de").status_code == 200


def test_it_is_said_when_mails_leave_from_another(setting: Setting) -> None:
    first = setting.rows["mailbox"]
    assert post(setting, **DELIVERED).status_code == 302
    told = f"leave from {first.address}"
    assert told in text(setting.get("mailbox", made().pk))
    assert told not in text(setting.get("mailbox", first.pk))
