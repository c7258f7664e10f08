"""How long activities may take and how they are tried again. Named here, never as numbers in a workflow."""

from __future__ import annotations

from datetime import timedelta

from temporalio.common import RetryPolicy

QUICK = timedelta(seconds=3)
"""One try of a short activity next to the workflow; while it works, screens see an action within milliseconds."""

ONCE = RetryPolicy(maximum_attempts=1)
"""A local activity that keeps failing fills the history (traps 10): one try, then the patient way."""

PATIENT = timedelta(seconds=30)
"""One try of the same activity through the server."""

FOREVER = RetryPolicy(initial_interval=timedelta(milliseconds=500), backoff_coefficient=2.0, maximum_interval=timedelta(minutes=1))
"""Tried until it works: a database that is away delays a case, it does not fail it."""

LONG = timedelta(minutes=5)
"""One try of an activity that may have to read a hundred thousand cases, or to wait for somebody else's program."""

BULLETINS = timedelta(minutes=30)
"""One try of making a month's bulletins; the facts of many cases may have to be told first."""

STAMPED_WITHIN = timedelta(hours=20)
"""How long an outside time stamp is tried for: the next day's anchor, which covers this one, must not wait for it."""

BIRTH = timedelta(minutes=1)
"""How long a run waits for its first action before it ends as if it had never been."""

LIST_STEP = timedelta(hours=2)
"""One try of a step of a list of households; a town's takes a minute."""

LIST_BEAT = timedelta(minutes=2)
"""How long such a try may be silent before somebody else goes on with it."""

LIST_KEPT = timedelta(hours=24)
"""How long a list that was tried waits for somebody to say that it is to be brought in."""
