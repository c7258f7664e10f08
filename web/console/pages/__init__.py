"""The pages of the console, a module for each thing they are about; `ROUTERS` is what `site.py` puts into the application."""

from __future__ import annotations

from fastapi import APIRouter

from web.console.pages import (
    account,
    account_log,
    away,
    case,
    cases,
    inbox,
    live,
    network,
    oidc,
    people,
    people_away,
    procedure,
    second_factor,
    sign_in,
    tokens,
)

ROUTERS: tuple[APIRouter, ...] = (
    sign_in.router,
    oidc.router,
    account.router,
    second_factor.router,
    tokens.router,
    away.router,
    live.router,
    inbox.router,
    cases.router,
    case.router,
    network.router,
    procedure.router,
    people_away.router,
    people.router,
    account_log.router,
)
"""In the order in which addresses are looked for: `/cases/new` before `/cases/{code}`."""
