"""What benches start and weigh: free ports, processes, a client that seals nothing, processor time, the size of a database.

Light on purpose: a bench that measures a start must not count the house it does not need.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import psutil
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import GrpcCompression

ROOT = Path(__file__).resolve().parents[1]


async def connect(address: str) -> Client:
    """A client that seals nothing, once the server is there."""
    for _ in range(200):
        try:
            return await Client.connect(address, data_converter=pydantic_data_converter, grpc_compression=GrpcCompression.NONE)
        except RuntimeError:
            await asyncio.sleep(0.05)
    raise TimeoutError("the server did not start")


def start(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a process that says nothing."""
    return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process."""
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=30)


def free_port() -> int:
    """A port of this machine's that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu(process: psutil.Process) -> float:
    """CPU seconds a process has used."""
    times = process.cpu_times()
    return float(times.user + times.system)


def grown(database: Path) -> int:
    """The bytes of a SQLite database, with what is still in its log; 0 where there is none."""
    if not database.exists():
        return 0
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as link:
        return int(link.execute("PRAGMA page_count").fetchone()[0]) * int(link.execute("PRAGMA page_size").fetchone()[0])
