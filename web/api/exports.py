"""Exports: a list or a case as a file, with a mark of who took it out; and, for the audit administrator, which ones there were."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse
from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, field_validator
from pydantic_core import PydanticCustomError
from starlette.background import BackgroundTask

from models.base import Model
from models.export import ExportFormat, ExportKind
from models.paper.record import XLSX
from service.exporting.exports import Exports, Made
from service.exporting.finding import ExportLog, ExportPage
from service.oversight.archive import Wanted
from web.api.cases import ListQuery
from web.auth import ActorDep, IdentityDep
from web.problems import WebProblem, documented
from web.state import OfficeDep

router = APIRouter(prefix="/exports", tags=["exports"])

MEDIA: dict[ExportFormat, str] = {
    ExportFormat.XLSX: XLSX,
    ExportFormat.CSV: "text/csv; charset=utf-8",
}
BINARY = {"schema": {"type": "string", "format": "binary"}}
FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file; `Jiefen-Export-Id` is what it is found by",
        "content": {MEDIA[ExportFormat.XLSX]: BINARY, "text/csv": {"schema": {"type": "string"}}},
    }
}


class ExportForm(Model):
    """What is taken out, in which form, and why."""

    kind: ExportKind = ExportKind.CASES
    format: ExportFormat = ExportFormat.XLSX
    purpose: str = Field(min_length=2, max_length=100, description="A code of `/purposes`, or words.")
    language: Literal["zh", "en"] = "zh"
    code: str | None = Field(default=None, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$", description="Of one case.")
    cases: ListQuery = ListQuery()
    """Which cases, for a list."""
    files: Wanted = Wanted()
    """Which files, for the archive."""

    @field_validator("cases", "files", mode="wrap")
    @classmethod
    def _as_described(cls, value: object, read: ValidatorFunctionWrapHandler) -> Model:
        """Take no 0 for a flag or a day and no word for a number: an address has words alone and is read so, a body is not."""
        found: Model = read(value)
        if isinstance(value, dict):
            try:
                type(found).model_validate_json(json.dumps(value), strict=True)
            except ValidationError as error:
                raise PydanticCustomError("not_as_described", "a flag, a number or a day is not written as described") from error
        return found


def sent(made: Made) -> FileResponse:
    """Return a file; it is gone once it has been sent."""
    headers = {"Cache-Control": "no-store", "Jiefen-Export-Id": made.note.id}
    media = MEDIA[made.note.format]
    return FileResponse(made.path, media_type=media, filename=made.name, headers=headers, background=BackgroundTask(made.path.unlink, True))


@router.post(
    "",
    operation_id="export",
    summary="Take a list or a case out as a file",
    response_class=FileResponse,
    responses=FILES | documented("not_allowed", "unknown_case", "too_many_rows", "invalid"),
)
async def export(body: ExportForm, identity: IdentityDep, office: OfficeDep) -> Response:
    """Return just the rows and fields that one sees, with one's mark in it; the access log notes it."""
    exports, how = Exports(office), {"language": body.language, "person": identity.person}
    if body.kind is ExportKind.CASE:
        if body.code is None:
            raise WebProblem("invalid", "code")
        return sent(await exports.case(identity.actor, body.code, body.format, body.purpose, **how))
    try:
        wanted = body.files if body.kind is ExportKind.ARCHIVE else body.cases.filter(identity.actor)
    except ValidationError as error:
        raise WebProblem("invalid", "cases") from error
    return sent(await exports.listed(identity.actor, wanted, body.format, body.purpose, **how))


@router.get("", operation_id="list_exports", summary="Which exports there were", responses=documented("not_allowed"))
async def list_exports(
    actor: ActorDep,
    office: OfficeDep,
    id: Annotated[str, Query(max_length=40, pattern=r"^[!-~]*$", description="The id that stands in the file.")] = "",
    before: Annotated[int | None, Query(ge=1, le=2**53, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ExportPage:
    """Return who took what out, when and why, the newest first. For the audit administrator; the look is logged."""
    return await ExportLog(office).page(actor, id, before=before, limit=limit)
