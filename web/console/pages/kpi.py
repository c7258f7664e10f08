"""Indicators (指标): the table of a period, one indicator in parts and over time, where time goes, and what the checks found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from models.kpi import Direction, Group, Shows
from models.period import Period, Step
from rules.desks import Desk, may_use
from rules.labels import Both
from rules.periods import DAY, holding
from service.bulletin.editing import MEDIA, Editor, Form
from service.kpi.desk import KpiDesk
from service.kpi.dwelling import Dwelling
from service.kpi.findings import IntegrityDesk
from service.kpi.scope import By, Scope
from service.kpi.told import KpiDwell, KpiTable, Number, Series, Split
from service.showing import town_name
from web.console import spans
from web.console.caller import Caller, CallerDep
from web.console.charts import Chart
from web.console.charts import Line as ChartLine
from web.console.lists import behind
from web.console.tables import kinds, towns, whole
from web.handing import saved, sheet
from web.problems import WebProblem

router = APIRouter()

ROWS = 20
"""Most rows in a chart; the table has all."""

Text = Annotated[str, Query(max_length=64)]
Asked = Annotated[Form, Query(alias="format")]

PARTS: dict[By, Both] = {
    "town": ("镇街", "town"),
    "unit": ("单位", "unit"),
    "category": ("类别", "class"),
    "tier": ("风险等级", "risk tier"),
}


@router.get("/kpi")
async def table(who: CallerDep, town: Text = "", category: Text = "", unit: Text = "") -> Response:
    """Return all indicators of a period."""
    name, period = spans.asked(who)
    found = await KpiDesk(who.office).table(who.actor, period, _scope(town, unit, category))
    groups = [(group, [line for line in found.lines if line.group is group]) for group in Group]
    context = {"table": found, "groups": [pair for pair in groups if pair[1]], "change": _change, "unit": unit, "category": category}
    return who.page("kpi/table.html", {**_common(who, "table", town, name, found.period), **context, "categories": kinds(who)})


@router.get("/kpi.csv")
async def table_csv(who: CallerDep, town: Text = "", category: Text = "", unit: Text = "") -> Response:
    """Return the table as a file that spreadsheets open: numbers alone."""
    _, period = spans.asked(who)
    found = await KpiDesk(who.office).table(who.actor, period, _scope(town, unit, category))
    return sheet(f"kpi-{period.first}-{period.last}.csv", _lines(who, found))


@router.get("/kpi/dwell")
async def dwell(who: CallerDep, town: Text = "") -> Response:
    """Return where the time of the cases went that ended in a period."""
    name, period = spans.asked(who)
    found = await Dwelling(who.office).dwell(who.actor, period, Scope(town=town or None))
    return who.page("kpi/dwell.html", {**_common(who, "dwell", town, name, period), "found": found, "charts": _dwell_charts(who, found)})


@router.get("/kpi/findings")
async def findings(who: CallerDep, month: Text = "") -> Response:
    """Return what the integrity checks of a month found."""
    try:
        day = date.fromisoformat(f"{month}-01") if month else who.today
        found = await IntegrityDesk(who.office).findings(who.actor, day)
    except ValueError as error:
        raise WebProblem("invalid") from error
    return who.page("kpi/findings.html", {**_common(who, "findings", "", "", found.period), "found": found})


@router.get("/kpi/bulletins")
async def bulletins(who: CallerDep) -> Response:
    """Return the monthly bulletins, and the form for one of any month."""
    found = await Editor(who.office).listed(who.actor)
    network = who.office.bundle.network
    names = {line.town: town_name(network, line.town) or line.town for line in found}
    context = {"found": found, "names": names, "formats": tuple(MEDIA), "last": f"{(who.today.replace(day=1) - DAY):%Y-%m}"}
    return who.page("kpi/bulletins.html", {**_common(who, "bulletins", "", "", holding(Step.MONTH, who.today)), **context})


@router.get("/kpi/bulletins/file")
async def bulletin_made(who: CallerDep, month: Text = "", town: Text = "", form: Asked = "docx") -> Response:
    """Return the bulletin of a month, made now."""
    try:
        period = holding(Step.MONTH, date.fromisoformat(f"{month}-01"))
    except ValueError as error:
        raise WebProblem("invalid") from error
    file = await Editor(who.office).made(who.actor, period, town or None, form)
    return saved(f"bulletin-{month}.{form}", file, MEDIA[form])


@router.get("/kpi/bulletins/{bulletin}")
async def bulletin_file(who: CallerDep, bulletin: str, form: Asked = "docx") -> Response:
    """Return a stored bulletin."""
    line, file = await Editor(who.office).stored(who.actor, bulletin, form)
    return saved(f"bulletin-{line.first:%Y-%m}-{line.town or 'district'}.{form}", file, MEDIA[form])


@router.get("/kpi/{kpi_id}")
async def one(who: CallerDep, kpi_id: str, town: Text = "", category: Text = "", by: By = "unit") -> Response:
    """Return one indicator in parts, and over the last periods."""
    name, period = spans.asked(who)
    desk, scope = KpiDesk(who.office), _scope(town, "", category)
    kpi = next((one for one in desk.list_of(who.actor) if one.id == kpi_id), None)
    if kpi is None:
        raise WebProblem("not_found")
    split = await desk.split(who.actor, kpi_id, period, by, scope)
    series = await desk.series(who.actor, kpi_id, Step.MONTH, scope=scope)
    context = {
        "kpi": kpi,
        "split": split,
        "series": series,
        "by": by,
        "parts": [(part, who.words.both(words)) for part, words in PARTS.items()],
        "called": spans.called,
        "charts": _charts(who, split, series),
        "category": category,
        "categories": kinds(who),
    }
    return who.page("kpi/one.html", {**_common(who, "table", town, name, period), **context})


@router.get("/cases/{code}/ledger")
async def ledger(who: CallerDep, code: str) -> Response:
    """Return in whose hands a case has been."""
    found = await Dwelling(who.office).ledger(who.actor, code)
    return who.page("kpi/ledger.html", {"found": found})


def _common(who: Caller, tab: str, town: str, name: str, period: Period) -> dict[str, Any]:
    return {
        "tab": tab,
        "town": town,
        "whole": whole(who),
        "towns": towns(who),
        "behind": behind,
        "checks": may_use(Desk.INTEGRITY, who.actor.role),
        "category": "",
        "categories": (),
        "period": name,
        "span": period,
        "periods": spans.offered(who),
    }


def _scope(town: str, unit: str, category: str) -> Scope:
    return Scope(town=town or None, unit=unit or None, category=category or None)


def _change(shows: Shows, direction: Direction, now: Number, then: Number) -> tuple[str, str] | None:
    """Return how a number changed, in points or percent, and whether that is `better`, `worse` or neither; None where it can't be said."""
    if now.value is None or then.value is None:
        return None
    moved = now.value - then.value
    if shows is not Shows.PERCENT:
        if not then.value:
            return None
        moved = 100 * moved / then.value
    sign = "▲" if moved > 0 else "▼" if moved < 0 else "＝"
    wanted = {Direction.UP: 1, Direction.DOWN: -1, Direction.NONE: 0}[direction]
    told = "better" if moved * wanted > 0 else "worse" if moved * wanted < 0 else ""
    return f"{sign}{abs(moved):.1f}{'' if shows is Shows.PERCENT else '%'}", told


def _charts(who: Caller, split: Split, series: Series) -> dict[str, Chart]:
    message, found = who.words.message, {}
    rows = [row for row in split.rows if row.number.value is not None and row.number.value >= 0][:ROWS]
    if rows:
        line = ChartLine(name=who.words.both(split.name), values=tuple(row.number.value for row in rows))
        labels = tuple(who.words.both(row.name)[:60] for row in rows)
        found["split"] = Chart(kind="stacked", labels=labels, lines=(line,))
    points = tuple(point.number.value for point in series.points)
    if any(value is not None for value in points):
        line = ChartLine(name=message("%(name)s，按月", name=who.words.both(series.name)), values=points)
        found["series"] = Chart(kind="course", labels=tuple(spans.called(series.step, one.period) for one in series.points), lines=(line,))
    return found


def _dwell_charts(who: Caller, found: KpiDwell) -> dict[str, Chart]:
    stays = [one for one in found.stays if one.days_mean is not None]
    hands = [one for one in found.hands if one.share is not None]
    charts = {}
    if stays:
        line = ChartLine(name=who.words.message("平均停留（天）"), values=tuple(one.days_mean for one in stays))
        charts["stays"] = Chart(kind="stacked", labels=tuple(who.words.both(one.name) for one in stays), lines=(line,))
    if hands:
        line = ChartLine(name=who.words.message("占全部时间（%）"), values=tuple(one.share for one in hands))
        charts["hands"] = Chart(kind="stacked", labels=tuple(who.words.both(one.name) for one in hands), lines=(line,))
    return charts


def _lines(who: Caller, found: KpiTable) -> Iterator[list[str | float]]:
    message = who.words.message
    spans_ = (message("本期"), message("上期"), message("上年同期"))
    yield [
        message("指标"),
        *(f"{span} {what}" for span in spans_ for what in (message("值"), message("分子"), message("分母"))),
        message("口径"),
    ]
    for line in found.lines:
        cells = [cell for number in (line.now, line.before, line.year) for cell in _cells(number)]
        yield [who.words.both(line.name), *cells, who.words.both(line.note)]


def _cells(number: Number) -> tuple[str | float, str | float, str | float]:
    if number.hidden or number.part is None or number.whole is None:
        return ("*", "*", "*")
    return ("" if number.value is None else number.value, number.part.value, number.whole.value)
