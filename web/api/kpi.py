"""Indicators: tables, splits, series, stays, ledgers and what the integrity checks found."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field

from models.base import Model
from models.bulletin import BulletinLine
from models.kpi import Kpi
from models.period import Period, Step
from rules.periods import holding
from service.bulletin.editing import MEDIA, Editor, Form
from service.kpi.desk import KpiDesk
from service.kpi.dwelling import Dwelling
from service.kpi.findings import IntegrityDesk
from service.kpi.scope import Scope
from service.kpi.told import Findings, KpiDwell, KpiTable, Ledger, Series, Split
from service.office import Office
from web.api.cases import Code, Why
from web.auth import ActorDep
from web.handing import saved
from web.problems import WebProblem, documented
from web.state import OfficeDep

router = APIRouter(tags=["kpi"])

Unit = Annotated[str | None, Query(pattern=r"^[a-z0-9-]+$", max_length=80)]
KpiId = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]*$", max_length=80, description="Id of an indicator.")]
By = Literal["town", "unit", "category", "tier"]


class ScopeQuery(Model):
    """Which cases."""

    town: Unit = None
    unit: Unit = None
    category: Annotated[str | None, Query(pattern=r"^\d{2}(\d{2})?$")] = None

    def scope(self) -> Scope:
        """Return it as the desk takes it."""
        return Scope(town=self.town, unit=self.unit, category=self.category)


class PeriodQuery(ScopeQuery):
    """Which cases, in which period: both days by the place's date; without them this month."""

    first: date | None = None
    last: date | None = None

    def period(self, office: Office) -> Period:
        """Return the period. Raises WebProblem."""
        if self.first is None and self.last is None:
            return holding(Step.MONTH, office.bundle.cal.local_date(office.now()))
        if self.first is None or self.last is None:
            raise WebProblem("invalid")
        try:
            return Period(first=self.first, last=self.last)
        except ValueError as error:
            raise WebProblem("invalid") from error


class SplitQuery(PeriodQuery):
    """The same, told apart by a column."""

    by: By = "town"


class SeriesQuery(ScopeQuery):
    """Which cases, over how many periods."""

    step: Step = Step.MONTH
    count: int = Field(default=12, ge=1, le=60)


FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file", "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA.values()}}
}


def _desk(office: OfficeDep) -> KpiDesk:
    return KpiDesk(office)


DeskDep = Annotated[KpiDesk, Depends(_desk)]


@router.get("/kpi", operation_id="get_kpi", summary="All indicators of a period", responses=documented("not_allowed"))
async def get_kpi(actor: ActorDep, office: OfficeDep, desk: DeskDep, query: Annotated[PeriodQuery, Query()]) -> KpiTable:
    """Return every indicator with its numerator and denominator, beside the period before and a year earlier."""
    return await desk.table(actor, query.period(office), query.scope())


@router.get("/kpi/definitions", operation_id="list_kpis", summary="What is counted", responses=documented("not_allowed"))
async def list_kpis(actor: ActorDep, desk: DeskDep) -> tuple[Kpi, ...]:
    """Return the definitions of the indicators that one may be told."""
    return desk.list_of(actor)


@router.get("/kpi/dwell", operation_id="get_dwell", summary="Where time went", responses=documented("not_allowed"))
async def get_dwell(actor: ActorDep, office: OfficeDep, query: Annotated[PeriodQuery, Query()]) -> KpiDwell:
    """Return stays in stages and whose minutes, over the cases that ended in a period."""
    return await Dwelling(office).dwell(actor, query.period(office), query.scope())


@router.get("/kpi/findings", operation_id="get_findings", summary="Integrity checks of a month", responses=documented("not_allowed"))
async def get_findings(actor: ActorDep, office: OfficeDep, day: date | None = None) -> Findings:
    """Return what the checks found in the month of a day: questions, no verdicts."""
    try:
        return await IntegrityDesk(office).findings(actor, day or office.bundle.cal.local_date(office.now()))
    except ValueError as error:
        raise WebProblem("invalid") from error


@router.get("/kpi/bulletins", operation_id="list_bulletins", summary="Monthly bulletins", responses=documented("not_allowed"))
async def list_bulletins(actor: ActorDep, office: OfficeDep) -> tuple[BulletinLine, ...]:
    """Return the stored bulletins of one's town, or of all; the newest month first."""
    return await Editor(office).listed(actor)


@router.get(
    "/kpi/bulletins/{bulletin}",
    operation_id="get_bulletin",
    summary="A monthly bulletin",
    response_class=Response,
    responses=FILE | documented("not_allowed", "invalid"),
)
async def get_bulletin(
    actor: ActorDep,
    office: OfficeDep,
    bulletin: Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")],
    form: Annotated[Form, Query(alias="format")] = "docx",
) -> Response:
    """Return a stored bulletin as a document, a workbook or a PDF."""
    line, file = await Editor(office).stored(actor, bulletin, form)
    return saved(f"bulletin-{line.first:%Y-%m}-{line.town or 'district'}.{form}", file, MEDIA[form])


@router.get(
    "/kpi/bulletin",
    operation_id="make_bulletin",
    summary="A bulletin of any month, made now",
    response_class=Response,
    responses=FILE | documented("not_allowed", "invalid"),
)
async def make_bulletin(
    actor: ActorDep,
    office: OfficeDep,
    month: Annotated[str, Query(pattern=r"^2[01][0-9]{2}-(0[1-9]|1[0-2])$")],
    town: Unit = None,
    form: Annotated[Form, Query(alias="format")] = "docx",
) -> Response:
    """Return a bulletin with what one may see oneself; it is kept nowhere."""
    period = holding(Step.MONTH, date.fromisoformat(f"{month}-01"))
    file = await Editor(office).made(actor, period, town, form)
    return saved(f"bulletin-{month}-{town or 'own'}.{form}", file, MEDIA[form])


@router.get("/kpi/{kpi_id}/split", operation_id="split_kpi", summary="One indicator by a column", responses=documented("not_allowed"))
async def split_kpi(actor: ActorDep, office: OfficeDep, desk: DeskDep, kpi_id: KpiId, query: Annotated[SplitQuery, Query()]) -> Split:
    """Return one indicator by town, unit, class of disputes or risk tier."""
    return await desk.split(actor, kpi_id, query.period(office), query.by, query.scope())


@router.get("/kpi/{kpi_id}/series", operation_id="get_series", summary="One indicator over time", responses=documented("not_allowed"))
async def get_series(actor: ActorDep, desk: DeskDep, kpi_id: KpiId, query: Annotated[SeriesQuery, Query()]) -> Series:
    """Return one indicator period by period, the oldest first."""
    return await desk.series(actor, kpi_id, query.step, count=query.count, scope=query.scope())


@router.get(
    "/cases/{code}/ledger",
    operation_id="get_ledger",
    summary="In whose hands",
    responses=documented("not_allowed", "unknown_case", "purpose_needed"),
)
async def get_ledger(actor: ActorDep, office: OfficeDep, code: Code, why: Why = "") -> Ledger:
    """Return in whose hands a case has been, stretch by stretch; the look is logged."""
    return await Dwelling(office).ledger(actor, code, unquote(why))
