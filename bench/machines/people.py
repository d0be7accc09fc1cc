"""The people of the trial, in the database of DATABASE_URL: a desk, an agent, a token. Says what lets them in."""

from __future__ import annotations

import json
import sys
from datetime import timedelta


def main() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.utils import timezone

    from guichet.api import tokens
    from tests import builders

    desk = builders.desk()
    nadia = builders.agent(desk)
    now = timezone.now()
    _, token = tokens.issue(
        person=nadia, name="machines", scopes=("tickets:read", "tickets:write"), expires_at=now + timedelta(days=1),
        now=now,
    )  # fmt: skip
    session = builders.client_for(nadia).cookies[settings.SESSION_COOKIE_NAME].value
    sys.stdout.write(json.dumps({"token": token, "session": session, "desk": desk.organisation.pk}) + "\n")


if __name__ == "__main__":
    main()
