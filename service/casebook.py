"""The casebook (案例册): disputes told as steps, and what must then be true. Form: design §10 and `docs/casebook.md`.

Reads a file into `Casebook` and compares expectations with a view; playing it is `service/rehearsal.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from models.action import INTERNAL
from models.affair.common import INTERNAL as NOT_AT_THE_DOOR
from models.affair.record import AffairView
from models.base import Id, Model
from models.record import CaseView
from models.refusal import RefusalCode
from models.words import CardKind, Level, Role, Stage, TaskState, Tier
from rules.affair.folding import COMMON_FOLDINGS
from rules.affair.kinds import KINDS
from rules.authority import PERMITS
from rules.calendar import WorkingCalendar
from rules.foldings import FOLDINGS
from store.files import BadFile, parse, read_yaml

SPAN = r"^\d{1,5}(m|min|h|d|wd)$"
"""A stretch of time: minutes, hours, calendar days, working days at the same clock time."""


def _local(value: object) -> object:
    """Read a time without a zone as it is written; it is the place's own time."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


Local = Annotated[datetime, BeforeValidator(_local)]


def _action(name: str) -> str:
    of_affairs = any(kind.spec(name) is not None for kind in KINDS.values()) and name not in NOT_AT_THE_DOOR
    if not of_affairs and (name not in PERMITS or name in INTERNAL):
        raise ValueError("no such action")
    return name


def _event(name: str) -> str:
    """Refuse an event that cannot happen: a misspelt `never` would hold for ever."""
    if name not in FOLDINGS and name not in COMMON_FOLDINGS and not any(name in kind.foldings for kind in KINDS.values()):
        raise ValueError("no such event")
    return name


def _stage(name: str) -> str:
    if name not in set(Stage) and not any(name in kind.stages for kind in KINDS.values()):
        raise ValueError("no such stage")
    return name


def _kind(name: str) -> str:
    if name not in KINDS:
        raise ValueError("no such kind of affair")
    return name


ActionName = Annotated[str, AfterValidator(_action)]
EventName = Annotated[str, AfterValidator(_event)]
StageName = Annotated[str, AfterValidator(_stage)]
KindName = Annotated[str, AfterValidator(_kind)]


PLAIN = ("stage", "tier", "level", "lead", "mediator_set", "holder", "suspended", "promises_open", "reopened")
"""Expectations that are one value of a view."""


class Expect(Model):
    """What must be true; only the keys that are named are compared."""

    stage: StageName | None = None
    tier: Tier | None = None
    level: Level | None = None
    lead: str | None = None
    mediator_set: bool | None = None
    cards: tuple[CardKind, ...] | None = None
    due: dict[str, date] | None = None
    holder: Role | None = None
    suspended: bool | None = None
    promises_open: int | None = None
    reopened: int | None = None
    tasks: dict[str, TaskState] | None = None
    has: dict[str, Any] | None = None
    """Values in the state by their path, e.g. `calls.0.state`; a number in a path is a place in a list."""


class End(Expect):
    """What must be true at the end, of the whole way too."""

    events: tuple[EventName, ...] = ()
    """Must have happened in this order; others may lie between."""
    never: tuple[EventName, ...] = ()
    counts: dict[EventName, int] = Field(default_factory=dict)


class Step(Model):
    """One step: time passes, somebody does something, something must be true."""

    after: str | None = Field(default=None, pattern=SPAN)
    at: Local | None = None
    who: str | None = Field(default=None, alias="as")
    do: ActionName | None = None
    id: Id | None = None
    """Id of the action, where a later step speaks of it, e.g. to take it back."""
    given: dict[str, Any] = Field(default_factory=dict, alias="with")
    refused: RefusalCode | None = None
    expect: Expect | None = None
    case: str = "main"
    """Which record of the file it is about, where there is more than one."""
    kind: KindName | None = None
    """With the first action of an affair: which kind of affair begins. Without it a dispute is opened."""
    linked: str | None = None
    """The record of this label is the newest one that the record of that other label is linked with."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.who is None) != (self.do is None):
            raise ValueError("`as` and `do` go together")
        if self.do is None and (self.given or self.refused or self.id):
            raise ValueError("`with`, `refused` and `id` need a `do`")
        return self


class Casebook(Model):
    """One file of the casebook."""

    title: str
    place: str
    start: Local
    steps: tuple[Step, ...] = Field(min_length=1)
    end: End = End()
    ends: dict[str, End] = Field(default_factory=dict)
    """The same for records of other labels."""


def read_casebook(path: Path) -> Casebook:
    """Read a casebook file; raises BadFile naming file, key and reason."""
    data = read_yaml(path)
    if not isinstance(data, dict):
        raise BadFile(path, "", "a casebook file is a mapping")
    return parse(Casebook, data, path)


class Failure(Model):
    """An expectation that did not hold: where, what was wanted, what was found."""

    step: str
    what: str
    wanted: str
    found: str


def compare(expect: Expect, seen: CaseView, state: Mapping[str, Any], cal: WorkingCalendar, step: str) -> Iterator[Failure]:
    """Yield what does not hold of a case."""
    found: dict[str, object] = {
        "stage": seen.stage,
        "tier": seen.tier,
        "level": seen.level,
        "lead": seen.lead,
        "mediator_set": seen.mediator is not None,
        "holder": seen.holder.role if seen.holder else None,
        "suspended": seen.suspended,
        "promises_open": seen.promises_open,
        "reopened": seen.reopened,
    }
    yield from _compare(expect, seen, found, state, cal, step)
    for unit, task in (expect.tasks or {}).items():
        if seen.tasks.get(unit) != task:
            yield Failure(step=step, what=f"tasks.{unit}", wanted=task, found=seen.tasks.get(unit, "no task"))


def compare_affair(expect: Expect, seen: AffairView, state: Mapping[str, Any], cal: WorkingCalendar, step: str) -> Iterator[Failure]:
    """Yield what does not hold of an affair; what only cases have does not hold of one."""
    found: dict[str, object] = {"stage": seen.stage, "holder": seen.holder.role if seen.holder else None}
    yield from _compare(expect, seen, found, state, cal, step)


def _compare(
    expect: Expect, seen: CaseView | AffairView, found: Mapping[str, object], state: Mapping[str, Any], cal: WorkingCalendar, step: str
) -> Iterator[Failure]:
    for name in PLAIN:
        wanted = getattr(expect, name)
        if wanted is not None and wanted != found.get(name, "no such thing"):
            yield Failure(step=step, what=name, wanted=_shown(wanted), found=_shown(found.get(name, "no such thing")))
    if expect.cards is not None and set(expect.cards) != set(seen.cards):
        yield Failure(step=step, what="cards", wanted=_shown(expect.cards), found=_shown(seen.cards))
    dues = {clock.id: cal.ending_date(clock.due) if clock.due else None for clock in seen.clocks}
    for clock, day in (expect.due or {}).items():
        if dues.get(clock) != day:
            yield Failure(step=step, what=f"due.{clock}", wanted=str(day), found=str(dues.get(clock, "no such clock")))
    for path, value in (expect.has or {}).items():
        there, wanted = _at(state, path), value.isoformat() if isinstance(value, date) else value
        if there != wanted:
            yield Failure(step=step, what=f"has.{path}", wanted=str(wanted), found=str(there))


def _at(state: object, path: str) -> object:
    """What stands at a path of a state; `nothing` where there is no such place."""
    for part in path.split("."):
        if isinstance(state, Mapping) and part in state:
            state = state[part]
        elif isinstance(state, Sequence) and part.isdigit() and int(part) < len(state):
            state = state[int(part)]
        else:
            return "nothing"
    return state


def compare_way(end: End, happened: Sequence[str], name: str = "end") -> Iterator[Failure]:
    """Yield what does not hold of the whole way."""
    way = iter(happened)
    missing = next((event for event in end.events if event not in way), None)
    if missing is not None:
        yield Failure(step=name, what="events", wanted=f"{missing} in its order", found=", ".join(happened))
    for event in end.never:
        if event in happened:
            yield Failure(step=name, what="never", wanted=f"no {event}", found=f"{happened.count(event)} of them")
    for event, count in end.counts.items():
        if happened.count(event) != count:
            yield Failure(step=name, what=f"counts.{event}", wanted=str(count), found=str(happened.count(event)))


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(str(item) for item in value) + "]"
    return str(value)
