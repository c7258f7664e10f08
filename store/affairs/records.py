"""The record of each affair: publishing to it, and reading it back. All of a burst goes into one transaction, or nothing of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.affair.record import AffairReceiptOut
from models.record import Line, Published
from store.affairs.publishing import AffairViews, Burst, DuplicateAffair, publish, publish_many
from store.affairs.tables import affair_access, affair_actions, affair_events, affair_keys, affairs
from store.engine import Store
from store.records import ATTEMPTS, PAGE, line_of

COLUMNS = affairs.c
FIND = select(COLUMNS.affair_id, COLUMNS.kind).where(or_(COLUMNS.affair_id == bindparam("key"), COLUMNS.code == bindparam("key")))
BY_INTAKE = select(COLUMNS.affair_id).where(
    COLUMNS.kind == bindparam("kind"), COLUMNS.source == bindparam("source"), COLUMNS.intake_id == bindparam("intake_id")
)
LOAD = select(COLUMNS.state).where(COLUMNS.affair_id == bindparam("affair_id"))
STATE = FIND.add_columns(COLUMNS.state)
LINES = select(affair_events).where(affair_events.c.affair_id == bindparam("affair_id")).order_by(affair_events.c.seq)
RECEIPT = (
    select(affair_actions.c.last_seq, affair_actions.c.stage, COLUMNS.code, COLUMNS.kind, affair_events.c.type)
    .join(affairs, COLUMNS.affair_id == affair_actions.c.affair_id)
    .join(
        affair_events,
        (affair_events.c.affair_id == affair_actions.c.affair_id)
        & affair_events.c.seq.between(affair_actions.c.first_seq, affair_actions.c.last_seq)
        & (affair_events.c.action_id == affair_actions.c.action_id),
    )
    .where(affair_actions.c.affair_id == bindparam("affair_id"), affair_actions.c.action_id == bindparam("action_id"))
    .order_by(affair_events.c.seq)
)


class AffairRecords:
    """The record of affairs in the store. States are JSON here: their models are known to `rules/affair/kinds.py`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def publish(self, burst: Burst, views: AffairViews) -> Published:
        """Store the new events with the views made of them, once, whatever is sent twice or late.

        The outcomes are those of `Records.publish`. Raises BadPublication, DuplicateAffair, StoreAway.
        """
        for attempt in range(ATTEMPTS):
            try:
                return await self._store.write_at_once(partial(publish, burst=burst, views=views, careful=attempt > 0))
            except IntegrityError:
                # Somebody else has just stored the same affair, intake or action: the next look finds it.
                if attempt == ATTEMPTS - 1:
                    raise
            except DuplicateAffair as twin:
                # The other one is this very affair, stored between two looks of the same transaction.
                if twin.affair_id != burst.affair.id or attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    async def publish_many(self, bursts: Sequence[tuple[Burst, AffairViews]]) -> list[Published]:
        """Store many bursts in one transaction, all or none: for imports. Raises DuplicateAffair also where another writer came between."""
        try:
            return await self._store.write_at_once(partial(publish_many, bursts=bursts))
        except IntegrityError as error:
            raise DuplicateAffair(bursts[0][0].affair.id, "") from error

    async def load(self, affair_id: str) -> str | None:
        """The state as it was last published, as JSON, or None."""
        async with self._store.read() as db:
            found: str | None = await db.scalar(LOAD, {"affair_id": affair_id})
        return found

    async def load_many(self, affair_ids: Sequence[str]) -> dict[str, str]:
        """The states of these affairs as JSON, by id; those that are not there are left out."""
        query = select(COLUMNS.affair_id, COLUMNS.state).where(COLUMNS.affair_id.in_(affair_ids))
        async with self._store.read() as db:
            return {row.affair_id: row.state for row in await db.execute(query)}

    async def find(self, key: str) -> tuple[str, str] | None:
        """Id and kind of the affair of a code or an id, or None."""
        async with self._store.read() as db:
            row = (await db.execute(FIND, {"key": key.strip()})).first()
        return None if row is None else (str(row.affair_id), str(row.kind))

    async def state(self, key: str) -> tuple[str, str] | None:
        """Kind and state, as JSON, of the affair of a code or an id, or None."""
        async with self._store.read() as db:
            row = (await db.execute(STATE, {"key": key.strip()})).first()
        return None if row is None else (str(row.kind), str(row.state))

    async def code(self, affair_id: str) -> str | None:
        """The code of an affair, or None."""
        async with self._store.read() as db:
            found: str | None = await db.scalar(select(COLUMNS.code).where(COLUMNS.affair_id == affair_id))
        return found

    async def by_intake(self, kind: str, source: str, intake_id: str) -> str | None:
        """The id for an intake of a source, or None."""
        async with self._store.read() as db:
            found: str | None = await db.scalar(BY_INTAKE, {"kind": kind, "source": source, "intake_id": intake_id})
        return found

    async def keyed(self, kind: str, name: str, value: str, *, running: bool | None = None) -> list[str]:
        """Ids of the affairs of a kind that are found by this key, in the order of their opening."""
        query = select(COLUMNS.affair_id).join(affair_keys, affair_keys.c.affair_id == COLUMNS.affair_id)
        query = query.where(COLUMNS.kind == kind, affair_keys.c.name == name, affair_keys.c.value == value)
        if running is not None:
            query = query.where(COLUMNS.ended_at.is_(None) if running else COLUMNS.ended_at.is_not(None))
        async with self._store.read() as db:
            return list(await db.scalars(query.order_by(COLUMNS.opened_at, COLUMNS.affair_id)))

    async def naming(self, ref: str) -> list[str]:
        """Ids of the affairs that are found by a person, or open to one who is a party to them: also those that did not take them in."""
        by_access = select(affair_access.c.affair_id).where(affair_access.c.kind == "party", affair_access.c.value == ref)
        by_key = select(affair_keys.c.affair_id).where(affair_keys.c.value == ref)
        async with self._store.read() as db:
            return sorted(set(await db.scalars(by_access)) | set(await db.scalars(by_key)))

    async def lines(self, affair_id: str) -> list[Line]:
        """All events of an affair in order, exactly as they were stored; empty for an unknown one."""
        async with self._store.read() as db:
            return [line_of(row) for row in (await db.execute(LINES, {"affair_id": affair_id})).all()]

    async def line(self, affair_id: str, seq: int) -> tuple[Line, str, str] | None:
        """One event exactly as it was stored, with the kind and the code of its affair; None where there is none."""
        query = LINES.add_columns(COLUMNS.kind, COLUMNS.code).join(affairs, COLUMNS.affair_id == affair_events.c.affair_id)
        async with self._store.read() as db:
            row = (await db.execute(query.where(affair_events.c.seq == seq), {"affair_id": affair_id})).first()
        return None if row is None else (line_of(row), str(row.kind), str(row.code))

    async def unreadable(self, affair_id: str) -> int | None:
        """The number of the first event with a column that holds no value of its kind, or None: somebody else has written there."""
        numbers = select(affair_events.c.seq).where(affair_events.c.affair_id == affair_id).order_by(affair_events.c.seq)
        async with self._store.read() as db:
            for seq in (await db.scalars(numbers)).all():
                here = (affair_events.c.affair_id == affair_id) & (affair_events.c.seq == seq)
                try:
                    (await db.execute(select(affair_events).where(here))).all()
                except ValueError:
                    return int(seq)
        return None

    async def opener(self, affair_id: str) -> str | None:
        """Who began it, by the first event, or None for an unknown one."""
        query = select(affair_events.c.body).where(affair_events.c.affair_id == affair_id, affair_events.c.seq == 1)
        async with self._store.read() as db:
            body: str | None = await db.scalar(query)
        return None if body is None else str(json.loads(body)["actor"]["person"])

    async def receipt(self, affair_id: str, action_id: str) -> AffairReceiptOut | None:
        """What an action led to, or None when the record knows no such action."""
        async with self._store.read() as db:
            return await _receipt(db, affair_id, action_id)

    async def stands(self, affair_id: str, action_id: str) -> tuple[AffairReceiptOut | None, str | None]:
        """What an action led to, as `receipt` gives it, or where the affair stands without it, as `load` does, in one look."""
        async with self._store.read() as db:
            found = await _receipt(db, affair_id, action_id)
            state: str | None = await db.scalar(LOAD, {"affair_id": affair_id}) if found is None else None
        return found, state

    async def ids(self) -> AsyncIterator[str]:
        """Ids of all affairs, in their order, read page by page."""
        last = ""
        while True:
            query = select(COLUMNS.affair_id).where(COLUMNS.affair_id > last).order_by(COLUMNS.affair_id).limit(PAGE)
            async with self._store.read() as db:
                page = (await db.scalars(query)).all()
            for affair_id in page:
                yield affair_id
            if len(page) < PAGE:
                return
            last = page[-1]

    async def states(self, kind: str | None = None, *, running: bool = False) -> AsyncIterator[tuple[str, str]]:
        """Kind and state of all affairs, of one kind or of all, in the order of their ids, read page by page."""
        last = ""
        while True:
            query = select(COLUMNS.affair_id, COLUMNS.kind, COLUMNS.state).where(COLUMNS.affair_id > last)
            if kind is not None:
                query = query.where(COLUMNS.kind == kind)
            if running:
                query = query.where(COLUMNS.ended_at.is_(None))
            async with self._store.read() as db:
                page = (await db.execute(query.order_by(COLUMNS.affair_id).limit(PAGE))).all()
            for row in page:
                yield row.kind, row.state
            if len(page) < PAGE:
                return
            last = page[-1].affair_id

    async def ended(
        self, kind: str, since: datetime, until: datetime, *, town: str | None = None, place: str | None = None
    ) -> AsyncIterator[str]:
        """States of the affairs of a kind that ended from `since` to before `until`, of one town or place, read page by page."""
        last = ""
        while True:
            query = select(COLUMNS.affair_id, COLUMNS.state).where(COLUMNS.kind == kind, COLUMNS.affair_id > last)
            query = query.where(COLUMNS.ended_at >= since, COLUMNS.ended_at < until)
            query = query.where(*([COLUMNS.town == town] if town else []), *([COLUMNS.place == place] if place else []))
            async with self._store.read() as db:
                page = (await db.execute(query.order_by(COLUMNS.affair_id).limit(PAGE))).all()
            for row in page:
                yield row.state
            if len(page) < PAGE:
                return
            last = page[-1].affair_id

    async def due(self, kinds: Sequence[str], now: datetime, limit: int = PAGE) -> list[tuple[str, str]]:
        """Kind and state of running affairs of these kinds with a clock that should have rung by now, the longest due first."""
        query = select(COLUMNS.kind, COLUMNS.state).where(COLUMNS.next_due <= now, COLUMNS.kind.in_(kinds), COLUMNS.ended_at.is_(None))
        async with self._store.read() as db:
            rows: Any = (await db.execute(query.order_by(COLUMNS.next_due, COLUMNS.affair_id).limit(limit))).all()
        return [(row.kind, row.state) for row in rows]

    async def next_due(self, kinds: Sequence[str]) -> datetime | None:
        """When the next clock of these kinds rings, or None."""
        query = select(COLUMNS.next_due).where(COLUMNS.next_due.is_not(None), COLUMNS.kind.in_(kinds), COLUMNS.ended_at.is_(None))
        async with self._store.read() as db:
            found: datetime | None = await db.scalar(query.order_by(COLUMNS.next_due).limit(1))
        return found


async def _receipt(db: AsyncConnection, affair_id: str, action_id: str) -> AffairReceiptOut | None:
    rows = (await db.execute(RECEIPT, {"affair_id": affair_id, "action_id": action_id})).all()
    if not rows:
        return None
    first = rows[0]
    return AffairReceiptOut(
        action_id=action_id,
        kind=first.kind,
        affair_id=affair_id,
        code=first.code,
        seq=first.last_seq,
        stage=first.stage,
        events=tuple(row.type for row in rows),
    )
