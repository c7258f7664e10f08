"""Statements made ready once do as SQLAlchemy's own do: values, errors, spans; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, select
from sqlalchemy.exc import IntegrityError, StatementError

from service.watch import tracing
from store.engine import Store
from store.prepared import Prepared
from store.records import Records
from store.tables import events
from tests.store.making import Making
from tests.support.spans import traced

ADD = Prepared.insert(events)
READ = select(*events.columns).where(events.c.case_id == bindparam("case_id"), events.c.seq == bindparam("seq"))
NOON = datetime(2026, 3, 2, 12, 0, 0, 250, tzinfo=timezone(timedelta(hours=8)))


def row(case_id: str, seq: int, **changes: Any) -> dict[str, Any]:
    return {"case_id": case_id, "seq": seq, "type": "noted", "at": NOON, "action_id": None, "hash": "h", "body": "秘密", **changes}


@pytest.fixture
async def case_id(store: Store) -> str:
    made = Making().write("a1")
    await Records(store).publish(made.publication())
    return made.id


async def test_what_is_written_is_read_as_sqlalchemy_reads_it(store: Store, case_id: str) -> None:
    def both(db: Connection) -> tuple[Any, Any]:
        ADD.run(db, [row(case_id, 2), row(case_id, 3, action_id="x")])
        ADD.run(db, [row(case_id, 4)])
        asked = {"case_id": case_id, "seq": 3}
        return Prepared(READ).first(db, asked), db.execute(READ, asked).one()

    found, usual = await store.write_at_once(both)
    assert found == tuple(usual)
    assert found == (case_id, 3, "noted", NOON.astimezone(UTC), "x", "h", "秘密")
    assert await store.write_at_once(lambda db: Prepared(READ).first(db, {"case_id": case_id, "seq": 9})) is None


async def test_an_error_is_sqlalchemys_and_holds_no_values(store: Store, case_id: str) -> None:
    for rows in ([row(case_id, 1)], [row(case_id, 8), row(case_id, 1)]):
        with pytest.raises(IntegrityError) as caught:
            await store.write_at_once(lambda db, rows=rows: ADD.run(db, rows))  # type: ignore[misc]
        assert "秘密" not in str(caught.value)
    with pytest.raises((ValueError, StatementError)):
        await store.write_at_once(lambda db: ADD.run(db, [row(case_id, 8, at=NOON.replace(tzinfo=None))]))
    assert [line.seq for line in await Records(store).lines(case_id)] == [1]


async def test_statements_made_ready_are_spans_as_well(store: Store, case_id: str) -> None:
    with traced() as received, tracing.span("around"):
        await store.write_at_once(lambda db: ADD.run(db, [row(case_id, 2)]))
    assert received.named("INSERT events").context is not None
