"""People of `bench/chaos` ask again by the same id until there is an answer, and remember it; its receiver notes what it took, in order."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from aiohttp import ClientSession, web

from bench.chaos.listener import BUSY, LATE, Listener
from bench.chaos.told import Memory, Told
from bench.chaos.visitors import POSTS, Crowd, at_work

RECEIPT = {"action_id": "open:one", "case_id": "one", "code": "T-2026-00001", "seq": 1, "events": ["registered"]}


class Face:
    """A web face that is away at first, and refuses everything but intakes."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.keys.append(request.headers["Idempotency-Key"])
        if self.keys.count(self.keys[-1]) == 1:
            return web.json_response({"code": "unavailable"}, status=503)
        if request.path.endswith("/cases"):
            return web.json_response({"receipt": RECEIPT}, status=201)
        return web.json_response({"code": "not_holder"}, status=403)


@asynccontextmanager
async def served(face: Face) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/{path:.*}", face.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def crowd(address: str, client: httpx.AsyncClient) -> Crowd:
    return Crowd(address, Memory(), 1, 0.0, asyncio.Event(), asyncio.Event(), client, dict.fromkeys(POSTS, "key"))


async def test_people_ask_by_the_same_id_until_there_is_an_answer_and_remember_it() -> None:
    face = Face()
    async with served(face) as address, httpx.AsyncClient() as client:
        people = crowd(address, client)
        await people.life(0)
    accepted, *refused = people.memory.told
    assert accepted == Told("one", "open:one", "open", seq=1, events=("registered",))
    assert [(one.action_id, one.refused) for one in refused] == [(f"c0-{turn}", "not_holder") for turn in range(len(refused))]
    assert refused
    assert set(face.keys) == {"chaos-0", *(one.action_id for one in refused)}
    assert people.memory.asked == len(face.keys)
    assert people.memory.troubles == {"503 unavailable": 1 + len(refused)}
    assert people.memory.intakes == {"chaos-0": "one"}


async def test_when_the_time_is_over_what_has_no_answer_is_named_and_nothing_new_begins() -> None:
    async with httpx.AsyncClient() as client:
        people = crowd("http://127.0.0.1:1", client)
        people.give_up.set()
        await people.life(0)
        assert people.memory.unanswered == ["chaos-0"]
        people.closed.set()
        await at_work(people, 5, 0.0, 2)
    assert people.memory.unanswered == ["chaos-0"]
    assert people.memory.asked == 0


class Chances(random.Random):
    """Draws what is given."""

    def __init__(self, *given: float) -> None:
        super().__init__()
        self.given = list(given)

    def random(self) -> float:
        return self.given.pop(0)


async def test_a_receiver_hears_what_it_answers_late_and_not_what_it_refuses() -> None:
    listener = Listener(Chances(0.0, BUSY + LATE / 2, 0.9), patience=0.01)
    await listener.start()
    try:
        async with ClientSession() as session:
            for seq in (1, 1, 2):
                body = json.dumps({"partitionkey": "one", "sequence": f"{seq:010d}"})
                async with session.post(f"http://127.0.0.1:{listener.port}/", data=body) as answer:
                    assert answer.status in {204, 500}
    finally:
        await listener.stop()
    assert listener.heard == [("one", 1), ("one", 2)]
    assert dict(listener.did) == {"refused": 1, "late": 1}
