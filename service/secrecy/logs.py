"""How every process of ours logs: one chain for structlog and the standard library, and nothing personal or secret behind it.

Called by `worker.py`, `starter.py` and `web/__main__.py` before anything else. What the chain takes out is in `scrubbing.py`.
"""

from __future__ import annotations

import copy
import logging
import sys
import threading
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict
from temporalio.runtime import LogForwardingConfig, LoggingConfig, TelemetryFilter

from service.secrecy.scrubbing import clean, scrub
from service.secrecy.telling import told, trace
from service.watch.logs import traced

NOISY = ("aiosqlite", "alembic", "asyncio", "sqlalchemy", "httpx", "uvicorn.access")
"""Libraries that are heard from WARNING on."""

CORE = LoggingConfig(
    filter=TelemetryFilter(core_level="WARN", other_level="ERROR"),
    forwarding=LogForwardingConfig(logger=logging.getLogger("temporalio.core")),
)
"""For the SDK's runtime: its inner half logs through ours."""


def configure_logs(log_format: str, *, level: int = logging.INFO) -> None:
    """Send all logs through one chain to stderr: lines for a terminal, JSON for everything else."""
    console = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(console=console))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(True)
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    sys.excepthook = _crashed
    threading.excepthook = lambda crash: _crashed(crash.exc_type, crash.exc_value, crash.exc_traceback)


def formatter(*, console: bool) -> logging.Formatter:
    """Return what writes a record of any logger as a line, cleaned."""
    renderer: Any = structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer(default=str, ensure_ascii=False)
    last = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, cleaned, renderer]
    return Cleaned(foreign_pre_chain=_shared(), processors=last)


class Cleaned(structlog.stdlib.ProcessorFormatter):
    """Cleans the arguments of a record before they become one text with it: in a text an exception can't be told any more."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record as a line."""
        record = copy.copy(record)
        if isinstance(record.args, dict):
            record.args = {key: _argument(item) for key, item in record.args.items()}
        elif record.args:
            record.args = tuple(_argument(item) for item in record.args)
        return super().format(record)


def cleaned(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Clean an event, whatever its fields hold."""
    made: EventDict = clean(dict(event))
    return made


def arguments(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Clean the arguments of an event before they become one text with it."""
    if "positional_args" in event:
        event["positional_args"] = tuple(_argument(item) for item in event["positional_args"])
    return event


def exceptions(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Put an exception in as its kind, causes and places."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else given[1] if isinstance(given, tuple) else sys.exc_info()[1] if given else None
    if error is not None:
        event["exception"] = trace(error)
    return event


def _shared() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        arguments,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        traced,
        exceptions,
    ]


def _argument(value: Any) -> Any:
    """Return an argument of a message: numbers as they are, so that `%d` and `%.3f` go on working, unless they are somebody's."""
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int):
        return value if scrub(str(value)) == str(value) else -1
    if isinstance(value, BaseException):
        return scrub(told(value))
    if isinstance(value, (dict, list, tuple, set, frozenset, bytes, str)):
        return clean(value)
    return scrub(str(value))


def _crashed(kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("jiefen").critical("crashed", exc_info=error)
