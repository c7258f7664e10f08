"""Commands of proof: verify, anchor, export-bundle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from faces.asking import asker
from faces.cli_cases import As, Json
from faces.desk import desk
from faces.output import WRONG, command, out, say, show, table
from models.anchor import Anchored
from service import upkeep
from service.proof import standalone
from service.proof.bundle import Bundler
from service.proof.checking import ChainReport, check_anchors, check_logs, read_copies
from service.proof.notary import Notary
from service.verifying import VerifyReport
from store.files import BadFile

MaybeCode = Annotated[str, typer.Argument(help="The case code; without it all cases, the logs and the anchors.")]
Copies = Annotated[Path | None, typer.Option("--anchors", metavar="DIR", help="Copies of anchors that were kept elsewhere.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("verify")(verify)
    app.command("anchor")(anchor)
    app.command("export-bundle")(export_bundle)


def verify(
    code: MaybeCode = "",
    anchors: Copies = None,
    bundle: Annotated[Path | None, typer.Option("--bundle", metavar="FILE", help="A bundle, or the folder it was unpacked into.")] = None,
    as_json: Json = False,
) -> None:
    """Recompute the chain of a case, or all cases, logs and anchors, and name each record that does not hold (校验)."""
    if bool(code) + (anchors is not None) + (bundle is not None) > 1:
        raise typer.BadParameter("one of a code, --anchors and --bundle")

    async def doing() -> int:
        if bundle is not None:
            return _unbundled(bundle, as_json=as_json)
        copies = read_copies(anchors) if anchors is not None else []
        async with desk() as (office, _):
            cases = [await upkeep.verify(office, code)] if code else [item async for item in upkeep.verify_all(office)]
            chains = [] if code else [item async for item in check_logs(office)]
            chains += [] if code else [await check_anchors(office, copies)]
        found: list[VerifyReport | ChainReport] = [*cases, *chains]
        show(found, as_json, lambda: _verified(cases, chains, named=bool(code)))
        return WRONG if any(item.findings for item in found) else 0

    command(doing, as_json=as_json)


def _unbundled(path: Path, *, as_json: bool) -> int:
    """Verify a bundle with what lies in it alone: no database, no settings. Raises BadFile."""
    try:
        manifest, faults = standalone.check(standalone.read(path))
    except standalone.NoBundle as error:
        raise BadFile(str(path), "", f"no bundle: {error}") from None
    lines = [*standalone.summary(manifest), *(f"WRONG  {fault}" for fault in faults), "broken" if faults else "whole"]
    show({"manifest": manifest, "faults": faults}, as_json, lambda: say("\n".join(lines)))
    return WRONG if faults else 0


def export_bundle(
    out_file: Annotated[Path, typer.Option("--out", metavar="FILE.zip", help="Where to; must not be there yet.")],
    purpose: Annotated[str, typer.Option("--purpose", help="Why; kept in the access log and in the bundle.")],
    who: As,
    codes: Annotated[list[str] | None, typer.Argument(help="Codes of cases and affairs.")] = None,
    town: Annotated[str, typer.Option(help="Instead of codes: a town id, with --year.")] = "",
    year: Annotated[int, typer.Option(min=0, max=9998, help="Instead of codes: all cases registered in this year.")] = 0,
    with_words: Annotated[bool, typer.Option("--with-words", help="With the words and persons this post reads, in clear.")] = False,
    as_json: Json = False,
) -> None:
    """Write the records of cases and affairs with all that proves them into one file that verifies without us (导出证据包)."""
    if bool(codes) == bool(year) or (town and not year):
        raise typer.BadParameter("codes, or --year with or without --town")

    async def doing() -> int:
        async with desk() as (office, _):
            bundler, actor = Bundler(office), await asker(office, who)
            wanted = codes or await bundler.codes(actor, town or None, year)
            try:
                made = await bundler.write(actor, wanted, out_file, purpose, with_words=with_words)
            except OSError as error:
                raise BadFile(str(out_file), "", f"it can't be written: {error.strerror}") from None
        counts = f"  {len(made.cases)} cases, {len(made.affairs)} affairs, {made.records} records, {made.withheld} texts withheld"
        text = "\n".join((counts, f"  hash of the manifest, to be noted: {made.hash}", *(f"  WRONG  {fault}" for fault in made.faults)))
        show(made, as_json, lambda: say(text, head=str(out_file)))
        return WRONG if made.faults else 0

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
