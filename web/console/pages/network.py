"""The linked departments (联动网络): the 1+3+N of each town as it is in force, who stands in, and who takes which category."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from models.network import PlaceLevel
from models.words import UnitTier
from rules.linkage import Linkage, linkage
from web.console.caller import Caller, CallerDep

router = APIRouter()

DISTRICT = "-"
"""The district itself, where an address names a town."""


@router.get("/network")
async def network(who: CallerDep, town: Annotated[str, Query(max_length=64)] = "") -> Response:
    """Return the page of one town, one's own unless another is asked for."""
    found = who.office.bundle.network
    towns = [(place.town, place.name) for place in found.places.values() if place.level is PlaceLevel.TOWN and place.town]
    own = found.unit(who.actor.unit)
    wanted = town or (own.town if own is not None else None) or DISTRICT
    wanted = wanted if wanted in dict(towns) else DISTRICT
    procedure = who.office.bundle.procedure
    chosen = linkage(found, procedure, None if wanted == DISTRICT else wanted)
    context = {
        "network": found,
        "town": wanted,
        "towns": (("", ((DISTRICT, found.district.name), *towns)),),
        "chosen": chosen,
        "overview": [(one, name, linkage(found, procedure, one)) for one, name in towns] if wanted == DISTRICT else [],
        "numeral": NUMERALS,
        "kind": lambda code: _kind(who, code),
        "count": _count,
    }
    return who.page("network.html", context)


NUMERALS = {UnitTier.ONE: "1", UnitTier.THREE: "3", UnitTier.N: "N", UnitTier.SOCIAL: "＋"}
"""The signs of the 1+3+N."""


def _kind(who: Caller, code: str) -> str:
    """Return a category with its name, or that it stands for all others."""
    found = who.office.place.categories.categories.get(code)
    return f"{code} {who.words.pick(found.zh, found.en)}" if found else who.words.message("其余类别")


def _count(linked: Linkage, tier: UnitTier) -> int:
    return sum(not member.unit.vacant for member in linked.tiers[tier])
