"""Whoever is on the telephone or at the counter: found by name, e-mail or number, or written down."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from guichet.desk.lists import served
from guichet.lib.errors import Refused
from guichet.lib.text import fold, one_line
from guichet.people.known import now_known
from guichet.people.models import Organisation, Person

_FROM, _TO = "àâäáãçéèêëíîïìñóôöòõúùûüýÿ", "aaaaaceeeeiiiinooooouuuuyy"
_SHOWN = 8
_DIGITS = 4


def people_served(person: Person) -> QuerySet[Person]:
    """Everybody for whom the person may open a ticket."""
    return Person.objects.filter(organisation__in=served(person)).select_related("organisation", "site")


def search(person: Person, text: str) -> list[Person]:
    """People whose name or address holds every word of `text`, accents and case aside, or whose number ends so."""
    words = fold(one_line(text)).split()[:6]
    if not words:
        return []
    found = people_served(person).annotate(
        folded=Func(Lower(F("name")), Value(_FROM), Value(_TO), function="translate"),
        digits=Func(F("phone"), Value(r"\D"), Value(""), Value("g"), function="regexp_replace"),
    )
    digits = "".join(c for c in text if c.isascii() and c.isdigit())
    wanted = Q()
    for word in words:
        wanted &= Q(folded__contains=word) | Q(email__icontains=word)
    if len(digits) >= _DIGITS:
        wanted |= Q(digits__endswith=digits[-10:])
    return list(found.filter(wanted).order_by("name")[:_SHOWN])


def write_down(*, actor: Person, organisation: Organisation, name: str, email: str = "", phone: str = "") -> Person:
    """A person whom nobody knew yet, without an account."""
    if not served(actor).filter(pk=organisation.pk).exists():
        raise Refused(_("This desk doesn’t serve that organisation."), code="foreign", field="organisation")
    try:
        with transaction.atomic():
            person = Person.objects.create(
                organisation=organisation,
                name=one_line(name)[:120],
                email=email.strip().lower(),
                phone=one_line(phone)[:40],
                language=organisation.language,
            )
            now_known([person])
    except IntegrityError as error:
        raise Refused(
            _("Somebody of this organisation already has this e-mail address. Search for it."),
            code="known",
            field="email",
        ) from error
    return person
