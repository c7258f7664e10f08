"""Temporal histories replayed against the code at hand, and the state each of them leads to.

Replay alone notices other commands only: changed deadlines, texts or decisions pass (traps 0.7). So the workflow's own
state is caught as well, for whoever calls to compare: `service/upkeep.py` with the record, the tests with what was kept.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import (
    ExecuteWorkflowInput,
    Interceptor,
    Replayer,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from models.case import Case
from service.crew import GRID, runner
from workflows.affair import AffairWorkflow
from workflows.dispute import DisputeWorkflow


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of one history: the state it leads to, or why it can't be replayed under this code."""

    case_id: str
    run_id: str
    state: Case | dict[str, Any] | None
    """Of an affair it comes as data."""
    failure: Exception | None


class Witness(Interceptor):
    """Remembers the workflow object of each run, so that its state can be read after the replay."""

    def __init__(self) -> None:
        self.seen: dict[str, DisputeWorkflow | AffairWorkflow] = {}

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:  # noqa: A002, ARG002 - the SDK's
        """Return the class that is put in front of each run."""
        seen = self.seen

        class Watching(WorkflowInboundInterceptor):
            async def execute_workflow(self, input: ExecuteWorkflowInput) -> object:  # noqa: A002 - the SDK's
                seen[workflow.info().run_id] = workflow.instance()
                return await super().execute_workflow(input)

        return Watching

    def state(self, run_id: str) -> Case | dict[str, Any] | None:
        """Return the state of a run and forget it; None when it never came as far as its first line."""
        found = self.seen.pop(run_id, None)
        return None if found is None else found.state()


async def replayed(histories: AsyncIterator[WorkflowHistory], data_converter: DataConverter) -> AsyncIterator[Replayed]:
    """Replay each history in the worker's own runner and with its converter, whether its payloads are sealed or not.

    The documents they name have to be in the library; one that is missing makes its histories fail. A run that has not
    done anything yet is passed over.
    """
    witness = Witness()
    replayer = Replayer(
        workflows=[DisputeWorkflow, *GRID],
        workflow_runner=runner(),
        data_converter=data_converter,
        interceptors=[witness],
    )
    async with replayer.workflow_replay_iterator(_begun(histories)) as results:
        async for result in results:
            run_id = result.history.run_id
            yield Replayed(
                case_id=result.history.workflow_id,
                run_id=run_id,
                state=witness.state(run_id),
                failure=result.replay_failure,
            )


async def _begun(histories: AsyncIterator[WorkflowHistory]) -> AsyncIterator[WorkflowHistory]:
    """Leave out runs without a completed workflow task: there is nothing to replay, and the replayer waits for ever."""
    async for history in histories:
        if any(event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED for event in history.events):
            yield history
