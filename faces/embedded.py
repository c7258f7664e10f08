"""The embedded stack (`up`): Temporal server, worker and web face as one supervised process tree, all data in one folder.

A child that dies is started again; stopping stops them all; and should this process itself be killed, the kernel tells
the children (PR_SET_PDEATHSIG), so nothing is left behind.
"""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from faces.process import LOOPBACK, CannotStart
from service.settings import ROOT, UI_ABOVE, Settings
from service.temporal_server import server_command, temporal_binary
from workflows.dispute import SEARCH_ATTRIBUTES

PR_SET_PDEATHSIG = 1
STOP_GRACE = 30.0
"""Seconds a child gets to end after SIGTERM; the worker lets its activities finish for 20."""

PATIENCE = 60.0
"""Seconds a child gets to answer for the first time; on a busy machine it may take a while."""

RETENTION = "7d"
"""How long Temporal's pages show the history of a case that has ended. The record itself stays for good."""

BACKOFF = (0.2, 1.0, 3.0, 10.0)
"""Seconds before a child that has died is started again, longer each time in a row."""

STEADY = 30.0
"""A child that has lived this long begins with the shortest wait again."""

EVERY = frozenset({"0.0.0.0", "::"})  # noqa: S104 - what somebody may have set  # nosec B104
"""Addresses that mean all of this machine's."""

log = structlog.get_logger("up")


@dataclass(slots=True)
class Child:
    """A supervised process."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log_file: Path
    process: asyncio.subprocess.Process | None = None
    deaths: int = field(default=0)


def _die_with_parent() -> None:
    """Ask the kernel to stop this process when its parent is gone. Runs in the child, before its program."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Stack:
    """The children of one instance, in the order in which they are started."""

    def __init__(self, settings: Settings, *, web: bool) -> None:
        self._settings = settings
        self._watchers: list[asyncio.Task[None]] = []
        self.children = [self._temporal(), self._python("worker", [str(ROOT / "worker.py")])]
        if web:
            self.children.append(self._python("web", ["-m", "web"]))

    async def start(self) -> None:
        """Start the children side by side, for they wait for each other, and return when all answer. Raises CannotStart."""
        waits: dict[str, Callable[[], bool]] = {
            "temporal": lambda: _listens(self._settings.temporal_port),
            "worker": lambda: _answers(self._settings.health_port, "/readyz"),
            "web": lambda: _listens(self._settings.port, self._settings.host),
        }
        for child in self.children:
            await self._spawn(child)
        for child in self.children:
            await self._until(child, waits[child.name])
            self._watchers.append(asyncio.create_task(self._watch(child)))
            if child.name == "temporal":
                self._watchers.append(asyncio.create_task(self._keep_histories()))

    async def stop(self) -> None:
        """Stop all children, last first, and wait until they are gone."""
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        for child in reversed(self.children):
            await _end(child)

    def _temporal(self) -> Child:
        settings = self._settings
        port = settings.temporal_port
        command = server_command(
            port, settings.home / "temporal.db", attributes=[key.name for key in SEARCH_ATTRIBUTES], pages_port=port + UI_ABOVE
        )
        command += ["--ui-codec-endpoint", f"{console(settings)}/codec"]
        # Our settings may hold a master key, which is none of its business.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("JIEFEN_")}
        return Child("temporal", command, environment, settings.home / "logs" / "temporal.log")

    def _python(self, name: str, arguments: list[str]) -> Child:
        settings = self._settings
        own = {
            "JIEFEN_HOME": str(settings.home),
            "JIEFEN_LOG_FORMAT": "json",
            "JIEFEN_DEMO_ACCOUNTS": "1",
            # We ask the worker for its health ourselves.
            "JIEFEN_PROBE_HOST": LOOPBACK,
            "PYTHONPATH": str(ROOT),
        }
        return Child(name, [sys.executable, *arguments], {**os.environ, **own}, settings.home / "logs" / f"{name}.log")

    async def _spawn(self, child: Child) -> None:
        child.log_file.parent.mkdir(parents=True, exist_ok=True)
        with child.log_file.open("ab") as stream:
            child.process = await asyncio.create_subprocess_exec(
                *child.command,
                env=child.environment,
                cwd=ROOT,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                preexec_fn=_die_with_parent,
                # A group of its own: Ctrl-C on the terminal reaches us alone, and we stop the children in their order.
                process_group=0,
            )

    async def _until(self, child: Child, ready: Callable[[], bool], patience: float = PATIENCE) -> None:
        deadline = asyncio.get_running_loop().time() + patience
        while not await asyncio.to_thread(ready):
            dead = child.process is None or child.process.returncode is not None
            if dead or asyncio.get_running_loop().time() > deadline:
                raise CannotStart(f"{child.name}: {_last_line(child.log_file)}")
            await asyncio.sleep(0.05)

    async def _watch(self, child: Child) -> None:
        """Start a child again whenever it dies."""
        while child.process is not None:
            begun = asyncio.get_running_loop().time()
            code = await child.process.wait()
            steady = asyncio.get_running_loop().time() - begun > STEADY
            child.deaths = 1 if steady else child.deaths + 1
            wait = BACKOFF[min(child.deaths, len(BACKOFF)) - 1]
            log.warning("died", child=child.name, exit_code=code, again_in=wait)
            await asyncio.sleep(wait)
            try:
                await self._spawn(child)
            except OSError as error:
                log.warning("did not start", child=child.name, error=type(error).__name__)

    async def _keep_histories(self) -> None:
        """Tell the server how long to keep the histories of cases that have ended. It matters little; a failure is only logged."""
        address = f"{LOOPBACK}:{self._settings.temporal_port}"
        process = await asyncio.create_subprocess_exec(
            temporal_binary(),
            "operator",
            "namespace",
            "update",
            "--address",
            address,
            "--namespace",
            "default",
            "--retention",
            RETENTION,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            preexec_fn=_die_with_parent,
        )
        if await process.wait():
            log.warning("retention not set", retention=RETENTION)


async def _end(child: Child) -> None:
    process = child.process
    if process is None or process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_GRACE)
    except TimeoutError:
        process.kill()
        await process.wait()


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the folder: two stacks over the same data would fight. Raises CannotStart when somebody else has it."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (home / "up.lock").open("w")
    except OSError as error:
        raise CannotStart(f"the folder {home} can't be used: {error.strerror}") from None
    with lock as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotStart(f"another `up` is running with the data in {home.name}; set JIEFEN_HOME to another folder") from None
        yield


def check_ports(settings: Settings, *, web: bool) -> None:
    """Raise CannotStart for a port that somebody else has, or that two settings name."""
    wanted = {"JIEFEN_TEMPORAL_PORT": settings.temporal_port, "JIEFEN_TEMPORAL_PORT + 1000": settings.temporal_port + UI_ABOVE}
    wanted |= {"JIEFEN_HEALTH_PORT": settings.health_port, "JIEFEN_METRICS_PORT": settings.metrics_port}
    wanted |= {"JIEFEN_PORT": settings.port} if web else {}
    named: dict[int, str] = {}
    for name, port in wanted.items():
        if port and named.setdefault(port, name) != name:
            raise CannotStart(f"port {port} is named twice ({named[port]} and {name}): choose another for one of them")
        if port and not _free(port):
            raise CannotStart(f"port {port} is in use ({name}): stop what listens there or choose another")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def console(settings: Settings) -> str:
    """Return the address of the console on this machine."""
    return f"{'https' if settings.tls_cert else 'http'}://{_here(settings.host)}:{settings.port}"


def _here(host: str) -> str:
    """Return how to reach what listens on an address; one that means every address includes this machine's own."""
    return LOOPBACK if host in EVERY else host


def _listens(port: int, host: str = LOOPBACK) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((_here(host), port)) == 0


def _answers(port: int, path: str) -> bool:
    """Whether a page answers 200; with port 0 there is no page to ask."""
    if not port:
        return True
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1.0) as link:
            link.sendall(f"GET {path} HTTP/1.0\r\nHost: {LOOPBACK}\r\n\r\n".encode())
            return b" 200 " in link.recv(64)
    except OSError:
        return False


def _last_line(path: Path) -> str:
    """Return what a child said last: of a log line the reason, or else the event."""
    lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines() if path.exists() else []
    last = lines[-1] if lines else "it said nothing"
    try:
        entry = json.loads(last)
        return str(entry.get("why") or entry["event"])[:300]
    except (ValueError, TypeError, KeyError):
        return last[:300]
