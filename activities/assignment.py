"""Assignment (指派): who should mediate a case, from the staff, their load and their fitness."""

from __future__ import annotations

from temporalio import activity

from activities.contracts import PROPOSE_MEDIATOR
from models.record import AssignmentProposal, AssignmentQuery
from models.words import Role
from rules import assignment
from rules.library import Library
from store.desk.queries import Queries
from store.staff import StaffRoll


class AssignmentActivities:
    """Proposing mediators."""

    def __init__(self, roll: StaffRoll, queries: Queries, library: Library) -> None:
        self._roll = roll
        self._queries = queries
        self._library = library

    @activity.defn(name=PROPOSE_MEDIATOR.name)
    async def propose(self, query: AssignmentQuery) -> AssignmentProposal:
        """Propose a mediator: of the lead's unit, then of the town, then of the county. Changes nothing."""
        case = query.case
        bundle = self._library.bundle(case.docs)
        day = bundle.cal.local_date(query.now)
        mediating = [unit for unit in bundle.network.units.values() if Role.MEDIATOR in unit.roles]
        circles = (
            [case.lead or ""],
            sorted(unit.id for unit in mediating if unit.town == case.town and case.town is not None),
            sorted(unit.id for unit in mediating if unit.town is None),
        )
        passed_over: list[str] = []
        for units in circles:
            people = await self._roll.mediators(units)
            loads = await self._queries.mediator_loads([person.id for person in people])
            found = assignment.propose(case, people, loads, day)
            passed_over.extend(item for item in found.passed_over if item not in passed_over)
            if found.mediator is not None:
                return found.model_copy(update={"passed_over": tuple(passed_over)})
        return AssignmentProposal(mediator=None, passed_over=tuple(passed_over))
