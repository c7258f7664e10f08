"""`WatchWorkflow`: the memory of one household, place or pair, from its first signal until it has been quiet for long enough (预警)."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.affair.record import AffairStart
    from workflows.affair import AffairWorkflow

LONG = 120
"""Events of a run's history from which it goes on as a new one. A watch is asked once in weeks, when no worker remembers it, and is then
replayed from the start of its run: short runs keep that cheap over years."""


@workflow.defn(name="Watch")
class WatchWorkflow(AffairWorkflow):
    """One watch; its rules stand in `rules/watch/`."""

    @workflow.init
    def __init__(self, start: AffairStart) -> None:
        self._begin(start)

    @workflow.run
    async def run(self, start: AffairStart) -> None:  # noqa: ARG002 - taken in by __init__
        """Live until it has been quiet for its time."""
        await self._live()

    def _long_enough(self) -> bool:
        """Whether to go on as a new run: its history is long, everything is stored, and nobody waits for an answer."""
        return workflow.info().get_current_history_length() >= LONG and not self._lines and workflow.all_handlers_finished()
