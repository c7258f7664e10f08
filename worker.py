"""The worker: runs the workflows and activities of its task queues, and sends messages, until it is told to stop.

`python worker.py [--check]`: with `--check` it takes work only when all open histories replay against this code, which is what an
upgrade starts with.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack, suppress

import structlog
from temporalio import workflow
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import RPCError, RPCStatusCode

from faces.health import Health
from faces.process import CannotStart, configure_logs, read_settings, run, stop_event
from service import upkeep
from service.affairs.desk import Affairs
from service.affairs.keeping import ring
from service.affairs.rounds.schedule import keep_rounds, prefix
from service.bulletin.schedule import keep_bulletins
from service.bulletin.schedule import schedule_id as bulletin_schedule_id
from service.cases import Cases
from service.crew import build_crew, connect
from service.kpi.keeping import tell
from service.messages.building import Post
from service.messages.channels import channels_of
from service.office import Office
from service.proof.schedule import keep_schedule, schedule_id
from service.secrecy.logs import CORE
from service.secrecy.transport import CLOSED, closed
from service.settings import Settings
from service.watch import tracing
from service.watch.acting import count_with
from service.watch.figures import FIGURES
from store.files import BadFile
from store.keyring.keys import KeyProblem
from store.schema import NewerSchema
from workflows.dispute import SEARCH_ATTRIBUTES

REFRESH = 2.0
"""Seconds between two looks for documents that another process has published."""

FACTS = 5.0
FACTS_AT_ONCE = 200
"""Seconds between two looks for cases whose facts are behind, and how many of them are told each time."""

RINGS = 5.0
"""Seconds between two looks for clocks of affairs that ring from the record."""

CANNOT_START = 2
"""Exit code of a worker that can't start."""

TRIES = 120
CUT_TRIES = 8
BETWEEN_TRIES = 0.25
"""How often a server that does not answer yet is asked, or one that closes each connection, and how many seconds between."""

SETTLED = frozenset({RPCStatusCode.ALREADY_EXISTS, RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED})
"""Answers after which there is nothing for us to register."""

log = structlog.get_logger("worker")


def build_runtime(settings: Settings) -> Runtime:
    """Return the SDK's runtime, with its metrics on this machine's own address unless another is set."""
    if not settings.metrics_port:
        return Runtime(telemetry=TelemetryConfig(logging=CORE))
    prometheus = PrometheusConfig(
        bind_address=f"{settings.probe_host}:{settings.metrics_port}",
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
    )
    return Runtime(telemetry=TelemetryConfig(logging=CORE, metrics=prometheus))


async def register_search_attributes(client: Client) -> None:
    """Make sure the namespace knows our search attributes; where we may not, the operator has done so."""
    wanted = {key.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD for key in SEARCH_ATTRIBUTES}
    request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=wanted)
    try:
        await client.operator_service.add_search_attributes(request)
    except RPCError as error:
        if error.status not in SETTLED:
            raise


async def refresh(office: Office) -> None:
    """Fetch documents that other processes have published, for ever; a database that is away is asked again."""
    while True:
        await asyncio.sleep(REFRESH)
        with suppress(OSError, RuntimeError):
            await office.refresh()


async def keep_facts(office: Office) -> None:
    """Tell the facts that indicators count of cases that have moved, for ever; a database that is away is asked again."""
    while True:
        await asyncio.sleep(FACTS)
        with suppress(OSError, RuntimeError):
            async for _ in tell(office, FACTS_AT_ONCE):
                pass


async def keep_affairs(office: Office) -> None:
    """Ring the clocks of affairs that have no run, for ever; a database that is away is asked again."""
    affairs = Affairs(office)
    while True:
        await asyncio.sleep(RINGS)
        with suppress(OSError, RuntimeError):
            await ring(office, affairs)


async def reach(settings: Settings) -> Client:
    """Connect to Temporal, patiently: it may be starting beside us. Raises CannotStart."""
    try:
        runtime = build_runtime(settings)
    except (RuntimeError, ValueError) as error:
        raise CannotStart(f"no metrics on port {settings.metrics_port} (JIEFEN_METRICS_PORT): {error}") from error
    why, cut = "", 0
    for _ in range(TRIES):
        try:
            client = await connect(settings, runtime)
            await register_search_attributes(client)
        except CannotStart:
            raise
        except (RuntimeError, RPCError) as error:
            why, cut = str(error), cut + closed(error)
            if cut == CUT_TRIES:
                raise CannotStart(f"Temporal: {CLOSED}") from None
            await asyncio.sleep(BETWEEN_TRIES)
        else:
            return client
    raise CannotStart(f"Temporal can't be reached: {why}")


async def open_office(settings: Settings) -> Office:
    """Connect, and open the store. Raises CannotStart."""
    client = await reach(settings)
    try:
        return await Office.open(settings, client)
    except NewerSchema as error:
        raise CannotStart(f"the database was made by a newer version of this program (schema {error}): upgrade the program") from error
    except (KeyProblem, BadFile) as error:
        raise CannotStart(str(error)) from error
    except Exception as error:
        raise CannotStart(f"the store can't be opened: {next(iter(str(error).splitlines()), type(error).__name__)}") from error


async def check(office: Office) -> None:
    """Replay all open histories against this code. Raises CannotStart when one does not pass: it would ring the wrong dates."""
    report = await upkeep.replay(office, Cases(office))
    for failure in report.failures:
        log.error("does_not_replay", case_id=failure.case_id, why=failure.why)
    if report.failures:
        raise CannotStart(
            f"{len(report.failures)} of {report.replayed} open histories do not replay: run `replay --restart`, then start again"
        )
    log.info("replayed", histories=report.replayed)


def open_post(office: Office) -> Post:
    """Put together what sends messages. Raises CannotStart."""
    try:
        return Post(office, channels_of(office))
    except BadFile as error:
        raise CannotStart(str(error)) from error


async def main(*, checked: bool = False) -> int:
    """Work until SIGTERM or Ctrl-C, then let what is running finish."""
    try:
        settings = read_settings()
        configure_logs(settings.log_format)
        tracing.begin("jiefen-worker")
        return await work(settings, checked=checked)
    except CannotStart as error:
        log.error("cannot_start", why=str(error))  # noqa: TRY400 - the sentence says it all
        return CANNOT_START


async def schedules(office: Office) -> None:
    """Make sure that the server starts what is to begin by itself; where it does not let us, say so."""
    if not await keep_schedule(office):
        log.warning("no_anchor_schedule", id=schedule_id(office.settings))
    if not await keep_bulletins(office):
        log.warning("no_bulletin_schedule", id=bulletin_schedule_id(office.settings))
    if not await keep_rounds(office):
        log.warning("no_round_schedules", prefix=prefix(office.settings))


async def work(settings: Settings, *, checked: bool = False) -> int:
    """Run the worker and its pages until it is told to stop. Raises CannotStart."""
    workflow.logger.workflow_info_on_message = False
    stop = stop_event()
    office = await open_office(settings)
    count_with(FIGURES)
    if office.erased_again:
        log.warning("erased_again", keys=len(office.erased_again))
    if checked:
        await check(office)
    crew = build_crew(office) if settings.messages != "only" else []
    post = open_post(office) if settings.messages != "off" else None
    health = Health(office, lambda: all(worker.is_running for worker in crew))
    try:
        page = await health.serve(settings.probe_host, settings.health_port)
    except OSError as error:
        raise CannotStart(f"port {settings.health_port} is in use (JIEFEN_HEALTH_PORT)") from error
    await schedules(office)
    beside = [
        asyncio.create_task(refresh(office)),
        asyncio.create_task(keep_facts(office)),
        asyncio.create_task(keep_affairs(office)),
        *([asyncio.create_task(post.pump.run())] if post is not None else []),
    ]
    async with AsyncExitStack() as running:
        for worker in crew:
            await running.enter_async_context(worker)
        log.info("ready", task_queues=[worker.task_queue for worker in crew], place=settings.place, messages=settings.messages)
        await stop.wait()
        health.draining = True
        log.info("draining")
    for task in beside:
        task.cancel()
    await asyncio.gather(*beside, return_exceptions=True)
    if post is not None:
        await post.close()
    if page is not None:
        await page.cleanup()
    await office.close()
    tracing.end()
    log.info("stopped")
    return 0


if __name__ == "__main__":
    run(main(checked="--check" in sys.argv[1:]))
