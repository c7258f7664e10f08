"""Choosing a post by its unit and role, as people know them; an id of a post stands in no form that somebody has to read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pydantic import ValidationError
from starlette.datastructures import FormData

from models.account import AccountProblem, HeldPost
from models.staff import Staff
from models.words import Role
from service.errors import AccountRefused
from web.console.caller import Caller
from web.console.choices import Group
from web.console.fields import text
from web.console.tables import towns

ROWS = 40
"""Most posts in one form."""


def units(who: Caller) -> tuple[Group, ...]:
    """Return all units, those of the district first and then town by town."""
    network = who.office.bundle.network
    headings = [(None, network.district.name), *towns(who)[0][1]]
    found = [(name, tuple((u.id, u.name) for u in network.units.values() if u.town == town)) for town, name in headings]
    return tuple((name, rows) for name, rows in found if rows)


def roles(who: Caller, people: Iterable[Staff]) -> tuple[Group, ...]:
    """Return the roles these people hold, with a number where several hold the same one in one unit."""
    order = list(Role)
    found = {(order.index(person.role), _number(person.id)) for person in people}
    rows = ((order[at], number) for at, number in sorted(found))
    return (("", tuple((f"{role}{f'#{n}' if n else ''}", who.words.label("role", role) + (f" {n}" if n else "")) for role, n in rows)),)


def chosen(fields: FormData) -> HeldPost:
    """Return the post that a form names by unit and role, with its first and last day. Raises AccountRefused."""
    role, sign, number = text(fields, "role", 40).partition("#")
    return _held(f"{role}@{text(fields, 'unit', 80)}{sign}{number}", fields, "")


def kept(fields: FormData) -> list[HeldPost]:
    """Return the posts of a form's rows but those to be dropped. Raises AccountRefused."""
    rows = [row for row in range(ROWS) if text(fields, f"staff.{row}", 100)]
    return [_held(text(fields, f"staff.{row}", 100), fields, f".{row}") for row in rows if not text(fields, f"drop.{row}", 5)]


def _held(staff: str, fields: FormData, row: str) -> HeldPost:
    try:
        return HeldPost(staff=staff, since=_day(fields, f"since{row}"), until=_day(fields, f"until{row}"))
    except (ValidationError, ValueError):
        raise AccountRefused(AccountProblem.DATES) from None


def _day(fields: FormData, name: str) -> date | None:
    typed = text(fields, name, 20)
    return date.fromisoformat(typed) if typed else None


def _number(staff: str) -> int:
    return int(staff.partition("#")[2] or 0)
