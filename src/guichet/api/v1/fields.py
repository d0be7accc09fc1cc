"""The kinds of values that go in and out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from django.db.models import Choices
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictInt
from pydantic.annotated_handlers import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_LARGEST = 2**63 - 1
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")


class OneOf:
    """One of a closed list of texts, shown as such in the schema."""

    def __init__(self, *values: str) -> None:
        self.values = list(values)

    @classmethod
    def these(cls, choices: type[Choices]) -> OneOf:
        return cls(*(str(value) for value in choices.values))

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(self.values)


def _text_only(value: object) -> object:
    """A moment is written as text; a bare number could mean seconds or milliseconds."""
    if isinstance(value, str) and _MOMENT.match(value):
        return value
    raise ValueError("not a moment")


def _in_utc(value: datetime) -> datetime:
    try:
        moment = value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("not a moment") from error
    if not 1900 <= moment.year <= 2200:
        raise ValueError("not a moment")
    return moment


# The number of a row, in a body; and in a path or a query, where it is text.
RowId = Annotated[StrictInt, Field(ge=1, le=_LARGEST)]
PathId = Annotated[int, Field(ge=1, le=_LARGEST)]
Moment = Annotated[AwareDatetime, BeforeValidator(_text_only)]
# The same in UTC, of the years that one can mean; others are refused at their field.
UtcMoment = Annotated[Moment, AfterValidator(_in_utc)]
Size = Annotated[int, Field(ge=1, le=100)]


class Given(BaseModel):
    """What a program sends. A name that isn't known is refused: a typing error is not to be lost in silence."""

    model_config = ConfigDict(extra="forbid")


class Shown(BaseModel):
    """What a program gets."""


class Named(Shown):
    """A row by its number and its name, in the language of Accept-Language."""

    id: int
    name: str


def named(row: Any) -> Named | None:
    return Named(id=row.pk, name=row.name) if row is not None else None


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC, for comparing with the database. ValueError out of the years that one can mean."""
    return _in_utc(moment)
