"""Record the histories anew: `make histories` or `python -m tests.histories.write`. About half a minute, on a real server.

A real server, not the virtual one: that one writes events of its own about skipped time (traps 3.9). Clocks ring in real
time all the same: a case is started again from its record with a shift that leaves its next alarm two seconds away.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from models.case import Case
from rules.clock import next_alarm
from rules.shelf import SHELF
from service import calendars
from service.rehearsal import FLAGS
from service.secrecy.sealing import UNSEALED
from service.temporal_server import temporal_binary
from tests.histories.shelf import RUNS, STATES, Recorded, put_documents, recoded
from tests.support.running import ROOT, Desk, desk, settings
from workflows.dispute import SEARCH_ATTRIBUTES, DisputeWorkflow

RELEASE = str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
"""States are kept by release: once the version has moved on, those of the release that has gone out are never written again."""

LONG = "limit.historyCount.suggestContinueAsNew=40"
MEDIATOR = "mediator@yanlou-gumeng"
OFFICER = "officer@yanlou-gumeng"
CLERK = "clerk@yanlou-centre"
PROMISE = {"id": "p1", "debtor": "a", "what": "修沟", "due": "2026-03-15"}

Scene = Callable[["Recorder"], Awaitable[None]]


class Recorder:
    """One desk, and what has been recorded there."""

    def __init__(self, here: Desk) -> None:
        self.here = here
        self.states: dict[str, Case] = {}

    async def keep(self, name: str, about: str, case_id: str, run_id: str | None = None) -> None:
        """Keep a run as it is now."""
        handle: WorkflowHandle[Any, Any] = self.here.office.client.get_workflow_handle(case_id, run_id=run_id)
        state = await handle.query(DisputeWorkflow.state)
        history = await handle.fetch_history()
        recorded = Recorded(
            name=name,
            about=about,
            case_id=case_id,
            history=await recoded(history.to_json_dict(), self.here.office.codec.decode),
            state=state.model_dump(mode="json"),
        )
        recorded.put()
        self.states[name] = state
        print(f"{name}: {len(history.events)} events, {state.stage!s}")  # noqa: T201 - a command for people

    async def lines(self, case_id: str) -> list[str]:
        """The stored events, as they are hashed."""
        return [line.body for line in await self.here.office.records.lines(case_id)]

    async def until(self, case_id: str, wanted: str) -> None:
        """Wait until something is on the timeline and nothing is pending."""
        for _ in range(600):
            stored = await self.here.stored(case_id)
            if wanted in await self.here.types(case_id) and not stored.work:
                return
            await asyncio.sleep(0.05)
        raise TimeoutError(f"{wanted} did not happen")

    async def just_before(self, case_id: str, clock: str | None = None) -> None:
        """Start the case again from its record, two seconds before a clock ends, or before the next alarm of any."""
        stored = await self.here.stored(case_id)
        due = stored.clocks[clock].due if clock is not None else None
        at = due.at if due is not None else next_alarm(stored.clocks.values())
        assert at is not None
        self.here.office.shift = at - timedelta(seconds=2) - datetime.now(UTC)
        await self.here.cases.engine.restart(stored, "missing", terminate=True)


async def whole_way(made: Recorder) -> None:
    here = made.here
    case_id = await here.open(7)
    for do, fields in (
        ("record", {"outcome": "continue", "text": "双方陈述"}),
        (
            "agree",
            {"form": "written", "terms": "修通排水沟", "promises": [{"id": "p1", "debtor": "a", "what": "修沟", "due": "2026-03-15"}]},
        ),
        ("sign_agreement", {"party": "a"}),
        ("sign_agreement", {"party": "b"}),
    ):
        await here.act(case_id, MEDIATOR, do, **fields)
    await here.act(case_id, OFFICER, "seal")
    await here.act(case_id, MEDIATOR, "perform", promise="p1", proof="已修通")
    for _ in range(2):
        await here.act(case_id, CLERK, "visit", outcome="calm", satisfied=True, by_contact="phone")
    await here.act(case_id, "auditor@yanlou-justice", "audit", passed=True)
    await here.act(case_id, "archivist@yanlou-justice", "archive")
    await made.here.cases.engine.handle(case_id).result()
    await made.keep("whole_way", "from the window to the sealed archive, in one run", case_id)
    await here.act(case_id, CLERK, "reopen", reason="又起争执")
    await here.note(case_id)
    await made.keep("reopened", "a new run from the archived record, a new chapter", case_id)


async def passed_around(made: Recorder) -> None:
    here = made.here
    case_id = await here.open()
    await here.act(case_id, "screener@yanlou-centre", "screen", category="0602", accept=True)
    await here.act(case_id, "dispatcher@yanlou-centre", "route", level="town")
    await here.act(case_id, "officer@yanlou-housing", "object", reason="属执法范围", to="yanlou-enforce")
    await here.act(case_id, "dispatcher@yanlou-centre", "rule", uphold=True, to="yanlou-enforce")
    await here.act(case_id, "officer@yanlou-enforce", "object", reason="属住建职责", to="yanlou-housing")
    await here.act(case_id, "director@yanlou-centre", "rule", uphold=False, to="yanlou-housing")
    await here.act(case_id, "officer@yanlou-housing", "escalate", reason="需联合处置")
    await made.keep("passed_around", "two objections, a designation, an escalation that is asked for", case_id)


async def clocks(made: Recorder) -> None:
    here = made.here
    case_id = await here.open(2)
    await made.just_before(case_id, "sign")
    await made.until(case_id, "deemed_signed")
    await here.note(case_id)
    await made.keep("clock_rings", "started from the record; the sign limit runs out by a real timer: deemed signed", case_id)
    await made.just_before(case_id, "ladder")
    await made.until(case_id, "escalated")
    await here.note(case_id)
    await made.keep("clock_escalates", "overdue alarms ring at once after an outage, then the ladder's own: the case climbs", case_id)


async def standing_still(made: Recorder) -> None:
    here = made.here
    case_id = await here.open(7)
    await here.act(case_id, MEDIATOR, "suspend", ground="appraisal", evidence="委托书")
    await made.keep("suspended", "mediation stands still, its clocks with it", case_id)
    await here.act(case_id, MEDIATOR, "resume")
    await here.act(case_id, MEDIATOR, "extend", days=5, consents=["a", "b"])
    await here.act(case_id, MEDIATOR, "recuse", reason="亲属关系")
    await made.until(case_id, "recused")
    await made.keep("resumed", "resumed, extended, the mediator steps back and another is chosen", case_id)


async def merging(made: Recorder) -> None:
    here = made.here
    older, newer = await here.open(3), await here.open(1)
    code = (await here.stored(older)).code
    await here.act(newer, "dispatcher@yanlou-centre", "merge", into=code)
    await here.cases.engine.handle(newer).result()
    await made.keep("merged", "a newer case goes into an older one", newer)
    await made.keep("absorbed", "an older case takes a newer one in", older)


async def refused(made: Recorder) -> None:
    here = made.here
    case_id = await here.open(5)
    await here.act(case_id, MEDIATOR, "consent", party="a", agrees=False)
    await here.act(case_id, OFFICER, "channel", route="court", notice="已告知")
    await here.cases.engine.handle(case_id).result()
    await made.keep("channelled", "one refusal ends mediation, the parties are told of the legal routes", case_id)


async def new_calendar(made: Recorder) -> None:
    here = made.here
    case_id = await here.open(7)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notice.yaml"
        path.write_text("version: CN-test\npublished_from: 2026-03-01\npublished_until: 2026-12-31\noff: [2026-03-04..2026-03-06]\n")
        change = await calendars.preview(here.office, path)
    await calendars.apply(here.office, here.cases, change, await here.cases.actor("director@huaxi-centre"))
    await made.keep("recalendared", "a notice comes while the case runs", case_id)


async def long_case(made: Recorder) -> None:
    here = made.here
    case_id = await here.open(7)
    first = (await here.cases.engine.handle(case_id).describe()).run_id
    for _ in range(12):
        await here.note(case_id)
    await made.keep("continued", "the run after a continue-as-new", case_id)
    runs = [run async for run in here.office.client.list_workflows(f"WorkflowId = '{case_id}'")]
    closed = next(run.run_id for run in runs if run.run_id != first and run.status is not None and run.status.name == "CONTINUED_AS_NEW")
    await made.keep("continues", "a run that goes on as a new one when its history is long", case_id, closed)


SCENES: tuple[tuple[str | None, Scene], ...] = (
    *((None, scene) for scene in (whole_way, passed_around, clocks, standing_still, merging, refused, new_calendar)),
    (LONG, long_case),
)
"""Each with a flag the server needs for it."""


@asynccontextmanager
async def real_server(flags: tuple[str, ...]) -> AsyncIterator[WorkflowEnvironment]:
    """A dev server as `make up` starts one, in memory."""
    wanted = [flag for flag in FLAGS if not flag.startswith(("frontend.", "history.timerProcessorMaxTimeShift"))]
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=temporal_binary(),
        dev_server_extra_args=[part for flag in (*wanted, *flags) for part in ("--dynamic-config-value", flag)],
        dev_server_log_level="error",
        search_attributes=list(SEARCH_ATTRIBUTES),
        data_converter=UNSEALED,
    ) as env:
        yield env


async def main() -> None:
    """Play all scenes, each in an office of its own, and keep what came of them."""
    RUNS.mkdir(exist_ok=True)
    for old in RUNS.glob("*.json"):
        old.unlink()
    states: dict[str, Case] = {}
    for flag in (None, LONG):
        async with real_server((flag,) if flag else ()) as env:
            for scene in (scene for wanted, scene in SCENES if wanted == flag):
                with tempfile.TemporaryDirectory() as folder:
                    async with desk(env.client, settings(Path(folder))) as here:
                        made = Recorder(here)
                        await scene(made)
                        for name, state in made.states.items():
                            states[name] = state
                            await keep_state(made, name, state)
    put_documents(SHELF, states.values())


async def keep_state(made: Recorder, name: str, state: Case) -> None:
    """Keep a state with the events that lead to it, as a shape that later code must still read."""
    folder = STATES / RELEASE
    folder.mkdir(parents=True, exist_ok=True)
    events = (await made.lines(state.id))[: state.seq]
    body = {"state": state.model_dump(mode="json"), "events": [json.loads(event) for event in events]}
    (folder / f"{name}.json").write_text(json.dumps(body, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
    sys.stdout.flush()
