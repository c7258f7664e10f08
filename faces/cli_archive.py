"""Commands of an archivist: erase, erasures, redactions, redact, appraise; and restore-check, after a backup was put back.

Persons are named by case and party, never by their names: those would stand in the history of the shell.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from faces.asking import asker
from faces.cli_cases import As, Json
from faces.desk import desk
from faces.output import WRONG, bar, command, out, say, show, table
from models.account import TokenScope
from models.erasure import ErasureGround, RegisterLine
from models.party import Actor
from service.secrecy.appraising import Appraisals
from service.secrecy.erasing import Eraser
from service.secrecy.redactions import Redactions
from service.secrecy.restoring import Restored, restore_check
from store.files import BadFile, read_text

FOR_GOOD = "permanent"
LINES: TypeAdapter[list[RegisterLine]] = TypeAdapter(list[RegisterLine])

Subject = Annotated[str, typer.Argument(metavar="PERSON", help="CODE:PARTY, CODE:PARTY:representative, or CODE for all words of a case.")]
Ground = Annotated[ErasureGround, typer.Option("--ground", help="Why; before its time a file goes for `unlawful` and `ordered` alone.")]
TextId = Annotated[str, typer.Argument(metavar="TEXT", help="Id of a text, from `redactions`.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for name, function in (
        ("erase", erase),
        ("erasures", erasures),
        ("redactions", redactions),
        ("redact", redact),
        ("appraise", appraise),
        ("restore-check", restore_check_),
    ):
        app.command(name)(function)


def erase(
    subject: Subject,
    who: As = "",
    ground: Ground = ErasureGround.RETENTION_OVER,
    approve: Annotated[bool, typer.Option("--approve", help="Approve what somebody else has asked for, and destroy it.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Say no to it.")] = False,
    as_json: Json = False,
) -> None:
    """Ask for a person to be erased, or approve it as somebody else (申请、审批销毁)."""
    if approve and reject:
        raise typer.BadParameter("--approve or --reject, not both")

    async def doing() -> None:
        async with desk() as (office, _):
            eraser, actor = Eraser(office), await asker(office, who, TokenScope.ACT)
            if reject:
                await eraser.reject(actor, subject)
                show({"state": "rejected"}, as_json, lambda: say("  不予批准 rejected", head=subject))
            elif approve:
                listed = await _through(eraser, actor, subject)
                done = {"state": "done", "listed": listed}
                show(done, as_json, lambda: say(f"  已销毁 erased; {listed} 段文字待遮盖 texts on the redaction list", head=subject))
            else:
                asked = await eraser.ask(actor, subject, ground)
                show(
                    asked,
                    as_json,
                    lambda: say(f"  待审批 asked for; named in {asked.cases} cases and affairs; somebody else approves", head=subject),
                )

    command(doing, as_json=as_json)


def erasures(
    who: As = "",
    the_register: Annotated[bool, typer.Option("--register", help="The register itself; with --json keep it elsewhere.")] = False,
    as_json: Json = False,
) -> None:
    """Show requests to erase, or the register of what was destroyed (销毁登记)."""

    async def doing() -> None:
        async with desk() as (office, _):
            eraser, actor = Eraser(office), await asker(office, who)
            if the_register:
                lines = await eraser.register(actor)
                while len(more := await eraser.register(actor, after=lines[-1].id if lines else 0)):
                    lines += more
                rows: list[tuple[object, ...]] = [
                    (one.id, office.bundle.cal.stamp(one.at), one.owner, one.ground, one.hash[:16]) for one in lines
                ]
                show(lines, as_json, lambda: out.print(table("销毁登记 register", ("#", "at", "key of", "ground", "hash"), rows)))
                return
            found = await eraser.requests(actor)
        rows = [(one.subject, one.state, one.ground, one.asked_by, one.decided_by, one.cases, one.texts) for one in found]
        columns = ("subject", "state", "ground", "asked by", "decided by", "cases", "texts")
        show(found, as_json, lambda: out.print(table(f"{len(found)} requests", columns, rows)))

    command(doing, as_json=as_json)


def redactions(who: As = "", as_json: Json = False) -> None:
    """List the texts that named somebody who was erased and wait for a person (待遮盖清单)."""

    async def doing() -> None:
        async with desk() as (office, _):
            found = await Redactions(office).listed(await asker(office, who))
        rows: list[tuple[object, ...]] = [(one.id, one.code, one.action_id, one.days) for one in found]
        show(found, as_json, lambda: out.print(table(f"{len(found)} texts", ("text", "case", "action", "days"), rows)))

    command(doing, as_json=as_json)


def redact(
    text: TextId,
    who: As = "",
    look: Annotated[bool, typer.Option("--look", help="Show what it was and what it says now; the look is logged.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Put it back as it was: it named somebody else.")] = False,
    words: Annotated[Path | None, typer.Option("--with", metavar="FILE", help="Other words than the proposed ones.")] = None,
    as_json: Json = False,
) -> None:
    """Settle a text of the redaction list: as proposed, with words of your own, or kept (遮盖)."""

    async def doing() -> None:
        async with desk() as (office, _):
            found, actor = Redactions(office), await asker(office, who, TokenScope.ACT)
            if look:
                seen = await found.look(actor, text)
                show(seen, as_json, lambda: say(f"原文 was  {seen.original or '–'}\n现文 now  {seen.shown or '–'}"))
                return
            await found.settle(actor, text, keep=keep, words=None if words is None else read_text(words).strip())
        done = "kept" if keep else "redacted"
        show({"text": text, "decision": done}, as_json, lambda: say(f"  {done}", head=text))

    command(doing, as_json=as_json)


def appraise(
    who: As = "",
    code: Annotated[str, typer.Argument(help="A case or an affair of the list; without it the list.")] = "",
    keep: Annotated[str, typer.Option("--keep", metavar="YEARS|permanent", help="Keep this case on.")] = "",
    as_json: Json = False,
) -> None:
    """List ended cases and affairs that need not be kept any longer, or keep one on; `erase CODE` is for the others (鉴定)."""
    if bool(code) != bool(keep) or not (keep.isdigit() or keep in {"", FOR_GOOD}):
        raise typer.BadParameter("a case and --keep YEARS or --keep permanent go together")

    async def doing() -> None:
        async with desk() as (office, _):
            appraisals, actor = Appraisals(office), await asker(office, who, TokenScope.ACT)
            if code:
                until = await appraisals.keep(actor, code, None if keep == FOR_GOOD else int(keep))
                show({"code": code, "keep_until": until}, as_json, lambda: say(f"  保管至 kept until {until or FOR_GOOD}", head=code))
                return
            found = await appraisals.due(actor)
        rows: list[tuple[object, ...]] = [
            (one.code, one.stage, one.category or one.kind, f"{one.ended_at:%Y-%m-%d}", one.retain_until) for one in found
        ]
        columns = ("case or affair", "stage", "category or kind", "ended", "kept until")
        show(found, as_json, lambda: out.print(table(f"{len(found)} cases and affairs to appraise", columns, rows)))

    command(doing, as_json=as_json)


def restore_check_(
    copy: Annotated[Path | None, typer.Option("--register", metavar="FILE", help="A kept copy: `erasures --register --json`.")] = None,
    as_json: Json = False,
) -> None:
    """After a restore: destroy again what was destroyed, and name what does not fit together any more (恢复后检查)."""

    async def doing() -> int:
        lines = _copy(copy) if copy is not None else []
        async with desk() as (office, _):
            try:
                found = await restore_check(office, lines)
            except ValueError:
                raise BadFile(str(copy), "", "the register in it does not hold in itself") from None
        show(found, as_json, lambda: _restored(found))
        return 0 if found.ok else WRONG

    command(doing, as_json=as_json)


async def _through(eraser: Eraser, actor: Actor, subject: str) -> int:
    """Approve and go through with it; return how many texts were listed."""
    steps = eraser.approve(actor, subject)
    step = await anext(steps)  # a refusal comes here, and without a bar
    with bar() as drawn:
        task = drawn.add_task("查找提及 looking for mentions", total=max(1, step.total))
        async for step in steps:
            drawn.update(task, completed=step.looked, total=max(1, step.total))
    return step.listed


def _copy(path: Path) -> list[RegisterLine]:
    try:
        return LINES.validate_json(read_text(path))
    except ValidationError:
        raise BadFile(str(path), "", "this is no register") from None


def _restored(found: Restored) -> None:
    """Name what was done and what is left to do; nothing is said where all is well."""
    say("  ".join((f"put back {found.put_back}", f"erased again {len(found.erased_again)}")), head="restore-check  ")
    for name, owners in (("unregistered", found.unregistered), ("lost", found.lost), ("unfinished", found.unfinished)):
        for owner in owners:
            say(owner, head=f"{name}  ")
    if found.put_back is None:
        say("the copy does not go on from the register here", head="register  ")
    if found.broken_at is not None:
        say(f"line {found.broken_at} does not hold", head="register  ")
