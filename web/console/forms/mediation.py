"""Forms of mediation and the agreement."""

from __future__ import annotations

from web.console.inputs import BACKDATED, Form, Input, reason

FORMS: dict[str, Form] = {
    "consent": Form(
        "征询调解意愿",
        "Ask for consent",
        (
            Input("party", "choice", "当事人", "Party", "parties", needed=True),
            Input("agrees", "yesno", "是否同意调解", "Agrees to mediation", "agrees", needed=True),
            BACKDATED,
        ),
        "next",
    ),
    "meet": Form(
        "召集会商",
        "Call a meeting",
        (
            Input("at", "at", "时间", "When", needed=True),
            Input("place", "text", "地点", "Where", needed=True),
            Input("units", "units", "参加单位", "Units", "units"),
            Input("joint", "check", "联席会商（三所一庭及联动部门）", "Joint meeting of the three and the N"),
        ),
    ),
    "record": Form(
        "调解记录",
        "Record a session",
        (
            Input("outcome", "choice", "结果", "Outcome", "session_outcomes", needed=True),
            Input("text", "area", "记录", "Record", needed=True),
            BACKDATED,
        ),
        "next",
    ),
    "agree": Form(
        "达成协议",
        "Record the agreement",
        (
            Input("form", "choice", "形式", "Form", "agreement_forms", needed=True),
            Input("terms", "area", "协议内容", "Terms", needed=True),
            Input("matter", "choice", "涉及事项（权属等）", "Matter, where title is concerned", "matters"),
            Input("promises", "promises", "履行约定", "Promises"),
            BACKDATED,
        ),
        "next",
    ),
    "sign_agreement": Form(
        "签署协议", "Sign the agreement", (Input("party", "choice", "签署人", "Party", "unsigned", needed=True), BACKDATED), "next"
    ),
    "seal": Form("盖章生效", "Seal", (BACKDATED,), "next"),
    "confirm": Form(
        "司法确认",
        "Judicial confirmation",
        (
            Input("step", "choice", "步骤", "Step", "confirm_steps", needed=True),
            Input("consents", "many", "同意申请的当事人", "Parties who consent", "parties"),
        ),
    ),
    "perform": Form(
        "登记履行",
        "Promise kept",
        (
            Input("promise", "choice", "约定", "Promise", "promises", needed=True),
            Input("proof", "area", "凭据", "Proof", needed=True),
            BACKDATED,
        ),
        "next",
    ),
    "default": Form("登记违约", "Promise broken", (Input("promise", "choice", "约定", "Promise", "promises", needed=True),)),
    "suspend": Form(
        "中止",
        "Suspend",
        (Input("ground", "choice", "事由", "Ground", "grounds", needed=True), Input("evidence", "area", "凭据", "Evidence", needed=True)),
        "change",
    ),
    "resume": Form("恢复", "Resume", (), "next"),
    "extend": Form(
        "延期",
        "Extend",
        (
            Input("days", "int", "天数", "Days", needed=True),
            Input("consents", "many", "同意延期的当事人", "Parties who consent", "parties"),
        ),
        "change",
    ),
    "recuse": Form(
        "回避", "Withdraw the mediator", (Input("party", "choice", "提出的当事人", "Demanded by", "parties"), reason(needed=True)), "change"
    ),
    "hand_over": Form(
        "移交", "Hand over", (Input("to", "choice", "移交给", "To", "colleagues", needed=True), reason(needed=True)), "change"
    ),
    "call_off": Form(
        "取消会商", "Call a meeting off", (Input("meeting", "choice", "会商", "Meeting", "meetings", needed=True), reason(needed=True))
    ),
}
