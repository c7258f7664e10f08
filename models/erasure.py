"""Erasing (销毁): who asks for it and who approves, on which ground, and the register of what was destroyed. No words of anybody."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from models.base import Instant, Model


class ErasureGround(StrEnum):
    """Why something is erased (销毁依据)."""

    RETENTION_OVER = "retention_over"  # 保管期满，经鉴定无保存价值
    ASKED_FOR = "asked_for"  # 本人请求，保管期满
    UNLAWFUL = "unlawful"  # 违法收集或处理
    ORDERED = "ordered"  # 有权机关决定


class ErasureState(StrEnum):
    """How far a request has come."""

    ASKED = "asked"  # 待审批
    APPROVED = "approved"  # 已批准，正在销毁
    DONE = "done"  # 已销毁
    REJECTED = "rejected"  # 不予批准


class ErasureProblem(StrEnum):
    """Why nothing is erased."""

    NOT_ALLOWED = "not_allowed"
    UNKNOWN = "unknown_subject"
    OUT_OF_SIGHT = "out_of_sight"
    """Named in a case or an affair that who asks may not see: somebody with a wider view has to ask."""
    CASE_OPEN = "case_open"
    RETAINED = "retained"
    ASKED_ALREADY = "asked_already"
    NOT_ASKED = "not_asked"
    SAME_PERSON = "same_person"
    ERASED_ALREADY = "erased_already"
    SETTLED = "settled"
    """This text is not on the redaction list, or not any more."""
    NOT_DUE = "not_due"
    """This case or affair is not on the appraisal list."""


ERASURE_SENTENCES: dict[ErasureProblem, tuple[str, str]] = {
    ErasureProblem.NOT_ALLOWED: ("您的岗位不能办理销毁事项", "Your post has no part in erasing"),
    ErasureProblem.UNKNOWN: (
        "没有这个人、案件或事务，或者您无权查看",
        "There is no such person, case or affair, or it is not yours to see",
    ),
    ErasureProblem.OUT_OF_SIGHT: (
        "此人还涉及您无权查看的案件或事务，请由上级中心办理",
        "Named in cases or affairs you may not see, too: the county's centre has to do it",
    ),
    ErasureProblem.CASE_OPEN: ("案件或事务尚未办结", "A case or an affair has not ended yet"),
    ErasureProblem.RETAINED: ("保管期限未满", "The file has still to be kept"),
    ErasureProblem.ASKED_ALREADY: ("已有人提出申请", "It has been asked for already"),
    ErasureProblem.NOT_ASKED: ("没有待审批的申请", "Nobody has asked for it"),
    ErasureProblem.SAME_PERSON: ("须由申请人以外的人员审批", "Somebody else than who asked has to decide"),
    ErasureProblem.ERASED_ALREADY: ("已经销毁", "It is erased already"),
    ErasureProblem.SETTLED: ("不在待遮盖清单上", "It is not on the redaction list"),
    ErasureProblem.NOT_DUE: ("不在待鉴定清单上", "It is not on the appraisal list"),
}
"""The sentence of each code, Chinese and English."""


class ErasureRequest(Model):
    """A request, and what came of it."""

    id: str
    subject: str
    """`person:<uuid>`, or `case:<id>` for all words of a case or an affair."""
    ground: ErasureGround
    state: ErasureState
    asked_by: str
    asked_at: Instant
    decided_by: str | None = None
    decided_at: Instant | None = None
    cases: int
    """In how many cases and affairs the person is named; 1 for the words of one."""
    texts: int | None = None
    """How many free texts were put on the redaction list."""


class RegisterEntry(Model):
    """A line of the register: whose key was destroyed. `owner` is a random id or that of a case."""

    at: Instant
    owner: str
    ground: ErasureGround
    request: str
    asked_by: str
    approved_by: str


class RegisterLine(RegisterEntry):
    """A line as it stands in the register, with its hash over the one before."""

    id: int
    hash: str


class Listed(Model):
    """A text on the redaction list: where it stands, never what it says."""

    id: str
    case_id: str
    action_id: str
    listed_at: Instant


class Ended(Model):
    """A case or an affair on the appraisal list."""

    kind: str = "dispute"
    """Of an affair its kind."""
    case_id: str
    code: str
    stage: str
    category: str | None
    town: str | None
    ended_at: Instant
    retain_until: date
