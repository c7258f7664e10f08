"""`HazardWorkflow`: something unsafe, from its report until somebody else has seen that it is gone (隐患闭环)."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.affair.record import AffairStart
    from workflows.affair import AffairWorkflow


@workflow.defn(name="Hazard")
class HazardWorkflow(AffairWorkflow):
    """One hazard; its rules stand in `rules/hazard/`."""

    @workflow.init
    def __init__(self, start: AffairStart) -> None:
        self._begin(start)

    @workflow.run
    async def run(self, start: AffairStart) -> None:  # noqa: ARG002 - taken in by __init__
        """Live until it has ended."""
        await self._live()
