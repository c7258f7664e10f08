"""The audit desk (审核台): cases to be closed with the checklist item by item, who still has to sign off, and the way to act."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from models.words import Tier
from rules.labels import TIERS
from service.oversight.audit_desk import AuditDesk
from web.console.caller import CallerDep
from web.console.tables import named, towns, whole
from web.problems import WebProblem

router = APIRouter()

LIMIT = 20

SIGNERS = 3
"""Most names of posts that are shown for one missing sign-off."""


@router.get("/audit")
async def audit(
    who: CallerDep,
    town: Annotated[str, Query(max_length=64)] = "",
    tier: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Return a page of the cases in audit."""
    try:
        wanted = Tier(tier) if tier else None
        page = await AuditDesk(who.office).waiting(who.actor, town=town or None, tier=wanted, after=cursor or None, limit=LIMIT)
    except ValueError as error:
        raise WebProblem("invalid") from error
    context = {
        "page": page,
        "town": town,
        "tier": tier,
        "cursor": cursor,
        "whole": whole(who),
        "towns": towns(who),
        "tiers": named(who, TIERS),
        "signers": SIGNERS,
    }
    return who.page("audit.html", context)
