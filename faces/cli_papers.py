"""Commands of papers: `jiefen paper list|make|take|dossier` (文书与卷宗)."""

from __future__ import annotations

import os
import uuid
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from faces.asking import asker
from faces.cli_cases import ActionId, As, Code, Json, With
from faces.desk import desk, fields_of
from faces.output import command, out, say, show, table
from models.account import TokenScope
from models.refusal import RefusalCode
from service.errors import refuse
from service.papers.making import Maker
from service.papers.reading import Handed, PaperReader
from service.papers.shown import PaperDesk

To = Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Where to write it; by default under its own name here.")]
Why = Annotated[str, typer.Option("--why", help="Why you look, where the case asks for it; kept in the access log.")]
PaperId = Annotated[str, typer.Argument(metavar="PAPER", help="Id of a paper, from `paper list`.")]


class Bound(StrEnum):
    """How the whole file is written."""

    ZIP = "zip"
    PDF = "pdf"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Papers of a case and its file (文书、材料、卷宗).", no_args_is_help=True, rich_markup_mode=None)
    for name, function in (("list", list_), ("make", make), ("take", take), ("dossier", dossier)):
        group.command(name)(function)
    app.add_typer(group, name="paper")


def list_(code: Code, who: As, why: Why = "", as_json: Json = False) -> None:
    """List the papers of a case, what could be made now, and what its file lacks (材料目录)."""

    async def doing() -> None:
        async with desk() as (office, _):
            found = await PaperReader(office).desk(await asker(office, who), code, why)
        show(found, as_json, lambda: _listed(found))

    command(doing, as_json=as_json)


def _listed(found: PaperDesk) -> None:
    rows: list[tuple[object, ...]] = [
        (one.id, one.zh, one.number, one.version, one.size, f"{one.at:%Y-%m-%d}", "erased" if one.erased else "") for one in found.papers
    ]
    out.print(table(f"{len(rows)} papers", ("paper", "kind", "number", "version", "bytes", "made", ""), rows))
    say("、".join(f"{one.zh} {one.kind}" for one in found.offers) or "–", head="可制作 can be made  ")
    say("、".join(f"{one.zh} {one.kind}" for one in found.file.missing) or "–", head="尚缺 missing  ")


def make(
    code: Code,
    kind: Annotated[str, typer.Argument(help="The kind, from `paper list`.")],
    who: As,
    about: Annotated[str, typer.Option("--about", help="What it is about: a session, visit, promise, task, objection or card.")] = "",
    given: With = "{}",
    action_id: ActionId = "",
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Make a paper; --with holds what its maker writes in (制作文书)."""
    key = action_id or uuid.uuid4().hex

    async def doing() -> None:
        entries = fields_of(given)
        if not all(isinstance(value, str) for value in entries.values()):
            raise refuse(RefusalCode.INVALID, "--with: words are wanted")
        async with desk(engine=True) as (office, _):
            actor = await asker(office, who, TokenScope.ACT)
            made = await Maker(office).make(actor, code, kind, about=about, entries=entries, action_id=f"{actor.person}:{key}", purpose=why)
        shown = made.model_copy(update={"owners": ()})
        show(shown, as_json, lambda: say(f"  {made.kind} {made.number or ''} v{made.version}  {made.sha256[:16]}", head=made.id))

    command(doing, as_json=as_json, again=f"--id {key}")


def take(
    code: Code,
    paper: PaperId,
    who: As,
    as_pdf: Annotated[bool, typer.Option("--pdf", help="As PDF; needs LibreOffice here.")] = False,
    to: To = None,
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Write a paper into a file (取出文书)."""

    async def doing() -> None:
        async with desk() as (office, _):
            reader, actor = PaperReader(office), await asker(office, who, TokenScope.EXPORT)
            handed = await (reader.hand_out_pdf if as_pdf else reader.hand_out)(actor, code, paper, why)
            await _written(handed, to, as_json=as_json)

    command(doing, as_json=as_json)


def dossier(
    code: Code,
    who: As,
    form: Annotated[Bound, typer.Option("--form", help="zip: all papers; pdf: one document with numbered pages.")] = Bound.ZIP,
    to: To = None,
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Write the whole file of a case, in its legal order (整卷)."""
    from service.papers.dossier import Binder  # noqa: PLC0415 - PDF and pictures: what other commands need not load

    async def doing() -> None:
        async with desk() as (office, _):
            await _written(await Binder(office).bind(await asker(office, who, TokenScope.EXPORT), code, form, why), to, as_json=as_json)

    command(doing, as_json=as_json)


async def _written(handed: Handed, to: Path | None, *, as_json: bool) -> None:
    """Write a file that this user alone can read, and say where it is."""
    path, size = to or Path(handed.name), 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        async for part in handed.content:
            size += file.write(part)
    show({"file": str(path), "size": size, "media_type": handed.media_type}, as_json, lambda: say(f"  {size} bytes", head=str(path)))
