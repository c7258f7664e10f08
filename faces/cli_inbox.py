"""Commands of the inbox (我的待办), of cases and affairs alike: todo, claim, release."""

from __future__ import annotations

from typing import Annotated

import typer

from faces.asking import asker
from faces.cli_cases import As, Json
from faces.desk import desk
from faces.output import command, out, say, show, table
from faces.owing import owed
from models.account import TokenScope
from rules.affair.kinds import KINDS
from service.desk.claims import Claims
from service.desk.inbox import Inbox
from service.shown import InboxItem

Code = Annotated[str, typer.Argument(help="The code of the case or the affair.")]
DutyId = Annotated[str, typer.Argument(metavar="DUTY", help="What is owed, as `todo` names it.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for name, function in (("todo", todo), ("claim", claim), ("release", release)):
        app.command(name)(function)


def todo(who: As = "", as_json: Json = False) -> None:
    """List what a post owes in cases and affairs, the earliest first, and who has taken it on (我的待办)."""

    async def doing() -> None:
        async with desk() as (office, _):
            page = await Inbox(office).owed(await asker(office, who), limit=200)
        cal = office.bundle.cal
        rows: list[tuple[object, ...]] = [
            (
                *_about(item),
                cal.end_stamp(item.duty.due) if item.duty.due is not None else None,
                "超期 overdue" if item.overdue else "",
                item.claim.name if item.claim is not None else None,
                *_where(item),
            )
            for item in page.items
        ]
        title = f"待办 {page.count}，超期 {page.overdue}  (as of {cal.stamp(page.as_of)})"
        columns = ("case or affair", "duty", "act", "due", "", "认领 claimed by", "stage", "tier")
        show(page, as_json, lambda: out.print(table(title, columns, rows)))

    command(doing, as_json=as_json)


def _about(item: InboxItem) -> tuple[object, object, object]:
    """What an item is about, by which name it is owed, and what is to be done."""
    if item.affair is not None:
        return item.affair.code, item.duty.id, owed(KINDS[item.affair.kind], item.duty.act)
    return item.case.code if item.case is not None else None, item.duty.id, item.duty.act


def _where(item: InboxItem) -> tuple[object, object]:
    """How far it is: stage and tier; an affair has no tier."""
    if item.affair is not None:
        return f"{item.affair.kind_zh} {item.affair.stage_zh}", None
    return (item.case.stage, item.case.tier) if item.case is not None else (None, None)


def claim(
    code: Code,
    duty: DutyId,
    who: As = "",
    over: Annotated[bool, typer.Option("--take-over", help="Also from a colleague who has it (接过来办).")] = False,
    as_json: Json = False,
) -> None:
    """Take on what several owe, in a case or an affair: the others see who has it (认领)."""

    async def doing() -> None:
        async with desk() as (office, _):
            found = await Claims(office).claim(await asker(office, who, TokenScope.ACT), code, duty, take_over=over)
        show(found, as_json, lambda: say(f"  {duty}  已认领 claimed: {found.name}", head=code))

    command(doing, as_json=as_json)


def release(code: Code, duty: DutyId, who: As = "", as_json: Json = False) -> None:
    """Give back what was taken on (放回)."""

    async def doing() -> None:
        async with desk() as (office, _):
            done = await Claims(office).release(await asker(office, who, TokenScope.ACT), code, duty)
        word = "已放回 given back" if done else "无人认领 nobody had it"
        show({"released": done}, as_json, lambda: say(f"  {duty}  {word}", head=code))

    command(doing, as_json=as_json)
