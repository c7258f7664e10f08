"""Reports to others: GB/T 31000 items, the register of petitions, the justice statistics, each a file with one's mark in it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse
from pydantic import Field

from models.base import Model
from models.export import ExportFormat
from models.period import Period
from service.reports.reporting import Reporting, registered_in
from web.api.exports import FILES, sent
from web.auth import IdentityDep
from web.problems import WebProblem, documented
from web.state import OfficeDep

router = APIRouter(prefix="/reports", tags=["reports"])

JUSTICE = "justice"


class ReportForm(Model):
    """Which report, of which cases, in which form, and why."""

    report: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40, description="`justice`, or an id of `reports.yaml`.")
    first: date
    last: date
    """Registered from this day to that one, both included."""
    town: str | None = Field(default=None, pattern=r"^[a-z0-9-]+$", max_length=80)
    format: ExportFormat = ExportFormat.XLSX
    purpose: str = Field(min_length=2, max_length=100, description="A code of `/purposes`, or words.")
    language: Literal["zh", "en"] = "zh"


@router.post(
    "",
    operation_id="report",
    summary="Make a report from the one entry",
    response_class=FileResponse,
    responses=FILES | documented("not_allowed", "too_many_rows", "invalid"),
)
async def report(body: ReportForm, identity: IdentityDep, office: OfficeDep) -> Response:
    """Return a row for each case with what is missing in its last column, or the statistics; the access log notes it."""
    try:
        period = Period(first=body.first, last=body.last)
    except ValueError as error:
        raise WebProblem("invalid", "period") from error
    making = Reporting(office)
    if body.report == JUSTICE:
        made = await making.justice(
            identity.actor, period, body.format, body.purpose, town=body.town, language=body.language, person=identity.person
        )
        return sent(made)
    wanted = registered_in(office, period, body.town)
    made, _ = await making.report(
        identity.actor, body.report, wanted, body.format, body.purpose, language=body.language, person=identity.person
    )
    return sent(made)
