"""What a watch is: its subject, its signals, what is left of older ones, its grade and the objections against it."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from models.affair.base import Affair
from models.base import Id, Instant, Label, Model
from models.words import Tier

MILLI = 1000
"""Points are reckoned in thousandths."""


class SubjectKind(StrEnum):
    """What a watch is about (预警对象)."""

    HOUSEHOLD = "household"  # 户
    PLACE = "place"  # 场所、地段
    PAIR = "pair"  # 双方当事人


class SignalChannel(StrEnum):
    """How a signal came (线索来源)."""

    CALL = "call"  # 来电、接警
    VISIT = "visit"  # 走访
    WHISTLE = "whistle"  # 吹哨
    REPEAT = "repeat"  # 重复来访
    WECHAT = "wechat"  # 微信群线索，由人录入
    EVENT = "event"  # 其他系统
    AFFAIR = "affair"  # 其他事务


class Subject(Model):
    """Household, place or pair, by codes and references, never by words."""

    of: SubjectKind
    place: Label
    """Division code of the village, community or town."""
    number: Id | None = None
    """Number of the household, or of the spot within the place (门牌、楼栋编号)."""
    one_person: str | None = None
    other_person: str | None = None
    """Vault references of a pair, in the order of the references."""


class Signal(Model):
    """One signal (线索). What it weighs was read from the book when it came, and never changes."""

    id: Id
    """`s1`, `s2` … in the order they came."""
    type: Label
    points: int
    half_life: int
    hard: bool = False
    at: Instant
    """When it happened."""
    channel: SignalChannel
    by: Id
    """Who entered it."""
    text: str | None = None
    struck: bool = False
    """Found to be mistaken (剔除); it stays in the record and weighs nothing."""


class Carried(Model):
    """What signals of one type that are no longer kept one by one still weigh (并计线索)."""

    type: Label
    half_life: int
    count: int
    milli: int
    """Thousandths of points at `at`."""
    at: Instant


class Objection(Model):
    """An objection (申诉) of somebody who is watched."""

    id: Id
    at: Instant
    by: Id
    """Who entered it: staff of the centre, or the citizen."""
    text: str
    person: str | None = None
    """Vault reference of whoever objects, where somebody else entered it."""


class Watch(Affair):
    """The state of one watch. Stages: `watching` → `quieted`, and back to `watching` with the next signal."""

    kind: Literal["watch"] = "watch"
    subject: Subject | None = None
    signals: tuple[Signal, ...] = ()
    carried: tuple[Carried, ...] = ()
    counted: int = 0
    """How many signals there have been."""
    struck: int = 0
    folded: int = 0
    """How many of them are in the record alone."""
    grade: Tier = Tier.BLUE
    owes_visit: bool = False
    objections: tuple[Objection, ...] = ()
    """Those not decided."""
    objected: int = 0
    """How many there have been."""
