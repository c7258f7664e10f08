"""The base of every model: frozen, closed to unknown keys, and the text types that mark what belongs into the vault."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

MAX_TEXT = 10_000
"""Longest free text taken at the door, in characters."""

MAX_NAME = 100
"""Longest name, title or address taken at the door, in characters."""


class Model(BaseModel):
    """A value: frozen and strict about its keys, so that a misspelt key is an error and never a silent loss."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


@dataclass(frozen=True)
class Sealed:
    """Marks a text field whose words go into the vault at the door; behind the door it holds a vault reference."""

    kind: str = "text"


def _clean(value: str) -> str:
    """Strip the ends and refuse control characters other than line breaks and tabs.

    A character this Python has no name for is let through: it may stand in a name that Unicode took in later.
    """
    text = value.replace("\r\n", "\n").strip()
    for char in text:
        if char not in "\n\t" and unicodedata.category(char) in {"Cc", "Cs"}:
            raise PydanticCustomError("control_characters", "control characters are not allowed")
    return text


CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
MAY_BE_EMPTY = {"pattern": f"^[^{CONTROL}]*$"}
FILLED = {"pattern": rf"^[^{CONTROL}]*[^\s{CONTROL}][^{CONTROL}]*$"}
"""The same in words of JSON Schema, for the description of the API."""


def _filled(value: str) -> str:
    if not value:
        raise PydanticCustomError("empty", "must not be empty")
    return value


def _aware(value: datetime) -> datetime:
    """Refuse a naive time: a due time without its zone is a guess."""
    if value.tzinfo is None:
        raise PydanticCustomError("no_zone", "a time needs its zone")
    return value.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(_aware)]
"""A point in time, kept in UTC; local time is made where it is shown and where a rule counts days."""

Text = Annotated[str, Field(max_length=MAX_TEXT, json_schema_extra=dict(FILLED)), AfterValidator(_clean), AfterValidator(_filled), Sealed()]
"""A free text that must be there."""

Reason = Annotated[str, Field(max_length=MAX_TEXT, json_schema_extra=dict(MAY_BE_EMPTY)), AfterValidator(_clean), Sealed()]
"""A free text that may be empty in form; whether it is owed is a rule (`missing_reason`), not a form."""

Label = Annotated[
    str, Field(min_length=1, max_length=MAX_NAME, json_schema_extra=dict(FILLED)), AfterValidator(_clean), AfterValidator(_filled)
]
"""A short word that is no personal data: an id, a code, a title from a list."""

Id = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:@#-]*$")]
"""An identifier of ours or of a client: ASCII, no spaces."""
