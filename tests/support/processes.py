"""A Temporal server and a worker as processes of their own, to be killed and started again over the same files."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from service.cases import Cases
from service.crew import connect
from service.office import Office
from service.settings import Settings
from service.temporal_server import server_command
from store.places import LoadedPlace
from tests.support.running import ROOT, Desk
from workflows.dispute import SEARCH_ATTRIBUTES

READY_IN = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Program:
    """A command that is started, killed and started again."""

    command: list[str]
    log: Path
    ready: str = ""
    """What it writes when it is ready; for a program that says nothing, a port."""
    port: int = 0
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path = ROOT
    """Where it runs."""
    patience: float = READY_IN
    """Seconds it gets to be ready."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its number while it runs."""
        assert self.process is not None
        return self.process.pid

    async def start(self) -> None:
        """Start it and wait until it is ready."""
        begun, self.process = self._spawn()
        deadline = asyncio.get_running_loop().time() + self.patience
        while not self._is_ready(begun):
            if self.process.poll() is not None or asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"did not start: {self.log.read_text(errors='replace')[-2000:]}")
            await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """End it at once, without a word (-9)."""
        assert self.process is not None
        self.process.kill()
        await asyncio.to_thread(self.process.wait)

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        if self.process is None:
            return 0
        self.process.terminate()
        try:
            return await asyncio.to_thread(self.process.wait, 20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def _spawn(self) -> tuple[int, subprocess.Popen[bytes]]:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        begun = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as stream:
            environment = {**os.environ, **self.environment}
            return begun, subprocess.Popen(
                self.command, env=environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream
            )

    def _is_ready(self, begun: int) -> bool:
        if self.ready:
            return self.ready.encode() in self.log.read_bytes()[begun:]
        with socket.socket() as probe:
            probe.settimeout(0.2)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def server(home: Path, port: int) -> Program:
    """The embedded Temporal server, with its data in the folder."""
    home.mkdir(parents=True, exist_ok=True)
    command = server_command(port, home / "temporal.db", attributes=[key.name for key in SEARCH_ATTRIBUTES])
    return Program(command, home / "logs" / "temporal.log", port=port)


@asynccontextmanager
async def serving(home: Path) -> AsyncIterator[Program]:
    """The embedded server, running."""
    temporal = server(home, free_port())
    await temporal.start()
    try:
        yield temporal
    finally:
        await temporal.stop()


def worker(settings: Settings) -> Program:
    """`worker.py` of this instance."""
    environment = {
        "JIEFEN_HOME": str(settings.home),
        "JIEFEN_TEMPORAL_PORT": str(settings.temporal_port),
        "JIEFEN_TASK_QUEUE": settings.task_queue,
        "JIEFEN_HEALTH_PORT": "0",
        "JIEFEN_METRICS_PORT": "0",
        "JIEFEN_LOG_FORMAT": "json",
    }
    return Program([sys.executable, "worker.py"], settings.home / "logs" / "worker.log", ready='"ready"', environment=environment)


@dataclass
class Instance:
    """A running instance: both programs, and a desk that asks them."""

    server: Program
    worker: Program
    desk: Desk


@asynccontextmanager
async def instance(home: Path, place: LoadedPlace, *, with_worker: bool = True) -> AsyncIterator[Instance]:
    """Run server and worker over a folder; the desk is this process's own, without a worker."""
    settings = Settings(home=home, temporal_port=free_port(), task_queue="disputes")
    temporal, crew = server(home, settings.temporal_port), worker(settings)
    await temporal.start()
    try:
        office = await Office.open(settings, await connect(settings), place)
        try:
            if with_worker:
                await crew.start()
            yield Instance(temporal, crew, Desk(office, Cases(office)))
        finally:
            await office.close()
    finally:
        await crew.stop()
        await temporal.stop()
