"""Forms of taking a case in hand."""

from __future__ import annotations

from web.console.inputs import BACKDATED, Form, Input, reason

FORMS: dict[str, Form] = {
    "screen": Form(
        "甄别",
        "Screen",
        (
            Input("accept", "yesno", "是否受理", "Accept", "accept", needed=True),
            Input("category", "choice", "纠纷类别", "Category", "categories"),
            Input("reason", "area", "不予受理的理由", "Reason for declining"),
            Input("redirect", "text", "建议去向（不予受理时）", "Where to turn instead"),
        ),
        "next",
        bulk=False,
    ),
    "route": Form(
        "分流",
        "Route",
        (
            Input("level", "choice", "办理层级", "Level", "levels", hint=("不选则按建议", "Empty: as proposed")),
            Input("lead", "choice", "主办单位", "Lead unit", "units", hint=("不选则按建议", "Empty: as proposed")),
            Input("assist", "units", "协办单位", "Assisting units", "units", hint=("不选则按建议", "Empty: as proposed")),
        ),
        "next",
        bulk=True,
    ),
    "sign": Form("签收", "Sign for it", (Input("task", "choice", "签收协办任务", "Task", "tasks_mine"),), "next", bulk=True),
    "contact": Form("首次联系", "First contact", (Input("note", "area", "联系情况", "What was said", needed=True), BACKDATED), "next"),
    "assign": Form(
        "指派调解员",
        "Appoint a mediator",
        (
            Input(
                "mediator",
                "choice",
                "调解员",
                "Mediator",
                "mediators",
                hint=("不选则由系统按负荷、专长与回避推荐", "Empty: chosen by load, skill and conflict of interest"),
            ),
        ),
        "next",
    ),
    "rule": Form(
        "裁定异议",
        "Rule on the objection",
        (
            Input("uphold", "yesno", "裁定", "Ruling", "uphold", needed=True),
            Input("to", "choice", "改由（异议成立时）", "New unit, if upheld", "units"),
            reason(),
        ),
        "next",
    ),
    "object": Form(
        "提出异议",
        "Object",
        (
            Input("task", "choice", "针对的协办任务（不选即针对主办）", "Task (empty: being the lead)", "tasks_mine"),
            reason(needed=True),
            Input("to", "choice", "建议单位", "Unit proposed", "units"),
        ),
        "change",
    ),
    "raise_task": Form(
        "交办任务",
        "Give a task",
        (
            Input("unit", "choice", "协办单位", "Unit", "units", needed=True),
            Input("title", "text", "任务", "Task", needed=True),
            Input("limit", "limit", "期限", "Limit", "limits", hint=("不选则按规程", "Empty: as in the procedure")),
        ),
    ),
    "finish": Form(
        "反馈任务",
        "Report a task done",
        (Input("task", "choice", "任务", "Task", "tasks_mine"), Input("result", "area", "办理结果", "Result", needed=True)),
        "next",
    ),
    "rework": Form(
        "退回重办",
        "Return a task",
        (Input("task", "choice", "任务", "Task", "tasks_done", needed=True), reason(needed=True)),
    ),
    "escalate": Form("升级", "Raise the level", (reason(needed=True),), "change"),
    "replan": Form(
        "调整联动单位",
        "Change the units",
        (
            Input("lead", "choice", "新主办单位", "New lead", "units"),
            Input("add", "units", "增加协办", "Add", "units"),
            Input("drop", "many", "解除协办", "Drop", "assisting"),
            reason(needed=True),
        ),
        "change",
    ),
    "regrade": Form(
        "调整风险等级",
        "Change the risk tier",
        (Input("tier", "choice", "等级", "Tier", "tiers", needed=True), reason(needed=True)),
        "change",
    ),
    "lift_card": Form(
        "撤牌", "Lift a card", (Input("card", "choice", "督办牌", "Card", "cards", needed=True), reason(needed=True)), "change"
    ),
}
