"""Lists of households 名册: brought as a workbook, tried, looked at, brought in or thrown away; as the console has it."""

from __future__ import annotations

import uuid
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import Field

from models.base import Instant, Model
from models.household_list import HouseholdList, ListProblem, ListStage
from models.party import Actor
from models.refusal import RefusalCode
from service.errors import refuse
from service.households.lists import BadList, Lists
from web.api.cases import Key
from web.auth import ActorDep
from web.bringing import bringing, file_of, parts
from web.problems import FieldError, WebProblem, documented
from web.state import AffairsDep, OfficeDep

router = APIRouter(tags=["affairs"])

ListId = Annotated[str, Path(description="Id of a list.", pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


def _lists(office: OfficeDep, affairs: AffairsDep) -> Lists:
    return Lists(office, affairs)


ListsDep = Annotated[Lists, Depends(_lists)]

UPLOAD = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary", "description": "XLSX"}}}

HEARD: dict[bool, frozenset[ListStage]] = {
    True: frozenset({ListStage.TRIED, ListStage.IMPORTING, ListStage.DONE}),
    False: frozenset({ListStage.TRIED, ListStage.DROPPED}),
}
"""By word, to bring a list in or to throw it away: the stages in which it may be said, or has been. Said again it changes nothing."""


class ListHead(Model):
    """How far a list is. It is seen by the unit that brought it."""

    id: str
    stage: ListStage
    rows: int = Field(description="Rows of the workbook, one for each person.")
    seen: int = Field(description="Rows that have been gone through in this step.")
    counts: dict[str, int] = Field(description="Households by what became of them: registered, updated, same, wrong; ready while tried.")
    made_at: Instant
    ended_at: Instant | None

    @classmethod
    def of(cls, found: HouseholdList) -> Self:
        """Return a list as it is answered."""
        return cls.model_validate(found.model_dump(include=set(cls.model_fields)))


class ListShown(ListHead):
    """The same with what is wrong: row, head of the column, reason; never what stands in it. The first 500 problems."""

    problems: tuple[ListProblem, ...]


class ListsShown(Model):
    """The last lists of one's unit, the newest first."""

    as_of: Instant
    lists: tuple[ListHead, ...]


class ListForm(Model):
    """How a workbook has to be laid out."""

    sheet: str | None = Field(description="Name of the sheet; none = the first.")
    head: int = Field(description="Number of the row that holds the heads of the columns; what is below is one person a row.")
    columns: tuple[str, ...]


@router.get(
    "/households/lists",
    operation_id="list_household_lists",
    summary="The last lists of households of one's unit",
    responses=documented("not_allowed"),
)
async def list_household_lists(actor: ActorDep, office: OfficeDep, lists: ListsDep) -> ListsShown:
    """Return how far each is."""
    found = await lists.recent(actor)
    return ListsShown(as_of=office.now(), lists=tuple(ListHead.of(one) for one in found))


@router.post(
    "/households/lists",
    operation_id="bring_household_list",
    status_code=201,
    summary="Bring a list of households, to be tried",
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": UPLOAD}}}},
    responses=documented(
        *("not_allowed", "too_large", "too_many_bytes", "invalid", "too_many_rows", "type_not_taken", "type_differs", "file_damaged"),
        *("active_content", "infected", "scanner_away", "unavailable"),
    ),
)
async def bring_household_list(request: Request, actor: ActorDep, lists: ListsDep, response: Response, key: Key = None) -> ListShown:
    """Check a workbook as papers are checked, seal it, and begin to try it: nothing is written yet. One Idempotency-Key, one list."""
    lists.form(actor)
    async with bringing(request) as fields:
        file = file_of(fields)
        if file is None:
            raise WebProblem("invalid", errors=[FieldError(field="file", kind="missing")])
        try:
            list_id = await lists.take(actor, file.filename or "", parts(file), key or uuid.uuid4().hex)
        except BadList as bad:
            wrong = FieldError(field=bad.column, kind="no_column") if bad.column else FieldError(field="file", kind="unreadable")
            raise WebProblem("invalid", f"row {bad.row}", [wrong]) from bad
    response.headers["Location"] = f"/api/v1/households/lists/{list_id}"
    return ListShown.of(await _found(lists, actor, list_id))


@router.get(
    "/households/lists/form",
    operation_id="get_household_form",
    summary="How a list of households has to be laid out",
    responses=documented("not_allowed", "invalid"),
)
async def get_household_form(actor: ActorDep, lists: ListsDep) -> ListForm:
    """Return the heads of the columns, in the words of the place's book."""
    form = lists.form(actor)
    return ListForm(sheet=form.sheet, head=form.head, columns=form.columns)


@router.get(
    "/households/lists/{list_id}",
    operation_id="get_household_list",
    summary="How far a list of households is, and what is wrong with which row",
    responses=documented("not_allowed", "not_found"),
)
async def get_household_list(list_id: ListId, actor: ActorDep, lists: ListsDep) -> ListShown:
    """Return a list of one's own unit; ask again while its stage is `trying` or `importing`."""
    return ListShown.of(await _found(lists, actor, list_id))


@router.post(
    "/households/lists/{list_id}/bring",
    operation_id="bring_households_in",
    summary="Bring in the households of a list that was tried",
    responses=documented("not_allowed", "not_found", "wrong_stage", "unavailable"),
)
async def bring_households_in(list_id: ListId, actor: ActorDep, lists: ListsDep) -> ListShown:
    """Begin to bring in what can be used; rows with problems stay out. Said twice, it is done once."""
    return await _choose(lists, actor, list_id, bring=True)


@router.post(
    "/households/lists/{list_id}/drop",
    operation_id="drop_household_list",
    summary="Throw a list of households away that was tried",
    responses=documented("not_allowed", "not_found", "wrong_stage", "unavailable"),
)
async def drop_household_list(list_id: ListId, actor: ActorDep, lists: ListsDep) -> ListShown:
    """Let the content of a list go, its key first; nothing of it is brought in. Its run does so within moments of the answer."""
    return await _choose(lists, actor, list_id, bring=False)


async def _choose(lists: Lists, actor: Actor, list_id: str, *, bring: bool) -> ListShown:
    await lists.choose(actor, list_id, bring=bring)
    found = await _found(lists, actor, list_id)
    if found.stage not in HEARD[bring]:
        raise refuse(RefusalCode.WRONG_STAGE, str(found.stage))
    return ListShown.of(found)


async def _found(lists: Lists, actor: Actor, list_id: str) -> HouseholdList:
    found = await lists.find(actor, list_id)
    if found is None:
        raise WebProblem("not_found")
    return found
