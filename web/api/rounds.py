"""Rounds 轮次: how far one is, and results that were written down without a connection."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter
from pydantic import Field

from models.base import Model
from service.affairs.rounds.batches import MOST_ROWS, Batches, Taken, numbered
from service.affairs.rounds.lists import Covered, Lists
from web.api.cases import Code, Why
from web.auth import ActorDep
from web.problems import documented
from web.state import AffairReaderDep, AffairsDep, OfficeDep

router = APIRouter(tags=["affairs"])


class Results(Model):
    """A batch of results. Each row has the client's own `id`, `target`, `outcome` (visited, skipped), and `at`, `answers`, `skip`, `text`,
    `findings`, as the action `enter` takes them.
    """

    rows: Annotated[tuple[dict[str, Any], ...], Field(max_length=MOST_ROWS)]


@router.get(
    "/rounds/{code}/coverage",
    operation_id="get_round_coverage",
    summary="How far a round is, as a whole and by grid",
    responses=documented("unknown_affair", "purpose_needed", "invalid"),
)
async def coverage(code: Code, actor: ActorDep, office: OfficeDep, affairs: AffairsDep, reader: AffairReaderDep, why: Why = "") -> Covered:
    """Return counts with their denominator: visited + skipped + overdue + left = targets."""
    looked = await reader.look(actor, code, "affair", unquote(why))
    return await Lists(office, affairs).coverage(looked.affair.id)


@router.post(
    "/rounds/{code}/results",
    operation_id="enter_results",
    summary="Take results that were written down without a connection",
    responses=documented("unknown_affair", "invalid", "too_large"),
)
async def results(code: Code, body: Results, actor: ActorDep, office: OfficeDep, affairs: AffairsDep, reader: AffairReaderDep) -> Taken:
    """Return how many rows were taken, how many were there already, and which can't be taken; of a round or of a sheet.

    Safe to send twice and in any order.
    """
    row = await reader.row(actor, code)
    return await Batches(office, affairs).take(row.affair_id, numbered(body.rows), actor)
