"""The picture of a network (联动网络图): who is the one, the three and the N of a town, what is vacant, and who stands in.

Read from the network alone, for the faces. Who leads in which category is asked of `rules/routing.py`, as routing does.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.network import DEFAULT, VILLAGE, Network, PlaceLevel, Unit
from models.procedure import Procedure
from models.words import Level, Tier, UnitTier
from rules.routing import propose, resolve


@dataclass(frozen=True, slots=True)
class Member:
    """A unit in its place."""

    unit: Unit
    stand_in: Unit | None
    """Who does its work while it is vacant, or would if it were; None where nobody is named."""

    @property
    def unmanned(self) -> bool:
        """Whether it is vacant and nobody stands in."""
        return self.unit.vacant and self.stand_in is None


@dataclass(frozen=True, slots=True)
class Way:
    """Who takes a category here; where nobody is of the kind asked for, the centre leads."""

    category: str
    """Two or four digits, or `default`."""
    level: Level | None
    """None = the level of the place."""
    village_first: bool
    """Whether the committee of the village leads; `lead` is then who does at town level and above."""
    lead: Unit
    assist: tuple[Unit, ...]
    lead_missing: str | None
    """What the table asks for as the lead and nobody is here, by what such units are called: 妇联."""
    assist_missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Linkage:
    """The 1+3+N of a town, or of the district itself."""

    town: str | None
    tiers: dict[UnitTier, tuple[Member, ...]]
    """Every tier, in the order of the 1+3+N; village committees stand apart."""
    villages: tuple[Member, ...]
    ways: tuple[Way, ...]

    @property
    def vacant(self) -> tuple[Member, ...]:
        """The members whose place is empty."""
        return tuple(member for members in self.tiers.values() for member in members if member.unit.vacant)


def linkage(network: Network, procedure: Procedure, town: str | None) -> Linkage:
    """Return the picture of a town; of the district for None. A town that is not there has no members."""
    own = [unit for unit in network.units.values() if unit.town == town]
    order = {kind: number for number, kind in enumerate(network.three)}
    tiers = {
        tier: tuple(
            _member(network, unit)
            for unit in sorted(own, key=lambda unit: order.get(unit.kind, len(order)))
            if unit.tier is tier and unit.kind != VILLAGE
        )
        for tier in UnitTier
    }
    villages = tuple(_member(network, unit) for unit in sorted(own, key=lambda unit: unit.village or "") if unit.kind == VILLAGE)
    ways = tuple(_way(network, procedure, key, town) for key in _in_order(network))
    return Linkage(town=town, tiers=tiers, villages=villages, ways=ways)


def _member(network: Network, unit: Unit) -> Member:
    if not unit.vacant:
        return Member(unit, network.unit(unit.fallback or ""))
    found, _ = resolve(network, unit.id, unit.level, unit.town, unit.village)
    return Member(unit, network.unit(found or ""))


def _in_order(network: Network) -> list[str]:
    """Categories by number, what holds for all others last."""
    return sorted(network.routing, key=lambda key: (key == DEFAULT, key))


def _way(network: Network, procedure: Procedure, key: str, town: str | None) -> Way:
    """Ask routing for a case of the town itself, of the lowest tier: it begins where the category begins."""
    row = network.routing[key]
    found = propose(network, category=key, level=None, tier=Tier.BLUE, place=_code(network, town), procedure=procedure)
    lacking = [reason.partition(":") for reason in found.why]
    leads = [kind for said, _, kind in lacking if said == "missing"]
    return Way(
        category=key,
        level=row.level,
        village_first=row.lead == VILLAGE and town is not None,
        lead=network.units[found.lead],
        assist=tuple(network.units[unit] for unit in found.assist),
        lead_missing=_called(network, leads[0], town) if leads and leads[0] != VILLAGE else None,
        assist_missing=tuple(_called(network, kind, town) for said, _, kind in lacking if said == "dropped"),
    )


def _code(network: Network, town: str | None) -> str:
    """Return the division code of a town, of the district for None."""
    return next((p.code for p in network.places.values() if p.level is PlaceLevel.TOWN and p.town == town), network.district.code)


def _called(network: Network, kind: str, town: str | None) -> str:
    """Return what units of a kind are called, without the name of the place; the kind where there are none."""
    towns = {place.town: place.name for place in network.places.values() if place.level is PlaceLevel.TOWN}
    same = [unit for unit in network.units.values() if unit.kind == kind]
    found = next((unit for unit in same if unit.town == town), same[0] if same else None)
    return kind if found is None else found.name.removeprefix(towns.get(found.town, network.district.name))
