"""A town's household files brought in from Excel: how long, how much memory, and that the same list again changes nothing.

`python -m bench households [--households 3413] [--floating 3019] [--only sqlite]` makes a synthetic town (seed printed), writes it as a
workbook, and brings it in twice on both databases, each time in a process of its own, as `jiefen households import` does. The promise:
under 60 seconds on two cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psutil
from openpyxl import Workbook
from sqlalchemy import func, select

from bench.databases import Durable
from bench.keeping import RESULTS, keep
from models.affair.household_book import HouseholdBook
from service.affairs.desk import Affairs
from service.crew import connect
from service.households.importing import HouseholdImporter
from service.office import Office
from service.settings import ROOT, Settings
from store.affairs.tables import affair_events, affairs
from store.places import load_place
from tests.postgres import Postgres

SEED = 20261130
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张"
GIVEN = "一二三四五六七八九十甲乙丙丁戊己庚辛"
START = date(2026, 1, 1)
HEAD = "| {rows} rows | seconds | CPU seconds | CPU seconds of PostgreSQL | memory, MB | became |\n|---|---|---|---|---|---|\n"
LINE = "| {name} | {seconds} | {cpu_seconds} | {database_cpu_seconds} | {memory_mb} | {became} |\n"


def town(households: int, floating: int, seed: int) -> Iterator[dict[str, Any]]:
    """Rows of a synthetic town in our own words: households of one to four, then floating residents in rooms of their own."""
    chance = random.Random(seed)  # noqa: S311 - a made-up town, again from its seed
    places = load_place(ROOT / "places" / "huaxi").network.places.values()
    villages = [place.name for place in places if place.town == "yanlou" and place.unit is not None]

    def person(number: int, relation: str) -> dict[str, Any]:
        name = chance.choice(SURNAMES) + chance.choice(GIVEN) + chance.choice(GIVEN)
        return {"relation": relation, "name": name, "phone": f"139{number:08d}", "id_number": f"99{number:016d}"}

    count = 0
    for number in range(households):
        house = {"number": f"H{number:05d}", "place": chance.choice(villages), "address": f"{number % 9 + 1}组{number}号"}
        for relation in ("户主", "配偶", "子女", "父母")[: chance.randint(1, 4)]:
            count += 1
            yield {**house, **person(count, relation), "contact": "白天电话", "needs": "独居老人照料" if number % 40 == 0 else ""}
    for number in range(floating):
        count += 1
        since = START + timedelta(days=chance.randint(0, 300))
        house = {"number": f"L{number:05d}", "place": chance.choice(villages), "address": f"出租房{number}室"}
        yield {**house, **person(count, "户主"), "contact": "微信留言", "since": since, "until": since + timedelta(days=180)}


def write(path: Path, rows: Iterator[dict[str, Any]]) -> int:
    """Write rows as a workbook with the heads that the place's book names; return how many there are."""
    book = load_place(ROOT / "places" / "huaxi").books["household"]
    assert isinstance(book, HouseholdBook)
    heads = book.columns.model_dump(exclude={"sheet", "head"}, exclude_none=True)
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    sheet.append(list(heads.values()))
    count = 0
    for row in rows:
        sheet.append([row.get(name) for name in heads])
        count += 1
    workbook.save(path)
    return count


async def bring_in(settings: Settings, path: Path) -> dict[str, Any]:
    """Bring a list in; return what became of it, and what it took."""
    office = await Office.open(settings, await connect(settings, lazy=True))
    try:
        desk = Affairs(office)
        importer = HouseholdImporter(office, desk, await desk.actor("clerk@yanlou-centre"))
        begun, became = time.perf_counter(), Counter[str]()
        async for one in importer.run(path):
            became[str(one.became)] += 1
        seconds, used = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF)
        async with office.store.read() as db:
            files, events = [await db.scalar(select(func.count()).select_from(table)) for table in (affairs, affair_events)]
    finally:
        await office.close()
    return {
        "seconds": round(seconds, 1),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        "memory_mb": round(used.ru_maxrss / 1024),
        "became": dict(became),
        "files": files,
        "events": events,
    }


def main(argv: list[str] | None = None, results: Path = RESULTS) -> dict[str, Any]:
    """Measure, print a table, keep the result."""
    parser = argparse.ArgumentParser(prog="python -m bench households")
    parser.add_argument("--households", type=int, default=3413)
    parser.add_argument("--floating", type=int, default=3019)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    wanted, _ = parser.parse_known_args(argv)
    with tempfile.TemporaryDirectory(prefix="jiefen-bench-") as folder:
        path = Path(folder) / "town.xlsx"
        rows = write(path, town(wanted.households, wanted.floating, wanted.seed))
        result: dict[str, Any] = {"seed": wanted.seed, "cores": os.cpu_count(), "load": [round(os.getloadavg()[0], 1)], "rows": rows}
        if wanted.only != "postgresql":
            result["sqlite"] = _twice(Path(folder) / "sqlite", path, None)
        if wanted.only != "sqlite":
            server = Durable()
            try:
                result["postgresql"] = _twice(Path(folder) / "postgresql", path, server)
            finally:
                server.stop()
        result["load"].append(round(os.getloadavg()[0], 1))
    show(result)
    keep("households", result, results)
    return result


def show(result: dict[str, Any]) -> None:
    """Print the table."""
    sys.stdout.write(f"seed {result['seed']}, load {result['load']}\n" + HEAD.format(**result))
    for kind in ("sqlite", "postgresql"):
        for name, run in result.get(kind, {}).items():
            sys.stdout.write(LINE.format(name=f"{kind}, {name}", **run))


def _twice(home: Path, path: Path, server: Postgres | None) -> dict[str, Any]:
    url = server.url(server.create()) if server is not None else ""
    return {name: _run(home, path, url, server) for name in ("first", "again")}


def _run(home: Path, path: Path, url: str, server: Postgres | None) -> dict[str, Any]:
    """Bring the list in in a process of its own, so that memory and processor time are its alone."""
    import subprocess  # noqa: PLC0415 - the measuring half needs it, the measured one does not

    command, before = [sys.executable, "-m", "bench.households", str(home), str(path), url], _used(server)
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found | {"database_cpu_seconds": round(_used(server) - before, 1)}


def _used(server: Postgres | None) -> float:
    """CPU seconds of a PostgreSQL with those of its processes that have ended: SQLite's are the importing process's own."""
    if server is None:
        return 0.0
    head = psutil.Process(server.pid)
    times = [head.cpu_times(), *(child.cpu_times() for child in head.children())]
    return sum(one.user + one.system + one.children_user + one.children_system for one in times)


if __name__ == "__main__":
    home, path, url = sys.argv[1:]
    own = Settings(home=Path(home), database_url=url, keys_url=url) if url else Settings(home=Path(home))
    sys.stdout.write(json.dumps(asyncio.run(bring_in(own, Path(path)))) + "\n")
