"""The table by unit or by town for a period (统计表), with the columns that offices print. Denominators are always told.

Cases are counted for the unit that leads them, or led them to their end; marks (cards, objections, returns, replies) for the
unit they are about. What was ended in the period and opened again since is not ended: the table tells of now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from models.network import Network
from models.party import Actor
from models.period import Period
from models.words import Mark, UnitTier
from rules.desks import Desk
from rules.periods import bounds
from rules.visibility import Group
from service.office import Office
from service.oversight.figures import Figure, League, Mean, Row, Share
from service.oversight.figuring import NOT_SET, SECONDS_A_DAY, Figuring, one, share, sit_down
from service.reading import Reader
from service.showing import town_name
from store.desk.lists import Filter
from store.desk.tallies import ALL, TOOK, Tallies, Tally

Counts = dict[str, int]
Marks = Mapping[Mark, int]

TOTAL = "合计"


class Leagues:
    """Tables for one person after another."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._reader = Reader(office)
        self._tallies = Tallies(office.store)

    async def league(self, actor: Actor, period: Period, *, by: Literal["unit", "town"] = "unit", town: str | None = None) -> League:
        """Return the table of one's scope, or of one town of it, for a period. Refused to whom the desk is not for."""
        sit_down(Desk.LEAGUE, actor)
        now, eyes = self._office.now(), await self._reader.numbers(actor)
        since, until = bounds(period, self._office.bundle.cal)
        table = _Table(actor, town, since, until, by)
        column: Literal["lead", "town"] = "lead" if by == "unit" else "town"
        counts: dict[str, Counts] = {}
        for name, wanted in table.asked().items():
            parts = {"overdue": Filter(overdue=True)} if name == "open" else {"on_time": Filter(late=False)} if name == "ended" else {}
            tally = (await self._tallies.split(eyes, wanted, now, (column,), parts, took=name == "ended"))[column]
            _gather(counts, name, tally)
        marks, in_all = await self._tallies.marked(eyes, since, until, by, town)
        network = self._office.bundle.network
        keys = sorted({*counts, *(key for key in marks if key or by == "town")}, key=lambda key: _place(network, by, key))
        rows = tuple(table.row(key, _named(network, by, key), counts.get(key, {}), marks.get(key, {})) for key in keys)
        total = table.total(_summed(counts.values()), in_all)
        return League(as_of=now, period=period, by=by, rows=rows, total=total)


class _Table:
    """The rows of one table."""

    def __init__(self, actor: Actor, town: str | None, since: datetime, until: datetime, by: Literal["unit", "town"]) -> None:
        self._figures = Figuring(actor, Filter(town=town))
        self._since, self._until, self._by = since, until, by

    def asked(self) -> dict[str, Filter]:
        """Return the three lists that all counts of cases come from."""
        narrowed = self._figures.narrowed
        return {
            "open": narrowed(ended=False),
            "taken_in": narrowed(**self._taken_in()),
            "ended": narrowed(**self._ended()),
        }

    def row(self, key: str, named: tuple[str, UnitTier | None], counts: Counts, marks: Marks) -> Row:
        """Return the row of a unit or town."""
        if self._by == "town":
            return self._made(key, named, counts, marks, one("town", key), {})
        return self._made(key, named, counts, marks if key else None, one("lead", key), {"mark_unit": key})

    def total(self, counts: Counts, marks: Marks) -> Row:
        """Return the row over all; a case with marks of two units counts once in it."""
        return self._made("", (TOTAL, None), counts, marks, {}, {})

    def _made(
        self, key: str, named: tuple[str, UnitTier | None], counts: Counts, marks: Marks | None, own: dict[str, Any], unit: dict[str, Any]
    ) -> Row:
        figure, ended = self._figures.figure, self._ended()
        overdue, closed = counts.get("overdue", 0), counts.get("ended", 0)
        on_time = figure(counts.get("on_time", 0), late=False, **ended, **own)
        settled = figure(closed + overdue, settled_from=self._since, settled_to=self._until, **own)
        all_ended = figure(closed, **ended, **own)
        # A mark is the unit's whoever leads the case now; of a town it is the case's.
        place = own if self._by == "town" else unit
        told = {kind: None if marks is None else self._marked(kind, marks.get(kind, 0), place) for kind in Mark}
        return Row(
            key=key,
            name=named[0],
            tier=named[1],
            open=figure(counts.get("open", 0), ended=False, **own),
            overdue=figure(overdue, ended=False, overdue=True, **own),
            taken_in=figure(counts.get("taken_in", 0), **self._taken_in(), **own),
            ended=all_ended,
            on_time=share(on_time, settled),
            yellow=told[Mark.YELLOW],
            red=told[Mark.RED],
            objected=told[Mark.OBJECTED],
            returned=told[Mark.RETURNED],
            days=Mean(days=round(counts.get(TOOK, 0) / closed / SECONDS_A_DAY, 1) if closed else None, of=all_ended),
            satisfied=None if marks is None else self._satisfied(marks, place),
        )

    def _marked(self, kind: Mark, value: int, place: dict[str, Any]) -> Figure:
        return self._figures.figure(value, marks=(kind,), **self._window(), **place)

    def _satisfied(self, marks: Marks, place: dict[str, Any]) -> Share | None:
        if not self._figures.counts_by(Group.VISITS):
            return None
        pleased, not_pleased = marks.get(Mark.SATISFIED, 0), marks.get(Mark.DISSATISFIED, 0)
        window = {**self._window(), **place}
        part = self._figures.figure(pleased, marks=(Mark.SATISFIED,), unmarked=(Mark.DISSATISFIED,), **window)
        return share(part, self._figures.figure(pleased + not_pleased, marks=(Mark.SATISFIED, Mark.DISSATISFIED), **window))

    def _taken_in(self) -> dict[str, Any]:
        return {"accepted": True, "opened_from": self._since, "opened_to": self._until}

    def _ended(self) -> dict[str, Any]:
        return {"ended_from": self._since, "ended_to": self._until}

    def _window(self) -> dict[str, Any]:
        return {"mark_from": self._since, "mark_to": self._until}


def _gather(counts: dict[str, Counts], name: str, tally: Tally) -> None:
    for key, row in tally.items():
        counts.setdefault(key, {}).update({name if part == ALL else part: value for part, value in row.items()})


def _summed(rows: Iterable[Counts]) -> Counts:
    total: Counts = {}
    for row in rows:
        for name, value in row.items():
            total[name] = total.get(name, 0) + value
    return total


def _named(network: Network, by: Literal["unit", "town"], key: str) -> tuple[str, UnitTier | None]:
    if by == "town":
        return town_name(network, key or None) or key, None
    unit = network.unit(key)
    return (unit.name, unit.tier) if unit is not None else (key or NOT_SET[0], None)


def _place(network: Network, by: Literal["unit", "town"], key: str) -> tuple[Any, ...]:
    """Return where a row stands: towns together, in each the one before the three before the N; what has no unit last."""
    unit = network.unit(key) if by == "unit" else None
    if unit is None:
        return (not key, "", 0, key)
    return (False, unit.town or "~", tuple(UnitTier).index(unit.tier), key)
