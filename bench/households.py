"""A town's household files brought in from Excel: how long, how much memory, and that the same list again changes nothing.

`python -m bench households [--households 3413] [--floating 3019]` makes a synthetic town (seed printed), writes it as a workbook, and
brings it in twice, each time in a process of its own, as `jiefen households import` does. The promise: under 60 seconds on two cores.
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

from openpyxl import Workbook

from bench.keeping import keep
from models.affair.household_book import HouseholdBook
from service.affairs.desk import Affairs
from service.crew import connect
from service.households.importing import HouseholdImporter
from service.office import Office
from service.settings import ROOT, Settings
from store.places import load_place

SEED = 20261130
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张"
GIVEN = "一二三四五六七八九十甲乙丙丁戊己庚辛"
START = date(2026, 1, 1)
TABLE = """
| {rows} rows | seconds | CPU seconds | memory, MB | became |
|---|---|---|---|---|
| first | {first_seconds} | {first_cpu_seconds} | {first_memory_mb} | {first_became} |
| the same list again | {again_seconds} | {again_cpu_seconds} | {again_memory_mb} | {again_became} |
"""


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


async def bring_in(home: Path, path: Path) -> dict[str, Any]:
    """Bring a list in; return what became of it, and what it took."""
    settings = Settings(home=home)
    office = await Office.open(settings, await connect(settings, lazy=True))
    try:
        affairs = Affairs(office)
        importer = HouseholdImporter(office, affairs, await affairs.actor("clerk@yanlou-centre"))
        begun, became = time.perf_counter(), Counter[str]()
        async for one in importer.run(path):
            became[str(one.became)] += 1
        seconds = time.perf_counter() - begun
        events = [len(await office.affairs.lines(affair_id)) async for affair_id in office.affairs.ids()]
    finally:
        await office.close()
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": round(seconds, 1),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        "memory_mb": round(used.ru_maxrss / 1024),
        "became": dict(became),
        "files": len(events),
        "events": sum(events),
    }


def main(argv: list[str] | None = None) -> dict[str, Any]:
    """Measure, print a table, keep the result."""
    parser = argparse.ArgumentParser(prog="python -m bench households")
    parser.add_argument("--households", type=int, default=3413)
    parser.add_argument("--floating", type=int, default=3019)
    parser.add_argument("--seed", type=int, default=SEED)
    wanted = parser.parse_args(argv or [])
    with tempfile.TemporaryDirectory(prefix="jiefen-bench-") as folder:
        path = Path(folder) / "town.xlsx"
        rows = write(path, town(wanted.households, wanted.floating, wanted.seed))
        runs = [_run(Path(folder) / "home", path) for _ in range(2)]
    result = {"seed": wanted.seed, "load": os.getloadavg()[0], "rows": rows, "first": runs[0], "again": runs[1]}
    sys.stdout.write(TABLE.format(rows=rows, **{f"{run}_{name}": result[run][name] for run in ("first", "again") for name in runs[0]}))
    keep("households", result)
    return result


def _run(home: Path, path: Path) -> dict[str, Any]:
    """Bring the list in in a process of its own, so that memory and processor time are its alone."""
    import subprocess  # noqa: PLC0415 - the measuring half needs it, the measured one does not

    command = [sys.executable, "-m", "bench.households", str(home), str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(bring_in(Path(sys.argv[1]), Path(sys.argv[2])))) + "\n")
