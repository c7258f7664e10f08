"""Commands of exports: export, for who may take lists and cases out; exports, for the audit administrator who finds them again."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path
from typing import Annotated

import typer

from faces.asking import asker
from faces.cli_cases import As, Json
from faces.desk import desk
from faces.output import command, out, say, show, table
from models.account import TokenScope
from models.export import ExportFormat
from models.words import Stage, Tier
from service.exporting.exports import Exports, Made
from service.exporting.finding import ExportLog
from store.desk.lists import Filter

Why = Annotated[str, typer.Option("--why", metavar="PURPOSE", help="Why (查阅事由): a code of the place's list, or words.")]
To = Annotated[Path, typer.Argument(metavar="FILE", help="Where to: a new file, .xlsx or .csv.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("export")(export)
    app.command("exports")(exports)


def export(  # noqa: PLR0913, PLR0917 - one option for each filter
    to: To,
    why: Why,
    who: As = "",
    code: Annotated[str, typer.Option("--case", metavar="CODE", help="One case instead of a list.")] = "",
    town: Annotated[str, typer.Option(help="Town id.")] = "",
    stage: Annotated[Stage | None, typer.Option(help="Stage.")] = None,
    tier: Annotated[Tier | None, typer.Option(help="Risk tier.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is overdue.")] = False,
    english: Annotated[bool, typer.Option("--english", help="Heads and words in English.")] = False,
    as_json: Json = False,
) -> None:
    """Take a list or a case out as a file, just as you see it, with your mark in it (导出)."""
    form, language = form_of(to), "en" if english else "zh"

    async def doing() -> None:
        wanted = Filter(town=town or None, stage=stage, tier=tier, overdue=overdue or None)
        async with desk() as (office, _):
            actor = await asker(office, who, TokenScope.EXPORT)
            making = Exports(office)
            if code:
                made = await making.case(actor, code, form, why, language=language)
            else:
                made = await making.listed(actor, wanted, form, why, language=language)
            await asyncio.to_thread(put, made, to)
        show(made.note, as_json, lambda: say(f"  {made.note.rows} 行 rows → {to.name}", head=made.note.id))

    command(doing, as_json=as_json)


def form_of(to: Path) -> ExportFormat:
    """Return the form that the name of a new file asks for. Raises BadParameter."""
    if to.suffix not in {".xlsx", ".csv"} or to.exists():
        raise typer.BadParameter("a new file, .xlsx or .csv, is wanted")
    return ExportFormat(to.suffix[1:])


def put(made: Made, to: Path) -> None:
    """Move a file to where it is wanted, readable by its owner alone, and never over another one."""
    try:
        handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "wb") as file, made.path.open("rb") as source:  # noqa: PTH123 - a handle, not a path
            shutil.copyfileobj(source, file)
    finally:
        made.path.unlink()


def exports(
    export_id: Annotated[str, typer.Argument(metavar="[ID]", help="The id that stands in a file; without it the newest.")] = "",
    who: As = "",
    as_json: Json = False,
) -> None:
    """Say who took what out, when and why: for the audit administrator; the look is logged (导出记录)."""

    async def doing() -> None:
        async with desk() as (office, _):
            page = await ExportLog(office).page(await asker(office, who), export_id)
            stamp = office.bundle.cal.stamp
        rows: list[tuple[object, ...]] = [
            (one.id, stamp(one.at), one.person, one.kind, one.rows, one.why, one.asked) for one in page.exports
        ]
        columns = ("id", "at", "who", "what", "rows", "why", "asked for")
        show(page, as_json, lambda: out.print(table(f"{len(rows)} exports", columns, rows)))

    command(doing, as_json=as_json)
