"""The rows of the hub."""

from guichet.tickets.models.conversation import Attachment, Draft, Message, MessageKind, Presence, Watcher
from guichet.tickets.models.path import (
    Attempt,
    AttemptKind,
    AttemptResult,
    HandOver,
    HandOverReason,
    Hold,
    HoldReason,
    Hypothesis,
    HypothesisState,
    Satisfaction,
)
from guichet.tickets.models.policy import Macro, ResponsePolicy, SeverityMatrix, Tag
from guichet.tickets.models.ticket import (
    Channel,
    Impact,
    Priority,
    PromiseKind,
    Severity,
    State,
    Ticket,
    Unsolved,
    Urgency,
)

__all__ = [
    "Attachment",
    "Attempt",
    "AttemptKind",
    "AttemptResult",
    "Channel",
    "Draft",
    "HandOver",
    "HandOverReason",
    "Hold",
    "HoldReason",
    "Hypothesis",
    "HypothesisState",
    "Impact",
    "Macro",
    "Message",
    "MessageKind",
    "Presence",
    "Priority",
    "PromiseKind",
    "ResponsePolicy",
    "Satisfaction",
    "Severity",
    "SeverityMatrix",
    "State",
    "Tag",
    "Ticket",
    "Unsolved",
    "Urgency",
    "Watcher",
]
