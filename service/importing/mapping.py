"""One row as the fields of a case, by the mapping; what is wrong is told by column, in words without the cell's content."""

from __future__ import annotations

from collections.abc import Mapping as Cells
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from models.importing import DATES, MUST, NUMBERS, RESULTS, From, Mapping, Target
from models.network import Network
from rules.labels import Both


@dataclass(slots=True)
class Wrong:
    """Something in a row that can't be used."""

    column: str
    reason: Both


@dataclass(slots=True)
class Entry:
    """A row in our words."""

    values: dict[Target, Any] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)


EMPTY: Both = ("必填，却是空的", "is empty, and has to be filled")
NOT_A_DATE: Both = ("不是能识别的日期", "is no date in one of the forms of the mapping")
NOT_A_NUMBER: Both = ("不是数字", "is no number")
NOT_IN_TABLE: Both = ("不在可填的内容里", "is none of the words that may stand there")
FUTURE: Both = ("日期在将来", "lies in the future")
BEFORE: Both = ("早于登记日期", "lies before the day of registration")
NO_PLACE: Both = ("没有这个区划", "is no place of ours")
NO_UNIT: Both = ("没有这个单位", "is no unit of ours")
NO_RESULT: Both = (
    "应为 running、agreed、channelled、withdrawn 或 declined",
    "has to be running, agreed, channelled, withdrawn or declined",
)


def entry_of(row: Cells[str, Any], mapping: Mapping, network: Network, today: date) -> Entry:
    """Return a row in our words."""
    found = Entry()
    for target, source in mapping.fields.items():
        column = source.column or target
        try:
            value = _value(row.get(source.column or ""), target, source)
        except Unusable as unusable:
            found.wrong.append(Wrong(column, unusable.reason))
            continue
        if value is None and target in MUST:
            found.wrong.append(Wrong(column, EMPTY))
        elif value is not None:
            found.values[target] = value
    found.wrong.extend(_unfit(found.values, mapping, network, today))
    return found


class Unusable(Exception):
    """A cell can't be read; `reason` says why, in words without its content."""

    def __init__(self, reason: Both) -> None:
        super().__init__(reason[1])
        self.reason = reason


def _value(cell: Any, target: Target, source: From) -> Any:
    if source.always is not None:
        cell = source.always
    text = cell.strip() if isinstance(cell, str) else cell
    if text in {None, ""}:
        text = source.usual
    if text is None:
        return None
    if source.values:
        text = source.values.get(plain(text))
        if text is None:
            raise Unusable(NOT_IN_TABLE)
    if target in DATES:
        return read_date(text, source)
    return _number(text, target) if target in NUMBERS else plain(text)


def plain(value: Any) -> str:
    """Return a cell as text: a number that a workbook holds without its trailing zero."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def read_date(value: Any, source: From) -> date:
    """Return a cell as a day: a real date of a workbook, or a text in one of the forms. Raises Unusable."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    for form in source.dates:
        try:
            return datetime.strptime(plain(value), form).date()  # noqa: DTZ007 - a day of the place
        except ValueError:
            continue
    raise Unusable(NOT_A_DATE)


def _number(value: Any, target: Target) -> int | float:
    try:
        number = float(str(value).replace(",", "").replace("，", "").strip())
    except ValueError:
        raise Unusable(NOT_A_NUMBER) from None
    if number != number or number < 0 or number > 1e13:  # noqa: PLR0124 - the test for what is no number
        raise Unusable(NOT_A_NUMBER)
    return number if target == "amount" else int(number)


def _unfit(values: dict[Target, Any], mapping: Mapping, network: Network, today: date) -> list[Wrong]:
    def column(target: Target) -> str:
        return mapping.fields[target].column or target

    found: list[Wrong] = []
    found += [Wrong(column(name), FUTURE) for name in sorted(DATES & values.keys()) if values[name] > today]
    if "place" in values and network.place(values["place"]) is None:
        found.append(Wrong(column("place"), NO_PLACE))
    if "lead" in values and network.unit(values["lead"]) is None:
        found.append(Wrong(column("lead"), NO_UNIT))
    if "result" in values and values["result"] not in RESULTS:
        found.append(Wrong(column("result"), NO_RESULT))
    registered, ended = values.get("registered_on") or values.get("happened_on"), values.get("ended_on")
    if registered is not None and ended is not None and ended < registered:
        found.append(Wrong(column("ended_on"), BEFORE))
    if values.get("result", "running") != "running":
        ending: Target = "ended_on"
        found += [Wrong(ending, EMPTY)] if ended is None and not any(one.column == ending for one in found) else []
    return found
