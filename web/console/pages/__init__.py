"""The pages of the console, a module for each thing they are about; `ROUTERS` is what `site.py` puts into the application."""

from __future__ import annotations

from fastapi import APIRouter

from web.console.pages import (
    access_log,
    account,
    account_log,
    archive,
    arrivals,
    audit,
    away,
    board,
    case,
    cases,
    charts,
    citizen,
    cockpit,
    inbox,
    intake,
    live,
    network,
    oidc,
    people,
    people_away,
    procedure,
    receipt,
    second_factor,
    session,
    sign_in,
    tokens,
)

ROUTERS: tuple[APIRouter, ...] = (
    sign_in.router,
    session.router,
    oidc.router,
    account.router,
    second_factor.router,
    tokens.router,
    away.router,
    live.router,
    inbox.router,
    intake.router,
    cases.router,
    receipt.router,
    case.router,
    citizen.router,
    board.router,
    arrivals.router,
    audit.router,
    archive.router,
    charts.router,
    cockpit.router,
    network.router,
    procedure.router,
    people_away.router,
    people.router,
    account_log.router,
    access_log.router,
)
"""In the order in which addresses are looked for: `/cases/new` before `/cases/{code}`."""
