"""What came in from outside: the ledger, and the quarantine as a work list."""

from __future__ import annotations

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from guichet.channels import as_sent, ledger, quarantine, reasons, reconciling
from guichet.channels.models import Contact, Outcome, Reconciliation
from guichet.desk import contact_message
from guichet.desk.forms.contacts import AttachForm, DiscardForm
from guichet.desk.shell import TreatingView
from guichet.lib.errors import Refused
from guichet.lib.paging import page as keyset_page
from guichet.tickets.models import Ticket
from guichet.ui.toasts import toast

_SIZE = 50
# Nothing that a list shows.
_HEAVY = ("raw", "text")
_TABS = {
    Outcome.QUARANTINE: gettext_lazy("Quarantine"), Outcome.WAITING: gettext_lazy("To be read"),
    Outcome.TICKET: gettext_lazy("Tickets"), Outcome.REPLY: gettext_lazy("Replies"),
    Outcome.AUTOMATIC: gettext_lazy("Automatic"), Outcome.DUPLICATE: gettext_lazy("Copies"),
    Outcome.DISCARDED: pgettext_lazy("several messages", "Discarded"),
}  # fmt: skip


class ContactsView(TreatingView):
    """Whoever treats a desk's tickets works through what reached it."""

    current = "contacts"


class Contacts(ContactsView):
    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = request.GET.get("outcome", Outcome.QUARANTINE)
        outcome = wanted if wanted in Outcome.values else Outcome.QUARANTINE
        contacts = Contact.objects.visible_to(self.person).filter(outcome=outcome)
        found = keyset_page(
            contacts.select_related("ticket", "mailbox", "decided_by").defer(*_HEAVY),
            order=("-received_at", "-id"),
            cursor=request.GET.get("cursor", ""),
            size=_SIZE,
        )
        here = f"{reverse('desk:contacts')}?outcome={outcome}"
        context: dict[str, Any] = {
            "contacts": found.items,
            "more_url": f"{here}&cursor={found.next_cursor}" if found.next_cursor else "",
        }
        if self.is_htmx and "cursor" in request.GET:
            return self.fragment("desk/contacts/rows.html", context)
        sum_of_all = ledger.account(now=self.now, among=Contact.objects.visible_to(self.person))
        tabs = [
            {
                "label": label,
                "url": f"{reverse('desk:contacts')}?outcome={value}",
                "current": value == outcome,
                "count": sum_of_all.became[value],
            }
            for value, label in _TABS.items()
        ]
        compared = reconciling.standing(Reconciliation.objects.visible_to(self.person))
        context |= {"account_of_all": sum_of_all, "tabs": tabs, "outcome": outcome, "compared": compared}
        return self.page("desk/contacts/list.html", context)


class ContactView(ContactsView):
    """One contact; what is done to it is a resource under it."""

    contact: Contact

    def prepare(self, **kwargs: Any) -> None:
        super().prepare()
        visible = Contact.objects.visible_to(self.person).defer("raw")
        self.contact = get_object_or_404(
            visible.select_related("ticket", "mentions", "mailbox__organisation", "decided_by"),
            pk=kwargs["contact"],
        )

    def show(self, *, status: int = 200, **forms: Any) -> HttpResponse:
        seen = Ticket.objects.at_desk_of(self.person)
        about = [t for t in (self.contact.ticket, self.contact.mentions) if t is not None]
        visible = set(seen.filter(pk__in=[t.pk for t in about]).values_list("pk", flat=True))
        mentions = self.contact.mentions if self.contact.mentions_id in visible else None
        context = {
            "contact": self.contact,
            "in_quarantine": self.contact.outcome == Outcome.QUARANTINE,
            "decidable": self.contact.outcome in quarantine.DECIDABLE,
            "unread": self.contact.outcome == Outcome.QUARANTINE and self.contact.reason == reasons.TROUBLE,
            "ticket_of": self.contact.ticket if self.contact.ticket_id in visible else None,
            "mentioned": mentions,
            "attach_form": AttachForm(initial={"reference": mentions.reference if mentions else ""}),
            "discard_form": DiscardForm(),
            "error": "",
            **contact_message.shown(self.contact, wanted=self.request.GET.get("as", "")),
            **forms,
        }
        return self.page("desk/contacts/contact.html", context, status=status)

    def done(self, text: str) -> HttpResponseBase:
        undo = reverse("desk:contact_undo", args=[self.contact.pk])
        toast(self.request, text, undo_url=undo)
        return redirect("desk:contacts")


@method_decorator(csp_update({"frame-src": [SELF]}), name="dispatch")
class ContactPage(ContactView):
    def get(self, request: HttpRequest, contact: int) -> HttpResponse:
        return self.show()


class Raw(ContactView):
    """The message as it came."""

    def get(self, request: HttpRequest, contact: int) -> HttpResponse:
        return as_sent.saved(self.contact)


class Accept(ContactView):
    def post(self, request: HttpRequest, contact: int) -> HttpResponseBase:
        try:
            ticket = quarantine.accept(self.contact, actor=self.person, now=self.now)
        except Refused as refusal:
            return self.show(status=refusal.status, error=refusal.message)
        return self.done(_("It is ticket %(reference)s now.") % {"reference": ticket.reference})


class Attach(ContactView):
    def post(self, request: HttpRequest, contact: int) -> HttpResponseBase:
        form = AttachForm(request.POST)
        ticket = form.ticket_for(self.person) if form.is_valid() else None
        if ticket is None:
            return self.show(status=422, attach_form=form)
        try:
            quarantine.attach(self.contact, ticket=ticket, actor=self.person, now=self.now)
        except Refused as refusal:
            return self.show(status=refusal.status, attach_form=form, error=refusal.message)
        return self.done(_("It is on ticket %(reference)s now.") % {"reference": ticket.reference})


class Discard(ContactView):
    def post(self, request: HttpRequest, contact: int) -> HttpResponseBase:
        form = DiscardForm(request.POST)
        if not form.is_valid():
            return self.show(status=422, discard_form=form)
        try:
            quarantine.discard(self.contact, reason=form.cleaned_data["reason"], actor=self.person, now=self.now)
        except Refused as refusal:
            return self.show(status=refusal.status, discard_form=form, error=refusal.message)
        return self.done(_("Discarded. It stays in the ledger."))


class ReadAgain(ContactView):
    def post(self, request: HttpRequest, contact: int) -> HttpResponseBase:
        try:
            quarantine.read_again(self.contact, actor=self.person, now=self.now)
        except Refused as refusal:
            return self.show(status=refusal.status, error=refusal.message)
        toast(request, _("It is being read again. Look again in a moment."), "info")
        return redirect("desk:contact", contact=self.contact.pk)


class Undo(ContactView):
    def post(self, request: HttpRequest, contact: int) -> HttpResponseBase:
        try:
            stirred = quarantine.undo(self.contact, actor=self.person, now=self.now)
        except Refused as refusal:
            return self.show(status=refusal.status, error=refusal.message)
        if stirred is None:
            toast(request, _("It is back where it was."))
            return redirect("desk:contact", contact=self.contact.pk)
        said = _("It is back where it was. Its reply had set this ticket going again: see whether that should stay so.")
        toast(request, said, "info")
        return redirect("desk:ticket", reference=stirred.reference)
