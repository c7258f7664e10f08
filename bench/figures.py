"""The desks of supervision over the 100,000 cases of `bench/lists.py`: cockpit, course, table, board, and the lists behind figures.

The promise: 95 of 100 answers of each come in under 200 ms, and so do those that a page of the cockpit asks for one after another.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from models.party import Actor
from models.period import Period, Step
from models.words import Mark, Role
from rules.periods import bounds, holding
from service.crew import connect
from service.office import Office
from service.oversight.board import BoardDesk
from service.oversight.league import Leagues
from service.oversight.supervision import Supervision
from service.reading import Reader
from service.settings import Settings
from store.desk.lists import Filter

POSTS = ("director@huaxi-centre", "leader@yanlou-centre", "director@huanghelu-centre", "dispatcher@huaxi-centre")
TODAY = date(2026, 11, 23)
YEAR = holding(Step.YEAR, TODAY)
PERIODS = {
    "month": holding(Step.MONTH, TODAY),
    "quarter": holding(Step.QUARTER, TODAY),
    "year": YEAR,
    "from-to": Period(first=date(2026, 2, 10), last=date(2026, 8, 20)),
}


def marks_of(case: dict[str, Any], rng: random.Random) -> Iterator[dict[str, Any]]:
    """Make up the marks of a case: a fifth have a yellow card, most of the ended ones a reply."""
    chances = {Mark.YELLOW: 0.2, Mark.RED: 0.05, Mark.OBJECTED: 0.05, Mark.RETURNED: 0.02, Mark.DEEMED_SIGNED: 0.05}
    if case["ended_at"] is not None:
        chances |= {Mark.SATISFIED: 0.8, Mark.DISSATISFIED: 0.04}
    for seq, (kind, chance) in enumerate(chances.items(), 1):
        if rng.random() < chance:
            of = {"case_id": case["case_id"], "seq": seq, "chapter": 1, "town": case["town"], "ref": f"a{seq}"}
            yield of | {"kind": kind, "unit": case["lead"], "at": case["opened_at"] + timedelta(days=seq)}


def told_in(case: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """Make up what the columns of figures say of a case."""
    ended = case["ended_at"]
    return {
        "late": rng.random() < 0.2,
        "took": None if ended is None else int((ended - case["opened_at"]).total_seconds()),
        "agreed_at": case["opened_at"] + timedelta(days=9) if ended is not None and rng.random() < 0.85 else None,
        "retain_until": None if ended is None else date(2056, 1, 1),
    }


async def measure(url: str, folder: Path, now: datetime, rounds: int) -> dict[str, list[float]]:
    """Ask every desk in turn; the times in milliseconds by question."""
    settings = Settings(home=folder, database_url=url)
    office = await Office.open(settings, await connect(settings, lazy=True))
    office.shift = now - datetime.now(UTC)
    found: dict[str, list[float]] = {}
    try:
        for post in POSTS:
            for what, ask in _questions(office, _actor(post)).items():
                for _ in range(rounds * 3):
                    start = time.perf_counter()
                    await ask()
                    found.setdefault(f"{what} / {post}", []).append((time.perf_counter() - start) * 1000)
    finally:
        await office.close()
    return found


def _questions(office: Office, actor: Actor) -> dict[str, Callable[[], Awaitable[Any]]]:
    desk, leagues, reader = Supervision(office), Leagues(office), Reader(office)
    since, until = bounds(YEAR, office.bundle.cal)
    ended: dict[str, Any] = {"ended_from": since, "ended_to": until}

    async def page() -> None:
        await desk.cockpit(actor)
        await desk.course(actor)
        await leagues.league(actor, PERIODS["month"])

    asked: dict[str, Callable[[], Awaitable[Any]]] = {
        "page": page,
        "cockpit": partial(desk.cockpit, actor),
        "course, months": partial(desk.course, actor),
        "course, weeks": partial(desk.course, actor, Step.WEEK),
        "board": partial(BoardDesk(office).board, actor),
    }
    asked |= {f"table, {name}": partial(leagues.league, actor, period) for name, period in PERIODS.items()}
    asked |= {f"table by town, {name}": partial(leagues.league, actor, period, by="town") for name, period in PERIODS.items()}
    lists = {
        "list, late": Filter(**ended, late=True),
        "list, settled": Filter(settled_from=since, settled_to=until, lead="yanlou-hr"),
        "list, yellow": Filter(marks=(Mark.YELLOW,), mark_unit="yanlou-hr", mark_from=since, mark_to=until),
        "list, satisfied": Filter(marks=(Mark.SATISFIED,), unmarked=(Mark.DISSATISFIED,), mark_from=since, mark_to=until),
    }
    if actor.role is not Role.DISPATCHER:
        asked |= {name: partial(reader.list, actor, wanted) for name, wanted in lists.items()}
        asked |= {f"count of {name}": partial(reader.count, actor, wanted) for name, wanted in lists.items()}
    return asked


def _actor(post: str) -> Actor:
    role, _, unit = post.partition("@")
    return Actor(person=post, role=Role(role), unit=unit)


def report(found: dict[str, list[float]]) -> dict[str, Any]:
    """Print the medians, and give the median and the 95th percentile of each kind of question."""
    kinds: dict[str, list[float]] = {}
    for name, times in found.items():
        kinds.setdefault(name.partition(" / ")[0], []).extend(times)
        print(f"    {statistics.median(times):8.1f} ms  {name}")  # noqa: T201
    told = {name: {"median": statistics.median(times), "p95": sorted(times)[int(len(times) * 0.95)]} for name, times in kinds.items()}
    for name, numbers in told.items():
        print(f"  {name}: median {numbers['median']:.1f} ms, p95 {numbers['p95']:.1f} ms")  # noqa: T201
    return told
