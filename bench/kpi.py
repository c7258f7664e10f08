"""Indicators over 100,000 cases: the table and splits, a bulletin in its forms, and a report that streams, on SQLite and PostgreSQL.

`python -m bench kpi` (or `python -m bench.kpi [--cases 100000] [--only sqlite|postgresql]`) prints it and writes `bench/results/kpi.json`.
The aims: 95 of 100 questions of a month come in under 200 ms, a bulletin under 60 s, a report in memory that does not grow with it.
"""

from __future__ import annotations

import json
import random
import statistics
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from bench.databases import measured
from bench.lists import NOW, Rows, made
from models.case import Case
from models.export import ExportFormat
from models.kpi import CaseFact, Confirmation, Intake, ItemFact, Mediation, Outcome, Thing, Whose
from models.library import Documents
from models.party import Party
from models.period import Period, Step
from models.words import Channel, PartyKind, Side, Stage, Tier
from rules.periods import holding
from service.bulletin.content import author, compose
from service.bulletin.document import document_of
from service.bulletin.workbook import workbook_of
from service.crew import connect
from service.kpi.desk import KpiDesk
from service.kpi.dwelling import Dwelling
from service.office import Office
from service.reports.reporting import Reporting, registered_in
from service.settings import Settings
from store.desk.lists import Filter
from store.engine import Store
from store.keyring.master_sources import MasterKeys
from store.kpi.book import case_row, item_row
from store.kpi.tables import kpi_cases, kpi_items
from store.tables import case_access, cases
from tests.service.town import who

MONTH = holding(Step.MONTH, date(2026, 10, 1))
YEAR = holding(Step.YEAR, date(2026, 1, 1))
DIRECTOR, TOWN = who("director@huaxi-centre"), who("director@yanlou-centre")
STEPS = ("screen", "route", "sign", "contact", "mediate", "visit.first", "visit.second", "audit")
TABLES = (cases, case_access, kpi_cases, kpi_items)


def facts(case: dict[str, Any], rng: random.Random) -> tuple[CaseFact, list[ItemFact]]:
    """Make up the facts of a case: eight steps, a promise and two visits of an ended one."""
    opened, ended = case["opened_at"], case["ended_at"]
    agreed = opened + timedelta(days=9) if ended is not None and rng.random() < 0.85 else None
    mediation = Mediation.OPEN if ended is None else Mediation.AGREED if agreed else Mediation.FAILED
    fact = CaseFact(
        opened_at=opened, accepted_at=opened + timedelta(hours=3), routed_at=opened + timedelta(hours=6),
        mediation_ended_at=agreed or ended, agreed_at=agreed, resolved_at=agreed, ended_at=ended, channel=rng.choice(list(Channel)),
        stage=case["stage"], tier=Tier(case["tier"]), town=case["town"], lead=case["lead"], category=case["category"],
        intake=Intake.ACCEPTED, mediation=mediation, confirmation=Confirmation.OPEN if agreed else Confirmation.NONE,
        chapter=1 + (rng.random() < 0.03), hops=int(rng.random() < 0.1), objected=int(rng.random() < 0.05),
        contact_minutes=rng.randint(30, 3000), took_minutes=None if ended is None else 28800, matter=f"{rng.getrandbits(40):064x}",
        stayed={Stage.REGISTERED: 180, Stage.MEDIATING: rng.randint(500, 20000)},
        held={Whose.UNIT: rng.randint(100, 9000), Whose.PARTY: rng.randint(100, 9000), Whose.OFF: 5000},
    )  # fmt: skip
    items: list[ItemFact] = []
    for number, key in enumerate(STEPS if ended is not None else STEPS[:4]):
        at = opened + timedelta(days=2 * number)
        done = at + timedelta(hours=rng.randint(1, 30))
        items.append(
            ItemFact(
                name=f"s{number}",
                thing=Thing.STEP,
                key=key,
                unit=case["lead"],
                at=at,
                due=at + timedelta(days=1),
                done=done,
                outcome=Outcome.MET,
            )
        )
    if agreed is not None:
        kept = Outcome.PERFORMED if rng.random() < 0.9 else Outcome.DEFAULTED
        due = agreed + timedelta(days=20)
        items.append(ItemFact(name="p1", thing=Thing.PROMISE, key="", unit=case["lead"], at=agreed, due=due, outcome=kept))
        for number in range(2):
            said = rng.choice(("satisfied", "satisfied", "satisfied", "dissatisfied", "silent"))
            at = agreed + timedelta(days=7 + 23 * number)
            items.append(ItemFact(name=f"v{number}", thing=Thing.VISIT, key=said, unit=case["lead"], at=at, outcome=Outcome.CALM))
    return fact, items


def filled(count: int, docs: Documents) -> Iterator[tuple[Rows, ...]]:
    """Yield the rows of each case; its state is as large as life and can be read."""
    rng = random.Random(19)  # noqa: S311 - made-up data
    for rows in made(count):
        (case,), access = rows[0], rows[1]
        fact, items = facts(case, rng)
        parties = tuple(Party(id=one, side=side, kind=PartyKind.PERSON) for one, side in (("a", Side.APPLICANT), ("b", Side.RESPONDENT)))
        state = Case(
            id=case["case_id"],
            source="window",
            intake_id=case["intake_id"],
            docs=docs,
            channel=fact.channel,
            people=2,
            parties=parties,
            summary="纠" * 600,
            tier=Tier(case["tier"]),
            **{name: case[name] for name in ("code", "stage", "place", "town", "centre", "lead", "category", "happened_on", "ended_at")},
        )
        case |= {"state": state.model_dump_json(), "told_seq": case["seq"]}
        yield [case], access, [case_row(state.id, fact)], [item_row(state.id, fact, item) for item in items]


async def fill(store: Store, count: int, docs: Documents) -> None:
    """Write the cases, some thousands at a time."""
    rows = filled(count, docs)
    while batch := list(islice(rows, 4000)):
        async with store.write() as db:
            for at, table in enumerate(TABLES):
                await db.execute(insert(table), [row for one in batch for row in one[at]])
    async with store.write() as db:
        await db.execute(text("ANALYZE"))


async def asked(office: Office, rounds: int) -> dict[str, list[float]]:
    """Ask the desk; the times in milliseconds by question."""
    desk, dwelling = KpiDesk(office), Dwelling(office)
    found: dict[str, list[float]] = {}
    for actor in (DIRECTOR, TOWN):
        questions: dict[str, Callable[[], Awaitable[Any]]] = {}
        for name, period in (("month", MONTH), ("year", YEAR)):
            questions |= {
                f"{name} table": partial(desk.table, actor, period),
                f"{name} on_time by unit": partial(desk.split, actor, "on_time", period, "unit"),
                f"{name} resolution by class": partial(desk.split, actor, "resolution_rate", period, "category"),
                f"{name} dwell": partial(dwelling.dwell, actor, period),
            }
        questions["course of success"] = partial(desk.series, actor, "success_rate", count=12)
        for name, ask in questions.items():
            for _ in range(rounds):
                start = time.perf_counter()
                await ask()
                found.setdefault(f"{name} / {actor.person}", []).append((time.perf_counter() - start) * 1000)
    return found


async def report_memory(office: Office, days: int) -> tuple[int, float, float]:
    """Rows, seconds, and the most memory in MB of a report of so many days."""
    last = date(2026, 11, 23)
    wanted: Filter = registered_in(office, Period(first=last - timedelta(days=days), last=last), None)
    tracemalloc.start()
    start = time.perf_counter()
    made_, _ = await Reporting(office).report(DIRECTOR, "gbt31000", wanted, ExportFormat.CSV, "supervision")
    took, most = time.perf_counter() - start, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    made_.path.unlink()
    return made_.note.rows, took, most / 1e6


async def run(kind: str, url: str, folder: Path, count: int, rounds: int) -> dict[str, Any]:
    """Fill one database and measure."""
    settings = Settings(home=folder, database_url=url, export_rows=1_000_000)
    store = await Store.open(url, settings.keys_url, MasterKeys(folder / "master.key"))
    await store.close()
    office = await Office.open(settings, await connect(settings, lazy=True))
    try:
        start = time.perf_counter()
        await fill(office.store, count, office.docs)
        print(f"{kind}: {count} cases written in {time.perf_counter() - start:.0f} s")  # noqa: T201
        office.shift = NOW - datetime.now(UTC)
        times = await asked(office, rounds)
        for name, each in sorted(times.items()):
            print(f"    {statistics.median(each):8.1f} ms  {name}")  # noqa: T201
        month = sorted(value for name, each in times.items() if not name.startswith("year") for value in each)
        year = sorted(value for name, each in times.items() if name.startswith("year") for value in each)
        start = time.perf_counter()
        found = await compose(office, author(office, None), MONTH, None)
        document_of(found, office.bundle.cal)
        workbook_of(found, office.bundle.cal)
        bulletin = time.perf_counter() - start
        small, large = await report_memory(office, 10), await report_memory(office, 100)
        result = {
            "month_p95_ms": month[int(len(month) * 0.95)], "year_p95_ms": year[int(len(year) * 0.95)], "bulletin_s": bulletin,
            "report": [{"rows": rows, "seconds": took, "most_mb": most} for rows, took, most in (small, large)],
        }  # fmt: skip
        print(f"{kind}: {json.dumps(result)}")  # noqa: T201
        return result
    finally:
        await office.close()


def main() -> None:
    """Measure on both databases."""
    measured("kpi", run)


if __name__ == "__main__":
    main()
