"""What goes between a running case and the record, and what comes back. Arguments and results of activities."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from models.base import Instant, Model
from models.case import Case
from models.clock_story import ClockStory
from models.library import Documents
from models.words import Algorithm, Level, Role, Stage


class Line(Model):
    """One event as it is stored: canonical JSON and the hash over the one before and it."""

    seq: int
    type: str
    at: Instant
    action_id: str | None
    hash: str
    body: str


class Publication(Model):
    """The newest state with all events not yet stored. Safe to send twice."""

    case: Case
    prev_head: str
    lines: tuple[Line, ...]


class PublishOutcome(StrEnum):
    """What the store made of a publication."""

    STORED = "stored"
    KNOWN = "known"
    GAP = "gap"
    DIVERGED = "diverged"


class Published(Model):
    """Answer to a publication: the stored head and the case code."""

    outcome: PublishOutcome
    head: str
    seq: int
    code: str | None = None


class Duty(Model):
    """An obligation (待办): who owes what by when. The inbox is nothing but these."""

    id: str
    """Name of what is owed, unique within the case: a clock id, or the act itself where no limit runs."""
    act: str
    """The action that fulfils it."""
    role: Role
    unit: str | None
    """None = any unit of the case's scope that has this role."""
    person: str | None = None
    clock: str | None = None
    due: Instant | None = None
    provisional: bool = False
    holds_ball: bool = False
    """True for the one that must be met next for the case itself to move on."""


class AssignmentQuery(Model):
    """Ask for a mediator."""

    case: Case
    now: Instant


class AssignmentProposal(Model):
    """Who it should be, and why; `mediator` is None when nobody is fit."""

    mediator: str | None
    unit: str | None = None
    household: str | None = None
    """Of the person proposed, for the conflict of interest with whoever becomes a party meanwhile."""
    why: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()


class EscalationQuery(Model):
    """Ask who the 1, the 3 and the N are at the next level."""

    docs: Documents
    town: str | None
    place: str | None = None
    category: str | None
    level: Level


class EscalationProposal(Model):
    """The units of a level: the centre, those to work with it, fallbacks taken and posts vacant."""

    lead: str
    units: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    vacant: tuple[str, ...] = ()


class AuditQuery(Model):
    """Ask for the closing checklist on the stored record."""

    case_id: str
    now: Instant


class AuditReport(Model):
    """The checklist evaluated on the record, and the head of the chain that was verified."""

    passed: tuple[str, ...]
    open: tuple[str, ...]
    head: str
    broken_at: int | None = None


class Delivery(Model):
    """Reach another case on behalf of this one: be absorbed by it, or open it for parties split off."""

    kind: str
    case: Case
    work: str
    detail: dict[str, Any] = Field(default_factory=dict)


class DeliveryAnswer(Model):
    """What became of it."""

    accepted: bool
    refusal: str | None = None
    case_id: str | None = None
    code: str | None = None


class Loaded(Model):
    """A case read back from the record."""

    case: Case | None


class Start(Model):
    """Input of the dispute workflow: always a whole case state."""

    case: Case
    time_shift: float = 0.0
    """Seconds added to Temporal's clock in one place, for rehearsals; zero in life."""
    restart: Literal["diverged", "replay", "missing"] | None = None
    """Why it starts again from the record; noted on the timeline."""
    algorithm: Algorithm | None = None
    """What its events are chained with until a request says otherwise."""


class ActReceipt(Model):
    """Answer to an accepted action."""

    action_id: str
    case_id: str
    code: str | None
    seq: int
    stage: Stage | None
    events: tuple[str, ...]


class PublicClock(Model):
    """A clock as a view shows it."""

    id: str
    due: Instant | None
    provisional: bool
    paused: bool
    overdue: bool


class CaseView(Model):
    """What everybody with access to a case may know of its way; words and persons are resolved by the face."""

    case_id: str
    code: str | None
    as_of: Instant
    seq: int
    chapter: int
    stage: Stage | None
    tier: str
    level: Level | None
    town: str | None
    centre: str | None
    lead: str | None
    category: str | None
    mediator: str | None
    suspended: bool
    holder: Duty | None
    duties: tuple[Duty, ...]
    clocks: tuple[PublicClock, ...]
    cards: tuple[str, ...]
    """Kinds of cards still open, each once, yellow before red."""
    tasks: dict[str, str]
    """State of the newest task of each unit."""
    promises_open: int
    reopened: int
    ended: bool


class Explanation(Model):
    """The view, and the story of every clock: its arithmetic in both languages."""

    view: CaseView
    clocks: tuple[ClockStory, ...]
