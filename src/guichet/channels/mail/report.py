"""What `guichet mail parse` prints of a message: one JSON object."""

from __future__ import annotations

import hashlib
from typing import Any

from guichet.channels.mail.reading import Mail, read


def report(path: str, raw: bytes) -> dict[str, Any]:
    return {"file": path, **_said(read(raw))}


def _said(mail: Mail) -> dict[str, Any]:
    return {
        "from_email": mail.sender.email if mail.sender else "",
        "from_name": mail.sender.name if mail.sender else "",
        "to": [each.email for each in mail.to],
        "cc": [each.email for each in mail.cc],
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "new_text": mail.new_text,
        "attachments": [
            {
                "name": each.name,
                "type": each.content_type,
                "size": len(each.content),
                "sha256": hashlib.sha256(each.content).hexdigest(),
                "inline": each.inline,
            }
            for each in mail.attachments
        ],
        "kind": str(mail.kind),
        "reason": mail.reason,
    }
