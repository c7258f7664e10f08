"""`ServiceOrderWorkflow` (服务单): somebody asks the property team for something, until it is confirmed and rated."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.affair.record import AffairStart
    from workflows.affair import AffairWorkflow


@workflow.defn(name="ServiceOrder")
class ServiceOrderWorkflow(AffairWorkflow):
    """One order; its rules stand in `rules/order/`."""

    @workflow.init
    def __init__(self, start: AffairStart) -> None:
        self._begin(start)

    @workflow.run
    async def run(self, start: AffairStart) -> None:  # noqa: ARG002 - taken in by __init__
        """Live until it has ended."""
        await self._live()
