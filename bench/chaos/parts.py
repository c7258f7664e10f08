"""The parts of an instance (部件): Temporal server, worker and web face as processes, its data on a disk that can be filled."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bench.chaos.database import Troubled
from bench.chaos.hurried import write_place
from bench.chaos.listener import Listener
from service.settings import ROOT, Settings
from tests.faces.stack import free_ports
from tests.support.processes import Program, server

DISK = 2048
"""Megabytes of the disk that the instance's data lies on."""

PATIENCE = 120.0
"""Seconds a part gets to answer for the first time; on a busy machine it may take a while."""

SENDER_WAITS = 1.0
"""Seconds the sender of events waits for its receiver's answer."""

TRIES = 60
"""How often somebody starts a part that does not want to start, a second between."""


@dataclass
class Part:
    """A program, with one who looks after it at a time."""

    program: Program
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    starts: int = 0
    failed_starts: int = 0

    async def up(self) -> None:
        """Start it as an operator would: again and again until it is there. Raises AssertionError when it never is."""
        for _ in range(TRIES):
            self.starts += 1
            try:
                await self.program.start()
                return
            except AssertionError:
                self.failed_starts += 1
                await self.program.kill()
                await asyncio.sleep(1)
        raise AssertionError(f"{self.program.command[-1]} does not start any more")

    async def mend(self) -> None:
        """Start it if it has died."""
        async with self.turn:
            if self.program.process is None or self.program.process.poll() is not None:
                await self.up()


@dataclass
class Instance:
    """All parts, and where everything is."""

    settings: Settings
    temporal: Part
    worker: Part
    web: Part
    database: Troubled | None
    disk: Path | None
    """The disk of its own, None where this machine lets nobody mount one."""
    clock: Path
    """The file that tells the worker how many seconds its clock is off."""
    listener: Listener
    database_turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def parts(self) -> dict[str, Part]:
        """Those that are processes of ours, by name."""
        return {"temporal": self.temporal, "worker": self.worker, "web": self.web}

    @property
    def address(self) -> str:
        """Where the API listens."""
        return f"http://127.0.0.1:{self.settings.port}"

    async def mend(self) -> None:
        """Start whatever is down."""
        if self.database is not None:
            async with self.database_turn:
                await asyncio.to_thread(self.database.again)
        for part in self.parts.values():
            await part.mend()


@contextmanager
def disk(folder: Path) -> Iterator[Path | None]:
    """Mount a small disk on a folder, and give its folder; None where that is not allowed."""
    folder.mkdir(parents=True)
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={DISK}m,mode=0700", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(mounting, capture_output=True, check=False).returncode == 0
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=False)


def _channels(folder: Path, port: int) -> Path:
    """Write the roads of the instance: one receiver of all events, tried again soon."""
    pace = {"per_minute": 60_000, "at_once": 32, "timeout_seconds": SENDER_WAITS}
    patience = {"failures_to_open": 10, "first_wait_seconds": 0.5, "longest_wait_seconds": 2}
    hook = {"url": f"http://127.0.0.1:{port}/", "secrets": ["chaos"], "pace": pace, "patience": patience}
    path = folder / "channels.yaml"
    path.write_text(yaml.safe_dump({"version": 1, "allowed_hosts": [f"127.0.0.1:{port}"], "webhooks": {"chaos": hook}}), encoding="utf-8")
    (folder / "secrets").mkdir()
    (folder / "secrets" / "chaos").write_text(f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}\n", encoding="utf-8")
    return path


def _settings(folder: Path, home: Path, url: str, channels: Path) -> Settings:
    temporal, health, web = free_ports(3)
    return Settings(
        home=home, temporal_port=temporal, health_port=health, port=web, database_url=url, places=folder / "places",
        channels_file=channels, secrets_folder=folder / "secrets",
    )  # fmt: skip


def _environment(settings: Settings, url: str) -> dict[str, str]:
    """Return what tells a process of ours where everything is."""
    named = {
        "HOME": settings.home, "PORT": settings.port, "TEMPORAL_PORT": settings.temporal_port, "HEALTH_PORT": settings.health_port,
        "METRICS_PORT": 0, "PLACES": settings.places, "CHANNELS_FILE": settings.channels_file or "",
        "SECRETS_FOLDER": settings.secrets_folder or "", "DATABASE_URL": url, "RATE_WRITES": 0, "RATE_READS": 0,
        "LOG_FORMAT": "json",
    }  # fmt: skip
    return {**{f"JIEFEN_{name}": str(value) for name, value in named.items()}, "PYTHONPATH": str(ROOT)}


@asynccontextmanager
async def instance(folder: Path, database: str, listener: Listener, minutes: int) -> AsyncIterator[Instance]:
    """Set an instance up in a folder, start all its parts, and end them all."""
    await asyncio.to_thread(write_place, folder / "places", minutes=minutes)
    server_of_records = await asyncio.to_thread(Troubled) if database == "postgresql" else None
    url = server_of_records.url(server_of_records.create()) if server_of_records is not None else ""
    with disk(folder / "home") as mounted:
        settings = _settings(folder, folder / "home", url, _channels(folder, listener.port))
        environment = _environment(settings, url)
        hands = folder / "clock"
        hands.write_text("0", encoding="utf-8")
        moving = [sys.executable, "-m", "bench.chaos.jumping", str(hands)]
        crew = Program(moving, settings.home / "logs" / "worker.log", port=settings.health_port, environment=environment)
        face = Program([sys.executable, "-m", "web"], settings.home / "logs" / "web.log", port=settings.port, environment=environment)
        temporal = server(settings.home, settings.temporal_port)
        for program in (temporal, crew, face):
            program.patience = PATIENCE
            # A session of its own, as a service manager gives: Ctrl-C reaches this process alone, which then ends them.
            program.command.insert(0, "setsid")
        made = Instance(settings, Part(temporal), Part(crew), Part(face), server_of_records, mounted, hands, listener)
        try:
            await made.mend()
            yield made
        finally:
            for part in (made.web, made.worker, made.temporal):
                with contextlib.suppress(ProcessLookupError):
                    await part.program.stop()
            if server_of_records is not None:
                await asyncio.to_thread(server_of_records.stop)
