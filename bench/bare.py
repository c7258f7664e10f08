"""The bare workflow: as many Updates, timers and local activities as a case has, and nothing else. The floor of Temporal."""

from __future__ import annotations

from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from models.base import Model

LONG = timedelta(days=3)
QUICK = timedelta(seconds=3)


class Push(Model):
    """One Update of the bare workflow."""

    activities: int
    """How many local activities it runs before it answers."""
    rearm: bool
    """Whether the timer is set anew after it."""
    last: bool
    weight: str
    """As many bytes as the action of a case has."""


class Pushed(Model):
    """Its answer, as heavy as a receipt."""

    weight: str


class Carried(Model):
    """What its local activity is given: as many bytes as a publication has."""

    weight: str


@activity.defn(name="nothing")
async def nothing(carried: Carried) -> Pushed:
    """Do nothing."""
    return Pushed(weight="")


@workflow.defn(name="Bare")
class BareWorkflow:
    """Takes Updates until the last one."""

    def __init__(self) -> None:
        self._round = 0
        self._done = False
        self._waiting = 0

    @workflow.run
    async def run(self) -> None:
        """Hold one long timer, set anew whenever an Update says so."""
        while not self._done:
            armed = self._round
            await workflow.wait_condition(lambda: self._done or self._round != armed, timeout=LONG)  # noqa: B023 - read at once
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.update
    async def push(self, push: Push) -> Pushed:
        """Run local activities, then answer."""
        for _ in range(push.activities):
            await workflow.execute_local_activity(
                nothing,
                Carried(weight=push.weight),
                start_to_close_timeout=QUICK,
                retry_policy=RetryPolicy(maximum_attempts=1),
            )
        self._round += push.rearm
        self._done = self._done or push.last
        return Pushed(weight="r" * 120)

    @push.validator
    def check(self, push: Push) -> None:
        """Refuse nothing."""
