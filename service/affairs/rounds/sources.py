"""Where the targets of a round come from (对象来源), by the name that a plan's `targets.source` has.

A mechanism that knows targets of its own (households due for a visit, dwellings by tier) adds a line to `SOURCES`: a function that
yields targets, each with a key that stays the same for the same target from round to round.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.network import Place
from service.office import Office
from store.affairs.lists import AffairFilter
from store.affairs.targets import Target
from store.desk.lists import Eyes

PAGE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a round asks a source for."""

    place: Place
    """The town, the village, or the whole district."""
    given: Mapping[str, Any]
    """What the plan's `targets.with` says."""
    now: datetime


Source = Callable[[Office, Wanted], AsyncIterator[Target]]


def within(place: Place, wanted: Place) -> bool:
    """Whether a place lies in the one that a round is for."""
    return wanted.town is None or place.code == wanted.code or (wanted.unit is None and place.town == wanted.town)


async def _listed(office: Office, wanted: Wanted) -> AsyncIterator[Target]:
    """`list`: none but those given by file or with the round."""
    none: tuple[Target, ...] = ()
    for target in none:
        yield target


async def _places(office: Office, wanted: Wanted) -> AsyncIterator[Target]:
    """`places`: each grid itself, for presence and patrols."""
    for place in office.bundle.network.places.values():
        if place.unit is not None and within(place, wanted.place):
            yield Target(key=place.code, place=place.code)


async def _affairs(office: Office, wanted: Wanted) -> AsyncIterator[Target]:
    """`affairs`: those of a `kind`, in one of its `stages` where they are named, found by `key` [name, value] where it is given."""
    given, place = wanted.given, wanted.place
    key = given.get("key")
    asked = AffairFilter(
        kinds=(str(given["kind"]),),
        stages=tuple(given["stages"]) if "stages" in given else None,
        town=place.town,
        place=place.code if place.unit is not None else None,
        key=(str(key[0]), str(key[1])) if key else None,
        ended=False,
    )
    after: str | None = None
    while True:
        page = await office.affair_queries.page(Eyes(everything=True), asked, wanted.now, after=after, limit=PAGE)
        for row in page.rows:
            if row.place is not None:
                yield Target(key=row.affair_id, place=row.place, about_kind=row.kind, about=row.affair_id)
        after = page.next
        if after is None:
            return


SOURCES: dict[str, Source] = {
    "list": _listed,
    "places": _places,
    "affairs": _affairs,
}
"""By name."""
