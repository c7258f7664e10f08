"""Playing rules through: `rehearse` plays stories of the casebook (推演), and says what other rules would change (规则实验室)."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from faces.asking import DIRECTOR, asker
from faces.cli_cases import As, Json
from faces.desk import desk
from faces.output import WRONG, command, out, progress, quiet, say, show, table
from faces.process import read_settings
from models.refusal import RefusalCode
from rules.library import Library
from service.casebook import read_casebook
from service.errors import refuse
from service.oversight.lab import Bench, Lab, LabReport, Tried
from service.rehearsal import Played, virtual_server
from service.rehearsal import rehearse as play_file
from store.networks import read_network
from store.places import LoadedPlace, load_place, read_procedure, read_risk


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rehearse")(rehearse)


@dataclass(frozen=True)
class OtherRules:
    """Files of rules that are to hold instead of a place's own; None = its own."""

    procedure: Path | None = None
    network: Path | None = None
    risk: Path | None = None

    def tried(self, folder: Path) -> Tried:
        """Read them, the network with the divisions of the place in this folder. Raises BadFile."""
        return Tried(
            procedure=read_procedure(self.procedure) if self.procedure is not None else None,
            network=read_network(self.network, folder / "divisions.csv") if self.network is not None else None,
            risk=read_risk(self.risk) if self.risk is not None else None,
        )

    def over(self, name: str) -> LoadedPlace:
        """Return the place of this name with them instead of its own. Raises BadFile."""
        folder = read_settings().places / name
        tried, place = self.tried(folder), load_place(folder)
        changed = {kind: document for kind in ("procedure", "network", "risk") if (document := getattr(tried, kind)) is not None}
        return replace(place, **changed)


def rehearse(
    files: Annotated[list[Path] | None, typer.Argument(help="Files of the casebook.")] = None,
    procedure: Annotated[Path | None, typer.Option("--procedure", help="Under this procedure instead.")] = None,
    network: Annotated[Path | None, typer.Option("--network", help="Under this network.yaml instead.")] = None,
    risk: Annotated[Path | None, typer.Option("--risk", help="Under this risk table instead.")] = None,
    against: Annotated[
        str, typer.Option("--against", help="What would differ: of `closed` cases, or of a file of the casebook and those that follow.")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Closed cases at most, those registered last.")] = 1000,
    who: As = "",
    as_json: Json = False,
) -> None:
    """Play casebook files on the real engine with virtual time (推演); with --against, say what other rules would change (规则实验室)."""

    async def doing() -> int:
        stories, other = list(files or ()), OtherRules(procedure, network, risk)
        if not against:
            return await _rehearsed(stories, other, as_json=as_json)
        if other == OtherRules():
            raise refuse(RefusalCode.INVALID, "--procedure, --network, --risk")
        report = await (_closed(other, who, limit) if against == "closed" else _stories([Path(against), *stories], other))
        show(report, as_json, lambda: _report(report))
        return 0

    command(doing, as_json=as_json)


async def _rehearsed(files: list[Path], other: OtherRules, *, as_json: bool) -> int:
    if not files:
        raise refuse(RefusalCode.INVALID, "FILE")
    books = [(path, read_casebook(path)) for path in files]
    played: list[tuple[Path, Played]] = []
    async with AsyncExitStack() as stack:
        with quiet():
            env = await stack.enter_async_context(virtual_server())
        for path, book in books:
            result = await play_file(env, book, other.over(book.place))
            played.append((path, result))
            if not as_json:
                _played(path, result)
    if as_json:
        show([{"file": path.name, **result.model_dump(mode="json")} for path, result in played], as_json, lambda: None)
    return WRONG if any(result.failures for _, result in played) else 0


async def _closed(other: OtherRules, who: str, limit: int) -> LabReport:
    async with desk() as (office, _):
        tried = other.tried(read_settings().place_folder)
        with progress("closed cases") as heard:
            return await Lab(office).closed(await asker(office, who, usual=DIRECTOR), tried, limit=limit, watch=heard)


async def _stories(files: list[Path], other: OtherRules) -> LabReport:
    """Play stories for real under the rules in force, then ask their cases again under the tried ones."""
    books = [read_casebook(path) for path in files]
    places = {book.place: load_place(read_settings().places / book.place) for book in books}
    library = Library()
    for place in places.values():
        place.documents(library)
    bench = Bench(library, other.tried(read_settings().places / books[0].place))
    async with AsyncExitStack() as stack:
        with quiet():
            env = await stack.enter_async_context(virtual_server())
        for path, book in zip(files, books, strict=True):
            records = (await play_file(env, book, places[book.place])).records
            for record in records:
                bench.add(record.case, record.lines, path.stem if len(records) == 1 else f"{path.stem} {record.case.code}")
    return bench.report()


def _report(report: LabReport) -> None:
    rows: list[tuple[object, ...]] = [
        (case.code, change.aspect, change.what, change.before or "", change.after or "", "" if change.days is None else f"{change.days:+d}")
        for case in report.cases
        for change in case.changes
    ]
    out.print(table(f"{len(report.cases)} of {report.looked_at} cases would differ", ("case", "what", "", "was", "would be", "days"), rows))
    before, after = report.before, report.after
    sums: list[tuple[object, ...]] = [("黄牌 yellow cards", before.yellow, after.yellow), ("红牌 red cards", before.red, after.red)]
    for name, one, other in (("升级 climb", before.climbs, after.climbs), ("终局 end", before.ends, after.ends)):
        sums += [(f"{name} {key}", one.get(key, 0), other.get(key, 0)) for key in sorted({*one, *other})]
    load = [(f"负担 load {key}", before.load.get(key, 0), after.load.get(key, 0)) for key in sorted({*before.load, *after.load})]
    sums += [row for row in load if row[1] != row[2]]
    out.print(table("All together", ("", "was", "would be"), sums))
    for case in report.unlike:
        say(f"  {case.code}  does not come out again at event {case.at}: left out", head="!", style="yellow")


def _played(path: Path, result: Played) -> None:
    mark, style = ("failed", "red") if result.failures else ("ok", "green")
    say(f"  {path.name}  {result.title}  ({len(result.events)} events)", head=mark, style=style)
    for failure in result.failures:
        say(f"      step {failure.step}: {failure.what}: wanted {failure.wanted}, found {failure.found}")
