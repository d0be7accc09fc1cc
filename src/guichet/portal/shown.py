"""A ticket as its requester sees it: five steps, the next step in plain words, what they may do."""

from __future__ import annotations

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from guichet.people.models import Person
from guichet.tickets import lifecycle, policies
from guichet.tickets.models import PromiseKind, Ticket

_MARKS = {lifecycle.ON_HOLD: "hold"}


class Row:
    """One ticket for `person`."""

    def __init__(self, ticket: Ticket, *, person: Person) -> None:
        self.ticket = ticket
        self.person = person

    @property
    def url(self) -> str:
        return reverse("portal:ticket", args=[self.ticket.reference])

    @property
    def mark(self) -> str:
        """The state's name among the interface's marks."""
        return _MARKS.get(self.ticket.state, self.ticket.state)

    @property
    def step(self) -> int:
        """Which of the five steps: received, taken on, being solved, to be checked by you, closed."""
        state = self.ticket.state
        if state == lifecycle.NEW:
            return 1
        if state in lifecycle.UNSOLVED:
            return 3 if self.ticket.answered_at else 2
        return 4 if state == lifecycle.RESOLVED else 5

    @property
    def what(self) -> str:
        """The next step. What is said to the requester as "you" is told otherwise to whoever else reads it."""
        if not self.has_say and not self.ticket.promise_text:
            if self.ticket.promise_kind == PromiseKind.CONFIRM:
                return _("The requester checks whether it works")
            if self.ticket.promise_kind == PromiseKind.REQUESTER:
                return _("The requester answers our question")
        return self.ticket.promise

    @property
    def who(self) -> str:
        owner = self.ticket.promise_owner
        if self.waits_for_you or (owner is not None and owner.pk == self.person.pk):
            return _("you")
        return self.ticket.promise_who

    @property
    def waits_for_you(self) -> bool:
        """The next step is the requester's, and the reader has the say."""
        theirs = self.ticket.promise_kind in {PromiseKind.CONFIRM, PromiseKind.REQUESTER}
        return theirs and self.has_say

    @cached_property
    def has_say(self) -> bool:
        return policies.is_requester(self.person, self.ticket)

    @property
    def is_mine(self) -> bool:
        return self.ticket.requester_id == self.person.pk

    def may(self, verb: str) -> bool:
        """Whether the reader may do this now: the state and the person both allow it."""
        if not self.ticket.may(verb):
            return False
        allowed = {"rate": policies.can_rate, "reply": policies.can_reply}.get(verb, policies.is_requester)
        return allowed(self.person, self.ticket)
