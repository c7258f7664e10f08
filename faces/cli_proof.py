"""Commands of proof: verify, anchor."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from faces.cli_cases import Json
from faces.desk import desk
from faces.output import WRONG, command, out, say, show, table
from models.anchor import Anchored
from service import upkeep
from service.proof.checking import ChainReport, check_anchors, check_logs, read_copies
from service.proof.notary import Notary
from service.verifying import VerifyReport

MaybeCode = Annotated[str, typer.Argument(help="The case code; without it all cases, the logs and the anchors.")]
Copies = Annotated[Path | None, typer.Option("--anchors", metavar="DIR", help="Copies of anchors that were kept elsewhere.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("verify")(verify)
    app.command("anchor")(anchor)


def verify(code: MaybeCode = "", anchors: Copies = None, as_json: Json = False) -> None:
    """Recompute the chain of a case, or all cases, logs and anchors, and name each record that does not hold (校验)."""
    if code and anchors is not None:
        raise typer.BadParameter("a code or --anchors, not both: copies are compared with everything")

    async def doing() -> int:
        copies = read_copies(anchors) if anchors is not None else []
        async with desk() as (office, _):
            cases = [await upkeep.verify(office, code)] if code else [item async for item in upkeep.verify_all(office)]
            chains = [] if code else [item async for item in check_logs(office)]
            chains += [] if code else [await check_anchors(office, copies)]
        found: list[VerifyReport | ChainReport] = [*cases, *chains]
        show(found, as_json, lambda: _verified(cases, chains, named=bool(code)))
        return WRONG if any(item.findings for item in found) else 0

    command(doing, as_json=as_json)


def _verified(cases: Sequence[VerifyReport], chains: Sequence[ChainReport], *, named: bool) -> None:
    wrong = [item for item in cases if item.findings]
    rows: list[tuple[object, ...]] = [
        (item.code, item.events, item.head[:16], "; ".join(f"#{bad.seq} {bad.what}" for bad in item.findings) or "ok")
        for item in (cases if named else wrong)
    ]
    out.print(table(f"{len(cases)} cases verified, {len(wrong)} broken", ("case", "events", "head", "findings"), rows))
    for chain in chains:
        say(f"  {chain.records} records, {'ok' if chain.ok else 'broken'}  {chain.head[:16]}", head=chain.chain)
        for bad in chain.findings:
            say(f"  #{bad.record} {bad.what}: {f'{bad.case}: ' if bad.case else ''}{bad.detail}")


def anchor(as_json: Json = False) -> None:
    """Make an anchor now, beside the daily one, write its file and give it to the site's command (锚定)."""

    async def doing() -> None:
        async with desk() as (office, _):
            notary = Notary(office)
            made: Anchored = await notary.now()
            await notary.stamp(made)
            folder = office.settings.anchors_folder
        show(made, as_json, lambda: say(f"  #{made.number}  {made.hash}", head=str(folder / made.file)))

    command(doing, as_json=as_json)
