"""Handovers 离岗交接: what somebody has open, and the list of a handover. They are begun and acted on as all affairs are."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Query

from service.affairs.leaving import HandoverList, Leaving, OpenHands
from web.api.cases import Code, Why
from web.auth import ActorDep
from web.problems import documented
from web.state import OfficeDep

router = APIRouter(tags=["affairs"])

Leaver = Annotated[str, Query(pattern=r"^[a-z_]+@[a-z0-9-]+(#[0-9]+)?$", max_length=80, description="Staff id of who leaves.")]


@router.get("/handovers/preview", operation_id="preview_handover", summary="What somebody has open", responses=documented("not_holder"))
async def preview_handover(leaver: Leaver, actor: ActorDep, office: OfficeDep) -> OpenHands:
    """Return the running cases and affairs that name this person, with codes where one may see them."""
    return await Leaving(office).preview(actor, leaver)


@router.get(
    "/handovers/{code}",
    operation_id="list_handover",
    summary="The list of a handover: moved, refused, left",
    responses=documented("unknown_affair", "purpose_needed", "invalid"),
)
async def list_handover(code: Code, actor: ActorDep, office: OfficeDep, why: Why = "") -> HandoverList:
    """Return who, from whom to whom, and what became of each piece."""
    return await Leaving(office).list(actor, code, unquote(why))
