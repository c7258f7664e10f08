"""Escalation (升级): who the 1, the 3 and the N are at the level a case climbs to, with fallbacks and vacancies."""

from __future__ import annotations

from temporalio import activity

from activities.contracts import RESOLVE_LEVEL
from models.network import Network
from models.record import EscalationProposal, EscalationQuery
from models.words import Level, Role, UnitTier
from rules import routing
from rules.library import Library
from store.staff import StaffRoll

LEADERS = (Role.DISPATCHER, Role.DIRECTOR, Role.LEADER)
"""Posts of a centre of which one must be held for it to lead."""


class EscalationActivities:
    """Resolving a level of the network against the posts that are held."""

    def __init__(self, roll: StaffRoll, library: Library) -> None:
        self._roll = roll
        self._library = library

    @activity.defn(name=RESOLVE_LEVEL.name)
    async def resolve(self, query: EscalationQuery) -> EscalationProposal:
        """Say who leads and who joins at a level. Changes nothing.

        A committee without an officer gives way to the town's centre, a centre without anybody to lead to the county's; a unit
        without an officer to its fallback, or it is named as vacant. Nothing is dropped silently.
        """
        network = self._library.network(query.docs.network)
        chosen = routing.one(network, query.level, query.town, query.place)
        why = [f"one={chosen}"]
        vacant: list[str] = []
        lead = network.county_centre
        for unit in dict.fromkeys((chosen, network.centre(query.town))):
            if unit == lead or await self._leads(network, unit):
                lead = unit
                break
            vacant.append(unit)
        if lead != chosen:
            why.append(f"fallback={lead}")
        wanted = routing.at_joint(network, category=query.category, town=query.town) if query.level is Level.JOINT else ()
        units: list[str] = []
        for unit in wanted:
            stand_in = await self._standing_in(network, unit)
            if stand_in != unit:
                vacant.append(unit)
            if stand_in is not None and stand_in not in units and stand_in != lead:
                units.append(stand_in)
                why.append(f"{'joins' if stand_in == unit else 'fallback'}={stand_in}")
        return EscalationProposal(lead=lead, units=tuple(units), why=tuple(why), vacant=tuple(vacant))

    async def _standing_in(self, network: Network, unit_id: str) -> str | None:
        """Return the unit, or the first of its fallbacks that has somebody in it."""
        seen: list[str] = []
        name: str | None = unit_id
        while name is not None and name not in seen:
            if await self._held(name, (Role.OFFICER,)):
                return name
            seen.append(name)
            unit = network.unit(name)
            name = unit.fallback if unit is not None else None
        return None

    async def _leads(self, network: Network, unit_id: str) -> bool:
        unit = network.unit(unit_id)
        return await self._held(unit_id, LEADERS if unit is not None and unit.tier is UnitTier.ONE else (Role.OFFICER,))

    async def _held(self, unit: str, roles: tuple[Role, ...]) -> bool:
        for role in roles:
            if await self._roll.holders(role, [unit]):
                return True
        return False
