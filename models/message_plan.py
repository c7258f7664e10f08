"""Who is told what, by which road, in which words (消息方案): the data of a place, checked when it is read. Nothing is computed here."""

from __future__ import annotations

import ipaddress
import string
from enum import StrEnum
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from models.base import Id, Model
from models.message import Medium
from models.network import wrong


def _web_address(value: str) -> str:
    """Refuse what is no plain web address: another scheme, a login inside, a fragment."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None or parts.fragment:
        raise ValueError("must be a web address, https://…, without a login and without #")
    return value


Url = Annotated[str, Field(max_length=500, pattern=r"^[!-~]+$"), AfterValidator(_web_address)]
SecretName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
"""Name of a secret, which stands in a file of that name or in the environment, never here."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Pace(Model):
    """How fast a road is used, and how long an answer is waited for."""

    per_minute: int = Field(default=600, ge=1, le=60_000)
    at_once: int = Field(default=4, ge=1, le=64)
    """Most messages on their way at the same time."""
    timeout_seconds: float = Field(default=10.0, gt=0, le=60)


class Patience(Model):
    """When a road counts as down, how it is tried again, and when a message is given up."""

    failures_to_open: int = Field(default=3, ge=1, le=100)
    """Failures in a row after which nothing but probes is sent."""
    first_wait_seconds: float = Field(default=5.0, gt=0)
    longest_wait_seconds: float = Field(default=600.0, gt=0)
    give_up_hours: float = Field(default=72.0, gt=0)
    """Age at which a message becomes a dead letter."""


class Webhook(Model):
    """A receiver of events."""

    url: Url
    plain: bool = False
    """Whether http without TLS is allowed, inside a closed network."""
    mode: Literal["structured", "binary"] = "structured"
    types: tuple[str, ...] = ()
    """Happenings of cases it gets; empty = all."""
    affairs: tuple[str, ...] = ()
    """Of which affairs it hears: a kind (`hazard`), or one happening of a kind (`hazard.carded`); empty = of none. What a webhook heard
    before there were affairs it hears still, and no more: nobody is told of households because a list was left empty."""
    towns: tuple[Id, ...] = ()
    """Towns whose cases and affairs it gets; empty = all."""
    secrets: tuple[SecretName, ...] = Field(min_length=1, max_length=2)
    """Two while one is being changed for the other; each signs."""
    pace: Pace = Pace()
    patience: Patience = Patience()


class MailServer(Model):
    """The SMTP server that takes our mail."""

    host: str = Field(min_length=1, max_length=200)
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    """`none` is taken for this machine alone."""
    user: str = ""
    password: SecretName | None = None
    sender: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    sender_name: str = Field(default="", max_length=60, pattern=r"^[^\r\n]*$")
    pace: Pace = Pace(per_minute=60, at_once=2, timeout_seconds=20)
    patience: Patience = Patience()

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        if self.security == "none" and self.host not in LOOPBACK:
            raise wrong("security", "none is taken for this machine alone")
        if bool(self.user) != (self.password is not None):
            raise wrong("password", "user and password go together")
        return self


class SmsAnswer(Model):
    """How a gateway's answer is read: a field of its JSON by a dotted path, e.g. `Response.Code`."""

    field: str = ""
    """Empty = a status of 2xx alone says that it was taken."""
    good: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()
    """Values that ask us to slow down."""
    refused: tuple[str, ...] = ()
    """Values that say that this message will never be taken: no such number, a forbidden word."""
    message_id: str = ""
    """Path of the gateway's id of the message."""


SMS_FIELDS = frozenset({"phone", "text", "id"})
"""What the template of a gateway's request may name; secrets are written `{secret_<name>}`."""


class SmsGateway(Model):
    """A text message gateway, as an HTTP request with gaps."""

    method: Literal["POST", "GET"] = "POST"
    url: Url
    plain: bool = False
    headers: dict[str, str] = Field(default_factory=dict)
    form: Literal["json", "form"] = "json"
    """How gaps in the body are escaped; those in the address always as parts of an address."""
    body: str = ""
    answer: SmsAnswer = SmsAnswer()
    pace: Pace = Pace(per_minute=300, at_once=2)
    patience: Patience = Patience()

    @model_validator(mode="after")
    def _gaps(self) -> Self:
        for key, text in {"url": self.url, "body": self.body, **{f"headers.{name}": value for name, value in self.headers.items()}}.items():
            for gap in gaps(text, key):
                if gap not in SMS_FIELDS and not gap.startswith("secret_"):
                    raise wrong(key, f'unknown gap "{{{gap}}}"')
        if not any("{phone}" in text for text in (self.url, self.body)):
            raise wrong("body", "names no {phone}")
        return self


class BotKind(StrEnum):
    """Whose group robot it is."""

    WECOM = "wecom"  # 企业微信
    DINGTALK = "dingtalk"  # 钉钉


BOT_URLS = {
    BotKind.WECOM: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send",
    BotKind.DINGTALK: "https://oapi.dingtalk.com/robot/send",
}


class Bot(Model):
    """The robot of a unit's chat group."""

    kind: BotKind
    url: Url | None = None
    """None = the maker's own."""
    plain: bool = False
    key: SecretName
    """The robot's key (企业微信 key, 钉钉 access_token)."""
    sign: SecretName | None = None
    """DingTalk's secret for signed addresses (加签)."""
    pace: Pace = Pace(per_minute=20, at_once=1)
    patience: Patience = Patience()

    @property
    def address(self) -> str:
        """Where it listens."""
        return self.url or BOT_URLS[self.kind]


class Channels(Model):
    """The roads of an instance (渠道). What is not there is not used."""

    version: int = Field(ge=1)
    allowed_hosts: tuple[str, ...] = ()
    """Hosts, with a port where it is not the usual one, that anything may be sent to by HTTP. All others are refused."""
    webhooks: dict[Id, Webhook] = Field(default_factory=dict)
    mail: MailServer | None = None
    sms: SmsGateway | None = None
    bots: dict[Id, Bot] = Field(default_factory=dict)
    """By unit."""
    keep_days: int = Field(default=180, ge=1)
    """How long the log of deliveries is kept; dead letters as long as they are dead."""

    @model_validator(mode="after")
    def _allowed(self) -> Self:
        for key, url, plain in self.addresses():
            if not allowed(url, self.allowed_hosts):
                raise wrong(key, f'"{urlsplit(url).netloc}" is not in allowed_hosts')
            if urlsplit(url).scheme == "http" and not plain and urlsplit(url).hostname not in LOOPBACK:
                raise wrong(key, "http without TLS needs `plain: true`")
        return self

    def addresses(self) -> list[tuple[str, str, bool]]:
        """Every web address with its key and whether it may go without TLS."""
        found = [(f"webhooks.{name}.url", hook.url, hook.plain) for name, hook in self.webhooks.items()]
        found += [(f"bots.{unit}.url", bot.address, bot.plain) for unit, bot in self.bots.items()]
        return found + ([("sms.url", self.sms.url, self.sms.plain)] if self.sms is not None else [])

    def road(self, gate: str) -> Webhook | MailServer | SmsGateway | Bot | None:
        """The settings of a gate, None where it is not set up (any more)."""
        kind, _, name = gate.partition(":")
        if kind == Medium.WEBHOOK:
            return self.webhooks.get(name)
        if kind == Medium.BOT:
            return self.bots.get(name)
        return {Medium.MAIL: self.mail, Medium.SMS: self.sms}.get(Medium(kind))


def allowed(url: str, hosts: tuple[str, ...]) -> bool:
    """Whether an address lies at one of these hosts. A port that is not the scheme's own has to be named."""
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    host = parts.hostname or ""
    named = f"[{host}]" if _is_v6(host) else host
    return host in hosts if parts.port in {None, usual} else f"{named}:{parts.port}" in hosts


def _is_v6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False


class To(StrEnum):
    """Who a message is for, seen from the case (对象). A post is reached through whoever holds it today."""

    HOLDER = "holder"
    """Who must act next for the case to move on."""
    OWNER = "owner"
    """Who owes what the clock of this event counts for."""
    LEAD = "lead"
    MEDIATOR = "mediator"
    UNIT = "unit"
    """The unit or units that the event names."""
    SUPERVISOR = "supervisor"
    """The director of the centre in charge."""
    LEADER = "leader"
    """The leader of the centre in charge."""
    PARTIES = "parties"
    """Those of the parties who have agreed to it."""


class Route(Model):
    """One line of the routing table."""

    when: tuple[str, ...] = Field(min_length=1)
    """Happenings."""
    to: tuple[To, ...] = Field(min_length=1)
    by: tuple[Literal[Medium.MAIL, Medium.SMS, Medium.BOT], ...] = Field(min_length=1)
    say: Id
    """Name of the template."""

    @model_validator(mode="after")
    def _parties(self) -> Self:
        if To.PARTIES in self.to and (set(self.to) != {To.PARTIES} or set(self.by) != {Medium.SMS}):
            raise wrong("to", "parties have a line of their own, by sms alone")
        return self


class Digest(Model):
    """When many messages about limits become one (汇总)."""

    types: tuple[str, ...] = ()
    more_than: int = Field(default=5, ge=1)
    hold_minutes: float = Field(default=2.0, ge=0, le=60)
    """How long such messages are held, to see whether more come."""
    say: Id = "digest"


class Wording(Model):
    """The words of one template by medium; what is missing is not sent that way."""

    subject: str = Field(default="", max_length=100, pattern=r"^[^\r\n]*$")
    mail: str = ""
    sms: str = Field(default="", max_length=300)
    bot: str = ""

    def by(self, medium: Medium) -> str:
        """The words for a medium; nothing where there are none."""
        return {Medium.MAIL: self.mail, Medium.SMS: self.sms, Medium.BOT: self.bot}.get(medium, "")


STAFF_GAPS = frozenset({"code", "what", "unit", "due", "link"})
DIGEST_GAPS = frozenset({"count", "link"})
PARTY_GAPS = frozenset({"link", "phone", "stop"})
"""Citizens are told that something has moved and where to look; nothing of the case, not even its code."""
ENTRY_GAPS = frozenset({"digits"})

ENTRY = "entry_code"
"""Template of the code for signing in on the query page."""

LANGUAGES = ("zh", "en")


class AffairNotice(Model):
    """By which roads people are told of something in an affair, and in whose words."""

    by: tuple[Literal[Medium.MAIL, Medium.SMS, Medium.BOT], ...] = ()
    say: Id


class AffairNotices(Model):
    """What people are told of affairs (事务消息): that they owe something, that it is running out, that a card was shown."""

    owed: AffairNotice = AffairNotice(say="affair_owed")
    reminded: AffairNotice = AffairNotice(say="affair_reminded")
    carded: AffairNotice = AffairNotice(say="affair_carded")

    def all(self) -> dict[str, AffairNotice]:
        """Each by its name."""
        return {"owed": self.owed, "reminded": self.reminded, "carded": self.carded}


class MessagePlan(Model):
    """Routing table and templates of a place."""

    version: int = Field(ge=1)
    language: Literal["zh", "en"] = "zh"
    """For whoever has not chosen."""
    stale_hours: float = Field(default=72.0, gt=0)
    """Older events are not told to people any more: an import, or an instance that was away."""
    digest: Digest = Digest()
    routes: tuple[Route, ...] = ()
    affairs: AffairNotices = AffairNotices()
    templates: dict[str, dict[Id, Wording]] = Field(default_factory=dict)
    """By language and name."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for place, route in enumerate(self.routes):
            for medium in route.by:
                self._worded(f"routes.{place}.say", route.say, medium, PARTY_GAPS if To.PARTIES in route.to else STAFF_GAPS)
        for name, notice in self.affairs.all().items():
            for medium in notice.by:
                self._worded(f"affairs.{name}.say", notice.say, medium, STAFF_GAPS)
        for medium in {medium for route in self.routes for medium in route.by if To.PARTIES not in route.to}:
            self._worded("digest.say", self.digest.say, medium, DIGEST_GAPS)
        self._worded("templates", ENTRY, Medium.SMS, ENTRY_GAPS)
        return self

    def _worded(self, key: str, name: str, medium: Medium, known: frozenset[str]) -> None:
        """Refuse a template that is missing in a language, or names what it can't know."""
        for language in LANGUAGES:
            wording = self.templates.get(language, {}).get(name)
            text = wording.by(medium) if wording is not None else ""
            if wording is None or not text:
                raise wrong(key, f'no template "{name}" for {medium} in {language}')
            for gap in gaps(text + wording.subject, f"templates.{language}.{name}.{medium}"):
                if gap not in known:
                    raise wrong(f"templates.{language}.{name}.{medium}", f'unknown gap "{{{gap}}}"; there are {", ".join(sorted(known))}')


def gaps(text: str, key: str) -> list[str]:
    """The gaps of a template, `{name}`; braces themselves are written twice. Refuses anything cleverer."""
    try:
        found = [(name, spec, conversion) for _, name, spec, conversion in string.Formatter().parse(text) if name is not None]
    except ValueError as error:
        raise wrong(key, str(error)) from None
    for name, spec, conversion in found:
        if spec or conversion or not name.isidentifier():
            raise wrong(key, f'a gap is a plain name in braces, not "{name}"')
    return [name for name, _, _ in found]
