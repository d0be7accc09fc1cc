"""The database follows the rooms: foreign keys point down or sideways, migrations are complete."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import Model

# From the floor upwards; the same order as import-linter's layers in pyproject.toml.
ROOMS = ["lib", "people", "activity", "calendars", "search", "catalog", "sla", "knowledge", "tickets", "routing"]
ROOMS += ["suggestions", "training", "walkup", "channels", "connectors", "notifications", "watchdog", "api"]
OURS = [m for m in apps.get_models() if m.__module__.startswith("guichet.")]


def rank(model: type[Model]) -> int:
    return ROOMS.index(model._meta.app_label)


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_foreign_keys_never_run_up(model: type[Model]) -> None:
    for field in model._meta.get_fields():
        target = field.related_model
        if field.auto_created or not isinstance(target, type) or not target.__module__.startswith("guichet."):
            continue
        assert rank(target) <= rank(model), f"{model._meta.label}.{field.name} points up to {target._meta.label}"


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_a_model_says_what_it_is(model: type[Model]) -> None:
    if not model._meta.auto_created:
        assert (model.__doc__ or "").strip(), f"{model._meta.label} has no definition"


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
