"""Commands of household files: a whole town brought in from a list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from faces.asking import asker
from faces.cli_cases import As, Json
from faces.desk import desk
from faces.output import WRONG, bar, command, out, say, show, table
from models.account import TokenScope
from service.affairs.desk import Affairs
from service.households.importing import Became, HouseholdImported, HouseholdImporter
from service.importing.sheets import rows_of


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("households")(households)


def households(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The list: .xlsx or .csv, one row for each person.")],
    who: As = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of each household; nothing is written.")] = False,
    as_json: Json = False,
) -> None:
    """Bring household files in, new ones and changed ones; the same file again changes nothing (一户一档整镇导入)."""

    async def doing() -> int:
        wrong: list[HouseholdImported] = []
        counts: dict[str, int] = {str(word): 0 for word in Became}
        async with desk() as (office, _):
            importer = HouseholdImporter(office, Affairs(office), await asker(office, who, TokenScope.ACT), trial=dry_run)
            with bar() as progress:
                task = progress.add_task(file.name, total=sum(1 for _ in rows_of(file, importer.form)))
                async for one in importer.run(file):
                    counts[one.became] += 1
                    wrong.extend([one] if one.became is Became.WRONG else [])
                    progress.advance(task, len(one.rows))
        problems = [problem for one in wrong for problem in one.problems]

        def human() -> None:
            say("  ".join(f"{name} {count}" for name, count in counts.items() if count) or "0")
            if problems:
                rows: list[tuple[object, ...]] = [(problem.row, problem.column, problem.zh, problem.en) for problem in problems]
                title = f"{len(wrong)} 户有误 households that can't be used"
                out.print(table(title, ("行 row", "列 column", "原因", "why"), rows))

        show({**counts, "problems": problems}, as_json, human)
        return WRONG if wrong else 0

    command(doing, as_json=as_json)
