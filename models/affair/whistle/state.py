"""The state of one whistle, and of each call in it."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from models.affair.base import Affair
from models.base import Id, Instant, Model
from models.words import Level, Role


class CallState(StrEnum):
    """How far a unit has come that was called (报到状态)."""

    CALLED = "called"  # 已吹哨，待应答
    SILENT = "silent"  # 逾期未应答，已改派
    ANSWERED = "answered"  # 已应答
    ARRIVED = "arrived"  # 已到场
    RESOLVED = "resolved"  # 已办结
    RELEASED = "released"  # 已解除


class CallWhy(StrEnum):
    """Why a unit was called (吹哨缘由)."""

    FIRST = "first"  # 首次吹哨
    ADDED = "added"  # 加派
    SUBSTITUTE = "substitute"  # 替补
    CLIMBED = "climbed"  # 升级牵头


class Call(Model):
    """One unit that was called, and what it has done."""

    unit: str
    part: str | None
    """The unit that was first called for this part; a substitute shares it. None for a centre that is in charge and has no part."""
    why: CallWhy
    state: CallState = CallState.CALLED
    called_at: Instant
    since: Instant
    """What the limit of the present state is counted from."""
    answered_at: Instant | None = None
    coming_at: Instant | None = None
    """When it said that it would come; it moves no limit."""
    arrived_at: Instant | None = None
    resolved_at: Instant | None = None
    text: str | None = None
    """What it did (办理结果), a vault reference."""
    stars: int | None = None
    """What the author gave it, 1 to 5."""
    useful: bool | None = None
    """Whether the unit found the whistle useful, or no matter of its own."""

    @property
    def silent(self) -> bool:
        """Whether it has not answered yet."""
        return self.state in {CallState.CALLED, CallState.SILENT}

    @property
    def there(self) -> bool:
        """Whether it has arrived, and was not released."""
        return self.state in {CallState.ARRIVED, CallState.RESOLVED}


class Whistle(Affair):
    """The state of one whistle.

    Stages: `proposed` (no item of the list) → `called` → `working` (enough have arrived) → `resolved` (enough have resolved) →
    `closed`; back from `resolved` to `working` when the author says that it is not done. Side exits: `turned_down`, `withdrawn`.
    """

    kind: Literal["whistle"] = "whistle"
    item: str | None = None
    """A key of the list; None for what is no item of it."""
    level: str | None = None
    """A key of the book's levels."""
    rung: Level | None = None
    """The level of the ladder that it stands at."""
    author: Id | None = None
    """Who blew it, as a post-holder."""
    author_unit: str | None = None
    author_role: Role | None = None
    text: str | None = None
    """What is the matter, a vault reference."""
    tried: str | None = None
    """What was tried first (先行处置), a vault reference."""
    asked_units: tuple[str, ...] = ()
    """Whom the author wants to call, while it waits to be confirmed."""
    calls: tuple[Call, ...] = ()
    returned: int = 0
    """How often the author has said that it is not done."""
    deemed: bool = False
    """Whether it was confirmed by silence."""

    def call(self, unit: str) -> Call | None:
        """The call of a unit; a unit is called once."""
        return next((call for call in self.calls if call.unit == unit), None)

    def with_call(self, unit: str, **changes: object) -> tuple[Call, ...]:
        """The calls, with that of a unit changed."""
        return tuple(call.model_copy(update=changes) if call.unit == unit else call for call in self.calls)
