"""Parts of codes: what somebody types of one, and the codes it may mean."""

from __future__ import annotations

import pytest

from store.codes import expanded

COUNTERS = [("QINGYAN", 2026, 3), ("YANLOU", 2025, 12), ("YANLOU", 2026, 123_456)]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("00012", ["YANLOU-2025-00012", "YANLOU-2026-00012"]),
        ("12", ["YANLOU-2025-00012", "YANLOU-2026-00012"]),
        ("2025-12", ["YANLOU-2025-00012"]),
        ("2026-00003", ["QINGYAN-2026-00003", "YANLOU-2026-00003"]),
        ("123456", ["YANLOU-2026-123456"]),
        ("yanlou-2025-0001", ["YANLOU-2025-00012", "YANLOU-2025-00011", "YANLOU-2025-00010"]),
        ("YANLOU-2025-00012", ["YANLOU-2025-00012"]),
        (" qing", ["QINGYAN-2026-00003", "QINGYAN-2026-00002", "QINGYAN-2026-00001"]),
        ("QINGYAN-2026-", ["QINGYAN-2026-00003", "QINGYAN-2026-00002", "QINGYAN-2026-00001"]),
    ],
)
def test_a_part_of_a_code_means_these(text: str, codes: list[str]) -> None:
    assert expanded(text, COUNTERS, 3) == codes


NOTHING = ("", "q", "0", "00000", "13800000001", "520111199001011234", "张三", "YANLOU-2024-", "2026-x", "2025-13", "１２", "%")


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_no_part_of_a_code_means_none(text: str) -> None:
    assert expanded(text, COUNTERS, 3) == []


@pytest.mark.parametrize("last", [7, 99, 12_345, 123_456])
@pytest.mark.parametrize("digits", ["0", "00", "1", "12", "0001", "9", "1234"])
def test_the_beginning_of_a_number_means_all_that_begin_so(last: int, digits: str) -> None:
    begin_so = [number for number in range(last, 0, -1) if f"{number:05d}".startswith(digits)]
    assert expanded(f"YANLOU-2026-{digits}", [("YANLOU", 2026, last)], last) == [f"YANLOU-2026-{number:05d}" for number in begin_so]


def test_of_many_the_newest_are_meant() -> None:
    assert expanded("YANLOU-2026-", COUNTERS, 2) == ["YANLOU-2026-123456", "YANLOU-2026-123455"]
    assert expanded("YANLOU-2026-1234", COUNTERS, 3) == ["YANLOU-2026-123456", "YANLOU-2026-123455", "YANLOU-2026-123454"]
