"""Calendars from files and from the `holidays` package, and a notice put onto a calendar."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from models.calendar import Calendar, RestReason
from rules.calendar import compiled
from store.calendars import merged, read_calendar, seed
from store.files import BadFile

PLACE = Path(__file__).parents[2] / "places/huaxi/calendar.yaml"
HUAXI = read_calendar(PLACE)

NOTICE = """
version: CN-2027
years: 2027
off: [2026-12-31, 2027-01-01..2027-01-03, 2027-02-05..2027-02-11]
make_up: [2027-02-13]
"""


def written(folder: Path, text: str, name: str = "notice.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_of_huaxi_agrees_with_the_holidays_package_on_every_day() -> None:
    ours, theirs = compiled(HUAXI), compiled(seed(range(2024, 2029)))
    day = date(2024, 1, 1)
    while day.year < 2029:
        assert ours.is_working(day) == theirs.is_working(day), day
        day += timedelta(days=1)
    assert theirs.calendar.published_until == HUAXI.published_until
    assert theirs.calendar.spring_festival == HUAXI.spring_festival


def test_a_seed_needs_a_published_year() -> None:
    with pytest.raises(ValueError, match="no published year"):
        seed([2040])


def test_a_notice_counts_alone_within_the_year_it_covers(tmp_path: Path) -> None:
    calendar = merged(HUAXI, read_calendar(written(tmp_path, NOTICE)))
    ready = compiled(calendar)
    assert calendar.version == "CN-2027"
    assert calendar.published_until == date(2027, 12, 31)
    assert calendar.office == HUAXI.office
    assert ready.rest_reason(date(2026, 12, 31)) is RestReason.OFF
    assert ready.rest_reason(date(2026, 10, 1)) is RestReason.OFF
    assert ready.is_working(date(2027, 5, 3))  # expected off before, and not in the notice
    assert ready.rest_reason(date(2028, 5, 1)) is RestReason.EXPECTED
    assert ready.is_working(date(2027, 2, 13))


def test_a_corrected_notice_replaces_the_year(tmp_path: Path) -> None:
    notice = read_calendar(written(tmp_path, "version: CN-2026b\nyears: [2026]\noff: [2026-01-01]\n"))
    ready = compiled(merged(HUAXI, notice))
    assert ready.is_working(date(2026, 10, 1))
    assert not ready.is_working(date(2026, 9, 20))
    assert ready.rest_reason(date(2025, 10, 1)) is RestReason.OFF
    assert ready.rest_reason(date(2027, 1, 1)) is RestReason.EXPECTED


def test_a_notice_that_leaves_a_gap_is_refused() -> None:
    late = Calendar(version="x", published_from=date(2028, 1, 1), published_until=date(2028, 12, 31))
    with pytest.raises(ValueError, match="no notice covers 2027-01-01 to 2027-12-31"):
        merged(HUAXI, late)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("off: [2026-01-01, 2026-05-01..2026-05-03, 2026-06-19, soon]", "off[3]: not a date"),
        ("off: [2026-01-01T10:00:00]", "off[0]: not a date"),
        ("off: 2026-01-01", "off: not a list"),
        ("off: [2026-05-03..2026-05-01]", "off[0]: ends on 2026-05-01 before it begins on 2026-05-03"),
        ("off: [2026-05-03..2027-05-01]", "off[0]: spans more than 60 days"),
        ("make_up: [2026-02-13]", "make_up: 2026-02-13 is no Saturday or Sunday"),
        ("years: soon", "years: not a year or a list of years"),
        ("years: [2026, 2028]", "years: the years must follow each other"),
        ("ofice: []", "ofice: unknown key"),
    ],
)
def test_an_error_names_file_key_and_reason(tmp_path: Path, text: str, message: str) -> None:
    folder = tmp_path / "places" / "huaxi"
    folder.mkdir(parents=True)
    head = "version: x\n" if "years" in text else "version: x\npublished_until: 2026-12-31\n"
    with pytest.raises(BadFile) as error:
        read_calendar(written(folder, head + text + "\n", "calendar.yaml"))
    assert str(error.value).startswith(f"places/huaxi/calendar.yaml: {message}")


FEED = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//
X-WR-CALNAME:中国节假日 2027
{}
END:VCALENDAR
"""


def entry(title: str, first: str, after: str = "", more: str = "") -> str:
    end = f"DTEND;VALUE=DATE:{after}\n" if after else ""
    return f"BEGIN:VEVENT\nUID:{title}{first}\nDTSTART;VALUE=DATE:{first}\n{end}SUMMARY:{title}\n{more}END:VEVENT"


def test_a_feed_of_all_day_entries_is_a_notice(tmp_path: Path) -> None:
    entries = [
        entry("元旦 休", "20270101", "20270104"),
        entry("春节 假期", "20270205", "20270212"),
        entry("春节 补班", "20270213"),
        entry("春节（班）", "20270131", more="X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY\n"),
    ]
    notice = read_calendar(written(tmp_path, FEED.format("\n".join(entries)), "cn.ics"))
    assert notice.version == "中国节假日 2027"
    assert (notice.published_from, notice.published_until) == (date(2027, 1, 1), date(2027, 12, 31))
    assert len(notice.off) == 10
    assert notice.make_up == (date(2027, 1, 31), date(2027, 2, 13))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (entry("大寒", "20270120"), "VEVENT[0]: says neither rest day nor make-up day: '大寒'"),
        (entry("国庆节调休", "20271009"), "VEVENT[0]: says neither"),
        (entry("春节 假期", "20270205"), "holds no 1 January"),
        ("BEGIN:VEVENT\nUID:1\nSUMMARY:休\nEND:VEVENT", "VEVENT[0]: "),
        ("BEGIN:VEVENT\nUID:1\nSUMMARY:休\nDTSTART:20270101T090000Z\nEND:VEVENT", "VEVENT[0]: not a date"),
        ("BEGIN:VEVENT", "is not iCalendar"),
    ],
)
def test_a_feed_that_leaves_a_doubt_is_refused(tmp_path: Path, body: str, message: str) -> None:
    with pytest.raises(BadFile) as error:
        read_calendar(written(tmp_path, FEED.format(body), "cn.ics"))
    assert message in str(error.value)


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"a calendar is a \.yaml or \.ics file"):
        read_calendar(written(tmp_path, "", "cn.txt"))
