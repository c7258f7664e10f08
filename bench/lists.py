"""The case list with 100,000 cases: every kind of filter, every kind of eyes, first pages and far ones, on both databases.

`python -m bench.lists [--cases 100000] [--only sqlite|postgresql]` prints a table and writes `bench/results/lists.json`.
The promise: 95 of 100 pages come in under 100 ms. The desks' counters and lists stand in `bench/desks.py`.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from bench import desks, figures
from bench.databases import measured
from models.words import CardKind, Stage, Tier
from store.desk.lists import Eyes, Filter
from store.desk.queries import Queries
from store.engine import Store
from store.keyring.master_sources import MasterKeys
from store.tables import actions, case_access, cases, marks, obligations

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TOWNS = ["yanlou", "qingyan", "shiban", "maling", "qiantao", "gaopo", "mengguan", "guizhu", "qingxi", "xibei", "jiuan", "huanghelu"]
KINDS = ["justice", "police", "hr", "land", "housing", "gumeng", "jiupan", "huaizhou"]
CATEGORIES = ["0201", "0101", "0502", "0701", "0901", "0402", "0804", "1501", "0303", "0601"]
OPEN_STAGES = [
    Stage.REGISTERED,
    Stage.SCREENED,
    Stage.ROUTED,
    Stage.SIGNED,
    Stage.MEDIATING,
    Stage.PERFORMING,
    Stage.FOLLOWING_UP,
    Stage.AUDITING,
]
STATE = json.dumps({"filler": "纠" * 1200})
"""As much text as the state of a middling case has."""


ENDED = 0.9
"""The share of cases that have ended."""

Rows = list[dict[str, Any]]


def made(count: int, ended_share: float = ENDED) -> Iterator[tuple[Rows, ...]]:
    """Yield cases with their access, their duties, what was done in them and their marks, the same ones each time."""
    rng, chance = random.Random(7), random.Random(11)  # noqa: S311 - made-up data
    for number in range(count):
        town = TOWNS[min(int(rng.expovariate(0.5)), len(TOWNS) - 1)]
        ended = rng.random() < ended_share
        opened = NOW - timedelta(minutes=5 * (count - number))
        stage = Stage.ARCHIVED if ended else rng.choice(OPEN_STAGES)
        tier = rng.choices(list(Tier), [90, 7, 2.5, 0.5])[0]
        lead = f"{town}-{rng.choice(KINDS)}"
        mediator = f"mediator@{lead}" if rng.random() < 0.8 else None
        case_id = f"{rng.getrandbits(128):032x}"
        due = None if ended else NOW + timedelta(hours=rng.randint(-200, 600))
        case = {
            "case_id": case_id, "source": "window", "intake_id": str(number), "code": f"{town.upper()}-2026-{number:06d}",
            "place": "520111105202", "town": town, "centre": f"{town}-centre", "stage": stage, "tier": tier, "level": "town", "lead": lead,
            "category": rng.choice(CATEGORIES), "mediator": mediator, "happened_on": date(2026, 1, 1), "seq": 20, "head": "0" * 64,
            "chapter": 1, "opened_at": opened, "updated_at": min(NOW, opened + timedelta(days=rng.randint(0, 40))),
            "ended_at": opened + timedelta(days=20) if ended else None, "next_due": due, "suspended": rng.random() < 0.02 and not ended,
            "duties_sum": "0" * 64, "access_sum": "0" * 64, "state": STATE,
            "yellow_cards": int(not ended and rng.random() < 0.05), "red_cards": int(not ended and rng.random() < 0.02),
            "stage_since": opened,
        }  # fmt: skip
        scopes = {("unit", f"{town}-centre"), ("unit", "huaxi-centre"), ("unit", lead), ("town", town), ("place", "520111105202")}
        scopes |= {
            ("unit", f"{town}-{rng.choice(KINDS)}"),
            ("party", f"person:{rng.getrandbits(64):x}"),
            ("party", f"person:{rng.getrandbits(64):x}"),
        }
        scopes |= {("person", mediator)} if mediator else set()
        access = [{"case_id": case_id, "kind": kind, "value": value} for kind, value in scopes]
        owed = [] if ended else [
            {"case_id": case_id, "id": "mediate", "act": "agree", "role": "mediator", "unit": lead, "person": mediator, "town": town,
             "clock": "mediate", "due": due, "provisional": False, "holds_ball": True},
        ]  # fmt: skip
        case |= figures.told_in(case, chance)
        yield [case], access, owed + also_owed(case, number), done_in(case), list(figures.marks_of(case, chance))


def also_owed(case: dict[str, Any], number: int) -> Rows:
    """Duties of posts: every third open case owes its centre a visit, every fifth an audit to whoever audits in the town."""
    if case["ended_at"] is not None:
        return []
    of = {
        "case_id": case["case_id"],
        "person": None,
        "town": case["town"],
        "due": case["next_due"],
        "provisional": False,
        "holds_ball": False,
    }
    visit = of | {"id": "visit.first", "act": "visit", "role": "clerk", "unit": case["centre"], "clock": "visit.first"}
    audit = of | {"id": "audit", "act": "audit", "role": "auditor", "unit": None, "clock": "audit"}
    return [row for row, every in ((visit, 3), (audit, 5)) if number % every == 0]


def done_in(case: dict[str, Any]) -> Rows:
    """What the posts of a town have done in a case, from intake to audit."""
    town, lead, mediator = case["town"], case["lead"], case["mediator"]
    people = [f"{role}@{town}-centre" for role in ("clerk", "screener", "dispatcher", "clerk")] + [f"officer@{lead}"] * 2
    people += [mediator, mediator, f"auditor@{town}-justice"] if mediator else []
    of = {"case_id": case["case_id"], "stage": case["stage"]}
    return [of | {"action_id": f"a{seq}", "first_seq": seq, "last_seq": seq, "person": person} for seq, person in enumerate(people, 1)]


TABLES = (cases, case_access, obligations, actions, marks)


async def fill(store: Store, count: int, ended_share: float = ENDED) -> None:
    """Write the cases; the share of ended ones is that of an office after years."""
    batch: list[Rows] = [[] for _ in TABLES]
    for number, rows in enumerate(made(count, ended_share), start=1):
        for part, more in zip(batch, rows, strict=True):
            part.extend(more)
        if number % 5000 == 0 or number == count:
            async with store.write() as db:
                for table, part in zip(TABLES, batch, strict=True):
                    if part:
                        await db.execute(insert(table), part)
            batch = [[] for _ in TABLES]


EYES = {
    "district": Eyes(everything=True),
    "town large": Eyes(scopes=(("town", "yanlou"),)),
    "town small": Eyes(scopes=(("town", "huanghelu"),)),
    "unit": Eyes(scopes=(("unit", "yanlou-gumeng"),)),
    "grid": Eyes(scopes=(("unit", "yanlou-gumeng"), ("place", "520111105299"))),
    "mediator": Eyes(scopes=(("person", "mediator@gaopo-hr"),)),
    "nobody": Eyes(scopes=(("unit", "nowhere"),)),
}

FILTERS = {
    "none": Filter(),
    "open": Filter(ended=False),
    "overdue": Filter(overdue=True),
    "stage": Filter(stage=Stage.MEDIATING),
    "rare stage": Filter(stage=Stage.AUDITING, tier=Tier.ORANGE),
    "red": Filter(tier=Tier.RED),
    "red open": Filter(tier=Tier.RED, ended=False),
    "category": Filter(category="15"),
    "lead": Filter(lead="yanlou-justice", ended=False),
    "town": Filter(town="qingyan"),
    "mediator": Filter(mediator="mediator@yanlou-hr"),
    "suspended": Filter(suspended=True),
    "red card": Filter(card=CardKind.RED),
    "nothing found": Filter(stage=Stage.DECLINED, tier=Tier.RED),
}


async def measure(store: Store, rounds: int) -> dict[str, list[float]]:
    """Ask every list in turn, some pages deep; the times in milliseconds by eyes and filter."""
    queries, found = Queries(store), {}
    for eyes_name, eyes in EYES.items():
        for filter_name, wanted in FILTERS.items():
            times = []
            for _ in range(rounds):
                after = None
                for _ in range(3):
                    start = time.perf_counter()
                    page = await queries.page(eyes, wanted, NOW, after=after, limit=50)
                    times.append((time.perf_counter() - start) * 1000)
                    after = page.next
                    if after is None:
                        break
            found[f"{eyes_name} / {filter_name}"] = times
    return found


def report(kind: str, found: dict[str, list[float]]) -> dict[str, Any]:
    """Print the slowest and the percentiles."""
    every = sorted(value for times in found.values() for value in times)
    p95 = every[int(len(every) * 0.95)]
    print(f"{kind}: {len(every)} pages, median {statistics.median(every):.1f} ms, p95 {p95:.1f} ms, longest {every[-1]:.1f} ms")  # noqa: T201
    slow = sorted(((statistics.median(times), name) for name, times in found.items()), reverse=True)[:12]
    for median, name in slow:
        print(f"    {median:8.1f} ms  {name}")  # noqa: T201
    return {"pages": len(every), "median": statistics.median(every), "p95": p95, "longest": every[-1]}


async def run(kind: str, url: str, folder: Path, count: int, rounds: int) -> dict[str, Any]:
    """Fill one database and measure."""
    keys_url = f"sqlite+aiosqlite:///{folder / 'keys.db'}"
    store = await Store.open(url, keys_url, MasterKeys(folder / "master.key"))
    try:
        start = time.perf_counter()
        await fill(store, count)
        # SQLite learns how its tables are filled at the next start, PostgreSQL by itself, here at once.
        await store.close()
        store = await Store.open(url, keys_url, MasterKeys(folder / "master.key"))
        if kind == "postgresql":
            # What autovacuum does by itself within a minute of so many inserts.
            async with store.write() as db:
                await db.execute(text("ANALYZE"))
        print(f"{kind}: {count} cases written in {time.perf_counter() - start:.0f} s")  # noqa: T201
        found = report(kind, await measure(store, rounds)) | {"desks": desks.report(await desks.measure(store, NOW, rounds))}
        return found | {"figures": figures.report(await figures.measure(url, folder, NOW, rounds))}
    finally:
        await store.close()


def main() -> None:
    """Measure on both databases."""
    measured("lists", run)


if __name__ == "__main__":
    main()
