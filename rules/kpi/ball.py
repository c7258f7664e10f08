"""Whose minutes they are (球在谁手): each moment of a running case is that of a party, a unit, an approval,
of closed offices or of a suspension.

Made of the events and the calendar alone. While a unit or an approval is waited for, only office time is theirs; the rest is nobody's
fault. Parties are waited for day and night, as their limits run.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from models.base import Instant, Model
from models.case import Case
from models.kpi import Whose
from rules.calendar import WorkingCalendar
from rules.library import Bundle
from rules.obligations import duties

PARTIES = frozenset({"consent", "sign_agreement", "perform", "confirm"})
"""Acts that wait for a party, whoever writes them down."""

APPROVALS = frozenset({"rule", "seal", "audit", "sign_off", "archive"})
"""Acts by which somebody approves what others have done."""

SECOND = timedelta(seconds=1)


class Held(Model):
    """A stretch of time in which one hand held the case."""

    since: Instant
    until: Instant
    whose: Whose
    unit: str | None
    act: str
    """What was waited for; for a suspension its ground."""
    seconds: int
    """Time that counts for them."""
    off: int
    """Seconds of it in which the offices they belong to were closed."""


def held(case: Case, bundle: Bundle, since: datetime, until: datetime) -> Held | None:
    """Return whose the time between two events is, while the case is as it is; None for none, or a case that has ended."""
    if case.stage is None or case.ended or until <= since:
        return None
    span = (until - since) // SECOND
    if case.standing is not None:
        return Held(since=since, until=until, whose=Whose.SUSPENSION, unit=None, act=case.standing.ground, seconds=span, off=0)
    duty = duties(case, bundle.procedure)[0]
    if duty.act in PARTIES:
        return Held(since=since, until=until, whose=Whose.PARTY, unit=duty.unit, act=duty.act, seconds=span, off=0)
    whose = Whose.APPROVAL if duty.act in APPROVALS else Whose.UNIT
    office = _office_seconds(bundle.cal, since, until)
    return Held(since=since, until=until, whose=whose, unit=duty.unit or case.centre, act=duty.act, seconds=office, off=span - office)


def joined(stretches: Iterable[Held]) -> tuple[Held, ...]:
    """Return stretches that follow each other in the same hands, for the same act, as one."""
    found: list[Held] = []
    for one in stretches:
        last = found[-1] if found else None
        if last is not None and (last.whose, last.unit, last.act, last.until) == (one.whose, one.unit, one.act, one.since):
            found[-1] = last.model_copy(update={"until": one.until, "seconds": last.seconds + one.seconds, "off": last.off + one.off})
        else:
            found.append(one)
    return tuple(found)


def _office_seconds(cal: WorkingCalendar, since: datetime, until: datetime) -> int:
    return (cal.office_time(until) - cal.office_time(since)) // SECOND
