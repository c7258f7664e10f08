"""The inbox (我的待办): what somebody owes, and who has taken it on (认领)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from models.base import Id, Model
from service import shown
from service.desk.inbox import OwedFilter
from web.auth import ActorDep
from web.problems import WebProblem, documented
from web.state import ClaimsDep, InboxDep

router = APIRouter(tags=["inbox"])


class OwedForm(Model):
    """What is owed: an item of the inbox."""

    code: Id = Field(description="Code of the case or the affair.")
    duty: str = Field(pattern=r"^[A-Za-z0-9_.:-]+$", max_length=120, description="`duty.id` of the item.")


class ClaimForm(OwedForm):
    """What is to be claimed."""

    take_over: bool = Field(default=False, description="Also from a colleague who has it.")


class Released(Model):
    """Whether there was a claim to give up."""

    released: bool


REFUSALS = documented("unknown_case", "unknown_affair", "not_holder", "too_large")


@router.get("/inbox", operation_id="get_inbox", summary="What I owe, the earliest first")
async def get_inbox(
    actor: ActorDep,
    inbox: InboxDep,
    cursor: Annotated[str | None, Query(description="`next` of the page before.", max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
    kind: Annotated[str | None, Query(pattern=r"^[a-z_]+$", max_length=40, description="`dispute`, or one kind of affair.")] = None,
) -> shown.InboxPage:
    """Return a page of what somebody owes, with the case or the affair of each; `next` is the cursor of the page that follows."""
    try:
        return await inbox.owed(actor, OwedFilter(kind=kind), after=cursor, limit=limit)
    except ValueError as error:
        raise WebProblem("invalid", "cursor") from error


@router.post(
    "/inbox/claim",
    operation_id="claim_duty",
    summary="Take on what several owe",
    responses=REFUSALS | documented("claimed", "already_done"),
)
async def claim_duty(body: ClaimForm, actor: ActorDep, claims: ClaimsDep) -> shown.ClaimShown:
    """Claim an item of one's inbox, of a case or an affair: colleagues see who has it, no clock moves. Again, it changes nothing."""
    return await claims.claim(actor, body.code, body.duty, take_over=body.take_over)


@router.post("/inbox/release", operation_id="release_duty", summary="Give back what was taken on", responses=REFUSALS)
async def release_duty(body: OwedForm, actor: ActorDep, claims: ClaimsDep) -> Released:
    """Give a claim up, one's own or of a colleague who owes the same."""
    return Released(released=await claims.release(actor, body.code, body.duty))
