"""Moving what a handover (离岗交接) moves: one piece after another, each through the record's own action, each once.

Who approved it acts, standing in for who leaves, so each record says both. The action's id is made of the handover and the piece: a
handover that broke off goes on, and what was moved before is found moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.affair.handover import Handover
from models.affair.record import AffairTask
from models.party import Actor
from models.refusal import RefusalCode
from models.words import Role
from rules.affair.kinds import KINDS
from rules.staff_ids import role_of, unit_of
from service.errors import UnknownAffair, UnknownCase

if TYPE_CHECKING:
    from service.affairs.serving import Serving

DISPUTE = "dispute"
HAND_OVER = "hand_over"


async def move(serving: Serving, task: AffairTask) -> dict[str, Any]:
    """Move one piece. Empty = moved; `left` = there was nothing to move any more. Raises Refused, which is an answer, too."""
    handover, detail = Handover.model_validate(task.affair), task.work.detail
    leaver = handover.leaver or ""
    actor = Actor(person=handover.reviewer or "", role=Role(role_of(leaver)), unit=unit_of(leaver), stands_for=leaver)
    action_id = f"handover:{handover.id}:{task.work.id}"
    reason = f"离岗交接 {handover.code or ''}".strip()
    by_kind = _dispute if detail["kind"] == DISPUTE else _affair
    try:
        return await by_kind(serving, str(detail["record"]), str(detail["receiver"]), reason, actor, action_id)
    except (UnknownCase, UnknownAffair):
        return {"left": "unknown"}


async def _dispute(serving: Serving, record: str, receiver: str, reason: str, actor: Actor, action_id: str) -> dict[str, Any]:
    if await serving.office.records.receipt(record, action_id) is not None:
        return {}
    case = await serving.cases.load(record)
    if case.ended or case.mediator is None or case.mediator.person != actor.holder:
        return {"left": str(RefusalCode.ALREADY_DONE)}
    await serving.cases.act(record, HAND_OVER, {"to": receiver, "reason": reason}, actor, action_id=action_id)
    return {}


async def _affair(serving: Serving, record: str, receiver: str, reason: str, actor: Actor, action_id: str) -> dict[str, Any]:
    if await serving.office.affairs.receipt(record, action_id) is not None:
        return {}
    affair = await serving.affairs.load(record)
    if actor.holder not in KINDS[affair.kind].in_hands(affair).values():
        return {"left": str(RefusalCode.ALREADY_DONE)}
    await serving.affairs.act(record, HAND_OVER, {"receiver": receiver, "reason": reason}, actor, action_id=action_id)
    return {}
