"""What Django finds and what the SQL written once finds are the same."""

from datetime import datetime, timedelta

import pytest
from django.db import models
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from guichet.lib.compiled import Compiled
from guichet.people.models import Organisation, Person
from tests.builders import organisation


class TheSameRows(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.desk = organisation()
        cls.people = [
            Person.objects.create(organisation=cls.desk, name=name)
            for name in ("Ana", "50 % d’Élise", "%s", "", "'; --")
        ]

    # fmt: off
    _within = Compiled(
        lambda name, pk, before: Person.objects.filter(models.Q(name=name) | models.Q(pk__gt=pk), created_at__lt=before)
        .exclude(phone="a 50 % of what stands fast").select_related("organisation").order_by("pk"),
        name=str, pk=int, before=datetime,
    )
    # fmt: on

    @given(
        name=st.sampled_from(["Ana", "50 % d’Élise", "%s", "", "'; --", "nobody"])
        | st.text().filter(lambda t: "\0" not in t),
        pk=st.integers(0, 2**31 - 1),
        before=st.sampled_from([-1, 1]),
    )
    def test_of_a_model(self, name: str, pk: int, before: int) -> None:
        at = timezone.now() + timedelta(days=before)
        there = Person.objects.filter(models.Q(name=name) | models.Q(pk__gt=pk), created_at__lt=at).order_by("pk")
        found = self._within(name=name, pk=pk, before=at)
        assert found == list(there)
        with self.assertNumQueries(0):
            assert all(one.organisation == self.desk for one in found if one.organisation_id == self.desk.pk)

    def test_of_values_lists_and_annotations(self) -> None:
        pks = [one.pk for one in self.people]
        flat = Compiled(
            lambda pks: Person.objects.filter(pk__any=pks).order_by("pk").values_list("name", flat=True), pks=list
        )
        assert flat(pks=pks[1:3]) == ["50 % d’Élise", "%s"]
        assert flat(pks=[]) == []
        pairs = Compiled(lambda pk: Person.objects.filter(pk=pk).values_list("pk", "name"), pk=int)
        assert pairs(pk=pks[0]) == [(pks[0], "Ana")]
        counted = Compiled(
            lambda pk: Organisation.objects.filter(pk=pk).annotate(count=models.Count("schemes")), pk=int
        )
        assert counted(pk=self.desk.pk)[0].count == 0
        assert counted.first(pk=0) is None


def test_what_depends_on_a_value_otherwise_is_refused() -> None:
    with pytest.raises(ValueError, match="Not a value as it was given"):
        Compiled(lambda text: Person.objects.filter(name__contains=text), text=str)(text="a")
