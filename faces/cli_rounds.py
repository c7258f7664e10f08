"""Commands of rounds 轮次: a list of targets by file, results that were written down without a connection, how far a round is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from faces.asking import asker
from faces.cli_cases import As, Json, Why
from faces.desk import desk
from faces.output import WRONG, command, out, say, show, table
from models.account import TokenScope
from models.affair.round.sheet import Broken
from models.refusal import SENTENCES, RefusalCode
from service.affairs.desk import Affairs
from service.affairs.reading import AffairReader
from service.affairs.rounds import batches, lists
from store.affairs.targets import Coverage

rounds = typer.Typer(help="Rounds (巡查轮次): lists of targets, results by file, coverage.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="The round's code.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help=".xlsx or .csv")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(rounds, name="round")


@rounds.command("give")
def give(code: Code, file: File, who: As = "", as_json: Json = False) -> None:
    """Put the targets of a file on the list of a round that is still gathering: columns key, place, label (名单导入)."""

    async def doing() -> int:
        rows = lists.rows_from(file)
        async with desk() as (office, _):
            actor = await asker(office, who, TokenScope.ACT)
            row = await AffairReader(office).row(actor, code)
            given = await lists.Lists(office, Affairs(office)).give(row.affair_id, rows, actor)

        def human() -> None:
            say(f"  新增 {given.added} added, 已有 {given.known} known", head=code)
            _broken(given.broken)

        show(given, as_json, human)
        return WRONG if given.broken else 0

    command(doing, as_json=as_json)


@rounds.command("enter")
def enter(code: Code, file: File, who: As = "", as_json: Json = False) -> None:
    """Take results from a file: columns id, target, outcome, and at, skip, text, finding, one for each question (批量补录).

    The same file again changes nothing; rows that can't be taken are named, the others are taken.
    """

    async def doing() -> int:
        rows = batches.rows_from(file)
        async with desk(engine=True) as (office, _):
            actor = await asker(office, who, TokenScope.ACT)
            row = await AffairReader(office).row(actor, code)
            taken = await batches.Batches(office, Affairs(office)).take(row.affair_id, rows, actor)

        def human() -> None:
            say(f"  收录 {taken.taken} taken, 重复 {taken.repeated} repeated", head=code)
            _broken(taken.broken)

        show(taken, as_json, human)
        return WRONG if taken.broken else 0

    command(doing, as_json=as_json)


@rounds.command("coverage")
def coverage(code: Code, who: As = "", why: Why = "", as_json: Json = False) -> None:
    """Say how far a round is, as a whole and by grid (覆盖率): visited + left out + overdue + still open = all."""

    async def doing() -> None:
        async with desk() as (office, _):
            looked = await AffairReader(office).look(await asker(office, who), code, "affair", why)
            found = await lists.Lists(office, Affairs(office)).coverage(looked.affair.id)
        heads = ("网格 grid", "对象 all", "已走访 visited", "未走访 left out", "其中正当 good reason", "逾期 overdue", "未完成 open")

        def human() -> None:
            rows = [(found.names.get(place, place), *_figures(grid)) for place, grid in found.grids.items()]
            out.print(table(found.code, heads, [*rows, ("合计 all", *_figures(found.whole))]))

        show(found, as_json, human)

    command(doing, as_json=as_json)


def _figures(found: Coverage) -> tuple[object, ...]:
    return (found.targets, found.visited, found.skipped, found.excused, found.overdue, found.left)


def _broken(found: Sequence[Broken]) -> None:
    if not found:
        return
    rows: list[tuple[object, ...]] = [(row.row, row.id, row.field, *SENTENCES[RefusalCode(row.reason)]) for row in found]
    out.print(table(f"{len(found)} 行有误 rows that can't be taken", ("行 row", "编号 id", "字段 field", "原因", "why"), rows))
