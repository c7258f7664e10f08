"""A procedure that is only tried: from an edited text, or with one value of the one in force changed. For `service/oversight/trials.py`.

What comes in here was typed into a page, so it is bounded, and short cuts of YAML by which a small text becomes a huge one are
refused. The errors are `BadFile`, for the person who typed it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from models.procedure import Procedure
from store.files import BadFile, mapping_of, value_of
from store.places import procedure_of

NAME = Path("procedure.yaml")
"""How errors call the text."""

MOST = 200_000
"""Longest text taken, in characters."""


def typed(text: str) -> Procedure:
    """The procedure in a text as somebody edited it; raises BadFile."""
    bounded(text, NAME)
    return procedure_of(mapping_of(text, NAME), NAME)


def changed(procedure: Procedure, key: str, value: str) -> Procedure:
    """The procedure with one value changed: `limits.sign.limit` and `2wd`, `ladder.town` and `10wd`. Raises BadFile.

    The value is read as YAML, so that lists and numbers can be given. Where it is a place in a list, its key is the number.
    """
    bounded(value, NAME)
    data = procedure.model_dump(mode="json", by_alias=True)
    _put(data, key.strip(), value_of(value, NAME))
    return procedure_of(data, NAME)


def written(procedure: Procedure) -> Iterator[tuple[str, str]]:
    """Yield every value of a procedure with its key, for telling two of them apart."""
    yield from _leaves("", procedure.model_dump(mode="json", by_alias=True))


def bounded(text: str, path: Path) -> None:
    """Refuse a text that is too long, or that uses anchors and aliases; raises BadFile."""
    if len(text) > MOST:
        raise BadFile(path, "", f"is longer than {MOST} characters")
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                line = event.start_mark.line + 1 if event.start_mark else 0
                raise BadFile(path, f"line {line}", "anchors and aliases are not taken here")
    except yaml.YAMLError:
        return  # Reading it will say what is wrong, and where.


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and set(value) == {"amount", "unit"}:
        yield path, f"{value['amount']} {value['unit']}"
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(f"{path}.{name}" if path else name, item)
    elif isinstance(value, list):
        if any(isinstance(item, dict) for item in value):
            for number, item in enumerate(value):
                yield from _leaves(f"{path}.{number}", item)
        elif value:
            yield path, ", ".join(str(item) for item in value)
    elif value is not None:
        yield path, str(value)


def _put(data: dict[str, Any], key: str, value: Any) -> None:
    """Set a value by its dotted key; names that hold dots themselves (`visit.first`) are known by what is there."""
    node: Any = data
    rest = key
    while True:
        name = _step(node, rest, key)
        rest = rest[len(str(name)) + 1 :]
        if not rest:
            node[name] = value
            return
        node = node[name]


def _step(node: Any, rest: str, key: str) -> str | int:
    """Return the longest name at this place that the rest of the key begins with; a new one only where nothing follows it."""
    if isinstance(node, list):
        head = rest.partition(".")[0]
        if not head.isascii() or not head.isdigit() or int(head) >= len(node):
            raise BadFile(NAME, key, f"there is no place {head} in this list")
        return int(head)
    if not isinstance(node, dict):
        raise BadFile(NAME, key, "has nothing below it")
    known: list[str] = [name for name in node if rest == name or rest.startswith(f"{name}.")]
    if known:
        return max(known, key=len)
    if not rest or "." in rest:
        raise BadFile(NAME, key, "unknown key")
    return rest
