"""The board (全域看板): all open cases of one's scope by stage and level, with the most urgent of each stage."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from models.party import Actor
from models.words import ENDS, Level, Stage, Tier
from rules.desks import Desk
from rules.labels import label
from service.asking import may_ask
from service.office import Office
from service.oversight.figures import Board, Column, LevelCount, Urgent
from service.oversight.figuring import NOT_SET, Figuring, sit_down
from service.reading import Reader
from store.desk.boards import Boards, UrgentRow
from store.desk.lists import Filter
from store.desk.tallies import ALL, Tallies

MOST = 20
"""Most cases that a column shows; the list behind it holds the rest."""

STAGES = tuple(stage for stage in Stage if stage not in ENDS)
"""The columns, in the order of the way."""

NO_LEVEL = "no_level"
OVERDUE = "overdue"

PARTS: dict[str, Filter] = {
    OVERDUE: Filter(overdue=True),
    NO_LEVEL: Filter(without=("level",)),
    **{str(level): Filter(level=level) for level in Level},
}


class BoardDesk:
    """The board for one person after another."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._reader = Reader(office)
        self._tallies = Tallies(office.store)
        self._boards = Boards(office.store)

    async def board(
        self,
        actor: Actor,
        *,
        town: str | None = None,
        lead: str | None = None,
        level: Level | None = None,
        tier: Tier | None = None,
        most: int = 5,
    ) -> Board:
        """Return every stage before an end, with its cases by level and its most urgent ones, `MOST` of each at most.

        Refused to whom the desk is not for, and by a tier where somebody's lists don't show it.
        """
        sit_down(Desk.BOARD, actor)
        scope = Filter(ended=False, town=town, lead=lead, level=level, tier=tier)
        may_ask(actor, scope)
        now, eyes, figures = self._office.now(), await self._reader.eyes(actor), Figuring(actor, scope)
        counts = (await self._tallies.split(eyes, scope, now, ("stage",), PARTS))["stage"]
        urgent = await self._boards.urgent(eyes, scope, now, max(0, min(most, MOST)))
        columns = (
            self._column(actor, figures, stage, counts.get(stage, {}), [row for row in urgent if row.case.stage is stage], now)
            for stage in STAGES
        )
        return Board(as_of=now, columns=tuple(columns))

    def _column(
        self, actor: Actor, figures: Figuring, stage: Stage, counts: dict[str, int], urgent: Iterable[UrgentRow], now: datetime
    ) -> Column:
        without = counts.get(NO_LEVEL, 0)
        levels = [LevelCount(level=None, name=NOT_SET, cases=figures.figure(without, stage=stage, without=("level",)))] if without else []
        levels += [
            LevelCount(level=level, name=label("level", level), cases=figures.figure(counts[level], stage=stage, level=level))
            for level in Level
            if counts.get(level)
        ]
        return Column(
            stage=stage,
            name=label("stage", stage),
            cases=figures.figure(counts.get(ALL, 0), stage=stage),
            overdue=figures.figure(counts.get(OVERDUE, 0), stage=stage, overdue=True),
            levels=tuple(levels),
            urgent=tuple(
                Urgent(case=self._reader.listed(row.case, actor), due=row.due, overdue=row.due is not None and row.due < now)
                for row in urgent
            ),
        )
