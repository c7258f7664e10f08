"""Forms of closing, its side exits, and beginning again."""

from __future__ import annotations

from web.console.inputs import BACKDATED, Form, Input, reason

FORMS: dict[str, Form] = {
    "visit": Form(
        "回访",
        "Follow-up visit",
        (
            Input("outcome", "choice", "情况", "Outcome", "visit_outcomes", needed=True),
            Input("satisfied", "yesno", "是否满意", "Satisfied", "satisfied"),
            Input("by_contact", "choice", "方式", "By", "contacts"),
            Input("text", "area", "回访记录", "Notes"),
            BACKDATED,
        ),
        "next",
    ),
    "audit": Form(
        "结案审核",
        "Audit",
        (
            Input("passed", "yesno", "审核结果", "Result", "passed", needed=True),
            Input("findings", "lines", "问题（一行一条）", "Findings, one a line"),
            Input("back_to", "choice", "退回到", "Send back to", "back_to"),
        ),
        "next",
    ),
    "sign_off": Form("审签", "Sign off", (), "next", bulk=True),
    "archive": Form("归档", "Archive", (), "next", ("归档后案卷封存", "The file is sealed"), bulk=True),
    "merge": Form(
        "并案",
        "Merge",
        (Input("into", "text", "并入案件编号", "Code of the older case", needed=True),),
        "end",
        ("本案办结，并入所填案件", "This case ends and goes into the one named"),
    ),
    "withdraw": Form(
        "撤回",
        "Withdraw",
        (Input("party", "choice", "撤回的当事人", "Party", "parties", needed=True), reason(needed=True)),
        "end",
        ("本案办结", "This ends the case"),
    ),
    "channel": Form(
        "导入法定程序",
        "Send on a legal route",
        (
            Input("route", "choice", "途径", "Route", "routes", needed=True),
            Input("notice", "area", "告知情况", "How the parties were told", needed=True),
        ),
        "end",
        ("本案办结", "This ends the case"),
    ),
    "reopen": Form("重启", "Reopen", (reason(needed=True),), "end"),
}
