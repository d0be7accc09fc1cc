"""Articles of the college, one in each state; what is published has all that an article can have."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from guichet.knowledge import actions, verdicts
from guichet.knowledge.models import Article
from guichet.knowledge.pictures import add_bytes
from guichet.people.models import Person

_BODY = """Le réseau **Cegep-Secure** demande votre code d’accès.

> [!WARNING]
> Ne donnez jamais votre mot de passe.

## Sur un ordinateur

1. Ouvrez les réglages.
2. Choisissez le réseau.

## Sur un téléphone

| Message | Que faire |
|---|---|
| *Refusé* | `Oublier ce réseau` |

## Et sinon

![Les réglages](reglages.png)
"""


def write(*, by: Person, reader: Person, picture: bytes, long: str, now: datetime) -> dict[str, str]:
    """State → reference."""
    acting: dict[str, Any] = {"actor": by, "now": now}
    public = _published("Se connecter au Wi-Fi", by=by, now=now, wordings={"inexperienced": "Appuyez sur la roue."})
    add_bytes(public, name="reglages.png", content=picture, **acting)
    actions.revise(public, body=_BODY.replace("votre code", "le code"), note="Plus court", **acting)
    public = actions.publish(public, **acting)
    english = actions.write(
        desk=by.organisation, title="Join the Wi-Fi", body="Choose it.", language="en", translation_of=public, **acting
    )
    actions.publish(actions.address(english, audience="public", **acting), **acting)
    assert public.current is not None
    said = {"helped": False, "why_not": "outdated", "text": "Le menu a changé."}
    verdicts.give_feedback(public.current, person=reader, now=now, **said)
    draft = _published("Brancher un écran", by=by, now=now)
    actions.revise(draft, body=f"{long}\n\nBrancher le câble.", **acting)
    archived = actions.archive(_published("Une vieille imprimante", by=by, now=now), **acting)
    return {"published": public.reference, "draft": draft.reference, "archived": archived.reference}


def _published(title: str, *, by: Person, now: datetime, **more: Any) -> Article:
    made = actions.write(desk=by.organisation, title=title, body=_BODY, actor=by, now=now, **more)
    return actions.publish(
        actions.address(made, audience="public", actor=by, now=now), note="Première version", actor=by, now=now
    )
