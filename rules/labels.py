"""The words of the vocabulary in both languages, for sentences and for faces: stage, tier, level, role, and the rest."""

from __future__ import annotations

from models.export import ExportKind
from models.paper.kinds import Difficulty
from models.paper.record import SignedBy
from models.words import CardKind, Channel, Level, Mark, PartyKind, PromiseState, Role, Side, Stage, TaskState, Tier, UnitTier
from rules import account_labels, arrival_labels, message_labels
from rules.kpi import labels as kpi_labels

Both = tuple[str, str]
"""Chinese and English."""

STAGES: dict[str, Both] = {
    Stage.REGISTERED: ("已登记", "registered"),
    Stage.SCREENED: ("已甄别", "screened"),
    Stage.ROUTED: ("已分流", "routed"),
    Stage.SIGNED: ("已签收", "signed for"),
    Stage.MEDIATING: ("调解中", "in mediation"),
    Stage.AGREED: ("已达成协议", "agreed"),
    Stage.PERFORMING: ("履行中", "being performed"),
    Stage.FOLLOWING_UP: ("回访中", "in follow-up"),
    Stage.AUDITING: ("审核中", "in audit"),
    Stage.ARCHIVED: ("已归档", "archived"),
    Stage.DECLINED: ("不予受理", "not accepted"),
    Stage.CHANNELLED: ("导入法定程序", "sent on a legal route"),
    Stage.WITHDRAWN: ("已撤回", "withdrawn"),
    Stage.MERGED: ("已并案", "merged"),
}
TIERS: dict[str, Both] = {
    Tier.BLUE: ("蓝色", "blue"),
    Tier.YELLOW: ("黄色", "yellow"),
    Tier.ORANGE: ("橙色", "orange"),
    Tier.RED: ("红色", "red"),
}
LEVELS: dict[str, Both] = {
    Level.GRID: ("网格", "grid"),
    Level.VILLAGE: ("村（社区）", "village"),
    Level.TOWN: ("镇（街道）", "town"),
    Level.JOINT: ("镇级联调", "joint"),
    Level.COUNTY: ("区（县）", "county"),
}
ROLES: dict[str, Both] = {
    Role.CLERK: ("受理员", "clerk"),
    Role.SCREENER: ("甄别员", "screener"),
    Role.DISPATCHER: ("分流员", "dispatcher"),
    Role.DIRECTOR: ("综治中心主任", "director"),
    Role.LEADER: ("政法委员", "leader"),
    Role.MEDIATOR: ("调解员", "mediator"),
    Role.OFFICER: ("经办人", "officer"),
    Role.GRID: ("网格员", "grid member"),
    Role.POLICE: ("民警", "police"),
    Role.ADVISER: ("法律顾问", "legal adviser"),
    Role.DOCTOR: ("村级医生", "doctor"),
    Role.STEWARD: ("物管队员", "steward"),
    Role.VOLUNTEER: ("志愿者", "volunteer"),
    Role.AUDITOR: ("审核员", "auditor"),
    Role.ARCHIVIST: ("档案员", "archivist"),
    Role.ANALYST: ("统计员", "analyst"),
    Role.ADMIN_SYSTEM: ("系统管理员", "system administrator"),
    Role.ADMIN_SECURITY: ("安全保密管理员", "security administrator"),
    Role.ADMIN_AUDIT: ("安全审计员", "audit administrator"),
    Role.CITIZEN: ("群众", "citizen"),
    Role.SYSTEM: ("系统", "system"),
}
SIDES: dict[str, Both] = {
    Side.APPLICANT: ("申请人", "applicant"),
    Side.RESPONDENT: ("被申请人", "respondent"),
    Side.THIRD: ("第三人", "third party"),
}
PARTY_KINDS: dict[str, Both] = {
    PartyKind.PERSON: ("个人", "person"),
    PartyKind.ORGANISATION: ("单位", "organisation"),
    PartyKind.GROUP: ("群体", "group"),
}
CHANNELS: dict[str, Both] = {
    Channel.WINDOW: ("窗口", "window"),
    Channel.PHONE: ("电话", "phone"),
    Channel.GRID: ("网格上报", "grid"),
    Channel.HOTLINE: ("热线", "hotline"),
    Channel.POLICE: ("公安移送", "police"),
    Channel.WECHAT: ("微信", "WeChat"),
    Channel.COURT: ("法院委派", "court"),
    Channel.PETITION: ("信访", "petition"),
    Channel.EVENT: ("系统推送", "event"),
    Channel.WEB: ("网上提交", "web"),
}
TASK_STATES: dict[str, Both] = {
    TaskState.RAISED: ("已交办", "raised"),
    TaskState.SIGNED: ("已签收", "signed for"),
    TaskState.FINISHED: ("已反馈", "finished"),
    TaskState.RETURNED: ("退回重办", "returned"),
    TaskState.RELEASED: ("已解除", "released"),
}
PROMISE_STATES: dict[str, Both] = {
    PromiseState.OPEN: ("待履行", "open"),
    PromiseState.PERFORMED: ("已履行", "performed"),
    PromiseState.DEFAULTED: ("违约", "in default"),
}
CARDS: dict[str, Both] = {
    CardKind.YELLOW: ("黄牌", "yellow card"),
    CardKind.RED: ("红牌", "red card"),
}
MARKS: dict[str, Both] = {
    Mark.OBJECTED: ("提出异议", "objected"),
    Mark.RETURNED: ("任务退回重办", "work returned"),
    Mark.YELLOW: ("黄牌", "yellow card"),
    Mark.RED: ("红牌", "red card"),
    Mark.DEEMED_SIGNED: ("视为签收", "deemed signed"),
    Mark.OVERRUN: ("调解期限届满未结", "mediation overrun"),
    Mark.SATISFIED: ("群众满意", "satisfied"),
    Mark.DISSATISFIED: ("群众不满意", "dissatisfied"),
}
LOOKS: dict[str, Both] = {
    "detail": ("案件详情", "the case"),
    "bundle": ("导出证据包", "a bundle of records"),
    "then": ("查看当时情况", "the case as it stood"),
    "file": ("案件卷宗", "the case's page"),
    "timeline": ("办理经过", "its story"),
    "explain": ("时限说明", "its clocks"),
    "purpose": ("说明查阅事由", "the purpose, stated"),
    "export": ("导出", "an export"),
    "exports": ("查询导出记录", "the exports"),
    "routing": ("分流建议", "the routing proposed"),
    "objections": ("异议", "objections"),
    "progress": ("办理进度（当事人）", "its progress, as a party"),
    "slip": ("受理回执", "the receipt slip"),
    "seal": ("档案封存", "the seal of the file"),
    "invitation": ("会商邀请", "the invitation to a meeting"),
    "arrival": ("来件内容", "an arrival"),
    "papers": ("材料目录", "its papers"),
    "paper": ("一份材料", "one of its papers"),
    "paper_made": ("制作文书", "a paper made"),
    "paper_in": ("收入材料", "a paper taken in"),
    "dossier": ("整卷", "the whole file"),
    "ledger": ("责任时长", "its ledger"),
    "affair": ("事务详情", "an affair"),
    "affair_story": ("事务经过", "an affair's story"),
    "affair_versions": ("事务版本", "an affair's versions"),
    "affair_version": ("事务旧版本", "an old version of an affair"),
    "affair_explain": ("事务时限说明", "an affair's clocks"),
    "access_log": ("查阅日志", "this log"),
    "access_log_check": ("校验查阅日志", "a check of this log"),
}
"""What is looked at, as the access log names it."""

EXPORT_KINDS: dict[str, Both] = {
    ExportKind.CASES: ("案件列表", "list of cases"),
    ExportKind.ARCHIVE: ("档案列表", "list of files"),
    ExportKind.CASE: ("一个案件", "one case"),
    ExportKind.REPORT: ("报表", "a report"),
}
BROKEN: dict[str, Both] = {
    "missing": ("这一条不见了", "it is missing"),
    "changed": ("内容被改动", "it was changed"),
    "moved": ("次序被改动", "it stands in another's place"),
    "column": ("登记项与内容不符", "a column says something else"),
    "seal": ("封存值不符", "the seal does not fit"),
    "head": ("末条与案件不符", "the case ends elsewhere"),
    "state": ("案件状态与记录不符", "the stored state does not fit"),
}
"""What can be wrong with a record (`service/verifying.py`)."""

UNIT_TIERS: dict[str, Both] = {
    UnitTier.ONE: ("综治中心", "the one"),
    UnitTier.THREE: ("三所（庭）", "the three"),
    UnitTier.N: ("联动部门", "the N"),
    UnitTier.SOCIAL: ("社会力量", "social forces"),
}
CLOCKS: dict[str, Both] = {
    "screen": ("甄别", "screening"),
    "route": ("分流", "routing"),
    "sign": ("签收", "signature"),
    "object": ("异议", "objection"),
    "rule": ("裁定异议", "ruling"),
    "contact": ("首次联系", "first contact"),
    "consent": ("征询意愿", "consent"),
    "mediate": ("调解", "mediation"),
    "channel": ("导入法定程序", "legal route"),
    "sign_agreement": ("签署协议", "signing"),
    "confirm": ("司法确认", "judicial confirmation"),
    "default": ("违约处理", "default"),
    "visit": ("回访", "visit"),
    "audit": ("审核", "audit"),
    "archive": ("归档", "archiving"),
    "suspension": ("中止复核", "review of the suspension"),
    "joint_meeting": ("联席会商", "joint meeting"),
    "ladder": ("层级", "level"),
    "task": ("交办任务", "task"),
    "promise": ("履行", "promise"),
    "reopen": ("重新办理申请", "reopening"),
    "complaint": ("投诉答复", "reply to a complaint"),
    "rate": ("评价", "rating"),
}
OUTCOMES: dict[str, Both] = {
    "calm": ("平稳", "calm"),
    "relapse": ("反复", "relapse"),
    "unreachable": ("未联系上", "unreachable"),
    "continue": ("继续调解", "to be continued"),
    "failed": ("未成", "failed"),
    "written": ("书面", "written"),
    "oral": ("口头", "oral"),
    "yellow": ("黄牌", "yellow card"),
    "red": ("红牌", "red card"),
}

DIFFICULTIES: dict[str, Both] = {
    Difficulty.SIMPLE: ("简易", "simple"),
    Difficulty.ORDINARY: ("一般", "ordinary"),
    Difficulty.DIFFICULT: ("疑难复杂", "difficult"),
}
SIGNED_BY: dict[str, Both] = {
    SignedBy.INK: ("签名", "signed"),
    SignedBy.FINGERPRINT: ("按指印", "fingerprint"),
    SignedBy.SEAL: ("盖章", "seal"),
    SignedBy.ELECTRONIC: ("电子签名", "electronic"),
}
REASONS: dict[str, Both] = {
    "people": ("涉及人数较多", "many people concerned"),
    "amount": ("涉及金额较大", "a large amount"),
    "wages": ("拖欠工资", "unpaid wages"),
    "vulnerable": ("有需要特别照顾的当事人", "a party who needs protection"),
    "age": ("久拖未决", "an old dispute"),
}
"""Reasons of a risk tier that are no signs of the table."""

CHECKLIST: dict[str, Both] = {
    "category_set": ("已确定纠纷类别", "category set"),
    "agreement_effective": ("协议已生效", "agreement in effect"),
    "promises_performed": ("约定事项已全部履行", "promises kept"),
    "visits_made": ("计划的回访已完成", "planned visits made"),
    "risk_calm": ("最近一次回访平稳", "calm at the last visit"),
    "party_side_confirmed": ("有非调解员的回访确认", "confirmed by a visit of somebody else than the mediator"),
    "no_merge_pending": ("没有未完成的并案", "no merge pending"),
    "no_open_work": ("没有未完成的系统事项", "nothing asked for is still open"),
    "complaints_replied": ("投诉已答复", "complaints replied to"),
    "signed_off": ("审签齐全", "signed off"),
}
"""Items of the closing checklist (结案清单)."""

CODES: dict[str, Both] = {
    "assist": ("协助办理", "assist"),
    "safety_plan": ("制定并落实安全防范措施", "make and carry out a safety plan"),
    "handed_on": ("随案移交", "handed on with the case"),
    "absorbed": ("并案", "merged"),
    "relapse": ("回访发现反复", "relapse found at a visit"),
    "dissatisfied": ("群众不满意", "dissatisfied"),
    "complaint": ("当事人投诉", "a party complained"),
    "as_planned": ("按既定安排", "as planned"),
    "file_complete": ("卷宗材料不齐全", "the file lacks papers"),
    "record_broken": ("案件记录校验不通过", "the record does not verify"),
    **CHECKLIST,
}
"""Texts of the engine's own (`code:…`)."""

TABLES: dict[str, dict[str, Both]] = {
    "stage": STAGES,
    "tier": TIERS,
    "level": LEVELS,
    "role": ROLES,
    "side": SIDES,
    "party_kind": PARTY_KINDS,
    "channel": CHANNELS,
    "task_state": TASK_STATES,
    "promise_state": PROMISE_STATES,
    "card": CARDS,
    "mark": MARKS,
    "look": LOOKS,
    "export_kind": EXPORT_KINDS,
    "broken": BROKEN,
    "unit_tier": UNIT_TIERS,
    "clock": CLOCKS,
    "outcome": OUTCOMES,
    "reason": REASONS,
    "checklist": CHECKLIST,
    "difficulty": DIFFICULTIES,
    "signed_by": SIGNED_BY,
    "code": CODES,
    **account_labels.TABLES,
    **arrival_labels.TABLES,
    **kpi_labels.TABLES,
    **message_labels.TABLES,
}
"""All tables by name."""


def label(table: str, value: object) -> Both:
    """Return a value's words in both languages; a value nobody has words for is shown as it is."""
    text = "" if value is None else str(value)
    return TABLES[table].get(text, (text, text))


def clock_label(clock: str) -> Both:
    """Return what a clock counts for, by its id: `task:t2`, `visit.first`."""
    return label("clock", clock.partition(":")[0].partition(".")[0])


def told(text: str) -> Both:
    """Return a text as it was written, or in words where it is one of the engine's own (`code:…`)."""
    return label("code", text.removeprefix("code:")) if text.startswith("code:") else (text, text)
