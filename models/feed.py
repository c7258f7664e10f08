"""Calendar feeds (日历订阅): what a calendar programme fetches by a secret address. Codes, acts and times; no name, no story."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from models.base import Instant, Model


class FeedKind(StrEnum):
    """Whose calendar it is."""

    PERSONAL = "personal"  # 个人: what one's own desk owes, and meetings one is called to
    UNIT = "unit"  # 单位: the same of all posts of one's unit


class EntryKind(StrEnum):
    """What an entry is."""

    MEETING = "meeting"  # 会商
    VISIT = "visit"  # 回访
    DEADLINE = "deadline"  # 时限


class Feed(Model):
    """A feed, without its secret."""

    id: str
    kind: FeedKind
    post: str
    account: str | None = None
    """Whose it is; None for one made on the command line."""
    language: Literal["zh", "en"] = "zh"
    created_at: Instant
    last_used_at: Instant | None = None
    revoked_at: Instant | None = None


class Entry(Model):
    """One entry as it is now. Two that are alike say the same to a calendar."""

    uid: str
    kind: EntryKind
    code: str
    what: str
    """Clock that runs out, in an affair with its kind (`hazard/rectify`), or `meeting` and `joint_meeting`."""
    start: Instant
    end: Instant
    provisional: bool = False
    place: str = ""
    """Where a meeting is, in words. Shown, and never kept with the feed."""
    off: bool = False
    """A meeting that was called off."""


class Kept(Model):
    """What a feed remembers of an entry that it has told."""

    uid: str
    kind: EntryKind
    code: str
    what: str
    start: Instant
    end: Instant
    mark: str
    """Digest of all that was told."""
    sequence: int = 0
    changed_at: Instant
    gone_at: Instant | None = None
    """Since when it is no longer there; told as cancelled for some days, then forgotten."""
