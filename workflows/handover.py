"""`HandoverWorkflow`: open work goes from who leaves to who stays, each piece once, also when something breaks off (离岗交接)."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.affair.record import AffairStart
    from workflows.affair import AffairWorkflow


@workflow.defn(name="Handover")
class HandoverWorkflow(AffairWorkflow):
    """One handover; its rules stand in `rules/handover/`."""

    @workflow.init
    def __init__(self, start: AffairStart) -> None:
        self._begin(start)

    @workflow.run
    async def run(self, start: AffairStart) -> None:  # noqa: ARG002 - taken in by __init__
        """Live until it has ended."""
        await self._live()
