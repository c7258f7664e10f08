"""Runs against the record (运行比对), of cases and of affairs alike: what a running one answers, and whether a difference stays."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from temporalio.client import WorkflowQueryFailedError, WorkflowQueryRejectedError
from temporalio.service import RPCError, RPCStatusCode

from models.affair.base import Affair
from models.case import Case
from service.upkeep_reports import LOOK, LOOKS, Drift, DriftKind

S = TypeVar("S")


async def compared(stored: Case | Affair, asked: Awaitable[S], differences: Callable[[S], tuple[str, ...]]) -> Drift | None:
    """Compare what a run that is asked for its state answers with the record; a query rejected says that no run is open."""

    def found(kind: DriftKind, *detail: str) -> Drift:
        return Drift(case_id=stored.id, code=stored.code, kind=kind, detail=detail)

    try:
        live = await asked
    except WorkflowQueryRejectedError as error:
        return found(DriftKind.MISSING, *((error.status.name.lower(),) if error.status else ()))
    except RPCError as error:
        gone = error.status is RPCStatusCode.NOT_FOUND
        return found(DriftKind.MISSING, "no run") if gone else found(DriftKind.SILENT, error.status.name.lower())
    except WorkflowQueryFailedError:
        return found(DriftKind.SILENT, "query failed")
    differing = differences(live)
    return found(DriftKind.RUN, *differing) if differing else None


async def lasting(look: Callable[[], Awaitable[Drift | None]]) -> Drift | None:
    """Look again and again: a difference between the record and a run counts when it stays."""
    found: Drift | None = None
    for _ in range(LOOKS):
        found = await look()
        if found is None or found.kind is DriftKind.SILENT:
            return found
        await asyncio.sleep(LOOK.total_seconds())
    return found
