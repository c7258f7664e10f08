"""The API `/api/v1` (design §8): one module for each thing it is about."""

from __future__ import annotations

from fastapi import APIRouter

from web.api import (
    actions,
    affairs,
    arrivals,
    cases,
    changes,
    dwellings,
    exports,
    handovers,
    inbox,
    kpi,
    orders,
    papers,
    reference,
    reports,
    rounds,
    stats,
    whistles,
)
from web.problems import documented

router = APIRouter(
    prefix="/api/v1",
    responses=documented(
        "malformed", "unauthenticated", "password_change", "second_factor", "token_scope", "invalid", "too_many", "internal", "unavailable"
    ),
)
PARTS = (
    cases,
    actions,
    affairs,
    dwellings,
    whistles,
    rounds,
    handovers,
    orders,
    papers,
    arrivals,
    inbox,
    changes,
    exports,
    reports,
    stats,
    kpi,
    reference,
)
for part in PARTS:
    router.include_router(part.router)
