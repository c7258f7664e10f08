"""The people at work: each takes a case in and some steps along its way over HTTP, and asks by the same id until there is an answer."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from bench.chaos.told import Memory, Told
from models.account import TokenScope
from service.entry.accounts import Accounts
from service.office import Office

CENTRE, VILLAGE = "yanlou-centre", "yanlou-gumeng"
CLERK = f"clerk@{CENTRE}"
PLACES = ("520111105202", "520111105201", "520111105203", "520111105204")

Step = tuple[str, str, dict[str, Any]]
"""A post, an action, its fields."""

WAY: tuple[Step, ...] = (
    (f"screener@{CENTRE}", "screen", {"category": "0201", "accept": True}),
    (f"dispatcher@{CENTRE}", "route", {"lead": VILLAGE, "level": "village"}),
    (f"officer@{VILLAGE}", "sign", {}),
    (f"officer@{VILLAGE}", "contact", {"note": "已电话联系双方"}),
    (f"officer@{VILLAGE}", "assign", {}),
    (f"mediator@{VILLAGE}", "consent", {"party": "a", "agrees": True}),
    (f"mediator@{VILLAGE}", "consent", {"party": "b", "agrees": True}),
    (f"mediator@{VILLAGE}", "record", {"outcome": "continue", "text": "双方各让一步"}),
)
"""From `registered` into mediation. Limits of minutes ring in between: some of it will be refused, and is remembered as that."""

REOPENED: Step = (CLERK, "reopen", {"reason": "补充了新的材料"})

DECLINED: tuple[Step, ...] = (
    (f"screener@{CENTRE}", "screen", {"accept": False, "reason": "不属于受理范围", "redirect": "请向仲裁机构申请"}),
)
WITHDRAWN: tuple[Step, ...] = (*WAY[:3], (f"officer@{VILLAGE}", "withdraw", {"party": "a", "reason": "双方自行和解"}))
CHANNELLED: tuple[Step, ...] = (
    *WAY[:6],
    (f"mediator@{VILLAGE}", "consent", {"party": "b", "agrees": False}),
    (f"officer@{VILLAGE}", "channel", {"route": "litigation", "notice": "已书面告知起诉、仲裁途径"}),
)
"""Three ways that end; some of these cases are opened again, from the record."""

WAYS: tuple[tuple[tuple[Step, ...], int], ...] = ((WAY, 3), (DECLINED, 8), (WITHDRAWN, 5), (CHANNELLED, 2))
"""With how often each is taken: most cases end soon, the others climb the whole ladder."""

POSTS = tuple(sorted({CLERK, *(post for way, _ in WAYS for post, _, _ in way)}))
"""Everybody who is at work."""

NOTE: Step = (CLERK, "note", {"text": "电话补充"})

AGAIN_OPEN = 0.1
"""Share of the cases that end which are opened again."""

TWICE = 0.05
"""Share of the actions that are sent twice at once, as by an impatient finger."""

PATIENCE = 15.0
"""Seconds one try waits for its answer."""

FINAL = frozenset({200, 201})
AGAIN = frozenset({408, 429, 500, 502, 503, 504})


async def tokens(office: Office) -> dict[str, str]:
    """Make an account for everybody at work, as an administrator would, and issue a token for each; by post."""
    accounts, found = Accounts(office), dict[str, str]()
    for number, post in enumerate(POSTS):
        made = await accounts.create(f"chaos-{number}", f"第{number}人", [post])
        issued = await accounts.issue_token(made.account.id, "chaos", post=post, scopes=(TokenScope.READ, TokenScope.ACT))
        found[post] = issued.text
    return found


def steps(rng: random.Random) -> list[Step]:
    """Draw what is done with one case after its intake: a way that breaks off somewhere or one that ends, with notes in between."""
    way = list(rng.choices(*zip(*WAYS, strict=True))[0])
    if way[-1] == WAY[-1]:
        way = way[: rng.randint(0, len(way))]
    elif rng.random() < AGAIN_OPEN:
        way.append(REOPENED)
    for _ in range(rng.randint(0, 2)):
        way.insert(rng.randint(0, len(way)), NOTE)
    return way


def intake(number: int, rng: random.Random) -> dict[str, Any]:
    """Return the fields of one intake, all made up."""
    parties = [{"id": "a", "side": "applicant", "name": f"甲{number}"}, {"id": "b", "side": "respondent", "name": f"乙{number}"}]
    return {
        "channel": "window", "place": rng.choice(PLACES), "summary": "院坝抬高，雨水流入邻家堂屋", "happened_on": "2026-11-02", "people": 2,
        "intake_id": f"chaos-{number}", "parties": parties,
    }  # fmt: skip


@dataclass
class Crowd:
    """Everybody at work on one instance."""

    address: str
    memory: Memory
    seed: int
    pause: float
    """Most seconds between two steps with one case."""
    closed: asyncio.Event
    """Set when no more cases are taken in; what has begun goes on."""
    give_up: asyncio.Event
    """Set when the time for asking again is over."""
    client: httpx.AsyncClient
    tokens: Mapping[str, str]
    """The personal token of each post."""

    async def life(self, number: int) -> None:
        """Take a case in and some steps along its way."""
        rng = random.Random(f"{self.seed}:case:{number}")  # noqa: S311 - made-up people
        found = await self.ask(CLERK, "/api/v1/cases", intake(number, rng), f"chaos-{number}", rng)
        if found is None:
            return
        case_id, code = self._taken(number, found)
        for turn, (post, do, fields) in enumerate(steps(rng)):
            await asyncio.sleep(rng.uniform(0, self.pause))
            if code:
                await self.act(case_id, code, f"c{number}-{turn}", (post, do, fields), rng)

    def _taken(self, number: int, answer: httpx.Response) -> tuple[str, str]:
        body = answer.json()
        if answer.status_code not in FINAL:
            self.memory.told.append(Told("", f"chaos-{number}", "open", refused=_code(answer)))
            return "", ""
        receipt = body["receipt"]
        self.memory.intakes[f"chaos-{number}"] = receipt["case_id"]
        self.memory.told.append(_accepted(receipt, "open"))
        return receipt["case_id"], receipt["code"]

    async def act(self, case_id: str, code: str, action_id: str, step: Step, rng: random.Random) -> None:
        """Do one action, now and then twice at once, and remember the answer."""
        post, do, fields = step
        path = f"/api/v1/cases/{code}/actions/{do}"
        times = 2 if rng.random() < TWICE else 1
        found = await asyncio.gather(*(self.ask(post, path, fields, action_id, rng) for _ in range(times)))
        told = {_told(case_id, action_id, do, answer) for answer in found if answer is not None}
        if len(told) > 1:
            self.memory.contradicted.append(action_id)
        self.memory.told.extend(sorted(told, key=lambda one: one.refused)[:1])

    async def ask(self, post: str, path: str, body: Mapping[str, Any], key: str, rng: random.Random) -> httpx.Response | None:
        """Ask until there is an answer, always by the same id; None when the time is over."""
        headers = {"Authorization": f"Bearer {self.tokens[post]}", "Idempotency-Key": key}
        while not self.give_up.is_set():
            self.memory.asked += 1
            try:
                answer = await self.client.post(f"{self.address}{path}", json=body, headers=headers, timeout=PATIENCE)
            except httpx.HTTPError as error:
                self.memory.trouble(type(error).__name__)
            else:
                if answer.status_code not in AGAIN:
                    return answer
                self.memory.trouble(f"{answer.status_code} {_code(answer)}")
            await asyncio.sleep(rng.uniform(0.2, 1.0))
        self.memory.unanswered.append(key)
        return None


def _accepted(receipt: Mapping[str, Any], do: str) -> Told:
    return Told(receipt["case_id"], receipt["action_id"], do, seq=receipt["seq"], events=tuple(receipt["events"]))


def _told(case_id: str, action_id: str, do: str, answer: httpx.Response) -> Told:
    if answer.status_code in FINAL:
        return _accepted(answer.json(), do)
    return Told(case_id, action_id, do, refused=_code(answer))


def _code(answer: httpx.Response) -> str:
    """Return the stable code of an answer that is none, or its status."""
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        return str(answer.status_code)


async def at_work(crowd: Crowd, cases: int, seconds: float, at_once: int) -> None:
    """Let so many cases come in, spread over these seconds, not more at once than that; fewer where the instance is too slow."""
    gate, begun = asyncio.Semaphore(at_once), asyncio.get_running_loop().time()

    async def one(number: int) -> None:
        await asyncio.sleep(max(0.0, begun + seconds * number / cases - asyncio.get_running_loop().time()))
        async with gate:
            if not crowd.closed.is_set():
                await crowd.life(number)

    async with asyncio.TaskGroup() as everybody:
        for number in range(cases):
            everybody.create_task(one(number))
