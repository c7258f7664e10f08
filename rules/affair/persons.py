"""Whom an affair names (事务所涉人员): the references to persons in its state, by what people call their fields. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from models.affair.base import Affair

PERSON = "person:"


def named(affair: Affair) -> dict[str, str]:
    """Return the references to persons by field: the whole way to it, and its last part where only one field is called so.

    A mapping or a list is passed through, and a last `person` left out: the head of a household is `members.a`, and `a`.
    """
    ways = dict(_found("", affair.model_dump(mode="json")))
    short: dict[str, list[str]] = {}
    for way in ways:
        short.setdefault(way.rpartition(".")[2], []).append(way)
    return {**{last: ways[found[0]] for last, found in short.items() if len(found) == 1}, **ways}


def _found(way: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and value.startswith(PERSON):
        yield way.removesuffix(".person"), value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _found(f"{way}.{name}".removeprefix("."), one)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _found(f"{way}.{number}", one)
