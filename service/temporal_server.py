"""The embedded Temporal server: where its program is, and the settings it runs with (traps 9). Imports nothing of the house."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL")
"""SQLite settings of the server: fast, and safe when it is killed."""

FLAGS = (
    "system.forceSearchAttributesCacheRefreshOnRead=true",
    "history.transferProcessorMaxPollRPS=2000",
    "history.timerProcessorMaxPollRPS=2000",
    "history.visibilityProcessorMaxPollRPS=2000",
)
"""Server settings: new search attributes at once, and work dispatched without the 50 ms grid."""


def temporal_binary() -> str:
    """Return the path of the `temporal` command that the wheel put beside this Python. Raises FileNotFoundError."""
    beside = Path(sys.executable).with_name("temporal")
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise FileNotFoundError("the `temporal` command is missing: install the project's locked requirements")
    return found


def server_command(
    port: int, database: Path | None, *, attributes: Iterable[str] = (), pragmas: Iterable[str] = PRAGMAS, pages_port: int | None = None
) -> list[str]:
    """Return the command that starts the server on this machine's own address.

    `database` is the file of its data, None = in memory; `attributes` are its search attributes, each a keyword; without a
    `pages_port` it has no pages. Raises FileNotFoundError where the program is missing.
    """
    command = [temporal_binary(), "server", "start-dev", "--ip", "127.0.0.1", "--port", str(port), "--log-level", "error"]
    command += ["--headless"] if pages_port is None else ["--ui-port", str(pages_port)]
    if database is not None:
        command += ["--db-filename", str(database)]
        command += [word for pragma in pragmas for word in ("--sqlite-pragma", pragma)]
    command += [word for flag in FLAGS for word in ("--dynamic-config-value", flag)]
    return command + [word for name in attributes for word in ("--search-attribute", f"{name}=Keyword")]
