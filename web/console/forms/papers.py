"""Forms of correcting and adding."""

from __future__ import annotations

from web.console.inputs import Form, Input, reason

FORMS: dict[str, Form] = {
    "note": Form("备注", "Note", (Input("text", "area", "内容", "Text", needed=True),)),
    "amend": Form(
        "更正",
        "Correct",
        (
            Input("happened_on", "day", "发生日期", "Happened on"),
            Input("people", "int", "涉及人数", "People"),
            Input("amount", "money", "涉及金额（元）", "Amount (yuan)"),
            Input("wage_workers", "int", "欠薪人数", "Workers with unpaid wages"),
            Input("category", "choice", "纠纷类别", "Category", "categories"),
            Input("risk_signs", "many", "风险情形（全部重选）", "Risk signs (all anew)", "signs"),
            Input("summary", "area", "案情", "Summary"),
            reason(needed=True),
        ),
        "change",
    ),
    "add_party": Form("追加当事人", "Add a party", (Input("party", "party", "当事人", "Party", needed=True),), "change"),
    "represent": Form(
        "代理人",
        "Representative",
        (
            Input("party", "choice", "当事人", "Party", "parties", needed=True),
            Input("representative", "person", "代理人", "Representative", needed=True),
            Input("authority", "area", "授权范围", "Authority", needed=True),
        ),
        "change",
    ),
    "attach": Form(
        "登记材料",
        "Register a paper",
        (
            Input("title", "text", "名称", "Title", needed=True),
            Input("sha256", "digest", "文件摘要（SHA-256）", "Digest (SHA-256)", needed=True),
            Input("size", "int", "大小（字节）", "Size (bytes)", needed=True),
            Input("media_type", "text", "类型", "Media type"),
        ),
    ),
    "split": Form(
        "分案",
        "Split",
        (
            Input("parties", "many", "分出的当事人", "Parties to go", "parties", needed=True),
            Input("summary", "area", "新案案情", "Summary of the new case", needed=True),
            reason(needed=True),
        ),
        "change",
    ),
    "take_back": Form("撤回刚才的操作", "Take back the last step", (Input("action", "hidden", "", "", needed=True),), "next"),
}
