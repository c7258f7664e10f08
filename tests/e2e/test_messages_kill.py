"""kill -9 of a worker that sends, beside another over the same queue: nothing lost, each case in order, twice only with the same id."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import yaml

from service.crew import connect
from service.office import Office
from service.settings import Settings
from store.places import LoadedPlace
from tests.service.messages.conftest import SECRET, hooked, secrets
from tests.support.filled import played, publish
from tests.support.processes import Program, free_port, server, worker
from tests.support.receiver import Receiver


async def test_a_worker_killed_while_it_sends_loses_nothing(tmp_path: Path, huaxi: LoadedPlace) -> None:
    receiver = Receiver(delay=0.05)
    await receiver.start()
    settings = Settings(home=tmp_path / "home", temporal_port=free_port())
    office = await Office.open(settings, await connect(settings, lazy=True), huaxi)
    secrets(office, webhook=SECRET)
    channels = tmp_path / "channels.yaml"
    pace = {"per_minute": 6000, "at_once": 8, "timeout_seconds": 1}
    channels.write_text(yaml.safe_dump(hooked(receiver, pace=pace).model_dump(mode="json")), encoding="utf-8")
    temporal = server(settings.home, settings.temporal_port)
    workers = [worker(settings) for _ in range(2)]
    for number, one in enumerate(workers):
        one.environment |= {"JIEFEN_MESSAGES": "only", "JIEFEN_CHANNELS_FILE": str(channels)}
        one.log = one.log.with_name(f"worker{number}.log")
    try:
        await temporal.start()
        await asyncio.gather(*(one.start() for one in workers))
        cases = [await publish(office, played(number, datetime.now(UTC), days=20, seed=11)) for number in range(6)]
        wanted = {case.id: list(range(1, case.seq + 1)) for case in cases}
        await _killed_while_sending(workers[0], receiver)
        await receiver.until(lambda: receiver.first() == wanted)
        ids = {f"{case}.{seq}" for case, seqs in wanted.items() for seq in seqs}
        assert {one.headers["webhook-id"] for one in receiver.got} == ids
    finally:
        for one in (*workers, temporal):
            await one.stop()
        await office.close()
        await receiver.stop()


async def _killed_while_sending(victim: Program, receiver: Receiver) -> None:
    await receiver.until(lambda: len(receiver.got) >= 10)
    await victim.kill()
    await victim.start()
