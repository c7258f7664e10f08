"""What Prometheus finds on the three pages of a running instance."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import promql_parser
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from faces.health import Health
from service.crew import build_worker, connect
from service.office import Office
from service.settings import Settings
from store.places import LoadedPlace
from tests.support.processes import free_port
from tests.web.running import Api, asked
from worker import build_runtime

SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ", re.MULTILINE)
TYPE = re.compile(r"^# TYPE (\S+) (\S+)", re.MULTILINE)


@dataclass
class Scrape:
    """The texts of the pages by name of the job."""

    pages: dict[str, str]

    @property
    def names(self) -> set[str]:
        """Every name that may be asked for; those whose first sample is still to come are told by their type."""
        found = {"up"}
        for page in self.pages.values():
            found |= {match[1] for match in SAMPLE.finditer(page)}
            for name, kind in TYPE.findall(page):
                found |= {name + part for part in ("_bucket", "_sum", "_count")} if kind == "histogram" else {name}
        return found

    def labels(self, metric: str) -> set[str]:
        """The names of the labels that a metric has in its samples."""
        found: set[str] = set()
        for page in self.pages.values():
            for name, labels in SAMPLE.findall(page):
                if name == metric:
                    found |= set(re.findall(r'(\w+)="', labels))
        return found

    def value(self, job: str, sample: str) -> float:
        """The value of one sample, written as it stands on the page."""
        return float(next(line for line in self.pages[job].splitlines() if line.startswith(f"{sample} ")).rsplit(" ", 1)[1])


def asked_of(expression: str) -> dict[str, set[str]]:
    """The names that an expression asks for, each with the labels it picks them by. Raises ValueError for one that is wrong."""
    found: dict[str, set[str]] = {}

    def note(node: promql_parser.Expr) -> bool:
        if isinstance(node, promql_parser.VectorSelector):
            found.setdefault(str(node.name), set()).update(matcher.name for matcher in node.matchers.matchers)
        if isinstance(node, promql_parser.MatrixSelector):
            note(node.vector_selector)
        return True

    promql_parser.walk(promql_parser.parse(expression), note)
    return found


@asynccontextmanager
async def watched(env: WorkflowEnvironment, place: LoadedPlace, home: Path) -> AsyncIterator[tuple[Office, Api, Settings]]:
    """An instance with a worker that serves its figures as `worker.py` does, and a web face."""
    port = int(env.client.service_client.config.target_host.rsplit(":", 1)[1])
    chosen = Settings(home=home, temporal_port=port, health_port=free_port(), metrics_port=free_port(), demo_accounts=True)
    client = await connect(chosen.model_copy(update={"task_queue": home.name}), build_runtime(chosen))
    office = await Office.open(chosen.model_copy(update={"task_queue": home.name}), client, place)
    worker = build_worker(office)
    try:
        async with worker, asked(office) as api:
            page = await Health(office, lambda: worker.is_running).serve(chosen.probe_host, chosen.health_port)
            assert page is not None
            yield office, api, chosen
            await page.cleanup()
    finally:
        await office.close()


async def scrape(api: Api, chosen: Settings) -> Scrape:
    """Ask all three pages."""
    async with httpx.AsyncClient(trust_env=False) as client:
        own = await client.get(f"http://127.0.0.1:{chosen.health_port}/metrics")
        sdk = await client.get(f"http://127.0.0.1:{chosen.metrics_port}/metrics")
    web = await api.client.get("/metrics")
    assert (own.status_code, sdk.status_code, web.status_code) == (200, 200, 200)
    return Scrape({"jiefen-worker": own.text, "jiefen-sdk": sdk.text, "jiefen-web": web.text})


async def go_wrong(office: Office) -> None:
    """Let happen what the SDK counts only when it happens: a workflow that no worker knows, a question about a run there is not."""
    strange = await office.client.start_workflow(
        "Nobody", id=f"strange-{office.settings.task_queue}", task_queue=office.settings.task_queue
    )
    with suppress(RPCError):
        await office.client.get_workflow_handle("there-is-none").describe()
    async for event in strange.fetch_history_events(wait_new_event=True):
        if event.HasField("workflow_task_failed_event_attributes"):
            break
    await strange.terminate()
