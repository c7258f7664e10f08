"""The state of one dispute (案件): all that a running case knows, in one value that survives restarts and new code.

It grows by addition only. Words of parties stand in the vault; here are references. Nothing here decides anything.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from models.base import Instant, Model
from models.clock import Budget, Clock
from models.library import Documents
from models.party import Actor, Party
from models.risk import RiskReason
from models.words import CardKind, Channel, Level, PromiseState, Role, Stage, TaskState, Tier

RECENT_ACTIONS = 64
"""How many action ids a case remembers itself; older ones are found in the record."""


class Task(Model):
    """A piece of work of one assisting unit (交办任务)."""

    id: str
    unit: str
    title: str
    state: TaskState = TaskState.RAISED
    limit: Budget | None = None
    """A limit of its own; without one the procedure's `task` limit holds."""
    raised_at: Instant
    signed_at: Instant | None = None
    """When it was signed for, or last returned: its limit is counted from here."""
    result: str | None = None
    deemed: bool = False
    returned: int = 0
    objected: bool = False
    """It has been objected to once; a second time is `already_done`."""


class Card(Model):
    """A supervision card (督办牌): opened by the clock, closed when the obligation is met, or lifted with a reason."""

    id: str
    """Clock id, its round and the kind, e.g. `contact#1:yellow`: a rung fires once."""
    clock: str
    kind: CardKind
    unit: str | None
    role: Role
    """Who owed what was not done in time: a post, not a person."""
    at: Instant
    closed_at: Instant | None = None
    lifted: bool = False


class Objection(Model):
    """A unit's objection to being the lead (异议)."""

    unit: str
    to: str | None = None
    task: str | None = None
    open: bool = True


class Mediator(Model):
    """The mediator of record."""

    person: str
    unit: str


class Meeting(Model):
    """A meeting (会商、调解会)."""

    id: str
    at: Instant
    units: tuple[str, ...] = ()
    joint: bool = False
    off: bool = False


class Promise(Model):
    """One debtor, one act or sum, one date (履行项)."""

    id: str
    debtor: str
    what: str
    due: date
    amount: float | None = None
    state: PromiseState = PromiseState.OPEN
    proof: str | None = None


class Agreement(Model):
    """What the parties agreed (调解协议)."""

    form: Literal["written", "oral"]
    terms: str
    matter: str | None = None
    promises: tuple[Promise, ...] = ()
    parties: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    effective_at: Instant | None = None
    confirmation: Literal["applied", "granted", "rejected", "waived", "lapsed"] | None = None


class Visit(Model):
    """A follow-up visit (回访)."""

    slot: str | None
    """The planned visit it counts for, or None."""
    outcome: str
    satisfied: bool | None
    by_contact: str | None
    at: Instant
    person: str
    mediator_of_record: bool = False


class Rating(Model):
    """What one party said at the end of a chapter of how it was served (评价)."""

    party: str
    satisfied: bool
    at: Instant
    text: str | None = None


class Complaint(Model):
    """A party's complaint about the handling of its case (投诉), open until the centre's director has replied."""

    id: str
    party: str
    at: Instant
    text: str
    replied_at: Instant | None = None
    reply: str | None = None


class Standing(Model):
    """A case that stands still (中止)."""

    ground: str
    since: Instant
    by: str
    evidence: str | None = None


class WorkKind(StrEnum):
    """Work that waits for an answer from outside the core."""

    ASSIGN = "assign"
    ESCALATE = "escalate"
    AUDIT = "audit"
    ABSORB = "absorb"
    SPLIT = "split"


class Work(Model):
    """Something asked for and not yet answered; the shell serves it, also after a restart from the record."""

    id: str
    kind: WorkKind
    actor: Actor
    action_id: str | None = None
    detail: dict[str, Any] = Field(default_factory=dict)


class Receipt(Model):
    """What an accepted action led to. Asking again with the same id gives the same receipt."""

    action_id: str
    seq: int
    stage: Stage | None
    events: tuple[str, ...] = ()


class Undo(Model):
    """The way back from the last action, for a few minutes and only while nothing else has happened (撤回操作)."""

    action_id: str
    person: str
    at: Instant
    before: dict[str, Any]
    """The changed top-level fields of the case as they were."""


class Merging(Model):
    """A case on its way into an older one (并案)."""

    into_case: str
    into_code: str


class Case(Model):
    """One dispute. `stage` is None only before its first event."""

    schema_version: int = 1
    id: str
    """Workflow id: a UUIDv5 of place, source and intake id, never the case code."""
    source: str
    intake_id: str
    code: str | None = None
    """The human case code; given by the store with the first event."""

    seq: int = 0
    head: str = "0" * 64
    """Hash of the last event; the chain starts at zeros."""
    chapter: int = 1
    docs: Documents
    docs_planned: Documents | None = None
    """Under which it will run from its next stage on."""
    stage: Stage | None = None
    moments: dict[str, Instant] = Field(default_factory=dict)
    """When something that limits are counted from last happened, by the procedure's name for it."""

    channel: Channel | None = None
    place: str | None = None
    town: str | None = None
    """Town id; None for a case of the county itself."""
    centre: str | None = None
    """The centre in charge of the case's way."""
    summary: str | None = None
    happened_on: date | None = None
    parties: tuple[Party, ...] = ()
    people: int = 0
    amount: float | None = None
    wage_workers: int = 0
    risk_signs: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    oral: bool = False
    """Applied for by word of mouth; what was written down was read back and confirmed."""

    tier: Tier = Tier.BLUE
    score: int = 0
    risk: tuple[RiskReason, ...] = ()
    told: tuple[str, ...] = ()
    """Units told of a red grade."""

    category: str | None = None
    level: Level | None = None
    lead: str | None = None
    lead_deemed: bool = False
    objections: tuple[Objection, ...] = ()
    designated: bool = False
    contacted: bool = False
    mediator: Mediator | None = None
    former_mediators: tuple[str, ...] = ()
    recused: tuple[str, ...] = ()
    """Mediators recused in this chapter."""
    recusals_by_parties: tuple[str, ...] = ()
    """Parties who have used their one demand."""
    joint_met: bool = False
    """The joint meeting of this rung has been called."""
    handlers: tuple[str, ...] = ()
    """Persons who signed, contacted, mediated or sealed in this chapter."""
    consents: dict[str, bool] = Field(default_factory=dict)
    refused: bool = False
    """Mediation has ended by refusal and the parties must be told of the legal routes."""
    sessions: int = 0
    sessions_failed: int = 0
    meetings: tuple[Meeting, ...] = ()
    tasks: dict[str, Task] = Field(default_factory=dict)
    tasks_raised: int = 0
    standing: Standing | None = None
    extensions: int = 0
    agreement: Agreement | None = None
    visits: tuple[Visit, ...] = ()
    visit_again: bool = False
    """A failed audit owes one more visit."""
    sign_offs: tuple[Role, ...] = ()
    audited: bool = False
    leader_charged: bool = False
    merging: Merging | None = None
    papers: tuple[str, ...] = ()
    absorbed: tuple[str, ...] = ()
    ratings: tuple[Rating, ...] = ()
    """Of this chapter, one of each party."""
    complaints: tuple[Complaint, ...] = ()
    """Of all chapters; an open one outlives the chapter, and the end."""
    ended_at: Instant | None = None
    retain_until: date | None = None

    clocks: dict[str, Clock] = Field(default_factory=dict)
    rounds: dict[str, int] = Field(default_factory=dict)
    """How often a clock of each id has been started."""
    cards: tuple[Card, ...] = ()
    work: dict[str, Work] = Field(default_factory=dict)
    recent: tuple[Receipt, ...] = ()
    undo: Undo | None = None

    @property
    def ended(self) -> bool:
        """Whether it has come to one of its ends."""
        return self.ended_at is not None

    def party(self, party_id: str) -> Party | None:
        """Return the party of this id."""
        return next((p for p in self.parties if p.id == party_id), None)

    def receipt(self, action_id: str) -> Receipt | None:
        """Return the receipt of a recent action."""
        return next((r for r in self.recent if r.action_id == action_id), None)
