"""The dispatcher's desk (分流): the routing that is proposed for a case and why, what else could be chosen, objections to rule on."""

from __future__ import annotations

from models.base import Instant, Model
from models.case import Case, Objection
from models.event import Event
from models.happening import Objected
from models.network import Network, Unit
from models.party import Actor
from models.refusal import RefusalCode
from models.words import Level, Role, Stage, UnitTier
from rules.allowed import allowed
from rules.authority import PERMITS, holds, permit
from rules.draft import Context
from rules.library import Bundle
from rules.obligations import owed
from rules.routing import Proposal, can_lead, open_levels, propose_for
from rules.routing_telling import reasons
from rules.visibility import Group
from service import shown
from service.errors import refuse
from service.reading import Reader
from service.showing import Showing, unit_name

TIERS = tuple(UnitTier)


class WhyShown(Model):
    """A reason, by its stable code and in both languages."""

    code: str
    zh: str
    en: str


class UnitChoice(Model):
    """A unit that a dispatcher may choose."""

    unit: str
    name: str
    tier: UnitTier
    level: Level
    kind: str
    town: str | None
    vacant: bool
    fallback: str | None
    """Who stands in while it is vacant."""
    leads: bool
    """Whether it can lead, and not only assist."""
    proposed: str | None = None
    """`lead`, `assist`, or None."""


class RoutingShown(Model):
    """The routing proposed for a case: what `route` does when nothing is chosen."""

    code: str
    as_of: Instant
    seq: int
    level: Level
    lead: str
    lead_name: str
    assist: tuple[str, ...]
    assist_names: tuple[str, ...]
    why: tuple[WhyShown, ...]
    levels: tuple[Level, ...]
    """Levels that may be chosen instead."""
    units: tuple[UnitChoice, ...]
    """All units of the town and of the district: those proposed first, then by tier."""


class ObjectionShown(Model):
    """An objection that waits for a ruling."""

    unit: str
    unit_name: str | None
    to: str | None
    to_name: str | None
    task: str | None
    """None = against leading the case."""
    ruled_by: Role
    may_rule: bool
    """Whether this person may rule on it now."""
    told: shown.Told | None
    """When it was made, and its reason as far as it may be read; None where the record has it no more."""


class Dispatching(Reader):
    """What dispatchers ask."""

    async def proposal(self, actor: Actor, key: str, *, level: Level | None = None) -> RoutingShown:
        """Return the routing proposed for a screened case; with a level the one that would follow from choosing it.

        The look is logged. Raises UnknownCase; Refused: `not_allowed` (also for too low a level), `not_holder`, `wrong_stage`.
        """
        if not permit("route", actor.role):
            raise refuse(RefusalCode.NOT_ALLOWED)
        case, bundle, _ = await self.look(actor, key, "routing")
        if case.stage is not Stage.SCREENED:
            raise refuse(RefusalCode.WRONG_STAGE, str(case.stage))
        if not holds(case, actor, PERMITS["route"].relation, bundle.network):
            raise refuse(RefusalCode.NOT_HOLDER)
        levels = open_levels(case, bundle.procedure)
        if level is not None and level not in levels:
            raise refuse(RefusalCode.NOT_ALLOWED, str(level))
        return self._shown(case, bundle, propose_for(case, bundle, level), levels)

    def _shown(self, case: Case, bundle: Bundle, found: Proposal, levels: tuple[Level, ...]) -> RoutingShown:
        network, place = bundle.network, bundle.network.place(case.place or "")
        told = reasons(found, place, network, self._office.place.categories) if place is not None else ()
        return RoutingShown(
            code=case.code or case.id,
            as_of=self._office.now(),
            seq=case.seq,
            level=found.level,
            lead=found.lead,
            lead_name=unit_name(network, found.lead) or found.lead,
            assist=found.assist,
            assist_names=tuple(unit_name(network, unit) or unit for unit in found.assist),
            why=tuple(WhyShown(code=code, zh=zh, en=en) for code, (zh, en) in zip(found.why, told, strict=True)),
            levels=levels,
            units=_choices(network, case.town, found),
        )

    async def objections(self, actor: Actor, key: str) -> tuple[ObjectionShown, ...]:
        """Return the objections of a case that wait for a ruling, with their reasons. The look is logged.

        Raises UnknownCase; Refused where the way of the case is hidden.
        """
        case, bundle, seen = await self.look(actor, key, "objections")
        if not seen.sees(Group.WAY):
            raise refuse(RefusalCode.NOT_ALLOWED)
        waiting = [one for one in case.objections if one.open]
        if not waiting:
            return ()
        lines = await self._office.records.lines(case.id)
        events = [Event.model_validate_json(line.body) for line in lines if line.type == "objected"]
        story = await Showing(self._office, actor, case, bundle, seen).story(events)
        pairs = zip(events, story.events, strict=True)
        said = {(event.what.unit, event.what.task): told for event, told in pairs if isinstance(event.what, Objected)}
        mine = "rule" in allowed(case, actor, Context(now=self._office.now(), library=self._office.library))
        # A ruling is on the first that waits.
        return tuple(
            self._objection(one, case, bundle.network, said.get((one.unit, one.task)), mine=mine and one is waiting[0]) for one in waiting
        )

    def _objection(self, one: Objection, case: Case, network: Network, told: shown.Told | None, *, mine: bool) -> ObjectionShown:
        return ObjectionShown(
            unit=one.unit,
            unit_name=unit_name(network, one.unit),
            to=one.to,
            to_name=unit_name(network, one.to) if one.to else None,
            task=one.task,
            ruled_by=owed(case, "rule").role,
            may_rule=mine,
            told=told,
        )


def _choices(network: Network, town: str | None, found: Proposal) -> tuple[UnitChoice, ...]:
    proposed = {found.lead: "lead"} | dict.fromkeys(found.assist, "assist")
    units = [unit for unit in network.units.values() if unit.town in {None, town} or unit.id in proposed]
    order = {unit: place for place, unit in enumerate(proposed)}
    units.sort(key=lambda unit: (order.get(unit.id, len(order)), unit.town is None, TIERS.index(unit.tier), unit.id))
    return tuple(_choice(unit, proposed.get(unit.id)) for unit in units)


def _choice(unit: Unit, proposed: str | None) -> UnitChoice:
    return UnitChoice(
        unit=unit.id,
        **unit.model_dump(include={"name", "tier", "level", "kind", "town", "vacant", "fallback"}),
        leads=can_lead(unit),
        proposed=proposed,
    )
