"""Commands of what goes to other systems and comes from old ones: report, import."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from faces.asking import asker
from faces.cli_cases import As, Json
from faces.cli_exports import To, Why, form_of, put
from faces.cli_kpi import PeriodOption, period_of, today_of
from faces.desk import desk
from faces.output import WRONG, bar, command, out, say, show, table
from models.account import TokenScope
from service.importing.importing import Became, Imported, Importer, read_mapping
from service.importing.sheets import Form, rows_of
from service.reports.reporting import Gaps, Reporting, registered_in

JUSTICE = "justice"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("report")(report)
    app.command("import")(import_)


def report(
    report_id: Annotated[str, typer.Argument(metavar="REPORT", help="gbt31000, petition or justice (reports.yaml of the place).")],
    to: To,
    why: Why,
    who: As = "",
    period: PeriodOption = "",
    town: Annotated[str, typer.Option("--town", help="Of one town alone.")] = "",
    english: Annotated[bool, typer.Option("--english", help="Heads and words in English.")] = False,
    as_json: Json = False,
) -> None:
    """Make a report for another system from the one entry, and tell what is missing in it (报表)."""
    form, language = form_of(to), "en" if english else "zh"

    async def doing() -> None:
        async with desk() as (office, _):
            actor, making = await asker(office, who, TokenScope.EXPORT), Reporting(office)
            span = period_of(period, today_of(office))
            if report_id == JUSTICE:
                made, gaps = await making.justice(actor, span, form, why, town=town or None, language=language), Gaps()
            else:
                wanted = registered_in(office, span, town or None)
                made, gaps = await making.report(actor, report_id, wanted, form, why, language=language)
            await asyncio.to_thread(put, made, to)
        missing = dict(gaps.columns.most_common())

        def human() -> None:
            say(f"  {made.note.rows} 行 rows → {to.name}", head=made.note.id)
            if gaps.rows:
                say(
                    f"  {gaps.rows} 件有缺项 cases with something missing: "
                    + "，".join(f"{name} {count}" for name, count in missing.items())
                )

        show({**made.note.model_dump(mode="json"), "incomplete": gaps.rows, "missing": missing}, as_json, human)

    command(doing, as_json=as_json)


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The list: .xlsx or .csv.")],
    mapping: Annotated[Path, typer.Option("--mapping", metavar="FILE", help="Which column becomes what (YAML).")],
    who: As = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of each row; nothing is written.")] = False,
    as_json: Json = False,
) -> None:
    """Bring old cases in, closed ones as history, running ones through the door; the same file again changes nothing (导入)."""

    async def doing() -> int:
        plan = read_mapping(mapping)
        total = sum(1 for _ in rows_of(file, Form.of(plan)))
        wrong: list[Imported] = []
        counts: dict[str, int] = {str(word): 0 for word in Became}
        async with desk(engine=not dry_run) as (office, cases):
            importer = Importer(office, cases, await asker(office, who, TokenScope.ACT), plan, trial=dry_run)
            with bar() as progress:
                task = progress.add_task(file.name, total=total)
                async for one in importer.run(file):
                    counts[one.became] += 1
                    wrong.extend([one] if one.became is Became.WRONG else [])
                    progress.advance(task)
        rows: list[tuple[object, ...]] = [(one.row, problem.column, problem.zh, problem.en) for one in wrong for problem in one.problems]

        def human() -> None:
            say("  ".join(f"{name} {count}" for name, count in counts.items() if count) or "0")
            if rows:
                out.print(table(f"{len(wrong)} 行有误 rows that can't be used", ("行 row", "列 column", "原因", "why"), rows))

        show({"rows": total, **counts, "problems": wrong}, as_json, human)
        return WRONG if wrong else 0

    command(doing, as_json=as_json)
