"""Commands of an operator: rebuild, drift, replay, tidy, backup."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from faces.cli_cases import Json
from faces.desk import desk
from faces.output import WRONG, command, out, say, show, table
from models.base import Model
from service import upkeep
from service.backup import taking
from service.desk.drafts import Drafts
from store.files import BadFile

MaybeCode = Annotated[str, typer.Argument(help="The case code; without it all cases.")]


UNBOUND = timedelta(days=1)
"""After which words of an action that is not in the record belong to nobody: no try of it goes on for so long."""


class Tidied(Model):
    """What was erased: drafts past their date, and actions that never came to the record."""

    drafts: int
    actions: int


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for name, function in (("rebuild", rebuild), ("drift", drift), ("replay", replay), ("tidy", tidy), ("backup", backup)):
        app.command(name)(function)


def rebuild(code: MaybeCode = "", as_json: Json = False) -> None:
    """Make the views of a case, or of all, anew from the events (重建视图)."""

    async def doing() -> int:
        async with desk() as (office, _):
            found = [item async for item in upkeep.rebuild(office, code or None)]
        rows: list[tuple[object, ...]] = [
            (item.code, ", ".join(item.changed), item.refused) for item in found if item.changed or item.refused
        ]
        title = f"{len(found)} cases folded, {sum(bool(item.changed) for item in found)} changed"
        show(found, as_json, lambda: out.print(table(title, ("case", "changed", "not done"), rows)))
        return WRONG if any(item.refused for item in found) else 0

    command(doing, as_json=as_json)


def drift(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended without a person.")] = False, as_json: Json = False
) -> None:
    """Compare events, views and running workflows; prints nothing when all agree (比对)."""

    async def doing() -> int:
        async with desk(engine=True) as (office, cases):
            if repair:
                looked = [(item.drift, item.done) async for item in upkeep.repair(office, cases)]
            else:
                looked = [(item, None) async for item in upkeep.drift(office, cases)]
        rows: list[tuple[object, ...]] = [(d.code or d.case_id, d.kind, ", ".join(d.detail), done) for d, done in looked]
        if looked or as_json:
            title = f"{len(looked)} disagreements"
            show([d for d, _ in looked], as_json, lambda: out.print(table(title, ("case", "kind", "detail", "done"), rows)))
        return WRONG if any(done is None for _, done in looked) else 0

    command(doing, as_json=as_json)


def replay(
    check: Annotated[bool, typer.Option("--check", help="Exit 1 when a history does not pass.")] = False,
    restart: Annotated[bool, typer.Option("--restart", help="Start those that do not pass anew from the record.")] = False,
    as_json: Json = False,
) -> None:
    """Replay all open histories against the code at hand (重放)."""

    async def doing() -> int:
        async with desk(engine=True) as (office, cases):
            report = await upkeep.replay(office, cases)
            begun = [case_id async for case_id in upkeep.restart_failed(office, cases, report)] if restart else []
        rows: list[tuple[object, ...]] = [
            (bad.case_id, bad.why, bad.detail[:120], "restarted" if bad.case_id in begun else "") for bad in report.failures
        ]
        title = f"{report.replayed} open histories replayed, {len(report.failures)} do not pass"
        show(report, as_json, lambda: out.print(table(title, ("case", "why", "detail", ""), rows)))
        return WRONG if check and len(begun) < len(report.failures) else 0

    command(doing, as_json=as_json)


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder; `cases` and `keys` in it belong to different places.")],
    as_json: Json = False,
) -> None:
    """Copy the databases of cases and keys and Temporal's file, while all go on working; never the master key (备份)."""

    async def doing() -> None:
        async with desk() as (office, _):
            try:
                done = await taking.backup(office, folder)
            except OSError as error:
                raise BadFile(str(folder), "", f"it can't be written: {error.strerror}") from None
        rows: list[tuple[object, ...]] = [(one.name, one.size, one.sha256[:16]) for one in done.files]
        show(done, as_json, lambda: out.print(table(str(folder), ("file", "bytes", "sha256"), rows)))

    command(doing, as_json=as_json)


def tidy(as_json: Json = False) -> None:
    """Erase drafts that nobody finished, and words sealed for actions that never came to the record (清理)."""

    async def doing() -> None:
        async with desk() as (office, cases):
            done = Tidied(drafts=await Drafts(office, cases).expire(), actions=await office.vault.sweep(office.now() - UNBOUND))
        show(done, as_json, lambda: say(f"{done.drafts} drafts, {done.actions} actions", head="tidied: "))

    command(doing, as_json=as_json)
