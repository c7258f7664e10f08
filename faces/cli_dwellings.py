"""Commands of village lodging and its hazards: `dwelling code`, `dwelling check-in`, `hazards`."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Annotated

import typer

from faces.asking import DIRECTOR, asker
from faces.cli_cases import ActionId, As, Json, With
from faces.desk import desk, fields_of
from faces.output import command, out, say, show, table
from models.account import TokenScope
from models.affair.hazard import HazardBook
from models.affair.hazard_register import AgeBand, HazardRegister, RegisterBy, RegisterGroup
from models.citizen import EntryRefused
from models.refusal import RefusalCode
from service.affairs.dwellings import CheckIns
from service.affairs.hazards import Hazards
from service.errors import refuse
from service.office import Office

dwelling = typer.Typer(help="Village lodging (村寓): check-in codes of leases. All else: `jiefen affair`.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="The dwelling's code.")]
Lease = Annotated[str, typer.Argument(help="The lease.")]

AGES: dict[AgeBand, str] = {AgeBand.TO_3: "≤3 天 d", AgeBand.TO_7: "4–7", AgeBand.TO_30: "8–30", AgeBand.OVER_30: ">30"}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(dwelling, name="dwelling")
    app.command("hazards")(hazards)


@dwelling.command("code")
def code(key: Code, lease: Lease, who: As = "", as_json: Json = False) -> None:
    """Give a lease a check-in code, shown this once; the one before is good no longer (发放入住码)."""

    async def doing() -> None:
        async with desk(engine=True) as (office, _):
            given = await CheckIns(office).code(await asker(office, who, TokenScope.ACT), key, lease)
            until = office.bundle.cal.stamp(given.until)
        show(given, as_json, lambda: say(f"  有效至 good until {until}", head=given.code))

    command(doing, as_json=as_json)


@dwelling.command("check-in")
def check_in(
    typed: Annotated[str, typer.Argument(metavar="CODE", help="The check-in code.")],
    given: With = "{}",
    since: Annotated[str, typer.Option("--since", metavar="DAY", help="Without it today.")] = "",
    action_id: ActionId = "",
    as_json: Json = False,
) -> None:
    """Say that somebody has moved in, by the code of their lease; --with has name and phone (凭码入住登记)."""
    key = action_id or uuid.uuid4().hex

    async def doing() -> None:
        day = _day(since)
        person = fields_of(given)
        async with desk(engine=True) as (office, _):
            found = await CheckIns(office).check_in(typed, person, since=day, action_id=key)
        if isinstance(found, EntryRefused):
            raise refuse(RefusalCode.INVALID, f"code ({found.code})")
        show(found, as_json, lambda: say(f"  {found.place_name}  {found.lease}  待网格员核实 to be confirmed", head=found.number))

    command(doing, as_json=as_json, again=f"--id {key}")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise refuse(RefusalCode.INVALID, "since") from error


def hazards(
    who: As = "",
    by: Annotated[RegisterBy, typer.Option("--by", help="Grouped by.")] = RegisterBy.VILLAGE,
    as_json: Json = False,
) -> None:
    """The register of open hazards by village, item or severity, with their age (隐患台账)."""

    async def doing() -> None:
        async with desk() as (office, _):
            found = await Hazards(office).register(await asker(office, who, TokenScope.READ, usual=DIRECTOR), by)
            shown = [_row(group, _named(office, by, group.key)) for group in found.groups]
        show(found, as_json, lambda: _print(found, shown))

    command(doing, as_json=as_json)


def _named(office: Office, by: RegisterBy, key: str) -> str:
    """A group by its name: of the place, or of the hazard list."""
    if by is RegisterBy.VILLAGE:
        place = office.bundle.network.place(key)
        return place.name if place else key
    book = office.place.books.get("hazard")
    if not isinstance(book, HazardBook):
        return key
    listed = book.items if by is RegisterBy.ITEM else book.severities
    return listed[key].zh if key in listed else key


def _row(group: RegisterGroup, name: str) -> tuple[object, ...]:
    return (name, group.open, *(group.ages[band] for band in AgeBand), group.oldest_days, group.late)


def _print(found: HazardRegister, rows: list[tuple[object, ...]]) -> None:
    heads = (f"{found.by}", "未销号 open", *AGES.values(), "最久（天）oldest", "超期 late")
    out.print(table(f"隐患台账 hazards: {found.whole.open}", heads, [*rows, _row(found.whole, "合计 all")]))
