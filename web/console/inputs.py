"""The fields of forms: how each kind is asked for and how it becomes a field of an action. The forms stand in `forms/`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from starlette.datastructures import FormData

from models.refusal import RefusalCode
from service.errors import refuse
from web.console.fields import text, texts

Kind = Literal[
    "text",
    "area",
    "check",
    "yesno",
    "choice",
    "many",
    "lines",
    "units",
    "day",
    "at",
    "int",
    "money",
    "limit",
    "person",
    "who",
    "promises",
    "party",
    "hidden",
    "digest",
]

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Input:
    """One field."""

    name: str
    kind: Kind
    zh: str
    en: str
    choices: str = ""
    """Name of a table in `choices.py`."""
    needed: bool = False
    hint: Pair = ("", "")


@dataclass(frozen=True, slots=True)
class Form:
    """The form of an action."""

    zh: str
    en: str
    inputs: tuple[Input, ...] = ()
    group: Literal["next", "work", "change", "end"] = "work"
    """Where it stands among the actions: the next step, the work, what changes the way, what ends it."""
    wording: Pair = ("", "")
    """What it leads to, for a step that can't be taken back easily."""
    bulk: bool = False
    """Whether it can be done to several cases at once."""


def reason(*, needed: bool = False, zh: str = "理由", en: str = "Reason") -> Input:
    """Return the field of a reason."""
    return Input("reason", "area", zh, en, needed=needed)


BACKDATED = Input("occurred_at", "at", "实际发生时间（补录时填写）", "When it really happened (if entered late)")


TRUE = "yes"
FALSE = "no"
ROWS = 10
"""Most promises in one form."""

COUNTED = {"int": int, "money": float}


def read(form: Form, fields: FormData) -> dict[str, Any]:
    """Return the fields of an action from those of its form; what is left empty is left out. Refuses `invalid`, naming the field."""
    found: dict[str, Any] = {}
    for asked in form.inputs:
        value = READERS[asked.kind](fields, asked)
        if value not in (None, "", ()):
            found[asked.name] = value
    return found


def _plain(fields: FormData, asked: Input) -> Any:
    return text(fields, asked.name)


def _yesno(fields: FormData, asked: Input) -> Any:
    return {TRUE: True, FALSE: False}.get(text(fields, asked.name))


def _check(fields: FormData, asked: Input) -> Any:
    return True if text(fields, asked.name) else None


def _many(fields: FormData, asked: Input) -> Any:
    return texts(fields, asked.name)


def _lines(fields: FormData, asked: Input) -> Any:
    return tuple(line.strip() for line in text(fields, asked.name).splitlines() if line.strip())


def _counted(fields: FormData, asked: Input) -> Any:
    typed = text(fields, asked.name)
    if not typed:
        return None
    try:
        return COUNTED[asked.kind](typed.replace(",", "").replace("，", ""))
    except ValueError:
        raise refuse(RefusalCode.INVALID, asked.name) from None


def _day(fields: FormData, asked: Input) -> Any:
    return _parsed(date.fromisoformat, text(fields, asked.name), asked.name)


def _at(fields: FormData, asked: Input) -> Any:
    return _parsed(datetime.fromisoformat, text(fields, asked.name), asked.name)


def _parsed(parse: Callable[[str], Any], typed: str, name: str) -> str | None:
    """Return what was typed, once it reads as a date or a time."""
    if not typed:
        return None
    try:
        parse(typed)
    except ValueError:
        raise refuse(RefusalCode.INVALID, name) from None
    return typed


def _person(fields: FormData, asked: Input) -> Any:
    found = {name: text(fields, f"{asked.name}.{name}") for name in ("name", "phone")}
    return {name: value for name, value in found.items() if value} or None


def _who(fields: FormData, asked: Input) -> Any:
    found = {name: text(fields, f"{asked.name}.{name}") for name in ("name", "phone", "id_number", "address")}
    return {name: value for name, value in found.items() if value} or None


def _promises(fields: FormData, asked: Input) -> Any:
    rows: list[dict[str, Any]] = []
    for row in range(ROWS):
        at = f"{asked.name}.{row}"
        one = {name: text(fields, f"{at}.{name}") for name in ("debtor", "what", "due", "amount")}
        if not (one["what"] or one["due"] or one["amount"]):
            continue
        made: dict[str, Any] = {"id": f"p{len(rows) + 1}"} | {name: value for name, value in one.items() if value}
        if "amount" in made:
            made["amount"] = _counted(fields, Input(f"{at}.amount", "money", "", ""))
        rows.append(made)
    return tuple(rows)


def party(fields: FormData, prefix: str, party_id: str) -> dict[str, Any] | None:
    """Return a party from its fields, None where no name is given."""
    if not text(fields, f"{prefix}.name"):
        return None
    found: dict[str, Any] = {"id": party_id, "side": text(fields, f"{prefix}.side") or "applicant"}
    for name in ("kind", "name", "phone", "id_number", "address"):
        typed = text(fields, f"{prefix}.{name}")
        if typed:
            found[name] = typed
    people = _counted(fields, Input(f"{prefix}.people", "int", "", ""))
    if people is not None:
        found["people"] = people
    for name in ("vulnerable", "minor"):
        if text(fields, f"{prefix}.{name}"):
            found[name] = True
    return found


def _party(fields: FormData, asked: Input) -> Any:
    return party(fields, asked.name, text(fields, f"{asked.name}.id") or "x")


READERS: dict[Kind, Callable[[FormData, Input], Any]] = {
    "text": _plain,
    "area": _plain,
    "choice": _plain,
    "limit": _plain,
    "hidden": _plain,
    "digest": _plain,
    "check": _check,
    "yesno": _yesno,
    "many": _many,
    "lines": _lines,
    "units": _many,
    "day": _day,
    "at": _at,
    "int": _counted,
    "money": _counted,
    "person": _person,
    "who": _who,
    "promises": _promises,
    "party": _party,
}
"""How each kind of field is read."""
