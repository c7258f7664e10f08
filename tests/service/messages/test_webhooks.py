from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import update

from models.message import DeliveryState, ErrorClass, GateState
from service.messages.planner import Planner
from store.messages.log import DeliveryLog
from store.messages.planning import Outgoing
from store.messages.sending import Sending, Taking
from store.tables import events
from tests.service.messages.conftest import OLD_SECRET, SECRET, Desk, hooked, secrets, some_cases
from tests.support.receiver import Got, Receiver
from tests.support.tls import serving, trusting

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def whole(desk_cases: list[tuple[str, int]]) -> dict[str, list[int]]:
    return {case_id: list(range(1, seq + 1)) for case_id, seq in desk_cases}


async def published(desk: Desk, count: int = 4) -> dict[str, list[int]]:
    cases = await desk.publish(*some_cases(count))
    return whole([(case.id, case.seq) for case in cases])


async def test_every_event_comes_once_in_order_and_signed(desk: Desk, receiver: Receiver) -> None:
    wanted = await published(desk)
    await desk.turns(400)
    assert receiver.first() == wanted
    assert len(receiver.got) == sum(len(seqs) for seqs in wanted.values()), "nothing came twice"
    for one in receiver.got:
        assert one.headers["content-type"].startswith("application/cloudevents+json")
        assert one.headers["webhook-id"] == one.json["id"]
        assert signature(SECRET, one) == one.headers["webhook-signature"]


@sqlite
async def test_while_a_secret_is_changed_both_sign(desk: Desk, receiver: Receiver) -> None:
    desk.use(hooked(receiver, secrets=["webhook", "webhook-old"], mode="binary"))
    await published(desk, 1)
    await desk.turns(3)
    for one in receiver.got:
        assert one.headers["ce-id"] == one.headers["webhook-id"]
        assert one.headers["webhook-signature"].split() == [signature(SECRET, one), signature(OLD_SECRET, one)]


async def test_a_receiver_down_for_an_hour_then_slow_then_answering_twice(desk: Desk, receiver: Receiver) -> None:
    """No loss, order per case kept, no storm on return."""
    desk.use(hooked(receiver, pace={"per_minute": 600, "at_once": 4, "timeout_seconds": 0.15}))
    wanted = await published(desk, 4)
    await receiver.stop()
    tries = 0
    for _ in range(60):
        tries += await desk.post.pump.once()
        desk.wait(seconds=60)
    assert receiver.got == []
    assert tries < 40, "a receiver that is down is probed now and then, later and later"
    assert len(await desk.waiting()) == sum(len(seqs) for seqs in wanted.values())

    await receiver.start()
    receiver.delay = 0.02
    came: list[int] = []
    for turn in range(30):
        before = len(receiver.got)
        await desk.post.pump.once()
        came.append(len(receiver.got) - before)
        desk.wait(seconds=1 if turn else 600)
    assert came[0] <= 1, "the first is a probe"
    assert max(came) <= 10, "what has piled up comes at the road's rate"
    assert receiver.most_at_once <= 4

    receiver.delay = 0.0
    lies = iter(range(1000))
    receiver.answer = lambda _: web.Response(status=503) if next(lies) % 5 == 0 else None
    for turn in range(30):
        receiver.delay = 0.3 if turn % 10 == 7 else 0.0
        await desk.post.pump.once()
        desk.wait(seconds=2)
    receiver.answer, receiver.delay = (lambda _: None), 0.0
    await desk.turns(400, seconds=20)
    assert receiver.first() == wanted
    ids = {one.headers["webhook-id"] for one in receiver.got}
    assert len(ids) == sum(len(seqs) for seqs in wanted.values()), "what came twice came with the same id"
    assert {one.state for one in await desk.page()} == {DeliveryState.SENT}


@sqlite
async def test_a_receiver_that_asks_us_to_wait_is_left_alone_so_long(desk: Desk, receiver: Receiver) -> None:
    wanted = await published(desk, 2)
    receiver.answer = lambda _: web.Response(status=429, headers={"Retry-After": "120"})
    await desk.post.pump.once()
    asked = len(receiver.got)
    receiver.answer = lambda _: None
    for _ in range(11):
        desk.wait(seconds=10)
        await desk.post.pump.once()
    assert len(receiver.got) == asked
    (gate,) = await DeliveryLog(desk.office.store).gates()
    assert (gate.state, gate.error) == (GateState.OPEN, ErrorClass.BUSY)
    await desk.turns(400, seconds=5)
    assert receiver.first() == wanted


@sqlite
async def test_410_switches_the_receiver_off_until_a_person_switches_it_on(desk: Desk, receiver: Receiver) -> None:
    wanted = await published(desk, 1)
    receiver.answer = lambda _: web.Response(status=410)
    await desk.turns(5, seconds=60)
    assert len(receiver.got) == 1
    receiver.answer = lambda _: None
    assert await DeliveryLog(desk.office.store).switch("webhook:city", on=True)
    await desk.turns(400)
    assert receiver.first() == wanted


@sqlite
async def test_a_message_that_is_refused_is_a_dead_letter_and_others_go_on(desk: Desk, receiver: Receiver) -> None:
    (case_id, seqs), *_ = (await published(desk, 1)).items()
    receiver.answer = lambda got: web.Response(status=422) if got.json["data"]["seq"] == 2 else None
    await desk.turns(400)
    (dead,) = await desk.page(DeliveryState.DEAD)
    assert (dead.case_id, dead.seq, dead.error, dead.status) == (case_id, 2, ErrorClass.REFUSED, 422)
    assert receiver.first()[case_id] == seqs


@sqlite
async def test_a_redirect_is_not_followed(desk: Desk, receiver: Receiver) -> None:
    await published(desk, 1)
    receiver.answer = lambda _: web.Response(status=307, headers={"Location": "/elsewhere"})
    await desk.post.pump.once()
    assert {one.path for one in receiver.got} == {"/jiefen"}
    assert {one.error for one in await desk.waiting() if one.attempts} == {ErrorClass.REDIRECT}


@sqlite
async def test_a_certificate_nobody_vouches_for_is_a_tls_error(desk: Desk, tmp_path: Path) -> None:
    made = Receiver(tls=serving(tmp_path))
    await made.start()
    wanted = await _tls(desk, made, trust=True)
    assert made.got == []
    assert {one.error for one in await desk.waiting() if one.attempts} == {ErrorClass.TLS}
    desk.use(hooked(made), trust=trusting(tmp_path))
    desk.wait(minutes=20)
    await desk.turns(400)
    assert made.first() == wanted
    await made.stop()


async def _tls(desk: Desk, receiver: Receiver, *, trust: bool) -> dict[str, list[int]]:
    desk.use(hooked(receiver), trust=trust)
    wanted = await published(desk, 1)
    await desk.post.pump.once()
    return wanted


@sqlite
async def test_without_its_secret_nothing_is_sent(desk: Desk, receiver: Receiver) -> None:
    wanted = await published(desk, 1)
    (desk.office.settings.secrets / "webhook").unlink()
    await desk.post.pump.once()
    assert receiver.got == []
    assert {one.error for one in await desk.waiting() if one.attempts} == {ErrorClass.SETTINGS}
    secrets(desk.office, webhook=SECRET)
    desk.wait(minutes=20)
    await desk.turns(400)
    assert receiver.first() == wanted


@sqlite
async def test_two_workers_share_the_work_and_one_is_killed(desk: Desk, receiver: Receiver) -> None:
    """A worker that has leased and never settles loses nothing; what it had sent comes again with the same id."""
    wanted = await published(desk, 4)
    channels = hooked(receiver)
    pace = channels.webhooks["city"].pace
    await Planner(desk.office, channels).plan(desk.office.now())
    killed = Taking(worker="killed", now=desk.office.now(), lease=timedelta(seconds=40), office_open=True)
    assert await Sending(desk.office.store).take("webhook:city", pace, killed)
    first = desk.post
    desk.use(channels)
    for _ in range(400):
        await first.pump.once()
        await desk.post.pump.once()
        if not {one.state for one in await desk.page()} & {DeliveryState.WAITING, DeliveryState.LEASED}:
            break
        desk.wait(seconds=1)
    assert receiver.first() == wanted


@sqlite
async def test_an_event_of_newer_code_waits_and_what_is_queued_goes_on(desk: Desk, receiver: Receiver) -> None:
    (case_id, seqs), *_ = (await published(desk, 1)).items()
    await Planner(desk.office, hooked(receiver)).plan(desk.office.now())
    (other,) = await desk.publish(some_cases(2)[1])
    async with desk.office.store.write() as db:
        await db.execute(update(events).where(events.c.case_id == other.id, events.c.seq == 1).values(body='{"what": {"type": "newer"}}'))
    for _ in range(300):
        if not await desk.post.pump.once() and not await desk.waiting():
            break
        desk.wait(seconds=1)
    assert receiver.first() == {case_id: seqs}
    assert len(await Outgoing(desk.office.store).fresh()) == other.seq


def signature(secret: str, one: Got) -> str:
    """As Standard Webhooks says, written again and not taken from the code under test."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{one.headers['webhook-id']}.{one.headers['webhook-timestamp']}.".encode() + one.body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
