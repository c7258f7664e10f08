"""Commands of indicators: kpi table, split, series, dwell, ledger, findings, check."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from faces.asking import asker
from faces.cli_cases import As, Json
from faces.desk import desk
from faces.output import WRONG, bar, command, out, say, show, table
from models.base import Model
from models.period import Period, Step
from models.refusal import RefusalCode
from rules.labels import label
from rules.periods import DAY, holding
from service.bulletin.editing import Editor, Form
from service.errors import refuse
from service.kpi.checking import recount
from service.kpi.desk import KpiDesk
from service.kpi.dwelling import Dwelling
from service.kpi.findings import IntegrityDesk
from service.kpi.keeping import tell
from service.kpi.scope import Scope
from service.kpi.told import Number
from service.office import Office

kpi = typer.Typer(help="Indicators with their denominators (指标).", no_args_is_help=True)

PeriodOption = Annotated[
    str, typer.Option("--period", help="2026, 2026-Q3, 2026-11, or two days 2026-01-01..2026-03-31; without it this month.")
]
Town = Annotated[str, typer.Option("--town", help="Of one town alone.")]
Unit = Annotated[str, typer.Option("--unit", help="Of one unit alone.")]
Category = Annotated[str, typer.Option("--category", help="Of one class (two digits) or kind (four digits) of disputes alone.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The indicator, as `kpi table` names it.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(kpi, name="kpi")


def period_of(text: str, today: date) -> Period:
    """Return the period somebody typed. Raises Refused `invalid`."""
    try:
        if ".." in text:
            first, _, last = text.partition("..")
            return Period(first=date.fromisoformat(first), last=date.fromisoformat(last))
        if not text:
            return holding(Step.MONTH, today)
        year, _, rest = text.partition("-")
        if not rest:
            return holding(Step.YEAR, date(int(year), 1, 1))
        if rest[:1].upper() == "Q":
            return holding(Step.QUARTER, date(int(year), 3 * int(rest[1:]), 1))
        return holding(Step.MONTH, date(int(year), int(rest), 1))
    except ValueError as error:
        raise refuse(RefusalCode.INVALID, "period") from error


@kpi.command("table")
def table_(
    who: As = "", period: PeriodOption = "", town: Town = "", unit: Unit = "", category: Category = "", as_json: Json = False
) -> None:
    """Show all indicators of a period beside the period before and a year earlier (指标表)."""

    async def doing() -> None:
        async with desk() as (office, _):
            span = period_of(period, today_of(office))
            found = await KpiDesk(office).table(await asker(office, who), span, _scope(town, unit, category))
            as_of = office.bundle.cal.stamp(found.as_of)
        rows: list[tuple[object, ...]] = [
            (label("kpi_group", line.group)[0], line.id, line.name[0], said(line.now), said(line.before), said(line.year))
            for line in found.lines
        ]
        rows += [("一升一降", "", side.name[0], said(side.now), "", said(side.year)) for side in found.pair]
        title = f"{found.period.first} – {found.period.last}  截至 as of {as_of}"
        columns = ("组", "id", "指标", "本期 now", "环比 before", "同比 a year ago")
        show(found, as_json, lambda: out.print(table(title, columns, rows)))
        _behind(found.behind, as_json)

    command(doing, as_json=as_json)


@kpi.command("split")
def split(
    id_: Id,
    who: As = "",
    by: Annotated[Literal["town", "unit", "category", "tier"], typer.Option("--by", help="Told apart by what.")] = "town",
    period: PeriodOption = "",
    town: Town = "",
    unit: Unit = "",
    category: Category = "",
    as_json: Json = False,
) -> None:
    """Show one indicator by town, unit, class or tier (分组)."""

    async def doing() -> None:
        async with desk() as (office, _):
            span = period_of(period, today_of(office))
            found = await KpiDesk(office).split(await asker(office, who), id_, span, by, _scope(town, unit, category))
        rows: list[tuple[object, ...]] = [(row.key, row.name[0], said(row.number)) for row in found.rows]
        show(
            found,
            as_json,
            lambda: out.print(table(f"{found.name[0]} {found.name[1]}", (by, "名称", "值"), [*rows, ("", "合计", said(found.total))])),
        )

    command(doing, as_json=as_json)


@kpi.command("series")
def series(
    id_: Id,
    who: As = "",
    step: Annotated[Step, typer.Option("--step", help="How long a period is.")] = Step.MONTH,
    count: Annotated[int, typer.Option("--count", min=1, max=60, help="How many periods.")] = 12,
    town: Town = "",
    unit: Unit = "",
    category: Category = "",
    as_json: Json = False,
) -> None:
    """Show one indicator period by period (趋势)."""

    async def doing() -> None:
        async with desk() as (office, _):
            found = await KpiDesk(office).series(await asker(office, who), id_, step, count=count, scope=_scope(town, unit, category))
        rows: list[tuple[object, ...]] = [(point.period.first, point.period.last, said(point.number)) for point in found.points]
        show(found, as_json, lambda: out.print(table(f"{found.name[0]} {found.name[1]}", ("from", "to", "值"), rows)))

    command(doing, as_json=as_json)


@kpi.command("dwell")
def dwell(who: As = "", period: PeriodOption = "", town: Town = "", unit: Unit = "", as_json: Json = False) -> None:
    """Show where the time of ended cases went: stages, and whose minutes (停留与责任)."""

    async def doing() -> None:
        async with desk() as (office, _):
            span = period_of(period, today_of(office))
            found = await Dwelling(office).dwell(await asker(office, who), span, _scope(town, unit, ""))
        stays: list[tuple[object, ...]] = [
            (one.name[0], one.cases, one.days_mean, one.days_longest, one.share, "◀" if one.bottleneck else "") for one in found.stays
        ]
        hands: list[tuple[object, ...]] = [(one.name[0], one.cases, one.minutes, one.share) for one in found.hands]

        def human() -> None:
            out.print(table("阶段停留 stays", ("阶段", "件 cases", "平均天 mean", "最长天 longest", "%", ""), stays))
            out.print(table("球在谁手 whose minutes", ("", "件 cases", "分钟 minutes", "%"), hands))

        show(found, as_json, human)

    command(doing, as_json=as_json)


@kpi.command("ledger")
def ledger(
    code: Annotated[str, typer.Argument(help="The case code.")],
    who: As = "",
    purpose: Annotated[str, typer.Option("--purpose", help="Why one looks; red and reserved cases ask for it.")] = "",
    as_json: Json = False,
) -> None:
    """Show in whose hands a case has been, stretch by stretch; the look is logged (责任时长)."""

    async def doing() -> None:
        async with desk() as (office, _):
            found = await Dwelling(office).ledger(await asker(office, who), code, purpose)
            stamp = office.bundle.cal.stamp
        rows: list[tuple[object, ...]] = [
            (stamp(one.since), stamp(one.until), one.name[0], one.unit_name, one.act, one.minutes, one.off_minutes)
            for one in found.stretches
        ]
        columns = ("from", "to", "在谁手 whose", "单位 unit", "等什么 for", "分钟 minutes", "下班 off")
        show(found, as_json, lambda: out.print(table(found.code or code, columns, rows)))

    command(doing, as_json=as_json)


@kpi.command("findings")
def findings(
    who: As = "", month: Annotated[str, typer.Option("--month", help="2026-11; without it this month.")] = "", as_json: Json = False
) -> None:
    """Show what the integrity checks of a month found: questions, no verdicts (数据质量核查)."""

    async def doing() -> int:
        async with desk() as (office, _):
            day = period_of(month, today_of(office)).first
            found = await IntegrityDesk(office).findings(await asker(office, who), day)
        rows: list[tuple[object, ...]] = [(one.name[0], one.about[0], one.said[0], " ".join(one.cases[:5])) for one in found.found]
        show(found, as_json, lambda: out.print(table(f"{found.period.first:%Y-%m}", ("核查", "对象", "发现", "案件"), rows)))
        return WRONG if found.found else 0

    command(doing, as_json=as_json)


@kpi.command("bulletin")
def bulletin(
    to: Annotated[Path, typer.Argument(metavar="FILE", help="Where to: a new file, .docx, .xlsx or .pdf.")],
    who: As = "",
    month: Annotated[str, typer.Option("--month", help="2026-10; without it the last whole month.")] = "",
    town: Town = "",
    as_json: Json = False,
) -> None:
    """Make the bulletin of a month, with what you may see (月报)."""
    form = FORMS.get(to.suffix)
    if form is None or to.exists():
        raise typer.BadParameter("a new file, .docx, .xlsx or .pdf, is wanted")

    async def doing() -> None:
        async with desk() as (office, _):
            last = holding(Step.MONTH, today_of(office)).first - DAY
            span = period_of(month, last) if month else holding(Step.MONTH, last)
            file = await Editor(office).made(await asker(office, who), span, town or None, form)
        to.write_bytes(file)
        show({"month": f"{span.first:%Y-%m}", "bytes": len(file)}, as_json, lambda: say(f"  {span.first:%Y-%m} → {to.name}"))

    command(doing, as_json=as_json)


@kpi.command("bulletins")
def bulletins(who: As = "", as_json: Json = False) -> None:
    """List the monthly bulletins that were made by themselves (历月月报)."""

    async def doing() -> None:
        async with desk() as (office, _):
            found = await Editor(office).listed(await asker(office, who))
            stamp = office.bundle.cal.stamp
        rows: list[tuple[object, ...]] = [(f"{one.first:%Y-%m}", one.town or "district", stamp(one.as_of), one.id) for one in found]
        show(found, as_json, lambda: out.print(table(f"{len(found)} bulletins", ("month", "town", "as of", "id"), rows)))

    command(doing, as_json=as_json)


FORMS: dict[str, Form] = {".docx": "docx", ".xlsx": "xlsx", ".pdf": "pdf"}


class Checked(Model):
    """What a second count came to."""

    told: int
    """Cases whose facts were behind, and have been told now."""
    cases: int
    wrong: tuple[str, ...]


@kpi.command("check")
def check(period: PeriodOption = "", as_json: Json = False) -> None:
    """Count every indicator a second time, event by event, and name those that the store counts otherwise (复核)."""

    async def doing() -> int:
        async with desk() as (office, _):
            told = 0
            with bar() as progress:
                task = progress.add_task("facts", total=None)
                async for number in tell(office):
                    told += number
                    progress.update(task, advance=number)
            cases, wrong = await recount(office, period_of(period, today_of(office)))
        found = Checked(told=told, cases=cases, wrong=wrong)
        show(found, as_json, lambda: say(f"{cases} cases counted again, {len(wrong)} indicators differ {' '.join(wrong)}"))
        return WRONG if wrong else 0

    command(doing, as_json=as_json)


def said(number: Number) -> str:
    """Return a number with its denominators, as a table shows it."""
    if number.hidden:
        return "<"
    if number.part is None or number.whole is None or number.value is None:
        return "–"
    value = f"{number.value:g}"
    if number.part.behind == number.whole.behind and number.part.value == number.whole.value == number.value:
        return value
    return f"{value}  ({number.part.value}/{number.whole.value})"


def today_of(office: Office) -> date:
    """Return the day it is in the place."""
    now: datetime = office.now()
    return office.bundle.cal.local_date(now)


def _scope(town: str, unit: str, category: str) -> Scope:
    return Scope(town=town or None, unit=unit or None, category=category or None)


def _behind(cases: int, as_json: bool) -> None:
    if cases and not as_json:
        say(f"另有 {cases} 件案件尚未计入 cases not counted yet: jiefen kpi check", style="yellow")
