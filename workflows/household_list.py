"""`HouseholdListWorkflow`: one list of households (名册导入), tried, then brought in or dropped; `service/households/lists.py` starts it.

What stands in a list is kept no longer than a person needs to decide: where nobody does, it is thrown away.
"""

from __future__ import annotations

from contextlib import suppress

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import contracts
    from models.household_list import ListChoice, ListDone, ListKey, ListStage, ListStep, ListTask
    from workflows import policies


@workflow.defn(name="HouseholdList")
class HouseholdListWorkflow:
    """One list."""

    def __init__(self) -> None:
        self._choice: ListChoice | None = None

    @workflow.run
    async def run(self, key: ListKey) -> ListDone:
        """Try it, wait for a decision, do as decided; however often a step takes, what is in stays in."""
        tried = await self._do(key, ListStep.TRY)
        if tried.stage is not ListStage.TRIED:
            return tried
        with suppress(TimeoutError):
            await workflow.wait_condition(lambda: self._choice is not None, timeout=policies.LIST_KEPT)
        bring = self._choice is not None and self._choice.bring
        return await self._do(key, ListStep.IMPORT if bring else ListStep.DROP)

    @workflow.signal
    def choose(self, choice: ListChoice) -> None:
        """Say what is to become of it; the first word counts."""
        self._choice = self._choice or choice

    async def _do(self, key: ListKey, step: ListStep) -> ListDone:
        done: ListDone = await workflow.execute_activity(
            contracts.HOUSEHOLD_LIST.name,
            ListTask(id=key.id, step=step),
            result_type=contracts.HOUSEHOLD_LIST.answer,
            start_to_close_timeout=policies.LIST_STEP,
            heartbeat_timeout=policies.LIST_BEAT,
            retry_policy=policies.FOREVER,
            summary=step.value,
        )
        return done
