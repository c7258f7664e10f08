"""Values of an event: found by their path, and read as what the field wants. Whoever can't be read raises `Unfit`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from models.arrival import Event
from models.network import Network, Place, PlaceLevel
from rules.calendar import WorkingCalendar

LONGEST = 10_000


class Unfit(ValueError):
    """A value is not what the field wants; its argument is the kind of fault."""


def at(event: Event, path: str, item: object = None) -> Any:
    """Return what stands at a path, None where nothing does. `item` is what a path means that begins so."""
    root, *way = path.split(".")
    found = walked(item if root == "item" else getattr(event, root), way)
    return None if found == "" else found


def walked(value: Any, way: Iterable[str]) -> Any:
    """Return what one comes to in a JSON value by names, and by numbers for places in a list; None where nothing is."""
    for part in way:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isascii() and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def text(value: object) -> str:
    """Return a text; a number is written out."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise Unfit("no_text")
    found = str(value).strip()
    if len(found) > LONGEST:
        raise Unfit("too_long")
    return found


def whole(value: object) -> int:
    """Return a whole number, also one written as text."""
    found = number(value)
    if found != int(found):
        raise Unfit("no_number")
    return int(found)


def number(value: object) -> float:
    """Return a number, also one written as text."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise Unfit("no_number")
    try:
        found = float(value)
    except (ValueError, OverflowError):
        raise Unfit("no_number") from None
    if not math.isfinite(found):
        raise Unfit("no_number")
    return found


def flag(value: object) -> bool:
    """Return whether; words for it go through a table."""
    if isinstance(value, bool):
        return value
    raise Unfit("no_flag")


def day(value: object, cal: WorkingCalendar) -> date:
    """Return a day; a time becomes the day of the place, a time without its zone is the place's own."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip().replace("/", "-"))
        except ValueError:
            raise Unfit("no_day") from None
    if not isinstance(value, datetime):
        raise Unfit("no_day")
    try:
        return value.date() if value.tzinfo is None else cal.local_date(value)
    except OverflowError:
        raise Unfit("no_day") from None


def place(value: object, network: Network) -> Place:
    """Return the place that a code or a name means; a village's name may stand behind its town's."""
    found = network.place(told) if (told := text(value)) else None
    if found is not None:
        return found
    towns = [one for one in network.places.values() if one.level is PlaceLevel.TOWN and one.name in told]
    within = {one.town for one in towns}
    villages = [one for one in network.places.values() if one.level is PlaceLevel.VILLAGE and one.name in told]
    named = [one for one in villages if not within or one.town in within] or towns
    longest = max((len(one.name) for one in named), default=0)
    best = [one for one in named if len(one.name) == longest]
    if len(best) != 1:
        raise Unfit("several_places" if best else "unknown_place")
    return best[0]


Reader = Callable[[Any], Any]

READERS: dict[str, Reader] = {
    "people": whole,
    "wage_workers": whole,
    "amount": number,
    "oral": flag,
    "vulnerable": flag,
    "minor": flag,
}
"""How the value of a field is read; all others are texts. A day, a place and lists are read by `mapping.py`."""

LISTS = frozenset({"risk_signs", "languages"})
"""Fields with several values; one alone counts as a list, a text with commas as several."""


def several(value: object) -> list[str]:
    """Return the values of such a field."""
    items = value if isinstance(value, list) else text(value).replace("，", ",").replace("、", ",").split(",")
    return [found for item in items if (found := text(item))]
