"""Replay all recorded runs, as they are and sealed, and print, as JSON, those that fail or end in another state. One hash seed.

`PYTHONHASHSEED=1 python -m tests.histories.check`
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace

from temporalio.client import WorkflowHistory

from models.case import Case
from rules.shelf import SHELF
from service.histories import replayed
from service.secrecy.sealing import converter
from tests.histories.shelf import Recorded, fill, recoded, recorded, sealing


async def failures(runs: Iterable[Recorded]) -> list[list[str]]:
    """Name and reason of each run that does not replay as it was recorded."""
    codec = await sealing()
    plain = list(runs)
    closed = [replace(run, name=f"{run.name}, sealed", history=await recoded(run.history, codec.encode)) for run in plain]
    found: list[list[str]] = []
    for run in (*plain, *closed):

        async def one(run: Recorded = run) -> AsyncIterator[WorkflowHistory]:
            yield run.to_replay()

        async for result in replayed(one(), converter(codec)):
            if result.failure is not None:
                found.append([run.name, f"{type(result.failure).__name__}: {result.failure}"])
            elif result.state is None:
                found.append([run.name, "no state"])
            else:
                state, was = (Case.model_validate(one).model_dump(mode="json") for one in (result.state, run.state))
                differing = [name for name in state if state[name] != was[name]]
                if differing:
                    found.append([run.name, f"another state: {', '.join(differing)}"])
    return found


if __name__ == "__main__":
    fill(SHELF)
    print(json.dumps(asyncio.run(failures(recorded()))))  # noqa: T201 - read by the test
