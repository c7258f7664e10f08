"""What a text says without a person: numbers however they are written, names where they can only be theirs, nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from models.case import Case
from models.erasure import ErasureGround, ErasureProblem
from models.library import Documents
from rules.erasure import kept
from rules.redaction import GONE, redacted, words_of

WORDS = words_of("王小明", ("139-1234-5678", "52011119900101123X"), ("谷蒙村三组8号", "汉族", None))


@pytest.mark.parametrize(
    ("text", "own", "elsewhere"),
    [
        ("王小明到场", f"{GONE}到场", None),
        ("电话13912345678。", f"电话{GONE}。", f"电话{GONE}。"),
        ("+86 139 1234 5678", GONE, GONE),
        ("8613912345678", GONE, GONE),
        ("身份证 52011119900101123x", f"身份证 {GONE}", f"身份证 {GONE}"),
        ("单号 9139123456780", None, None),
        ("住谷蒙村三组8号，汉族", f"住{GONE}，汉族", None),
        ("王小明明", f"{GONE}明", None),
        ("王小红到场", None, None),
        ("", None, None),
    ],
)
def test_a_text_without_a_person(text: str, own: str | None, elsewhere: str | None) -> None:
    assert redacted(text, WORDS, own=True) == own
    assert redacted(text, WORDS, own=False) == elsewhere


def test_words_too_short_to_say_anything_are_not_looked_for() -> None:
    short = words_of("甲", ("1234", None), ("x",))
    assert redacted("甲 1234 x", short, own=True) is None
    assert redacted("(a.b)", words_of("(a.b)", (), ()), own=True) == GONE


def case(*, ended: bool = True, until: date | None = None) -> Case:
    docs = Documents(network="n", procedure="p", risk="r", calendar="c")
    at = "2026-03-02T00:00:00Z" if ended else None
    return Case.model_validate(
        {"id": "c", "source": "window", "intake_id": "1", "docs": docs.model_dump(), "ended_at": at, "retain_until": until}
    )


TODAY = date(2036, 3, 2)
OVER, LATER = date(2036, 3, 2), date(2036, 3, 3)


@pytest.mark.parametrize(
    ("cases", "ground", "problem"),
    [
        ([case(until=OVER)], ErasureGround.ASKED_FOR, None),
        ([case(until=OVER), case(until=LATER)], ErasureGround.ASKED_FOR, ErasureProblem.RETAINED),
        ([case(until=None)], ErasureGround.RETENTION_OVER, ErasureProblem.RETAINED),
        ([case(until=None)], ErasureGround.ORDERED, None),
        ([case(until=LATER)], ErasureGround.UNLAWFUL, None),
        ([case(until=OVER), case(ended=False)], ErasureGround.ORDERED, ErasureProblem.CASE_OPEN),
    ],
)
def test_what_has_to_be_kept(cases: list[Case], ground: ErasureGround, problem: ErasureProblem | None) -> None:
    assert kept(cases, ground, TODAY) is problem
