"""What of an event others are told (公开字段). Ids of units, stages, clocks and tasks; no words, no person, no party, no risk, no category.

The choice is made once by the name of a field, for all happenings: a new happening is silent about its new fields until they
are listed here. The AsyncAPI file is generated from the same choice.
"""

from __future__ import annotations

import types
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin

from pydantic import BaseModel, Field, create_model

from models.base import Model
from models.event import Event
from models.happening import What
from models.words import Stage

Base = TypeVar("Base", bound=Model)

PLAIN = frozenset(
    {
        *("level", "lead", "centre", "unit", "units", "added", "dropped", "vacant"),
        *("clock", "alarm", "cause", "moved", "calendar", "days"),
        *("form", "effective_at", "ends", "slot", "back_to", "role", "part", "retain_until"),
        *("into_code", "from_code", "new_code"),
    }
)
"""Fields told as they are."""

IDS = frozenset({"task", "promise", "complaint"})
"""Fields told where they are an id; a whole task is told by `PARTS`."""

PARTS: dict[str, tuple[str, ...]] = {
    "card": ("id", "clock", "kind", "unit"),
    "task": ("id", "unit", "state"),
    "meeting": ("id", "at", "units", "joint"),
    "agreement": ("form",),
}
"""Fields that are a model of their own, and what is told of it."""


class Told(Model):
    """What is told of every event: which case, how far it has come."""

    case: str = Field(description="Case code, e.g. YANLOU-2026-00001")
    case_id: str = Field(description="Id of the case, the same as `partitionkey`")
    seq: int = Field(description="Number of the event in its case, counted from 1", ge=1)
    chapter: int = Field(description="1, and one more with each reopening", ge=1)
    stage: Stage | None = Field(default=None, description="The stage it led to, where it changed")


@cache
def happenings() -> dict[str, type[Model]]:
    """Every happening by its type."""
    union = get_args(What)[0]
    return {kind.model_fields["type"].default: kind for kind in get_args(union)}


@cache
def told_model(kind: str) -> type[Told]:
    """The model of `data` for one type of event: for the AsyncAPI file, and for whoever reads such events."""
    return made_of(happenings()[kind], Told, PLAIN)


def made_of(happening: type[Model], base: type[Base], plain: frozenset[str]) -> type[Base]:
    """What is told of a happening, beside what the base says of every event: its plain fields, ids, and parts cut to what may be known."""
    fields: dict[str, Any] = {}
    for name, field in happening.model_fields.items():
        part = _part(field.annotation)
        if name in PARTS and part is not None:
            own = {one: (part.model_fields[one].annotation, ...) for one in PARTS[name]}
            fields[name] = (create_model(f"{happening.__name__}{part.__name__}", __base__=Model, **_typed(own)), ...)
        elif name in plain or (name in IDS and part is None):
            fields[name] = (field.annotation, ... if field.is_required() else field.default)
    made: type[Base] = create_model(f"{happening.__name__}Told", __base__=base, **_typed(fields))
    made.__doc__ = (happening.__doc__ or "").strip()
    return made


def told(event: Event, case_id: str, code: str) -> dict[str, Any]:
    """The `data` of an event, ready for JSON."""
    base = {"case": code, "case_id": case_id, "seq": event.seq, "chapter": event.chapter, "stage": event.stage}
    return filled(told_model(event.type), event.what, base)


def filled(model: type[Model], what: Model, base: dict[str, Any]) -> dict[str, Any]:
    """The base with what the model tells of a happening, ready for JSON."""
    happened = what.model_dump(mode="json")
    fields = {name: _cut(name, happened[name]) for name in model.model_fields.keys() - base.keys()}
    return model.model_validate({**base, **fields}).model_dump(mode="json")


def _cut(name: str, value: Any) -> Any:
    return {key: value.get(key) for key in PARTS[name]} if name in PARTS and isinstance(value, dict) else value


def _part(annotation: Any) -> type[BaseModel] | None:
    """The model a field holds, where it holds one."""
    kinds = get_args(annotation) if get_origin(annotation) in {Union, types.UnionType} else (annotation,)
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def _typed(fields: dict[str, Any]) -> Any:
    """The fields as pydantic's `create_model` wants them; its signature can't say so."""
    return cast("Any", fields)
