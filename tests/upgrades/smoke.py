"""A day's work through the doors that every version has: pages and API. `python smoke.py DESK AGENT MARK`.

Run with the code of one version on the tables of another. Says what was made, as JSON, and fails at the first answer
that is not as it should be.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any


def main(desk: str, email: str, mark: str) -> None:
    import django

    django.setup()
    from django.test import Client
    from django.utils import timezone

    from guichet.api import tokens
    from guichet.people.models import Person

    agent = Person.objects.get(email=email, organisation__slug=desk)
    now = timezone.now()
    scopes = ("tickets:read", "tickets:write")
    _, token = tokens.issue(person=agent, name=mark, scopes=scopes, expires_at=now + timedelta(days=1), now=now)
    browser, program = Client(), Client(headers={"Authorization": f"Bearer {token}"})
    browser.force_login(agent.account, backend="django.contrib.auth.backends.ModelBackend")

    def call(method: str, path: str, body: dict[str, Any] | None = None, *, expect: tuple[int, ...] = (200,)) -> Any:
        answer = program.generic(method, f"/api/v1{path}", json.dumps(body or {}), content_type="application/json")
        assert answer.status_code in expect, (method, path, answer.status_code, answer.content[:500])
        return answer.json() if answer.content else None

    new = {"description": f"{mark} : le projecteur ne s’allume plus.", "impact": "group", "urgency": "hampered"}
    reference = call("POST", "/tickets", new, expect=(201,))["reference"]
    call("POST", f"/tickets/{reference}/replies", {"body": f"{mark} : nous regardons cela."}, expect=(200, 201))
    call("POST", f"/tickets/{reference}/notes", {"body": f"{mark} : la lampe ?"}, expect=(200, 201))
    assert reference in {item["reference"] for item in call("GET", "/tickets?size=20")["items"]}
    assert call("GET", f"/tickets/{reference}")["reference"] == reference
    for path in ("/desk/", "/desk/tickets/", f"/desk/tickets/{reference}/", "/help/"):
        answer = browser.get(path, follow=True)
        assert answer.status_code == 200, (path, answer.status_code)
    print(json.dumps({"reference": reference}))


if __name__ == "__main__":
    main(*sys.argv[1:])
