"""A year as months of weeks."""

from __future__ import annotations

from datetime import date

from rules.calendar import WorkingCalendar
from tests.support.core import huaxi
from web.console.year import stretches, year, years


def calendar() -> WorkingCalendar:
    library, docs = huaxi()
    return library.bundle(docs).cal


def test_every_day_of_a_year_stands_in_it_once_and_is_worked_as_the_calendar_counts() -> None:
    cal = calendar()
    cells = [cell for month in year(cal, 2026) for week in month.weeks for cell in week if cell is not None]
    assert [cell.day for cell in cells] == [date.fromordinal(date(2026, 1, 1).toordinal() + n) for n in range(365)]
    assert all((cell.kind in {"work", "make_up"}) == cal.is_working(cell.day) for cell in cells)
    assert sum(month.working for month in year(cal, 2026)) == cal.working_days_between(date(2025, 12, 31), date(2026, 12, 31))


def test_what_no_notice_covers_is_provisional() -> None:
    cal = calendar()
    assert not any(month.provisional for month in year(cal, 2026))
    months = year(cal, 2027)
    assert all(month.provisional for month in months)
    assert any(cell is not None and cell.kind == "expected" for week in months[0].weeks for cell in week)
    assert {2026, 2027} <= set(years(cal.calendar))


def test_days_in_a_row_are_one_stretch() -> None:
    days = (date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 4))
    assert stretches(days) == ((date(2026, 1, 1), date(2026, 1, 2)), (date(2026, 1, 4), date(2026, 1, 4)))
    assert stretches(()) == ()
