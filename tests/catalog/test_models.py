"""The catalogue's rows: names in both languages, keys that are unique within their request type."""

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from guichet.catalog.models import Category, Question, RequestType
from tests import builders

pytestmark = pytest.mark.django_db


def test_names_and_help_in_the_readers_language() -> None:
    place = builders.organisation()
    access = RequestType.objects.create(
        organisation=place, name_fr="Accès", name_en="Access", help_fr="À un dossier", help_en=""
    )
    question = access.questions.create(key="folder", label_fr="Lequel ?", label_en="Which one?", help_fr="Nom")
    with override("en"):
        assert (access.name, access.help, question.label, question.help) == (
            "Access",
            "À un dossier",
            "Which one?",
            "Nom",
        )
    with override("fr"):
        assert (str(access), str(question)) == ("Accès", "Lequel ?")


def test_a_question_has_one_key_in_its_request_type() -> None:
    place = builders.organisation()
    one, two = (RequestType.objects.create(organisation=place, name_fr=n) for n in "ab")
    Question.objects.create(request_type=one, key="why", label_fr="Pourquoi ?")
    Question.objects.create(request_type=two, key="why", label_fr="Pourquoi ?")
    with pytest.raises(IntegrityError), transaction.atomic():
        Question.objects.create(request_type=one, key="why", label_fr="Encore ?")


def test_questions_and_request_types_keep_their_order() -> None:
    place = builders.organisation()
    for position, name in ((2, "b"), (1, "c"), (1, "a")):
        RequestType.objects.create(organisation=place, name_fr=name, position=position)
    assert [r.name_fr for r in place.request_types.all()] == ["a", "c", "b"]
    first = place.request_types.first()
    for position, key in ((3, "x"), (1, "y"), (2, "z")):
        first.questions.create(key=key, label_fr=key, position=position)
    assert [q.key for q in first.questions.all()] == ["y", "z", "x"]


def test_a_category_with_branches_is_not_removed_from_under_them() -> None:
    from django.db.models import ProtectedError

    trunk = Category.objects.create(name_fr="Réseau")
    Category.objects.create(name_fr="Wi-Fi", parent=trunk)
    with pytest.raises(ProtectedError):
        trunk.delete()
