"""A worker of the bench in a process of its own: `python -m bench.work ours|plain|bare… ADDRESS`. Ends on SIGTERM.

`plain` is ours without sealed payloads, for `bench/sealing.py`.
"""

from __future__ import annotations

import sys

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import GrpcCompression
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from bench.bare import BareWorkflow, nothing
from faces.process import run, stop_event
from service.crew import build_worker
from service.office import Office
from service.settings import Settings

RUNNERS = {"bare": SandboxedWorkflowRunner, "bare, no sandbox": UnsandboxedWorkflowRunner}
"""The bare workflow out of the box, and run as ours is; the names are the task queues too."""


async def main(kind: str, address: str) -> int:
    """Work until told to stop."""
    stop = stop_event()
    client = await Client.connect(address, data_converter=pydantic_data_converter, grpc_compression=GrpcCompression.NONE)
    if kind in RUNNERS:
        async with Worker(client, task_queue=kind, workflows=[BareWorkflow], activities=[nothing], workflow_runner=RUNNERS[kind]()):
            await stop.wait()
        return 0
    office = await Office.open(Settings(), client)
    if kind == "plain":
        office.client = client
    async with build_worker(office):
        await stop.wait()
    await office.close()
    return 0


if __name__ == "__main__":
    run(main(sys.argv[1], sys.argv[2]))
