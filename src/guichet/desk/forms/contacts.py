"""What one decides about a message in quarantine."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from guichet.lib import references
from guichet.people.models import Person
from guichet.tickets.models import Ticket


class AttachForm(forms.Form):
    reference = forms.CharField(label=_("Ticket’s reference"), max_length=40)

    def ticket_for(self, person: Person) -> Ticket | None:
        """The ticket that the person treats; an error at the field where there is none."""
        reference = references.parse(self.cleaned_data["reference"])
        found = Ticket.objects.at_desk_of(person).filter(reference=reference).select_related("desk").first()
        if found is None:
            self.add_error("reference", _("None of your tickets has this reference."))
        return found


class DiscardForm(forms.Form):
    reason = forms.CharField(label=_("Why it is nothing for us"), max_length=400)
