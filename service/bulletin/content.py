"""What a bulletin tells (月报内容): the table of a month, its groups, its course and where time went. Numbers alone."""

from __future__ import annotations

from models.base import Model
from models.kpi import Shows
from models.party import Actor
from models.period import Period, Step
from models.words import Role
from service.kpi.desk import KpiDesk
from service.kpi.dwelling import Dwelling
from service.kpi.scope import By, Scope
from service.kpi.told import KpiDwell, KpiTable, Number, Series, Split
from service.office import Office
from service.showing import town_name

SPLITS: tuple[tuple[str, By | None], ...] = (("registered", None), ("resolution_rate", None), ("on_time", None), ("registered", "category"))
"""Which indicators are told in parts; None = by town for the district, by unit for a town."""

COURSES = ("registered", "ended")


class Bulletin(Model):
    """One bulletin."""

    name: str
    """Of the town or the district."""
    town: str | None
    period: Period
    table: KpiTable
    splits: tuple[Split, ...]
    courses: tuple[Series, ...]
    dwell: KpiDwell


def author(office: Office, town: str | None) -> Actor:
    """Return whose eyes a bulletin of the schedule is made with: a statistician's, so that it holds no small number."""
    return Actor(person="system", role=Role.ANALYST, unit=office.bundle.network.centre(town))


async def compose(office: Office, actor: Actor, period: Period, town: str | None) -> Bulletin:
    """Return the bulletin of a month with somebody's eyes. Refused to whom the desk of indicators is not for."""
    desk, scope = KpiDesk(office), Scope(town=town)
    table = await desk.table(actor, period, scope)
    usual: By = "town" if town is None else "unit"
    splits = [await desk.split(actor, kpi_id, period, by or usual, scope) for kpi_id, by in SPLITS]
    courses = [await desk.series(actor, kpi_id, Step.MONTH, count=12, scope=scope, until=period.last) for kpi_id in COURSES]
    dwell = await Dwelling(office).dwell(actor, period, scope)
    name = town_name(office.bundle.network, town) or town or ""
    return Bulletin(name=name, town=town, period=period, table=table, splits=tuple(splits), courses=tuple(courses), dwell=dwell)


def said(number: Number, shows: Shows) -> str:
    """Return a number with its denominators, as a bulletin prints it."""
    if number.hidden:
        return "＊"
    if number.value is None or number.part is None or number.whole is None:
        return "—"
    if shows is Shows.COUNT:
        return f"{number.value:,.0f}"
    if shows is Shows.PERCENT:
        return f"{number.value:g}%（{number.part.value:,}/{number.whole.value:,}）"
    return f"{number.value:g}（n={number.part.value:,}）"
