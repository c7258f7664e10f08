"""Fields by which an action names another record (关联对象): a code at the door, the record itself for the core.

The service looks the code up and says what it found as `found`; a caller never does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.affair.base import AffairAction
from models.affair.handover import MOST_PIECES, OpenWork
from service.office import Office
from store.affairs.in_hands import records_of
from store.engine import Store

NAMES: Mapping[str, str] = {
    "link": "to",
    "blow": "of",
    "report": "of",
}
"""By action: the field that holds the code. The action has a field `found` beside it."""

STAFF: Mapping[str, str] = {
    "hand_over": "receiver",
    "propose": "receiver",
    "redirect": "receiver",
    "seat": "staff",
}
"""By action: the field that names somebody of the staff. The action has a field `on_roll` beside it."""


async def looked_up(office: Office, action: AffairAction, stored: Any) -> AffairAction:
    """Return an action with what the service alone can say: whether a named person is on the roll, what somebody has open.

    `stored` is the affair that the action is for, where there is one.
    """
    changes: dict[str, Any] = {}
    named = getattr(action, STAFF.get(action.do, ""), None)
    if named is not None and hasattr(action, "on_roll"):
        changes["on_roll"] = await office.roll.staff(named) is not None
    if hasattr(action, "open_work"):
        leaver = getattr(action, "leaver", None) or stored.leaver
        changes["open_work"] = await open_work(office.store, leaver)
    return action.model_copy(update=changes) if changes else action


async def open_work(store: Store, staff: str) -> tuple[OpenWork, ...]:
    """Return the records in which somebody of the staff has something open, cases first: what a handover moves."""
    return tuple(OpenWork(record=record, kind=kind) for record, kind in await records_of(store, staff, MOST_PIECES))
