"""Roles and teams as sets; accounts found whatever the case; what the rows themselves refuse."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from guichet.people.models import TREATING, Account, Membership, Person, Role, RoleKind, Team
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", RoleKind.values)
def test_what_each_role_gives(kind: str) -> None:
    desk = builders.desk()
    someone = builders.agent(desk, role=kind)
    here, grants = desk.organisation.pk, someone.grants
    assert (here in grants.treats_in) == (kind in TREATING)
    assert (here in grants.manages_in) == (kind == "manager")
    assert (here in grants.contact_in) == (kind == "contact")
    assert (here in grants.provider_in) == (kind == "provider")
    assert grants.at_desk == (kind in TREATING or kind == "provider")
    assert grants.teams == {desk.front.pk}


def test_roles_add_up_and_stay_in_their_organisation() -> None:
    one, two = builders.desk(), builders.desk()
    someone = builders.agent(one)
    Role.objects.create(person=someone, organisation=two.organisation, kind=RoleKind.CONTACT)
    Role.objects.create(person=someone, organisation=one.organisation, kind=RoleKind.MANAGER)
    grants = Person.objects.get(pk=someone.pk).grants
    assert grants.treats_in == grants.manages_in == {one.organisation.pk}
    assert grants.contact_in == {two.organisation.pk}


def test_a_membership_without_a_role_gives_nothing() -> None:
    desk = builders.desk()
    someone = builders.person(desk.organisation)
    Membership.objects.create(person=someone, team=desk.front)
    assert not someone.grants.teams and not someone.grants.at_desk


def test_grants_are_read_once(django_assert_num_queries: Any) -> None:
    someone = builders.agent(builders.desk())
    with django_assert_num_queries(1):
        for _ in range(3):
            assert someone.grants.at_desk
    nobody = builders.person(builders.organisation())
    with django_assert_num_queries(1):
        assert not nobody.grants.at_desk


def test_an_account_is_found_whatever_the_case() -> None:
    someone = builders.person(builders.organisation(), account=False)
    account = Account.objects.create_user(email="Amelie.B@Essai.EXAMPLE", password=None, person=someone)
    assert account.email == "amelie.b@essai.example"
    assert Account.objects.get_by_natural_key(" AMELIE.B@essai.example ") == account
    assert not account.has_usable_password()
    with pytest.raises(Account.DoesNotExist):
        Account.objects.get_by_natural_key(None)


def test_whose_desk_it_is() -> None:
    desk = builders.desk()
    client = builders.client_of(desk)
    assert client.desk == desk.organisation
    assert desk.organisation.desk == desk.organisation


def test_what_the_rows_refuse() -> None:
    desk = builders.desk()
    someone = builders.person(desk.organisation, email="a@essai.example")
    level = desk.levels["N1"]
    role = {"person": someone, "organisation": desk.organisation, "kind": RoleKind.AGENT}
    Role.objects.create(**role)
    for make in (
        lambda: Person.objects.create(organisation=desk.organisation, name="B", email="A@ESSAI.example"),
        lambda: Team.objects.create(organisation=desk.organisation, level=level, name="Autre", is_front=True),
        lambda: Team.objects.create(organisation=desk.organisation, level=level, name=desk.front.name),
        lambda: Role.objects.create(**role),
        lambda: level.scheme.levels.create(rank=level.rank, code="X", name_fr="x"),
        lambda: level.scheme.levels.create(rank=99, code=level.code, name_fr="x"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make()
    Person.objects.create(organisation=desk.organisation, name="Sans courriel")
    Person.objects.create(organisation=desk.organisation, name="Sans courriel non plus")
    Person.objects.create(organisation=builders.organisation(), name="Ailleurs", email="a@essai.example")
