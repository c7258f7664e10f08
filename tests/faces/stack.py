"""A whole stack for tests of the faces: `up` as a process of its own, on free ports, with its data in a folder."""

from __future__ import annotations

import atexit
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
STARTER = [sys.executable, str(ROOT / "starter.py")]
PATIENCE = 60.0
PORTS = ("JIEFEN_TEMPORAL_PORT", "JIEFEN_HEALTH_PORT", "JIEFEN_METRICS_PORT", "JIEFEN_PORT")


def free_ports(count: int) -> list[int]:
    """Return ports nobody listens on now; each leaves the one 1,000 above it free too."""
    found: list[int] = []
    with ExitStack() as held:
        while len(found) < count:
            probe = held.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
            with socket.socket() as above:
                if port < 60000 and above.connect_ex(("127.0.0.1", port + 1000)) != 0:
                    found.append(port)
    return found


@dataclass
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its machine output."""
        return json.loads(self.out)


@functools.cache
def forker() -> subprocess.Popen[str]:
    """Return the process that forks for each command (`forking.py`), one for each process of tests."""
    words = [sys.executable, "-m", "tests.faces.forking"]
    process = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(process.communicate)
    return process


def command(words: Sequence[str], environment: Mapping[str, str], given: str = "", *, whole: bool = False) -> Answer:
    """Run a command of the product with `given` as its input; `whole` starts it from nothing, which takes two seconds more."""
    if whole:
        done = subprocess.run([*STARTER, *words], env=environment, input=given, capture_output=True, text=True, timeout=120, check=False)
        return Answer(done.returncode, done.stdout, done.stderr)
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder) / name for name in ("given", "out", "err")}
        for name, path in files.items():
            path.write_text(given if name == "given" else "", encoding="utf-8")
        asked = {"words": list(words), "environment": dict(environment), **{name: str(path) for name, path in files.items()}}
        process = forker()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{json.dumps(asked)}\n")
        process.stdin.flush()
        code = int(process.stdout.readline())
        return Answer(code, files["out"].read_text(encoding="utf-8"), files["err"].read_text(encoding="utf-8"))


class Running:
    """An instance: its environment, and its process tree while it runs."""

    def __init__(self, home: Path, *, web: bool = False) -> None:
        self._web = web
        ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
        self.home = home
        self.environment = {**os.environ, **ports, "JIEFEN_HOME": str(home)}
        self.process: subprocess.Popen[str] | None = None

    def jiefen(self, *words: str, **changes: str) -> Answer:
        """Run a command of the product; `up` from nothing."""
        return command(words, {**self.environment, **changes}, whole=words[0] == "up")

    def act(self, code: str, action: str, who: str, **fields: Any) -> Answer:
        """Do an action through the command line."""
        return self.jiefen("act", code, action, "--as", who, "--with", json.dumps(fields), "--json")

    def launch(self, *more: str) -> subprocess.Popen[str]:
        """Run `up` in a process group of its own, as a terminal does, and do not wait for it."""
        command = [*STARTER, "up", *([] if self._web else ["--no-web"]), *more]
        self.process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        return self.process

    def start(self) -> None:
        """Run `up` until it says that it is ready."""
        self.process = self.launch()
        for line in self.process.stdout or ():
            if "Ctrl-C" in line:
                return
        raise AssertionError(f"up did not become ready: {self.process.stderr.read() if self.process.stderr else ''}")

    def tree(self) -> list[psutil.Process]:
        """Return the process of `up` and all its children."""
        assert self.process is not None
        whole = psutil.Process(self.process.pid)
        return [whole, *whole.children(recursive=True)]

    def child(self, part: str) -> psutil.Process:
        """Return the child whose command has `part` in it."""
        return next(child for child in self.tree()[1:] if any(part in word for word in child.cmdline()))

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stop it by a signal; return its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(timeout=PATIENCE)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        self.process = None
        return code


@contextmanager
def running(home: Path, *, web: bool = False) -> Iterator[Running]:
    """Run an instance and stop it at the end."""
    instance = Running(home, web=web)
    instance.start()
    try:
        yield instance
    finally:
        if instance.process is not None and instance.process.poll() is None:
            instance.stop()
        elif instance.process is not None:
            instance.process.communicate()


def gone(processes: list[psutil.Process], patience: float = 20.0) -> bool:
    """Whether all these processes have ended, waiting a little for them."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes):
            return True
        time.sleep(0.05)
    return False
