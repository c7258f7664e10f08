"""Bringing in the households of a town from a workbook (名册导入): uploaded, tried, looked at, brought in; how far it is stands on a page.

All of it works without a script: the page is loaded again. With one it asks for its middle part by itself.
"""

from __future__ import annotations

import asyncio
import uuid
from io import BytesIO
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from fastapi.responses import RedirectResponse

from models.affair.household_book import HouseholdBook
from models.household_list import HouseholdList
from models.paper.record import XLSX
from rules.household.kind import HOUSEHOLD, KEEPERS
from rules.labels import Both
from service.errors import PaperRefused, Refused
from service.households.lists import BadList, Lists
from web.bringing import file_of, parts
from web.console.caller import Caller, CallerDep, FormDep, brought
from web.console.fields import text
from web.problems import KINDS as PROBLEMS
from web.problems import WebProblem

router = APIRouter(prefix="/households/lists")

ListId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]

SHOWN = 200
"""Problems of a list that are shown."""

WIDTH = 18
"""Of a column of the empty list, in letters."""

STAGES: dict[str, Both] = {
    "trying": ("试导入中", "Being tried"),
    "tried": ("待确认", "Waits for your word"),
    "importing": ("导入中", "Being brought in"),
    "done": ("已导入", "Brought in"),
    "nothing": ("没有可导入的户", "Nothing to bring in"),
    "dropped": ("已放弃", "Thrown away"),
}


def may_bring(who: Caller) -> bool:
    """Whether somebody may bring households in."""
    return who.actor.role in KEEPERS


@router.get("")
async def lists(who: CallerDep) -> Response:
    """Return the form that takes a list, with how it has to be laid out, and the last lists of this unit."""
    return await _door(who)


@router.post("")
async def upload(who: CallerDep) -> Response:
    """Take a list in and begin to try it. The same form sent twice takes it in once."""
    async with brought(who) as fields:
        file = file_of(fields)
        if file is None:
            return await _door(who, who.words.message("请选择文件"), 422)
        try:
            slip = text(fields, "id", 80) or uuid.uuid4().hex
            list_id = await Lists(who.office, who.affairs).take(who.actor, file.filename or "", parts(file), slip)
        except (PaperRefused, Refused, BadList) as refused:
            return await _door(who, *_why(who, refused))
    return RedirectResponse(f"/households/lists/{list_id}", 303)


@router.get("/blank.xlsx")
async def blank(who: CallerDep) -> Response:
    """Hand out an empty list: the heads of its columns, and on a second sheet the words that some columns take."""
    book = _book(who)
    heads = Lists(who.office, who.affairs).form(who.actor)
    content = await asyncio.to_thread(_workbook, (heads.columns, heads.head, heads.sheet), _words(who, book))
    return Response(content, media_type=XLSX, headers={"Content-Disposition": 'attachment; filename="households.xlsx"'})


@router.get("/{list_id}")
async def one(who: CallerDep, list_id: ListId) -> Response:
    """Return how far a list is, what became of its households, and what is wrong with which row."""
    return who.page("households/list.html", _told(who, await _found(who, list_id)))


@router.get("/{list_id}/progress")
async def progress(who: CallerDep, list_id: ListId) -> Response:
    """Return the same without the page around it, for the page that is open."""
    return who.page("households/list_state.html", _told(who, await _found(who, list_id)))


@router.post("/{list_id}/bring")
async def bring(who: CallerDep, fields: FormDep, list_id: ListId) -> Response:
    """Have a list brought in that was tried. The same form sent twice brings it in once."""
    return await _choose(who, list_id, bring=True)


@router.post("/{list_id}/drop")
async def drop(who: CallerDep, fields: FormDep, list_id: ListId) -> Response:
    """Throw a list away that was tried."""
    return await _choose(who, list_id, bring=False)


async def _choose(who: Caller, list_id: str, *, bring: bool) -> Response:
    if not await Lists(who.office, who.affairs).choose(who.actor, list_id, bring=bring):
        raise WebProblem("not_found")
    return RedirectResponse(f"/households/lists/{list_id}", 303)


async def _found(who: Caller, list_id: str) -> HouseholdList:
    found = await Lists(who.office, who.affairs).find(who.actor, list_id)
    if found is None:
        raise WebProblem("not_found")
    return found


def _told(who: Caller, found: HouseholdList) -> dict[str, Any]:
    return {"list": found, "stage": who.words.both(STAGES[found.stage]), "shown": SHOWN}


async def _door(who: Caller, problem: str = "", status: int = 200) -> Response:
    book, found = _book(who), Lists(who.office, who.affairs)
    context = {
        "problem": problem,
        "columns": _columns(book),
        "words": _words(who, book),
        "recent": await found.recent(who.actor),
        "stages": {stage: who.words.both(words) for stage, words in STAGES.items()},
        "most": who.words.bytes(who.office.place.papers.known.uploads.most_bytes),
        "new_id": uuid.uuid4().hex,
    }
    return who.page("households/lists.html", context, status=status)


def _why(who: Caller, refused: PaperRefused | Refused | BadList) -> tuple[str, int]:
    """Return why a list was not taken, and the status that says so."""
    message = who.words.message
    if isinstance(refused, BadList) and refused.column:
        return message("第 %(row)s 行应为表头，其中没有“%(column)s”这一列", row=refused.row, column=refused.column), 422
    if isinstance(refused, BadList):
        return message("这个工作簿读不出来，请另存为 XLSX 后再上传"), 422
    if isinstance(refused, Refused) and refused.refusal.detail == "rows":
        return message("表头下面没有数据"), 422
    kind = PROBLEMS[str(refused.code if isinstance(refused, PaperRefused) else refused.refusal.code)]
    return who.words.pick(kind.zh, kind.en), kind.status


def _columns(book: HouseholdBook) -> list[str]:
    """Return the heads of the columns of a list."""
    return list(book.columns.model_dump(exclude={"sheet", "head"}, exclude_none=True).values())


def _words(who: Caller, book: HouseholdBook) -> list[tuple[str, list[str]]]:
    """Return the columns that take a word of a list, with the words."""
    columns = book.columns
    tables = ((columns.relation, book.relations), (columns.contact, book.contacts), (columns.needs, book.needs))
    network, unit = who.office.bundle.network, who.office.bundle.network.unit(who.actor.unit)
    town = unit.town if unit is not None else None
    places = [place.name for place in network.places.values() if place.unit is not None and town in {None, place.town}]
    return [(columns.place, places), *((head, [entry.zh for entry in table.values()]) for head, table in tables if head is not None)]


def _workbook(form: tuple[tuple[str, ...], int, str | None], words: list[tuple[str, list[str]]]) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 - dear to load, and few processes write a workbook
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - as above

    columns, head, sheet = form
    book = Workbook()
    first = book.worksheets[0]
    first.title = sheet or "名册"
    for number, column in enumerate(columns, start=1):
        first.cell(head, number, column)
        first.column_dimensions[get_column_letter(number)].width = WIDTH
    second = book.create_sheet("可填内容")
    for number, (column, entries) in enumerate(words, start=1):
        for row, entry in enumerate((column, *entries), start=1):
            second.cell(row, number, entry)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _book(who: Caller) -> HouseholdBook:
    """Return the book in force. Raises WebProblem where the place keeps no household files."""
    book = who.office.place.books.get(HOUSEHOLD.name)
    if not isinstance(book, HouseholdBook):
        raise WebProblem("not_found")
    return book
