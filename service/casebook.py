"""The casebook (案例册): disputes told as steps, and what must then be true. Form: design §10 and `docs/casebook.md`.

Reads a file into `Casebook` and compares expectations with a view; playing it is `service/rehearsal.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from models.action import INTERNAL
from models.base import Id, Model
from models.record import CaseView
from models.refusal import RefusalCode
from models.words import CardKind, Level, Role, Stage, TaskState, Tier
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
    if name not in PERMITS or name in INTERNAL:
        raise ValueError("no such action")
    return name


def _event(name: str) -> str:
    """Refuse an event that cannot happen: a misspelt `never` would hold for ever."""
    if name not in FOLDINGS:
        raise ValueError("no such event")
    return name


ActionName = Annotated[str, AfterValidator(_action)]
EventName = Annotated[str, AfterValidator(_event)]


class Expect(Model):
    """What must be true; only the keys that are named are compared."""

    stage: Stage | None = None
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
    """Which case of the file it is about, where there is more than one."""

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


def compare(expect: Expect, seen: CaseView, cal: WorkingCalendar, step: str) -> Iterator[Failure]:
    """Yield what does not hold."""
    found: dict[str, object] = {
        "stage": seen.stage,
        "tier": seen.tier,
        "level": seen.level,
        "lead": seen.lead,
        "mediator_set": seen.mediator is not None,
        "cards": seen.cards,
        "holder": seen.holder.role if seen.holder else None,
        "suspended": seen.suspended,
        "promises_open": seen.promises_open,
        "reopened": seen.reopened,
    }
    for name, value in found.items():
        wanted = getattr(expect, name)
        if wanted is not None and wanted != value and (name != "cards" or set(wanted) != set(seen.cards)):
            yield Failure(step=step, what=name, wanted=_shown(wanted), found=_shown(value))
    dues = {clock.id: cal.ending_date(clock.due) if clock.due else None for clock in seen.clocks}
    for clock, day in (expect.due or {}).items():
        if dues.get(clock) != day:
            yield Failure(step=step, what=f"due.{clock}", wanted=str(day), found=str(dues.get(clock, "no such clock")))
    for unit, state in (expect.tasks or {}).items():
        if seen.tasks.get(unit) != state:
            yield Failure(step=step, what=f"tasks.{unit}", wanted=state, found=seen.tasks.get(unit, "no task"))


def compare_way(end: End, happened: Sequence[str]) -> Iterator[Failure]:
    """Yield what does not hold of the whole way."""
    way = iter(happened)
    missing = next((event for event in end.events if event not in way), None)
    if missing is not None:
        yield Failure(step="end", what="events", wanted=f"{missing} in its order", found=", ".join(happened))
    for event in end.never:
        if event in happened:
            yield Failure(step="end", what="never", wanted=f"no {event}", found=f"{happened.count(event)} of them")
    for event, count in end.counts.items():
        if happened.count(event) != count:
            yield Failure(step="end", what=f"counts.{event}", wanted=str(count), found=str(happened.count(event)))


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(str(item) for item in value) + "]"
    return str(value)
