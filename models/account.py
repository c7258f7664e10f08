"""Accounts (账户): who signs in, in which posts, and on whose behalf. No password, no secret and no key stands here."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from models.base import Id, Instant, Label, Model
from models.party import Actor

LoginName = Annotated[str, Field(min_length=2, max_length=80, pattern=r"^[a-z0-9][a-z0-9._@#-]*$")]
"""A login name: small letters, digits and a few signs. Other forms of the same word are folded to it at the door."""


class TokenScope(StrEnum):
    """What an API token may be good for (令牌用途)."""

    READ = "read"  # 查看
    ACT = "act"  # 登记与办理
    EXPORT = "export"  # 导出
    CODEC = "codec"  # 查看引擎数据


class AccountState(StrEnum):
    """Whether somebody may sign in (账户状态)."""

    ACTIVE = "active"  # 正常
    DISABLED = "disabled"  # 停用


class LoginProblem(StrEnum):
    """Why a sign-in was refused. `wrong` never says whether the login name or the password was."""

    WRONG = "wrong"
    LOCKED = "locked"
    SECOND_FACTOR = "second_factor"
    """The password is right; a code is still wanted, or the one given is not right."""
    DISABLED = "disabled"
    """The password is right, or a provider has vouched; but the account is switched off or holds no post today."""
    NOT_SET_UP = "not_set_up"
    """There is no OIDC provider here, or its client's secret can't be read."""
    PROVIDER_AWAY = "provider_away"
    """The provider can't be reached, takes too long, or says so itself."""
    PROVIDER_WRONG = "provider_wrong"
    """What the provider answered can't be trusted or used."""
    PROVIDER_REFUSED = "provider_refused"
    """The provider did not let the person in, or the person turned back there."""
    FLOW_OVER = "flow_over"
    """The way back from the provider is not known here: used before, too late, or from another browser."""
    NO_ACCOUNT = "no_account"
    """The provider knows the person; here nobody has made an account for them."""


LOGIN_SENTENCES: dict[LoginProblem, tuple[str, str]] = {
    LoginProblem.WRONG: ("登录名或密码不正确", "The login name or the password is not right"),
    LoginProblem.LOCKED: ("尝试次数过多，请稍后再试", "Too many attempts; wait before the next one"),
    LoginProblem.SECOND_FACTOR: ("请输入动态验证码", "Enter the code of your second factor"),
    LoginProblem.DISABLED: (
        "账户已停用或今天没有岗位，请联系管理员",
        "The account is off or without a post today; ask for help",
    ),
    LoginProblem.NOT_SET_UP: ("统一身份认证未配置，请用密码登录", "There is no sign-in service here; use a password"),
    LoginProblem.PROVIDER_AWAY: (
        "统一身份认证暂时不可用，请稍后再试",
        "The sign-in service is away just now; try again later",
    ),
    LoginProblem.PROVIDER_WRONG: (
        "统一身份认证的答复无法采信，请联系管理员",
        "The sign-in service gave no valid answer; ask for help",
    ),
    LoginProblem.PROVIDER_REFUSED: (
        "统一身份认证未确认登录，请重新登录",
        "The sign-in service did not confirm it; sign in again",
    ),
    LoginProblem.FLOW_OVER: ("此次登录已失效，请重新登录", "This sign-in is no longer valid; sign in again"),
    LoginProblem.NO_ACCOUNT: ("您在本系统没有账户，请联系管理员开通", "You have no account in this system; ask an administrator for one"),
}
"""The sentence of each code, Chinese and English."""


class PasswordProblem(StrEnum):
    """Why a new password was not taken."""

    WRONG = "wrong"
    """The old one is not right."""
    LOCKED = "locked"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    LOGIN_NAME = "login_name"
    USED_BEFORE = "used_before"


class AccountProblem(StrEnum):
    """Why an account could not be made, or not changed so."""

    UNKNOWN = "unknown"
    """There is no such account."""
    LOGIN_NAME = "login_name"
    TAKEN = "taken"
    UNKNOWN_POST = "unknown_post"
    NO_POST = "no_post"
    TOO_MANY_ADMINS = "too_many_admins"
    """The three administrators are three people, and work on no case."""
    PASSWORD = "password"  # noqa: S105 - a code, not a secret
    LABEL = "label"
    """No name, or no good one."""
    DATES = "dates"
    """Not a day, or a last day before the first."""
    SCOPE = "scope"
    """A token that would be good for nothing, or for something unknown."""
    NOT_ALLOWED = "not_allowed"
    """Who asks keeps no accounts."""
    OWN = "own"
    """Nobody keeps their own account; another administrator does."""


class AbsenceReason(StrEnum):
    """Why somebody is away (离岗原因); a list and not a text, for it is nobody's business."""

    LEAVE = "leave"  # 休假
    DUTY = "duty"  # 公出
    TRAINING = "training"  # 学习培训
    OTHER = "other"  # 其他


class StandInProblem(StrEnum):
    """Why somebody can't stand in."""

    NOT_ALLOWED = "not_allowed"
    """Who asks may not arrange this absence."""
    UNKNOWN_PERSON = "unknown_person"
    SAME_PERSON = "same_person"
    ROLE = "role"
    """Not a role that may do this work."""
    UNIT = "unit"
    """Too far away: another unit, and not of the centre above it."""
    DATES = "dates"
    """Past, too long, or away then already."""
    AWAY = "away"
    """Away themselves on one of these days."""
    UNKNOWN = "unknown"
    """There is no such absence, or it is over."""


class HeldPost(Model):
    """A post that a person holds, from a day on and, where it is known, until a day; both included."""

    staff: Id
    since: date | None = Field(default=None, alias="from")
    until: date | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.since and self.until and self.until < self.since:
            raise ValueError("`until` lies before `from`")
        return self

    def runs(self, day: date) -> bool:
        """Whether the post is held on this day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Account(Model):
    """An account as those who keep the accounts see it."""

    id: Id
    login: str
    label: Label
    """How the person is called on a page."""
    state: AccountState
    must_change: bool
    second_factor: bool
    local: bool
    """Whether there is a password here; else its person comes through a provider alone."""
    demo: bool
    posts: tuple[HeldPost, ...]


class StandIn(Model):
    """An absence with, or without, somebody who stands in (代班). It ends by its date; nobody has to undo it."""

    id: Id
    absent: Id
    stand_in: Id | None
    since: date = Field(alias="from")
    until: date
    reason: AbsenceReason
    by: Id
    ended_at: Instant | None = None
    """Ended before its date."""

    def runs(self, day: date) -> bool:
        """Whether it holds on this day."""
        return self.ended_at is None and self.since <= day <= self.until


class Identity(Model):
    """Who asks, resolved anew at each request: the person, the post in use, and all there are to choose from."""

    account: Id
    person: Label
    """How the person is called on a page."""
    actor: Actor
    post: Id
    """The post in use: one of `posts` or of `stands_in_for`."""
    posts: tuple[Id, ...]
    """The posts of one's own that run today."""
    stands_in_for: tuple[Id, ...] = ()
    """Absent people whose posts one may use today."""
    second_factor: bool = False
    must_change: bool = False
    """The password has to be changed before anything else."""
    session: str | None = None
    """The stored hash of the session's id; None for an API token."""
    token: Id | None = None
    scopes: tuple[Label, ...] = ()
    """What an API token is good for; empty = all that its person may do."""
    needs_factor: bool = False
    """The post in use asks for a second factor, and there was none."""

    def good_for(self, scope: TokenScope) -> bool:
        """Whether who asks may do things of this kind: a session everything, a token what it was issued for."""
        return not self.scopes or scope in self.scopes


class Session(Model):
    """A sign-in that succeeded. `cookie` goes to the browser and is stored nowhere."""

    cookie: str = Field(repr=False)
    csrf: str = Field(repr=False)
    identity: Identity
    ends_at: Instant
    """When it ends whatever happens; it ends earlier when it is not used."""


class SessionShown(Model):
    """A running session as its own person sees it."""

    post: Id
    second_factor: bool
    started_at: Instant
    seen_at: Instant
    """When it was used last, to the minute."""
    ends_at: Instant
    here: bool
    """Whether it is the one that asks."""


class LoginRefused(Model):
    """A sign-in that was refused."""

    code: LoginProblem
    wait: int = 0
    """Seconds until the next attempt counts, where it is locked."""

    @property
    def zh(self) -> str:
        """The sentence in Chinese."""
        return LOGIN_SENTENCES[self.code][0]

    @property
    def en(self) -> str:
        """The sentence in English."""
        return LOGIN_SENTENCES[self.code][1]


class Created(Model):
    """A new account, or one with a new password; the only time that password is seen."""

    account: Account
    password: str | None = Field(repr=False)
    """None for one who signs in through a provider alone."""


class TokenIssued(Model):
    """A new API token; the only time its text is seen."""

    id: Id
    text: str = Field(repr=False)
    expires_at: Instant


class Token(Model):
    """An API token as lists show it."""

    id: Id
    name: Label
    post: Id
    scopes: tuple[Label, ...]
    created_at: Instant
    expires_at: Instant
    last_used_at: Instant | None
    revoked_at: Instant | None


class TotpOffer(Model):
    """A second factor that waits to be confirmed with a first code."""

    secret: str = Field(repr=False)
    uri: str = Field(repr=False)
    """`otpauth://…`, for a QR code."""


class DemoAccount(Model):
    """An account of the embedded default, to be printed."""

    login: str
    post: Id
    label: Label
    password: str
