"""Affairs 事务: begin one, list them, look at one, act on it; the same for every kind."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from models.affair.record import AffairExplanation, AffairReceiptOut
from models.base import Model
from rules.affair.kinds import KINDS
from service.affairs import shown
from service.affairs.beginning import Begun, begin
from service.affairs.reading import AffairFilter
from service.affairs.versions import AffairAsOf, AffairVersions, Versions
from web.api.actions import IfMatch
from web.api.affair_forms import FORMS, OpenAffair, union
from web.api.cases import Code, Key, Unit, Why
from web.auth import ActorDep
from web.problems import WebProblem, documented
from web.state import AffairReaderDep, AffairsDep, OfficeDep

router = APIRouter(tags=["affairs"])


class AffairsQuery(Model):
    """Which affairs."""

    kind: Annotated[str | None, Query(pattern=r"^[a-z_]+$", max_length=40)] = None
    town: Unit = None
    place: Annotated[str | None, Query(pattern=r"^\d{6,12}$")] = None
    stage: Annotated[str | None, Query(pattern=r"^[a-z_]+$", max_length=40)] = None
    ended: bool | None = None
    overdue: bool | None = None

    def filter(self) -> AffairFilter:
        """Return it as the use case asks for it."""
        return AffairFilter(
            kinds=(self.kind,) if self.kind is not None else None,
            stages=(self.stage,) if self.stage is not None else None,
            **self.model_dump(include={"town", "place", "ended", "overdue"}),
        )


class AffairsPageQuery(AffairsQuery):
    """The same with the page."""

    cursor: Annotated[str | None, Query(description="`next` of the page before.", max_length=200)] = None
    limit: int = Field(default=50, ge=1, le=200)


KNOWN: dict[int | str, dict[str, Any]] = {200: {"model": Begun, "description": "The same intake was taken before"}}

REFUSALS = documented(
    "unknown_affair", "stale", "too_large", "not_allowed", "wrong_stage", "too_late", "already_done", "not_holder", "unknown_unit",
    "unknown_place", "same_person", "missing_reason", "needs_notice", "needs_consent", "checklist_open", "conflict_of_interest",
)  # fmt: skip


async def _open(body: Model, actor: ActorDep, office: OfficeDep, response: Response, key: Key = None) -> Begun:
    """Begin an affair. The same `intake_id` (or Idempotency-Key) gives the same affair."""
    given: Any = body
    fields = given.fields.model_dump(mode="json", exclude_none=True)
    intake_id = given.intake_id or (f"{actor.unit}:{key}" if key is not None else None)
    begun = await begin(office, given.kind, fields, actor, intake_id)
    if begun.known:
        response.status_code = 200
    response.headers["Location"] = f"/api/v1/affairs/{begun.receipt.code}"
    return begun


_open.__annotations__["body"] = OpenAffair
router.add_api_route(
    "/affairs",
    _open,
    methods=["POST"],
    operation_id="open_affair",
    status_code=201,
    summary="Begin an affair",
    response_model=Begun,
    responses=KNOWN | documented("not_allowed", "unknown_place", "unknown_unit", "already_done", "not_holder", "too_large"),
)


@router.get("/affairs", operation_id="list_affairs", summary="A page of the affairs one may see, newest begun first")
async def list_affairs(query: Annotated[AffairsPageQuery, Query()], actor: ActorDep, reader: AffairReaderDep) -> shown.AffairsPage:
    """Return a page; `next` is the cursor of the page that follows."""
    try:
        return await reader.list(actor, query.filter(), after=query.cursor, limit=query.limit)
    except ValueError as error:
        raise WebProblem("invalid", "cursor") from error


@router.get("/affairs/count", operation_id="count_affairs", summary="How many affairs there are, by kind and stage")
async def count_affairs(query: Annotated[AffairsQuery, Query()], actor: ActorDep, reader: AffairReaderDep) -> shown.AffairsCounted:
    """Return the numbers."""
    return await reader.counts(actor, query.filter())


@router.get(
    "/affairs/{code}",
    operation_id="get_affair",
    summary="An affair as far as one may see it",
    responses=documented("unknown_affair", "purpose_needed", "invalid"),
)
async def get_affair(code: Code, actor: ActorDep, reader: AffairReaderDep, response: Response, why: Why = "") -> shown.AffairShown:
    """Return the affair; its version is the ETag, to be sent back as If-Match with an action."""
    found = await reader.detail(actor, code, unquote(why))
    response.headers["ETag"] = f'"{found.seq}"'
    return found


@router.get(
    "/affairs/{code}/explain",
    operation_id="explain_affair",
    summary="Why each date",
    responses=documented("unknown_affair", "purpose_needed", "invalid"),
)
async def explain_affair(code: Code, actor: ActorDep, reader: AffairReaderDep, why: Why = "") -> AffairExplanation:
    """Return who holds the ball, and for every clock the arithmetic in both languages."""
    return await reader.explain(actor, code, unquote(why))


@router.get(
    "/affairs/{code}/timeline",
    operation_id="get_affair_timeline",
    summary="The story of an affair",
    responses=documented("unknown_affair", "purpose_needed", "invalid"),
)
async def get_affair_timeline(
    code: Code,
    actor: ActorDep,
    reader: AffairReaderDep,
    why: Why = "",
    after: Annotated[int, Query(ge=0, le=1_000_000, description="Only events behind this number.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> shown.AffairTimeline:
    """Return its events, the oldest first, with the words one may read."""
    return await reader.timeline(actor, code, unquote(why), after=after, limit=limit)


@router.get(
    "/affairs/{code}/versions",
    operation_id="list_affair_versions",
    summary="The versions of an affair",
    responses=documented("unknown_affair", "purpose_needed", "invalid"),
)
async def list_affair_versions(
    code: Code,
    actor: ActorDep,
    office: OfficeDep,
    why: Why = "",
    after: Annotated[int, Query(ge=0, le=1_000_000, description="Only versions behind this number.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> AffairVersions:
    """Return each version with the fields it changed, who made it and when, the oldest first."""
    return await Versions(office).listed(actor, code, unquote(why), after=after, limit=limit)


@router.get(
    "/affairs/{code}/versions/{seq}",
    operation_id="get_affair_version",
    summary="An affair as it stood at a version",
    responses=documented("unknown_affair", "purpose_needed", "invalid"),
)
async def get_affair_version(
    code: Code, seq: Annotated[int, Path(ge=1, le=1_000_000)], actor: ActorDep, office: OfficeDep, why: Why = ""
) -> AffairAsOf:
    """Return what the record up to this version folds to, as far as one may see it today; 404 where there is no such version."""
    return await Versions(office).at(actor, code, seq, unquote(why))


def _endpoint(do: str, form: Any) -> Callable[..., Awaitable[AffairReceiptOut]]:
    async def act(
        code: Code,
        body: Model,
        actor: ActorDep,
        affairs: AffairsDep,
        reader: AffairReaderDep,
        response: Response,
        key: Key = None,
        match: IfMatch = None,
    ) -> AffairReceiptOut:
        row = await reader.row(actor, code)
        fields: dict[str, Any] = body.model_dump(mode="json", exclude_none=True)
        action_id = fields.pop("id", None) or key or uuid.uuid4().hex
        if match is not None and match not in {"*", f'"{row.seq}"'} and not await reader.done(row.affair_id, action_id):
            raise WebProblem("stale")
        receipt = await affairs.act(row.affair_id, do, fields, actor, action_id=action_id)
        response.headers["ETag"] = f'"{receipt.seq}"'
        return receipt

    act.__annotations__["body"] = form
    return act


for name, forms in FORMS.items():
    kinds = ", ".join(f"{KINDS[kind].en} ({KINDS[kind].zh})" for kind in forms)
    router.add_api_route(
        f"/affairs/{{code}}/actions/{name}",
        _endpoint(name, union(list(forms.values()))),
        methods=["POST"],
        operation_id=f"affair_{name}",
        summary=(next(iter(forms.values())).__doc__ or name).partition("\n")[0].strip().rstrip("."),
        description=f"Of: {kinds}. The same action id (Idempotency-Key or `id`) gives the same receipt and is done once.",
        response_model=AffairReceiptOut,
        responses=REFUSALS,
    )
