"""Anchors in the store: made from what all chains end with, one for each day, and read back as they were hashed.

Made by `service/proof/notary.py`. What is read for one is small: an index of the cases and the last line of each log.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import Connection, Row, String, cast, delete, func, insert, select, tuple_

from models.anchor import AFFAIR, VERSION, Anchor, CaseEnd, KeptAnchor
from models.base import Model
from models.words import Algorithm
from rules import anchoring, merkle
from rules.chain import GENESIS
from rules.library import canonical
from store.affairs.tables import affair_events, affairs
from store.chained import alone
from store.engine import Store, chosen
from store.proof.logs import LOGS, ends
from store.proof.proof_tables import anchored_ends, anchors
from store.tables import cases, events

CHAIN_LOCK = 0x6A69656F
"""PostgreSQL's advisory lock for the end of the chain."""

CHUNK = 400
"""Rows named in one statement."""

PLAINLY = select(anchors.c.id, cast(anchors.c.day, String).label("day"), anchors.c.body, anchors.c.changed, anchors.c.hash)
"""The table as it is checked: the day as it is written, whatever is written there."""

T = TypeVar("T")

ATTEMPTS = 3
"""How often an anchor is begun when another process makes one at the same time."""


class BadAnchor(Model):
    """A row that can't be read as an anchor."""

    number: int
    why: str


class Anchors:
    """The anchors of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def make(self, day: date | None, now: datetime) -> tuple[KeptAnchor, bool]:
        """Make the anchor of a day, or one more where none is named; return it, and whether it is new.

        Asked again for the same day it returns the one there is. Raises StoreAway, RuntimeError where others made one all the while.
        """
        for _ in range(ATTEMPTS):
            known = await self.of_day(day) if day is not None else None
            if known is not None:
                return known, False
            last, now_ends, before = await self._read()
            changed = [end for case_id, end in sorted(now_ends.items()) if before.get(case_id) != end]
            root = await asyncio.to_thread(_root, list(now_ends.values()), self._store.algorithm)
            made = await self._store.write_at_once(
                partial(_write, day=day, now=now, last=last, counted=_counted(now_ends), root=root, changed=changed)
            )
            if made is not None:
                return made, True
        raise RuntimeError("other anchors are being made")

    async def of_day(self, day: date) -> KeptAnchor | None:
        """The daily anchor of a day, or None."""
        async with self._store.read() as db:
            row = (await db.execute(select(anchors).where(anchors.c.day == day))).first()
        return None if row is None else _kept(row)

    async def newest(self) -> KeptAnchor | None:
        """The last one, or None."""
        async with self._store.read() as db:
            row = (await db.execute(select(anchors).order_by(anchors.c.id.desc()).limit(1))).first()
        return None if row is None else _kept(row)

    async def ends(self) -> dict[str, CaseEnd]:
        """Where each case and each affair ended in the newest anchor, by the table that is kept of it."""
        async with self._store.read() as db:
            return _ends((await db.execute(select(anchored_ends))).all())

    async def all(self) -> AsyncIterator[KeptAnchor | BadAnchor]:
        """All of them, in order; a row that is none says why."""
        query = PLAINLY.order_by(anchors.c.id).limit(1)
        while True:
            async with self._store.read() as db:
                row = (await db.execute(query)).first()
            if row is None:
                return
            yield _parsed(row)
            query = PLAINLY.where(anchors.c.id > row.id).order_by(anchors.c.id).limit(1)

    async def since(self, at: datetime) -> list[KeptAnchor]:
        """Those made since a time, and the newest in any case; their lists are left out."""
        newest = select(func.max(anchors.c.id)).scalar_subquery()
        found: list[KeptAnchor] = []
        async with self._store.read() as db:
            rows = (
                await db.execute(select(anchors.c.body, anchors.c.hash, anchors.c.id, newest.label("newest")).order_by(anchors.c.id))
            ).all()
        for row in rows:
            anchor = Anchor.model_validate_json(row.body)
            if anchor.at >= at or row.id == row.newest or found:
                found.append(KeptAnchor(anchor=anchor, hash=row.hash))
        return found

    async def hashes(self, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
        """The hashes of these events of cases and affairs, by the id as anchors write it and number; those not there are left out."""
        wanted = list(wanted)
        found: dict[tuple[str, int], str] = {}
        for mark, table, owner in (("", events, events.c.case_id), (AFFAIR, affair_events, affair_events.c.affair_id)):
            ours = [(one.removeprefix(mark), seq) for one, seq in wanted if one.startswith(AFFAIR) == bool(mark)]
            for chunk in _chunks(ours):
                query = select(owner.label("id"), table.c.seq, table.c.hash).where(tuple_(owner, table.c.seq).in_(chunk))
                async with self._store.read() as db:
                    found |= {(f"{mark}{row.id}", row.seq): row.hash for row in await db.execute(query)}
        return found

    async def codes(self, ids: Sequence[str]) -> dict[str, str]:
        """The codes of these cases and affairs, by the id as anchors write it."""
        found: dict[str, str] = {}
        for chunk in _chunks(ids):
            plain = [one.removeprefix(AFFAIR) for one in chunk]
            async with self._store.read() as db:
                of_cases = await db.execute(select(cases.c.case_id, cases.c.code).where(cases.c.case_id.in_(plain)))
                of_affairs = await db.execute(select(affairs.c.affair_id, affairs.c.code).where(affairs.c.affair_id.in_(plain)))
            found |= {row.case_id: row.code for row in of_cases} | {AFFAIR + row.affair_id: row.code for row in of_affairs}
        return found

    async def log_hashes(self, name: str, numbers: Sequence[int]) -> dict[int, str]:
        """The hashes of these lines of a log, by number; those that are not there are left out."""
        table = LOGS[name].table
        found: dict[int, str] = {}
        for chunk in _chunks(numbers):
            async with self._store.read() as db:
                found |= {row.id: row.hash for row in await db.execute(select(table.c.id, table.c.hash).where(table.c.id.in_(chunk)))}
        return found

    async def _read(self) -> tuple[int, dict[str, CaseEnd], dict[str, CaseEnd]]:
        """The number of the last anchor, where each case and each affair ends now, and where it ended then."""
        async with self._store.read() as db:
            last = await db.scalar(select(anchors.c.id).order_by(anchors.c.id.desc()).limit(1))
            now = (await db.execute(select(cases.c.case_id, cases.c.seq, cases.c.head))).all()
            beside = (await db.execute(select((AFFAIR + affairs.c.affair_id).label("case_id"), affairs.c.seq, affairs.c.head))).all()
            then = (await db.execute(select(anchored_ends))).all()
        return int(last or 0), _ends(now) | _ends(beside), _ends(then)


def _ends(rows: Iterable[Row[*tuple[Any, ...]]]) -> dict[str, CaseEnd]:
    return {row.case_id: CaseEnd.model_construct(case_id=row.case_id, seq=row.seq, head=row.head) for row in rows}


def _counted(ends: Iterable[str]) -> tuple[int, int]:
    """How many of these are cases, and how many affairs."""
    beside = [one.startswith(AFFAIR) for one in ends]
    return beside.count(False), beside.count(True)


def _root(all_ends: Sequence[CaseEnd], algorithm: Algorithm) -> str:
    return merkle.root(merkle.ordered(all_ends, algorithm), algorithm)


def _write(
    db: Connection, *, day: date | None, now: datetime, last: int, counted: tuple[int, int], root: str, changed: Sequence[CaseEnd]
) -> KeptAnchor | None:
    """Write the anchor; None, and nothing done, when another one has come between."""
    alone(db, CHAIN_LOCK)
    before = db.execute(select(anchors.c.id, anchors.c.hash).order_by(anchors.c.id.desc()).limit(1)).first()
    if (before.id if before is not None else 0) != last:
        return None
    algorithm = chosen(db)
    anchor = Anchor(
        number=last + 1,
        day=day,
        at=now,
        algorithm=algorithm,
        previous=before.hash if before is not None else GENESIS,
        cases=counted[0],
        root=root,
        changed=len(changed),
        changed_sum=anchoring.listed_sum(changed, algorithm),
        logs=ends(db),
        version=VERSION,
        affairs=counted[1],
    )
    made = anchoring.kept(anchor, changed)
    row = {"id": anchor.number, "day": day, "body": canonical(anchor), "changed": anchoring.listed(changed), "hash": made.hash}
    db.execute(insert(anchors), [row])
    for chunk in _chunks(changed):
        db.execute(delete(anchored_ends).where(anchored_ends.c.case_id.in_([end.case_id for end in chunk])))
        db.execute(insert(anchored_ends), [{"case_id": end.case_id, "seq": end.seq, "head": end.head} for end in chunk])
    return made


def _parsed(row: Row[*tuple[Any, ...]]) -> KeptAnchor | BadAnchor:
    """A row as an anchor; where its columns say something else than what is hashed, why it is none."""
    try:
        made = _kept(row)
    except (ValidationError, ValueError):
        return BadAnchor(number=row.id, why="it can't be read")
    if canonical(made.anchor) != row.body or anchoring.listed(made.changed) != row.changed:
        return BadAnchor(number=row.id, why="it is not written as it was hashed")
    for name, wanted, found in (("number", made.anchor.number, row.id), ("day", _written(made.anchor.day), row.day)):
        if wanted != found:
            return BadAnchor(number=row.id, why=f"its {name} is {found}, what is hashed says {wanted}")
    return made


def _written(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _kept(row: Row[*tuple[Any, ...]]) -> KeptAnchor:
    return KeptAnchor(anchor=Anchor.model_validate_json(row.body), hash=row.hash, changed=anchoring.read_list(row.changed))


def _chunks(items: Sequence[T]) -> list[Sequence[T]]:
    return [items[at : at + CHUNK] for at in range(0, len(items), CHUNK)]
