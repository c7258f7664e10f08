"""`python -m bench chaos`: works on an instance of its own while it is troubled, and prints and writes the certificate.

1 is its exit code when a claim does not hold. What each claim is stands in `bench/chaos/judge.py`, what goes wrong in
`bench/chaos/faults.py`; docs/performance.md tells what was found.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from bench.chaos import certificate as cert
from bench.chaos import reading
from bench.chaos.doing import Trouble
from bench.chaos.faults import Fault, offered, plan
from bench.chaos.judge import Claim, Record, judge, lawful
from bench.chaos.listener import Listener
from bench.chaos.parts import SENDER_WAITS, Instance, instance
from bench.chaos.told import Memory
from bench.chaos.visitors import Crowd, at_work, tokens
from service.crew import connect
from service.office import Office
from service.settings import ROOT

OPENING = 0.5
"""Share of the time in which cases come in; in the rest their clocks ring."""

CATCHING_UP = 600.0
"""Seconds after the last fault that clients may still ask again."""

RUNNING_OUT = 1200.0
"""Seconds that the clocks and the deliveries may take after that."""


def asked(words: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=20261130, help="draws the faults and what people do")
    parser.add_argument("--seconds", type=float, default=600, help="how long things go wrong")
    parser.add_argument("--cases", type=int, default=2000, help="at most; a slow machine takes in fewer")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--at-once", type=int, default=32, help="cases that people are at work on at the same time, at most")
    parser.add_argument("--minutes", type=int, default=1, help="what every limit of the procedure is cut to")
    parser.add_argument(
        "--outage",
        type=float,
        default=150,
        help="seconds that the database is away the first time it is stopped, or locked where it can't be",
    )
    parser.add_argument("--without", type=Fault, choices=list(Fault), action="append", default=[], help="a fault that is left out")
    parser.add_argument("--out", type=Path, help="file of the certificate")
    return parser.parse_args(words)


def _say(words: str) -> None:
    """Tell whoever waits how far it is."""
    sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} {words}\n")
    sys.stderr.flush()


async def _worked(on: Instance, chosen: argparse.Namespace, trouble: Trouble, possible: frozenset[Fault]) -> Memory:
    """Let people work while things go wrong; return what they remember when everything is up again."""
    memory, closed, give_up = Memory(), asyncio.Event(), asyncio.Event()
    office = await Office.open(on.settings, await connect(on.settings))
    try:
        keys = await tokens(office)
    finally:
        await office.close()
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=2 * chosen.at_once)) as client:
        crowd = Crowd(on.address, memory, chosen.seed, 3.0, closed, give_up, client, keys)
        working = asyncio.create_task(at_work(crowd, chosen.cases, OPENING * chosen.seconds, chosen.at_once))
        try:
            lanes = plan(chosen.seed, chosen.seconds, possible, chosen.outage).values()
            await asyncio.gather(*(trouble.lane(lane, chosen.seconds) for lane in lanes), asyncio.sleep(chosen.seconds))
            _say("no more faults; everything is started again, and people are answered")
            closed.set()
            await on.mend()
            await asyncio.wait({working}, timeout=CATCHING_UP)
            give_up.set()
            await working
        finally:
            working.cancel()
    return memory


async def _proved(on: Instance, memory: Memory) -> tuple[list[Claim], Record, dict[str, Any]]:
    """Let the clocks run out, read everything, and judge."""
    office = await Office.open(on.settings, await connect(on.settings))
    try:
        _say("the clocks run out, and events are delivered")
        waited = await reading.quiet(office, RUNNING_OUT)
        _say("the record is read and judged")
        record = await reading.record(office)
        states = [case for case_id in record.cases if (case := await office.records.load(case_id)) is not None]
        claims = judge(memory, record, on.listener.heard)
        claims += lawful(states, record.events, lambda case: office.library.bundle(case.docs), office.now())
        hashes = {"root": cert.root(record, office.settings.hash_algorithm), "algorithm": str(office.settings.hash_algorithm)}
    finally:
        await office.close()
    return claims, record, {"waited": waited, "hashes": hashes}


async def chaos(chosen: argparse.Namespace, folder: Path) -> tuple[dict[str, Any], list[Claim]]:
    """Run it all in a folder; return the certificate and its claims."""
    begun, since, here = time.monotonic(), datetime.now(UTC), asyncio.current_task()
    assert here is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, here.cancel)
    listener = Listener(random.Random(f"{chosen.seed}:listener"), SENDER_WAITS)  # noqa: S311 - behaves badly on purpose
    await listener.start()
    try:
        async with instance(folder, chosen.database, listener, chosen.minutes) as on:
            _say("everything is up; people begin to work, and faults come")
            absent = {Fault.FULL_DISK} if on.disk is None else set[Fault]()
            possible = offered(chosen.database, without=absent | set(chosen.without))
            trouble = Trouble(on)
            memory = await _worked(on, chosen, trouble, possible)
            claims, record, found = await _proved(on, memory)
    finally:
        await listener.stop()
    settings = {name: value for name, value in vars(chosen).items() if name != "out"}
    certificate = {
        "holds": all(claim.holds for claim in claims),
        "began": since.isoformat(timespec="seconds"),
        "took_s": round(time.monotonic() - begun),
        "settings": settings,
        "faults": cert.faults(trouble, possible) | {"not_possible_here": sorted(absent)},
        "counts": cert.counts(memory, record, listener),
        **found,
        "versions": cert.versions(chosen.database),
        "claims": [claim.told() for claim in claims],
    }
    return certificate, claims


def main(words: Sequence[str]) -> int:
    """Run, print, write the certificate; 0 when every claim holds, 1 when one does not."""
    chosen = asked(words)
    sys.stdout.write(f"seed {chosen.seed}\n")
    with tempfile.TemporaryDirectory(prefix="jiefen-chaos-", ignore_cleanup_errors=True) as folder:
        found, claims = asyncio.run(chaos(chosen, Path(folder)))
    out = chosen.out or ROOT / "bench" / "results" / f"chaos-{chosen.database}.json"
    out.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    cert.show(found, claims)
    return 0 if found["holds"] else 1
