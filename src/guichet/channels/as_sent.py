"""A message as it was meant to look: a document of its own for a frame in which nothing runs and nothing loads.

The frame has no origin, so no cookie of ours goes with what it asks for: the pictures stand in the document itself.
"""

from __future__ import annotations

import re
from base64 import b64encode
from html import escape, unescape
from urllib.parse import unquote

from django.http import HttpResponse

from guichet.channels import reasons
from guichet.channels.interpreting import understood
from guichet.channels.mail.pictures import picture_type
from guichet.channels.mail.reading import Attached, Mail
from guichet.channels.mail.safe_html import paragraphs
from guichet.channels.models import Contact, Outcome

# Links open elsewhere, as pages of their own; that is all that anything in there may do.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
# What pictures may weigh together: one that is shown a thousand times is there a thousand times.
PICTURES_MOST = 20 << 20

# The cleaner writes attributes always in double quotes; what is between them holds none.
_SHOWN = re.compile(r'(<img\b[^<>]*?\s)src="cid:([^"]*)"', re.IGNORECASE)
_REMOTE = re.compile(r'<img\b[^<>]*?\sdata-src="', re.IGNORECASE)
# Mail is written for white paper, whatever the page around it looks like.
_STYLE = """
:root { color-scheme: light }
body { margin: 0; padding: 1rem; background: #fff; color: #1d1b16; font: 0.875rem/1.5 system-ui, sans-serif }
body, td, th { overflow-wrap: anywhere }
a { color: #0b5f4c }
img { max-width: 100%; height: auto }
img:not([src]) { padding: 0.125rem 0.375rem; border: 1px dashed #8a8373; border-radius: 0.25rem; color: #5c5648 }
img:not([src]):not([alt]), img:not([src])[alt=""] { display: none }
pre { white-space: pre-wrap }
blockquote { margin-inline: 0; padding-inline-start: 0.75rem; border-inline-start: 2px solid #cfc8b8 }
"""


def mail_of(contact: Contact) -> Mail | None:
    """What its bytes say. None while nobody has read it, and for one whose readers all failed."""
    if contact.outcome == Outcome.WAITING or contact.reason == reasons.TROUBLE:
        return None
    return understood(contact)


def saved(contact: Contact) -> HttpResponse:
    """The message byte for byte as it came, to be saved: no browser shows it."""
    answer = HttpResponse(bytes(contact.raw), content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="contact-{contact.pk}.eml"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def holds_remote_pictures(mail: Mail) -> bool:
    return _REMOTE.search(mail.html) is not None


def policy(nonce: str) -> str:
    """What the document may do: be read."""
    return (
        f"sandbox {SANDBOX}; default-src 'none'; img-src data:; style-src-elem 'nonce-{nonce}'; "
        "style-src-attr 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    )


def document(mail: Mail, *, nonce: str) -> str:
    """The whole page, with the pictures that came along in their places."""
    body = _with_pictures(mail.html, mail.attachments) if mail.html else paragraphs(mail.text)
    return (
        '<!doctype html><html><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(mail.subject)}</title><style nonce="{escape(nonce)}">{_STYLE}</style></head>'
        f"<body>{body}</body></html>"
    )


def _with_pictures(html: str, attached: list[Attached]) -> str:
    """Each `cid:` address replaced by its picture; what is no picture, or one too many, loses its address."""
    by_id = {unquote(each.content_id): each.content for each in attached if each.content_id}
    room = PICTURES_MOST

    def placed(found: re.Match[str]) -> str:
        nonlocal room
        content = by_id.get(unquote(unescape(found[2])), b"")
        kind = picture_type(content)
        if not kind or len(content) > room:
            return found[1]
        room -= len(content)
        return f'{found[1]}src="data:{kind};base64,{b64encode(content).decode("ascii")}"'

    return _SHOWN.sub(placed, html) if "cid:" in html else html
