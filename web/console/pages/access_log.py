"""The access log (查阅日志), for the administrator who audits: who looked at which case, when and why, and whether the chain holds."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from models.words import Role
from rules.labels import ROLES
from service.oversight.access_log import AccessLog
from web.console.caller import Caller, CallerDep
from web.console.choices import Group
from web.console.pages.purpose import told
from web.console.posts import post_name
from web.console.tables import named
from web.problems import WebProblem

router = APIRouter(prefix="/access-log")

Text = Annotated[str, Query(max_length=100)]


@router.get("")
async def access_log(
    who: CallerDep,
    code: Text = "",
    role: Text = "",
    unit: Text = "",
    post: Text = "",
    day: Text = "",
    before: Annotated[int | None, Query(ge=1)] = None,
    verify: bool = False,
) -> Response:
    """Return a page of the log, the newest look first; `verify` recomputes its chain from the first line to the last."""
    log = AccessLog(who.office)
    try:
        on, holder = date.fromisoformat(day) if day else None, post or _post(role, unit)
    except ValueError as error:
        raise WebProblem("invalid") from error
    page = await log.page(who.actor, code=code.upper() or None, post=holder or None, day=on, before=before)
    context = {
        "page": page,
        "checked": await log.check(who.actor) if verify else None,
        "asked": {"code": code, "role": role, "unit": unit, "post": post, "day": day},
        "before": before,
        "roles": named(who, {role: words for role, words in ROLES.items() if role not in {Role.SYSTEM, Role.CITIZEN}}),
        "units": _units(who),
        "why_of": lambda purpose: told(who, purpose),
        "post_of": lambda post: post_name(post, who.office.bundle.network, who.words),
        "narrowed": post_name(post, who.office.bundle.network, who.words) if post else "",
    }
    return who.page("access_log.html", context)


def _post(role: str, unit: str) -> str:
    """Return the post of a role in a unit; both are needed to name one."""
    if bool(role) != bool(unit):
        raise ValueError("role and unit")
    return f"{role}@{unit}" if role else ""


def _units(who: Caller) -> tuple[Group, ...]:
    """Return the units whose looks this administrator sees, by town, the district's own first."""
    network = who.office.bundle.network
    own = network.unit(who.actor.unit)
    towns: dict[str | None, str] = {None: network.district.name}
    towns.update(network.towns().items())
    seen = towns if own is None or own.town is None else {own.town: towns[own.town]}
    return tuple((name, tuple((one.id, one.name) for one in network.units.values() if one.town == town)) for town, name in seen.items())
