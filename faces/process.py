"""How a process of ours begins and ends: logs, signals, and an exit that does not trip over the SDK's threads."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Coroutine
from typing import Any, NoReturn

import structlog
from pydantic import ValidationError

from service.settings import Settings

LOOPBACK = "127.0.0.1"
"""The only address anything of ours listens on by itself."""


def configure_logs(log_format: str, *, level: int = logging.INFO) -> None:
    """Send structlog and the standard library's logs through one chain: lines for a terminal, JSON for everything else."""
    console = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.format_exc_info,
    ]
    renderer: Any = structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer(default=str, ensure_ascii=False)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for noisy in ("aiosqlite", "alembic", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class CannotStart(RuntimeError):
    """Why a process of ours can't start or go on, in one sentence."""


class NotStarted(CannotStart):
    """There is no instance here yet: no `up` has made its data."""


def read_settings() -> Settings:
    """Read the settings from the environment. Raises CannotStart naming the variable, never its value."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        name = "_".join(("JIEFEN", *(str(part).upper() for part in first["loc"])))
        raise CannotStart(f"{name}: {first['msg']}") from None


def stop_event() -> asyncio.Event:
    """Return an event that SIGTERM and Ctrl-C set; call it inside the running loop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def run(main: Coroutine[Any, Any, int]) -> NoReturn:
    """Run to the end and leave with the exit code, past the interpreter's own end, which may abort while the SDK runs."""
    code = asyncio.run(main)
    leave(code)


def leave(code: int) -> NoReturn:
    """Flush and leave at once."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
