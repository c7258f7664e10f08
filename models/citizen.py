"""A party that follows its own case (群众查询): the query code, the way in, and what it is shown. No words of a case stand here."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from models.base import Id, Instant, Model
from models.words import Side, Stage


class EntryProblem(StrEnum):
    """Why somebody was not let in. `wrong` never says whether the code or the digits were."""

    MISTYPED = "mistyped"
    """No such code can be: its check character does not fit. It is told apart, for it says nothing about any case."""
    WRONG = "wrong"
    LOCKED = "locked"
    CODE_SENT = "code_sent"
    """All is right so far; a code has gone to the phone, and is wanted now."""
    CODE_WRONG = "code_wrong"
    """The code is not the one that was sent, or too old."""
    NOT_SENT = "not_sent"
    """The text message could not be sent just now."""


class EntryRefused(Model):
    """Somebody who was not let in."""

    code: EntryProblem
    wait: int = 0
    """Seconds until the next attempt counts, where it is locked."""


class CitizenSession(Model):
    """A party that has proved who it is. `cookie` goes to the browser and is stored nowhere."""

    cookie: str = Field(repr=False)
    csrf: str = Field(repr=False)
    case_id: Id
    code: str
    """The case code: of the case that took theirs in, where it was merged."""
    party: Id
    ends_at: Instant
    """When it ends whatever happens; it ends earlier when it is not used."""


class QueryCode(Model):
    """A party's query code (查询码), for its receipt slip."""

    party: Id
    side: Side
    name: str = Field(repr=False)
    """Masked, to tell whose slip it is."""
    code: str = Field(repr=False)
    """In groups, as it is printed: `7H3K-9QZX-M2T4`."""
    phone_given: bool
    """Without a phone there is nothing to check: the code lets nobody in until one is given."""
    texts: bool | None = None
    """Whether the party has agreed to text messages; None where it can't: no gateway, no phone."""


class Slip(Model):
    """What stands on the receipt slip (受理回执) of a case: what happens next, who answers for it, and the query codes."""

    code: str
    registered_at: Instant | None
    unit: str
    """The centre in charge."""
    unit_name: str
    phone: str
    next_zh: str | None
    """What happens next; None where the case has ended."""
    next_en: str | None
    next_unit: str | None
    """Whose turn it is, in words."""
    next_at: Instant | None
    provisional: bool
    parties: tuple[QueryCode, ...]


class OwnComplaint(Model):
    """A complaint that the party made, as far as it has come."""

    at: Instant
    due: Instant | None
    """Until when the reply is owed; None once it has been given, and where no limit runs."""
    replied_at: Instant | None


class Progress(Model):
    """How far a case has come, for one of its parties: no content, and nothing about anybody else."""

    code: str
    as_of: Instant
    party: Id
    side: Side
    stage: Stage | None
    stage_zh: str
    stage_en: str
    next_zh: str | None
    """What happens next; None where the case has ended."""
    next_en: str | None
    next_at: Instant | None
    """Until when it is to happen."""
    provisional: bool
    """The date may still move: the holidays of that year are not published yet."""
    unit: str | None
    """Whose turn it is."""
    unit_name: str | None
    phone: str
    """Where to ask."""
    registered_at: Instant | None
    ended_at: Instant | None
    suspended: bool
    reopened: int
    satisfied: bool | None
    """How the party has rated this chapter; None = not yet."""
    complaints: tuple[OwnComplaint, ...]
    may: tuple[str, ...]
    """Of `rate`, `complain` and `withdraw`, those that are open to the party now."""
