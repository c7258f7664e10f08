"""`AnchorWorkflow`: the anchor of one day (每日锚定). Started by the schedule of `service/proof/schedule.py`, once for each local day.

After an outage the server starts it for each day that was missed, one after the other; the time each of them was due at says which.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import contracts
    from models.anchor import AnchorDue
    from workflows import policies, schedules


@workflow.defn(name="Anchor")
class AnchorWorkflow:
    """The anchor of one day."""

    @workflow.run
    async def run(self) -> None:
        """Make the anchor, however long it takes, and have it stamped, within a day."""
        made = await workflow.execute_activity(
            contracts.ANCHOR.name,
            AnchorDue(due=schedules.due()),
            result_type=contracts.ANCHOR.answer,
            start_to_close_timeout=policies.LONG,
            retry_policy=policies.FOREVER,
        )
        await workflow.execute_activity(
            contracts.STAMP.name,
            made,
            result_type=contracts.STAMP.answer,
            start_to_close_timeout=policies.LONG,
            schedule_to_close_timeout=policies.STAMPED_WITHIN,
            retry_policy=policies.FOREVER,
        )
