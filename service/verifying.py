"""Verifying the record (核验): is every event the one that was written, none missing, none moved, the seal over all of them.

Read only, and only the store: it works without a Temporal server. Used by `service/upkeep.py` and the command line.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from enum import StrEnum
from typing import Protocol

from pydantic import ValidationError

from models.affair.base import AffairEvent
from models.base import Model
from models.event import Event
from models.happening import Archived, Audited
from models.record import Line
from rules.chain import GENESIS, follows, link
from rules.digests import NoAlgorithm, algorithm_of
from service.errors import Unavailable, UnknownCase
from service.office import Office
from store.rebuilding import Kept, Rebuilding

AnyEvent = Event | AffairEvent
"""An event of a case or of an affair: both stand in the same chain."""

LOOKS = 20
"""How often a case in motion is read until row and events belong together."""


class Broken(StrEnum):
    """What can be wrong with a record."""

    MISSING = "missing"
    """An event of this number is not there."""
    CHANGED = "changed"
    """Its text or its hash is not the one that was written."""
    MOVED = "moved"
    """It stands in the place of another one."""
    COLUMN = "column"
    """A column beside the text says something else than the text."""
    SEAL = "seal"
    """The seal of the archive, or the head that an audit saw, is not the hash of the events before it."""
    HEAD = "head"
    """The case's row ends at another event than the record."""
    STATE = "state"
    """The stored state ends at another event than the record, or is no state at all."""


class Finding(Model):
    """One thing that does not hold: at which event, what, and the values."""

    seq: int
    what: Broken
    wanted: str = ""
    found: str = ""


class VerifyReport(Model):
    """A case's record verified: whole when nothing was found. `findings` begin with the first broken event."""

    case_id: str
    code: str | None
    events: int
    head: str
    sealed: int | None = None
    """Number of the last `archived` event, whose seal covers all before."""
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the record is whole."""
        return not self.findings

    @property
    def detail(self) -> str:
        """The first thing that does not hold, as one line."""
        first = min(self.findings, key=lambda finding: finding.seq, default=None)
        return "" if first is None else f"event {first.seq}: {first.what}"

    @property
    def broken_at(self) -> int | None:
        """Number of the first broken event."""
        return min((finding.seq for finding in self.findings), default=None)


async def verify(office: Office, key: str) -> VerifyReport:
    """Verify the record of one case, by code or case id. Raises UnknownCase."""
    case_id = await office.records.find(key)
    if case_id is None:
        raise UnknownCase(key)
    return await _verify(office, case_id)


async def verify_all(office: Office) -> AsyncIterator[VerifyReport]:
    """Verify every case, in the order of their ids."""
    async for case_id in office.records.case_ids():
        yield await _verify(office, case_id)


async def _verify(office: Office, case_id: str) -> VerifyReport:
    try:
        kept, lines = await settled(office, case_id)
    except ValueError:
        seq = await office.records.unreadable(case_id)
        if seq is None:
            raise
        found = Finding(seq=seq, what=Broken.COLUMN, found="unreadable")
        return VerifyReport(case_id=case_id, code=None, events=seq, head="", findings=(found,))
    return _verified(kept, lines)


async def settled(office: Office, case_id: str) -> tuple[Kept, list[Line]]:
    """Read row and events of a case from between two publications. Raises UnknownCase, Unavailable."""
    rebuilding = Rebuilding(office.store)
    for _ in range(LOOKS):
        before = await rebuilding.kept(case_id)
        lines = await office.records.lines(case_id)
        after = await rebuilding.kept(case_id)
        if before is None or after is None:
            raise UnknownCase(case_id)
        if (before.seq, before.head) == (after.seq, after.head):
            return after, lines
    raise Unavailable("the case is in motion; ask again")


class Ended(Protocol):
    """What is kept of a record beside its events, as far as its end has to be known."""

    @property
    def seq(self) -> int:
        """The last event by the row."""

    @property
    def head(self) -> str:
        """Its hash by the row."""

    @property
    def state(self) -> Stood | None:
        """The stored state, or None when the text is none."""


class Stood(Protocol):
    """A stored state, as far as its end has to be known."""

    @property
    def seq(self) -> int:
        """The last event by the state."""

    @property
    def head(self) -> str:
        """Its hash by the state."""


def _verified(kept: Kept, lines: Sequence[Line]) -> VerifyReport:
    sealed = max((line.seq for line in lines if line.type == "archived"), default=None)
    return verified(kept.case_id, kept.code, kept, lines).model_copy(update={"sealed": sealed})


def verified(record_id: str, code: str | None, kept: Ended, lines: Sequence[Line], event: type[AnyEvent] = Event) -> VerifyReport:
    """Return what is found in the lines of a record whose events are of this model, and in what is kept beside them."""
    findings = [*chain_breaks(lines, event), *_ends(kept, lines)]
    head = lines[-1].hash if lines else GENESIS
    return VerifyReport(case_id=record_id, code=code, events=len(lines), head=head, findings=tuple(findings))


def chain_breaks(lines: Sequence[Line], model: type[AnyEvent] = Event) -> Iterator[Finding]:
    """Yield what does not hold, up to the first break of the chain: behind it nothing can be said."""
    previous = GENESIS
    hashes: list[str] = [GENESIS]
    for expected, line in enumerate(lines, start=1):
        if line.seq < expected:
            yield Finding(seq=line.seq, what=Broken.MOVED, wanted=str(expected), found=str(line.seq))
            return
        if line.seq > expected:
            yield Finding(seq=expected, what=Broken.MISSING, wanted=str(expected), found=str(line.seq))
            return
        event = _event(line, model)
        if event is not None and event.seq != expected:
            yield Finding(seq=expected, what=Broken.MOVED, wanted=str(expected), found=str(event.seq))
            return
        if event is None or not follows(previous, line.body, line.hash):
            yield Finding(seq=expected, what=Broken.CHANGED, wanted=_made(previous, line), found=line.hash)
            return
        yield from _columns(line, event)
        yield from _seals(event, hashes)
        previous = line.hash
        hashes.append(line.hash)


def _made(previous: str, line: Line) -> str:
    """Return the hash that its text leads to, as far as its own says how it was made."""
    try:
        return link(previous, line.body, algorithm_of(line.hash))
    except NoAlgorithm:
        return "an algorithm of ours"


def _event(line: Line, model: type[AnyEvent]) -> AnyEvent | None:
    try:
        return model.model_validate_json(line.body)
    except ValidationError:
        return None


def _columns(line: Line, event: AnyEvent) -> Iterator[Finding]:
    """Yield columns that say something else than the text that is hashed."""
    for name, wanted, found in (
        ("type", event.type, line.type),
        ("at", event.at, line.at),
        ("action_id", event.action_id, line.action_id),
    ):
        if wanted != found:
            yield Finding(seq=event.seq, what=Broken.COLUMN, wanted=f"{name}={wanted}", found=f"{name}={found}")


def _seals(event: AnyEvent, hashes: Sequence[str]) -> Iterator[Finding]:
    """Yield a seal that does not cover the events before it: what a chain calculated anew does not get past."""
    if isinstance(event.what, Archived) and event.what.seal != hashes[-1]:
        yield Finding(seq=event.seq, what=Broken.SEAL, wanted=hashes[-1], found=event.what.seal)
    if isinstance(event.what, Audited) and event.what.checked_head not in hashes:
        yield Finding(seq=event.seq, what=Broken.SEAL, wanted="a hash before", found=event.what.checked_head)


def _ends(kept: Ended, lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield where row and state end at another event than the record does."""
    last_seq, last = (lines[-1].seq, lines[-1].hash) if lines else (0, GENESIS)
    if kept.seq > last_seq:
        yield Finding(seq=last_seq + 1, what=Broken.MISSING, wanted=f"{kept.seq} events", found=f"{last_seq} events")
    elif (kept.seq, kept.head) != (last_seq, last):
        yield Finding(seq=_parting(kept.seq, last_seq), what=Broken.HEAD, wanted=f"{last_seq} {last}", found=f"{kept.seq} {kept.head}")
    state = kept.state
    if state is None:
        yield Finding(seq=max(last_seq, 1), what=Broken.STATE, found="unreadable")
    elif (state.seq, state.head) != (last_seq, last):
        yield Finding(seq=_parting(state.seq, last_seq), what=Broken.STATE, wanted=f"{last_seq} {last}", found=f"{state.seq} {state.head}")


def _parting(one: int, other: int) -> int:
    """Return the first event that only one of the two has; where both end at the same number, that number."""
    return max(one, 1) if one == other else min(one, other) + 1
