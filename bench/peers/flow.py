"""What the flow is made of, and what an engine has to be able to do. Standard library alone: it runs beside every peer."""

from __future__ import annotations

import ctypes
import hashlib
import signal
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).resolve().parents[2]

WAIT = timedelta(days=3)
"""How long a person may take to say something."""

MESSAGES = 2

DURABILITIES = ("full", "normal", "memory")
"""`full` = on the disk before anybody is answered; `normal` = safe when a process is killed, not when the machine loses power;
`memory` = the engine's server keeps nothing."""


def register(case: str) -> str:
    """Give the case its number."""
    return f"CASE-{_digest(case):08d}"


def grade(case: str) -> str:
    """Grade it."""
    return ("blue", "yellow", "orange", "red")[_digest(case) % 4]


def assign(case: str) -> str:
    """Say who it is for."""
    return f"mediator-{_digest(case) % 7}"


def record(case: str, said: str) -> str:
    """Write down what was said."""
    return f"{case}: {said}"


def audit(case: str) -> bool:
    """Look whether it may be closed."""
    return bool(case)


def _digest(case: str) -> int:
    return int.from_bytes(hashlib.sha256(case.encode()).digest()[:4], "big") % 10**8


@dataclass(frozen=True)
class Setting:
    """Where and how an engine runs."""

    home: Path
    durability: str
    database: str
    """Address of a PostgreSQL, for those that want one; else empty."""


def spawn(command: list[str], environment: dict[str, str] | None = None, *, heard: bool = False) -> subprocess.Popen[bytes]:
    """Start a program of an engine; what it says is dropped, or `heard` on its `stdout`."""
    output = subprocess.PIPE if heard else subprocess.DEVNULL
    # Nothing but one call into the kernel runs between fork and exec.
    last = _die_with_parent
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.DEVNULL, preexec_fn=last)  # noqa: PLW1509


def _die_with_parent() -> None:
    """Ask the kernel to end this process when the one that asks the engine is gone, however that came."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Engine(Protocol):
    """One engine under one durability, with all its processes."""

    async def start(self, setting: Setting) -> None:
        """Start its processes. Again over the same home: go on."""

    async def stop(self) -> None:
        """Stop them."""

    async def open(self, case: str) -> None:
        """Take a case in; returns when it has been given to somebody, durably."""

    async def act(self, case: str, number: int) -> None:
        """Say something (1 or 2); returns when it is kept and what follows from it is written down."""

    async def ended(self, case: str) -> None:
        """Wait for the end."""
