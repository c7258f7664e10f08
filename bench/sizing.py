"""How big an instance has to be (`python -m bench sizing`): from what was measured and a few assumptions to machines and settings.

Every figure of the sheet comes out of here: what was measured from `bench/results/*.json`, what is assumed from `Assumed`, where each
assumption says where it comes from. `python -m bench sizing` prints the sheet and writes it into `docs/operate.md`, between its marks.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from bench.keeping import RESULTS
from service.settings import ROOT
from store.connect import READERS

PAGE = ROOT / "docs" / "operate.md"
BEGIN, END = "<!-- python -m bench sizing -->\n", "<!-- /sizing -->\n"

NATION, COUNTIES = 10_730_000, 2_848
"""Disputes that the county centres of the country took in, in 2025, and how many centres there are (domain 7.2)."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """What nobody has measured here. Each field's comment in `WHY` says where it comes from."""

    work_days: int = 250
    peak_day: float = 5.0
    peak_hour: float = 0.2
    actions_factor: float = 1.5
    open_days: int = 90
    retention_days: int = 30
    pages_an_action: float = 4.0
    busy: float = 0.5
    database_factor: float = 2.0
    wal_factor: float = 4.0
    keep_years: int = 5
    alarms_a_case: float = 3.0
    most_cached: int = 10_000


WHY = {
    "work_days": "working days a year",
    "peak_day": "cases of the busiest day by those of a mean one: campaigns and Spring Festival, 300 by 60 (domain 7.2)",
    "peak_hour": "share of a day's work in its busiest hour; eight even hours would be 0.125",
    "actions_factor": "actions of a real case by those of the measured one, which goes straight from the window to the archive",
    "open_days": "days from intake to the end, visits after the agreement counted in",
    "retention_days": "days the namespace keeps the history of a case that has ended",
    "pages_an_action": "pages somebody reads for each action; the fifty people of `bench people` read 4.0",
    "busy": "share of a processor that may be busy in the busiest hour",
    "database_factor": "bytes of PostgreSQL, with room to vacuum, by those of SQLite: not measured",
    "wal_factor": "bytes of WAL by those of the rows: whole pages after each checkpoint: not measured",
    "keep_years": "years for which the disk is to last; files are kept by their own retention",
    "alarms_a_case": "reminders, cards and climbs of a case that nobody hurries; limits in working days all end at the close of office",
    "most_cached": "cases that a worker keeps in memory at most; further ones are read anew from their histories, or want another worker",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What the sheet takes from `bench/results`."""

    actions: int
    """Actions of the measured case."""
    events: int
    """Events of its history in Temporal."""
    server_ms: float
    worker_ms: float
    """Milliseconds of processor time an action, with sealed payloads."""
    page_ms: float
    """The same of the web process, a request."""
    record_bytes: int
    """Of our database, a case."""
    temporal_bytes: int
    """Of Temporal's database, a case, sealed."""
    worker_case_bytes: int
    server_case_bytes: int
    """Of memory, an open case."""
    worker_bytes: int
    server_bytes: int
    """Of memory, without any."""


def measured(results: Path = RESULTS) -> Measured:
    """Read the results. Raises OSError or KeyError where a measurement is missing."""
    cost, sealing, people, memory = (_read(results, name) for name in ("cost", "sealing", "people", "memory"))
    ours, sealed = cost["sides"]["ours"], sealing["sides"]["sealed"]
    return Measured(
        actions=ours["updates"],
        events=ours["history_events"],
        server_ms=sealed["server_ms"],
        worker_ms=sealed["worker_ms"],
        page_ms=people["cpu_ms_per_request"]["web"],
        record_bytes=ours["record_db_bytes"],
        temporal_bytes=sealing["temporal_db_bytes_per_case"]["sealed"],
        worker_case_bytes=memory["bytes_a_case"]["worker"],
        server_case_bytes=memory["bytes_a_case"]["server"],
        worker_bytes=memory["bytes_else"]["worker"],
        server_bytes=memory["bytes_else"]["server"],
    )


def _read(results: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((results / f"{name}.json").read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True, slots=True)
class Area:
    """What one instance serves."""

    name: str
    cases: int
    """Cases a year."""
    why: str


AREAS = (
    Area("town", 60 * 250 // 17, "one of the 17 of Huaxi"),
    Area("district", 60 * 250, "Huaxi as planned for: 60 cases a working day"),
    Area("city", NATION * 10 // COUNTIES, "10 counties of the national mean"),
    Area("province", NATION * 88 // COUNTIES, "88 counties of the national mean"),
    Area("country", NATION, "all 2,848 county centres, to see where the shape ends"),
)


@dataclass(frozen=True, slots=True)
class Size:
    """What an area needs. Rates are of the busiest hour."""

    area: Area
    cases_a_day: float
    actions_a_second: float
    pages_a_second: float
    open_cases: int
    worker_cores: float
    server_cores: float
    web_cores: float
    workers: int
    webs: int
    cached_cases: int
    """Of each worker: those that are acted upon on a mean day."""
    alarms: int
    """That ring at the close of office on the busiest day, should all fall there."""
    alarms_seconds: float
    """Until all of them have rung."""
    worker_memory: int
    server_memory: int
    record_bytes: int
    """A year."""
    disk_bytes: int
    """For as long as the disk is to last."""
    history_bytes: int
    """Kept at a time."""
    wal_bytes: int
    """On the busiest day."""
    connections: int
    """To the database of the cases, at most."""


def size(area: Area, found: Measured, assumed: Assumed) -> Size:
    """Work out what an area needs."""
    cases_a_day = area.cases / assumed.work_days
    actions = found.actions * assumed.actions_factor
    rate = cases_a_day * assumed.peak_day * assumed.peak_hour * actions / 3600
    pages = rate * assumed.pages_an_action
    open_cases = math.ceil(area.cases * assumed.open_days / 365)
    worker_cores, server_cores, web_cores = (
        each * ms / 1000 / assumed.busy for each, ms in ((rate, found.worker_ms), (rate, found.server_ms), (pages, found.page_ms))
    )
    actions_a_day = cases_a_day * actions
    alarms = cases_a_day * assumed.peak_day * assumed.alarms_a_case
    # One process keeps one processor busy: its interpreter has one lock. Two of each, so that one may be stopped.
    workers, webs = (max(2, math.ceil(cores)) for cores in (worker_cores, web_cores))
    hot = min(open_cases, actions_a_day)
    cached = min(max(1000, math.ceil(hot / workers / 1000) * 1000), assumed.most_cached)
    record = area.cases * found.record_bytes * assumed.actions_factor * assumed.database_factor
    kept = open_cases + area.cases * assumed.retention_days / 365
    return Size(
        area=area,
        cases_a_day=cases_a_day,
        actions_a_second=rate,
        pages_a_second=pages,
        open_cases=open_cases,
        worker_cores=worker_cores,
        server_cores=server_cores,
        web_cores=web_cores,
        workers=workers,
        webs=webs,
        cached_cases=cached,
        alarms=math.ceil(alarms),
        alarms_seconds=alarms * found.worker_ms / 1000 / workers,
        worker_memory=found.worker_bytes + min(cached, open_cases) * found.worker_case_bytes,
        server_memory=found.server_bytes + open_cases * found.server_case_bytes,
        record_bytes=int(record),
        disk_bytes=int(record * assumed.keep_years),
        history_bytes=int(kept * found.temporal_bytes * assumed.actions_factor * assumed.database_factor),
        wal_bytes=int(record / assumed.work_days * assumed.peak_day * assumed.wal_factor),
        connections=(workers + webs) * 2 * READERS,
    )


def bytes_(count: float) -> str:
    """Return a size as people read it, to two digits."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{number(count)} {unit}"
        count /= 1000
    return f"{number(count)} TB"


def number(value: float) -> str:
    """Return a number to two digits, or whole where it is large or whole."""
    if value >= 100 or value == int(value):
        return f"{round(value):,}"
    if value < 0.01:
        return "under 0.01"
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


ROWS: tuple[tuple[str, Callable[[Size], str]], ...] = (
    ("cases a year", lambda one: f"{one.area.cases:,}"),
    ("cases a working day", lambda one: number(one.cases_a_day)),
    ("actions a second, busiest hour", lambda one: number(one.actions_a_second)),
    ("pages a second, busiest hour", lambda one: number(one.pages_a_second)),
    ("open cases, each with a timer", lambda one: f"{one.open_cases:,}"),
    ("processors: workers", lambda one: number(one.worker_cores)),
    ("processors: Temporal", lambda one: number(one.server_cores)),
    ("processors: web", lambda one: number(one.web_cores)),
    ("alarms at the close of office, busiest day", lambda one: f"{one.alarms:,}"),
    ("seconds until all have rung", lambda one: number(one.alarms_seconds)),
    ("worker processes", lambda one: str(one.workers)),
    ("web processes", lambda one: str(one.webs)),
    ("`JIEFEN_CACHED_CASES` of each worker", lambda one: f"{one.cached_cases:,}"),
    ("memory of each worker", lambda one: bytes_(one.worker_memory)),
    ("memory of Temporal, all services", lambda one: bytes_(one.server_memory)),
    ("database of the cases, a year", lambda one: bytes_(one.record_bytes)),
    ("its disk, for as long as it is to last", lambda one: bytes_(one.disk_bytes)),
    ("Temporal's database, kept at a time", lambda one: bytes_(one.history_bytes)),
    ("WAL of the cases, busiest day", lambda one: bytes_(one.wal_bytes)),
    ("connections to it, at most", lambda one: f"{one.connections:,}"),
)


def sheet(found: Measured, assumed: Assumed | None = None, areas: Sequence[Area] = AREAS) -> str:
    """Return the sheet as Markdown: what is needed, what it was worked out from, what was assumed."""
    assumed = assumed or Assumed()
    sizes = [size(area, found, assumed) for area in areas]
    lines = [f"| | {' | '.join(area.name for area in areas)} |", "|---|" + "---:|" * len(areas)]
    lines += [f"| {name} | {' | '.join(show(one) for one in sizes)} |" for name, show in ROWS]
    lines += ["", *(f"- *{area.name}*: {area.why}." for area in areas), "", "Measured (`bench/results/`):", "", *_told(found), ""]
    lines += ["Assumed (`bench/sizing.py`; change them there and print the sheet again):", ""]
    lines += [*(f"- `{each.name}` {getattr(assumed, each.name)}: {WHY[each.name]}" for each in fields(assumed)), ""]
    return "\n".join(lines)


def _told(found: Measured) -> tuple[str, ...]:
    """Say what was measured, and by which measurement."""
    stored = f"{bytes_(found.temporal_bytes)} in Temporal's database (sealed) and {bytes_(found.record_bytes)} in ours"
    spent = f"{found.worker_ms:.1f} ms of the worker's processor and {found.server_ms:.1f} ms of the server's"
    held = f"{bytes_(found.worker_case_bytes)} of the worker that keeps it at hand, and {bytes_(found.server_case_bytes)} of the server"
    alone = f"{bytes_(found.worker_bytes)} and {bytes_(found.server_bytes)}"
    return (
        f"- a case of {found.actions} actions leaves {found.events} events in its history, {stored} (`cost`, `sealing`);",
        f"- an action takes {spent} (`sealing`), a page {found.page_ms:.0f} ms of the web process's (`people`);",
        f"- an open case takes {held}; without any they take {alone} (`memory`).",
    )


def written(page: str, text: str) -> str:
    """Return a page with the sheet between its marks. Raises ValueError where they are missing."""
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError("the page has no marks for the sheet")
    return f"{head}{BEGIN}\n{text}\n{END}{tail}"


def write() -> str:
    """Write the sheet into the page, and return it."""
    text = sheet(measured())
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), text), encoding="utf-8")
    return text


def main() -> None:
    """Print the sheet, and write it into the page."""
    print(write())  # noqa: T201
