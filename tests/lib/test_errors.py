"""Refusals carry a sentence, a code, a field and the status to answer with."""

import pytest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from guichet.lib.errors import Conflict, Forbidden, Refused, Stale


@pytest.mark.parametrize(("kind", "status"), [(Refused, 422), (Forbidden, 403), (Conflict, 409), (Stale, 412)])
def test_status(kind: type[Refused], status: int) -> None:
    refused = kind("No.", code="no", field="name")
    assert isinstance(refused, Refused)
    assert (refused.status, refused.code, refused.field, str(refused)) == (status, "no", "name", "no")
    assert kind("No.", code="no").field == ""


def test_the_sentence_is_in_the_readers_language() -> None:
    """The sentence is chosen when it is shown, not when the action refused."""
    with override("en"):
        refused = Refused(_("This field is required."), code="required")
        english = str(refused.message)
    with override("fr"):
        assert str(refused.message) != english
