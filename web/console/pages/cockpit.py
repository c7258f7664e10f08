"""The supervisor's cockpit (督办驾驶舱): how things stand, how they went, and the table by unit; every figure opens its list.

The table can be taken along as CSV: numbers and names of units alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from models.period import Step
from rules.desks import Desk, may_use
from service.oversight.figures import Cockpit, Course, Figure, League, Mean, Row, Share
from service.oversight.league import Leagues
from service.oversight.supervision import Supervision
from web.console import spans
from web.console.caller import Caller, CallerDep
from web.console.charts import Chart, Line
from web.console.lists import behind
from web.console.posts import unit_name
from web.console.tables import towns, whole
from web.handing import sheet

router = APIRouter(prefix="/cockpit")

UNITS = 12
"""Most units in the chart of what is in hand; the table has all."""

Text = Annotated[str, Query(max_length=64)]


@router.get("")
async def cockpit(who: CallerDep, town: Text = "", lead: Text = "", step: Step = Step.MONTH) -> Response:
    """Return how things stand now, and how they went."""
    supervision = Supervision(who.office)
    now = await supervision.cockpit(who.actor, town=town or None, lead=lead or None)
    course = await supervision.course(who.actor, step, town=town or None, lead=lead or None)
    context = {
        **_common(who, "now", town),
        "now_": now,
        "course": course,
        "lead": lead,
        "lead_name": unit_name(lead, who.office.bundle.network),
        "step": step,
        "steps_": [(one, who.words.both(words)) for one, words in spans.STEPS.items()],
        "called": spans.called,
        "charts": _charts(who, now, course),
    }
    return who.page("cockpit.html", context)


@router.get("/league")
async def league(who: CallerDep, town: Text = "", by: Literal["unit", "town"] = "unit") -> Response:
    """Return the table by unit or by town for a period."""
    name, period = spans.asked(who)
    table = await Leagues(who.office).league(who.actor, period, by=by, town=town or None)
    context = {
        **_common(who, "league", town),
        "table": table,
        "by": by,
        "period": name,
        "periods": spans.offered(who),
    }
    return who.page("league.html", context)


@router.get("/league.csv")
async def league_csv(who: CallerDep, town: Text = "", by: Literal["unit", "town"] = "unit") -> Response:
    """Return the table as a file that spreadsheets open."""
    _, period = spans.asked(who)
    table = await Leagues(who.office).league(who.actor, period, by=by, town=town or None)
    return sheet(f"league-{period.first}-{period.last}.csv", _lines(who, table))


def _common(who: Caller, tab: str, town: str) -> dict[str, Any]:
    return {
        "tab": tab,
        "town": town,
        "whole": whole(who),
        "towns": towns(who),
        "behind": behind,
        "compares": may_use(Desk.LEAGUE, who.actor.role),
    }


def _charts(who: Caller, now: Cockpit, course: Course) -> dict[str, Chart]:
    """Return the charts that have something to show, by name."""
    message, found = who.words.message, {}
    units = [unit for unit in now.units if unit.open.value][:UNITS]
    if units:
        late = tuple(unit.overdue.value for unit in units)
        within = tuple(unit.open.value - unit.overdue.value for unit in units)
        lines = (Line(name=message("未超期"), values=within), Line(name=message("超期"), values=late))
        found["units"] = Chart(kind="stacked", labels=tuple(unit.name for unit in units), lines=lines)
    stages = [stage for stage in now.stages if stage.days_mean is not None]
    if stages:
        lines = (
            Line(name=message("平均停留（天）"), values=tuple(round(stage.days_mean or 0, 1) for stage in stages)),
            Line(name=message("最长停留（天）"), values=tuple(round(stage.days_longest or 0, 1) for stage in stages)),
        )
        found["stages"] = Chart(kind="beside", labels=tuple(who.words.both(stage.name) for stage in stages), lines=lines)
    found["course"] = Chart(
        kind="course",
        labels=tuple(spans.called(course.step, point.period) for point in course.points),
        lines=(
            Line(name=message("登记"), values=tuple(point.registered.value for point in course.points)),
            Line(name=message("办结"), values=tuple(point.ended.value for point in course.points)),
            Line(name=message("协议生效"), values=tuple(point.agreed.value for point in course.points)),
        ),
    )
    return found


def _lines(who: Caller, table: League) -> Iterator[list[str | float]]:
    """Yield the rows of the table as a spreadsheet has them: a share as its percent and both of its numbers."""
    message = who.words.message
    heads = (message("在办"), message("超期"), message("本期受理"), message("本期办结"))
    shares = (message("按期率（%）"), message("按期件数"), message("应办结件数"))
    marks = (message("黄牌"), message("红牌"), message("异议"), message("退回"), message("平均办理天数"))
    pleased = (message("满意率（%）"), message("满意件数"), message("有评价件数"))
    yield [message("单位") if table.by == "unit" else message("镇街"), *heads, *shares, *marks, *pleased]
    for row in (*table.rows, table.total):
        yield [row.name, *(_cell(value) for value in _values(row))]


def _values(row: Row) -> Iterator[Figure | Mean | float | None]:
    yield from (row.open, row.overdue, row.taken_in, row.ended)
    yield from _share(row.on_time)
    yield from (row.yellow, row.red, row.objected, row.returned, row.days)
    yield from _share(row.satisfied)


def _share(share: Share | None) -> tuple[Figure | float | None, ...]:
    return (None, None, None) if share is None else (share.percent, share.part, share.whole)


def _cell(value: Figure | Mean | float | None) -> str | float:
    if isinstance(value, Figure):
        return value.value
    found = value.days if isinstance(value, Mean) else value
    return "" if found is None else found
