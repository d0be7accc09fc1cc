"""Which people and organisations a person may see, and the rows that a request may name."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Forbidden, Refused
from guichet.people.models import Organisation, Person
from guichet.tickets import policies

M = TypeVar("M", bound=Model)


def organisations(person: Person) -> QuerySet[Organisation]:
    """One's own and the one that serves it; those whom one treats; as a contact, those one speaks for."""
    grants = person.grants
    desks = grants.treats_in | grants.provider_in
    mine = {person.organisation_id, person.organisation.desk.pk} | grants.contact_in
    return Organisation.objects.filter(Q(pk__in=mine | desks) | Q(served_by__in=grants.treats_in))


def people(person: Person) -> QuerySet[Person]:
    """Oneself; at a desk, everybody of it and of those it serves; as a contact, one's organisation."""
    grants = person.grants
    reach = Q(pk=person.pk) | Q(organisation__in=grants.treats_in | grants.contact_in)
    if grants.treats_in:
        reach |= Q(organisation__served_by__in=grants.treats_in)
    return Person.objects.filter(reach)


def desks(person: Person) -> set[int]:
    """The organisations whose teams, levels and catalogue concern this person."""
    grants = person.grants
    return {person.organisation.desk.pk} | set(grants.treats_in) | set(grants.provider_in)


def named_in_body(queryset: QuerySet[M], pk: int | None, *, field: str) -> M | None:
    """The row that a body names; refused at its field where it can't be seen. None stays None."""
    if pk is None:
        return None
    found = queryset.filter(pk=pk).first()
    if found is None:
        raise Refused(_("There is no such thing, or you may not see it."), code="unknown", field=field)
    return found


def in_path(queryset: QuerySet[M], pk: int) -> M:
    found = queryset.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def need_manager(person: Person, *, organisation_id: int) -> None:
    """For what only those may do or see who manage this organisation's desk."""
    if not policies.can_configure(person, organisation_id=organisation_id):
        raise Forbidden(_("Only a manager of this service desk may do this."), code="not_manager")


def colleagues(person: Person) -> QuerySet[Person]:
    """Those who may treat tickets beside this person: everybody with a role or a team at the same desks."""
    at = desks(person)
    return Person.objects.filter(Q(roles__organisation__in=at) | Q(memberships__team__organisation__in=at)).distinct()


def organisation(person: Person, pk: int) -> Organisation:
    """The organisation of a path, where the person may see it."""
    return in_path(organisations(person).select_related("served_by", "scheme"), pk)


def need_at_desk(person: Person, desk: Organisation) -> None:
    """For what those who treat tickets may see, and requesters not."""
    if desk.pk not in person.grants.treats_in | person.grants.provider_in:
        raise Forbidden(_("Only those who work at this service desk may see this."), code="not_desk")
