"""Routing (分流): who leads, who assists, at which level, read from the network's routing table.

`propose` gives the default of `route`; `decide` uses it, checks a dispatcher's own choice against `open_levels`, and
takes `one`, `climb` and `at_joint` when a case climbs. Nothing here knows a person.
"""

from __future__ import annotations

from models.base import Model
from models.case import Case
from models.network import DEFAULT, VILLAGE, Network, Place, RoutingRow, Unit
from models.procedure import Procedure
from models.words import LEVELS, Level, Role, Tier, UnitTier
from rules.library import Bundle

LOCAL = (Level.GRID, Level.VILLAGE)
"""Levels at which a village committee can lead."""


class UnknownPlace(LookupError):
    """No place of this division code is in the network; its argument is the code."""


class Proposal(Model):
    """What the routing table proposes for a case."""

    level: Level
    lead: str
    """Unit id."""
    assist: tuple[str, ...]
    """Unit ids, in the order of the table, without the lead."""
    why: tuple[str, ...]
    """How it came about, as short codes such as `row:0602` or `dropped:traffic`; no personal data."""


def propose(network: Network, *, category: str | None, level: Level | None, tier: Tier, place: str, procedure: Procedure) -> Proposal:
    """The routing of a case by category, tier and place; raises UnknownPlace.

    A level that is asked for is taken as it is, even when it is too low for the tier: see `below_minimum`. Without one
    the row's level holds, raised to the tier's minimum.
    """
    where = network.place(place)
    if where is None:
        raise UnknownPlace(place)
    key, row = row_of(network, category)
    why = [f"row:{key}"]
    if level is None:
        level, reason = _default_level(row, tier, where, procedure)
        why.append(reason)
    lead, reasons = _lead(network, row, level, where)
    why += reasons
    assist: list[str] = []
    for kind in row.assist:
        unit, reason = resolve(network, kind, level, where.town, where.code)
        if unit is None or reason != kind:
            why.append(f"dropped:{kind}" if unit is None else reason)
        if unit is not None and unit != lead and unit not in assist:
            assist.append(unit)
    return Proposal(level=level, lead=lead, assist=tuple(assist), why=tuple(why))


def propose_for(case: Case, bundle: Bundle, level: Level | None = None) -> Proposal:
    """The routing of a case as it stands: what `route` does without a word. Raises UnknownPlace."""
    return propose(
        bundle.network,
        category=case.category,
        level=level or case.level,
        tier=case.tier,
        place=case.place or "",
        procedure=bundle.procedure,
    )


def open_levels(case: Case, procedure: Procedure) -> tuple[Level, ...]:
    """The levels a case may be routed to: none below what its tier demands, none below where it has climbed to."""
    reached = LEVELS.index(case.level) if case.level is not None else 0
    return tuple(level for level in LEVELS[reached:] if not below_minimum(level, case.tier, procedure))


def can_lead(unit: Unit) -> bool:
    """Whether there is anybody in a unit who can act for it as a lead; a team has nobody."""
    return unit.tier is UnitTier.ONE or Role.OFFICER in unit.roles


def row_of(network: Network, category: str | None) -> tuple[str, RoutingRow]:
    """The routing row of a category and its key, the longest match first, `default` at last."""
    for end in range(len(category or ""), 0, -1):
        key = (category or "")[:end]
        if key in network.routing:
            return key, network.routing[key]
    return DEFAULT, network.routing[DEFAULT]


def resolve(network: Network, kind: str, level: Level, town: str | None, village: str | None) -> tuple[str | None, str]:
    """The unit a kind means here, and how it was found.

    The reason is the kind itself for the plain case, else `fallback:<kind>`, `above:village` or `missing:<kind>`.
    `village` is a division code. A full id stays what it is, at every level.
    """
    if kind == VILLAGE:
        return _village(network, level, town, village)
    district = f"{network.district.id}-{kind}"
    names = [kind, f"{town}-{kind}" if town else district]
    if level is Level.COUNTY:
        names.insert(1, district)
    for name in names:
        if network.unit(name) is not None:
            found = _stand_in(network, name)
            return found, kind if found == name else f"fallback:{kind}" if found else f"missing:{kind}"
    return None, f"missing:{kind}"


def at_joint(network: Network, *, category: str | None, town: str | None) -> tuple[str, ...]:
    """The units a joint meeting (镇级联调) convenes: the three of the town, then the N of the category's row."""
    _, row = row_of(network, category)
    found = list(the_three(network, town))
    for kind in (row.lead, *row.assist):
        name, _ = resolve(network, kind, Level.JOINT, town, None)
        member = network.unit(name) if name else None
        if member is not None and member.tier is UnitTier.N:
            found.append(member.id)
    return tuple(dict.fromkeys(found))


def the_three(network: Network, town: str | None) -> tuple[str, ...]:
    """The three of a town, or of the district, each with its stand-in where it is vacant."""
    found = (resolve(network, kind, Level.JOINT, town, None)[0] for kind in network.three)
    return tuple(dict.fromkeys(name for name in found if name is not None))


def one(network: Network, level: Level, town: str | None, place: str | None = None) -> str:
    """Unit id of who leads at a level: the committee of the place's village, the town's centre, above it the county's."""
    where = network.place(place) if level is Level.VILLAGE and place else None
    committee = network.unit(where.unit) if where is not None and where.unit else None
    if committee is not None and not committee.vacant:
        return committee.id
    return network.centre(None if level is Level.COUNTY else town)


def climb(level: Level) -> Level | None:
    """The next rung of the ladder, or None from the top."""
    place = LEVELS.index(level) + 1
    return LEVELS[place] if place < len(LEVELS) else None


def below_minimum(level: Level, tier: Tier, procedure: Procedure) -> bool:
    """Whether a case of this tier may not be routed as low as this level."""
    minimum = procedure.ladder_rules.start_at_least.get(tier)
    return minimum is not None and LEVELS.index(level) < LEVELS.index(minimum)


def _default_level(row: RoutingRow, tier: Tier, where: Place, procedure: Procedure) -> tuple[Level, str]:
    if row.level is not None:
        level = row.level
    elif where.town is None:
        level = Level.COUNTY
    else:
        level = Level.VILLAGE if row.lead == VILLAGE and where.unit is not None else Level.TOWN
    if below_minimum(level, tier, procedure):
        minimum = procedure.ladder_rules.start_at_least[tier]
        return minimum, f"raised:{minimum}:{tier}"
    return level, f"level:{level}"


def _lead(network: Network, row: RoutingRow, level: Level, where: Place) -> tuple[str, list[str]]:
    """The lead, never nobody: the row's own, else the one that stands in for a village, else the centre."""
    why: list[str] = []
    for kind in dict.fromkeys((row.lead, network.village_above)):
        unit, reason = resolve(network, kind, level, where.town, where.code)
        if unit is not None:
            return unit, [*why, f"lead:{reason}"]
        why.append(reason)
    return one(network, level, where.town), [*why, "lead:centre"]


def _village(network: Network, level: Level, town: str | None, village: str | None) -> tuple[str | None, str]:
    where = network.place(village) if village else None
    committee = network.unit(where.unit) if where and where.unit else None
    if level in LOCAL and committee is not None and not committee.vacant:
        return committee.id, VILLAGE
    if network.village_above == VILLAGE:
        return None, "missing:village"
    unit, _ = resolve(network, network.village_above, level, town, village)
    return unit, "above:village" if unit else "missing:village"


def _stand_in(network: Network, unit_id: str) -> str | None:
    """The unit itself, or who stands in while it is vacant: a chain of fallbacks, None where it ends or turns round."""
    seen: list[str] = []
    name: str | None = unit_id
    while name is not None and name not in seen:
        unit = network.unit(name)
        if unit is None:
            return None
        if not unit.vacant:
            return unit.id
        seen.append(name)
        name = unit.fallback
    return None
