"""Which unit a kind of unit means for an affair (单位解析), and how an actor stands to it. Shared by the kinds' own rules."""

from __future__ import annotations

from typing import Any

from models.network import VILLAGE, Network, Place
from models.party import Actor
from models.refusal import RefusalCode
from models.words import Level, Role
from rules.affair.kind import AffairBundle, Owes
from rules.draft import Refuse
from rules.routing import resolve


def where(network: Network, code: str) -> Place:
    """The place of a division code; refuses `unknown_place`."""
    place = network.place(code)
    if place is None:
        raise Refuse(RefusalCode.UNKNOWN_PLACE, "place")
    return place


def unit_of(network: Network, kind: str | None, place: Place) -> str:
    """The unit that a kind means at a place, with its fallbacks; the committee of the village for None; at last the centre."""
    level = Level.VILLAGE if kind in {None, VILLAGE} else Level.TOWN
    found, _ = resolve(network, kind or VILLAGE, level, place.town, place.code)
    return found or network.centre(place.town)


def known_unit(network: Network, unit_id: str) -> str:
    """The unit of this id; refuses `unknown_unit`, also for one that is vacant."""
    unit = network.unit(unit_id)
    if unit is None or unit.vacant:
        raise Refuse(RefusalCode.UNKNOWN_UNIT, unit_id)
    return unit_id


def centres(town: str | None, network: Network) -> tuple[str, str]:
    """The units in charge of a town: its own centre, and the county's."""
    return network.centre(town), network.county_centre


def village_of(affair: Any, network: Network) -> str | None:
    """The committee of the affair's village; None where its place has none of its own."""
    place = network.place(affair.place or "")
    return place.unit if place is not None else None


def of_centre(affair: Any, actor: Actor, bundle: AffairBundle) -> bool:
    """Whether the actor sits in the centre in charge: the town's, or the county's."""
    return actor.unit in centres(affair.town, bundle.network)


def by_centre(affair: Any, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    """The same, as whose hands an action is in (`AffairSpec.holds`)."""
    return of_centre(affair, actor, bundle)


def by_village(affair: Any, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    """Whether it is in the actor's hands as the committee of its village or the centre in charge, of the place named where it begins."""
    network = bundle.network
    if affair.stage is None:
        place = network.place(act.place)
        # A place that is unknown is named by the rule itself.
        return place is None or actor.unit in (place.unit, *centres(place.town, network))
    return actor.unit == village_of(affair, network) or of_centre(affair, actor, bundle)


def owed_there(affair: Any, act: str, network: Network, desk: Role = Role.DISPATCHER) -> Owes:
    """What the grid of the affair's place owes; a desk of the centre where the place has no committee of its own."""
    unit = village_of(affair, network)
    return Owes(act, Role.GRID, unit) if unit else Owes(act, desk, network.centre(affair.town))


def of_place(place: str | None, actor: Actor, network: Network) -> bool:
    """Whether the actor's unit is one of the place: the village's own, one of its town, or one of the district."""
    unit, found = network.unit(actor.unit), network.place(place or "")
    if unit is None or found is None:
        return False
    return unit.village == found.code if unit.village is not None else unit.town in {None, found.town}


def standard_access(affair: Any, network: Network, *units: str | None) -> tuple[tuple[str, str], ...]:
    """The scopes that most affairs are open to: their town, their place, the centre in charge and the units that work on them."""
    found = [("unit", unit) for unit in (*centres(affair.town, network), *units) if unit]
    found += [("task", unit) for unit in units if unit]
    found += [("town", affair.town)] if affair.town is not None else []
    found += [("place", affair.place)] if affair.place is not None else []
    return tuple(dict.fromkeys(found))


def centre_posts(town: str | None, network: Network) -> tuple[tuple[str, str], ...]:
    """The scopes by which the desks of the centre in charge see what is not open to its town: by post, as reserved cases are."""
    return tuple(("post", f"{role}@{network.centre(town)}") for role in (Role.CLERK, Role.DISPATCHER, Role.DIRECTOR, Role.LEADER))
