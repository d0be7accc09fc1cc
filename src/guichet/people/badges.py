"""Badge numbers: one way of writing each, so that what a scanner reads and what was entered can be compared."""

from __future__ import annotations

import re

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Refused
from guichet.lib.text import one_line
from guichet.people.managing import within
from guichet.people.models import Organisation, Person

LIMIT = 80
# A kiosk takes no shorter line for a scan, and one or two digits would be somebody's at the first guess.
_SHORTEST = 4
# What is printed between the groups of a number: spaces, hyphens, dashes, the minus sign.
_BETWEEN = re.compile(r"[\s\u00ad\-\u2010-\u2015\u2212]+")


def number_of(text: str) -> str:
    """`text` as badge numbers are kept: without spaces and dashes, in one case. "" where nothing is left of it."""
    return _BETWEEN.sub("", one_line(text)).casefold()


def entered(text: str, *, person: Person, desk: Organisation) -> str:
    """The number that a manager gives to `person`; refused where somebody else within the desk's reach has it.

    Called in the transaction that saves them: the desk stays locked until its end.
    """
    if not one_line(text):
        return ""
    number = within(number_of(text), field="badge", limit=LIMIT)
    if len(number) < _SHORTEST:
        raise Refused(
            _("A badge number has at least %(count)d letters and digits.") % {"count": _SHORTEST},
            code="too_short",
            field="badge",
        )
    # Two managers who give one number to two people at once: the second must see the first's. The database itself
    # knows of two in one organisation only.
    Organisation.objects.select_for_update(no_key=True).get(pk=desk.pk)
    reach = Q(organisation=desk) | Q(organisation__served_by=desk)
    other = Person.objects.select_related("organisation").filter(reach, badge=number).exclude(pk=person.pk).first()
    if other is not None:
        raise Refused(
            _("%(name)s (%(organisation)s) already has this badge number.")
            % {"name": other.name, "organisation": other.organisation.name},
            code="taken",
            field="badge",
        )
    return number
