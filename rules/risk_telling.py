"""Why a tier (风险等级) is what it is, in both languages: each reason of a grade, and what they come to."""

from __future__ import annotations

from models.risk import Grade, RiskReason, RiskTable
from models.words import Tier
from rules.labels import TIERS, Both
from rules.risk import RISING


def reason(found: RiskReason, table: RiskTable) -> Both:
    """Return a reason as a sentence; of one that the table does not know (any more) its code."""
    sign = table.signs.get(found.code)
    if sign is not None:
        return sign.zh, sign.en
    return _facts(table, found.points).get(found.code, (found.code, found.code))


def verdict(grade: Grade, table: RiskTable) -> Both:
    """Return what the reasons come to: `合计 25 分，达到黄色（20 分起）`."""
    if grade.hard:
        return "有直接定为红色的情形", "A sign that makes it red by itself"
    zh, en = TIERS[grade.tier]
    if grade.tier is Tier.BLUE:
        least = table.thresholds[RISING[0]]
        return f"合计 {grade.score} 分，不足 {least} 分，为{zh}", f"{grade.score} points, below {least}: {en}"
    least = table.thresholds[grade.tier]
    return f"合计 {grade.score} 分，达到{zh}（{least} 分起）", f"{grade.score} points: {en} (from {least})"


def _facts(table: RiskTable, points: int) -> dict[str, Both]:
    """Return the sentences of facts; of the bands of people the one with these points."""
    band = next((band.at_least for band in table.people if band.points == points), 0)
    amount, wages = table.amount, table.wages
    yuan = amount.months * amount.monthly_minimum_wage
    days = wages.days_before_spring_festival
    return {
        "people": (f"涉及 {band} 人以上", f"{band} people or more"),
        "amount": (
            f"涉及金额超过 {yuan} 元（{amount.months} 个月最低工资）",
            f"More than {yuan} yuan ({amount.months} months of minimum wage)",
        ),
        "wages": (
            f"拖欠 {wages.workers} 人以上工资，或春节前 {days} 日内拖欠工资",
            f"Wages owed to {wages.workers} workers or more, or to any within {days} days of Spring Festival",
        ),
        "vulnerable": (
            "当事人中有未成年人、独居老人、残疾人或患病者",
            "A party is a minor, elderly and alone, disabled or ill",
        ),
        "age": (f"纠纷已持续 {table.age.older_than_days} 日以上", f"Older than {table.age.older_than_days} days"),
    }
