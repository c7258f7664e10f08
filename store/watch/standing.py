"""How many of what stand in the store now, for an operator's figures: counts alone, of all cases together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, text

from models.base import Model
from models.message import DeliveryState, GateState
from store.arrivals.arrival_tables import arrivals
from store.arrivals.arrivals import OPEN
from store.engine import Store
from store.messages.message_tables import UNDONE, deliveries, gates
from store.messages.planning import NEW
from store.secrecy.erasure_tables import redactions
from store.tables import cases, obligations, outbox

ENOUGH = 10_000
"""Rows that are counted at most, where an instance that sends no messages would let them grow for ever."""


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
    events_unplanned: int
    """Events for which nobody has looked yet who is to be told; counted up to `ENOUGH`."""
    messages_late: int
    """Messages that should have left by the time asked for, and have not."""
    messages_dead: int
    """Messages given up, until a person settles them."""
    roads_shut: int
    """Roads of messages that are broken or switched off."""
    feed_end: int
    """The last position of the change feed."""


async def standing(store: Store, now: datetime, late: datetime) -> Standing:
    """Count; what was due before `late` should have been done. Raises StoreAway."""
    running = cases.c.ended_at.is_(None)
    unplanned = select(outbox.c.id).where(outbox.c.state == NEW).limit(ENOUGH)
    counts = {
        "cases_open": select(func.count()).select_from(cases).where(running),
        "alarms_late": select(func.count()).select_from(cases).where(running, cases.c.next_due < late),
        "duties_open": select(func.count()).select_from(obligations),
        "duties_overdue": select(func.count()).select_from(obligations).where(obligations.c.due < now),
        "arrivals_waiting": select(func.count()).select_from(arrivals).where(arrivals.c.state.in_(OPEN)),
        "redactions_waiting": select(func.count()).select_from(redactions).where(redactions.c.decision.is_(None)),
        "events_unplanned": select(func.count()).select_from(unplanned.subquery()),
        "messages_late": select(func.count()).select_from(deliveries).where(text(UNDONE), deliveries.c.due_at < late),
        "messages_dead": select(func.count()).select_from(deliveries).where(deliveries.c.state == DeliveryState.DEAD),
        "roads_shut": select(func.count()).select_from(gates).where(gates.c.state != GateState.CLOSED),
        "feed_end": select(func.coalesce(func.max(outbox.c.id), 0)),
    }
    async with store.read() as db:
        row = (await db.execute(select(*(query.scalar_subquery().label(name) for name, query in counts.items())))).mappings().one()
    return Standing.model_validate(dict(row))
