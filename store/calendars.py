"""Calendars from files: the place's own YAML, a yearly notice in YAML or iCalendar, and a seed from the `holidays` package.

Called by `store/places.py`, the command line and the import of a notice. The errors are for the person who typed the file:
`places/huaxi/calendar.yaml: off[3]: not a date`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import holidays

from models.calendar import Calendar
from store.files import BadFile, mapping_of, parse, read_text

DAY = timedelta(days=1)
LONGEST = 60
"""Most days one stretch may span; more is a slip of the year."""

DAY_KEYS = ("off", "make_up", "expected_off")


def read_calendar(path: Path) -> Calendar:
    """The calendar or notice in a .yaml, .yml or .ics file; raises BadFile.

    YAML: `version`, `off`, `make_up` and `published_until` or `years`, else as the model; days are dates or stretches
    `2027-01-01..2027-01-03`. iCalendar: all-day entries whose title says whether the day is off or made up.
    """
    return calendar_of(None, path)


def calendar_of(text: str | None, path: Path) -> Calendar:
    """The calendar or notice in a text, or without one in the file itself; the ending of the name says what it is. Raises BadFile."""
    match path.suffix.lower():
        case ".yaml" | ".yml":
            return _from_yaml(read_text(path) if text is None else text, path)
        case ".ics":
            # The library behind it is slow to load, and who types YAML never needs it.
            from store.calendar_feed import feed_of  # noqa: PLC0415

            return feed_of(read_text(path) if text is None else text, path)
    raise BadFile(path, "", "a calendar is a .yaml or .ics file")


def merged(base: Calendar, notice: Calendar) -> Calendar:
    """The calendar with a notice put in: within the stretch it covers, the notice alone counts.

    Office hours, offset and older years stay the base's. Raises ValueError when days between the two would be left
    without any notice.
    """
    since = notice.published_from or base.published_until + DAY
    if since > base.published_until + DAY:
        raise ValueError(f"no notice covers {base.published_until + DAY} to {since - DAY}")
    until = max(base.published_until, notice.published_until)

    def kept(days: Iterable[date], against: Iterable[date]) -> list[date]:
        outside = (day for day in days if not since <= day <= notice.published_until)
        return sorted(set(outside) - set(against))

    data = {
        **base.model_dump(),
        "version": notice.version,
        "published_from": min(base.published_from, since) if base.published_from else None,
        "published_until": until,
        "off": [*kept(base.off, notice.make_up), *notice.off],
        "make_up": [*kept(base.make_up, notice.off), *notice.make_up],
        "expected_off": [day for day in (*base.expected_off, *notice.expected_off) if day > until],
        "spring_festival": {**base.spring_festival, **notice.spring_festival},
    }
    return Calendar.model_validate(data)


def seed(years: Iterable[int], country: str = "CN") -> Calendar:
    """A calendar from the `holidays` package for these years, to begin with where no notice has been typed in.

    Years with make-up workdays in the package have been published; later ones give expected days only. Raises
    ValueError when none of the years has been published.
    """
    wanted = sorted(set(years))
    known = holidays.country_holidays(country, years=wanted, language="en_US")
    made_up = [day for day in sorted(known.weekend_workdays) if day.year in wanted]
    if not made_up:
        raise ValueError(f"the holidays package has no published year among {wanted}")
    last = made_up[-1].year
    off = [day for day in sorted(known) if day.year in wanted]
    return Calendar(
        version=f"{country}-{last}",
        published_from=date(wanted[0], 1, 1),
        published_until=date(last, 12, 31),
        off=tuple(day for day in off if day.year <= last),
        make_up=tuple(made_up),
        expected_off=tuple(day for day in off if day.year > last),
        spring_festival=dict(_festivals(known, off)),
    )


def _festivals(known: holidays.HolidayBase, off: list[date]) -> Iterator[tuple[int, date]]:
    """The first day of each lunar year: the first day that bears the festival's own name."""
    found: dict[int, date] = {}
    for day in off:
        if "Spring Festival" in known[day]:
            found.setdefault(day.year, day)
    yield from found.items()


def _from_yaml(text: str, path: Path) -> Calendar:
    data: dict[Any, Any] = mapping_of(text, path)
    # YAML 1.1 reads an unquoted `off` as no; nobody should have to know that.
    data = {"off" if key is False else key: value for key, value in data.items()}
    put_years(data, path)
    for key in DAY_KEYS:
        if key in data:
            data[key] = list(_days(data[key], key, path))
    return parse(Calendar, data, path)


def put_years(data: dict[str, Any], path: Path) -> None:
    """Turn `years` into the stretch covered, where the file does not give it day by day."""
    years = data.pop("years", None)
    if years is None:
        return
    listed = years if isinstance(years, list) else [years]
    if not listed or not all(isinstance(year, int) and 2000 <= year <= 2200 for year in listed):
        raise BadFile(path, "years", "not a year or a list of years")
    if sorted(listed) != list(range(min(listed), max(listed) + 1)):
        raise BadFile(path, "years", "the years must follow each other")
    data.setdefault("published_from", date(min(listed), 1, 1))
    data.setdefault("published_until", date(max(listed), 12, 31))


def _days(entries: object, key: str, path: Path) -> Iterator[date]:
    """Dates and stretches as single days; an error names the entry by its place in the list, from 0."""
    if not isinstance(entries, list):
        raise BadFile(path, key, "not a list")
    for index, entry in enumerate(entries):
        where = f"{key}[{index}]"
        if isinstance(entry, str) and ".." in entry:
            first, _, last = entry.partition("..")
            yield from stretch(as_date(first.strip(), where, path), as_date(last.strip(), where, path), where, path)
        else:
            yield as_date(entry, where, path)


def as_date(entry: object, where: str, path: Path) -> date:
    """The entry as a date; raises BadFile naming it as `where`."""
    if isinstance(entry, date) and not isinstance(entry, datetime):
        return entry
    if isinstance(entry, str):
        try:
            return date.fromisoformat(entry)
        except ValueError:
            pass
    raise BadFile(path, where, "not a date")


def stretch(first: date, last: date, where: str, path: Path) -> Iterator[date]:
    """Every day from first to last; raises BadFile naming the stretch as `where`."""
    if last < first:
        raise BadFile(path, where, f"ends on {last} before it begins on {first}")
    if (last - first).days >= LONGEST:
        raise BadFile(path, where, f"spans more than {LONGEST} days")
    for count in range((last - first).days + 1):
        yield first + count * DAY
