"""Ringing the clocks of affairs that have no run of their own (台账时限): from the record, each alarm once.

Called by each worker every few seconds, and by rehearsals at every time they come to. Two workers that ring the same affair
decide the same; the record takes the first.
"""

from __future__ import annotations

from models.affair.common import TickAffair
from models.party import SYSTEM
from rules.affair.kinds import KINDS
from service.affairs.desk import Affairs
from service.office import Office

KEPT = tuple(name for name, kind in KINDS.items() if kind.workflow is None)
"""Kinds whose clocks are rung here."""


async def ring(office: Office, affairs: Affairs) -> int:
    """Ring every alarm of a kept affair whose time has come; return how many affairs were looked at. Raises StoreAway."""
    looked = 0
    while KEPT and (found := await office.affairs.due(KEPT, office.now())):
        moved = False
        for kind_name, state in found:
            kind = KINDS[kind_name]
            affair = kind.state.model_validate_json(state)
            after = await affairs.publish_decided(kind, affair, TickAffair(id="tick", actor=SYSTEM))
            moved = moved or (after is not None and after.seq > affair.seq)
            looked += 1
        if not moved:
            break
    return looked
