"""Exports (导出): the form before one, the file, and, for the audit administrator, the list of all there were."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from models.export import ExportFormat
from service.errors import Refused
from service.exporting.exports import Exports
from service.exporting.finding import ExportLog
from service.oversight.archive import Wanted
from service.reading import Filter
from web.api.exports import sent
from web.console import lists
from web.console.caller import Caller, CallerDep, FormDep
from web.console.fields import text
from web.console.pages.archive import Asked
from web.console.pages.purpose import offered, purpose_of, told
from web.console.posts import post_name
from web.console.said import plain
from web.problems import KINDS, WebProblem

router = APIRouter()


@router.get("/export/cases")
async def of_list(who: CallerDep) -> Response:
    """Return the form for the list whose filter stands in the address."""
    return await _listed(who, _filter(who))


@router.post("/export/cases")
async def list_file(who: CallerDep, fields: FormDep) -> Response:
    """Return the file of the list."""
    return await _list_file(who, _filter(who), fields)


@router.get("/export/archive")
async def of_archive(who: CallerDep, asked: Annotated[Asked, Query()]) -> Response:
    """Return the form for the files whose filter stands in the address."""
    return await _listed(who, _wanted(asked))


@router.post("/export/archive")
async def archive_file(who: CallerDep, asked: Annotated[Asked, Query()], fields: FormDep) -> Response:
    """Return the file of them."""
    return await _list_file(who, _wanted(asked), fields)


@router.get("/export/case/{code}")
async def of_case(who: CallerDep, code: str) -> Response:
    """Return the form for one case. Raises UnknownCase."""
    await who.reader.visible(who.actor, code)
    return _page(who, rows=None, code=code)


@router.post("/export/case/{code}")
async def case_file(who: CallerDep, code: str, fields: FormDep) -> Response:
    """Return the file of one case. Raises UnknownCase."""
    form = _form(fields)
    try:
        return sent(await Exports(who.office).case(who.actor, code, form, purpose_of(fields), **_how(who)))
    except Refused as refused:
        return _page(who, rows=None, code=code, typed=fields, refused=refused)


@router.get("/exports")
async def found(
    who: CallerDep, id: Annotated[str, Query(max_length=40)] = "", before: Annotated[int | None, Query(ge=1)] = None
) -> Response:
    """Return who took what out, the newest first, or the one of this id."""
    problem, page = "", None
    try:
        page = await ExportLog(who.office).page(who.actor, id, before=before)
    except Refused as refused:
        if refused.refusal.detail != "id":
            raise
        problem = who.words.message("没有这样的导出编号")
    context: dict[str, Any] = {
        "page": page,
        "asked": id,
        "before": before,
        "problem": problem,
        "post_of": lambda post: post_name(post, who.office.bundle.network, who.words),
        "why_of": lambda code: told(who, code),
    }
    return who.page("exports.html", context, status=422 if problem else 200)


async def _listed(who: Caller, wanted: Filter | Wanted) -> Response:
    return _page(who, rows=await Exports(who.office).count(who.actor, wanted))


async def _list_file(who: Caller, wanted: Filter | Wanted, fields: FormData) -> Response:
    exports, form = Exports(who.office), _form(fields)
    try:
        return sent(await exports.listed(who.actor, wanted, form, purpose_of(fields), **_how(who)))
    except Refused as refused:
        return _page(who, rows=await exports.count(who.actor, wanted), typed=fields, refused=refused)


def _page(who: Caller, *, rows: int | None, code: str = "", typed: FormData | None = None, refused: Refused | None = None) -> Response:
    found = refused.refusal if refused is not None else None
    unsaid = found is not None and found.detail == "purpose"
    context: dict[str, Any] = {
        "rows": rows,
        "code": code,
        "most": who.office.settings.export_rows,
        "formats": tuple(ExportFormat),
        "offered": offered(who),
        "typed": typed or FormData(),
        "wrong": unsaid,
        "problem": plain(str(found.code), found.detail, "", who.words) if found is not None and not unsaid else "",
    }
    return who.page("export.html", context, status=KINDS[str(found.code)].status if found is not None else 200)


def _filter(who: Caller) -> Filter:
    try:
        return lists.wanted(who)
    except ValueError as error:
        raise WebProblem("invalid") from error


def _wanted(asked: Asked) -> Wanted:
    try:
        return asked.wanted()
    except ValidationError as error:
        raise WebProblem("invalid") from error


def _form(fields: FormData) -> ExportFormat:
    return ExportFormat.CSV if text(fields, "format", 10) == ExportFormat.CSV else ExportFormat.XLSX


def _how(who: Caller) -> dict[str, str]:
    return {"language": who.language, "person": who.identity.person}
