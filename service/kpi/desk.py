"""The desk of indicators (指标台): tables, splits and series for one person, within their own town or the district.

Counts come from the facts (`store/kpi/`); what a role may not count by is left out, and a statistician is told no small numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from models.kpi import Count, Kpi, Shows, Thing, When
from models.party import Actor
from models.period import Period, Step
from models.refusal import RefusalCode
from rules.desks import Desk
from rules.kpi.comparing import before, year_before
from rules.kpi.counting import Window, percent
from rules.labels import Both
from rules.periods import bounds, latest
from rules.visibility import COUNTED, REACH
from service.asking import allows, count_groups
from service.errors import refuse
from service.kpi.keeping import catch_up
from service.kpi.quiet import check_period, is_quiet, quieted, split_quieted
from service.kpi.told import KpiTable, Line, Number, PairSide, Series, SeriesPoint, Split, SplitRow
from service.office import Office
from service.oversight.figures import Figure
from service.oversight.figuring import NOT_SET, named, sit_down
from service.reading import Reader
from service.showing import town_name, unit_name
from store.desk.lists import Eyes, Filter
from store.kpi.figures import By, KpiFigures, Scope

MOST_PERIODS = 60
NOTHING: Mapping[str, list[int]] = {}


class KpiDesk:
    """Indicators for one person after another; keeps nothing between two questions."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._figures = KpiFigures(office.store)

    async def table(self, actor: Actor, period: Period, scope: Scope | None = None, *, short: bool = False) -> KpiTable:
        """Return all indicators of a period, compared with the period before and a year earlier. Refused to whom the desk is not for."""
        scope = scope or Scope()
        ask = await self._asked(actor, scope, period)
        today = self._today()
        earlier, year = before(period, today), year_before(period, today)
        windows = [self._window(one, ask.now) for one in (period, earlier, year)]
        kpis = [kpi for kpi in self._kpis(actor) if not (short and kpi.small)]
        pair = self._office.place.kpis.pair
        counts = {f"{kpi.id}:{side}": count for kpi in kpis for side, count in (("whole", kpi.of), ("part", kpi.counted_part()))}
        sides = {"pair:up": pair.up, "pair:down": pair.down}
        found = (await self._figures.counted(ask.eyes, {**counts, **sides}, windows, scope)).get("", NOTHING)
        measured = {
            kpi.id: [(await self._figures.measured(ask.eyes, kpi, window, scope)).get("", (0, None)) for window in windows]
            for kpi in kpis
            if kpi.measure is not None
        }
        lines = []
        for kpi in kpis:
            numbers = [
                ask.number(kpi, windows[at], _pair(found, kpi, at, len(windows)), measured[kpi.id][at] if kpi.measure else None)
                for at in range(3)
            ]
            lines.append(_line(kpi, numbers))
        return KpiTable(
            as_of=ask.now,
            behind=ask.behind,
            period=period,
            before=earlier,
            year=year,
            **scope.model_dump(),
            lines=tuple(lines),
            pair=(
                _side((pair.up_zh, pair.up_en), ask, found.get("pair:up", [0, 0, 0])),
                _side((pair.down_zh, pair.down_en), ask, found.get("pair:down", [0, 0, 0])),
            ),
        )

    async def split(self, actor: Actor, kpi_id: str, period: Period, by: By, scope: Scope | None = None) -> Split:
        """Return one indicator by town, unit, class or tier, the largest whole first. Refused for an unknown one."""
        scope = scope or Scope()
        ask, kpi = await self._asked(actor, scope, period), self._kpi(actor, kpi_id)
        window = self._window(period, ask.now)
        counts = {"whole": kpi.of, "part": kpi.counted_part()}
        if by != "none" and not ask.may(Count(when=kpi.of.when, thing=kpi.of.thing), by):
            raise refuse(RefusalCode.NOT_ALLOWED, by)
        groups = await self._figures.counted(ask.eyes, counts, [window], scope, by)
        total = (await self._figures.counted(ask.eyes, counts, [window], scope)).get("", {"whole": [0], "part": [0]})
        measured = await self._figures.measured(ask.eyes, kpi, window, scope, by) if kpi.measure else {}
        in_all = (await self._figures.measured(ask.eyes, kpi, window, scope)).get("", (0, None)) if kpi.measure else None
        names = self._names(by, groups)
        rows = [
            SplitRow(
                key=key,
                name=names.get(key, (key, key)) if key else NOT_SET,
                number=ask.number(
                    kpi, window, (numbers["part"][0], numbers["whole"][0]), measured.get(key, (0, None)) if kpi.measure else None, (by, key)
                ),
            )
            for key, numbers in sorted(groups.items(), key=lambda item: (not item[0], -item[1]["whole"][0], item[0]))
            if numbers["whole"][0] or numbers["part"][0]
        ]
        return Split(
            as_of=ask.now,
            behind=ask.behind,
            period=period,
            id=kpi.id,
            name=(kpi.zh, kpi.en),
            shows=kpi.shows,
            by=by,
            rows=split_quieted(rows) if is_quiet(actor) else tuple(rows),
            total=ask.number(kpi, window, (total["part"][0], total["whole"][0]), in_all),
        )

    async def series(
        self,
        actor: Actor,
        kpi_id: str,
        step: Step = Step.MONTH,
        *,
        count: int = 12,
        scope: Scope | None = None,
        until: date | None = None,
    ) -> Series:
        """Return one indicator over the last periods, the one that holds `until` (today) included. Raises ValueError for more than 60."""
        if not 0 < count <= MOST_PERIODS:
            raise ValueError(f"at most {MOST_PERIODS} periods")
        scope = scope or Scope()
        periods = latest(step, until or self._today(), count)
        ask, kpi = await self._asked(actor, scope, periods[-1]), self._kpi(actor, kpi_id)
        windows = [self._window(period, ask.now) for period in periods]
        counts = {f"{kpi.id}:whole": kpi.of, f"{kpi.id}:part": kpi.counted_part()}
        found = (await self._figures.counted(ask.eyes, counts, windows, scope)).get("", NOTHING)
        points = []
        for at, (period, window) in enumerate(zip(periods, windows, strict=True)):
            measured = (await self._figures.measured(ask.eyes, kpi, window, scope)).get("", (0, None)) if kpi.measure else None
            number = ask.number(kpi, window, _pair(found, kpi, at, len(windows)), measured)
            points.append(SeriesPoint(period=period, number=number))
        name = (kpi.zh, kpi.en)
        return Series(as_of=ask.now, behind=ask.behind, step=step, id=kpi.id, name=name, shows=kpi.shows, points=tuple(points))

    def list_of(self, actor: Actor) -> tuple[Kpi, ...]:
        """Return the indicators that somebody may be told."""
        sit_down(Desk.KPI, actor)
        return tuple(self._kpis(actor))

    async def _asked(self, actor: Actor, scope: Scope, period: Period) -> Asked:
        sit_down(Desk.KPI, actor)
        check_period(actor, period)
        behind = await catch_up(self._office)
        eyes = await Reader(self._office).numbers(actor)
        return Asked(actor, eyes, scope, self._office.now(), behind, self._office.place.kpis.suppress_below)

    def _kpis(self, actor: Actor) -> list[Kpi]:
        mine = COUNTED.get(actor.role, frozenset())
        return [kpi for kpi in self._office.place.kpis.kpis if count_groups(kpi.of) | count_groups(kpi.counted_part()) <= mine]

    def _kpi(self, actor: Actor, kpi_id: str) -> Kpi:
        found = next((kpi for kpi in self._kpis(actor) if kpi.id == kpi_id), None)
        if found is None:
            raise refuse(RefusalCode.INVALID, "kpi")
        return found

    def _window(self, period: Period, now: datetime) -> Window:
        since, until = bounds(period, self._office.bundle.cal)
        return Window(since, until, now)

    def _today(self) -> date:
        return self._office.bundle.cal.local_date(self._office.now())

    def _names(self, by: By, keys: Mapping[str, Any]) -> dict[str, Both]:
        network, categories = self._office.bundle.network, self._office.place.categories.categories
        if by == "tier":
            return named("tier")
        if by == "category":
            return {code: (found.zh, found.en) for code in keys if (found := categories.get(code)) is not None}
        names = {key: (town_name(network, key or None) if by == "town" else unit_name(network, key)) or key for key in keys}
        return {key: (name, name) for key, name in names.items()}


class Asked:
    """One question: who asks, for what, and what they may be told."""

    def __init__(self, actor: Actor, eyes: Eyes, scope: Scope, now: datetime, behind: int, least: int) -> None:
        self.eyes, self.now, self.behind, self.least = eyes, now, behind, least
        self._actor, self._scope = actor, scope
        self.quiet = is_quiet(actor)

    def may(self, count: Count, by: By) -> bool:
        """Whether somebody's figures may be told apart by such a column."""
        need = {"category": {"category": ("01",)}, "tier": {"tier": ("red",)}}.get(by, {})
        asked = count.model_copy(update={"where": count.where.model_copy(update=need)})
        return count_groups(asked) <= COUNTED.get(self._actor.role, frozenset())

    def number(
        self,
        kpi: Kpi,
        window: Window,
        counted: tuple[int, int],
        measured: tuple[int, float | None] | None = None,
        group: tuple[By, str] = ("none", ""),
    ) -> Number:
        """Return an indicator with the lists behind both of its numbers."""
        part, whole = counted
        whole_figure = self._figure(kpi, kpi.of, window, whole, group, part=False)
        if measured is not None:
            found = Number(value=measured[1], part=Figure(value=measured[0], behind=whole_figure.behind), whole=whole_figure)
        elif kpi.shows is Shows.COUNT:
            found = Number(value=float(whole), part=whole_figure, whole=whole_figure)
        else:
            above = self._figure(kpi, kpi.counted_part(), window, part, group, part=True)
            found = Number(value=percent(part, whole), part=above, whole=whole_figure)
        return quieted(found, self.least, share=kpi.shows is Shows.PERCENT) if self.quiet else found

    def plain(self, value: int) -> Number:
        """Return a count that has no list of its own."""
        figure = Figure(value=value, behind=None)
        found = Number(value=float(value), part=figure, whole=figure)
        return quieted(found, self.least, share=False) if self.quiet else found

    def _figure(self, kpi: Kpi, count: Count, window: Window, value: int, group: tuple[By, str], *, part: bool) -> Figure:
        own: dict[str, Any] = {"town": self._scope.town, "category": self._scope.category, "kpi_unit": self._scope.unit}
        by, key = group
        unlisted = not key and by == "unit" and count.thing is not Thing.CASE
        if by != "none":
            column = {"unit": "lead"}.get(by, by)
            own |= ({"kpi_unit": key} if by == "unit" else {by: key}) if key else {"without": (column,)}
        wanted = Filter(**own, kpi=kpi.id, kpi_part=part or None, kpi_from=window.since, kpi_to=window.until, counted=count)
        listed = self._actor.role in REACH and not unlisted and allows(self._actor.role, wanted)
        return Figure(value=value, behind=wanted.model_copy(update={"counted": None}) if listed else None)


def _pair(found: Mapping[str, list[int]], kpi: Kpi, at: int, windows: int) -> tuple[int, int]:
    none = [0] * windows
    return found.get(f"{kpi.id}:part", none)[at], found.get(f"{kpi.id}:whole", none)[at]


NOT_KNOWN = Number(value=None, part=None, whole=None)


def _line(kpi: Kpi, numbers: Sequence[Number]) -> Line:
    # What is open now was another number then, and nobody knows which: there is nothing to compare with.
    then = (NOT_KNOWN, NOT_KNOWN) if kpi.of.when is When.OPEN else (numbers[1], numbers[2])
    return Line(
        id=kpi.id,
        name=(kpi.zh, kpi.en),
        note=(kpi.note_zh, kpi.note_en),
        group=kpi.group,
        shows=kpi.shows,
        direction=kpi.direction,
        source=kpi.source,
        now=numbers[0],
        before=then[0],
        year=then[1],
    )


def _side(name: Both, ask: Asked, numbers: Sequence[int]) -> PairSide:
    return PairSide(name=name, now=ask.plain(numbers[0]), year=ask.plain(numbers[2]))
