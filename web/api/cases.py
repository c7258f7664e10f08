"""Cases: take one in, list them, look at one."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Header, Path, Query, Response
from pydantic import Field

from models.base import Model
from models.party import Actor
from models.record import ActReceipt, Explanation
from models.words import CardKind, Level, Stage, Tier
from service import shown
from service.reading import Filter
from web.api.forms import OpenForm
from web.auth import ActorDep
from web.problems import WebProblem, documented
from web.state import CasesDep, ReaderDep

router = APIRouter(tags=["cases"])

Code = Annotated[
    str,
    Path(description="Case code (一案一码), e.g. `YANLOU-2026-00001`.", pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$", max_length=80),
]
Key = Annotated[str | None, Header(alias="Idempotency-Key", pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:@#-]*$", max_length=80)]
Unit = Annotated[str | None, Query(pattern=r"^[a-z0-9-]+$", max_length=80)]


Why = Annotated[
    str,
    Header(
        alias="Jiefen-Purpose",
        max_length=1000,
        pattern=r"^[!-~ ]*$",
        description="Why one looks (查阅事由): a code of `/purposes`, or words, percent-encoded UTF-8. Kept in the access log.",
    ),
]


AsOf = Annotated[
    str | None,
    Query(
        max_length=40,
        pattern=r"^\d{4}-\d{2}-\d{2}(T[0-9:.]+(Z|[+-]\d{2}:\d{2})?)?$",
        description="As it stood then (当时情况): a day to its end, or a time; without a zone in the place's own.",
    ),
]


class OpenedCase(Model):
    """A case taken in: its receipt, whether it was there already, and cases that may be the same dispute."""

    receipt: ActReceipt
    known: bool
    candidates: tuple[shown.Likeness, ...]


class ListQuery(Model):
    """Which cases, and how many."""

    town: Unit = None
    stage: Stage | None = None
    tier: Tier | None = None
    lead: Unit = None
    mediator: Annotated[str | None, Query(pattern=r"^[a-z_]+@[a-z0-9-]+(#[0-9]+)?$", max_length=80)] = None
    category: Annotated[str | None, Query(pattern=r"^\d{2}(\d{2})?$")] = None
    overdue: bool | None = None
    ended: bool | None = None
    suspended: bool | None = None
    level: Level | None = None
    place: Annotated[str | None, Query(pattern=r"^\d{6,12}$")] = None
    card: CardKind | None = None
    mine: bool = Field(default=False, description="Only cases in which I have done something (我经手的).")

    def filter(self, actor: Actor) -> Filter:
        """Return it as the use case asks for it."""
        wanted = self.model_dump(include=set(Filter.model_fields))
        return Filter(**wanted, handled_by=(actor.person,) if self.mine else None)


class PageQuery(ListQuery):
    """The same with the page."""

    cursor: Annotated[str | None, Query(description="`next` of the page before.", max_length=200)] = None
    limit: int = Field(default=50, ge=1, le=200)


KNOWN: dict[int | str, dict[str, Any]] = {200: {"model": OpenedCase, "description": "The same intake was taken before"}}


@router.post(
    "/cases",
    operation_id="open_case",
    status_code=201,
    summary="Take a dispute in",
    responses=KNOWN | documented("not_allowed", "unknown_place", "already_done", "too_large"),
)
async def open_case(body: OpenForm, actor: ActorDep, cases: CasesDep, reader: ReaderDep, response: Response, key: Key = None) -> OpenedCase:  # type: ignore[valid-type]
    """Take a dispute in. The same `source` and `intake_id` (or Idempotency-Key) give the same case."""
    fields: dict[str, Any] = body.model_dump(exclude_none=True)  # type: ignore[attr-defined]
    if key is not None and not fields.get("intake_id"):
        fields["intake_id"] = f"{actor.unit}:{key}"
    opened = await cases.open(fields, actor)
    receipt = opened.receipt
    if opened.known:
        if not await reader.may_know(actor, receipt.case_id):
            raise WebProblem("already_done", "intake_id")
        response.status_code = 200
    response.headers["Location"] = f"/api/v1/cases/{receipt.code}"
    return OpenedCase(receipt=receipt, known=opened.known, candidates=await reader.likenesses(actor, opened.candidates))


@router.get("/cases", operation_id="list_cases", summary="A page of the cases one may see, newest registered first")
async def list_cases(query: Annotated[PageQuery, Query()], actor: ActorDep, reader: ReaderDep) -> shown.Page:
    """Return a page; `next` is the cursor of the page that follows."""
    try:
        return await reader.list(actor, query.filter(actor), after=query.cursor, limit=query.limit)
    except ValueError as error:
        raise WebProblem("invalid", "cursor") from error


@router.get("/cases/count", operation_id="count_cases", summary="How many cases a list would hold")
async def count_cases(query: Annotated[ListQuery, Query()], actor: ActorDep, reader: ReaderDep) -> shown.Counted:
    """Return the number."""
    return await reader.count(actor, query.filter(actor))


class Search(Model):
    """What is searched for. It comes in the body: names and phones have no place in an address."""

    text: str = Field(min_length=2, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["YANLOU-2026-00001", "13800000001"])
    limit: int = Field(default=50, ge=1, le=100)


@router.post("/search", operation_id="search_cases", summary="Find cases by code, place, or a party's name, phone or number")
async def search_cases(body: Search, actor: ActorDep, reader: ReaderDep) -> shown.Page:
    """Return what is found within one's own scope; a name or phone is matched as a whole, a place by any part of its name."""
    return await reader.search(actor, body.text.strip(), limit=body.limit)


@router.get(
    "/cases/{code}",
    operation_id="get_case",
    summary="A case as far as one may see it",
    responses=documented("unknown_case", "purpose_needed", "invalid"),
)
async def get_case(
    code: Code, actor: ActorDep, reader: ReaderDep, response: Response, why: Why = "", as_of: AsOf = None
) -> shown.CaseShown:
    """Return the case; its version is the ETag, to be sent back as If-Match with an action. As it stood at a time it has none."""
    if as_of is not None:
        return (await reader.then(actor, code, as_of, unquote(why))).case
    found = await reader.detail(actor, code, unquote(why))
    response.headers["ETag"] = f'"{found.seq}"'
    return found


@router.get(
    "/cases/{code}/explain",
    operation_id="explain_case",
    summary="Why each date",
    responses=documented("unknown_case", "not_allowed", "purpose_needed", "invalid"),
)
async def explain_case(code: Code, actor: ActorDep, reader: ReaderDep, why: Why = "", as_of: AsOf = None) -> Explanation:
    """Return who holds the ball, and for every clock the arithmetic in both languages; on demand as they stood at a time."""
    if as_of is not None:
        return await reader.explained_then(actor, code, as_of, unquote(why))
    return await reader.explain(actor, code, unquote(why))


@router.get(
    "/cases/{code}/timeline",
    operation_id="get_timeline",
    summary="The story of a case",
    responses=documented("unknown_case", "not_allowed", "purpose_needed"),
)
async def get_timeline(
    code: Code,
    actor: ActorDep,
    reader: ReaderDep,
    why: Why = "",
    after: Annotated[int, Query(ge=0, le=1_000_000, description="Only events behind this number.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> shown.Timeline:
    """Return its events as sentences in both languages, the oldest first, with the words one may read."""
    return await reader.timeline(actor, code, unquote(why), after=after, limit=limit)
