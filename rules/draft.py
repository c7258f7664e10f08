"""The bench on which `decide` works: what it may look at, how it refuses, and how it writes events one after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.case import Case
from models.clock import Clock
from models.event import Event
from models.happening import What
from models.party import Actor
from models.refusal import Refusal, RefusalCode
from models.words import Algorithm, Stage
from rules.fold import fold
from rules.library import Bundle, Library
from rules.limits import settle


@dataclass(frozen=True, slots=True)
class Context:
    """What `decide` may look at besides case and action: the time, the library, and what the chain is made with. Nothing else."""

    now: datetime
    library: Library
    algorithm: Algorithm | None = None
    """What the events to come are chained with; a seal over them has to know."""

    def bundle(self, case: Case) -> Bundle:
        """Return the documents the case runs under; raises UnknownDocument, on which the caller waits."""
        return self.library.bundle(case.docs)


class Refuse(Exception):
    """Ends a decision with a refusal; `decide` turns it into a value."""

    def __init__(self, code: RefusalCode, detail: str = "") -> None:
        super().__init__(code)
        self.refusal = Refusal(code=code, detail=detail)


def require(holds: object, code: RefusalCode, detail: str = "") -> None:
    """Refuse with `code` unless it holds."""
    if not holds:
        raise Refuse(code, detail)


@dataclass(slots=True)
class Draft:
    """The events decided so far and the case as they leave it."""

    case: Case
    ctx: Context
    actor: Actor
    action_id: str | None
    occurred_at: datetime | None = None
    undoable: bool = False
    events: list[Event] = field(default_factory=list)
    settled: Case | None = None
    """The case as it was when its clocks were last settled; at first the case as it came."""
    _before_last: Case | None = None

    def __post_init__(self) -> None:
        self.settled = self.settled or self.case

    @property
    def bundle(self) -> Bundle:
        """The documents of the case as it is now."""
        return self.ctx.bundle(self.case)

    @property
    def when(self) -> datetime:
        """The time that anchors limits: claimed, or now."""
        return self.occurred_at or self.ctx.now

    def add(self, what: What, *, stage: Stage | None = None, moments: tuple[str, ...] = (), clocks: tuple[Clock, ...] = ()) -> None:
        """Write one event and fold it, so that the next rule sees its result."""
        chapter = self.case.chapter + (1 if what.type == "reopened" else 0)
        event = Event(
            seq=self.case.seq + 1,
            chapter=chapter,
            at=self.ctx.now,
            occurred_at=self.occurred_at,
            actor=self.actor,
            action_id=self.action_id,
            what=what,
            stage=stage,
            moments=moments,
            clocks=clocks,
            undoable=self.undoable,
        )
        self.events.append(event)
        self._before_last = self.case
        self.case = fold(self.case, event)

    def _rewrite_last(self, **changes: object) -> None:
        """Give the last event other contents and fold it anew, so that draft and record never differ."""
        assert self._before_last is not None
        self.events[-1] = self.events[-1].model_copy(update=changes)
        self.case = fold(self._before_last, self.events[-1])

    def amend_last(self, stage: Stage, *moments: str) -> None:
        """Let the last event carry the stage it turns out to lead to; no event of its own says what another already says."""
        self._rewrite_last(stage=stage, moments=(*self.events[-1].moments, *moments))

    def carry(self, clock: Clock) -> None:
        """Let the last event carry a clock that it moved."""
        self._rewrite_last(clocks=(*self.events[-1].clocks, clock))

    def settle(self, *, rebased: bool = False) -> None:
        """Start, stop and move clocks as the case now wants them; the last event carries it."""
        if not self.events:
            return
        effects = settle(self.case, self.bundle, self.when, before=self.settled, rebased=rebased)
        self.settled = self.case
        if not effects:
            return
        last = self.events[-1]
        carried: Mapping[str, Clock] = {clock.id: clock for clock in (*last.clocks, *effects.clocks)}
        self._rewrite_last(
            clocks=tuple(clock for clock in carried.values() if clock.id not in effects.stopped),
            stopped=(*last.stopped, *effects.stopped),
            closed=(*last.closed, *effects.closed),
        )
        self.settled = self.case
