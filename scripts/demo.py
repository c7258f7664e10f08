"""The main job on real input (`make demo`): two casebook files in virtual time, then a fresh dispute in real time.

Starts a stack of its own in a temporary folder on free ports and works with it through the command line alone. Exits 0
when everything came out as it should, else 1 with the command that failed and what it said.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STARTER = [sys.executable, str(ROOT / "starter.py")]
PATIENCE = 60.0

DAY = (
    ("screen", "screener@yanlou-centre", '{"category": "0201", "accept": true}'),
    ("route", "dispatcher@yanlou-centre", '{"level": "village"}'),
    ("sign", "officer@yanlou-gumeng", "{}"),
    ("contact", "officer@yanlou-gumeng", '{"note": "已电话联系双方"}'),
    ("assign", "officer@yanlou-gumeng", "{}"),
    ("consent", "mediator@yanlou-gumeng", '{"party": "a", "agrees": true}'),
    ("consent", "mediator@yanlou-gumeng", '{"party": "b", "agrees": true}'),
)
"""What a clerk, a department and a mediator do on the first day, up to mediation."""


class Failed(Exception):
    """A command that did not do what it should."""


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def jiefen(*words: str, environment: dict[str, str], wanted: int = 0) -> str:
    """Run a command of the product and return what it printed; raises Failed for another exit code."""
    say(f"$ jiefen {' '.join(words)}")
    done = subprocess.run([*STARTER, *words], env=environment, capture_output=True, text=True, timeout=300, check=False)
    sys.stdout.write(done.stdout)
    sys.stdout.write(done.stderr)
    if done.returncode != wanted:
        raise Failed(f"{' '.join(words)}: exit code {done.returncode}, wanted {wanted}")
    return done.stdout


def free_ports(count: int) -> list[int]:
    """Return ports nobody listens on now, each with the one 1,000 above it free too."""
    found: list[int] = []
    with ExitStack() as held:
        while len(found) < count:
            probe = held.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
            above = held.enter_context(socket.socket())
            if port < 60000 and above.connect_ex(("127.0.0.1", port + 1000)) != 0:
                found.append(port)
    return found


@contextmanager
def stack(environment: dict[str, str]) -> Iterator[None]:
    """Run `up` and stop it at the end. Raises Failed when it is not ready in time."""
    with subprocess.Popen([*STARTER, "up", "--no-web"], env=environment, stdout=subprocess.PIPE, text=True) as running:
        try:
            begun = time.monotonic()
            for line in running.stdout or ():
                sys.stdout.write(line)
                if "Ctrl-C" in line:
                    break
            else:
                raise Failed("up did not become ready")
            say(f"(ready after {time.monotonic() - begun:.1f} s)")
            yield
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(timeout=PATIENCE)
            say("(stopped)")


def slip(folder: Path) -> Path:
    """Return the example's intake as a file, about a dispute of yesterday whatever day it is."""
    fields = json.loads((ROOT / "docs/examples/intake.json").read_text(encoding="utf-8"))
    fields["happened_on"] = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    path = folder / "intake.json"
    path.write_text(json.dumps(fields, ensure_ascii=False), encoding="utf-8")
    return path


def main() -> int:
    """Play, then live through a first day."""
    temporal, health, metrics, port = free_ports(4)
    with tempfile.TemporaryDirectory(prefix="jiefen-demo-") as home:
        environment = {
            **os.environ,
            "JIEFEN_HOME": home,
            "JIEFEN_TEMPORAL_PORT": str(temporal),
            "JIEFEN_HEALTH_PORT": str(health),
            "JIEFEN_METRICS_PORT": str(metrics),
            "JIEFEN_PORT": str(port),
        }
        try:
            with stack(environment):
                files = [next((ROOT / "casebook").glob(f"{number}-*.yaml")) for number in ("02", "05")]
                jiefen("rehearse", *map(str, files), environment=environment)
                opened = jiefen("open", "--as", "clerk@yanlou-centre", "--file", str(slip(Path(home))), environment=environment)
                code = opened.split()[0]
                for action, who, fields in DAY:
                    jiefen("act", code, action, "--as", who, "--with", fields, environment=environment)
                if "mediating" not in jiefen("explain", code, environment=environment):
                    raise Failed("the fresh case did not come to mediation")
                jiefen("verify", code, environment=environment)
                jiefen("drift", environment=environment)
        except (Failed, subprocess.SubprocessError) as error:
            say(f"demo failed: {error}")
            return 1
    say("demo done: two casebook files in virtual time, one fresh dispute brought to mediation in real time")
    return 0


if __name__ == "__main__":
    sys.exit(main())
