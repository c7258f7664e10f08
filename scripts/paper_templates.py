"""Write the first templates of papers into places/<place>/papers: `python -m scripts.paper_templates places/huaxi/papers`.

They are a start: a place edits the DOCX files in Word or WPS from there on, and this is not run again over its work. Structure by
the people's-mediation forms of 2010 (domain 5.2); the words are our own where the forms give none.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from scripts.paper_forms import HEAD, TITLE, Form

# ruff: noqa: E501, ISC004 - a placeholder stays in one piece, as it stands in the document

SIX = (1.9, 2.6, 1.2, 2.3, 3.0, 4.6)
FOUR = (2.6, 5.2, 2.6, 5.2)

PARTY = (
    "{{ party.side }}：{{ party.name }}{% if party.sex %}，{{ party.sex }}{% endif %}{% if party.age %}，{{ party.age }}{% endif %}"
    "{% if party.id_number %}，证件号码 {{ party.id_number }}{% endif %}{% if party.phone %}，联系电话 {{ party.phone }}{% endif %}"
    "{% if party.address %}，住址（住所地）{{ party.address }}{% endif %}"
    "{% if party.representative %}。委托代理人：{{ party.representative }}"
    "{% if party.representative_phone %}，联系电话 {{ party.representative_phone }}{% endif %}{% endif %}。"
)
"""A party in running text."""


def _parties(form: Form) -> None:
    """Add a table of the parties."""
    form.grid(
        SIX,
        [
            ("#当事人", "#姓名\n（名称）", "#性别", "#年龄\n民族", "#联系电话", "#职业、单位\n或住址"),
            ("{%tr for party in parties %}", "", "", "", "", ""),
            ("{{ party.side }}", "{{ party.name }}", "{{ party.sex }}", "{{ party.age }}　{{ party.ethnicity }}", "{{ party.phone }}",
             "{{ party.job }}{{ party.address }}"),
            ("{%tr endfor %}", "", "", "", "", ""),
        ],
    )  # fmt: skip


def _each_signs(form: Form, size: float = 14, on: str = "") -> None:
    form.control("{%p for party in parties %}")
    form.text("{{ party.side }}（签名、盖章或按指印）：\t" + on, size=size, before=4, keep=True, align="left")
    form.control("{%p endfor %}")


def application() -> Form:
    """申请书."""
    form = Form("人民调解申请书")
    _parties(form)
    form.head("纠纷简要情况")
    form.body("{{ case.happened_on }}，在{{ case.place }}，双方因{{ case.category or '纠纷' }}发生争议。{{ case.summary }}")
    form.head("申请事项")
    form.body("{{ typed.requests }}")
    form.body(
        "人民调解委员会已将人民调解的有关规定告知我，现自愿申请人民调解委员会进行调解。",
        "此致",
    )
    form.text("{{ office.committee or office.centre }}")
    form.signatures("申请人（签名、盖章或按指印）：", on="{{ paper.on }}")
    return form


def acceptance() -> Form:
    """受理登记表."""
    form = Form("人民调解受理登记表", size=12)
    form.number()
    _parties(form)
    form.grid(
        FOUR,
        [
            ("#登记日期", "{{ case.opened_on }}", "#受理日期", "{{ case.accepted_on }}"),
            ("#纠纷类型", "{{ case.category }}", "#案件来源", "{{ case.source }}（{{ case.channel }}）"),
            ("#涉及人数", "{{ case.people }}", "#涉及金额", "{{ case.amount }}"),
            ("#发生地点", "{{ case.place }}", "#案件编号", "{{ case.code }}"),
            ("#纠纷简要\n情　　况", "^{{ case.summary }}", "<", "<"),
            ("#当事人\n签　　名", "^（签名、盖章或按指印）\n\n>年　　月　　日", "<", "<"),
            ("#登记人\n签　　名", "^\n\n>{{ paper.on }}", "<", "<"),
            ("#备　　注", "{{ typed.remark }}", "<", "<"),
        ],
        heights=(0.95, 0.95, 0.95, 0.95, 5.2, 2.4, 1.9, 1.2),
    )
    form.signatures(seal="{{ office.committee or office.centre }}", on="")
    return form


def rights_notice() -> Form:
    """权利义务告知书."""
    form = Form("人民调解权利义务告知书", size=13)
    form.text("{{ applicants }}{% if respondents %}、{{ respondents }}{% endif %}{% if others %}、{{ others }}{% endif %}：")
    form.body("根据《中华人民共和国人民调解法》，现将人民调解的性质、原则、效力和当事人的权利义务告知如下：")
    form.head("一、性质和原则")
    form.body(
        "人民调解是人民调解委员会通过说服、疏导等方法，促使当事人在平等协商基础上自愿达成调解协议、解决民间纠纷的活动，不收取任何费用。"
        "调解在当事人自愿、平等的基础上进行，不违背法律、法规和国家政策，不因调解而阻止当事人依法通过仲裁、行政、司法等途径维护自己的权利。"
    )
    form.head("二、当事人的权利")
    form.body(
        "（一）选择或者接受人民调解员；（二）接受调解、拒绝调解或者要求终止调解；（三）要求调解公开进行或者不公开进行；"
        "（四）自主表达意愿、自愿达成调解协议。"
    )
    form.head("三、当事人的义务")
    form.body("（一）如实陈述纠纷事实；（二）遵守调解现场秩序，尊重人民调解员；（三）尊重对方当事人行使权利。")
    form.head("四、调解协议的效力")
    form.body(
        "经人民调解委员会调解达成的调解协议具有法律约束力，当事人应当按照约定履行。双方认为有必要的，可以自调解协议生效之日起三十日内"
        "共同向人民法院申请司法确认。调解不成的，可以依法通过仲裁、行政、司法等途径解决。"
    )
    form.body("本案案号 {{ case.code }}，调解组织：{{ office.committee }}，联系电话：{{ office.phone }}。")
    form.text("以上内容已向我告知，我已清楚。", before=6, indent=True, keep=True)
    _each_signs(form)
    form.signatures("人民调解员（签名）：", seal="{{ office.committee }}", on="{{ paper.on }}")
    return form


def investigation() -> Form:
    """调查记录."""
    form = Form("调查记录", size=12)
    form.grid(
        FOUR,
        [
            ("#时　　间", "{{ typed.time }}", "#地　　点", "{{ typed.place }}"),
            ("#在 场 人", "{{ typed.present }}", "#案件编号", "{{ case.code }}"),
            ("#事　　由", "{{ applicants }}与{{ respondents }}{{ case.category }}纠纷", "<", "<"),
            ("#被调查人", "^{{ typed.person }}", "<", "<"),
            ("#记　　录", "^{{ typed.record }}", "<", "<"),
        ],
        heights=(0.95, 0.95, 0.95, 1.6, 11.0),
    )
    form.text("以上记录已由被调查人核对（已向被调查人宣读），与陈述一致。", size=12, before=4)
    form.signatures("被调查人（签名、盖章或按指印）：", "调查人（签名）：　　　　　　　　　记录人（签名）：", on="{{ paper.on }}")
    return form


def mediation_record() -> Form:
    """调解记录."""
    form = Form("调解记录", size=12)
    form.grid(
        FOUR,
        [
            ("#时　　间", "{{ session.at }}", "#地　　点", "{{ typed.place }}"),
            ("#申 请 人", "{{ applicants }}", "#被申请人", "{{ respondents }}{% if others %}、{{ others }}{% endif %}"),
            ("#调 解 员", "{{ case.mediator }}", "#记 录 人", "{{ typed.recorder }}"),
            ("#参 加 人", "{{ typed.present }}", "#第几次调解", "第 {{ session.n }} 次"),
            ("#调解事项", "^{{ case.summary }}", "<", "<"),
            ("#调解过程", "^{{ session.text }}\n\n{{ typed.record }}", "<", "<"),
            ("#调解结果", "{{ session.outcome }}{% if session.outcome == '达成协议' %}：{{ agreement.terms }}{% endif %}", "<", "<"),
        ],
        heights=(0.95, 0.95, 0.95, 0.95, 2.6, 7.0, 1.6),
    )
    form.text("以上记录已由当事人核对（已向当事人宣读）。", size=12, before=4)
    _each_signs(form, 12)
    form.signatures("参加人（签名）：", "人民调解员（签名）：　　　　　　　　　　记录人（签名）：", on="{{ session.on }}")
    return form


def agreement() -> Form:
    """调解协议书."""
    form = Form("人民调解协议书", size=14)
    form.number()
    form.control("{%p for party in parties %}")
    form.body(PARTY)
    form.control("{%p endfor %}")
    form.head("一、纠纷的主要事实、争议事项和各方责任")
    form.body("{{ typed.facts or case.summary }}")
    form.head("二、经调解，当事人自愿达成如下协议")
    form.body("{{ agreement.terms }}")
    form.control("{%p if agreement.promises %}")
    form.head("三、履行的内容、方式和期限")
    form.control("{%p endif %}")
    form.control("{%p for promise in agreement.promises %}")
    form.body(
        "{{ promise.n }}．{{ promise.debtor }}于{{ promise.due }}前{{ promise.what }}{% if promise.amount %}（{{ promise.amount }}）{% endif %}；"
    )
    form.control("{%p endfor %}")
    form.control("{%p if typed.manner %}")
    form.body("履行方式和地点：{{ typed.manner }}。")
    form.control("{%p endif %}")
    form.body(
        "本协议{{ agreement.copies }}，当事人各执一份，人民调解委员会存一份。协议自各方当事人签名、盖章或者按指印，"
        "人民调解员签名并加盖人民调解委员会印章之日起生效；具有法律约束力，当事人应当履行。"
        "各方可以自协议生效之日起三十日内共同向{{ office.court or '人民法院' }}申请司法确认。",
        keep=True,
    )
    _each_signs(form, on="{{ party.signed_on }}")
    form.signatures(
        "人民调解员（签名）：　　　　　　　　　　记录人（签名）：",
        seal="{{ office.committee }}",
        on="{{ agreement.effective_on or agreement.agreed_on }}",
    )
    return form


def oral_register() -> Form:
    """口头协议登记表."""
    form = Form("人民调解口头协议登记表", size=12)
    form.number()
    _parties(form)
    form.grid(
        FOUR,
        [
            ("#纠纷类型", "{{ case.category }}", "#案件编号", "{{ case.code }}"),
            ("#达成日期", "{{ agreement.agreed_on }}", "#生效日期", "{{ agreement.effective_on }}"),
            ("#主要事实\n争议事项", "^{{ case.summary }}", "<", "<"),
            ("#协议内容", "^{{ agreement.terms }}", "<", "<"),
            (
                "#履行期限",
                "^{% for promise in agreement.promises %}{{ promise.n }}．{{ promise.debtor }}：{{ promise.what }}"
                "{% if promise.amount %}（{{ promise.amount }}）{% endif %}，{{ promise.due }}前；{% endfor %}",
                "<",
                "<",
            ),
            ("#当事人\n确　　认", "^（签名、盖章或按指印）", "<", "<"),
        ],
        heights=(0.95, 0.95, 3.4, 3.4, 2.2, 2.0),
    )
    form.signatures("人民调解员（签名）：", seal="{{ office.committee }}", on="{{ paper.on }}")
    return form


def routes_notice() -> Form:
    """法定途径告知书."""
    form = Form("法定途径告知书")
    form.number()
    form.text("{{ applicants }}{% if respondents %}、{{ respondents }}{% endif %}{% if others %}、{{ others }}{% endif %}：")
    form.body(
        "你们之间的{{ case.category }}纠纷（案号 {{ case.code }}），经{{ office.committee or office.lead }}调解，因以下原因终止调解：",
        "{{ typed.reason }}",
        "根据《中华人民共和国人民调解法》第二十六条，现告知你们可以依法通过下列途径维护自己的权利：",
        "{{ typed.routes }}",
        "请注意：仲裁、诉讼有时效和期间的规定，请及时主张权利。符合法律援助条件的，可以向法律援助机构申请法律援助。咨询电话：{{ office.phone }}。",
    )
    _each_signs(form)
    form.signatures("人民调解员（签名）：", seal="{{ office.committee or office.lead }}", on="{{ paper.on }}")
    return form


def receipt() -> Form:
    """履行凭证."""
    form = Form("履行凭证（收据）")
    form.number()
    form.body(
        "案号 {{ case.code }}，{{ applicants }}与{{ respondents }}{{ case.category }}纠纷一案，"
        "{{ promise.debtor }}依照调解协议，应于{{ promise.due }}前履行下列事项：",
        "{{ promise.what }}{% if promise.amount %}，金额{{ promise.amount }}{% endif %}。",
    )
    form.control("{%p if promise.proof %}")
    form.body("履行情况：{{ promise.proof }}。")
    form.control("{%p endif %}")
    form.body("以上事项目前{{ promise.state }}，权利人确认收讫（确认完成）。")
    form.signatures(
        "履行人（签名、盖章或按指印）：",
        "权利人（签名、盖章或按指印）：",
        "见证人、人民调解员（签名）：",
        seal="{{ office.committee }}",
        on="{{ paper.on }}",
    )
    return form


def follow_up() -> Form:
    """回访记录."""
    form = Form("人民调解回访记录", size=12)
    form.grid(
        FOUR,
        [
            ("#当 事 人", "{{ applicants }}、{{ respondents }}{% if others %}、{{ others }}{% endif %}", "<", "<"),
            ("#回访事由", "{{ case.category }}纠纷", "#案件编号", "{{ case.code }}"),
            ("#回访日期", "{{ visit.on }}", "#回访方式", "{{ visit.contact }}"),
            (
                "#协议履行\n情　　况",
                "^{% for promise in agreement.promises %}{{ promise.n }}．{{ promise.debtor }}：{{ promise.what }}（{{ promise.state }}）；{% endfor %}",
                "<",
                "<",
            ),
            ("#纠纷现状", "{{ visit.outcome }}", "#当事人意见", "{{ visit.satisfied }}"),
            ("#回访记录", "^{{ visit.text }}", "<", "<"),
            ("#发现问题\n及 措 施", "^{{ typed.measures }}", "<", "<"),
        ],
        heights=(0.95, 0.95, 0.95, 2.4, 0.95, 6.0, 3.6),
    )
    form.signatures("回访人（签名）：{{ visit.by }}", "当事人（签名、盖章或按指印）：", on="{{ visit.on }}")
    return form


def confirmation() -> Form:
    """司法确认申请书."""
    form = Form("司法确认申请书")
    form.control("{%p for party in parties %}")
    form.body(PARTY.replace("{{ party.side }}", "申请人"))
    form.control("{%p endfor %}")
    form.head("请求事项")
    form.body("确认申请人于{{ agreement.effective_on or agreement.agreed_on }}经{{ office.committee }}调解达成的调解协议有效。")
    form.head("事实和理由")
    form.body(
        "申请人之间因{{ case.category }}发生纠纷（案号 {{ case.code }}）：{{ case.summary }}",
        "经{{ office.committee }}主持调解，各方自愿达成协议：{{ agreement.terms }}",
        "现依据《中华人民共和国民事诉讼法》第二百零五条、《中华人民共和国人民调解法》第三十三条，自协议生效之日起三十日内"
        "{% if agreement.confirm_by %}（至{{ agreement.confirm_by }}止）{% endif %}共同申请司法确认。",
    )
    form.body(
        "申请人承诺：出于解决纠纷的目的自愿达成协议，没有恶意串通、规避法律的行为；协议内容损害他人合法权益的，愿意承担相应的法律责任。",
        "此致",
        keep=True,
    )
    form.text("{{ office.court or '人民法院' }}", keep=True)
    _each_signs(form)
    form.text(
        "附：1．调解协议书；2．调解组织主持调解的证明；3．身份、住所、联系方式证明；4．与协议相关的财产权利证明。", size=12, before=10
    )
    return form


def transfer_slip() -> Form:
    """转办单."""
    form = Form("矛盾纠纷转办单", size=12)
    form.number()
    form.grid(
        FOUR,
        [
            ("#案件编号", "{{ case.code }}", "#来　　源", "{{ case.channel }}"),
            ("#登记日期", "{{ case.opened_on }}", "#风险等级", "{{ case.tier }}"),
            (
                "#当 事 人",
                "{{ applicants }}{% if respondents %}；{{ respondents }}{% endif %}{% if others %}；{{ others }}{% endif %}",
                "<",
                "<",
            ),
            ("#纠纷类型", "{{ case.category }}", "#发生地点", "{{ case.place }}"),
            ("#主要诉求\n和 情 况", "^{{ case.summary }}", "<", "<"),
            ("#承办单位", "{{ slip.unit }}", "#承办事项", "{{ slip.title }}"),
            ("#转办时间", "{{ slip.on }}", "#办结期限", "{{ slip.due }}"),
            ("#拟办意见", "^{{ typed.opinion }}", "<", "<"),
            ("#领导批示", "^{{ typed.instruction }}", "<", "<"),
            ("#承办单位\n签　　收", "^签收人：\n\n>年　　月　　日", "<", "<"),
            ("#办理结果", "^{{ slip.result }}", "<", "<"),
        ],
        heights=(0.95, 0.95, 0.95, 0.95, 3.6, 0.95, 0.95, 1.9, 1.9, 1.8, 1.6),
    )
    form.text("不属于本单位职责的，请自收到之日起五个工作日内提出异议并详细说明理由，经核实同意后方可退回。", size=11, before=4)
    form.signatures(seal="{{ office.centre }}", on="{{ paper.on }}")
    return form


def return_slip() -> Form:
    """退回单."""
    form = Form("矛盾纠纷退回单", size=12)
    form.number()
    form.grid(
        FOUR,
        [
            ("#案件编号", "{{ case.code }}", "#纠纷类型", "{{ case.category }}"),
            ("#当 事 人", "{{ applicants }}；{{ respondents }}", "<", "<"),
            ("#提出单位", "{{ slip.unit }}", "#提出时间", "{{ slip.on }}"),
            ("#退回理由", "^{{ slip.reason }}", "<", "<"),
            ("#依　　据", "^{{ typed.law }}", "<", "<"),
            ("#建议承办\n单　　位", "{{ slip.to }}", "<", "<"),
            ("#核实意见", "^{{ slip.result }}", "<", "<"),
        ],
        heights=(0.95, 0.95, 0.95, 5.0, 3.0, 1.2, 3.0),
    )
    form.signatures("提出单位负责人（签名）：　　　　　　　分流员（签名）：", seal="{{ office.centre }}", on="{{ paper.on }}")
    return form


def card_notice() -> Form:
    """督办单."""
    form = Form("督　办　单")
    form.number()
    form.text("{{ slip.unit }}：")
    form.body(
        "你单位办理的案件（案号 {{ case.code }}，{{ case.category or '矛盾纠纷' }}），「{{ slip.clock }}」时限"
        "{% if slip.due %}应于{{ slip.due }}前办结，现{% endif %}已逾期，于{{ slip.on }}亮{{ slip.card }}。",
        "督办要求：{{ typed.demand }}",
        "请于{{ typed.answer_by }}前书面说明原因和整改措施。",
    )
    form.grid(
        FOUR, [("#督办状态", "{{ slip.state }}", "#联系电话", "{{ office.phone }}"), ("#反馈情况", "^", "<", "<")], heights=(0.95, 5.0)
    )
    form.signatures(seal="{{ office.centre }}", on="{{ paper.on }}")
    return form


def cover() -> Form:
    """卷宗封面."""
    form = Form(footer=False)
    form.text(
        "{{ office.district }}{% if office.town != office.district %}{{ office.town }}{% endif %}",
        font=HEAD,
        size=18,
        align="center",
        before=24,
    )
    form.text("人民调解卷宗", font=TITLE, size=36, align="center", before=8, after=6)
    form.text("{{ paper.number or '（待编号）' }}", size=15, align="center", after=14)
    form.grid(
        FOUR,
        [
            ("#卷　　名", "{{ file.title }}", "<", "<"),
            ("#案　　号", "{{ case.code }}", "#纠纷类型", "{{ case.category }}"),
            ("#申 请 人", "{{ applicants }}", "<", "<"),
            ("#被申请人", "{{ respondents }}{% if others %}；第三人：{{ others }}{% endif %}", "<", "<"),
            ("#调解组织", "{{ office.committee or office.lead }}", "<", "<"),
            ("#调 解 员", "{{ case.mediator }}", "<", "<"),
            (
                "#调解日期",
                "{{ case.mediation_from or case.accepted_on or case.opened_on }}　至　{{ case.mediation_to or case.ended_on }}",
                "<",
                "<",
            ),
            ("#办理结果", "{{ case.outcome }}", "#难易程度", "{{ case.difficulty }}"),
            ("#立 卷 人", "{{ file.filer }}", "#立卷日期", "{{ file.filed_on }}"),
            ("#保管期限", "{{ case.retention }}", "#保 管 至", "{{ case.retain_until or '' }}"),
            ("#本卷共计", "{% if file.pages %}{{ file.papers }} 件　{{ file.pages }} 页{% endif %}", "<", "<"),
            ("#备　　注", "^", "<", "<"),
        ],
        heights=(1.3, 1.1, 1.2, 1.2, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.6),
    )
    return form


def catalogue() -> Form:
    """卷内目录."""
    form = Form("卷内目录", footer=False)
    form.text("案号：{{ case.code }}", size=12, after=4)
    form.grid(
        (1.5, 5.6, 5.2, 1.6, 1.7),
        [
            ("#序号", "#文书名称", "#文　号", "#页号", "#备注"),
            ("{%tr for row in file.rows %}", "", "", "", ""),
            ("#{{ row.n }}", "{{ row.title }}", "{{ row.number }}", "#{{ row.pages }}", "{{ row.remark }}"),
            ("{%tr endfor %}", "", "", "", ""),
        ],
        heads=True,
    )
    form.control("{%p if file.missing %}")
    form.text("尚缺：{{ file.missing }}", size=12, before=6)
    form.control("{%p endif %}")
    return form


def back_cover() -> Form:
    """封底."""
    form = Form(footer=False)
    form.text("卷　宗　情　况", font=TITLE, size=26, align="center", before=120, after=30)
    form.grid(
        FOUR,
        [
            ("#案　　号", "{{ case.code }}", "#文　　号", "{{ paper.number }}"),
            (
                "#本卷情况",
                "^本卷共 {{ file.papers }} 件，{{ file.pages }} 页。{% if file.missing %}尚缺：{{ file.missing }}。{% else %}材料齐全。{% endif %}",
                "<",
                "<",
            ),
            ("#立 卷 人", "{{ file.filer }}", "#立卷日期", "{{ file.filed_on }}"),
            ("#检 查 人", "", "#检查日期", "　　年　　月　　日"),
            ("#保管期限", "{{ case.retention }}", "#保 管 至", "{{ case.retain_until or '' }}"),
        ],
        heights=(1.3, 5.0, 1.3, 1.3, 1.3),
    )
    return form


FORMS: tuple[Callable[[], Form], ...] = (
    *(application, acceptance, rights_notice, investigation, mediation_record, agreement, oral_register, routes_notice, receipt),
    *(follow_up, confirmation, transfer_slip, return_slip, card_notice, cover, catalogue, back_cover),
)


def main(folder: Path) -> None:
    """Write all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for make in FORMS:
        make().save(folder / f"{make.__name__}.docx")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
