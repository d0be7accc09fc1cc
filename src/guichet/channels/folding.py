"""A request that came by mail: what its writer says now, and folded below it the signature and what came before."""

from __future__ import annotations

from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from guichet.channels.mail.reply import forwarded, separate
from guichet.lib.text import plain_html
from guichet.tickets.models import Channel, Ticket


# A page is looked at often, and somebody may write what takes long to take apart.
@lru_cache(maxsize=200)
def folded(text: str, *, subject: str = "") -> tuple[str, str]:
    """What is new in a message, and the rest, in its order. What is passed on is what the message is about: no rest."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    whole = "\n".join(lines).strip("\n")
    new = separate(text).new
    if not new.strip() or not whole.startswith(new) or forwarded(text, subject=subject) is not None:
        return whole, ""
    return new, whole[len(new) :].strip("\n")


def description_html(ticket: Ticket) -> SafeString:
    """What the ticket's page begins with. Nothing is left out of it."""
    new, rest = folded(ticket.description, subject=ticket.title) if ticket.channel == Channel.MAIL else ("", "")
    if not rest:
        return mark_safe(ticket.description_html)  # noqa: S308 (made safe there)
    return format_html(
        '{}<details class="why"><summary>{}</summary><div>{}</div></details>',
        mark_safe(plain_html(new)),  # noqa: S308 (made safe there)
        _("Signature and earlier messages"),
        mark_safe(plain_html(rest)),  # noqa: S308
    )
