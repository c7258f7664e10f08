"""Affairs that have no run of their own (台账): their clocks are rung, and what they asked for is done, from the record, each once.

Called by each worker every few seconds, and by rehearsals at every time they come to. Two workers that ring or serve the same affair
decide the same; the record takes the first.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from models.affair.common import AnswerAffair, TickAffair
from models.affair.record import AffairTask
from models.party import SYSTEM
from rules.affair.kind import Kind
from rules.affair.kinds import KINDS
from service.affairs.desk import Affairs
from service.affairs.serving import Serving
from service.cases import ATTEMPTS, Cases
from service.errors import Refused, Unavailable
from service.office import Office

KEPT = tuple(name for name, kind in KINDS.items() if kind.workflow is None)
"""Kinds that are kept here."""


async def ring(office: Office, affairs: Affairs) -> int:
    """Ring every alarm of a kept affair whose time has come, and do what is asked; return how many were looked at. Raises StoreAway."""
    looked, serving = 0, Serving(office, affairs, Cases(office))
    while KEPT and (found := await office.affairs.due(KEPT, office.now())):
        moved = False
        for kind_name, state in found:
            kind = KINDS[kind_name]
            affair = kind.state.model_validate_json(state)
            after = await affairs.publish_decided(kind, affair, TickAffair(id="tick", actor=SYSTEM))
            served = await _serve(serving, kind, after or affair)
            moved = moved or served or (after is not None and after.seq > affair.seq)
            looked += 1
        if not moved:
            break
    return looked


async def _serve(serving: Serving, kind: Kind, affair: Any) -> bool:
    """Do all that an affair has asked for and take the answers; return whether any was done. What is away is asked again next time."""
    done = False
    for work in affair.work.values():
        task = AffairTask(affair=affair.model_dump(mode="json"), work=work, now=serving.office.now())
        # Refused: another worker has taken the same answer. Unavailable: what it needs is away, and the work stays.
        with suppress(Refused, Unavailable):
            answer = (await serving.serve(task)).result
            action = AnswerAffair(id=f"answer:{work.id}", actor=SYSTEM, work=work.id, result=answer)
            for _ in range(ATTEMPTS):
                # What was done may have acted on this affair in the meantime.
                if await serving.affairs.publish_decided(kind, await serving.affairs.load(affair.id), action) is not None:
                    done = True
                    break
    return done
