"""Commands of rules that change while cases run (规程更新): which cases run under others, what would move, and who goes over when."""

from __future__ import annotations

from typing import Annotated

import typer

from faces.asking import DIRECTOR, asker
from faces.cli_cases import As, Json
from faces.desk import desk
from faces.output import WRONG, command, out, progress, show, table
from models.account import TokenScope
from service.oversight.rebasing import Gone, Rebasing, Survey, When

rules = typer.Typer(help="Rules that change while cases run (规程更新).", no_args_is_help=True)

Codes = Annotated[list[str] | None, typer.Argument(help="Case codes; without any, all within reach.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(rules, name="rules")


@rules.command("behind")
def behind(who: As = "", as_json: Json = False) -> None:
    """Show the running cases under other rules than those in force, and what would move in each (规程差异)."""

    async def doing() -> None:
        async with desk() as (office, cases):
            survey = await Rebasing(office, cases).survey(await asker(office, who, usual=DIRECTOR))
            end = office.bundle.cal.end_stamp
        rows: list[tuple[object, ...]] = []
        for case in survey.cases:
            head = (case.code, case.stage, ", ".join(case.differs), "yes" if case.planned else "")
            rows += [(*head, m.clock, m.before and end(m.before), m.after and end(m.after), m.days) for m in case.moves] or [
                (*head, *("",) * 4)
            ]
        show(survey, as_json, lambda: _behind(survey, rows))

    command(doing, as_json=as_json)


def _behind(survey: Survey, rows: list[tuple[object, ...]]) -> None:
    title = f"{len(survey.cases)} of {survey.running} running cases are under other rules"
    out.print(table(title, ("case", "stage", "differs", "planned", "clock", "is", "would be", "days"), rows))


@rules.command("move")
def move(
    codes: Codes = None,
    when: Annotated[When, typer.Option("--when", help="now, next_stage, or never (a plan that was made is dropped).")] = When.NEXT_STAGE,
    reason: Annotated[str, typer.Option("--reason", help="Stands on the timeline of each case.")] = "",
    who: As = "",
    as_json: Json = False,
) -> None:
    """Let running cases go over to the rules in force: now, at their next stage, or never (规程切换)."""

    async def doing() -> int:
        async with desk(engine=True) as (office, cases):
            with progress("规程切换 going over") as heard:
                gone = await Rebasing(office, cases).move(
                    await asker(office, who, TokenScope.ACT, usual=DIRECTOR),
                    when,
                    reason,
                    codes=tuple(dict.fromkeys(codes or ())),
                    progress=heard,
                )
        show(gone, as_json, lambda: _gone(gone))
        return WRONG if any(one.outcome == "failed" for one in gone) else 0

    command(doing, as_json=as_json)


def _gone(gone: tuple[Gone, ...]) -> None:
    rows: list[tuple[object, ...]] = [(one.code, one.outcome, one.why) for one in gone]
    out.print(table(f"{len(gone)} cases", ("case", "outcome", "why"), rows))
