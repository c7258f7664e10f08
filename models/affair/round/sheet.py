"""A sheet (网格任务单): the part of a round that one grid walks at a time. Its state holds target ids and what came of each, no more."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from models.affair.base import Affair, AffairAction, AffairEvent, Happened, Link
from models.affair.common import CommonAction, CommonHappening
from models.affair.round.book import MOST_ON_A_SHEET
from models.affair.round.round import Tally
from models.base import Id, Instant, Label, Model, Reason
from models.clock import Clock
from models.words import Role

MOST_IN_A_BATCH = 200
"""Most results that one action takes; longer batches are sent in parts."""


class Outcome(StrEnum):
    """What came of a target (走访结果)."""

    VISITED = "visited"  # 已走访
    SKIPPED = "skipped"  # 未走访（有理由）
    OVERDUE = "overdue"  # 逾期未走访


class Mark(Model):
    """What came of one target, and by which result."""

    outcome: Outcome
    id: str = ""
    """The client's id of the result; empty for what the clock ended."""
    excused: bool = False


class Found(Model):
    """Something found at a target (发现问题)."""

    finding: Label
    """A key of the book's `findings`."""
    text: Reason = ""
    person: str | None = None
    """Reference of the person whom a dispute is about."""


class Result(Model):
    """What came of a visit, as it stands in the record."""

    target: str
    id: str
    outcome: Outcome
    at: Instant
    """When it happened: claimed where claimed."""
    claimed: bool = False
    """Told later than it happened (补录)."""
    late: bool = False
    """After the due time, before the clock ended it."""
    answers: dict[str, str] = Field(default_factory=dict)
    skip: str | None = None
    excused: bool = False
    text: str = ""
    found: tuple[str, ...] = ()
    """Findings, each of which opens something once."""


class Entry(Model):
    """One row of a batch (批量补录), by a client that had no connection when it happened."""

    row: int = Field(default=0, ge=0)
    """Its place in the client's batch, to be named where it can't be taken."""
    id: Id
    """The client's own id of this result: the same however often it is sent."""
    target: Id
    outcome: Literal[Outcome.VISITED, Outcome.SKIPPED]
    at: Instant | None = None
    """When it happened; none = now."""
    answers: dict[Label, Label] = Field(default_factory=dict, max_length=40)
    skip: Label | None = None
    text: Reason = ""
    findings: tuple[Found, ...] = Field(default=(), max_length=10)


class Broken(Model):
    """A row that can't be taken: which, what of it, and why (a refusal's code)."""

    row: int
    id: str = ""
    field: str = ""
    reason: str


class StuckFinding(Model):
    """A finding for which nothing could be opened; somebody of the centre has to see to it."""

    target: str
    finding: str
    refused: str


class Sheet(Affair):
    """The state of one sheet. Stages: `open` → `reporting` → `done`."""

    kind: Literal["sheet"] = "sheet"
    round: str | None = None
    plan: str | None = None
    no: int = 0
    unit: str | None = None
    role: Role | None = None
    left: tuple[str, ...] = ()
    """Targets that nothing has come of yet, in the order of the list."""
    marks: dict[str, Mark] = Field(default_factory=dict)
    """What came of the others."""
    paused: bool = False
    stuck: dict[str, StuckFinding] = Field(default_factory=dict)
    """By the work that was refused."""
    found: int = 0
    """How many findings have opened something, or are about to."""

    @property
    def tally(self) -> Tally:
        """What has come of its targets."""
        of = [mark.outcome for mark in self.marks.values()]
        excused = sum(mark.excused for mark in self.marks.values())
        return Tally(
            visited=of.count(Outcome.VISITED), skipped=of.count(Outcome.SKIPPED), excused=excused, overdue=of.count(Outcome.OVERDUE)
        )


class DealSheet(AffairAction):
    """Deal a sheet to a grid; sent by its round (派单)."""

    do: Literal["deal"] = "deal"
    round: Link
    plan: str
    no: int
    place: str
    targets: tuple[str, ...] = Field(min_length=1, max_length=MOST_ON_A_SHEET)
    clock: Clock
    """The round's own clock: the sheet is due when the round is."""


class VisitTarget(AffairAction):
    """Say what a visit came to (登记走访)."""

    do: Literal["visit"] = "visit"
    target: Id
    answers: dict[Label, Label] = Field(default_factory=dict, max_length=40)
    text: Reason = ""
    findings: tuple[Found, ...] = Field(default=(), max_length=10)


class SkipTarget(AffairAction):
    """Leave a target out, for a reason from the list (登记未走访)."""

    do: Literal["skip"] = "skip"
    target: Id
    skip: Label
    text: Reason = ""


class EnterBatch(AffairAction):
    """Take results that were written down without a connection; rows that can't be taken are named, the others are taken (批量补录)."""

    do: Literal["enter"] = "enter"
    entries: tuple[Entry, ...] = Field(min_length=1, max_length=MOST_IN_A_BATCH)


class PauseSheet(AffairAction):
    """Let it stand still; sent by its round (暂停)."""

    do: Literal["pause"] = "pause"


class ResumeSheet(AffairAction):
    """Let it go on; sent by its round (恢复)."""

    do: Literal["resume"] = "resume"


class SettleFinding(AffairAction):
    """Say what was done about a finding for which nothing could be opened (人工处置)."""

    do: Literal["settle"] = "settle"
    work: Label
    text: Reason = ""


class SheetDealt(Happened):
    """A sheet was dealt to a grid."""

    type: Literal["sheet_dealt"] = "sheet_dealt"
    round: Link
    plan: str
    no: int
    place: str
    town: str | None
    unit: str
    role: Role
    targets: tuple[str, ...]


class TargetVisited(Happened):
    """A target was visited."""

    type: Literal["target_visited"] = "target_visited"
    result: Result


class TargetSkipped(Happened):
    """A target was left out, with a reason."""

    type: Literal["target_skipped"] = "target_skipped"
    result: Result


class BatchEntered(Happened):
    """Results that were written down without a connection: which were taken, how many were there already, which can't be taken."""

    type: Literal["batch_entered"] = "batch_entered"
    results: tuple[Result, ...]
    repeated: int = 0
    broken: tuple[Broken, ...] = ()


class TargetsOverdue(Happened):
    """The time is over; these targets were neither visited nor left out."""

    type: Literal["targets_overdue"] = "targets_overdue"
    targets: tuple[str, ...]


class SheetPaused(Happened):
    """It stands still."""

    type: Literal["sheet_paused"] = "sheet_paused"


class SheetResumed(Happened):
    """It goes on."""

    type: Literal["sheet_resumed"] = "sheet_resumed"


class FindingOpened(Happened):
    """A finding has opened a record, which is linked from here on."""

    type: Literal["finding_opened"] = "finding_opened"
    work: str
    target: str
    finding: str
    link: Link


class FindingStuck(Happened):
    """Nothing could be opened for a finding."""

    type: Literal["finding_stuck"] = "finding_stuck"
    work: str
    stuck: StuckFinding


class FindingSettled(Happened):
    """Somebody has seen to it by hand."""

    type: Literal["finding_settled"] = "finding_settled"
    work: str
    text: str


class SheetComplete(Happened):
    """Every target of the sheet has come to its end; the round is being told."""

    type: Literal["sheet_complete"] = "sheet_complete"
    tally: Tally


class SheetReported(Happened):
    """The round knows."""

    type: Literal["sheet_reported"] = "sheet_reported"
    work: str
    refused: str | None = None


SheetAction = Annotated[
    DealSheet | VisitTarget | SkipTarget | EnterBatch | PauseSheet | ResumeSheet | SettleFinding | CommonAction,
    Field(discriminator="do"),
]

SheetHappening = (
    SheetDealt
    | TargetVisited
    | TargetSkipped
    | BatchEntered
    | TargetsOverdue
    | SheetPaused
    | SheetResumed
    | FindingOpened
    | FindingStuck
    | FindingSettled
    | SheetComplete
    | SheetReported
)


class SheetEvent(AffairEvent):
    """One entry of a sheet's record."""

    what: Annotated[SheetHappening | CommonHappening, Field(discriminator="type")]
