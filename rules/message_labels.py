"""The words of messages in both languages: roads, states, why one failed."""

from __future__ import annotations

import re

from models.message import DeliveryState, ErrorClass, GateState, Medium
from rules.messages.public import happenings

Both = tuple[str, str]
"""Chinese and English."""

MEDIA: dict[str, Both] = {
    Medium.WEBHOOK: ("事件推送", "webhook"),
    Medium.MAIL: ("邮件", "mail"),
    Medium.SMS: ("短信", "text message"),
    Medium.BOT: ("群机器人", "chat robot"),
}
STATES: dict[str, Both] = {
    DeliveryState.WAITING: ("待发", "waiting"),
    DeliveryState.LEASED: ("发送中", "on its way"),
    DeliveryState.SENT: ("已送达", "sent"),
    DeliveryState.DEAD: ("死信", "dead letter"),
    DeliveryState.FOLDED: ("并入汇总", "put into a digest"),
    DeliveryState.DROPPED: ("不再发送", "let go"),
}
GATES: dict[str, Both] = {
    GateState.CLOSED: ("畅通", "open"),
    GateState.OPEN: ("暂停，定时试发", "down, probed now and then"),
    GateState.DISABLED: ("已停用", "switched off"),
}
ERRORS: dict[str, Both] = {
    ErrorClass.UNREACHABLE: ("连接不上", "no connection"),
    ErrorClass.TLS: ("证书或加密连接有误", "certificate or encryption"),
    ErrorClass.TIMEOUT: ("超时", "time-out"),
    ErrorClass.BUSY: ("对方限流", "the other side asks us to slow down"),
    ErrorClass.SERVER: ("对方出错", "an error of the other side"),
    ErrorClass.CREDENTIALS: ("密钥或登录不被接受", "key or login not accepted"),
    ErrorClass.REDIRECT: ("对方要求转址", "redirected"),
    ErrorClass.REFUSED: ("对方拒收", "refused"),
    ErrorClass.GONE: ("对方已停用", "gone"),
    ErrorClass.FORBIDDEN_HOST: ("地址不在许可名单", "host not allowed"),
    ErrorClass.SETTINGS: ("渠道没有配好", "not set up"),
    ErrorClass.EXPIRED: ("过期未送达", "waited too long"),
    ErrorClass.NO_ADDRESS: ("没有可用的联系方式", "no address"),
    ErrorClass.STOPPED: ("收件人已退订", "no longer wanted"),
    ErrorClass.FAULT: ("程序内部错误", "a fault of ours"),
}
RECEIVERS: dict[str, Both] = {
    "webhook": ("外部系统", "another system"),
    "account": ("工作人员", "staff"),
    "unit": ("单位群", "group of a unit"),
    "party": ("当事人", "party"),
}
DIGEST: Both = ("提醒汇总", "digest")


def happening(kind: str) -> Both:
    """The word of a happening; in Chinese the one its model has beside it."""
    if kind == "digest":
        return DIGEST
    model = happenings().get(kind)
    found = re.search(r"（([^（）]+)）|\(([^()]+)\)", (model.__doc__ or "") if model is not None else "")
    # Where the law stands beside the word, it is cut off.
    return (found[1] or found[2]).partition(",")[0] if found else kind, kind.replace("_", " ")


TABLES: dict[str, dict[str, Both]] = {
    "medium": MEDIA,
    "delivery_state": STATES,
    "gate_state": GATES,
    "delivery_error": ERRORS,
    "receiver": RECEIVERS,
}
