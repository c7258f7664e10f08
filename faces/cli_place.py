"""Commands of a place's data: network, calendar."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from faces.asking import DIRECTOR, asker
from faces.cli_cases import As, Json
from faces.desk import desk
from faces.output import WRONG, command, out, say, show, table
from faces.process import read_settings
from models.account import TokenScope
from models.refusal import RefusalCode
from service import calendars
from service.errors import refuse
from store.places import load_place

network = typer.Typer(help="The linked departments of a place (联动网络).", no_args_is_help=True)
calendar = typer.Typer(help="Working days and rest days (日历).", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(network, name="network")
    app.add_typer(calendar, name="calendar")


@network.command("check")
def check(
    folder: Annotated[Path | None, typer.Argument(help="Folder of a place; without it the one in force.")] = None, as_json: Json = False
) -> None:
    """Load a place's files and say what is wrong with them."""

    async def doing() -> None:
        place = load_place(folder or read_settings().place_folder)
        units, towns = len(place.network.units), len({u.town for u in place.network.units.values() if u.town})
        value = {"units": units, "towns": towns, "places": len(place.network.places), "limits": len(place.procedure.limits)}
        value |= {"signs": len(place.risk.signs), "staff": len(place.staff)}
        show(value, as_json, lambda: say("  ".join(f"{name} {number}" for name, number in value.items()) + "  ok"))

    command(doing, as_json=as_json)


@network.command("show")
def show_network(
    town: Annotated[str, typer.Argument(help="Town id, e.g. yanlou; without it the county and the towns.")] = "", as_json: Json = False
) -> None:
    """Show who is the 1, the 3 and the N."""

    async def doing() -> None:
        place = load_place(read_settings().place_folder)
        units = [u for u in place.network.units.values() if u.town == (town or None)]
        if not units:
            raise refuse(RefusalCode.UNKNOWN_PLACE, "town")
        order = {"one": 0, "three": 1, "n": 2, "social": 3}
        units.sort(key=lambda unit: (order[str(unit.tier)], unit.id))
        rows: list[tuple[object, ...]] = [(u.tier, u.id, u.name, ", ".join(u.roles), u.fallback) for u in units]
        show(
            units,
            as_json,
            lambda: out.print(table(town or place.network.district.name, ("tier", "unit", "名称", "roles", "fallback"), rows)),
        )
        if not town and not as_json:
            names = sorted({u.town for u in place.network.units.values() if u.town})
            say("towns: " + ", ".join(names))

    command(doing, as_json=as_json)


@calendar.command("show")
def show_calendar(as_json: Json = False) -> None:
    """Show the calendar new cases run under."""

    async def doing() -> None:
        async with desk() as (office, _):
            found = office.bundle.calendar
        text = f"{found.version}  公布至 published until {found.published_until}  休 off {len(found.off)}  班 make-up {len(found.make_up)}"
        show(found, as_json, lambda: say(text))

    command(doing, as_json=as_json)


@calendar.command("import")
def import_calendar(
    file: Annotated[Path, typer.Argument(help="The yearly notice as YAML or iCalendar.")],
    who: As = "",
    yes: Annotated[bool, typer.Option("--yes", help="Move the clocks; without it they are only shown.")] = False,
    as_json: Json = False,
) -> None:
    """Show which running clocks a new calendar would move, and move them with --yes (导入日历)."""

    async def doing() -> int:
        async with desk(engine=True) as (office, cases):
            change = await calendars.preview(office, file)
            done = await calendars.apply(office, cases, change, await asker(office, who, TokenScope.ACT, usual=DIRECTOR)) if yes else None
        ends = office.bundle.cal.end_stamp
        rows: list[tuple[object, ...]] = [
            (m.code, m.clock, m.before and ends(m.before), m.after and ends(m.after), m.days) for m in change.moves
        ]
        title = f"{change.version}: {len(change.moves)} clocks of {change.cases} running cases and {change.affairs} affairs " + (
            "moved" if yes else "would move"
        )
        show(
            {"change": change, "applied": done},
            as_json,
            lambda: out.print(table(title, ("case or affair", "clock", "from", "to", "days"), rows)),
        )
        return WRONG if done is not None and done.failed else 0

    command(doing, as_json=as_json)
