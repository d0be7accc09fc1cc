"""What a contact's page shows of its message: as text or as it was sent, and the files that came with it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from guichet.channels import as_sent
from guichet.channels.models import Contact
from guichet.tickets.files import safe_name


def shown(contact: Contact, *, wanted: str) -> dict[str, Any]:
    """The context of `desk/contacts/message.html`. "sent" is `wanted` in vain where it was sent as text only."""
    mail = as_sent.mail_of(contact)
    if mail is None:
        return {}
    sent = mail.html != "" and wanted == "sent"
    here = reverse("desk:contact", args=[contact.pk])
    views = [
        {"label": _("As text"), "url": here, "current": not sent},
        {"label": _("As it was sent"), "url": f"{here}?as=sent", "current": sent},
    ]
    return {
        "views": views if mail.html else [],
        "as_sent": sent,
        "sandbox": as_sent.SANDBOX,
        "remote": as_sent.holds_remote_pictures(mail),
        "files": [
            {
                "name": safe_name(file.name),
                "size": len(file.content),
                "url": reverse("desk:contact_part", args=[contact.pk, number]),
            }
            for number, file in enumerate(mail.attachments, start=1)
        ],
    }
