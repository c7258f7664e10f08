"""Upkeep (运维): is the record whole, do the views follow from it, do the running cases agree, and what mends them.

For the command line (`verify`, `rebuild`, `drift`, `replay`) and the nightly round. How an operator uses it: docs/upkeep.md.
Everything is found out from the events; a case whose chain is broken is named and never written to.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from enum import StrEnum

from temporalio import workflow
from temporalio.client import (
    WorkflowExecution,
    WorkflowExecutionStatus,
    WorkflowHistory,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.common import QueryRejectCondition
from temporalio.service import RPCError, RPCStatusCode

from models.base import Model
from models.case import Case
from models.event import Event
from models.happening import Registered
from models.record import Line
from rules.access import access
from rules.clock import next_alarm
from rules.library import UnknownDocument
from rules.obligations import duties
from service.cases import Cases
from service.engine import Engine
from service.errors import UnknownCase
from service.histories import Replayed, replayed
from service.kpi.keeping import differs
from service.many import side_by_side
from service.office import Office
from service.verifying import Broken, Finding, VerifyReport, chain_breaks, settled, verify, verify_all
from store.publishing import Views
from store.rebuilding import Kept, Rebuilding
from store.replaying import differences, refolded
from workflows.dispute import DisputeWorkflow

__all__ = [
    "Broken",
    "Drift",
    "DriftKind",
    "Finding",
    "RebuildReport",
    "Repaired",
    "ReplayFailure",
    "ReplayReport",
    "VerifyReport",
    "drift",
    "rebuild",
    "repair",
    "replay",
    "restart_failed",
    "verify",
    "verify_all",
]

LOOKS = 20
LOOK = timedelta(milliseconds=100)
"""How often, and how long between, a case in motion is looked at before a difference counts."""

BIRTH = timedelta(minutes=2)
"""How long a run may wait for its first action without being stray."""

ONE_QUERY = timedelta(seconds=10)


class RebuildReport(Model):
    """Views made anew: names of those that were changed (`cases.stage`, `state.tier`, `obligations`, `facts` …)."""

    case_id: str
    code: str | None
    changed: tuple[str, ...] = ()
    refused: str | None = None
    """Why nothing was done: `broken` (the record is), `moving` (no moment of rest), `unknown_document`."""
    broken_at: int | None = None


class DriftKind(StrEnum):
    """How events, views and running workflows can disagree."""

    BROKEN = "broken"
    """The record itself does not hold: `verify` says where. Nothing mends it but a backup."""
    VIEWS = "views"
    """Stored views are not what the events lead to. `rebuild` mends it."""
    RUN = "run"
    """The running case is in another state than the record. It is started again from the record."""
    MISSING = "missing"
    """No workflow runs for a case that has not ended. It is started from the record."""
    STRAY = "stray"
    """A workflow runs without a case that has not ended. A person decides."""
    SILENT = "silent"
    """The running case gives no answer: no worker, or its workflow task fails."""


class Drift(Model):
    """One disagreement."""

    case_id: str
    code: str | None
    kind: DriftKind
    detail: tuple[str, ...] = ()


class Repaired(Model):
    """What was done about a disagreement: `rebuilt`, `restarted`, or None where it takes a person."""

    drift: Drift
    done: str | None = None


class ReplayFailure(Model):
    """A running case that this code can't carry on as it is."""

    case_id: str
    run_id: str
    why: str
    """`nondeterminism`, `state` (it replays, into another state), or the type of another error."""
    detail: str = ""


class ReplayReport(Model):
    """All running histories replayed against the code at hand."""

    replayed: int
    failures: tuple[ReplayFailure, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every running case can move to this code."""
        return not self.failures


# -- the views -------------------------------------------------------------------------------------------------------


async def rebuild(office: Office, key: str | None = None) -> AsyncIterator[RebuildReport]:
    """Make the views of one case, or of all, anew from their events; yields a report for each. Raises UnknownCase."""
    if key is None:
        async for case_id in office.records.case_ids():
            yield await _rebuilt(office, case_id)
        return
    found = await office.records.find(key)
    if found is None:
        raise UnknownCase(key)
    yield await _rebuilt(office, found)


async def _rebuilt(office: Office, case_id: str, *, write: bool = True) -> RebuildReport:
    """Rebuild one case, or only say what would change."""
    rebuilding = Rebuilding(office.store)
    code = None
    for _ in range(LOOKS):
        kept, lines = await settled(office, case_id)
        code = kept.code
        broken = next(iter(chain_breaks(lines)), None) if lines else Finding(seq=1, what=Broken.MISSING)
        if broken is not None or kept.seq > len(lines):
            at = broken.seq if broken is not None else len(lines) + 1
            return RebuildReport(case_id=case_id, code=code, refused="broken", broken_at=at)
        try:
            case, views = await _made(office, kept, lines)
        except UnknownDocument:
            return RebuildReport(case_id=case_id, code=code, refused="unknown_document")
        changed = await (rebuilding.rewrite if write else rebuilding.compare)(case, lines, views)
        if changed is not None:
            facts = ("facts",) if await differs(office, case_id, mend=write) else ()
            return RebuildReport(case_id=case_id, code=code, changed=(*changed, *facts))
        await asyncio.sleep(LOOK.total_seconds())
    return RebuildReport(case_id=case_id, code=code, refused="moving")


def folded(office: Office, kept: Kept, lines: Sequence[Line]) -> Case:
    """Return the case that these events fold to; `registered` says under which documents."""
    first = Event.model_validate_json(lines[0].body).what
    docs = first.docs if isinstance(first, Registered) else office.docs
    identity = Case(id=kept.case_id, source=kept.source, intake_id=kept.intake_id, code=kept.code, docs=docs)
    return refolded(identity, lines)


async def _made(office: Office, kept: Kept, lines: Sequence[Line]) -> tuple[Case, Views]:
    """Fold the events and derive the views, as publishing does. Raises UnknownDocument."""
    case = folded(office, kept, lines)
    if not office.library.has(case.docs.calendar):
        await office.shelf.fill(office.library)
    bundle = office.library.bundle(case.docs)
    owed = duties(case, bundle.procedure)
    return case, Views(
        duties=owed,
        access=access(case, bundle.network, owed),
        next_due=next_alarm(case.clocks.values()),
        waits=(),
    )


# -- events, views and running workflows ------------------------------------------------------------------------------


async def drift(office: Office, cases: Cases) -> AsyncIterator[Drift]:
    """Compare events, views and running workflows of all cases; yields each disagreement, nothing when all is well."""
    await office.shelf.fill(office.library)
    async for found in side_by_side(office.records.case_ids(), lambda case_id: _drift(office, cases.engine, case_id)):
        for item in found:
            yield item
    async for stray in _strays(office, cases.engine):
        yield stray


async def _drift(office: Office, engine: Engine, case_id: str) -> list[Drift]:
    report = await _rebuilt(office, case_id, write=False)
    if report.refused is not None:
        kind = DriftKind.BROKEN if report.refused == "broken" else DriftKind.VIEWS
        detail = f"event {report.broken_at}" if report.broken_at else report.refused
        return [Drift(case_id=case_id, code=report.code, kind=kind, detail=(detail,))]
    found = [Drift(case_id=case_id, code=report.code, kind=DriftKind.VIEWS, detail=report.changed)] if report.changed else []
    run = await _run_drift(office, engine, case_id)
    return found if run is None else [*found, run]


async def _run_drift(office: Office, engine: Engine, case_id: str) -> Drift | None:
    """Compare the record of a running case with its workflow; a difference counts when it stays."""
    found: Drift | None = None
    for _ in range(LOOKS):
        kept, lines = await settled(office, case_id)
        if kept.ended:
            return None
        stored = folded(office, kept, lines)
        found = await _compared(engine, stored)
        if found is None or found.kind is DriftKind.SILENT:
            return found
        await asyncio.sleep(LOOK.total_seconds())
    return found


async def _compared(engine: Engine, stored: Case) -> Drift | None:
    try:
        live = await engine.handle(stored.id).query(
            DisputeWorkflow.state, reject_condition=QueryRejectCondition.NOT_OPEN, rpc_timeout=ONE_QUERY
        )
    except WorkflowQueryRejectedError as error:
        return Drift(
            case_id=stored.id, code=stored.code, kind=DriftKind.MISSING, detail=(error.status.name.lower(),) if error.status else ()
        )
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return Drift(case_id=stored.id, code=stored.code, kind=DriftKind.MISSING, detail=("no run",))
        return Drift(case_id=stored.id, code=stored.code, kind=DriftKind.SILENT, detail=(error.status.name.lower(),))
    except WorkflowQueryFailedError:
        return Drift(case_id=stored.id, code=stored.code, kind=DriftKind.SILENT, detail=("query failed",))
    differing = differences(live, stored)
    return Drift(case_id=stored.id, code=stored.code, kind=DriftKind.RUN, detail=differing) if differing else None


async def _strays(office: Office, engine: Engine) -> AsyncIterator[Drift]:
    """Yield workflows that run without a case that has not ended."""
    async for run in _running(office):
        kept = await Rebuilding(office.store).kept(run.id)
        if kept is not None and not kept.ended:
            continue
        # Lists lag behind, and a run waits for its first action for a moment: look at the thing itself.
        now = await engine.handle(run.id).describe(rpc_timeout=ONE_QUERY)
        if now.status is not WorkflowExecutionStatus.RUNNING:
            continue
        age = office.now() - office.shift - now.start_time
        if kept is None and age < BIRTH:
            continue
        kept = await Rebuilding(office.store).kept(run.id)
        if kept is None or kept.ended:
            why = "no case" if kept is None else "the case has ended"
            yield Drift(case_id=run.id, code=kept.code if kept else None, kind=DriftKind.STRAY, detail=(why,))


def _running(office: Office) -> AsyncIterator[WorkflowExecution]:
    """Yield the open runs of this office's task queue."""
    query = f"WorkflowType = 'Dispute' AND ExecutionStatus = 'Running' AND TaskQueue = '{office.settings.task_queue}'"
    return office.client.list_workflows(query)


async def repair(office: Office, cases: Cases) -> AsyncIterator[Repaired]:
    """Mend what `drift` finds: rebuild views, start missing runs, start runs anew that left the record."""
    async for found in drift(office, cases):
        yield Repaired(drift=found, done=await _repaired(office, cases.engine, found))


async def _repaired(office: Office, engine: Engine, found: Drift) -> str | None:
    if found.kind is DriftKind.VIEWS:
        report = await _rebuilt(office, found.case_id)
        return "rebuilt" if report.refused is None else None
    if found.kind not in {DriftKind.MISSING, DriftKind.RUN}:
        return None
    case = await office.records.load(found.case_id)
    if case is None or case.ended:
        return None
    if found.kind is DriftKind.MISSING:
        await engine.restart(case, "missing")
    else:
        await engine.replace(case)
    return "restarted"


# -- new code --------------------------------------------------------------------------------------------------------


async def replay(office: Office, cases: Cases) -> ReplayReport:
    """Replay the histories of all running cases against the code at hand, and compare where they lead with the record.

    Needs the Temporal server and no worker. Not `ok`: these cases must not meet this code as they are, see `restart_failed`.
    """
    await office.shelf.fill(office.library)
    count = 0
    failures: list[ReplayFailure] = []
    async for result in replayed(_open_histories(office, cases.engine), office.client.data_converter):
        count += 1
        failure = await _judged(office, result)
        if failure is not None:
            failures.append(failure)
    return ReplayReport(replayed=count, failures=tuple(failures))


async def _open_histories(office: Office, engine: Engine) -> AsyncIterator[WorkflowHistory]:
    async for run in _running(office):
        yield await engine.handle(run.id).fetch_history()


async def _judged(office: Office, result: Replayed) -> ReplayFailure | None:
    if result.failure is not None:
        broken = isinstance(result.failure, workflow.NondeterminismError)
        why = "nondeterminism" if broken else type(result.failure).__name__
        detail = next(iter(str(result.failure).splitlines()), "")[:300]
        return ReplayFailure(case_id=result.case_id, run_id=result.run_id, why=why, detail=detail)
    differing = await _led_astray(office, result)
    if not differing:
        return None
    return ReplayFailure(case_id=result.case_id, run_id=result.run_id, why="state", detail=", ".join(differing))


async def _led_astray(office: Office, result: Replayed) -> tuple[str, ...]:
    """Return in what the replayed state differs from the record as it was at that event."""
    if result.state is None or result.state.seq == 0:
        return ()
    for _ in range(LOOKS):
        kept = await Rebuilding(office.store).kept(result.case_id)
        lines = [line for line in await office.records.lines(result.case_id) if line.seq <= result.state.seq]
        if kept is not None and len(lines) == result.state.seq:
            return differences(result.state, folded(office, kept, lines))
        # Its last events may be on their way into the record.
        await asyncio.sleep(LOOK.total_seconds())
    return ("seq",)


async def restart_failed(office: Office, cases: Cases, report: ReplayReport) -> AsyncIterator[str]:
    """Start the cases of a report again from the record, under the code at hand; yields each case id. The timelines say so."""
    for case_id in dict.fromkeys(failure.case_id for failure in report.failures):
        await _rebuilt(office, case_id)
        case = await office.records.load(case_id)
        if case is not None and not case.ended:
            await cases.engine.restart(case, "replay", terminate=True)
            yield case_id
