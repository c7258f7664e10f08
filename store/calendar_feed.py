"""A holiday notice as iCalendar (RFC 5545), the way telephones and offices pass it on. Called by `store/calendars.py`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from icalendar import Calendar as Feed
from icalendar import Event as Entry
from icalendar import InvalidCalendar

from models.calendar import Calendar
from store.calendars import DAY, as_date, put_years, stretch
from store.files import BadFile, parse

MADE_UP_WORDS = ("补班", "上班", "（班）", "(班)", "调休工作", "make-up", "workday")
OFF_WORDS = ("休", "假", "holiday", "day off")
APPLE = {"ALTERNATE-WORKDAY": "make_up", "WORK-HOLIDAY": "off"}
"""Values of X-APPLE-SPECIAL-DAY, which the calendars on telephones carry."""


def feed_of(text: str, path: Path) -> Calendar:
    """The notice in the text of an .ics file: all-day entries whose title says whether the day is off or made up; raises BadFile."""
    try:
        feed = Feed.from_ical(text)
    except (ValueError, IndexError) as error:
        raise BadFile(path, "", f"is not iCalendar: {error}") from error
    days: dict[str, list[date]] = {"off": [], "make_up": []}
    for index, entry in enumerate(feed.events):
        where = f"VEVENT[{index}]"
        days[_kind(entry, where, path)].extend(_entry_days(entry, where, path))
    # The first of January is always off: a year whose first of January is listed is a year the notice covers.
    years = sorted({day.year for day in days["off"] if (day.month, day.day) == (1, 1)})
    if not years:
        raise BadFile(path, "", "holds no 1 January: which year it covers cannot be told")
    name = str(feed.get("X-WR-CALNAME", "")).strip() or path.stem
    data: dict[str, Any] = {"version": name, "years": years, **days}
    put_years(data, path)
    return parse(Calendar, data, path)


def _kind(entry: Entry, where: str, path: Path) -> str:
    """Whether an entry's days are `off` or `make_up`; a title that says neither is an error, not a guess."""
    special = APPLE.get(str(entry.get("X-APPLE-SPECIAL-DAY", "")))
    if special:
        return special
    title = str(entry.get("SUMMARY", "")).lower()
    if any(word in title for word in MADE_UP_WORDS):
        return "make_up"
    # 调休 alone is said of the day off as of the day worked for it.
    if any(word in title.replace("调休", "") for word in OFF_WORDS):
        return "off"
    raise BadFile(path, where, f"says neither rest day nor make-up day: {title!r}")


def _entry_days(entry: Entry, where: str, path: Path) -> Iterator[date]:
    """The days of an all-day entry; its DTEND is the day after the last."""
    try:
        begins, ends = entry.DTSTART, entry.DTEND
    except InvalidCalendar as error:
        raise BadFile(path, where, str(error)) from error
    first = as_date(begins, where, path)
    after = first + DAY if ends is None else as_date(ends, where, path)
    yield from stretch(first, max(first, after - DAY), where, path)
