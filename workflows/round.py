"""`RoundWorkflow` and `SheetWorkflow`: a round over thousands of targets, and the part of it that one grid walks (巡查轮次, 网格任务单).

`RoundsDueWorkflow` begins the rounds of one plan; the schedules of `service/affairs/rounds/schedule.py` start it.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import contracts
    from models.affair.record import AffairStart
    from models.affair.round.due import RoundsBegun, RoundsDue
    from workflows import policies, schedules
    from workflows.affair import AffairWorkflow


@workflow.defn(name="Round")
class RoundWorkflow(AffairWorkflow):
    """One round; its rules stand in `rules/round/kind.py`."""

    @workflow.init
    def __init__(self, start: AffairStart) -> None:
        self._begin(start)

    @workflow.run
    async def run(self, start: AffairStart) -> None:  # noqa: ARG002 - taken in by __init__
        """Live until it has ended."""
        await self._live()


@workflow.defn(name="Sheet")
class SheetWorkflow(AffairWorkflow):
    """One sheet; its rules stand in `rules/round/sheet.py`."""

    @workflow.init
    def __init__(self, start: AffairStart) -> None:
        self._begin(start)

    @workflow.run
    async def run(self, start: AffairStart) -> None:  # noqa: ARG002 - taken in by __init__
        """Live until it has ended."""
        await self._live()


@workflow.defn(name="RoundsDue")
class RoundsDueWorkflow:
    """The rounds of one plan, one for each town that has it, on one day."""

    @workflow.run
    async def run(self, plan: str) -> RoundsBegun:
        """Have them begun, however often it takes: those that are there stay."""
        begun: RoundsBegun = await workflow.execute_activity(
            contracts.BEGIN_ROUNDS.name,
            RoundsDue(plan=plan, due=schedules.due()),
            result_type=contracts.BEGIN_ROUNDS.answer,
            start_to_close_timeout=policies.LONG,
            retry_policy=policies.FOREVER,
        )
        return begun
