"""What a paper says (文书内容): everything a template may name, in words ready to be printed.

The fields below are the placeholders: `{{ case.code }}`, `{% for party in parties %}{{ party.name }}{% endfor %}`. They are
gathered once, when a paper is made, and kept sealed with it; rendering looks nothing up. Grows by addition, with defaults.
"""

from __future__ import annotations

from pydantic import Field

from models.base import Model


class OfficeFacts(Model):
    """The place and the offices on the paper."""

    district: str = ""  # 区县
    town: str = ""  # 镇（街道）
    centre: str = ""  # 综治中心
    lead: str = ""  # 主办单位
    committee: str = ""  # 调解组织
    court: str = ""  # 有管辖权的人民法庭
    phone: str = ""  # 联系电话


class HeadFacts(Model):
    """The paper itself."""

    title: str = ""  # 文书名称
    number: str = ""  # 编号
    version: str = ""  # 第几版
    on: str = ""  # 制作日期
    year: str = ""  # 年份
    maker: str = ""  # 制作人（岗位）
    unit: str = ""  # 制作单位
    basis: str = ""  # 依据


class CaseFacts(Model):
    """The case."""

    code: str = ""  # 案号
    category: str = ""  # 纠纷类别
    channel: str = ""  # 来源
    source: str = ""  # 受理方式：依申请、主动、移送
    place: str = ""  # 发生地
    happened_on: str = ""  # 发生日期
    summary: str = ""  # 案情
    tier: str = ""  # 风险等级
    level: str = ""  # 层级
    stage: str = ""  # 阶段
    people: str = ""  # 涉及人数
    amount: str = ""  # 涉及金额
    opened_on: str = ""  # 登记日期
    accepted_on: str = ""  # 受理日期
    lead: str = ""  # 主办单位
    mediator: str = ""  # 调解员
    assist: str = ""  # 协办单位
    mediation_from: str = ""  # 调解起日
    mediation_to: str = ""  # 调解止日
    ended_on: str = ""  # 办结日期
    outcome: str = ""  # 办理结果
    retention: str = ""  # 保管期限
    retain_until: str = ""  # 保管至
    difficulty: str = ""  # 难易程度
    routes: str = ""  # 已告知的法定途径
    route: str = ""  # 导入的法定程序


class PartyFacts(Model):
    """One party. Sex and age are read from the number of the identity card, as far as it shows them."""

    n: str = ""
    id: str = ""
    side: str = ""  # 申请人、被申请人、第三人
    kind: str = ""
    name: str = ""
    sex: str = ""
    age: str = ""
    ethnicity: str = ""
    job: str = ""
    phone: str = ""
    id_number: str = ""
    address: str = ""
    representative: str = ""
    representative_phone: str = ""
    signed_on: str = ""  # 签署协议的日期


class PromiseFacts(Model):
    """One promise of the agreement."""

    n: str = ""
    id: str = ""
    debtor: str = ""
    what: str = ""
    due: str = ""
    amount: str = ""
    state: str = ""
    proof: str = ""


class AgreementFacts(Model):
    """The agreement; empty where there is none."""

    form: str = ""  # 书面、口头
    matter: str = ""
    terms: str = ""
    agreed_on: str = ""
    effective_on: str = ""
    confirm_by: str = ""  # 共同申请司法确认的最后一日
    confirmation: str = ""
    copies: str = ""  # 一式几份
    promises: tuple[PromiseFacts, ...] = ()


class SessionFacts(Model):
    """One session of mediation."""

    n: str = ""
    on: str = ""
    at: str = ""
    outcome: str = ""
    text: str = ""
    by: str = ""


class VisitFacts(Model):
    """One follow-up visit."""

    n: str = ""
    on: str = ""
    outcome: str = ""
    satisfied: str = ""
    contact: str = ""
    text: str = ""
    by: str = ""


class SlipFacts(Model):
    """What a slip is about: a unit with its work, an objection, a card."""

    unit: str = ""
    title: str = ""
    on: str = ""
    due: str = ""
    reason: str = ""
    to: str = ""
    result: str = ""
    card: str = ""
    clock: str = ""
    state: str = ""


class SignerFacts(Model):
    """Who has signed, as what, and when."""

    name: str = ""
    as_whom: str = ""
    on: str = ""


class RowFacts(Model):
    """A line of the catalogue."""

    n: str = ""
    title: str = ""
    number: str = ""
    pages: str = ""
    remark: str = ""


class FileFacts(Model):
    """The file, for its cover, catalogue and back."""

    title: str = ""
    pages: str = ""
    papers: str = ""
    missing: str = ""
    filed_on: str = ""
    filer: str = ""
    rows: tuple[RowFacts, ...] = ()


class Facts(Model):
    """All of it. `session`, `visit`, `promise` and `slip` are the one the paper is about; `typed` is what its maker wrote in."""

    office: OfficeFacts = OfficeFacts()
    paper: HeadFacts = HeadFacts()
    case: CaseFacts = CaseFacts()
    applicants: str = ""
    respondents: str = ""
    others: str = ""
    parties: tuple[PartyFacts, ...] = ()
    agreement: AgreementFacts = AgreementFacts()
    sessions: tuple[SessionFacts, ...] = ()
    session: SessionFacts = SessionFacts()
    visits: tuple[VisitFacts, ...] = ()
    visit: VisitFacts = VisitFacts()
    promise: PromiseFacts = PromiseFacts()
    slip: SlipFacts = SlipFacts()
    signers: tuple[SignerFacts, ...] = ()
    file: FileFacts = FileFacts()
    typed: dict[str, str] = Field(default_factory=dict)
