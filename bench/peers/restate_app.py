"""The flow on Restate: the service that its server calls, served by hypercorn; `restate_engine.py` starts both."""

from __future__ import annotations

import asyncio
import sys

import hypercorn.asyncio
import restate
from hypercorn.config import Config
from restate import Workflow, WorkflowContext, WorkflowSharedContext

from bench.peers import flow

reference = Workflow("Reference")


@reference.main()
async def run(ctx: WorkflowContext, case: str) -> bool:
    """One case."""
    await ctx.run_typed("register", lambda: flow.register(case))
    await ctx.run_typed("grade", lambda: flow.grade(case))
    person = await ctx.run_typed("assign", lambda: flow.assign(case))
    await ctx.promise("open").resolve(person)
    for number in range(1, flow.MESSAGES + 1):
        name, said = await restate.select(said=ctx.promise(f"said {number}").value(), over=ctx.sleep(flow.WAIT))
        if name == "over":
            return False
        if number == 1:
            await ctx.run_typed("record", lambda said=said: flow.record(case, said))
        else:
            await ctx.run_typed("audit", lambda: flow.audit(case))
        await ctx.promise(f"done {number}").resolve(True)
    return True


@reference.handler()
async def taken_in(ctx: WorkflowSharedContext) -> str:
    """Wait until the case has been given to somebody."""
    return str(await ctx.promise("open").value())


@reference.handler()
async def act(ctx: WorkflowSharedContext, number: int) -> int:
    """Say something, and wait until it is kept."""
    await ctx.promise(f"said {number}").resolve(f"message {number}")
    await ctx.promise(f"done {number}").value()
    return number


MANY = 2**31 - 1


def main(address: str) -> None:
    """Serve it at an address."""
    config = Config()
    config.bind = [address]
    # Whatever waits keeps its stream: fifty cases and fifty people who speak up at once are all of the hundred that hypercorn gives.
    config.h2_max_concurrent_streams = MANY
    asyncio.run(hypercorn.asyncio.serve(restate.app([reference]), config))


if __name__ == "__main__":
    main(sys.argv[1])
