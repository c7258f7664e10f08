"""A list of households on its way in (户籍名册导入): tried first, brought in when somebody says so, and its content gone afterwards."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from models.base import Id, Instant, Model
from models.party import Actor

MOST_PROBLEMS = 500
"""Rows that are told why they can't be used; of a list with more of them the number is told."""


class ListStage(StrEnum):
    """How far a list is."""

    TRYING = "trying"  # 试导入中
    TRIED = "tried"  # 待确认
    IMPORTING = "importing"  # 导入中
    DONE = "done"  # 已导入
    NOTHING = "nothing"  # 没有可导入的户
    DROPPED = "dropped"  # 已放弃


MOVING = frozenset({ListStage.TRYING, ListStage.IMPORTING})
"""Somebody works on it."""

OPEN = MOVING | {ListStage.TRIED}
"""Its content is still kept."""


class ListStep(StrEnum):
    """A step on the way of a list."""

    TRY = "try"  # 试导入
    IMPORT = "import"  # 导入
    DROP = "drop"  # 放弃


class ListProblem(Model):
    """Why a row can't be used: its number in the file, the head of its column; never what stands in it."""

    row: int
    column: str
    zh: str
    en: str


class HouseholdList(Model):
    """One list, without what stands in it."""

    id: Id
    actor: Actor
    """Who brought it, in whose name households go in."""
    unit: str
    stage: ListStage
    rows: int = Field(ge=0)
    """Rows of the file, one for each person."""
    seen: int = Field(default=0, ge=0)
    """Rows that have been gone through in this step."""
    counts: dict[str, int] = Field(default_factory=dict)
    """Households by what became of them, or would."""
    problems: tuple[ListProblem, ...] = ()
    made_at: Instant
    ended_at: Instant | None = None

    @property
    def moving(self) -> bool:
        """Whether somebody works on it now."""
        return self.stage in MOVING

    def count(self, became: str) -> int:
        """How many households became this."""
        return self.counts.get(became, 0)


class ListKey(Model):
    """Which list."""

    id: Id


class ListChoice(Model):
    """What is to become of a list that has been tried."""

    bring: bool


class ListTask(Model):
    """One step of one list."""

    id: Id
    step: ListStep


class ListDone(Model):
    """How far the list is after it."""

    stage: ListStage
