"""What a list may be asked by, and how what it was asked stands in an address (查询条件).

Who may not see a column may not ask by it, either: `may_ask` stands before every list and count. A figure names its list as a
`Filter`; `params` writes it into an address, `filter_of` reads it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from models.kpi import Count, Kpis, Thing
from models.party import Actor
from models.refusal import RefusalCode
from models.words import Mark, Role
from rules.visibility import ASKED, Group
from service.errors import refuse
from store.desk.lists import Filter, OwedFilter

ASKS: dict[str, Group] = {
    **dict.fromkeys(("town", "stage", "lead", "overdue", "ended", "suspended", "level", "card", "due_before", "handled_by"), Group.WAY),
    **dict.fromkeys(("opened_from", "opened_to", "ended_from", "ended_to", "agreed_from", "agreed_to"), Group.WAY),
    **dict.fromkeys(("settled_from", "settled_to", "accepted", "late", "mark_unit", "mark_from", "mark_to"), Group.WAY),
    **dict.fromkeys(("code", "retain_from", "retain_to", "permanent"), Group.WAY),
    **dict.fromkeys(("kpi", "kpi_part", "kpi_unit", "kpi_from", "kpi_to"), Group.WAY),
    **dict.fromkeys(("place", "places"), Group.PLACE),
    "tier": Group.RISK,
    "category": Group.KIND,
    "mediator": Group.STAFF,
}
"""Which group a filter asks about. Marks, `without` and what an indicator counts ask about what they name."""

IN_ADDRESS = frozenset(ASKS) - {"handled_by", "places"} | {"marks", "unmarked", "without"}
"""What may stand in an address; the rest is filled in by use cases alone."""

OWN = frozenset({"act", "claimed", "kind"})
"""What an inbox may be asked by whatever its lists show: it is of one's own duties."""

REPLIES = frozenset({Mark.SATISFIED, Mark.DISSATISFIED})


ASKED_BY_COUNT: dict[str, Group] = {"tier": Group.RISK, "category": Group.KIND}
"""Conditions of an indicator that are about more than the way of a case."""


def count_groups(count: Count) -> frozenset[Group]:
    """Return the groups that what an indicator counts is about."""
    replies = {Group.VISITS} if count.thing in {Thing.VISIT, Thing.RATING} else set()
    return frozenset({Group.WAY, *replies, *(ASKED_BY_COUNT[name] for name in count.where.asked & set(ASKED_BY_COUNT))})


def looked_up(wanted: Filter, kpis: Kpis) -> Filter:
    """Return a filter that names an indicator with what it counts. Raises ValueError for one that is not in the list."""
    if wanted.kpi is None:
        return wanted
    kpi = kpis.get(wanted.kpi)
    if kpi is None or wanted.kpi_from is None or wanted.kpi_to is None:
        raise ValueError("no such indicator, or no period")
    return wanted.model_copy(update={"counted": kpi.counted_part() if wanted.kpi_part else kpi.of})


def asked(wanted: Filter | OwedFilter) -> Iterator[tuple[str, Group | None]]:
    """Yield what a filter asks, with the group that it is about; None for what nobody may ask."""
    for name, value in wanted:
        if name == "without":
            yield from ((column, ASKS[column]) for column in value or ())
        elif name in {"marks", "unmarked"}:
            yield from ((str(mark), Group.VISITS if mark in REPLIES else Group.WAY) for mark in value or ())
        elif name == "counted":
            yield from (("kpi", group) for group in (count_groups(value) if value is not None else ()))
        elif value is not None and name not in OWN:
            yield name, ASKS.get(name)


def allows(role: Role, wanted: Filter) -> bool:
    """Whether somebody of this role may ask for this list."""
    groups = ASKED.get(role, frozenset())
    return all(group in groups for _, group in asked(wanted))


def may_ask(actor: Actor, wanted: Filter | OwedFilter, table: Mapping[Role, frozenset[Group]] = ASKED) -> None:
    """Refuse a filter on what the role's lists don't show; `table` says what they do."""
    groups = table.get(actor.role, frozenset())
    for name, group in asked(wanted):
        if group not in groups:
            raise refuse(RefusalCode.NOT_ALLOWED, name)


def params(wanted: Filter) -> tuple[tuple[str, str], ...]:
    """Return a filter as the parameters of an address; what holds several values stands there several times."""
    found: list[tuple[str, str]] = []
    for name, value in wanted.model_dump(mode="json", exclude_none=True, exclude={"counted"}).items():
        values = value if isinstance(value, list) else [value]
        found.extend((name, str(item).lower() if isinstance(item, bool) else str(item)) for item in values)
    return tuple(found)


def filter_of(pairs: Iterable[tuple[str, str]]) -> Filter:
    """Read a filter from the parameters of an address; others are passed over, empty ones too. Raises ValueError."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if name in IN_ADDRESS and value:
            found.setdefault(name, []).append(value)
    several = {"marks", "unmarked", "without"}
    return Filter.model_validate({name: values if name in several else values[-1] for name, values in found.items()})
