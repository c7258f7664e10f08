"""Whose eyes may rest on a case (可见范围): the rows of `case_access`, written with each publish (design 11.8)."""

from __future__ import annotations

from collections.abc import Iterable

from models.case import Case
from models.network import Network
from models.record import Duty
from models.words import TaskState
from rules.reserved import owing, reserves


def access(case: Case, network: Network, duties: Iterable[Duty]) -> tuple[tuple[str, str], ...]:
    """Return the scopes a case is open to: units, tasks, town, mediator, grid, parties. Sorted, each once.

    `rules/visibility.py` says whose eyes are made of which scopes. A reserved case carries why, which closes its town to some
    roles, and is open to the posts that owe something in it; it isn't open to its grid.
    """
    why = reserves(case)
    tasked = {task.unit for task in case.tasks.values() if task.state is not TaskState.RELEASED}
    units = {case.centre, network.centre(case.town), network.county_centre, case.lead, *case.told, *tasked}
    pairs = {("unit", unit) for unit in units if unit} | {("task", unit) for unit in tasked}
    if case.town is not None:
        pairs.add(("town", case.town))
    if why:
        pairs |= {("reserved", str(kind)) for kind in why} | {("post", post) for post in owing(duties, case.town)}
    elif case.place is not None:
        pairs.add(("place", case.place))
    if case.mediator is not None:
        pairs |= {("person", case.mediator.person), ("unit", case.mediator.unit)}
    pairs |= {("party", party.person) for party in case.parties if party.person is not None}
    return tuple(sorted(pairs))
