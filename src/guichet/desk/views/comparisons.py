"""What the daily comparison of mailboxes, ledger and tickets found, and what can be done about it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from procrastinate.exceptions import AlreadyEnqueued

from guichet.channels import jobs, reconciling
from guichet.channels.models import Reconciliation
from guichet.desk.views.contacts import ContactsView
from guichet.tickets.models import Ticket
from guichet.ui.toasts import toast

# The kinds of `reconciling.Missing`: an icon and what is the matter.
_KINDS = {
    "late": ("hourglass", gettext_lazy("It is on the server, and was not fetched.")),
    "passed": ("mail-x", gettext_lazy("On the server it counts as done, and it isn’t here.")),
    "moved": ("folder-x", gettext_lazy("On the server it is among what is done, and it isn’t here.")),
    "unread": ("hourglass", gettext_lazy("It is here and waits to be read for too long.")),
    "no_ticket": ("ticket-x", gettext_lazy("Its ticket doesn’t say that it was made from it.")),
    "no_reply": ("message-circle-x", gettext_lazy("Its ticket doesn’t have the reply that it became.")),
    "no_contact": ("file-question-mark", gettext_lazy("The ticket was made from a message that isn’t in the ledger.")),
}


class Comparisons(ContactsView):
    """The last comparison of each mailbox and of the ledger. POST: compare now."""

    def get(self, request: HttpRequest) -> HttpResponse:
        compared = reconciling.standing(Reconciliation.objects.visible_to(self.person))
        rows = compared.rows if compared else []
        named = {one["reference"] for row in rows for one in row.details if one["reference"]}
        seen = set(
            Ticket.objects.at_desk_of(self.person).filter(reference__in=named).values_list("reference", flat=True)
        )
        parts = [{"row": row, "missing": [_shown(one, seen) for one in row.details]} for row in rows]
        return self.page("desk/contacts/comparisons.html", {"compared": compared, "parts": parts})

    def post(self, request: HttpRequest) -> HttpResponseBase:
        try:
            with transaction.atomic():
                jobs.reconcile.defer(timestamp=int(self.now.timestamp()))
        except AlreadyEnqueued:
            pass  # Somebody else asked a moment ago.
        toast(request, _("They are being compared. Look again in a moment."), "info")
        return redirect("desk:comparisons")


class FetchAgain(ContactsView):
    """What is missing in a mailbox comes in like any other message."""

    def post(self, request: HttpRequest, number: int) -> HttpResponseBase:
        visible = Reconciliation.objects.visible_to(self.person).filter(mailbox__isnull=False)
        row = get_object_or_404(visible.select_related("mailbox"), pk=number)
        assert row.mailbox_id is not None
        jobs.fetch_again.defer(mailbox=row.mailbox_id)
        toast(request, _("They are being fetched. Look again in a moment."), "info")
        return redirect("desk:comparisons")


def _shown(one: dict[str, Any], seen: set[str]) -> dict[str, Any]:
    icon, why = _KINDS.get(one["kind"], ("circle-alert", ""))
    at = parse_datetime(one["at"])
    visible = not one["reference"] or one["reference"] in seen
    return {**one, "icon": icon, "why": why, "at": at, "subject": one["subject"] if visible else "", "visible": visible}
