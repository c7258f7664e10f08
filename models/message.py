"""Messages (消息): what leaves the office, by which road, and how far each has come. No words of a case and no address stand here."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from models.base import Instant, Model


class Medium(StrEnum):
    """By which kind of road a message goes (渠道)."""

    WEBHOOK = "webhook"  # 事件推送
    MAIL = "mail"  # 邮件
    SMS = "sms"  # 短信
    BOT = "bot"  # 群机器人


class DeliveryState(StrEnum):
    """How far one delivery has come (投递状态)."""

    WAITING = "waiting"  # 待发
    LEASED = "leased"  # 发送中
    SENT = "sent"  # 已送达
    DEAD = "dead"  # 死信
    FOLDED = "folded"  # 并入汇总
    DROPPED = "dropped"  # 不再发送


class ErrorClass(StrEnum):
    """Why an attempt failed, or a message was given up (失败原因). All that is kept of an answer."""

    UNREACHABLE = "unreachable"  # 连接不上
    TLS = "tls"  # 证书或加密连接有误
    TIMEOUT = "timeout"  # 超时
    BUSY = "busy"  # 对方限流
    SERVER = "server"  # 对方出错
    CREDENTIALS = "credentials"  # 密钥或登录不被接受
    REDIRECT = "redirect"  # 对方要求转址
    REFUSED = "refused"  # 对方拒收这一条
    GONE = "gone"  # 对方已停用
    FORBIDDEN_HOST = "forbidden_host"  # 地址不在许可名单
    SETTINGS = "settings"  # 渠道没有配好
    EXPIRED = "expired"  # 过期未送达
    NO_ADDRESS = "no_address"  # 没有可用的联系方式
    STOPPED = "stopped"  # 收件人已退订
    FAULT = "fault"  # 程序内部错误


class GateState(StrEnum):
    """Whether a road is open (渠道状态)."""

    CLOSED = "closed"
    """The breaker is closed: messages pass."""
    OPEN = "open"
    """The breaker is open: nothing passes until a probe has got through."""
    DISABLED = "disabled"
    """Switched off, by its receiver's 410 or by a person; a person switches it on again."""


class Attempt(Model):
    """What one attempt came to. `error` None = accepted by the other side."""

    error: ErrorClass | None = None
    status: int | None = None
    """The other side's own number, of HTTP or SMTP."""
    external_id: str = Field(default="", max_length=120)
    """What the other side calls the message."""
    retry_after: float | None = None
    """Seconds that the other side asked us to wait."""


class CloudEvent(Model):
    """An event as others get it, by CloudEvents 1.0 with the extensions `dataref`, `sequence` and `partitionkey`.

    `data` is `rules/messages/public.py`'s choice: ids of units, stages, clocks. Who may read more asks the API at `dataref`.
    """

    specversion: Literal["1.0"] = "1.0"
    id: str
    """`<id of the case or affair>.<seq>`: the same at every attempt, to every receiver."""
    source: str
    """`/jiefen/<place>`."""
    type: str
    """`jiefen.case.<happening>.v1`, or `jiefen.affair.<kind>.<happening>.v1`."""
    subject: str
    """The code of the case or affair."""
    time: Instant
    datacontenttype: Literal["application/json"] = "application/json"
    dataref: str
    """Where the API shows this event to whoever may see it."""
    sequence: str
    """Number of the event in its case or affair, ten digits: compared as text it gives the order."""
    partitionkey: str
    """Id of the case or affair: events with the same key come in order."""
    data: dict[str, Any]


class Delivery(Model):
    """One message to one receiver by one road."""

    id: str
    """Made of event, receiver and medium: planned twice it is the same."""
    case_id: str | None
    """Id of the case, or of the affair; None for a digest and for a message that is about neither."""
    seq: int
    type: str
    """The happening, or `digest`."""
    gate: str
    """The road with its breaker and its rate: `webhook:<id>`, `mail`, `sms`, `bot:<unit>`."""
    receiver: str
    """Kind and reference, never an address: `webhook:…`, `account:…`, `unit:…`, `party:<case>:<party>`."""
    medium: Medium
    template: str
    urgent: bool
    """Of a red case: not held back outside office hours."""
    state: DeliveryState = DeliveryState.WAITING
    attempts: int = 0
    error: ErrorClass | None = None
    status: int | None = None
    external_id: str = ""
    created_at: Instant
    due_at: Instant
    done_at: Instant | None = None
    count: int = 1
    """How many a digest stands for."""


class Gate(Model):
    """A road as it stands: its breaker."""

    id: str
    state: GateState = GateState.CLOSED
    failures: int = 0
    """In a row."""
    open_until: Instant | None = None
    """When the next probe may go."""
    error: ErrorClass | None = None
    """Why it is not closed."""
    waiting: int = 0
    dead: int = 0
