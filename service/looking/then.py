"""What did we know on day D (当时情况): a case folded from the events that were on record by then.

Shown by the permissions and the masking of today, and logged as a look. Words that came later belong to later events and are not there;
a person who was corrected or erased since is shown as of today, for a name has no history in the vault.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from models.case import Case
from models.event import Event
from models.happening import Registered
from models.record import Line
from models.refusal import RefusalCode
from rules.calendar import WorkingCalendar
from rules.chain import replayed
from service.errors import refuse

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
TICK = timedelta(microseconds=1)


def moment(text: str, cal: WorkingCalendar) -> datetime:
    """Return the time that is meant: a day to its end, a time without a zone in the place's own. Raises Refused `invalid`."""
    try:
        if DAY.fullmatch(text):
            return cal.midnight_end(date.fromisoformat(text)) - TICK
        at = datetime.fromisoformat(text)
        return at if at.tzinfo is not None else cal.midnight(at.date()) + (at - datetime.combine(at.date(), datetime.min.time()))
    except (ValueError, OverflowError):
        raise refuse(RefusalCode.INVALID, "as_of") from None


def by_then(lines: Sequence[Line], at: datetime) -> list[Line]:
    """Return the events that were on record at a time; they are recorded in their order."""
    return [line for line in lines if line.at <= at]


def stood(case: Case, lines: Sequence[Line]) -> Case:
    """Return the case as these first events of it leave it. Refuses `invalid` where there are none: it was not registered yet."""
    if not lines:
        raise refuse(RefusalCode.INVALID, "as_of")
    first = Event.model_validate_json(lines[0].body).what
    docs = first.docs if isinstance(first, Registered) else case.docs
    blank = Case(id=case.id, source=case.source, intake_id=case.intake_id, docs=docs)
    return replayed(blank, lines).model_copy(update={"code": case.code})
