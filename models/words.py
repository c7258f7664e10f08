"""The words of the field as enums. The Chinese term stands beside each; the value is what APIs, tables and files show."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """How far a case has come (阶段). The first ten follow each other, the last four are side exits."""

    REGISTERED = "registered"  # 已登记
    SCREENED = "screened"  # 已甄别
    ROUTED = "routed"  # 已分流
    SIGNED = "signed"  # 已签收
    MEDIATING = "mediating"  # 调解中
    AGREED = "agreed"  # 已达成协议
    PERFORMING = "performing"  # 履行中
    FOLLOWING_UP = "following_up"  # 回访中
    AUDITING = "auditing"  # 审核中
    ARCHIVED = "archived"  # 已归档
    DECLINED = "declined"  # 不予受理
    CHANNELLED = "channelled"  # 导入法定程序
    WITHDRAWN = "withdrawn"  # 已撤回
    MERGED = "merged"  # 已并案


class Phase(StrEnum):
    """The three sentences of the process, and its end (阶段归类): what operators see in Temporal."""

    TAKING_IN = "taking_in"  # 一站式受理
    RESOLVING = "resolving"  # 一揽子调处
    CONCLUDING = "concluding"  # 全链条解决
    ENDED = "ended"  # 已办结


class Tier(StrEnum):
    """Risk tier of a case (风险等级), from lowest to highest."""

    BLUE = "blue"  # 蓝
    YELLOW = "yellow"  # 黄
    ORANGE = "orange"  # 橙
    RED = "red"  # 红


class Level(StrEnum):
    """Level that handles a case (层级), in the order of the ladder."""

    GRID = "grid"  # 网格
    VILLAGE = "village"  # 村（社区）
    TOWN = "town"  # 镇（街道）
    JOINT = "joint"  # 镇级联调
    COUNTY = "county"  # 区（县）


class UnitTier(StrEnum):
    """Where a unit stands in the 1+3+N (联动网络)."""

    ONE = "one"  # 综治中心
    THREE = "three"  # 派出所、司法所、人民法庭
    N = "n"  # 其他部门
    SOCIAL = "social"  # 社会力量


class Role(StrEnum):
    """A post's role (岗位角色), design §7; `system` is the engine's own hand: a clock, a rule, another case."""

    CLERK = "clerk"  # 受理员
    SCREENER = "screener"  # 甄别员
    DISPATCHER = "dispatcher"  # 分流员
    DIRECTOR = "director"  # 综治中心主任
    LEADER = "leader"  # 政法委员
    MEDIATOR = "mediator"  # 调解员
    OFFICER = "officer"  # 部门经办人
    GRID = "grid"  # 网格员
    POLICE = "police"  # 民警
    ADVISER = "adviser"  # 法律顾问
    DOCTOR = "doctor"  # 村级医生
    STEWARD = "steward"  # 物管队员
    VOLUNTEER = "volunteer"  # 志愿者
    AUDITOR = "auditor"  # 审核员
    ARCHIVIST = "archivist"  # 档案员
    ANALYST = "analyst"  # 统计员
    ADMIN_SYSTEM = "admin_system"  # 系统管理员
    ADMIN_SECURITY = "admin_security"  # 安全保密管理员
    ADMIN_AUDIT = "admin_audit"  # 安全审计员
    CITIZEN = "citizen"  # 群众
    SYSTEM = "system"  # 系统


class Channel(StrEnum):
    """Where a dispute came in (来源渠道)."""

    WINDOW = "window"
    PHONE = "phone"
    GRID = "grid"
    HOTLINE = "hotline"
    POLICE = "police"
    WECHAT = "wechat"
    COURT = "court"
    PETITION = "petition"
    EVENT = "event"
    WEB = "web"


class Side(StrEnum):
    """Side of a party (当事人地位)."""

    APPLICANT = "applicant"  # 申请人
    RESPONDENT = "respondent"  # 被申请人
    THIRD = "third"  # 第三人


class PartyKind(StrEnum):
    """What a party is."""

    PERSON = "person"
    ORGANISATION = "organisation"
    GROUP = "group"


class TaskState(StrEnum):
    """State of an assisting unit's task (交办任务)."""

    RAISED = "raised"  # 已交办
    SIGNED = "signed"  # 已签收
    FINISHED = "finished"  # 已反馈
    RETURNED = "returned"  # 退回重办
    RELEASED = "released"  # 已解除


class PromiseState(StrEnum):
    """State of a promise (履行项)."""

    OPEN = "open"
    PERFORMED = "performed"
    DEFAULTED = "defaulted"


class CardKind(StrEnum):
    """Kind of a supervision card (督办牌)."""

    YELLOW = "yellow"  # 黄牌
    RED = "red"  # 红牌


class Mark(StrEnum):
    """What is kept of a unit's work in a case for the figures (办理标记); `rules/marks.py` reads them from the events."""

    OBJECTED = "objected"  # 提出异议
    RETURNED = "returned"  # 任务退回重办
    YELLOW = "yellow"  # 黄牌
    RED = "red"  # 红牌
    DEEMED_SIGNED = "deemed_signed"  # 视为签收
    OVERRUN = "overrun"  # 调解期限届满未结
    SATISFIED = "satisfied"  # 群众满意
    DISSATISFIED = "dissatisfied"  # 群众不满意


class Authority(StrEnum):
    """How strong the rule behind a limit is (效力层级), strongest first; a place may not lengthen a stronger one."""

    STATUTE = "STATUTE"
    NATIONAL_RULE = "NATIONAL_RULE"
    LOCAL_RULE = "LOCAL_RULE"
    LOCAL_PRACTICE = "LOCAL_PRACTICE"
    PRODUCT_DEFAULT = "PRODUCT_DEFAULT"


class Algorithm(StrEnum):
    """What chains, seals and commitments are made with (摘要算法)."""

    SHA256 = "sha256"
    SM3 = "sm3"  # 国密 SM3


TIERS = tuple(Tier)
LEVELS = tuple(Level)

ENDS = frozenset({Stage.ARCHIVED, Stage.DECLINED, Stage.CHANNELLED, Stage.WITHDRAWN, Stage.MERGED})
"""Stages in which a case has ended and its workflow with it."""

PHASES: dict[Stage, Phase] = {
    **dict.fromkeys((Stage.REGISTERED, Stage.SCREENED, Stage.ROUTED), Phase.TAKING_IN),
    **dict.fromkeys((Stage.SIGNED, Stage.MEDIATING, Stage.AGREED), Phase.RESOLVING),
    **dict.fromkeys((Stage.PERFORMING, Stage.FOLLOWING_UP, Stage.AUDITING), Phase.CONCLUDING),
    **dict.fromkeys(ENDS, Phase.ENDED),
}
"""The phase a stage belongs to."""

BEFORE_AGREED = frozenset({Stage.REGISTERED, Stage.SCREENED, Stage.ROUTED, Stage.SIGNED, Stage.MEDIATING})
"""Stages from which every side exit is open."""

LATE = frozenset({Mark.YELLOW, Mark.DEEMED_SIGNED, Mark.OVERRUN})
"""Marks by which a unit has let a limit of its own pass."""
