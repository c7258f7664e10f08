"""Standing in (代班): who may do whose work for a while, as one table, and who may arrange it.

Asked by `service/entry/absences.py`. Whether a running stand-in holds is a matter of dates alone, and looked at at each use.
"""

from __future__ import annotations

from collections.abc import Collection

from models.account import StandInProblem
from models.network import Network
from models.party import Actor
from models.staff import Staff
from models.words import Role

R = Role

STANDS_IN: dict[Role, frozenset[Role]] = {
    R.CLERK: frozenset({R.CLERK, R.SCREENER, R.DISPATCHER}),
    R.SCREENER: frozenset({R.SCREENER, R.CLERK, R.DISPATCHER}),
    R.DISPATCHER: frozenset({R.DISPATCHER, R.SCREENER, R.DIRECTOR}),
    R.DIRECTOR: frozenset({R.DIRECTOR, R.DISPATCHER, R.LEADER}),
    R.LEADER: frozenset({R.LEADER, R.DIRECTOR}),
    R.MEDIATOR: frozenset({R.MEDIATOR}),
    R.OFFICER: frozenset({R.OFFICER, R.MEDIATOR, R.POLICE}),
    R.POLICE: frozenset({R.POLICE, R.OFFICER}),
    R.GRID: frozenset({R.GRID, R.MEDIATOR, R.OFFICER}),
    R.ADVISER: frozenset({R.ADVISER}),
    R.DOCTOR: frozenset({R.DOCTOR}),
    R.STEWARD: frozenset({R.STEWARD, R.VOLUNTEER}),
    R.VOLUNTEER: frozenset({R.VOLUNTEER, R.STEWARD}),
    R.AUDITOR: frozenset({R.AUDITOR}),
    R.ARCHIVIST: frozenset({R.ARCHIVIST, R.AUDITOR}),
    R.ANALYST: frozenset({R.ANALYST}),
}
"""Absent role → roles that may stand in. The three administrators have no row: each of them is there so that the others aren't alone."""

ADMINS = frozenset({R.ADMIN_SYSTEM, R.ADMIN_SECURITY, R.ADMIN_AUDIT})
"""The three administrators (三员): three people, none of whom works on cases."""

ARRANGES = frozenset({R.DIRECTOR, R.LEADER})
"""Posts of a centre that arrange absences in their town; of the county's centre, everywhere."""


def may_stand_in(absent: Staff, stand_in: Staff, network: Network) -> StandInProblem | None:
    """Return why somebody may not stand in for somebody, or None: role first, then how far away they are.

    Near enough is the same unit, another unit of the same kind or of the same village or town's mediators, or the centre above.
    """
    if absent.id == stand_in.id:
        return StandInProblem.SAME_PERSON
    if stand_in.role not in STANDS_IN.get(absent.role, frozenset()):
        return StandInProblem.ROLE
    if absent.unit == stand_in.unit:
        return None
    here, there = network.unit(absent.unit), network.unit(stand_in.unit)
    if here is None or there is None:
        return StandInProblem.UNIT
    same_work = absent.role is stand_in.role and (here.kind == there.kind or absent.role in {R.MEDIATOR, R.AUDITOR})
    near = there.town is None or there.town == here.town
    return None if same_work and near else StandInProblem.UNIT


def may_arrange(by: Actor, absent: Staff, network: Network) -> bool:
    """Whether somebody may arrange an absence: one's own, or those of the town whose centre one directs."""
    if by.person == absent.id or absent.id in by.also:
        return True
    if by.role not in ARRANGES:
        return False
    unit = network.unit(absent.unit)
    return by.unit == network.county_centre or (unit is not None and unit.town is not None and by.unit == network.centre(unit.town))


def mixes_admins(roles: Collection[Role]) -> bool:
    """Whether these posts of one person include one of the three administrators and any other role, another administrator's or not."""
    return not ADMINS.isdisjoint(roles) and len(set(roles)) > 1
