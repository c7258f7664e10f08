"""The judge (核对): what clients were told, what a receiver heard and what runs, laid beside the record. Pure; finds, never mends.

Each claim is one sentence that has to hold of every case, action, event or run there is; what does not is named.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bench.chaos.told import Memory, Told
from models.case import Case
from models.event import Event
from models.refusal import RefusalCode
from rules.library import Bundle
from tests.support import invariants

OURS = ("open:", "absorb:", "answer:", "restart:", "tick")
"""How the ids of the engine's own actions begin."""

UNSEEN = "unknown_case"

MOST = 20
"""Offending ids that a claim names."""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as its row tells: who it is, whether it has ended, its last event."""

    case_id: str
    code: str
    intake_id: str
    ended: bool
    seq: int
    head: str


@dataclass
class Record:
    """What is stored, what runs, and what was found when it was checked."""

    cases: dict[str, CaseRow]
    events: dict[str, list[Event]]
    """By case, in the order of their numbers."""
    actions: Counter[tuple[str, str]]
    """Rows of accepted actions, by case and id."""
    outbox: Counter[tuple[str, int]]
    """Rows of the outbox, by case and event."""
    running: set[str]
    """Workflow ids that run."""
    drift: list[str] = field(default_factory=list)
    unverified: list[str] = field(default_factory=list)
    undelivered: list[str] = field(default_factory=list)
    """Messages that are still waiting, or were given up."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim: what has to hold, of how many, and the ids it does not hold of."""

    name: str
    of: int
    offending: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it does: of everything, and of something at all."""
        return not self.offending and self.of > 0

    def told(self) -> dict[str, object]:
        """Return it as it stands in the certificate."""
        found = {"claim": self.name, "holds": self.holds, "of": self.of, "offending": len(self.offending)}
        return found | ({"ids": list(self.offending[:MOST])} if self.offending else {})


def judge(memory: Memory, record: Record, heard: Sequence[tuple[str, int]]) -> list[Claim]:
    """Return every claim that can be judged without the states of the cases."""
    accepted = [one for one in memory.told if one.accepted]
    refused = [one for one in memory.told if not one.accepted]
    events = sum(map(len, record.events.values()))
    running = sum(not case.ended for case in record.cases.values())
    return [
        _claim("every action was answered, and the same action always in the same way", memory.told, _unanswered(memory)),
        _claim("every accepted action is in the record exactly once, with the events of its answer", accepted, _lost(record, accepted)),
        Claim("no refused action is in the record; refusals have the procedure's codes", len(memory.told), tuple(_leaked(record, refused))),
        Claim("nothing is in the record that nobody asked for", events, tuple(_invented(memory, record))),
        Claim("every intake is exactly one case, and no code is left out", len(memory.intakes), tuple(_intakes(memory, record))),
        Claim("the events of every case are numbered without a gap", events, tuple(_gaps(record))),
        Claim("every reminder, card and rung came exactly once", events, tuple(_doubled(record))),
        Claim("every case that has not ended is carried by a run", running, tuple(_orphans(record))),
        Claim("every run carries a case that has not ended", len(record.running), tuple(_strays(record))),
        Claim("every event stands in the outbox exactly once", events, tuple(_outbox(record))),
        Claim("every event was delivered at least once, and nothing else", events, tuple(_unheard(record, heard))),
        Claim("every case's events came in order", len(record.cases), tuple(_disorder(heard))),
        Claim("no message waits or was given up", events, tuple(record.undelivered)),
        Claim("events, views and running cases agree (drift is empty)", len(record.cases), tuple(record.drift)),
        Claim("every chain verifies", len(record.cases), tuple(record.unverified)),
    ]  # fmt: skip


def lawful(states: Iterable[Case], events: dict[str, list[Event]], bundle: Callable[[Case], Bundle], now: datetime) -> list[Claim]:
    """Return the claims about the state of each case: it is one the procedure allows, and no alarm that was due has not rung."""
    wrong, silent, count = list[str](), list[str](), 0
    for case in states:
        count += 1
        wrong += _broken(case.id, lambda case=case: invariants.state(case, bundle(case), events[case.id]))  # type: ignore[misc]
        silent += _broken(case.id, lambda case=case: invariants.quiet(case, now))  # type: ignore[misc]
    return [
        Claim("every case is in a state that the procedure allows, and somebody holds it", count, tuple(wrong)),
        Claim("every alarm that was due has rung", count, tuple(silent)),
    ]


def _claim(name: str, of: Sequence[object], offending: Iterable[str]) -> Claim:
    return Claim(name, len(of), tuple(offending))


def _broken(case_id: str, check: Callable[[], None]) -> list[str]:
    try:
        check()
    except AssertionError as error:
        return [f"{case_id}: {next(iter(str(error).splitlines()), 'does not hold')}"]
    return []


def _unanswered(memory: Memory) -> Iterator[str]:
    yield from (f"{one}: no answer" for one in memory.unanswered)
    yield from (f"{one}: two answers" for one in memory.contradicted)


def _lost(record: Record, accepted: Sequence[Told]) -> Iterator[str]:
    """Accepted actions that the record lacks, has more than once, or with other events than were answered."""
    happened: dict[tuple[str, str], list[str]] = defaultdict(list)
    for case_id, events in record.events.items():
        for event in events:
            if event.action_id is not None:
                happened[case_id, event.action_id].append(event.type)
    for one in accepted:
        key = (one.case_id, one.action_id)
        if record.actions[key] != 1:
            yield f"{one.case_id} {one.action_id}: {record.actions[key]} times"
        elif tuple(happened[key]) != one.events:
            yield f"{one.case_id} {one.action_id}: answered {', '.join(one.events)}, stored {', '.join(happened[key])}"


def _leaked(record: Record, refused: Sequence[Told]) -> Iterator[str]:
    """Refused actions that were done all the same, and answers that are no refusal.

    `unknown_case` is what somebody hears who may not see a case; of one that is not there it would be a loss.
    """
    for one in refused:
        if record.actions[one.case_id, one.action_id]:
            yield f"{one.case_id} {one.action_id}: refused, and done"
        rightly = one.refused in set(RefusalCode) or (one.refused == UNSEEN and one.case_id in record.cases)
        if not rightly:
            yield f"{one.case_id} {one.action_id}: {one.refused}"


def _invented(memory: Memory, record: Record) -> Iterator[str]:
    """Actions of clients in the record that no client remembers as accepted."""
    known = {(one.case_id, one.action_id) for one in memory.told if one.accepted}
    for case_id, action_id in record.actions:
        if not action_id.startswith(OURS) and (case_id, action_id) not in known:
            yield f"{case_id} {action_id}"


def _intakes(memory: Memory, record: Record) -> Iterator[str]:
    found = Counter(case.intake_id for case in record.cases.values())
    yield from (f"{intake}: {found[intake]} cases" for intake in memory.intakes if found[intake] != 1)
    yield from (f"{intake}: nobody's" for intake in found if intake not in memory.intakes)
    numbers: dict[str, list[int]] = defaultdict(list)
    for case in record.cases.values():
        prefix, _, number = case.code.rpartition("-")
        numbers[prefix].append(int(number))
    for prefix, given in numbers.items():
        if sorted(given) != list(range(1, len(given) + 1)):
            yield f"{prefix}: {len(given)} codes up to {max(given)}"


def _gaps(record: Record) -> Iterator[str]:
    for case_id, case in record.cases.items():
        if [event.seq for event in record.events.get(case_id, [])] != list(range(1, case.seq + 1)):
            yield case_id


def _doubled(record: Record) -> Iterator[str]:
    for case_id, events in record.events.items():
        bells = invariants.Bells()
        yield from _broken(case_id, lambda bells=bells, events=events: bells.hear(tuple(events)))  # type: ignore[misc]


def _orphans(record: Record) -> Iterator[str]:
    yield from (case_id for case_id, case in record.cases.items() if not case.ended and case_id not in record.running)


def _strays(record: Record) -> Iterator[str]:
    for run in record.running:
        case = record.cases.get(run)
        if case is None or case.ended:
            yield f"{run}: {'no case' if case is None else 'the case has ended'}"


def _outbox(record: Record) -> Iterator[str]:
    wanted = _all_events(record)
    yield from (f"{case_id}.{seq}: {record.outbox[case_id, seq]} times" for case_id, seq in wanted if record.outbox[case_id, seq] != 1)
    yield from (f"{case_id}.{seq}: no event" for case_id, seq in record.outbox if (case_id, seq) not in wanted)


def _unheard(record: Record, heard: Sequence[tuple[str, int]]) -> Iterator[str]:
    wanted, got = _all_events(record), set(heard)
    yield from (f"{case_id}.{seq}: never heard" for case_id, seq in sorted(wanted - got))
    yield from (f"{case_id}.{seq}: heard, and not in the record" for case_id, seq in sorted(got - wanted))


def _disorder(heard: Sequence[tuple[str, int]]) -> Iterator[str]:
    """Cases of which an event came in for the first time after a later one."""
    last: dict[str, int] = {}
    for case_id, seq in heard:
        if seq > last.get(case_id, 0) + 1:
            yield f"{case_id}: {seq} after {last.get(case_id, 0)}"
        last[case_id] = max(seq, last.get(case_id, 0))


def _all_events(record: Record) -> set[tuple[str, int]]:
    return {(case_id, event.seq) for case_id, events in record.events.items() for event in events}
