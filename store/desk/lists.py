"""What lists are asked for and what they answer: eyes, filters, rows and pages. Used by `store/desk/queries.py` and its callers."""

from __future__ import annotations

from datetime import date
from typing import Literal

from models.base import Instant, Model
from models.kpi import Count
from models.record import Duty
from models.words import CardKind, Level, Mark, Role, Stage, Tier

Column = Literal["town", "lead", "level", "category", "place", "mediator"]
"""Columns of a case that may be empty."""


BEGUN = "begun"
"""Stands for a scope: who has begun an affair sees it, in whatever post."""


class Eyes(Model):
    """What somebody may see: cases opened to one of these scopes, pairs of kind and value as in `case_access`."""

    scopes: tuple[tuple[str, str], ...] = ()
    everything: bool = False
    """For the engine itself and for posts of the whole district."""
    closed: tuple[str, ...] = ()
    """Kinds of reserved cases that neither a town nor `everything` opens; other scopes do."""
    took_in: tuple[str, ...] = ()
    """Whose intakes they are: what one has taken in oneself is not closed."""

    def open_to(self, scopes: frozenset[tuple[str, str]]) -> bool:
        """Whether they see a case with these rows of `case_access`: what `seen_by` asks of the store."""
        mine = scopes & frozenset(self.scopes)
        if any(kind != "town" for kind, _ in mine):
            return True
        return (self.everything or bool(mine)) and not any(("reserved", kind) in scopes for kind in self.closed)

    def open_to_affair(self, scopes: frozenset[tuple[str, str]]) -> bool:
        """The same of an affair: these rows of `affair_access`, and as kind `BEGUN` who began it; what `affairs/queries.seen` asks."""
        mine = {*self.scopes, *((BEGUN, person) for person in self.took_in)}
        return self.everything or (bool(self.scopes) and not scopes.isdisjoint(mine))


class Holder(Model):
    """Whose inbox it is. Town None is a post of the district, which also owes what no unit is named for."""

    role: Role
    unit: str
    town: str | None
    person: str


class CaseRow(Model):
    """A case as lists show it."""

    case_id: str
    code: str
    place: str | None
    town: str | None
    stage: Stage | None
    tier: Tier
    level: Level | None
    lead: str | None
    category: str | None
    mediator: str | None
    happened_on: date | None
    seq: int
    chapter: int
    opened_at: Instant
    updated_at: Instant
    ended_at: Instant | None
    next_due: Instant | None
    suspended: bool
    retain_until: date | None
    """Until when the file is kept; of an archived case None is for good."""


class Claim(Model):
    """Who has taken an obligation on (认领), and at whose desk: another's, where they stand in."""

    person: str
    holder: str
    at: Instant


class InboxRow(Model):
    """An obligation with the case it belongs to, and who has claimed it."""

    duty: Duty
    case: CaseRow
    overdue: bool
    claim: Claim | None = None


class Inbox(Model):
    """What somebody owes, the earliest first. `next` is the cursor of the page that follows, None on the last."""

    as_of: Instant
    rows: tuple[InboxRow, ...]
    next: str | None = None


class OwedFilter(Model):
    """Which obligations an inbox is to hold; None asks nothing."""

    stage: Stage | None = None
    tier: Tier | None = None
    town: str | None = None
    category: str | None = None
    """Two digits take in all of four digits below them."""
    act: str | None = None
    """The action that fulfils it."""
    due_before: Instant | None = None
    claimed: Literal["mine", "others", "nobody"] | None = None
    kind: str | None = None
    """Of cases alone (`dispute`), or of one kind of affair."""

    @property
    def of_affairs(self) -> bool:
        """Whether a duty in an affair can fit: what only cases have fits none."""
        return self.kind != "dispute" and all(value is None for value in (self.stage, self.tier, self.category))

    @property
    def of_cases(self) -> bool:
        """Whether a duty in a case can fit."""
        return self.kind in {None, "dispute"}


class Counts(Model):
    """How long the four lists of a desk are, each counted up to a bound."""

    owed: int
    overdue: int
    done: int
    handled: int


class Filter(Model):
    """Which cases a list is to hold; None asks nothing."""

    town: str | None = None
    stage: Stage | None = None
    tier: Tier | None = None
    lead: str | None = None
    mediator: str | None = None
    category: str | None = None
    """Two digits take in all of four digits below them."""
    overdue: bool | None = None
    ended: bool | None = None
    suspended: bool | None = None
    level: Level | None = None
    place: str | None = None
    places: tuple[str, ...] | None = None
    """In one of these."""
    card: CardKind | None = None
    """With a card of this kind still open."""
    handled_by: tuple[str, ...] | None = None
    """In which one of these people has done something."""
    owes_nothing: Holder | None = None
    """In which this desk owes nothing now."""
    due_before: Instant | None = None
    """With a limit that ends before this time."""
    parties: tuple[str, ...] | None = None
    """With one of these persons as a party, by vault reference."""
    opened_from: Instant | None = None
    opened_to: Instant | None = None
    """Stretches of time hold their beginning and not their end."""
    ended_from: Instant | None = None
    ended_to: Instant | None = None
    agreed_from: Instant | None = None
    agreed_to: Instant | None = None
    """With an agreement that took effect then."""
    settled_from: Instant | None = None
    settled_to: Instant | None = None
    """Ended then, or still open with a limit that has passed: what had to be done by then."""
    accepted: bool | None = None
    """Screened and not declined."""
    late: bool | None = None
    """In which the lead let a limit of its own pass."""
    marks: tuple[Mark, ...] | None = None
    """With a mark of one of these kinds, of `mark_unit` where given, set from `mark_from` to before `mark_to`."""
    unmarked: tuple[Mark, ...] | None = None
    """With no such mark of any of these kinds."""
    mark_unit: str | None = None
    mark_from: Instant | None = None
    mark_to: Instant | None = None
    without: tuple[Column, ...] | None = None
    """In which all of these are not set."""
    code: str | None = None
    retain_from: date | None = None
    retain_to: date | None = None
    """To be kept until a day in this stretch, both included."""
    permanent: bool | None = None
    """Archived for good, with no day on which the file may go."""
    kpi: str | None = None
    """With facts that this indicator counts from `kpi_from` to before `kpi_to`, of `kpi_unit` where given."""
    kpi_part: bool | None = None
    """Those above the line; else all of the whole."""
    kpi_unit: str | None = None
    kpi_from: Instant | None = None
    kpi_to: Instant | None = None
    counted: Count | None = None
    """What the indicator counts; filled in by use cases, from the indicators of the place."""


class CasePage(Model):
    """A page of cases, the one registered last first, so that none moves while one turns pages.

    `next` is the cursor of the page that follows, None on the last.
    """

    as_of: Instant
    rows: tuple[CaseRow, ...]
    next: str | None


class Candidate(Model):
    """A case that may be the same dispute, and why it is thought so."""

    case: CaseRow
    why: tuple[Literal["same_party", "same_time"], ...]
