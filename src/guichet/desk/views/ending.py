"""How a ticket ends and begins again: a verified solution, the requester's say, or a stated reason."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk import guiding, wording
from guichet.desk.forms import path as forms
from guichet.desk.forms.base import VerbForm
from guichet.desk.views.base import TicketVerb
from guichet.tickets import actions
from guichet.tickets.models import AttemptResult


class Resolution(TicketVerb):
    verb = "resolve"
    title = gettext_lazy("Resolve the ticket")
    button = gettext_lazy("Resolve")
    icon = "circle-check"
    form_class = forms.ResolveForm
    body = "desk/forms/resolution.html"

    def initial(self) -> dict[str, Any]:
        run = guiding.asked_for(self.person, self.request.GET.get("run"))
        begun = guiding.resolution_begun(run) if run is not None else {}
        return {"body": wording.resolved_text(self.ticket, agent=self.person), **begun}

    def act(self, form: VerbForm) -> str:
        assert isinstance(form, forms.ResolveForm)
        cleaned = form.cleaned_data
        reason = cleaned["unsolved_reason"] if cleaned["how"] == form.NONE else ""
        by = self.by(form)
        # An attempt written down here and the resolution it stands for are one thing: both or neither.
        with transaction.atomic():
            solution = form.chosen
            if cleaned["how"] == form.NEW:
                solution = actions.attempt(
                    self.ticket,
                    kind=cleaned["kind"],
                    text=cleaned["text"],
                    applied_on=cleaned["applied_on"],
                    test=cleaned["test"],
                    result=AttemptResult.WORKED,
                    **by,
                )
                by["expect"] = None
            actions.resolve(self.ticket, solution=solution, unsolved_reason=reason, body=cleaned["body"], **by)
        return _("Resolved. %(name)s is asked whether it works.") % {"name": self.ticket.requester.name}


class Confirmation(TicketVerb):
    verb = "confirm"
    title = gettext_lazy("The requester says that it works")
    button = gettext_lazy("Confirm in their name")
    icon = "circle-check"
    done = gettext_lazy("Confirmed in the requester’s name; the ticket is closed.")
    body = "desk/forms/confirmation.html"

    def act(self, form: VerbForm) -> None:
        actions.confirm(self.ticket, **self.by(form))


class Refusal(TicketVerb):
    verb = "refuse"
    title = gettext_lazy("The requester says that it doesn’t work")
    button = gettext_lazy("Go on with the work")
    icon = "circle-x"
    done = gettext_lazy("The work goes on.")
    form_class = forms.RefusalForm

    def act(self, form: VerbForm) -> None:
        actions.refuse(self.ticket, body=form.cleaned_data["body"], **self.by(form))


class Closure(TicketVerb):
    verb = "close"
    title = gettext_lazy("Close without the requester’s answer")
    button = gettext_lazy("Close")
    icon = "lock"
    done = gettext_lazy("Closed.")
    body = "desk/forms/closure.html"

    def act(self, form: VerbForm) -> None:
        actions.close(self.ticket, actor=self.person, now=self.now)


class Cancellation(TicketVerb):
    verb = "cancel"
    title = gettext_lazy("Cancel the ticket")
    button = gettext_lazy("Cancel the ticket")
    icon = "ban"
    variant = "danger"
    done = gettext_lazy("Cancelled.")
    form_class = forms.CancelForm

    def act(self, form: VerbForm) -> None:
        actions.cancel(self.ticket, reason=form.cleaned_data["reason"], **self.by(form))


class Reopening(TicketVerb):
    verb = "reopen"
    title = gettext_lazy("Reopen")
    button = gettext_lazy("Reopen")
    icon = "rotate-ccw"
    done = gettext_lazy("Open again; the history is kept.")
    form_class = forms.ReopenForm

    def act(self, form: VerbForm) -> None:
        actions.reopen(self.ticket, body=form.cleaned_data["body"], **self.by(form))
