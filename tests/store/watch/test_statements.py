"""Each statement inside of a trace is a span that says what it does to which table; on both databases, on every way to them."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from service.watch import tracing
from store.connect import StoreAway
from store.engine import Store
from store.tables import cases
from store.watch.statements import described
from tests.support.spans import traced


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT cases.case_id \nFROM cases \nWHERE cases.code = ?", ("SELECT", "cases")),
        ("INSERT INTO outbox (case_id) VALUES (?)", ("INSERT", "outbox")),
        ("UPDATE cases SET head=?", ("UPDATE", "cases")),
        ("DELETE FROM obligations", ("DELETE", "obligations")),
        ('SELECT "x" FROM "events"', ("SELECT", "events")),
        ("BEGIN IMMEDIATE", ("BEGIN", "")),
        ("", ("", "")),
    ],
)
def test_a_statement_is_told_by_its_first_word_and_its_table(statement: str, said: tuple[str, str]) -> None:
    assert described(statement) == said


async def test_statements_are_spans_below_the_one_around(store: Store) -> None:
    def counted(db: Connection) -> None:
        db.execute(select(cases.c.code).where(cases.c.code == "secret"))

    with traced() as received:
        async with store.read() as db:
            await db.execute(select(cases.c.seq))
        with tracing.span("around"):
            async with store.read() as db:
                await db.execute(select(cases.c.head).where(cases.c.code == "secret"))
            await store.write_at_once(counted)
    around = received.named("around")
    found = [span for span in received.spans if span.name == "SELECT cases"]
    assert len(found) == 2, "one outside of the trace is none"
    assert around.context is not None
    assert all(span.parent is not None and span.parent.span_id == around.context.span_id for span in found)
    assert {(span.attributes or {})["db.system.name"] for span in found} == {store.dialect}
    assert "secret" not in "".join(span.to_json() for span in received.spans)


async def test_a_statement_that_fails_ends_its_span_with_the_kind_of_the_error(store: Store) -> None:
    with traced() as received, tracing.span("around"), pytest.raises((DBAPIError, StoreAway)):
        async with store.read() as db:
            await db.execute(text("SELECT whatever FROM nowhere"))
    span = received.named("SELECT nowhere")
    assert (span.attributes or {})["error.type"]
    assert "whatever" not in span.to_json()
