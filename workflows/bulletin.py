"""`BulletinWorkflow`: the bulletins of one month (月报). Started by the schedule of `service/bulletin/schedule.py`, once for each month.

After an outage the server starts it for each month that was missed; the time each of them was due at says which month it tells.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import contracts
    from models.bulletin import BulletinDue, BulletinsMade
    from workflows import policies, schedules


@workflow.defn(name="Bulletin")
class BulletinWorkflow:
    """The bulletins of one month, of the district and each of its towns."""

    @workflow.run
    async def run(self) -> BulletinsMade:
        """Have them made, however often it takes: those that are there stay."""
        made: BulletinsMade = await workflow.execute_activity(
            contracts.MAKE_BULLETINS.name,
            BulletinDue(due=schedules.due()),
            result_type=contracts.MAKE_BULLETINS.answer,
            start_to_close_timeout=policies.BULLETINS,
            retry_policy=policies.FOREVER,
        )
        return made
