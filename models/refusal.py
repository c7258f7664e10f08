"""Refusals (不予办理): a stable code with a sentence in both languages. A refused action leaves no trace."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from models.base import Model


class RefusalCode(StrEnum):
    """Why an action was refused, in the order in which `decide` looks (design §4)."""

    INVALID = "invalid"
    NOT_ALLOWED = "not_allowed"
    WRONG_STAGE = "wrong_stage"
    TOO_LATE = "too_late"
    ALREADY_DONE = "already_done"
    NOT_HOLDER = "not_holder"
    UNKNOWN_UNIT = "unknown_unit"
    UNKNOWN_PARTY = "unknown_party"
    UNKNOWN_PLACE = "unknown_place"
    SAME_PERSON = "same_person"
    MISSING_REASON = "missing_reason"
    NEEDS_NOTICE = "needs_notice"
    NEEDS_CONSENT = "needs_consent"
    BARRED_MATTER = "barred_matter"
    CHECKLIST_OPEN = "checklist_open"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    CLAIMED = "claimed"
    """Of the desk, never of `decide`: a claim is soft."""
    PURPOSE_NEEDED = "purpose_needed"
    """Of reading, never of `decide`: who looks has to say why first."""
    TOO_MANY_ROWS = "too_many_rows"
    """Of exports, never of `decide`."""


SENTENCES: dict[RefusalCode, tuple[str, str]] = {
    RefusalCode.INVALID: ("填写内容有误", "What was entered is not valid"),
    RefusalCode.NOT_ALLOWED: ("您的岗位不能办理此操作", "Your post may not do this"),
    RefusalCode.WRONG_STAGE: ("当前阶段不能办理此操作", "This can't be done at the present stage"),
    RefusalCode.TOO_LATE: ("已超过办理期限", "The time for this is over"),
    RefusalCode.ALREADY_DONE: ("此事已办理，不能重复", "This has been done already"),
    RefusalCode.NOT_HOLDER: ("此事不由您或您的单位承办", "This is not in your or your unit's hands"),
    RefusalCode.UNKNOWN_UNIT: ("没有这个单位", "There is no such unit"),
    RefusalCode.UNKNOWN_PARTY: ("案件中没有这个当事人", "There is no such party in the case"),
    RefusalCode.UNKNOWN_PLACE: ("没有这个区划", "There is no such place"),
    RefusalCode.SAME_PERSON: ("须由其他人员办理", "Somebody else has to do this"),
    RefusalCode.MISSING_REASON: ("请填写理由", "A reason is required"),
    RefusalCode.NEEDS_NOTICE: ("须先告知当事人法定途径并记录", "The parties must first be told of the legal routes, on record"),
    RefusalCode.NEEDS_CONSENT: ("须经各方当事人同意", "All parties have to agree to this first"),
    RefusalCode.BARRED_MATTER: ("此类事项不得以协议处理", "This matter can't be settled by agreement"),
    RefusalCode.CHECKLIST_OPEN: ("结案清单尚有未完成项", "The closing checklist still has open items"),
    RefusalCode.CONFLICT_OF_INTEREST: ("存在利害关系，须回避", "There is a conflict of interest"),
    RefusalCode.CLAIMED: ("已由他人认领", "Somebody else has taken this on"),
    RefusalCode.PURPOSE_NEEDED: ("查看此案须先说明查阅事由", "Say first why you look at this case"),
    RefusalCode.TOO_MANY_ROWS: ("导出行数超过上限，请缩小范围", "More rows than may be exported at once: ask for fewer"),
}
"""The sentence of each code, Chinese and English."""


class Refusal(Model):
    """Why an action was not taken. `detail` names fields, stages or checklist items, never persons or words of a case."""

    code: RefusalCode
    detail: str = ""

    @property
    def zh(self) -> str:
        """The sentence in Chinese."""
        return SENTENCES[self.code][0] + (f"：{self.detail}" if self.detail else "")

    @property
    def en(self) -> str:
        """The sentence in English."""
        return SENTENCES[self.code][1] + (f": {self.detail}" if self.detail else "")

    def shown(self) -> dict[str, Any]:
        """Return it as every face prints it: code, detail and both sentences."""
        return {"code": str(self.code), "detail": self.detail, "zh": self.zh, "en": self.en}
