"""Upkeep of affairs (事务运维): are their records whole, do views and runs agree with them, and what mends them.

The same questions as `service/upkeep.py` asks of cases, with the same reports; that module asks both, one after the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from temporalio.common import QueryRejectCondition

from models.affair.base import Affair
from models.record import Line
from rules.affair.folding import replayed
from rules.affair.kind import Kind
from rules.affair.kinds import KINDS
from rules.library import UnknownDocument
from service.affairs.desk import Affairs
from service.affairs.sending import views_of
from service.errors import Unavailable, UnknownAffair
from service.office import Office
from service.upkeep_reports import LOOK, LOOKS, ONE_QUERY, Drift, DriftKind, RebuildReport, drift_of
from service.upkeep_runs import compared, lasting
from service.verifying import Broken, Finding, VerifyReport, chain_breaks, verified
from store.affairs.publishing import AffairViews
from store.affairs.rebuilding import AffairRebuilding, KeptAffair


@dataclass(frozen=True, slots=True)
class Read:
    """An affair as it was read between two publications."""

    kind: Kind
    kept: KeptAffair
    lines: list[Line]

    @property
    def seq(self) -> int:
        """The last event by the row."""
        return self.kept.seq

    @property
    def head(self) -> str:
        """Its hash by the row."""
        return self.kept.head

    @property
    def state(self) -> Affair | None:
        """The stored state, or None when the text is none."""
        try:
            return self.kind.state.model_validate_json(self.kept.text)
        except ValidationError:
            return None


async def read(office: Office, affair_id: str) -> Read:
    """Read row and events of an affair from between two publications. Raises UnknownAffair, Unavailable."""
    rebuilding = AffairRebuilding(office.store)
    for _ in range(LOOKS):
        before = await rebuilding.kept(affair_id)
        lines = await office.affairs.lines(affair_id)
        after = await rebuilding.kept(affair_id)
        if before is None or after is None or after.kind not in KINDS:
            raise UnknownAffair(affair_id)
        if (before.seq, before.head) == (after.seq, after.head):
            return Read(KINDS[after.kind], after, lines)
    raise Unavailable("the affair is in motion; ask again")


async def verify(office: Office, affair_id: str) -> VerifyReport:
    """Verify the record of one affair, by its id. Raises UnknownAffair."""
    try:
        found = await read(office, affair_id)
    except ValueError:
        seq = await office.affairs.unreadable(affair_id)
        column = Finding(seq=seq or 1, what=Broken.COLUMN, found="unreadable")
        return VerifyReport(case_id=affair_id, code=None, events=0, head="", findings=(column,))
    return verified(affair_id, found.kept.code, found, found.lines, found.kind.event)


def folded(found: Read) -> Any:
    """Return the affair that its events fold to; its first event says under which documents it runs. Raises ValueError."""
    first = found.kind.event.model_validate_json(found.lines[0].body)
    kept = found.kept
    if first.docs is None:
        raise ValueError("the first event does not say under which documents it runs")
    blank = found.kind.state(kind=kept.kind, id=kept.affair_id, source=kept.source, intake_id=kept.intake_id, docs=first.docs)
    return replayed(found.kind, blank, found.lines).model_copy(update={"code": kept.code})


async def rebuilt(office: Office, affairs: Affairs, affair_id: str, *, write: bool = True) -> RebuildReport:
    """Rebuild one affair, or only say what would change."""
    rebuilding = AffairRebuilding(office.store)
    code = None
    for _ in range(LOOKS):
        found = await read(office, affair_id)
        code = found.kept.code
        at = _broken_at(found)
        if at is not None:
            return RebuildReport(case_id=affair_id, code=code, refused="broken", broken_at=at)
        try:
            affair, views = await _made(affairs, found)
        except UnknownDocument:
            return RebuildReport(case_id=affair_id, code=code, refused="unknown_document")
        changed = await (rebuilding.rewrite if write else rebuilding.compare)(affair, found.lines, views)
        if changed is not None:
            return RebuildReport(case_id=affair_id, code=code, changed=changed)
        await asyncio.sleep(LOOK.total_seconds())
    return RebuildReport(case_id=affair_id, code=code, refused="moving")


def _broken_at(found: Read) -> int | None:
    if not found.lines:
        return 1
    broken = next(iter(chain_breaks(found.lines, found.kind.event)), None)
    if broken is not None:
        return broken.seq
    return len(found.lines) + 1 if found.kept.seq > len(found.lines) else None


async def _made(affairs: Affairs, found: Read) -> tuple[Any, AffairViews]:
    affair = folded(found)
    return affair, views_of(found.kind, affair, await affairs.bundle(affair))


async def drift(office: Office, affairs: Affairs, affair_id: str) -> list[Drift]:
    """Compare events, views and run of one affair; nothing when all is well."""
    report = await rebuilt(office, affairs, affair_id, write=False)
    found = drift_of(report)
    if report.refused is not None:
        return found
    run = await lasting(lambda: _compared(office, affairs, affair_id))
    return found if run is None else [*found, run]


async def _compared(office: Office, affairs: Affairs, affair_id: str) -> Drift | None:
    """Compare the record of a running affair with its workflow."""
    read_back = await read(office, affair_id)
    if read_back.kept.ended or read_back.kind.workflow is None:
        return None
    stored = folded(read_back)
    asked: Awaitable[dict[str, Any]] = affairs.engine.handle(affair_id).query(
        "state", reject_condition=QueryRejectCondition.NOT_OPEN, rpc_timeout=ONE_QUERY, result_type=dict[str, Any]
    )
    return await compared(stored, asked, lambda live: differences(live, stored))


def differences(live: Mapping[str, Any], stored: Affair) -> tuple[str, ...]:
    """Return the names of the fields in which a running state, as data, differs from a stored one."""
    there = stored.model_dump(mode="json")
    return tuple(name for name in there if live.get(name) != there[name])


async def mended(office: Office, affairs: Affairs, found: Drift) -> str | None:
    """Mend one disagreement: rebuild views, start a missing run, start anew one that left the record; None where it takes a person."""
    if found.kind is DriftKind.VIEWS:
        report = await rebuilt(office, affairs, found.case_id)
        return "rebuilt" if report.refused is None else None
    if found.kind not in {DriftKind.MISSING, DriftKind.RUN}:
        return None
    affair = await affairs.load(found.case_id)
    kind = KINDS[affair.kind]
    if affair.ended or kind.workflow is None:
        return None
    missing = found.kind is DriftKind.MISSING
    await affairs.engine.restart(kind, affair, "missing" if missing else "diverged", terminate=not missing)
    return "restarted"


async def restarted(office: Office, affairs: Affairs, affair_id: str) -> bool:
    """Start a running affair again from the record, under the code at hand; return whether it was running."""
    await rebuilt(office, affairs, affair_id)
    affair = await affairs.load(affair_id)
    if not affair.ended:
        await affairs.engine.restart(KINDS[affair.kind], affair, "replay", terminate=True)
    return not affair.ended


def led_astray(found: Read, live: Mapping[str, Any], lines: Sequence[Line]) -> tuple[str, ...]:
    """Return in what a replayed state differs from the record as it was at that event."""
    return differences(live, folded(Read(found.kind, found.kept, list(lines))))
