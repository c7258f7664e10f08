"""What goes wrong and when (故障计划): drawn from the seed before anything begins, so that the same seed is the same plan."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """One way of going wrong."""

    KILL_WORKER = "kill_worker"
    """The worker is killed with -9 and started again."""
    KILL_WEB = "kill_web"
    KILL_TEMPORAL = "kill_temporal"
    KILL_DATABASE = "kill_database"
    """PostgreSQL with all its children."""
    FREEZE_WORKER = "freeze_worker"
    """It stands still for a while and then goes on, as on a machine that was paused: what it had begun comes late."""
    LOCK_DATABASE = "lock_database"
    """Somebody holds the write lock: `BEGIN IMMEDIATE` on the SQLite file, `LOCK TABLE cases` on PostgreSQL."""
    STOP_DATABASE = "stop_database"
    """PostgreSQL is shut down and comes back."""
    FREEZE_DATABASE = "freeze_database"
    """PostgreSQL keeps its connections and answers nobody."""
    FULL_DISK = "full_disk"
    """No byte is left where the instance has its data."""
    JUMP_CLOCK = "jump_clock"
    """The clock of the worker goes to another hour, and back at the end."""


KILLS = (Fault.KILL_WORKER, Fault.KILL_WORKER, Fault.KILL_WEB, Fault.KILL_TEMPORAL, Fault.KILL_DATABASE)
TROUBLES = (
    *(Fault.LOCK_DATABASE, Fault.FULL_DISK, Fault.FREEZE_WORKER, Fault.JUMP_CLOCK),
    *(Fault.STOP_DATABASE, Fault.FREEZE_DATABASE),
)
"""Two lanes that go on side by side: a part may be killed in the middle of a trouble. What is named twice comes twice as often."""

POSTGRESQL_ONLY = frozenset({Fault.KILL_DATABASE, Fault.STOP_DATABASE, Fault.FREEZE_DATABASE})

BETWEEN = {"kills": (10.0, 30.0), "troubles": (8.0, 24.0)}
"""Seconds from the end of one fault to the next of its lane."""

LASTS = {"kills": (0.0, 2.0), "troubles": (1.0, 7.0)}
"""Seconds it lasts; a killed part stays away so long before somebody starts it."""

JUMPS = (-7200, -90, 90, 3600, 86_400)
"""Seconds that the worker's clock is moved by."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault: seconds after the one before it in its lane is over, what, how many seconds it lasts, and by how many a clock jumps."""

    after: float
    fault: Fault
    lasts: float
    by: int = 0


def offered(database: str, *, without: Iterable[Fault] = ()) -> frozenset[Fault]:
    """Return what can go wrong with this database (`sqlite`, `postgresql`), without what this machine does not allow."""
    return frozenset(Fault) - frozenset(without) - (frozenset() if database == "postgresql" else POSTGRESQL_ONLY)


def plan(seed: int, seconds: float, possible: frozenset[Fault], outage: float = 0.0) -> dict[str, tuple[Planned, ...]]:
    """Return the faults of each lane, in their order, as many as there is time for; where mending takes long, the last fall away.

    The database is away for `outage` seconds the first time that it is stopped, or locked where it can't be stopped; 0 = no longer
    than at any other time.
    """
    lanes = {"kills": KILLS, "troubles": TROUBLES}
    return {
        lane: tuple(_lane(random.Random(f"{seed}:{lane}"), lane, [one for one in kinds if one in possible], seconds, outage))  # noqa: S311
        for lane, kinds in lanes.items()
    }


def _lane(rng: random.Random, lane: str, kinds: Sequence[Fault], seconds: float, outage: float) -> Iterator[Planned]:
    """Draw from a bag that is filled again when it is empty: each kind comes as often as it is named."""
    at, bag = 0.0, list[Fault]()
    away = Fault.STOP_DATABASE if Fault.STOP_DATABASE in kinds else Fault.LOCK_DATABASE
    while kinds:
        if not bag:
            bag = rng.sample(kinds, len(kinds))
        fault, after, lasts = bag.pop(), rng.uniform(*BETWEEN[lane]), rng.uniform(*LASTS[lane])
        if fault is away:
            lasts, outage = max(lasts, outage), 0.0
        at += after + lasts
        if at >= seconds:
            return
        yield Planned(after, fault, lasts, rng.choice(JUMPS) if fault is Fault.JUMP_CLOCK else 0)
