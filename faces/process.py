"""How a process of ours begins and ends: settings, logs, signals, and an exit that does not trip over the SDK's threads."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Coroutine
from typing import Any, NoReturn

from service.secrecy.logs import configure_logs
from service.settings import CannotStart, read_settings

__all__ = ["LOOPBACK", "CannotStart", "NotStarted", "configure_logs", "leave", "read_settings", "run", "stop_event"]

LOOPBACK = "127.0.0.1"
"""The only address anything of ours listens on by itself."""


class CannotAsk(RuntimeError):
    """Why a command can't tell who asks; its argument is a code, for which `faces/output.py` has the sentence."""


class NotStarted(CannotStart):
    """There is no instance here yet: no `up` has made its data."""


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
