"""How many of what stand in the store now, for an operator's figures: counts alone, of all cases together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from models.arrival import ArrivalState
from models.base import Model
from store.arrivals.arrival_tables import arrivals
from store.engine import Store
from store.secrecy.erasure_tables import redactions
from store.tables import cases, obligations, outbox

UNSETTLED = (ArrivalState.WAITING, ArrivalState.QUARANTINED)


class Standing(Model):
    """What stands in a store at one time."""

    cases_open: int
    """Cases that have not ended."""
    alarms_late: int
    """Open cases with an alarm that should have rung by the time asked for, and has not."""
    duties_open: int
    """Obligations of all posts."""
    duties_overdue: int
    """Those of them whose due time has passed."""
    arrivals_waiting: int
    """Events of other systems that are not settled yet."""
    redactions_waiting: int
    """Texts on the redaction list that nobody has settled."""
    feed_end: int
    """The last position of the change feed."""


async def standing(store: Store, now: datetime, late: datetime) -> Standing:
    """Count; an alarm due before `late` should have rung. Raises StoreAway."""
    running = cases.c.ended_at.is_(None)
    counts = {
        "cases_open": select(func.count()).select_from(cases).where(running),
        "alarms_late": select(func.count()).select_from(cases).where(running, cases.c.next_due < late),
        "duties_open": select(func.count()).select_from(obligations),
        "duties_overdue": select(func.count()).select_from(obligations).where(obligations.c.due < now),
        "arrivals_waiting": select(func.count()).select_from(arrivals).where(arrivals.c.state.in_(UNSETTLED)),
        "redactions_waiting": select(func.count()).select_from(redactions).where(redactions.c.decision.is_(None)),
        "feed_end": select(func.coalesce(func.max(outbox.c.id), 0)),
    }
    async with store.read() as db:
        row = (await db.execute(select(*(query.scalar_subquery().label(name) for name, query in counts.items())))).mappings().one()
    return Standing.model_validate(dict(row))
