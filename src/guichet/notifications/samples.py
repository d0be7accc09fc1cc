"""How a desk's mails look: one about a made-up ticket, with the words and the colour that a mailbox has."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from guichet.channels.models import Mailbox
from guichet.lib import moments
from guichet.lib.text import to_html
from guichet.notifications import letters, wording

_REFERENCE = "G-7K4M2"


def sample(box: Mailbox, *, language: str, now: datetime) -> tuple[str, str]:
    """The text form and the HTML form of a mail that says that a made-up ticket is solved."""
    desk = box.organisation
    with translation.override(language):
        title = _("The printer on the 2nd floor no longer answers")
        said = _("The cable was loose: I put it back and printed a page.")
        due = moments.spoken(at=now + timedelta(days=2), zone=timezone.get_current_timezone(), language=language)
        values = {
            "requester": "Maëlle Tremblay", "first_name": "Maëlle", "reference": _REFERENCE, "title": title,
            "organisation": desk.name, "desk": desk.name,
        }  # fmt: skip
        context = {
            "language": language,
            "ticket": {"reference": _REFERENCE},
            "title": title,
            "name": values["requester"],
            "above": wording.above(box, language=language, values=values),
            "below": wording.below(box, language=language, values=values),
            "reader": {"at_desk": False, "url": settings.BASE_URL + reverse("portal:ticket", args=[_REFERENCE])},
            "pieces": [
                {
                    "sentence": _("%(actor)s says that it is solved.") % {"actor": "Félix Roy"},
                    "said": {"body": said, "html": to_html(said)},
                }
            ],
            "preview": said,
            "check": True,
            "due": due,
            "next": "",
            "live": True,
            "desk": desk,
        }
        return letters.written(context, accent=box.accent)
