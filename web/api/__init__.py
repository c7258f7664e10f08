"""The API `/api/v1` (design §8): one module for each thing it is about."""

from __future__ import annotations

from fastapi import FastAPI

from web.api import (
    actions,
    affairs,
    arrivals,
    cases,
    changes,
    dwellings,
    exports,
    handovers,
    household_lists,
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

REFUSALS = documented(
    "malformed", "unauthenticated", "password_change", "second_factor", "token_scope", "invalid", "too_many", "internal", "unavailable"
)
"""What every part may answer."""

PARTS = (
    cases,
    actions,
    changes,  # before affairs: `/affairs/changes` is no code
    affairs,
    dwellings,
    whistles,
    rounds,
    handovers,
    household_lists,
    orders,
    papers,
    arrivals,
    inbox,
    exports,
    reports,
    stats,
    kpi,
    reference,
)


def install(app: FastAPI) -> None:
    """Put every part under `/api/v1`."""
    for part in PARTS:
        # Each by itself: for a router of routers the framework works every route out once more, for nobody.
        app.include_router(part.router, prefix="/api/v1", responses=REFUSALS)
