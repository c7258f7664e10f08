"""The sizing sheet: its arithmetic, what each figure goes by, and that the page has what the command prints."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from bench.sizing import AREAS, BEGIN, END, PAGE, ROWS, WHY, Area, Assumed, Measured, bytes_, measured, number, sheet, size, written

FOUND = Measured(
    actions=20,
    events=100,
    server_ms=5.0,
    worker_ms=10.0,
    page_ms=40.0,
    record_bytes=50_000,
    temporal_bytes=80_000,
    worker_case_bytes=100_000,
    server_case_bytes=50_000,
    worker_bytes=200_000_000,
    server_bytes=300_000_000,
)
ASSUMED = Assumed(
    work_days=250, peak_day=4.0, peak_hour=0.25, actions_factor=1.5, open_days=73, retention_days=73, pages_an_action=3.0, busy=0.5
)
AREA = Area("made up", 90_000, "for this test")


def test_the_arithmetic_is_that_of_a_sheet_worked_out_by_hand() -> None:
    found = size(AREA, FOUND, ASSUMED)
    # 90,000 / 250 = 360 cases a day; on the busiest day 1,440, a quarter of them in an hour, 30 actions each: 3 a second.
    assert (found.cases_a_day, found.actions_a_second, found.pages_a_second) == (360, 3.0, 9.0)
    assert found.open_cases == 18_000
    assert (round(found.worker_cores, 9), found.server_cores, found.web_cores) == (0.06, 0.03, 0.72)
    assert (found.workers, found.webs, found.connections) == (2, 2, 64)
    assert found.cached_cases == 6_000
    assert (found.alarms, round(found.alarms_seconds, 9)) == (360 * 4 * 3, 360 * 4 * 3 * 0.01 / 2)
    assert found.worker_memory == 200_000_000 + 6_000 * 100_000
    assert found.server_memory == 300_000_000 + 18_000 * 50_000
    assert found.record_bytes == 90_000 * 50_000 * 3
    assert found.disk_bytes == found.record_bytes * 5
    assert found.history_bytes == (18_000 + 18_000) * 80_000 * 3
    assert found.wal_bytes == found.record_bytes // 250 * 4 * 4


def test_processes_grow_with_the_work_and_there_are_never_fewer_than_two() -> None:
    small, large = size(replace(AREA, cases=1), FOUND, ASSUMED), size(replace(AREA, cases=9_000_000), FOUND, ASSUMED)
    assert (small.workers, small.webs, small.cached_cases) == (2, 2, 1000)
    assert (large.workers, large.webs, large.cached_cases) == (6, 72, ASSUMED.most_cached)


@pytest.mark.parametrize("name", [each.name for each in fields(Assumed)])
def test_every_assumption_is_explained_and_moves_the_sheet(name: str) -> None:
    assert set(WHY) == {each.name for each in fields(Assumed)}
    twice = replace(Assumed(), **{name: getattr(Assumed(), name) * 2})
    area = replace(AREA, cases=9_000_000)
    assert size(area, FOUND, twice) != size(area, FOUND, Assumed())


def test_figures_are_told_to_two_digits() -> None:
    assert [number(value) for value in (0.001, 0.024, 1.26, 12.0, 99.94, 1234.5)] == ["under 0.01", "0.02", "1.3", "12", "99.9", "1,234"]
    assert [bytes_(count) for count in (999, 46_612, 4_661_200, 2e9, 3.2e12)] == ["999 B", "46.6 kB", "4.7 MB", "2 GB", "3.2 TB"]


def test_the_page_has_what_the_command_prints() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == written(page, sheet(measured())), "measurements or assumptions are newer than the page: python -m bench sizing"
    assert all(area.name in page for area in AREAS)
    assert all(f"| {name} |" in page for name, _ in ROWS)


def test_a_page_without_marks_is_not_written_over(tmp_path: Path) -> None:
    for page in ("", BEGIN, END, END + BEGIN):
        with pytest.raises(ValueError, match="no marks"):
            written(page, "sheet")
    assert written(f"a\n{BEGIN}old{END}b\n", "new") == f"a\n{BEGIN}\nnew\n{END}b\n"
