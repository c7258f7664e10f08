"""The bodies of actions on affairs: made from the models of each kind, so that the API can't drift from the core.

As for cases (`web/api/forms.py`): `id` and `actor` don't come in the body, a person comes as words, at any depth, and a time may
come without its zone.
"""

from __future__ import annotations

import types
from datetime import datetime
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Field, create_model

from models.affair.common import INTERNAL
from models.base import Id, Model
from rules.affair.kind import Kind
from rules.affair.kinds import KINDS
from service.affairs.door import OURS
from service.door import PersonIn

NOT_IN_BODY = frozenset({"do", "id", "actor", *OURS})
"""Fields that the service fills in."""

IntakeId = Annotated[str | None, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$", description="Once only for each.")]


def _form(kind: Kind, do: str) -> type[Model]:
    action = kind.models[do]
    fields = {name: made for name, made in _fields(action).items() if name not in NOT_IN_BODY}
    fields["occurred_at"] = (datetime | None, Field(default=None, description="Claimed time (补录)."))
    if do != kind.opens:
        fields["id"] = (Id | None, Field(default=None, description="Id of the action; else the header Idempotency-Key, else a new one."))
    return create_model(f"{action.__name__}Form", __base__=Model, __doc__=(action.__doc__ or "").strip(), **fields)


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    """The fields of a model as they come in: persons as words, times with or without a zone."""
    found: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        if name == "person" or name.endswith("_person"):
            found[name] = (PersonIn, ...) if info.is_required() else (PersonIn | None, None)
        elif name == "at" or name.endswith("_at"):
            found[name] = (datetime, ...) if info.is_required() else (datetime | None, None)
        else:
            found[name] = (_door(info.rebuild_annotation()), info)
    return found


def _door(annotation: Any) -> Any:
    """A type as it comes in: models inside it that name persons have a form of their own."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _inner(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return Annotated[_door(arguments[0]), *arguments[1:]]
    if origin in {Union, types.UnionType}:
        return reduce(or_, (_door(one) for one in arguments))
    if origin is tuple:
        return tuple.__class_getitem__(tuple(one if one is Ellipsis else _door(one) for one in arguments))
    return annotation


@cache
def _inner(model: type[BaseModel]) -> type[BaseModel]:
    """A model inside a body; by a name of its own, since other parts of the API may have models of the same one."""
    if model.__pydantic_root_model__:
        return model
    return create_model(f"{model.__name__}Form", __base__=Model, __doc__=(model.__doc__ or "").strip(), **_fields(model))


def _opening(name: str, body: type[Model]) -> dict[str, Any]:
    """The fields of the body that begins one."""
    return {"kind": (Literal[name], ...), "fields": (body, ...), "intake_id": (IntakeId, None)}


FORMS: dict[str, dict[str, type[Model]]] = {}
"""By action, then by kind: the body of each action a person can ask for."""

OPENS: dict[str, type[Model]] = {}
"""By kind: the body that begins one."""

_MADE: dict[type[BaseModel], type[Model]] = {}

for _name, _kind in KINDS.items():
    for _do, _model in _kind.models.items():
        if _do in INTERNAL:
            continue
        if _model not in _MADE:
            _MADE[_model] = _form(_kind, _do)
        _body = _MADE[_model]
        if _do == _kind.opens:
            OPENS[_name] = create_model(
                f"Open{_name.title()}",
                __base__=Model,
                __doc__=f"{_kind.en} ({_kind.zh}).",
                **_opening(_name, _body),
            )
        else:
            FORMS.setdefault(_do, {})[_name] = _body


def union(models: list[type[Model]]) -> Any:
    """One of these bodies; the same model of several kinds counts once."""
    each = tuple(dict.fromkeys(models))
    return reduce(or_, each)


OpenAffair: Any = union(list(OPENS.values())) if len(OPENS) == 1 else Annotated[union(list(OPENS.values())), Field(discriminator="kind")]
"""The body that begins an affair, told apart by its `kind`."""
