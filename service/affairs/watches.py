"""Signals on their way to watches (预警线索), and the disputes that watches lead to.

`signal` finds the watch of a subject or begins it, once for each source id; calls, visits, whistles, events and other affairs use
it alike. Another affair asks for it by `draft.ask("open_affair", {"kind": "watch", "fields": …, "persons": …})`, which comes here, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from models.affair.base import Link
from models.affair.record import AffairReceiptOut, AffairTask
from models.affair.watch.state import SignalChannel
from models.case import Case
from models.party import SYSTEM, Actor
from models.words import TIERS, Tier
from service.affairs.desk import Affairs
from service.errors import Refused

if TYPE_CHECKING:
    from service.affairs.serving import Serving

KIND = "watch"


@dataclass(frozen=True, slots=True)
class Seen:
    """A signal on its way: its type, how it came, and by which source under which id it is known; the same pair is the same signal."""

    signal: str
    channel: SignalChannel
    source: str
    source_id: str
    text: str = ""
    occurred_at: datetime | None = None


async def signal(
    affairs: Affairs, subject: Mapping[str, Any], seen: Seen, actor: Actor, persons: Mapping[str, str] | None = None
) -> AffairReceiptOut:
    """Enter a signal about a subject; the watch begins with its first.

    `subject` is `{of: household, place, number}`, `{of: place, place, number?}` or `{of: pair, place, one_person, other_person}`, where a
    person is a mapping, or is known to another record and given in `persons` by reference (`{"subject.one_person": ref}`).
    Raises Refused, Unavailable.
    """
    fields: dict[str, Any] = {"subject": dict(subject), "signal": seen.signal, "channel": seen.channel, "text": seen.text}
    if seen.occurred_at is not None:
        fields["occurred_at"] = seen.occurred_at
    return await affairs.open(KIND, fields, actor, intake_id=seen.source_id, source=seen.source, persons=persons)


async def raise_case(serving: Serving, task: AffairTask) -> dict[str, Any]:
    """Raise the dispute that a watch led to before, or open one; only the first answer carries the link to it."""
    detail, affair = task.work.detail, task.affair
    intake_id, tier = f"{affair['id']}:{task.work.id}", Tier(detail["tier"])
    case = None if await serving.cases.taken(KIND, intake_id) else await _running(serving, affair)
    found: dict[str, Any] = {}
    if case is None:
        known = serving.office.bundle.risk.signs
        fields = {**detail["fields"], "risk_signs": [sign for sign in detail["fields"]["risk_signs"] if sign in known]}
        receipt = await serving.cases.open_within(KIND, intake_id, fields, SYSTEM)
        case = await serving.cases.load(receipt.case_id)
        link = Link(kind="dispute", id=receipt.case_id, code=receipt.code or "", why="opened")
        found["link"] = link.model_dump(mode="json")
    if TIERS.index(tier) > TIERS.index(case.tier):
        try:
            await serving.cases.act(case.id, "regrade", {"tier": tier, "reason": detail["reason"]}, SYSTEM, action_id=intake_id)
        except Refused as refused:
            # A person may have been faster; that there is a dispute counts all the same.
            found["refused"] = str(refused.refusal.code)
    return found


async def _running(serving: Serving, affair: Mapping[str, Any]) -> Case | None:
    """The newest dispute that the watch is linked with and that has not ended."""
    for link in reversed(affair["links"]):
        case = await serving.office.records.load(link["id"]) if link["kind"] == "dispute" else None
        if case is not None and not case.ended:
            return case
    return None
