"""Why a contact is in quarantine, or what an automatic one is, in words for those who work through them."""

from django.utils.translation import gettext_lazy as _

UNREADABLE = "unreadable"
TROUBLE = "trouble"
UNPROVEN = "unproven"
STRANGER = "stranger"
LIST = "list"
FLOOD = "flood"
NOBODY = "nobody"
CLOSED_DOOR = "closed_door"
WITHDRAWN = "withdrawn"
# What an automatic message is, by its kind.
BOUNCE = "bounce"
AUTO_REPLY = "auto_reply"
COMPLAINT = "complaint"
LOOP = "loop"
CALENDAR = "calendar"
AUTOMATIC = frozenset({BOUNCE, AUTO_REPLY, COMPLAINT, LOOP, CALENDAR})

REASONS = {
    UNREADABLE: _("Nothing in it can be read."),
    TROUBLE: _("Reading it failed several times."),
    UNPROVEN: _("It comes from an agent’s address, but doesn’t prove that the agent wrote it."),
    STRANGER: _("Nobody here has this address."),
    LIST: _("It was sent to a mailing list, not to you."),
    FLOOD: _("The same address sent too many messages within an hour."),
    NOBODY: _("It doesn’t say who sent it."),
    CLOSED_DOOR: _("No mailbox is set up for the address it was sent to."),
    WITHDRAWN: _("Somebody undid what had become of it."),
    BOUNCE: _("A mail server says that a message could not be delivered, or is late."),
    AUTO_REPLY: _("A program answered, or wrote by itself."),
    COMPLAINT: _("A mail provider passes on that somebody marked a message of ours as unwanted."),
    LOOP: _("It is a message of our own that came back."),
    CALENDAR: _("A calendar program answered an invitation; nobody wrote it by hand."),
}
