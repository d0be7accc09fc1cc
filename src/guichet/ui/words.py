"""Words that scripts and steps need, translated on the server."""

from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _


def portal_steps() -> list[str]:
    return [_("Received"), _("Taken on"), _("Being solved"), _("For you to check"), _("Closed")]


def script_words() -> SafeString:
    """A JSON block that the scripts read: they hold no text of their own."""
    return json_script(
        {
            "undo": _("Undo"),
            "close": _("Close"),
            "remove": _("Remove"),
            "draftSaved": _("Draft saved"),
            "draftRestored": _("Your draft was restored."),
            "discard": _("Discard it"),
            "tooLarge": _("Too large: {limit} at most"),
            "dropHere": _("Drop the files here"),
            "screenshot": _("screenshot"),
            "liveOn": _("Live"),
            "liveLost": _("Reconnecting…"),
            "noResult": _("Nothing matches. Try a reference, a name or a verb."),
            "onThisPage": _("On this page"),
            "found": _("Found"),
            "offline": _("The server did not answer. What you typed is kept; try again in a moment."),
            "refused": _("This was refused. What you typed is kept."),
            "selected": _("{count} selected"),
        },
        "ui-words",
    )
