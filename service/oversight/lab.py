"""The rule lab (规则实验室): what closed cases, or the stories of the casebook, would have been like under other rules.

Every case is asked again twice: under the documents it ran under, and under the tried ones; what differs is the doing of the change
alone. A case whose record does not come out again by the first is named and left out. Nothing is written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

from models.base import Model
from models.case import Case
from models.event import Event
from models.library import Documents
from models.network import Network
from models.party import Actor
from models.procedure import Procedure
from models.record import Line
from models.risk import RiskTable
from rules.desks import Desk
from rules.lab.compare import Change, Sums, Way, changes, sums, unlike, way
from rules.lab.course import course
from rules.lab.play import Course, Docs, play
from rules.library import Library
from service.office import Office
from service.oversight.figuring import sit_down
from service.sighted import Sighted
from store.desk.lists import Filter
from store.desk.states import States
from store.replaying import blank

CLOSED = Filter(ended=True)


class Tried(Model):
    """The documents that are tried; None = the one each case ran under."""

    procedure: Procedure | None = None
    network: Network | None = None
    risk: RiskTable | None = None

    def laid(self, library: Library) -> Docs:
        """Put them into a library; return how they replace those of a case."""
        given = {"procedure": self.procedure, "network": self.network, "risk": self.risk}
        names = {kind: library.add(doc) for kind, doc in given.items() if doc is not None}

        def docs(recorded: Documents) -> Documents:
            return recorded.model_copy(update=names)

        return docs


class Differs(Model):
    """One case that would have been another."""

    code: str
    changes: tuple[Change, ...]


class Unlike(Model):
    """One case whose record does not come out again under its own documents: nothing is said of it."""

    code: str
    at: str
    """The first event that is another, `seq type`."""


class LabReport(Model):
    """What would differ."""

    looked_at: int
    cases: tuple[Differs, ...]
    unlike: tuple[Unlike, ...]
    before: Sums
    """Of all cases that came out again, as they were."""
    after: Sums


class Bench:
    """Asks cases again, one after another, and gathers what differs."""

    def __init__(self, library: Library, tried: Tried) -> None:
        self._library = library
        self._docs = tried.laid(library)
        self._before: list[Way] = []
        self._after: list[Way] = []
        self._differs: list[Differs] = []
        self._unlike: list[Unlike] = []

    def add(self, case: Case, lines: Iterable[Line], name: str = "") -> None:
        """Ask one case again, both ways; it is told of by its code, or by `name`.

        Raises UnknownDocument for one that ran under documents the library does not hold.
        """
        events = tuple(Event.model_validate_json(line.body) for line in lines)
        code = name or case.code or case.id
        start = blank(case).model_copy(update={"docs": _first_docs(case, events)})
        told = Course(start, course(start, events), events)
        as_it_was = play(told, self._library, lambda docs: docs)
        at = unlike(events, as_it_was)
        if at is not None:
            self._unlike.append(Unlike(code=code, at=at))
            return
        tried = play(told, self._library, self._docs)
        one, other = way(case, as_it_was.events, as_it_was.not_taken), way(tried.case, tried.events, tried.not_taken)
        found = changes(one, other, self._library.bundle(case.docs).cal)
        if found:
            self._differs.append(Differs(code=code, changes=found))
        self._before.append(one)
        self._after.append(other)

    def report(self) -> LabReport:
        """Return what has come of it so far."""
        looked_at = len(self._before) + len(self._unlike)
        differs = tuple(sorted(self._differs, key=lambda one: one.code))
        return LabReport(looked_at=looked_at, cases=differs, unlike=tuple(self._unlike), before=sums(self._before), after=sums(self._after))


class Lab(Sighted):
    """The lab over the closed cases of one person's reach. Refused `not_allowed` to whom trying is not for."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._states = States(office.store)

    async def closed(self, actor: Actor, tried: Tried, *, limit: int = 1000, watch: Callable[[int, int], None] | None = None) -> LabReport:
        """Ask the closed cases within reach again, those registered last first, `limit` at most; `watch` hears done and all."""
        sit_down(Desk.TRY, actor)
        await self._office.shelf.fill(self._office.library)
        ids = await self._states.ids(await self.eyes(actor), CLOSED, self._office.now(), limit)
        bench = Bench(self._office.library, tried)
        done = 0
        async for case in self._states.each(ids):
            bench.add(case, await self._office.records.lines(case.id))
            done += 1
            if watch is not None:
                watch(done, len(ids))
            await asyncio.sleep(0)
        return bench.report()


def _first_docs(case: Case, events: Sequence[Event]) -> Documents:
    """Return the documents a case began under: it may have gone on under others."""
    first = events[0].what if events else None
    return first.docs if first is not None and first.type == "registered" else case.docs
