"""The door: what comes in as words becomes an action with references. Names and free text go into the vault here.

Form is checked before anything is written; a refused action leaves nothing behind, in the vault as elsewhere.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from models.action import INTERNAL, Action, Base
from models.base import MAX_NAME, Model, Reason, Sealed, Text
from models.party import Actor, Party
from models.refusal import RefusalCode
from rules.authority import PERMITS
from rules.calendar import WorkingCalendar
from service.errors import Refused, refuse
from store.keyring.keys import Erased
from store.persons import Person

ACTIONS: TypeAdapter[Action] = TypeAdapter(Action)

A = TypeVar("A", bound=Base)

PERSONAL = ("name", "phone", "id_number", "address")
"""What makes a person, at the door only."""

OURS = ("person", "representative", "left")
"""What the engine alone says of a party."""

KEY = r"[a-z][a-z_]{0,39}[0-9]{0,3}"
"""How our fields are called."""

LAST_YEAR = 2199
"""Later dates are slips of the keyboard, and beyond the last of them calendars can't count."""

Phone = Annotated[str, Field(pattern=r"^\+?[0-9][0-9 -]{4,30}$")]
Number = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{6,30}$")]


class PersonIn(Model):
    """A person as given at the door."""

    name: Annotated[Text, Field(max_length=MAX_NAME)]
    phone: Phone | None = None
    id_number: Number | None = None
    address: Annotated[Reason, Field(max_length=300)] | None = None


def take(do: str, fields: Mapping[str, Any], *, actor: Actor, action_id: str, cal: WorkingCalendar) -> tuple[Action, dict[str, PersonIn]]:
    """Return the action in its form, words still in it, and the persons it names by the path of their field.

    Local times without a zone are the place's own. Refuses `invalid`, naming the fields and never their content.
    """
    if do in INTERNAL:
        raise refuse(RefusalCode.NOT_ALLOWED)
    if do not in PERMITS:
        raise refuse(RefusalCode.INVALID, "do (no such action)")
    data = {key: localised(key, value, cal) for key, value in fields.items()}
    if {"do", "id", "actor"} & set(data):
        raise refuse(RefusalCode.INVALID, "do, id and actor are not fields of an action")
    try:
        persons = _lift_persons(do, data)
        action = ACTIONS.validate_python({**data, "do": do, "id": action_id, "actor": actor})
    except ValidationError as error:
        raise invalid(error) from None
    reckonable(action)
    return action, persons


def invalid(error: ValidationError, person: str = "") -> Refused:
    """Return the refusal for a malformed action, or for the person at a path of it: field names and kinds of error, no content."""
    found = []
    for item in error.errors(include_input=False, include_url=False, include_context=False):
        inside = [_shown(part) for part in (item["loc"] if person else item["loc"][1:] or item["loc"])]
        path = ".".join([person, *inside] if person else inside)
        found.append(f"{path or 'action'} ({item['type']})")
    return refuse(RefusalCode.INVALID, "; ".join(found[:5]))


def _shown(part: int | str) -> str:
    """Return a key as a refusal may name it: one of ours, or any that looks like one. Others may be anything."""
    return str(part) if isinstance(part, int) or re.fullmatch(KEY, part) else "?"


def reckonable(action: Base) -> None:
    """Refuse dates that no clock reaches."""
    for path, value in _dates(action.model_dump(), ""):
        if value.year > LAST_YEAR:
            raise refuse(RefusalCode.INVALID, f"{path} (too far away)")


def _dates(value: object, path: str) -> Iterator[tuple[str, date]]:
    if isinstance(value, date):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _dates(item, f"{path}.{key}" if path else key)
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _dates(item, f"{path}.{number}")


def localised(key: str, value: object, cal: WorkingCalendar) -> object:
    """Read a time without a zone as the place's local time."""
    if key != "at" and not key.endswith("_at"):
        return value
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    if not isinstance(value, datetime):
        return value
    try:
        if value.tzinfo is None:
            value -= cal.local(value.replace(tzinfo=UTC)).utcoffset() or timedelta(0)
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)
    except OverflowError:
        raise refuse(RefusalCode.INVALID, f"{key} (too far away)") from None


def _lift_persons(do: str, data: dict[str, Any]) -> dict[str, PersonIn]:
    """Take the persons out of the fields; what stays is what the engine may know."""
    found: dict[str, PersonIn] = {}
    if do == "open" and isinstance(data.get("parties"), (list, tuple)):
        data["parties"] = [_lift(party, f"parties.{n}", found) for n, party in enumerate(data["parties"])]
    elif do == "add_party":
        data["party"] = _lift(data.get("party"), "party", found)
    elif do == "represent" and isinstance(data.get("representative"), Mapping):
        found["representative"] = person(dict(data["representative"]), "representative")
        data["representative"] = "person"
    return found


def _lift(party: object, path: str, found: dict[str, PersonIn]) -> object:
    """Take the personal fields out of one party. References and what becomes of a party are ours to say, never the caller's."""
    if not isinstance(party, Mapping):
        return party
    ours = next((key for key in OURS if key in party), None)
    if ours is not None:
        raise refuse(RefusalCode.INVALID, f"{path}.{ours}")
    personal = {key: value for key, value in party.items() if key in PERSONAL and value is not None}
    found[path] = person(personal, path)
    return {key: value for key, value in party.items() if key not in PERSONAL}


def person(given: dict[str, Any], path: str) -> PersonIn:
    """Return a person in its form; what is wrong is named with where it stands, for there may be several."""
    try:
        return PersonIn.model_validate(given)
    except ValidationError as error:
        raise invalid(error, path) from None


class Sealer:
    """Seals the words of an action. `seal` and `discard` are the vault's."""

    def __init__(self, vault: Any) -> None:
        self._vault = vault

    async def sealed(self, case_id: str, action: A, persons: Mapping[str, PersonIn]) -> A:
        """Return the action with references where words and persons were."""
        texts = {path: text for path, text in words(action) if path not in persons}
        people = {path: Person(**person.model_dump()) for path, person in persons.items()}
        if not texts and not people:
            return action
        try:
            refs: dict[str, str] = await self._vault.seal_many(case_id, action.id, texts, people)
        except Erased:
            # The words of the case were destroyed when its time was over: nothing more is written into it.
            raise refuse(RefusalCode.TOO_LATE) from None
        return replace_words(action, refs, people)

    async def named(self, case_id: str, action_id: str, persons: Mapping[str, PersonIn]) -> dict[str, str]:
        """Return the references of persons by path. Refuses `invalid` for one who could not be known again: without phone and number."""
        vague = next((path for path, person in persons.items() if not (person.phone or person.id_number)), None)
        if vague is not None:
            raise refuse(RefusalCode.INVALID, f"{vague} (phone or id_number)")
        people = {path: Person(**person.model_dump()) for path, person in persons.items()}
        found: dict[str, str] = await self._vault.seal_many(case_id, action_id, {}, people) if people else {}
        return found

    async def discard(self, case_id: str, action_id: str) -> None:
        """Forget what a refused action brought in."""
        await self._vault.discard(case_id, action_id)


def words(model: BaseModel, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the sealed text fields of an action with their paths."""
    for name in sealed_fields(type(model)):
        yield from _words_of(getattr(model, name), f"{path}{name}")


def _words_of(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if value:
            yield path, value
    elif isinstance(value, BaseModel):
        yield from words(value, f"{path}.")
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _words_of(item, f"{path}.{number}")


@cache
def sealed_fields(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the fields of a model that hold words, or models that do."""
    return tuple(name for name, info in model.model_fields.items() if _seals(info.annotation, info.metadata))


def _seals(annotation: object, metadata: list[Any]) -> bool:
    if any(isinstance(item, Sealed) for item in metadata):
        return True
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation is not Party and bool(sealed_fields(annotation))
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *rest = get_args(annotation)
        return _seals(inner, list(rest))
    if origin in {tuple, Union, types.UnionType}:
        return any(_seals(argument, []) for argument in get_args(annotation) if argument is not Ellipsis)
    return False


def replace_words(action: A, refs: Mapping[str, str], persons: Mapping[str, Person]) -> A:
    """Return the action with each sealed path replaced by its reference."""
    data = action.model_dump(mode="json")
    for path, ref in refs.items():
        parts: list[str] = path.split(".")
        # A party, and no other place of a person, has fields of its own beside who it is; affairs name the field themselves.
        party = path in persons and path.startswith(("party", "parties.")) and not path.endswith(".person")
        _put(data, [*parts, "person"] if party else parts, ref)
    return type(action).model_validate(data)


def _put(data: Any, parts: list[str], value: str) -> None:
    """Set a nested value; numbers are positions in lists."""
    *way, last = (int(part) if part.isdigit() else part for part in parts)
    for part in way:
        data = data[part]
    data[last] = value
