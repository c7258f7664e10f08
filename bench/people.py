"""Fifty people at work at once: pages and actions of the console, over the whole stack as `make up` starts it.

`python -m bench.people [--people 50] [--seconds 120] [--think 4]` starts an instance of its own on loopback, signs fifty people
in, lets each read pages and do what their desk owes, with pauses as people make them and one live stream each, and ends by
itself. It prints the times of pages and actions and writes `bench/results/people.json`. The promise: 95 of 100 pages under
300 ms, 95 of 100 actions under 500 ms, no error.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bench.keeping import keep
from tests.faces.stack import Running, running
from tests.web.console.visitors import Form, Forms

SEED = 20261125
DESKS = ("clerk", "screener", "dispatcher", "gumeng", "mediator", "director", "gumeng", "mediator", "screener", "dispatcher")
"""Who the people are, in turns; several sit at the same desk."""

FILLED: dict[str, dict[str, str]] = {
    "screen": {"accept": "yes", "category": "0201"},
    "route": {"level": "village"},
    "sign": {},
    "contact": {"note": "已电话联系双方，约定次日面谈"},
    "assign": {},
    "consent": {"agrees": "yes"},
    "record": {"outcome": "continue", "text": "双方各让一步，约定再谈"},
    "note": {"text": "已转告村委"},
}
"""What people write into a form."""

READS = ("/inbox", "/cases", "/cases?stage=mediating", "/inbox?list=handled")


@dataclass
class Seen:
    """What was measured."""

    pages: list[float] = field(default_factory=list)
    actions: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    heard: int = 0


class Person:
    """One of them, with a browser of their own."""

    def __init__(self, address: str, login: str, password: str, seen: Seen, rng: random.Random, think: float) -> None:
        self._client = httpx.AsyncClient(base_url=address, timeout=30)
        self._login, self._password, self._seen, self._rng, self._think = login, password, seen, rng, think

    async def work(self, until: float) -> None:
        """Listen to the page's stream, and work until it is time to go home."""
        stream = asyncio.create_task(self._listen())
        try:
            await self._pause()
            while time.monotonic() < until:
                await (self._take_in() if self._login == "clerk" else self._do_what_is_owed())
                await self._pause()
                await self._read(self._rng.choice(READS))
                await self._pause()
        finally:
            stream.cancel()
            await asyncio.gather(stream, return_exceptions=True)
            await self._client.aclose()

    async def sign_in(self) -> None:
        """Sign in by password."""
        page = await self._client.get("/login")
        form = next(form for form in Forms(page.text).found if form.action == "/login")
        answer = await self._client.post("/login", data=_sent(form, name=self._login, password=self._password))
        if answer.status_code != 303:
            self._seen.errors[f"sign-in {answer.status_code}"] += 1

    async def _listen(self) -> None:
        async with self._client.stream("GET", "/live", timeout=None) as answer:
            async for line in answer.aiter_lines():
                self._seen.heard += line.startswith("event: ")

    async def _read(self, path: str) -> str:
        begun = time.perf_counter()
        answer = await self._client.get(path)
        self._seen.pages.append(time.perf_counter() - begun)
        if answer.status_code != 200:
            self._seen.errors[f"page {answer.status_code}"] += 1
        return answer.text

    async def _take_in(self) -> None:
        body = {
            "channel": "window", "place": "520111105202", "summary": "院坝抬高，雨水流入邻家堂屋", "happened_on": "2026-11-02", "people": 2,
            "intake_id": f"{self._rng.getrandbits(64):x}",
            "parties": [{"id": "a", "side": "applicant", "name": "甲"}, {"id": "b", "side": "respondent", "name": "乙"}],
        }  # fmt: skip
        begun = time.perf_counter()
        answer = await self._client.post("/api/v1/cases", json=body)
        self._seen.actions.append(time.perf_counter() - begun)
        if answer.status_code != 201:
            self._seen.errors[f"intake {answer.status_code}"] += 1

    async def _do_what_is_owed(self) -> None:
        box = await self._read("/inbox")
        codes = sorted({part.partition('"')[0].partition("#")[0] for part in box.split('href="/cases/')[1:]} - {"new"})
        codes = [code for code in codes if "?" not in code and "/" not in code]
        if not codes:
            return
        await self._pause()
        code = self._rng.choice(codes)
        page = await self._read(f"/cases/{code}")
        forms = {form.action.rpartition("/")[2]: form for form in Forms(page).found if form.action.startswith(f"/cases/{code}/do/")}
        do = next((do for do in FILLED if do in forms), None)
        if do is None:
            return
        await self._pause()
        begun = time.perf_counter()
        answer = await self._client.post(f"/cases/{code}/do/{do}", data=_sent(forms[do], **FILLED[do]))
        self._seen.actions.append(time.perf_counter() - begun)
        if answer.status_code == 303:
            await self._read(answer.headers["location"])
        elif answer.status_code < 500:  # somebody at the same desk was faster
            self._seen.refused[f"{do} {answer.status_code}"] += 1
        else:
            self._seen.errors[f"{do} {answer.status_code}"] += 1

    async def _pause(self) -> None:
        await asyncio.sleep(self._rng.uniform(0.5, 1.5) * self._think)


def _sent(form: Form, **fields: str) -> dict[str, Any]:
    return {**form.fields, **fields}


async def _run(address: str, password: str, people: int, seconds: float, think: float) -> Seen:
    seen, rng = Seen(), random.Random(SEED)  # noqa: S311 - made-up people
    logins = [DESKS[n % len(DESKS)] for n in range(people)]
    crew = [Person(address, login, password, seen, random.Random(rng.random()), think) for login in logins]  # noqa: S311
    for person in crew:  # one after the other: several at one desk share its demo account, and many attempts at once look like guessing
        await person.sign_in()
    until = time.monotonic() + seconds
    for result in await asyncio.gather(*(person.work(until) for person in crew), return_exceptions=True):
        if isinstance(result, BaseException):
            seen.errors[type(result).__name__] += 1
    return seen


def _told(times: list[float]) -> dict[str, float]:
    ms = sorted(1000 * one for one in times)
    return {"count": len(ms), "p50": round(statistics.median(ms), 1), "p95": round(ms[int(len(ms) * 0.95)], 1), "max": round(ms[-1], 1)}


PROCESSES = {"web": "web", "worker": "worker.py", "server": "start-dev"}


def _cpu(instance: Running) -> dict[str, float]:
    """Return the CPU seconds each process has used."""
    found = {}
    for name, part in PROCESSES.items():
        times = instance.child(part).cpu_times()
        found[name] = times.user + times.system
    return found


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--think", type=float, default=4.0, help="mean pause between two clicks, in seconds")
    asked, _ = parser.parse_known_args([arg for arg in sys.argv[1:] if arg != "people"])
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "home", web=True) as instance:
        before = _cpu(instance)
        password = (instance.home / "demo-accounts.txt").read_text("utf-8").splitlines()[1].split("\t")[1]
        address = f"http://127.0.0.1:{instance.environment['JIEFEN_PORT']}"
        seen = asyncio.run(_run(address, password, asked.people, asked.seconds, asked.think))
        asks = len(seen.pages) + len(seen.actions)
        cpu = {name: round(1000 * (spent - before[name]) / asks, 1) for name, spent in _cpu(instance).items()}
    found = {
        "people": asked.people, "seconds": asked.seconds, "think_s": asked.think, "seed": SEED, "cores": os.cpu_count(),
        "cpu_ms_per_request": cpu, "page_ms": _told(seen.pages), "action_ms": _told(seen.actions), "events_heard": seen.heard,
        "refused": dict(seen.refused), "errors": dict(seen.errors),
    }  # fmt: skip
    keep("people", found)
    sys.stdout.write(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
