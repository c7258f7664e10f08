"""Plays a watch in the pure core, with a clock moved by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any

from models.affair.base import AffairDocuments, AffairEvent
from models.affair.common import AnswerAffair, TickAffair
from models.affair.watch.book import WatchBook
from models.affair.watch.state import Watch
from models.party import SYSTEM
from models.refusal import Refusal
from rules.affair.deciding import decide
from rules.affair.folding import append
from rules.affair.kind import AffairContext, bundle
from rules.affair.views import Beside, beside
from rules.clock import next_alarm
from rules.library import Library
from rules.watch.kind import WATCH
from store.places import load_place
from tests.support.core import ROOT, actor

GUMENG = "520111105202"
HOUSE: dict[str, Any] = {"of": "household", "place": GUMENG, "number": "0202-031"}
PAIR: dict[str, Any] = {"of": "pair", "place": GUMENG, "one_person": "person:a", "other_person": "person:b"}
GRID, POLICE, DIRECTOR, CLERK = "grid@yanlou-gumeng", "police@yanlou-police", "director@yanlou-centre", "clerk@yanlou-centre"


@cache
def shelf() -> tuple[Library, AffairDocuments]:
    """Huaxi's documents, and those a watch runs under."""
    place, library = load_place(ROOT / "places" / "huaxi"), Library()
    docs = place.documents(library)
    return library, AffairDocuments(network=docs.network, calendar=docs.calendar, book=library.add(place.books["watch"]))


def book() -> WatchBook:
    """Huaxi's book of watches."""
    library, docs = shelf()
    return library.book(docs.book, WatchBook)


def blank() -> Watch:
    """A watch before its first signal."""
    return Watch(id="00000000-0000-5000-8000-00000000000a", source="watch", intake_id="x", docs=shelf()[1])


class Played:
    """One watch. `act` gives the events or the refusal; `move_to` rings every clock on the way."""

    def __init__(self, start: datetime) -> None:
        self.library, self.docs = shelf()
        self.now = start
        self.watch = blank()
        self.events: list[AffairEvent] = []
        self._ids: Iterator[int] = count(1)

    def act(self, post: str, do: str, **fields: Any) -> tuple[AffairEvent, ...] | Refusal:
        """Let the holder of a post ask for something; what it asks others for is answered at once."""
        more = {"docs": self.docs} if do == "signal" else {}
        return self._send(WATCH.act({**more, **fields, "do": do, "id": f"a{next(self._ids)}", "actor": actor(post)}))

    def signal(self, name: str, post: str = POLICE, **fields: Any) -> tuple[AffairEvent, ...] | Refusal:
        """Enter a signal, with the household as its subject where it is the first."""
        subject = {"subject": HOUSE} if self.watch.subject is None else {}
        return self.act(post, "signal", **{"signal": name, "channel": "call", **subject, **fields})

    def move_to(self, target: datetime) -> None:
        """Let time pass."""
        while (at := next_alarm(self.watch.clocks.values())) is not None and at <= target:
            self.now = max(self.now, at)
            self._send(TickAffair(id="tick", actor=SYSTEM))
        self.now = target

    def beside(self) -> Beside:
        """Duties, access and keys."""
        return beside(WATCH, self.watch, bundle(self.watch, self.library, WatchBook))

    @property
    def types(self) -> list[str]:
        """What has happened."""
        return [event.type for event in self.events]

    def _send(self, action: Any) -> tuple[AffairEvent, ...] | Refusal:
        decided = decide(WATCH, self.watch, action, AffairContext(now=self.now, library=self.library))
        if isinstance(decided, Refusal):
            return decided
        self.watch, _ = append(WATCH, self.watch, decided)
        self.events.extend(decided)
        for work in tuple(self.watch.work.values()):
            self._send(AnswerAffair(id=f"answer:{work.id}", actor=SYSTEM, work=work.id))
        return decided
