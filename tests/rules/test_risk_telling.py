"""The grade in words: every reason there can be has a sentence of its own in both languages."""

from __future__ import annotations

import pytest

from models.risk import Grade, RiskReason, RiskTable
from models.words import Tier
from rules.library import Bundle
from rules.risk_telling import reason, verdict
from tests.support.core import huaxi


@pytest.fixture(scope="module")
def table() -> RiskTable:
    library, docs = huaxi()
    bundle: Bundle = library.bundle(docs)
    return bundle.risk


def test_every_reason_has_a_sentence_and_an_unknown_one_its_code(table: RiskTable) -> None:
    reasons = [RiskReason(code=code, points=sign.points) for code, sign in table.signs.items()]
    reasons += [RiskReason(code="people", points=band.points) for band in table.people]
    reasons += [RiskReason(code=code, points=10) for code in ("amount", "wages", "vulnerable", "age")]
    told = [reason(one, table) for one in reasons]
    assert len(set(told)) == len(reasons)
    assert all(one.code not in said for said, one in zip(told, reasons, strict=True))
    assert reason(RiskReason(code="people", points=20), table) == ("涉及 10 人以上", "10 people or more")
    assert reason(RiskReason(code="gone", points=5), table) == ("gone", "gone")


@pytest.mark.parametrize(
    ("tier", "score", "hard", "zh"),
    [
        (Tier.BLUE, 10, False, "合计 10 分，不足 20 分，为蓝色"),
        (Tier.YELLOW, 25, False, "合计 25 分，达到黄色（20 分起）"),
        (Tier.RED, 70, False, "合计 70 分，达到红色（70 分起）"),
        (Tier.RED, 0, True, "有直接定为红色的情形"),
    ],
)
def test_the_verdict_says_which_threshold_was_reached(table: RiskTable, tier: Tier, score: int, hard: bool, zh: str) -> None:
    assert verdict(Grade(tier=tier, score=score, hard=hard, reasons=()), table)[0] == zh
