"""A span for each SQL statement that runs inside of a trace: what it does to which table, never its text or its parameters.

Listens to every engine of the process once `trace_with` was given a tracer; before, nothing is registered and nothing is imported.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

KEY = "jiefen_spans"
"""Where a connection keeps the spans of its running statements."""

WORD = re.compile(r"\W*(\w+)")
TABLE = re.compile(r"\b(?:from|into|update)\s+\"?([a-z_]+)", re.IGNORECASE)


class _Switch:
    """The tracer of this process."""

    tracer: Tracer | None = None
    listening = False


def trace_with(tracer: Tracer | None) -> None:
    """Make spans with this tracer from now on; with None, no more."""
    _Switch.tracer = tracer
    if tracer is not None and not _Switch.listening:
        _Switch.listening = True
        event.listen(Engine, "before_cursor_execute", _before)
        event.listen(Engine, "after_cursor_execute", _after)
        event.listen(Engine, "handle_error", _failed)


def traced() -> bool:
    """Whether statements become spans now."""
    return _Switch.tracer is not None


def described(statement: str) -> tuple[str, str]:
    """Return the word a statement begins with, in capitals, and the first table it names; empty where there is none."""
    word, table = WORD.match(statement), TABLE.search(statement)
    return (word[1].upper() if word else "", table[1] if table else "")


def _before(connection: Connection, _cursor: object, statement: str, _parameters: object, _context: object, _many: bool) -> None:
    if _Switch.tracer is None:
        return
    from opentelemetry import trace  # noqa: PLC0415 - loaded by now

    if not trace.get_current_span().is_recording():
        # What nobody asked for, as a look at the change feed each quarter of a second, is not worth a trace.
        return
    operation, table = described(statement)
    span = _Switch.tracer.start_span(
        f"{operation} {table}".strip() or "SQL",
        kind=trace.SpanKind.CLIENT,
        attributes={"db.system.name": connection.dialect.name, "db.operation.name": operation, "db.collection.name": table},
    )
    connection.info.setdefault(KEY, []).append(span)


def _after(connection: Connection, *_rest: Any) -> None:
    spans = connection.info.get(KEY)
    if spans:
        spans.pop().end()


def _failed(failure: ExceptionContext) -> None:
    spans = failure.connection.info.get(KEY) if failure.connection is not None else None
    if spans:
        span = spans.pop()
        span.set_attribute("error.type", type(failure.original_exception).__name__)
        span.end()
