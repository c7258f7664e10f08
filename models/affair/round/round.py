"""A round (轮次): visit every target of a list by a date.

It keeps counts and which sheets are open; the targets stand in `round_targets`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.affair.base import Affair, AffairAction, AffairEvent, Happened
from models.affair.common import CommonAction, CommonHappening
from models.base import Id, Label, Model, Reason

MOST_WITH_IT = 500
"""Most targets that may be given with the action that begins a round; longer lists come as a file."""


class Tally(Model):
    """Counts of results (完成情况). `excused` are those of the skipped that have a good reason."""

    visited: int = 0
    skipped: int = 0
    excused: int = 0
    overdue: int = 0

    @property
    def ended(self) -> int:
        """Targets that have come to an end."""
        return self.visited + self.skipped + self.overdue

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(**{name: getattr(self, name) + getattr(other, name) for name in Tally.model_fields})


class GridTally(Model):
    """One grid of a round: its targets, how many of them are on sheets by now, and what has come of those on ended sheets."""

    targets: int
    dealt: int = 0
    tally: Tally = Tally()


class Dealt(Model):
    """A sheet that is to be dealt, or was."""

    no: int
    """Its number in the round, from 1 on."""
    place: str
    size: int
    """Most targets on it; once dealt, as many as there are."""
    id: str = ""
    """The sheet; empty before it is dealt, and where there was nothing left for it."""
    code: str = ""


class GivenTarget(Model):
    """One target as it is given (对象)."""

    key: Id
    """Its own number in the list, the same for the same target whenever it is given."""
    place: Label
    """Division code of its village or community."""
    label: Reason = ""
    """Words by which whoever walks knows it: a name, a door."""
    about_kind: Label | None = None
    about: Label | None = None
    """Id of the affair it is, where it is one."""


class Round(Affair):
    """The state of one round. Stages: `gathering` → `counting` → `running` → `closed`."""

    kind: Literal["round"] = "round"
    plan: str | None = None
    targets: int = 0
    digest: str | None = None
    """SHA-256 over all targets of the list in order, as it was when the round started."""
    grids: dict[str, GridTally] = Field(default_factory=dict)
    """By division code."""
    sheets: int = 0
    """How many numbers have been given to sheets."""
    open: dict[str, Dealt] = Field(default_factory=dict)
    """Sheets that are being walked, by their number."""
    early: tuple[int, ...] = ()
    """Sheets that ended before the round heard that they were dealt."""
    paused: bool = False
    lapsing: bool = False
    """Its time is over: nothing more is dealt."""
    stuck: str | None = None
    """Code of the refusal for which nothing more is dealt until somebody of the centre resumes it."""

    @property
    def tally(self) -> Tally:
        """What has come of the targets on ended sheets, over all grids."""
        found = Tally()
        for grid in self.grids.values():
            found = found.plus(grid.tally)
        return found


class BeginRound(AffairAction):
    """Begin a round of a plan (发起轮次)."""

    do: Literal["begin"] = "begin"
    plan: Label
    place: Label
    """Division code of the town or village it is for; of the district for all of it."""
    targets: tuple[GivenTarget, ...] = Field(default=(), max_length=MOST_WITH_IT)
    """A short list; a long one is given as a file."""


class StartRound(AffairAction):
    """Say that the list is whole, and let it be walked (开始巡查)."""

    do: Literal["start"] = "start"


class PauseRound(AffairAction):
    """Let it stand still, its clock as well (暂停)."""

    do: Literal["pause"] = "pause"
    reason: Reason = ""


class ResumeRound(AffairAction):
    """Let it go on; its due time moves by the time it stood (恢复)."""

    do: Literal["resume"] = "resume"


class EndSheet(AffairAction):
    """A sheet has ended; sent by the sheet itself (任务单回报)."""

    do: Literal["sheet_done"] = "sheet_done"
    no: int
    place: str
    size: int
    tally: Tally


class RoundBegun(Happened):
    """A round of a plan was begun; its targets are being gathered."""

    type: Literal["round_begun"] = "round_begun"
    plan: str
    place: str
    town: str | None


class RoundCounting(Happened):
    """The list is whole; its targets are being counted."""

    type: Literal["round_counting"] = "round_counting"


class RoundStarted(Happened):
    """The targets stand fast: how many there are by grid, and a digest of the list."""

    type: Literal["round_started"] = "round_started"
    work: str
    targets: dict[str, int]
    digest: str


class SheetsDealt(Happened):
    """Sheets were dealt to grids."""

    type: Literal["sheets_dealt"] = "sheets_dealt"
    work: str
    sheets: tuple[Dealt, ...]
    planned: tuple[Dealt, ...]
    """The same as they were asked for."""


class SheetEnded(Happened):
    """A sheet has ended: what came of its targets."""

    type: Literal["sheet_ended"] = "sheet_ended"
    no: int
    place: str
    size: int
    tally: Tally


class RoundStuck(Happened):
    """Something that the round asked for was refused."""

    type: Literal["round_stuck"] = "round_stuck"
    work: str
    refused: str


class RoundTimeOver(Happened):
    """Its time is over: what is not on a sheet yet will not be dealt."""

    type: Literal["round_time_over"] = "round_time_over"


class TargetsLapsed(Happened):
    """Targets that never came onto a sheet are overdue."""

    type: Literal["targets_lapsed"] = "targets_lapsed"
    work: str
    overdue: dict[str, int]
    """By division code."""


class RoundPaused(Happened):
    """It stands still."""

    type: Literal["round_paused"] = "round_paused"
    reason: str


class RoundResumed(Happened):
    """It goes on."""

    type: Literal["round_resumed"] = "round_resumed"


class RoundClosed(Happened):
    """Every target has come to its end: visited + skipped + overdue = targets."""

    type: Literal["round_closed"] = "round_closed"
    targets: int
    tally: Tally


RoundAction = Annotated[
    BeginRound | StartRound | PauseRound | ResumeRound | EndSheet | CommonAction,
    Field(discriminator="do"),
]

RoundHappening = (
    RoundBegun
    | RoundCounting
    | RoundStarted
    | SheetsDealt
    | SheetEnded
    | RoundStuck
    | RoundTimeOver
    | TargetsLapsed
    | RoundPaused
    | RoundResumed
    | RoundClosed
)


class RoundEvent(AffairEvent):
    """One entry of a round's record."""

    what: Annotated[RoundHappening | CommonHappening, Field(discriminator="type")]
