"""Setting up webhooks: who may, where to, and what is asked for."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from guichet.connectors import changing
from guichet.connectors.models import Webhook
from guichet.lib.errors import Refused
from tests import builders
from tests.connectors.conftest import Hooked


def refused(hooked: Hooked, **given: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        hooked.hook(**given)
    return caught.value.field, caught.value.code


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "bad_url"), ("ftp://example.org/", "bad_url"), ("https://", "bad_url"), ("https:///x", "bad_url"),
        ("https://exa mple.org/", "bad_url"), ("https://example.org/é", "bad_url"), ("//example.org", "bad_url"),
        ("https://me:pw@example.org/", "bad_url"), ("https://example.org/#a", "bad_url"),
        ("https://example.org:99999/", "bad_url"), ("https://example.org:x/", "bad_url"),
        ("https://example.org:0/", "bad_url"), ("https://[::1/", "bad_url"),
        ("https://example.org/\r\nX: y", "bad_url"),
        ("javascript:alert(1)", "bad_url"), ("http://example.org/", "not_https"), ("http://localhost/", "not_https"),
        ("https://10.0.0.1/", "inside"), ("https://2130706433/", "bad_url_or_named"), ("https://[::1]/", "inside"),
        ("https://[::ffff:169.254.169.254]/", "inside"), ("https://0x0a000001/", "inside"),
        ("https://example.org/" + "a" * 500, "too_long"),
    ],
)  # fmt: skip
def test_addresses_that_are_none(hooked: Hooked, url: str, code: str) -> None:
    if code == "bad_url_or_named":
        # The same as 127.0.0.1, whose network these tests name.
        assert hooked.hook(url=url).host == "2130706433"
        return
    assert refused(hooked, url=url) == ("url", code)


@pytest.mark.parametrize("url", ["https://example.org", "HTTPS://example.org:8443/a/b?c=d", "https://8.8.8.8/"])
def test_addresses_that_will_do(hooked: Hooked, url: str) -> None:
    assert hooked.hook(url=f" {url} ").url == url


def test_events_that_are_none(hooked: Hooked) -> None:
    assert refused(hooked, verbs=[]) == ("verbs", "required")
    assert refused(hooked, verbs=["ticket.exploded"]) == ("verbs", "unknown_choice")
    assert refused(hooked, verbs=["*"]) == ("verbs", "unknown_choice")
    assert refused(hooked, verbs=["person.*"]) == ("verbs", "unknown_choice")


def test_names(hooked: Hooked) -> None:
    assert refused(hooked, name=" ") == ("name", "required")
    assert refused(hooked, name="Tableau de bord") == ("name", "taken")
    assert refused(hooked, name="x" * 81) == ("name", "too_long")


def test_there_is_an_end_to_them(hooked: Hooked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changing, "MOST", 1)
    assert refused(hooked) == ("", "too_many")


def test_managers_of_this_desk_alone(hooked: Hooked) -> None:
    by: dict[str, Any] = {"webhook": hooked.webhook, "now": timezone.now()}
    for actor in (hooked.agent, hooked.requester, builders.manager(builders.desk())):
        for action in (changing.remove_webhook, changing.rotate, changing.secret_of):
            with pytest.raises(Refused):
                action(actor=actor, **by)
        with pytest.raises(Refused):
            changing.save_webhook(
                desk=hooked.desk.organisation, name="A", url="https://example.org/", verbs=["ticket.*"], active=True,
                actor=actor, **by,
            )  # fmt: skip
    assert Webhook.objects.get().serial == 1
