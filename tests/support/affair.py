"""Play an affair of any kind through the pure core: `decide` and `fold` with a hand-moved clock, no Temporal, no store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from models.affair.base import AffairDocuments, AffairEvent
from models.affair.common import AnswerAffair, TickAffair
from models.affair.record import AffairView
from models.party import SYSTEM, Actor
from models.record import Line
from models.refusal import Refusal
from rules.affair.deciding import decide
from rules.affair.folding import append, replayed
from rules.affair.kind import AffairBundle, AffairContext, Kind, bundle
from rules.affair.kinds import KINDS
from rules.affair.view import view
from rules.clock import next_alarm
from rules.library import Library
from store.places import load_place
from tests.support.core import ROOT, actor

MORNING = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
"""09:30 on a Monday in Huaxi."""

GUMENG = "520111105202"


@cache
def shelf(kind: str) -> tuple[Library, AffairDocuments]:
    """Huaxi's documents for a kind, loaded once."""
    place, library = load_place(ROOT / "places" / "huaxi"), Library()
    return library, AffairDocuments(
        network=library.add(place.network), calendar=library.add(place.calendar), book=library.add(place.books[KINDS[kind].shares or kind])
    )


class CoreAffair:
    """One affair in the pure core. `act` returns the events or the refusal; `move_to` rings every clock on the way."""

    def __init__(self, kind: Kind, start: datetime = MORNING, *, affair_id: str = "x") -> None:
        self.kind, self.now = kind, start
        self.library, docs = shelf(kind.shares or kind.name)
        self.state: Any = kind.state(kind=kind.name, id=affair_id, source="desk", intake_id=affair_id, docs=docs)
        self.blank = self.state
        self.events: list[AffairEvent] = []
        self.lines: list[Line] = []
        self._numbers = count(1)

    @property
    def bundle(self) -> AffairBundle:
        """The documents it runs under."""
        return bundle(self.state, self.library, self.kind.book)

    @property
    def types(self) -> list[str]:
        """What has happened so far, by name."""
        return [event.type for event in self.events]

    def act(self, post: str | Actor, do: str, **fields: Any) -> tuple[AffairEvent, ...] | Refusal:
        """Let the holder of a post act now."""
        by = post if isinstance(post, Actor) else actor(post)
        return self._do(self.kind.act({**fields, "do": do, "id": f"a{next(self._numbers)}", "actor": by.model_dump()}))

    def done(self, post: str | Actor, do: str, **fields: Any) -> tuple[AffairEvent, ...]:
        """The same, where it has to be accepted."""
        found = self.act(post, do, **fields)
        assert not isinstance(found, Refusal), f"{do}: {found.code} {found.detail}"
        return found

    def refused(self, post: str | Actor, do: str, **fields: Any) -> str:
        """The same, where it has to be refused; returns the code, and what the refusal names."""
        found = self.act(post, do, **fields)
        assert isinstance(found, Refusal), f"{do} was accepted"
        return f"{found.code} {found.detail}".strip()

    def answer(self, **result: Any) -> None:
        """Answer the oldest pending work."""
        work = next(iter(self.state.work))
        self._do(AnswerAffair(id=f"answer:{work}", actor=SYSTEM, work=work, result=result))

    def move_to(self, at: datetime) -> None:
        """Let time pass, ringing each clock when it is due."""
        for _ in range(1000):
            following = next_alarm(self.state.clocks.values())
            if following is None or following > at:
                break
            self.now = max(self.now, following)
            self._do(TickAffair(id="tick", actor=SYSTEM))
        self.now = max(self.now, at)

    def pass_time(self, **span: float) -> None:
        """Let so much time pass."""
        self.move_to(self.now + timedelta(**span))

    def sleep(self, **span: float) -> None:
        """Let so much time pass while nothing rings, and ring what is due then: an outage."""
        self.now += timedelta(**span)
        self._do(TickAffair(id="tick", actor=SYSTEM))

    def seen(self) -> AffairView:
        """How it looks now."""
        return view(self.kind, self.state, self.bundle, self.now)

    def folds_again(self) -> bool:
        """Whether its lines fold to the same state."""
        found: bool = replayed(self.kind, self.blank, self.lines) == self.state
        return found

    def _do(self, action: Any) -> tuple[AffairEvent, ...] | Refusal:
        decided = decide(self.kind, self.state, action, AffairContext(now=self.now, library=self.library))
        if not isinstance(decided, Refusal):
            self.state, lines = append(self.kind, self.state, decided)
            self.events.extend(decided)
            self.lines.extend(lines)
        return decided
