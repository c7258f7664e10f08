"""Who is called (吹哨对象): units by kind, who stands in for a silent one, who is in charge at a level. Pure, from network and book."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from models.affair.whistle.book import WhistleBook, WhistleLevel
from models.affair.whistle.state import Call, CallState, Whistle
from models.network import VILLAGE, Network, Place
from models.refusal import RefusalCode
from models.words import LEVELS, Level
from rules.affair.kind import AffairBundle
from rules.affair.units import known_unit
from rules.draft import require
from rules.routing import one, resolve


def listed_units(network: Network, kinds: Iterable[str], place: Place, own: str) -> tuple[str, ...]:
    """The units that the kinds of an item mean at a place, each once, without the author's own; the centre where there are none."""
    level = Level.TOWN if place.town is not None else Level.COUNTY
    found = (resolve(network, kind, level, place.town, place.code)[0] for kind in kinds)
    units = tuple(dict.fromkeys(unit for unit in found if unit is not None and unit != own))
    return units or (network.centre(place.town),)


def named_units(network: Network, units: Iterable[str], place: Place, own: str) -> tuple[str, ...]:
    """The units that somebody names, each once: of the town or of the district, and never the author's own.

    Refuses `unknown_unit`, `invalid`.
    """
    found = tuple(dict.fromkeys(known_unit(network, unit) for unit in units))
    for unit in found:
        require(unit != own and network.units[unit].town in {None, place.town}, RefusalCode.INVALID, f"units ({unit})")
    return found


def level_of(whistle: Whistle, bundle: AffairBundle) -> WhistleLevel:
    """What the book says of a whistle's level."""
    book: WhistleBook = bundle.book
    return book.levels[whistle.level or ""]


def rungs(level: WhistleLevel) -> tuple[Level, ...]:
    """The levels a whistle stands at one after another, from below."""
    return tuple(rung for rung in LEVELS if rung in level.rungs)


def first_rung(level: WhistleLevel, place: Place) -> Level:
    """Where a whistle of a level starts at a place: not with a village's committee where the place has none."""
    found = rungs(level)
    return found[1] if found[0] is Level.VILLAGE and place.unit is None and len(found) > 1 else found[0]


def next_rung(whistle: Whistle, bundle: AffairBundle) -> Level | None:
    """The level above the one it stands at, or None at the top."""
    above = [rung for rung in rungs(level_of(whistle, bundle)) if LEVELS.index(rung) > LEVELS.index(whistle.rung or LEVELS[0])]
    return above[0] if above else None


def in_charge(whistle: Whistle, bundle: AffairBundle, rung: Level | None = None) -> str:
    """The unit in charge at a level: the village's committee, the town's centre, the district's."""
    return one(bundle.network, rung or whistle.rung or Level.TOWN, whistle.town, whistle.place)


def substitute(whistle: Whistle, unit_id: str, network: Network) -> str | None:
    """Who is called in the place of a silent unit: its fallback, else the unit one level up; None where all were called already.

    Nobody is called twice, so a chain of silent units ends.
    """
    called = {call.unit for call in whistle.calls} | {whistle.author_unit}
    return next((unit for unit in _above(network, unit_id, whistle.town) if unit not in called), None)


def _above(network: Network, unit_id: str, town: str | None) -> Iterator[str]:
    unit = network.unit(unit_id)
    if unit is None:
        return
    names = [unit.fallback, f"{network.district.id}-{unit.kind}"] if unit.kind != VILLAGE else [unit.fallback]
    for name in (*names, network.centre(town), network.county_centre):
        found = network.unit(name or "")
        if found is not None and not found.vacant:
            yield found.id


def parts(calls: Iterable[Call]) -> dict[str, list[Call]]:
    """The calls by the part they are for, in the order of calling; those of a part that was released whole are left out."""
    found: dict[str, list[Call]] = {}
    for call in calls:
        if call.part is not None:
            found.setdefault(call.part, []).append(call)
    return {part: shared for part, shared in found.items() if any(call.state is not CallState.RELEASED for call in shared)}


def enough(share: int | str, whole: int, reached: int) -> bool:
    """Whether so many of so many are enough; more than there are means all."""
    return whole > 0 and reached >= (whole if isinstance(share, str) else min(share, whole))
