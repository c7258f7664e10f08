"""Forms of what parties say of how they are served: the centre writes a complaint down, and its head replies."""

from __future__ import annotations

from web.console.inputs import Form, Input

FORMS: dict[str, Form] = {
    "rate": Form(
        "评价",
        "Rate",
        (
            Input("party", "choice", "当事人", "Party", "parties", needed=True),
            Input("satisfied", "yesno", "是否满意", "Satisfied", "satisfied", needed=True),
            Input("text", "area", "意见", "In words"),
        ),
        "next",
    ),
    "complain": Form(
        "登记投诉",
        "Write down a complaint",
        (
            Input("party", "choice", "投诉的当事人", "Party that complains", "parties", needed=True),
            Input("text", "area", "投诉内容", "Complaint", needed=True),
        ),
        "work",
        ("由综治中心主任答复；已办结的案件同时重启", "The centre's director has to reply; a case that has ended is opened again"),
    ),
    "reply": Form("答复投诉", "Reply to a complaint", (Input("text", "area", "答复", "Reply", needed=True),), "next"),
}
