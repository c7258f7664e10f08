"""The bench on which decisions about an affair are written: one event after another, each folded before the next rule looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.affair.base import Affair, AffairDocuments, AffairEvent, AffairWork, Happened
from models.affair.common import AffairAsked
from models.clock import Clock
from models.party import SYSTEM, Actor
from rules.affair.clocks import settle
from rules.affair.folding import fold
from rules.affair.kind import AffairBundle, AffairContext, Kind


@dataclass(slots=True)
class AffairDraft:
    """The events decided so far and the affair as they leave it."""

    kind: Kind
    affair: Any
    ctx: AffairContext
    bundle: AffairBundle
    actor: Actor
    action_id: str | None
    occurred_at: datetime | None = None
    events: list[AffairEvent] = field(default_factory=list)
    _before_last: Affair | None = None

    @property
    def when(self) -> datetime:
        """The time that anchors limits: claimed, or now."""
        return self.occurred_at or self.ctx.now

    def add(
        self,
        what: Happened,
        *,
        stage: str | None = None,
        moments: tuple[str, ...] = (),
        clocks: tuple[Clock, ...] = (),
        docs: AffairDocuments | None = None,
    ) -> None:
        """Write one event and fold it, so that the next rule sees its result."""
        event = self.kind.event(
            seq=self.affair.seq + 1,
            at=self.ctx.now,
            occurred_at=self.occurred_at,
            actor=self.actor,
            action_id=self.action_id,
            what=what,
            stage=stage,
            moments=moments,
            clocks=clocks,
            docs=docs or (self.affair.docs if self.affair.seq == 0 else None),
        )
        self.events.append(event)
        self._before_last = self.affair
        self.affair = fold(self.kind, self.affair, event)

    def ask(self, kind: str, detail: dict[str, Any], *, own: bool = False, awaited: bool = False) -> None:
        """Ask for something outside the core; its servant answers with the action `answer` (`service/affairs/serving.py`).

        `own` makes it the engine's own errand: done in its name, and the action that led to it does not wait for the answer, unless
        it is `awaited`.
        """
        actor = SYSTEM if own else self.actor
        action_id = None if own and not awaited else self.action_id
        work = AffairWork(id=f"w{self.affair.asked + 1}", kind=kind, actor=actor, action_id=action_id, detail=detail)
        self.add(AffairAsked(work=work))

    def carry(self, clock: Clock) -> None:
        """Let the last event carry a clock that it moved."""
        self._rewrite_last(clocks=(*self.events[-1].clocks, clock))

    def settle(self) -> None:
        """Start, stop and move clocks as the affair now wants them; the last event carries it."""
        if not self.events:
            return
        effects = settle(self.kind, self.affair, self.bundle)
        if not effects:
            return
        last = self.events[-1]
        carried = {clock.id: clock for clock in (*last.clocks, *effects.clocks)}
        self._rewrite_last(
            clocks=tuple(clock for clock in carried.values() if clock.id not in effects.stopped),
            stopped=(*last.stopped, *effects.stopped),
            closed=(*last.closed, *effects.closed),
        )

    def _rewrite_last(self, **changes: object) -> None:
        """Give the last event other contents and fold it anew, so that draft and record never differ."""
        before = self._before_last
        if before is None:
            raise ValueError("nothing has been written yet")
        self.events[-1] = self.events[-1].model_copy(update=changes)
        self.affair = fold(self.kind, before, self.events[-1])
