"""What a person is shown: cases in lists, in full, their timeline and figures. Made by `service/reading.py` for every face.

A field that the person may not see is None and its group is named in `hidden`; of a masked group (`masked`) a part is left.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field

from models.base import Instant, Model
from models.record import Duty, Explanation, PublicClock
from models.risk import RiskReason, RiskTable
from models.words import Level, Role, Stage, Tier
from rules import risk_telling


class Listed(Model):
    """A case as lists show it; what a role's lists don't show is None."""

    code: str
    seq: int
    place: str | None = None
    place_name: str | None = None
    town: str | None = None
    town_name: str | None = None
    stage: Stage | None = None
    tier: Tier | None = None
    level: Level | None = None
    lead: str | None = None
    lead_name: str | None = None
    category: str | None = None
    category_zh: str | None = None
    category_en: str | None = None
    mediator: str | None = None
    happened_on: date | None = None
    opened_at: Instant | None = None
    updated_at: Instant | None = None
    ended_at: Instant | None = None
    next_due: Instant | None = None
    overdue: bool | None = None
    suspended: bool | None = None
    retain_until: date | None = None
    """Until when the file is kept; of an archived case None is for good."""


class Page(Model):
    """A page of cases, the newest registered first. `next` is the cursor of the page that follows, None on the last."""

    as_of: Instant
    cases: tuple[Listed, ...]
    next: str | None


class Counted(Model):
    """How many cases a list would hold."""

    as_of: Instant
    count: int


class ClaimShown(Model):
    """Who has taken an obligation on. Whoever else owes it may take it over; nothing else follows from it."""

    person: str
    name: str
    """The post in words, with the one they stand in for."""
    at: Instant
    mine: bool


class AffairListed(Model):
    """An affair (事务) as lists show it: where it is and how far, never what is said in it."""

    code: str
    kind: str
    kind_zh: str
    kind_en: str
    seq: int
    stage: str | None
    stage_zh: str
    stage_en: str
    place: str | None
    place_name: str | None
    town: str | None
    town_name: str | None
    opened_at: Instant
    updated_at: Instant
    ended_at: Instant | None
    next_due: Instant | None
    """When its next clock rings."""
    yellow_cards: int
    red_cards: int


class InboxItem(Model):
    """An obligation with the case or the affair it belongs to, one of them, and who has taken it on."""

    duty: Duty
    case: Listed | None = None
    affair: AffairListed | None = None
    act_zh: str = ""
    act_en: str = ""
    """What is to be done in an affair, in words."""
    overdue: bool
    claim: ClaimShown | None = None


class HandledItem(Model):
    """A case or an affair that a desk had in hand, one of them."""

    case: Listed | None = None
    affair: AffairListed | None = None


class HandledPage(Model):
    """A page of them, the newest opened first. `next` is the cursor of the page that follows, None on the last."""

    as_of: Instant
    items: tuple[HandledItem, ...]
    next: str | None = None


class InboxPage(Model):
    """A page of what somebody owes, the earliest first, and how much it is in all (up to `Counters.bound`)."""

    as_of: Instant
    count: int
    overdue: int
    items: tuple[InboxItem, ...]
    next: str | None = None
    """The cursor of the page that follows, None on the last."""


class Counters(Model):
    """How long the lists of a desk are. A figure that equals `bound` means that many, or more."""

    as_of: Instant
    owed: int  # 我的待办
    overdue: int  # 超期
    done: int  # 已办
    handled: int  # 我经手的
    bound: int


class PersonShown(Model):
    """A person as far as they may be seen."""

    name: str | None = None
    phone: str | None = None
    id_number: str | None = None
    address: str | None = None


class PartyShown(PersonShown):
    """A party as far as it may be seen."""

    id: str
    side: str
    kind: str
    people: int | None = None
    vulnerable: bool | None = None
    minor: bool | None = None
    left: bool = False
    consented: bool | None = None
    representative: PersonShown | None = None


class TaskShown(Model):
    """A task of an assisting unit."""

    id: str
    unit: str
    unit_name: str | None
    state: str
    title: str | None
    result: str | None
    raised_at: Instant
    due: Instant | None
    returned: int


class MeetingShown(Model):
    """A meeting."""

    id: str
    at: Instant
    units: tuple[str, ...]
    joint: bool
    off: bool


class PromiseShown(Model):
    """A promise of the agreement."""

    id: str
    debtor: str
    what: str | None
    due: date
    amount: float | None
    state: str
    proof: str | None


class AgreementShown(Model):
    """The agreement."""

    form: str
    terms: str | None
    matter: str | None
    parties: tuple[str, ...]
    signed: tuple[str, ...]
    effective_at: Instant | None
    confirmation: str | None
    promises: tuple[PromiseShown, ...]


class VisitShown(Model):
    """A follow-up visit."""

    slot: str | None
    outcome: str
    satisfied: bool | None
    by_contact: str | None
    at: Instant
    person: str


class RatingShown(Model):
    """What one party said of how it was served."""

    party: str
    satisfied: bool
    at: Instant
    text: str | None


class ComplaintShown(Model):
    """A complaint and what was replied."""

    id: str
    party: str
    at: Instant
    due: Instant | None
    text: str | None
    replied_at: Instant | None
    reply: str | None


class CardShown(Model):
    """A supervision card, open or closed."""

    id: str
    clock: str
    kind: str
    unit: str | None
    role: Role
    at: Instant
    closed_at: Instant | None
    lifted: bool


class ReasonShown(Model):
    """Why the risk tier is what it is."""

    code: str
    points: int
    zh: str = ""
    en: str = ""

    @classmethod
    def of(cls, reason: RiskReason, table: RiskTable) -> Self:
        """Return a reason with its sentence."""
        zh, en = risk_telling.reason(reason, table)
        return cls(code=reason.code, points=reason.points, zh=zh, en=en)


class CaseShown(Model):
    """A case as one person may see it."""

    code: str
    as_of: Instant
    seq: int
    """The version of the case: its number of events. The API's ETag."""
    hidden: tuple[str, ...]
    masked: tuple[str, ...]
    restricted: bool
    allowed: tuple[str, ...]
    """The actions this person may ask for now; the fields may still make one refused."""
    stage: Stage | None = None
    chapter: int | None = None
    level: Level | None = None
    town: str | None = None
    town_name: str | None = None
    centre: str | None = None
    lead: str | None = None
    lead_name: str | None = None
    mediator: str | None = None
    suspended: bool | None = None
    standing_ground: str | None = None
    holder: Duty | None = None
    duties: tuple[Duty, ...] = ()
    clocks: tuple[PublicClock, ...] = ()
    cards: tuple[CardShown, ...] = ()
    opened_at: Instant | None = None
    ended: bool = False
    ended_at: Instant | None = None
    retain_until: date | None = None
    channel: str | None = None
    category: str | None = None
    category_zh: str | None = None
    category_en: str | None = None
    tier: Tier | None = None
    score: int | None = None
    risk: tuple[ReasonShown, ...] = ()
    risk_signs: tuple[str, ...] = ()
    place: str | None = None
    place_name: str | None = None
    happened_on: date | None = None
    people: int | None = None
    amount: float | None = None
    wage_workers: int | None = None
    languages: tuple[str, ...] = ()
    oral: bool | None = None
    summary: str | None = None
    parties: tuple[PartyShown, ...] = ()
    tasks: tuple[TaskShown, ...] = ()
    meetings: tuple[MeetingShown, ...] = ()
    sessions: int | None = None
    agreement: AgreementShown | None = None
    visits: tuple[VisitShown, ...] = ()
    ratings: tuple[RatingShown, ...] = ()
    complaints: tuple[ComplaintShown, ...] = ()
    papers: tuple[str, ...] = ()
    sign_offs: tuple[Role, ...] = ()
    absorbed: tuple[str, ...] = ()
    merged_into: str | None = None
    undo: str | None = None
    """Id of the last action, where this person may take it back."""


class Told(Model):
    """One event of a case, told as a sentence."""

    seq: int
    chapter: int
    type: str
    at: Instant
    occurred_at: Instant | None
    person: str | None
    role: Role | None
    unit: str | None
    unit_name: str | None
    stage: Stage | None
    zh: str
    en: str
    words: dict[str, str] = Field(default_factory=dict)
    """What was written there, by field, as far as it may be read."""


class Timeline(Model):
    """The story of a case, the oldest event first. `after` of the next page is the last `seq`."""

    as_of: Instant
    code: str
    seq: int
    events: tuple[Told, ...]


class PaperShown(Model):
    """A paper of the file, known by its digest; the paper itself lies where the office keeps it."""

    title: str | None
    sha256: str
    size: int
    """In bytes."""
    media_type: str
    at: Instant


class File(Model):
    """A case with what else its page tells: why each date, where the way may be seen, and the story where it was asked for."""

    case: CaseShown
    explanation: Explanation | None
    timeline: Timeline | None
    papers: tuple[PaperShown, ...] = ()
    """Of a case as it stood then: what was on its timeline. Those of now are told by `service/papers/`."""


class Change(Model):
    """One event of any case, as the change feed tells it: no content, only that something happened."""

    id: int
    """Position in the feed; give it as `after` to go on behind it."""
    code: str
    seq: int
    type: str
    """What has happened; `changed` where the name of it alone would tell what not everybody in one's role may know."""
    at: Instant


class Changes(Model):
    """A stretch of the change feed."""

    as_of: Instant
    changes: tuple[Change, ...]
    next: int
    """Position to go on from."""


class Likeness(Model):
    """A case that may be the same dispute, and why it is thought so."""

    case: Listed
    why: tuple[Literal["same_party", "same_time"], ...]


class UnitLoad(Model):
    """How much a unit has in hand."""

    unit: str
    name: str | None
    open: int
    overdue: int
    cards: int


class Dwell(Model):
    """How long open cases have been in a stage."""

    stage: str
    open: int
    days_mean: float
    days_longest: float


class Stats(Model):
    """The figures of the cockpit, of the cases within the person's scope."""

    as_of: Instant
    total: int
    open: int
    overdue: int
    suspended: int
    red: int
    orange: int
    yellow_cards: int
    red_cards: int
    by_stage: dict[str, int]
    by_tier: dict[str, int]
    by_level: dict[str, int]
    by_category: dict[str, int]
    by_town: dict[str, int]
    units: tuple[UnitLoad, ...]
    dwell: tuple[Dwell, ...]
