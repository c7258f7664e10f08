"""Commands of handovers 离岗交接: what somebody has open, propose, approve, and the list with what became of each piece."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Annotated

import typer

from faces.asking import asker
from faces.cli_cases import ActionId, As, Json, Why
from faces.desk import desk
from faces.output import command, out, say, show, table
from models.account import TokenScope
from rules.affair.labels import said
from rules.handover.labels import LABELS
from service.affairs.beginning import begin
from service.affairs.desk import Affairs
from service.affairs.leaving import Leaving, PieceShown

handovers = typer.Typer(help="Handovers (离岗交接): open work of somebody who leaves goes to others.", no_args_is_help=True)

Leaver = Annotated[str, typer.Argument(help="Staff id of who leaves, e.g. mediator@qingyan-justice.")]
Receiver = Annotated[str, typer.Argument(help="Staff id of who receives it; the same post of the same unit.")]
Code = Annotated[str, typer.Argument(help="The handover's code.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(handovers, name="handover")


@handovers.command("preview")
def preview(leaver: Leaver, who: As = "", as_json: Json = False) -> None:
    """Say what somebody has open (在办事项)."""

    async def doing() -> None:
        async with desk() as (office, _):
            found = await Leaving(office).preview(await asker(office, who), leaver)
        show(found, as_json, lambda: _pieces(found.pieces, leaver))

    command(doing, as_json=as_json)


@handovers.command("propose")
def propose(
    leaver: Leaver,
    receiver: Receiver,
    ground: Annotated[str, typer.Option("--ground", help="A key of the book's grounds, e.g. transfer.")],
    last_day: Annotated[str, typer.Option("--last-day", help="YYYY-MM-DD")],
    who: As = "",
    slip: Annotated[str, typer.Option("--id", help="The same one is the same handover.")] = "",
    as_json: Json = False,
) -> None:
    """Propose that all that is open goes to somebody else (提出交接)."""
    intake_id = slip or uuid.uuid4().hex

    async def doing() -> None:
        fields = {"leaver": leaver, "receiver": receiver, "ground": ground, "last_day": last_day}
        async with desk(engine=True) as (office, _):
            begun = await begin(office, "handover", fields, await asker(office, who, TokenScope.ACT), intake_id)
        show(begun, as_json, lambda: say(f"  {' '.join(said(LABELS, 'stages', begun.receipt.stage))}", head=begun.receipt.code or ""))

    command(doing, as_json=as_json, again=f"--id {intake_id}")


@handovers.command("approve")
def approve(code: Code, who: As = "", action_id: ActionId = "", as_json: Json = False) -> None:
    """Approve it: then each piece is moved (审核通过)."""
    key = action_id or uuid.uuid4().hex

    async def doing() -> None:
        async with desk(engine=True) as (office, _):
            receipt = await Affairs(office).act(code, "approve", {}, await asker(office, who, TokenScope.ACT), action_id=key)
        show(receipt, as_json, lambda: say(f"  {' '.join(said(LABELS, 'stages', receipt.stage))}", head=receipt.code or ""))

    command(doing, as_json=as_json, again=f"--id {key}")


@handovers.command("list")
def list_(code: Code, who: As = "", why: Why = "", as_json: Json = False) -> None:
    """Show the list of a handover: moved, refused and why, left (交接清单)."""

    async def doing() -> None:
        async with desk() as (office, _):
            found = await Leaving(office).list(await asker(office, who), code, why)

        def human() -> None:
            say(f"  {found.leaver} → {found.receiver}  {' '.join(said(LABELS, 'stages', found.stage))}", head=found.code)
            _pieces(found.pieces, "交接清单 pieces")

        show(found, as_json, human)

    command(doing, as_json=as_json)


def _pieces(pieces: Iterable[PieceShown], title: str) -> None:
    states = LABELS.values["state"]
    rows: list[tuple[object, ...]] = [
        (f"{one.kind_zh} {one.kind_en}", one.code or "***", " ".join(states[one.state]), one.receiver or "", one.zh or one.refusal or "")
        for one in pieces
    ]
    out.print(table(title, ("种类 kind", "编号 code", "结果 state", "接收人 receiver", "原因 why"), rows))
