"""Beginning an affair at a face (事务登记): the same intake id of one's own is the same affair, that of somebody else is not told of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.affair.record import AffairReceiptOut
from models.base import Model
from models.party import Actor
from models.refusal import RefusalCode
from service.affairs.desk import Affairs
from service.affairs.reading import AffairReader
from service.errors import refuse
from service.office import Office

SOURCE = "desk"


class Begun(Model):
    """An affair begun: its receipt, and whether it was there already."""

    receipt: AffairReceiptOut
    known: bool


async def begin(office: Office, kind: str, fields: Mapping[str, Any], actor: Actor, intake_id: str | None = None) -> Begun:
    """Begin an affair of a kind, once for each intake id. Raises Refused, Unavailable.

    `already_done` where somebody else's intake has this id and what came of it is not this person's to see.
    """
    affairs, reader = Affairs(office), AffairReader(office)
    known = await office.affairs.by_intake(kind, SOURCE, intake_id) if intake_id is not None else None
    if known is not None and not await reader.may_see(actor, known):
        raise refuse(RefusalCode.ALREADY_DONE, "intake_id")
    receipt = await affairs.open(kind, fields, actor, intake_id=intake_id, source=SOURCE)
    return Begun(receipt=receipt, known=known is not None)
