"""Upkeep (运维): is the record whole, do the views follow from it, do the running cases agree, and what mends them.

For the command line (`verify`, `rebuild`, `drift`, `replay`) and the nightly round. How an operator uses it: docs/upkeep.md.
Everything is found out from the events; a case whose chain is broken is named and never written to.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from temporalio import workflow
from temporalio.client import WorkflowExecution, WorkflowExecutionStatus, WorkflowHistory
from temporalio.common import QueryRejectCondition

from models.case import Case
from models.event import Event
from models.happening import Registered
from models.record import Line
from rules.access import access
from rules.affair.kinds import KINDS
from rules.clock import next_alarm
from rules.library import UnknownDocument
from rules.obligations import duties
from service.affairs import upkeep as of_affairs
from service.affairs.desk import Affairs
from service.cases import Cases
from service.engine import DISPUTE, Engine
from service.errors import UnknownCase
from service.histories import Replayed, replayed
from service.kpi.keeping import differs
from service.many import side_by_side
from service.office import Office
from service.settings import QUEUES
from service.upkeep_reports import (
    BIRTH,
    LOOK,
    LOOKS,
    ONE_QUERY,
    Drift,
    DriftKind,
    RebuildReport,
    Repaired,
    ReplayFailure,
    ReplayReport,
    drift_of,
)
from service.upkeep_runs import compared, lasting
from service.verifying import Broken, Finding, VerifyReport, chain_breaks, settled
from service.verifying import verify as verify_case
from service.verifying import verify_all as verify_cases
from store.affairs.rebuilding import AffairRebuilding, KeptAffair
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

# -- the record ------------------------------------------------------------------------------------------------------


async def verify(office: Office, key: str) -> VerifyReport:
    """Verify the record of one case or affair, by code or id. Raises UnknownCase."""
    affair = await office.affairs.find(key)
    return await (verify_case(office, key) if affair is None else of_affairs.verify(office, affair[0]))


async def verify_all(office: Office) -> AsyncIterator[VerifyReport]:
    """Verify every case, then every affair, in the order of their ids."""
    async for report in verify_cases(office):
        yield report
    async for affair_id in office.affairs.ids():
        yield await of_affairs.verify(office, affair_id)


# -- the views -------------------------------------------------------------------------------------------------------


async def rebuild(office: Office, key: str | None = None) -> AsyncIterator[RebuildReport]:
    """Make the views of one case or affair, or of all, anew from their events; yields a report for each. Raises UnknownCase."""
    if key is None:
        async for case_id in office.records.case_ids():
            yield await _rebuilt(office, case_id)
        async for affair_id in office.affairs.ids():
            yield await of_affairs.rebuilt(office, Affairs(office), affair_id)
        return
    found = await office.records.find(key)
    if found is not None:
        yield await _rebuilt(office, found)
    elif (affair := await office.affairs.find(key)) is not None:
        yield await of_affairs.rebuilt(office, Affairs(office), affair[0])
    else:
        raise UnknownCase(key)


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
    """Compare events, views and running workflows of all cases and affairs; yields each disagreement, nothing when all is well."""
    await office.shelf.fill(office.library)
    async for found in side_by_side(office.records.case_ids(), lambda case_id: _drift(office, cases.engine, case_id)):
        for item in found:
            yield item
    affairs = Affairs(office)
    async for found in side_by_side(office.affairs.ids(), lambda affair_id: of_affairs.drift(office, affairs, affair_id)):
        for item in found:
            yield item
    async for stray in _strays(office, cases.engine):
        yield stray


async def _drift(office: Office, engine: Engine, case_id: str) -> list[Drift]:
    report = await _rebuilt(office, case_id, write=False)
    found = drift_of(report)
    if report.refused is not None:
        return found
    run = await lasting(lambda: _compared(office, engine, case_id))
    return found if run is None else [*found, run]


async def _compared(office: Office, engine: Engine, case_id: str) -> Drift | None:
    """Compare the record of a running case with its workflow."""
    kept, lines = await settled(office, case_id)
    if kept.ended:
        return None
    stored = folded(office, kept, lines)
    asked = engine.handle(case_id).query(DisputeWorkflow.state, reject_condition=QueryRejectCondition.NOT_OPEN, rpc_timeout=ONE_QUERY)
    return await compared(stored, asked, lambda live: differences(live, stored))


async def _strays(office: Office, engine: Engine) -> AsyncIterator[Drift]:
    """Yield workflows that run without a case or an affair that has not ended."""
    async for run in _running(office):
        kept = await _kept(office, run.id)
        if kept is not None and not kept.ended:
            continue
        # Lists lag behind, and a run waits for its first action for a moment: look at the thing itself.
        now = await engine.handle(run.id).describe(rpc_timeout=ONE_QUERY)
        if now.status is not WorkflowExecutionStatus.RUNNING:
            continue
        age = office.now() - office.shift - now.start_time
        if kept is None and age < BIRTH:
            continue
        kept = await _kept(office, run.id)
        if kept is None or kept.ended:
            why = "no case" if kept is None else "the case has ended"
            yield Drift(case_id=run.id, code=kept.code if kept else None, kind=DriftKind.STRAY, detail=(why,))


async def _kept(office: Office, record_id: str) -> Kept | KeptAffair | None:
    """What the record keeps of a case or an affair, or None."""
    return await Rebuilding(office.store).kept(record_id) or await AffairRebuilding(office.store).kept(record_id)


def _running(office: Office) -> AsyncIterator[WorkflowExecution]:
    """Yield the open runs of cases and affairs in this office's queues."""
    settings = office.settings
    queues = ", ".join(f"'{name}'" for name in dict.fromkeys(settings.queue(kind) for kind in QUEUES))
    types = ", ".join(f"'{name}'" for name in (DISPUTE, *(kind.workflow for kind in KINDS.values() if kind.workflow)))
    query = f"WorkflowType IN ({types}) AND ExecutionStatus = 'Running' AND TaskQueue IN ({queues})"
    return office.client.list_workflows(query)


async def repair(office: Office, cases: Cases) -> AsyncIterator[Repaired]:
    """Mend what `drift` finds: rebuild views, start missing runs, start runs anew that left the record."""
    async for found in drift(office, cases):
        yield Repaired(drift=found, done=await _repaired(office, cases.engine, found))


async def _repaired(office: Office, engine: Engine, found: Drift) -> str | None:
    if await office.affairs.find(found.case_id) is not None:
        return await of_affairs.mended(office, Affairs(office), found)
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
    # One is replayed after another; those before it are compared meanwhile, and those behind it fetched.
    results = replayed(_open_histories(office, cases.engine), office.client.data_converter)
    async for failure in side_by_side(results, lambda result: _judged(office, result)):
        count += 1
        if failure is not None:
            failures.append(failure)
    return ReplayReport(replayed=count, failures=tuple(failures))


def _open_histories(office: Office, engine: Engine) -> AsyncIterator[WorkflowHistory]:
    """Yield the histories of all running cases."""
    return side_by_side(_running(office), lambda run: engine.handle(run.id).fetch_history())


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
    if result.state is None:
        return ()
    if not isinstance(result.state, Case):
        return await _affair_astray(office, result.case_id, result.state)
    if result.state.seq == 0:
        return ()
    for _ in range(LOOKS):
        kept = await Rebuilding(office.store).kept(result.case_id)
        lines = [line for line in await office.records.lines(result.case_id) if line.seq <= result.state.seq]
        if kept is not None and len(lines) == result.state.seq:
            return differences(result.state, folded(office, kept, lines))
        # Its last events may be on their way into the record.
        await asyncio.sleep(LOOK.total_seconds())
    return ("seq",)


async def _affair_astray(office: Office, affair_id: str, state: Mapping[str, Any]) -> tuple[str, ...]:
    """The same of an affair; its state comes as data."""
    seq = int(state["seq"])
    for _ in range(LOOKS if seq else 0):
        found = await of_affairs.read(office, affair_id)
        lines = [line for line in found.lines if line.seq <= seq]
        if len(lines) == seq:
            return of_affairs.led_astray(found, state, lines)
        await asyncio.sleep(LOOK.total_seconds())
    return ("seq",) if seq else ()


async def restart_failed(office: Office, cases: Cases, report: ReplayReport) -> AsyncIterator[str]:
    """Start the cases and affairs of a report again from the record, under the code at hand; yields each id. The timelines say so."""
    affairs = Affairs(office)
    for case_id in dict.fromkeys(failure.case_id for failure in report.failures):
        if await office.affairs.find(case_id) is not None:
            if await of_affairs.restarted(office, affairs, case_id):
                yield case_id
            continue
        await _rebuilt(office, case_id)
        case = await office.records.load(case_id)
        if case is not None and not case.ended:
            await cases.engine.restart(case, "replay", terminate=True)
            yield case_id
