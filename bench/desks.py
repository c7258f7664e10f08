"""The desks of the 100,000 cases of `bench/lists.py`: counters, as pages ask for them again and again, and first pages.

The promise: counters come in under 5 ms on SQLite.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any

from models.words import Role
from store.desk.inbox import Inboxes
from store.desk.lists import Eyes, Filter, Holder
from store.desk.queries import Queries
from store.engine import Store

TIMES = 10


def desk(post: str, town: str | None, *scopes: tuple[str, str]) -> tuple[Holder, Eyes]:
    role, _, unit = post.partition("@")
    return Holder(role=Role(role), unit=unit, town=town, person=post), Eyes(scopes=scopes, everything=town is None)


DESKS = {
    "clerk, large town": desk("clerk@yanlou-centre", "yanlou", ("town", "yanlou")),
    "clerk, small town": desk("clerk@jiuan-centre", "jiuan", ("town", "jiuan")),
    "officer": desk("officer@yanlou-justice", "yanlou", ("unit", "yanlou-justice")),
    "mediator": desk("mediator@maling-hr", "maling", ("person", "mediator@maling-hr")),
    "mediator, 400 running": desk("mediator@yanlou-hr", "yanlou", ("person", "mediator@yanlou-hr")),
    "auditor": desk("auditor@qingyan-justice", "qingyan", ("town", "qingyan")),
    "auditor, district": desk("auditor@huaxi-justice", None),
    "grid": desk("grid@yanlou-gumeng", "yanlou", ("unit", "yanlou-gumeng"), ("place", "520111105299")),
}


async def measure(store: Store, now: datetime, rounds: int) -> dict[str, dict[str, list[float]]]:
    """Ask each desk for its counters and its lists; the times in milliseconds by question and desk."""
    inboxes, queries = Inboxes(store), Queries(store)
    found: dict[str, dict[str, list[float]]] = {}
    for name, (holder, eyes) in DESKS.items():
        did = (holder.person,)
        asked: dict[str, Callable[[], Awaitable[Any]]] = {
            "counters": partial(inboxes.counts, holder, eyes, did, now),
            "owed": partial(inboxes.page, holder, eyes, now),
            "done": partial(queries.page, eyes, Filter(handled_by=did, owes_nothing=holder), now),
            "handled": partial(queries.page, eyes, Filter(handled_by=did), now),
        }
        for what, ask in asked.items():
            times = []
            for _ in range(rounds * TIMES):
                start = time.perf_counter()
                await ask()
                times.append((time.perf_counter() - start) * 1000)
            found.setdefault(what, {})[name] = times
    return found


def report(found: dict[str, dict[str, list[float]]]) -> dict[str, Any]:
    """Print medians by desk, and give the median and the 95th percentile of each question."""
    told: dict[str, dict[str, float]] = {}
    for what, by_desk in found.items():
        every = sorted(value for times in by_desk.values() for value in times)
        told[what] = {"median": statistics.median(every), "p95": every[int(len(every) * 0.95)]}
        print(f"  {what}: median {told[what]['median']:.1f} ms, p95 {told[what]['p95']:.1f} ms")  # noqa: T201
        for name, times in by_desk.items():
            print(f"    {statistics.median(times):8.1f} ms  {name}")  # noqa: T201
    return told
