"""Village lodging 村寓 and the register of hazards 隐患台账: check-in codes, check-ins by code, open hazards by age."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from models.affair.dwelling.codes import CheckedIn, CheckInCode
from models.affair.hazard_register import HazardRegister, RegisterBy
from models.base import Id, Model
from models.citizen import EntryRefused
from service.affairs.dwellings import CheckIns
from service.affairs.hazards import Hazards
from service.door import PersonIn
from web.api.cases import Code, Key
from web.auth import ActorDep
from web.problems import WebProblem, documented
from web.state import OfficeDep
from web.times import WrittenInstant

router = APIRouter(tags=["affairs"])


class CodeFor(Model):
    """Which lease gets a code."""

    lease: Id


class CheckInBody(Model):
    """Who has moved in, and the code of their lease."""

    code: str = Field(min_length=1, max_length=100)
    person: PersonIn
    since: date | None = None


@router.post(
    "/affairs/{code}/check-in-codes",
    operation_id="give_check_in_code",
    status_code=201,
    summary="Give a lease of a dwelling a check-in code",
    responses=documented("unknown_affair", "invalid", "not_allowed", "not_holder", "wrong_stage", "already_done", "too_large"),
)
async def give_code(code: Code, body: CodeFor, actor: ActorDep, office: OfficeDep) -> CheckInCode:
    """Return the code, which is shown this once; the one before is good no longer."""
    return await CheckIns(office).code(actor, code, body.lease)


@router.post(
    "/check-ins",
    operation_id="check_in",
    status_code=201,
    summary="Say that somebody has moved in, by the code of their lease",
    responses=documented("invalid", "too_many", "not_allowed", "wrong_stage", "already_done", "too_late", "too_large"),
)
async def check_in(body: CheckInBody, actor: ActorDep, office: OfficeDep, request: Request, key: Key = None) -> CheckedIn:
    """Enter a check-in for a tenant who has the code; a grid member confirms it. The same Idempotency-Key is the same check-in."""
    address = request.client.host if request.client is not None else ""
    action_id = f"{actor.unit}:{key}"[:80] if key is not None else None
    found = await CheckIns(office).check_in(
        body.code, body.person.model_dump(exclude_none=True), address, since=body.since, action_id=action_id
    )
    if isinstance(found, EntryRefused):
        raise WebProblem("too_many") if found.wait else WebProblem("invalid", "code")
    return found


@router.get(
    "/hazards/register",
    operation_id="hazard_register",
    summary="Open hazards by village, item or severity, with their age",
    responses=documented("not_allowed"),
)
async def hazard_register(
    actor: ActorDep,
    office: OfficeDep,
    by: RegisterBy = RegisterBy.VILLAGE,
    as_of: Annotated[WrittenInstant | None, Query(description="As they stood then; without it now.")] = None,
) -> HazardRegister:
    """Return the register of what one's numbers are made of."""
    return await Hazards(office).register(actor, by, as_of)
