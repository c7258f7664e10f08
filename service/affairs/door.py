"""The door of affairs: what comes in as words becomes an action with references, as `service/door.py` does for cases.

A person is given as a mapping of name, phone, number and address under a key that is `person` or ends in `_person`, at any depth;
behind the door there stands a vault reference. Form is checked before anything is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from models.affair.base import AffairAction
from models.affair.common import INTERNAL
from models.party import Actor
from models.refusal import RefusalCode
from rules.affair.kind import Kind
from rules.calendar import WorkingCalendar
from service.door import PersonIn, invalid, localised, person, reckonable
from service.errors import refuse

OURS = ("found", "docs", "digest", "on_roll", "open_work")
"""Fields that the service alone says (`service/affairs/lookups.py`)."""


def take(
    kind: Kind,
    do: str,
    fields: Mapping[str, Any],
    *,
    actor: Actor,
    action_id: str,
    cal: WorkingCalendar,
    ours: Mapping[str, str] | None = None,
) -> tuple[AffairAction, dict[str, PersonIn]]:
    """Return the action in its form, words still in it, and the persons it names by the path of their field; `ours` are added as they are.

    Refuses `not_allowed` for what only the engine sends, `invalid` naming fields and never their content.
    """
    if do in INTERNAL:
        raise refuse(RefusalCode.NOT_ALLOWED)
    if kind.spec(do) is None:
        raise refuse(RefusalCode.INVALID, "do (no such action)")
    if {"do", "id", "actor"} & set(fields):
        raise refuse(RefusalCode.INVALID, "do, id and actor are not fields of an action")
    persons: dict[str, PersonIn] = {}
    data = {key: _lifted(localised(_as_time(key), value, cal), key, key, persons) for key, value in fields.items() if key not in OURS}
    try:
        action = kind.act({**data, **(ours or {}), "do": do, "id": action_id, "actor": actor})
    except ValidationError as error:
        raise invalid(error) from None
    reckonable(action)
    return action, persons


def _as_time(key: str) -> str:
    """A field of a kind's own that is a time is read as every time is: without its zone it is the place's."""
    return "at" if key.endswith("_at") else key


def _lifted(value: object, key: str, path: str, found: dict[str, PersonIn]) -> object:
    """Take the persons out of what was given; a reference in the place of one is ours to say, never the caller's."""
    if key == "person" or key.endswith("_person"):
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise refuse(RefusalCode.INVALID, path)
        found[path] = person(dict(value), path)
        return "person"
    if isinstance(value, Mapping):
        return {name: _lifted(item, str(name), f"{path}.{name}", found) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_lifted(item, "", f"{path}.{number}", found) for number, item in enumerate(value)]
    return value
