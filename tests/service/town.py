"""A bare office with a town's cases in its store, played once for all tests of supervision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

from pydantic import BaseModel

from models.party import Actor
from models.words import Role
from service.office import Office
from service.oversight.figures import Figure
from service.reading import Reader
from store.desk.lists import Filter
from tests.support.core import CoreCase
from tests.support.filled import many, publish

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
"""10:00 on a Monday in Huaxi."""


@cache
def town() -> tuple[CoreCase, ...]:
    """The cases."""
    return tuple(many(70, NOW, seed=3))


async def fill(office: Office) -> Office:
    """Publish the cases and let it be `NOW` in the office."""
    for core in town():
        await publish(office, core)
    office.shift = NOW - datetime.now(UTC)
    return office


def who(post: str) -> Actor:
    """The holder of a post."""
    role, _, unit = post.partition("@")
    return Actor(person=post, role=Role(role), unit=unit)


def figures(shown: BaseModel) -> Iterator[tuple[str, Figure]]:
    """Every figure in what is shown, with the way to it."""
    yield from _figures("", shown)


def _figures(path: str, value: Any) -> Iterator[tuple[str, Figure]]:
    if isinstance(value, Figure):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _figures(f"{path}.{name}", getattr(value, name))
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _figures(f"{path}[{getattr(item, 'key', None) or getattr(item, 'stage', None) or number}]", item)


async def each_is_its_list(office: Office, actor: Actor, shown: BaseModel) -> int:
    """Assert that every figure counts what its list holds, by the list's own count; return how many had one, and said something."""
    reader, counts = Reader(office), dict[Filter, int]()
    for path, figure in figures(shown):
        if figure.behind is not None:
            if figure.behind not in counts:
                counts[figure.behind] = (await reader.count(actor, figure.behind)).count
            assert counts[figure.behind] == figure.value, (actor.person, path, figure)
    return sum(count > 0 for count in counts.values())
