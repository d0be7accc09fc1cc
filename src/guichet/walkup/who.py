"""Who stands there: somebody the desk knows, somebody it meets, or nobody in particular.

What is claimed at a kiosk is not proven: it opens a ticket in that person's name, and lets nobody in anywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Refused
from guichet.lib.text import one_line
from guichet.people import badges
from guichet.people.known import now_known
from guichet.people.models import Organisation, Person
from guichet.walkup.models import Appointment, Venue
from guichet.walkup.policies import desk_of

_NAME_LIMIT = 120
_EMAIL_LIMIT = 254
_BADGE_LIMIT = 400
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"=]+@[^\s<>()\[\],;:\"=]+\.[^\s<>()\[\],;:\"=]+")


@dataclass(frozen=True, kw_only=True)
class Who:
    """What somebody says of themselves. All empty: they stay without a name."""

    person: Person | None = None
    name: str = ""
    email: str = ""
    badge: str = ""

    @property
    def how(self) -> str:
        """What they are known by; kept with the check-in, since nothing but `known` was proven."""
        if self.person is not None:
            return "known"
        for way in ("badge", "email", "name"):
            if getattr(self, way).strip():
                return way
        return "anonymous"


def find_person(*, venue: Venue, badge: str = "", email: str = "") -> Person | None:
    """Whose badge or address it is, among the desk's own people and its clients'.

    A badge's number goes before an address that stands on it. For the product alone: a kiosk must say the same
    whether somebody was found or not.
    """
    number = badges.number_of(badge[:_BADGE_LIMIT])
    if number and len(number) <= badges.LIMIT:
        found = _first(_BY_BADGE, number, venue=venue)
        if found is not None:
            return found
    address = (email or _address_on(badge)).strip().lower()
    if not address or len(address) > _EMAIL_LIMIT:
        return None
    return _first(_BY_ADDRESS, address, venue=venue)


def _first(asked: str, said: str, *, venue: Venue) -> Person | None:
    desk = desk_of(venue)
    for person in Person.objects.raw(asked + _AMONG, [said, desk.pk, desk.pk, venue.organisation_id]):
        return person
    return None


# As the indexes have it: iexact would compare capitals, and read everybody. The venue's own people first.
_FROM = """
SELECT person.* FROM people_person AS person
JOIN people_organisation AS home ON home.id = person.organisation_id
LEFT JOIN people_account AS account ON account.person_id = person.id
"""
_BY_BADGE = _FROM + "WHERE person.badge = %s AND person.badge <> ''"
_BY_ADDRESS = _FROM + "WHERE lower(person.email) = %s"
_AMONG = " AND (home.id = %s OR home.served_by_id = %s) ORDER BY home.id <> %s, account.id, person.id"


def _address_on(badge: str) -> str:
    """The address that a code holds, alone, as a link or on a visiting card; "" where there is none."""
    found = _ADDRESS.search(one_line(badge)[:_BADGE_LIMIT].removeprefix("mailto:"))
    return found.group() if found else ""


def person_for(who: Who, *, venue: Venue, language: str) -> Person | None:
    """The person's record, made where nobody knew them yet; None: without a name. Called with the venue locked."""
    if who.person is not None:
        return who.person
    email = who.email.strip().lower()
    if email:
        _need_address(email)
    known = find_person(venue=venue, badge=who.badge, email=email)
    if known is not None:
        return known
    email = email or _address_on(who.badge).lower()
    name = one_line(who.name)[:_NAME_LIMIT]
    if not (name or email):
        return None
    about = {
        "name": name or email.partition("@")[0][:_NAME_LIMIT],
        "language": "en" if language.startswith("en") else "fr",
        "unconfirmed": True,
    }
    if not email:
        person = Person.objects.create(organisation=venue.organisation, **about)
    else:
        # Somebody else may have met them this very moment.
        person, _made = Person.objects.get_or_create(organisation=venue.organisation, email=email, defaults=about)
    now_known([person])
    return person


def _need_address(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise Refused(_("This is no e-mail address."), code="bad_email", field="email") from error
    if len(email) > _EMAIL_LIMIT:
        raise Refused(_("This text is too long."), code="too_long", field="email")


def nobody(venue: Venue) -> Person:
    """Who asks when nobody gave a name: one record for each name of a venue. Called with the venue locked."""
    home = venue.organisation
    with override(home.language):
        name = gettext("No name, %(venue)s") % {"venue": venue.name}
    same = {"organisation": home, "name": name[:_NAME_LIMIT], "email": ""}
    return Person.objects.filter(**same).order_by("pk").first() or Person.objects.create(**same, language=home.language)


def home_of(person: Person, *, venue: Venue) -> Organisation:
    """The organisation whose ticket it is: their own where this desk serves it."""
    desk = desk_of(venue)
    return person.organisation if person.organisation.desk == desk else desk


def of_appointment(appointment: Appointment | None, who: Who) -> Who:
    """Whoever comes with an appointment is the person who has it."""
    return Who(person=appointment.person) if appointment is not None else who
