"""How long a worker waits for a workflow's own code (工作流执行时限): longer than the SDK's two seconds, which can't be set.

The SDK takes code that has not yielded for two seconds of the wall clock for a deadlock: it fails the workflow task and throws into the
thread. Ours is plain computing of milliseconds, so what takes two seconds is a machine that is short of processor; then a failed task
only adds a replay to what there is too much of, and a run whose thread was thrown into could not always be put out of the cache again:
it stood still until the worker was restarted. Seen on a machine with two cores and a load of ten (decision 0027).
"""

from __future__ import annotations

from datetime import timedelta

from temporalio.worker import Worker

WAIT = timedelta(seconds=60)
"""Code that has not yielded for so long hangs. The server gives a task to somebody else after ten seconds in any case."""


def patient(worker: Worker) -> Worker:
    """Return the worker, waiting longer. Raises AttributeError where the SDK has no such place any more: look for its option then."""
    inner = worker._workflow_worker  # noqa: SLF001 - the SDK has no option for it
    # None is what the SDK's debugging sets: no limit at all.
    if inner is not None and inner._deadlock_timeout_seconds is not None:  # noqa: SLF001
        inner._deadlock_timeout_seconds = int(WAIT.total_seconds())  # noqa: SLF001
    return worker
