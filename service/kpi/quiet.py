"""What a statistician is not told (小数抑制): numbers so small that they point at persons.

A cell from 1 to just below the place's threshold is hidden, and so is a share whose part, or whose rest, is that small. Where a split
hides exactly one row, the next smallest goes as well, for it could be had from the total. And a statistician asks for whole
weeks, months, quarters and years alone, so that two stretches that differ by a day can't be held against each other.
"""

from __future__ import annotations

from collections.abc import Sequence

from models.party import Actor
from models.period import Period
from models.refusal import RefusalCode
from models.words import Role
from rules.kpi.comparing import step_of
from service.errors import refuse
from service.kpi.told import Number, SplitRow

HIDDEN = Number(value=None, part=None, whole=None, hidden=True)


def is_quiet(actor: Actor) -> bool:
    """Whether small numbers are kept from somebody."""
    return actor.role is Role.ANALYST


def check_period(actor: Actor, period: Period) -> None:
    """Refuse a statistician two days of their own."""
    if is_quiet(actor) and step_of(period) is None:
        raise refuse(RefusalCode.NOT_ALLOWED, "period")


def few(number: int, least: int) -> bool:
    """Whether a number of cases is too small to be told; none at all is not."""
    return 0 < number < least


def quieted(number: Number, least: int, *, share: bool) -> Number:
    """Return a number as a statistician is told it."""
    if number.part is None or number.whole is None:
        return number
    part, whole = number.part.value, number.whole.value
    small = few(whole, least) or few(part, least) or (share and few(whole - part, least))
    return HIDDEN if small else number


def split_quieted(rows: Sequence[SplitRow]) -> tuple[SplitRow, ...]:
    """Return the rows of a split with a second one hidden where only one was."""
    if sum(row.number.hidden for row in rows) != 1:
        return tuple(rows)
    told = [row for row in rows if not row.number.hidden and row.number.whole is not None and row.number.whole.value]
    if not told:
        return tuple(rows)
    least = min(told, key=lambda row: row.number.whole.value if row.number.whole else 0)
    return tuple(row.model_copy(update={"number": HIDDEN}) if row is least else row for row in rows)
