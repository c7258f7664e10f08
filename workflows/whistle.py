"""`WhistleWorkflow`: units called at once, until the author has said that it is done (网格吹哨、部门报到)."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.affair.record import AffairStart
    from workflows.affair import AffairWorkflow


@workflow.defn(name="Whistle")
class WhistleWorkflow(AffairWorkflow):
    """One whistle; its rules stand in `rules/whistle/`."""

    @workflow.init
    def __init__(self, start: AffairStart) -> None:
        self._begin(start)

    @workflow.run
    async def run(self, start: AffairStart) -> None:  # noqa: ARG002 - taken in by __init__
        """Live until it has ended."""
        await self._live()
