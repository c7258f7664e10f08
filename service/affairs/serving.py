"""What running affairs ask for (办理请求): publishing, reading back, and work that touches other records.

Work is told apart by its `kind`. `open_case` and `open_affair` begin another record, once, under an intake id made of the affair
and the work; `act_affair` acts on another affair, once, under an action id made of both. A kind's own work is added to `SERVANTS`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from models.affair.base import Link
from models.affair.record import AffairKey, AffairPublication, AffairTask, AffairTaskDone, LoadedAffair
from models.record import Published
from rules.affair.kinds import KINDS
from rules.handover.kind import MOVE
from rules.watch.warning import RAISE
from service.affairs.desk import Affairs
from service.affairs.handovers import move
from service.affairs.rounds.serving import ROUND_SERVANTS
from service.affairs.sending import views_of
from service.affairs.watches import raise_case
from service.cases import Cases
from service.errors import Refused, UnknownAffair
from service.office import Office
from store.affairs.publishing import Burst


class Serving:
    """The use cases behind the activities of affairs."""

    def __init__(self, office: Office, affairs: Affairs, cases: Cases) -> None:
        self.office = office
        self.affairs = affairs
        self.cases = cases

    async def publish(self, publication: AffairPublication) -> Published:
        """Store new events with the views made of them, in one transaction."""
        kind = KINDS[publication.affair["kind"]]
        affair = kind.state.model_validate(publication.affair)
        views = views_of(kind, affair, await self.affairs.bundle(affair))
        burst = Burst(affair=affair, prev_head=publication.prev_head, lines=publication.lines)
        return await self.office.affairs.publish(burst, views)

    async def stored(self, key: AffairKey) -> LoadedAffair:
        """Read an affair back."""
        state = await self.office.affairs.load(key.id)
        return LoadedAffair(affair=None if state is None else KINDS[key.kind].state.model_validate_json(state).model_dump(mode="json"))

    async def serve(self, task: AffairTask) -> AffairTaskDone:
        """Do a piece of work. A refusal is an answer, too: its code stands under `refused`."""
        try:
            return AffairTaskDone(result=await SERVANTS[task.work.kind](self, task))
        except Refused as refused:
            return AffairTaskDone(result={"refused": str(refused.refusal.code), "detail": refused.refusal.detail})
        except UnknownAffair:
            return AffairTaskDone(result={"refused": "unknown_affair"})

    async def words(self, fields: Mapping[str, Any], texts: tuple[str, ...] | list[str]) -> dict[str, Any]:
        """Return fields with the words in the place of the references that stand at the top of these keys."""
        opened = {name: await self.office.vault.open_text(str(fields[name])) for name in texts if fields.get(name)}
        return {**fields, **opened}


async def _open_case(serving: Serving, task: AffairTask) -> dict[str, Any]:
    """Open a dispute: `fields` of `open` with parties by reference, `texts` names those that hold references to words."""
    detail, affair = task.work.detail, task.affair
    fields = await serving.words(detail["fields"], detail.get("texts", ()))
    receipt = await serving.cases.open_within(str(affair["kind"]), f"{affair['id']}:{task.work.id}", fields, task.work.actor)
    link = Link(kind="dispute", id=receipt.case_id, code=receipt.code or "", why="opened")
    return {"link": link.model_dump(mode="json")}


async def _open_affair(serving: Serving, task: AffairTask) -> dict[str, Any]:
    """Begin another affair: `kind`, `fields` of its opening action, `texts` as above, `persons` by the paths of their fields."""
    detail, affair = task.work.detail, task.affair
    fields = await serving.words(detail["fields"], detail.get("texts", ()))
    intake_id = str(detail.get("intake_id") or f"{affair['id']}:{task.work.id}")
    receipt = await serving.affairs.open(
        str(detail["kind"]), fields, task.work.actor, intake_id=intake_id, source=str(affair["kind"]), persons=detail.get("persons")
    )
    link = Link(kind=receipt.kind, id=receipt.affair_id, code=receipt.code or "", why="opened")
    return {"link": link.model_dump(mode="json")}


async def _act_affair(serving: Serving, task: AffairTask) -> dict[str, Any]:
    """Act on another affair: `to` its id, `do`, `fields`; words in them stay references. With `says_who`, `found` is who acts."""
    detail = task.work.detail
    action_id, fields = f"{task.affair['id']}:{task.work.id}", dict(detail.get("fields", {}))
    if detail.get("says_who"):
        own = await serving.affairs.load(str(task.affair["id"]))
        fields["found"] = Link(kind=own.kind, id=own.id, code=own.code or "", why="about").model_dump(mode="json")
    receipt = await serving.affairs.act_within(str(detail["to"]), str(detail["do"]), fields, task.work.actor, action_id)
    return {"seq": receipt.seq}


SERVANTS: dict[str, Callable[[Serving, AffairTask], Awaitable[dict[str, Any]]]] = {
    "open_case": _open_case,
    "open_affair": _open_affair,
    "act_affair": _act_affair,
    RAISE: raise_case,
    MOVE: move,
    **ROUND_SERVANTS,
}
"""Who does what work, by its kind."""
