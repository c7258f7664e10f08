"""Indicators (指标, domain 7.1) as data, and the facts they count. Read from `places/<id>/kpis.yaml`, evaluated by `rules/kpi/`
for one fact after another and by `store/kpi/` for all of them at once: both read the same closed vocabulary, which stands here.

A `Count` says which facts are counted: of what kind, by which of their times they belong to a period, and under which conditions.
An indicator is one count, or a part of a whole, or a measure over a whole.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from models.base import Id, Instant, Label, Model
from models.network import wrong
from models.words import Channel, Stage, Tier


class Thing(StrEnum):
    """Kinds of facts."""

    CASE = "case"  # 案件: one for each case, as it stands now
    STEP = "step"  # 环节: a limit that somebody had to keep
    PROMISE = "promise"  # 履行项
    VISIT = "visit"  # 回访
    RATING = "rating"  # 评价
    SERVICE = "service"  # 法律服务: the parties were told of the legal routes, or confirmation was applied for


class When(StrEnum):
    """By which of its times a fact belongs to a period. The first eight are of cases, the last three of the others."""

    OPENED = "opened"  # 登记
    ACCEPTED = "accepted"  # 受理
    ROUTED = "routed"  # 分流
    MEDIATION_ENDED = "mediation_ended"  # 调解结束: an agreement took effect, or it was over without one
    AGREED = "agreed"  # 协议生效
    RESOLVED = "resolved"  # 化解
    ENDED = "ended"  # 办结
    OPEN = "open"  # 在办: open now, whatever the period
    AT = "at"  # when it happened or began
    DUE = "due"  # 到期: due in the period, and by now
    DONE = "done"  # 完成


OF_CASES = frozenset(tuple(When)[:8])


class Intake(StrEnum):
    """How an intake came out (受理情况)."""

    OPEN = "open"  # not screened yet
    ACCEPTED = "accepted"
    DECLINED = "declined"  # not accepted, with a reason and where to go
    MERGED = "merged"  # the same dispute was there already
    LEFT = "left"  # withdrawn or sent on a legal route before it was screened


class Mediation(StrEnum):
    """How the mediation of the last chapter came out (调解情况)."""

    NONE = "none"
    OPEN = "open"
    AGREED = "agreed"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class Confirmation(StrEnum):
    """What became of the right to judicial confirmation (司法确认) of the last chapter's agreement."""

    NONE = "none"  # no agreement in effect
    BARRED = "barred"  # of a kind no court confirms
    OPEN = "open"
    APPLIED = "applied"
    GRANTED = "granted"
    REJECTED = "rejected"
    WAIVED = "waived"
    LAPSED = "lapsed"


class Outcome(StrEnum):
    """How a step, a promise or a visit came out."""

    OPEN = "open"
    MET = "met"  # step: done, in time or late
    OVERRUN = "overrun"  # step: called off, or its own end came, after it was due
    DROPPED = "dropped"  # step or promise: called off before it was due
    PERFORMED = "performed"
    MADE_GOOD = "made_good"  # promise: kept after a default
    DEFAULTED = "defaulted"
    CALM = "calm"
    RELAPSE = "relapse"
    UNREACHABLE = "unreachable"


class Whose(StrEnum):
    """Whose minutes they are (球在谁手)."""

    PARTY = "party"  # 当事人: a party has to agree, sign or perform
    UNIT = "unit"  # 单位
    APPROVAL = "approval"  # 审批: a ruling, an audit, a sign-off, a seal
    OFF = "off"  # 非工作时间: a unit or an approval is waited for while offices are closed
    SUSPENSION = "suspension"  # 中止


class CaseFact(Model):
    """What is counted of one case. Times and outcomes of mediation and agreement are those of its last chapter."""

    opened_at: Instant
    accepted_at: Instant | None = None
    routed_at: Instant | None = None
    mediation_ended_at: Instant | None = None
    agreed_at: Instant | None = None
    resolved_at: Instant | None = None
    """Since when an agreement is in effect with no promise in default."""
    ended_at: Instant | None = None
    festival_at: Instant | None = None
    """The Spring Festival (春节) that came next after registration; None where the calendar names none."""
    channel: Channel
    stage: Stage
    tier: Tier
    town: str | None = None
    lead: str | None = None
    category: str | None = None
    intake: Intake
    mediation: Mediation
    confirmation: Confirmation
    chapter: int
    hops: int = 0
    """How often the lead changed after the first routing."""
    objected: int = 0
    upheld: int = 0
    """Objections of leads, and how many of them were right."""
    wage_workers: int = 0
    contact_minutes: int | None = None
    """From registration to the first contact."""
    took_minutes: int | None = None
    """From registration to the end."""
    matter: str | None = None
    """Digest of the parties and the class of the dispute; None where either is not known."""
    stayed: dict[Stage, int] = Field(default_factory=dict)
    """Minutes in each stage, up to the last event."""
    held: dict[Whose, int] = Field(default_factory=dict)
    """Whose minutes, up to the last event."""


class ItemFact(Model):
    """A step, a promise, a visit, a rating or a service of one case."""

    name: str
    """Unique within the case."""
    thing: Thing
    key: str
    """Step: the limit. Visit and rating: `satisfied`, `dissatisfied`, `silent`. Service: `notice`, `confirmation`."""
    unit: str | None
    """Whose step, or the lead."""
    at: Instant
    due: Instant | None = None
    done: Instant | None = None
    outcome: Outcome
    own: bool = False
    """Visit: by the mediator of record."""


class Told(Model):
    """All facts of one case."""

    case: CaseFact
    items: tuple[ItemFact, ...]


class Where(Model):
    """Conditions; all that are set must hold. A list means one of these."""

    stage: tuple[Stage, ...] | None = None
    intake: tuple[Intake, ...] | None = None
    mediation: tuple[Mediation, ...] | None = None
    confirmation: tuple[Confirmation, ...] | None = None
    channel: tuple[Channel, ...] | None = None
    tier: tuple[Tier, ...] | None = None
    category: tuple[str, ...] | None = None
    """Classes or codes."""
    key: tuple[str, ...] | None = None
    outcome: tuple[Outcome, ...] | None = None
    on_time: bool | None = None
    """Done by its due time."""
    resolved: bool | None = None
    reopened: bool | None = None
    objected: bool | None = None
    upheld: bool | None = None
    wages: bool | None = None
    """About wages: workers are owed some."""
    older_days: int | None = Field(default=None, ge=0, le=3650)
    """Registered at least so many days ago."""
    before_festival: bool | None = None
    """Resolved before the Spring Festival that came next."""
    again_days: int | None = Field(default=None, ge=1, le=3650)
    """The same parties came with the same matter within so many days after the end."""
    again_by: tuple[Channel, ...] | None = None
    """That way they came in by; only with `again_days`."""

    @property
    def asked(self) -> frozenset[str]:
        """Names of the conditions that are set."""
        return frozenset(name for name, value in self if value is not None)


ITEM_CONDITIONS = frozenset({"key", "outcome", "on_time", "tier", "category"})
CASE_CONDITIONS = frozenset(Where.model_fields) - {"key", "outcome", "on_time"}
"""Which conditions there are for which facts."""


class Count(Model):
    """Which facts are counted."""

    thing: Thing = Thing.CASE
    when: When
    where: Where = Where()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        of_case = self.thing is Thing.CASE
        if (self.when in OF_CASES) is not of_case:
            raise ValueError(f"a {self.thing} has no time `{self.when}`")
        unfit = self.where.asked - (CASE_CONDITIONS if of_case else ITEM_CONDITIONS)
        if unfit:
            raise ValueError(f"a {self.thing} can't be asked for {', '.join(sorted(unfit))}")
        if self.where.again_by is not None and self.where.again_days is None:
            raise ValueError("again_by goes with again_days")
        return self


class Shows(StrEnum):
    """What an indicator is shown as."""

    COUNT = "count"  # 件数
    PERCENT = "percent"  # 百分比: part of whole
    MEAN = "mean"  # 平均
    MEDIAN = "median"  # 中位数
    P90 = "p90"  # 九成不超过


class Measure(StrEnum):
    """What is measured of a case, for means and quantiles."""

    HOPS = "hops"
    CONTACT_HOURS = "contact_hours"
    TOOK_DAYS = "took_days"
    AGE_DAYS = "age_days"  # from registration until now


class Direction(StrEnum):
    """Which way is better; an indicator without a target has none."""

    UP = "up"
    DOWN = "down"
    NONE = "none"


class Group(StrEnum):
    """Where an indicator stands in a table."""

    INTAKE = "intake"  # 受理
    SPEED = "speed"  # 时效
    RESULT = "result"  # 化解
    AFTERCARE = "aftercare"  # 履行与回访
    QUALITY = "quality"  # 质量


class Part(Model):
    """The part of a whole: further conditions on the same facts, or with `when` a count of its own."""

    when: When | None = None
    thing: Thing | None = None
    where: Where = Where()


class Kpi(Model):
    """One indicator."""

    id: Id
    zh: Label
    en: Label
    group: Group
    shows: Shows
    of: Count
    part: Part | None = None
    measure: Measure | None = None
    direction: Direction = Direction.NONE
    small: bool = False
    """Shown only where somebody looks at all of them, not in the short table."""
    source: str
    note_zh: str
    note_en: str
    """Numerator and denominator in plain words."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.part is not None) is not (self.shows is Shows.PERCENT):
            raise ValueError("a percent has a part, and nothing else has one")
        if (self.measure is not None) is not (self.shows in {Shows.MEAN, Shows.MEDIAN, Shows.P90}):
            raise ValueError("means and quantiles have a measure, and nothing else has one")
        if self.measure is not None and self.of.thing is not Thing.CASE:
            raise ValueError("what is measured is a case")
        if self.part is not None:
            self.counted_part()
        return self

    def counted_part(self) -> Count:
        """Return the count of the part; of an indicator without one, that of the whole."""
        if self.part is None:
            return self.of
        if self.part.when is not None:
            return Count(thing=self.part.thing or self.of.thing, when=self.part.when, where=self.part.where)
        more = {name: getattr(self.part.where, name) for name in self.part.where.asked}
        return Count(thing=self.of.thing, when=self.of.when, where=self.of.where.model_copy(update=more))


class Pair(Model):
    """Two indicators that are shown beside each other: one is hoped to rise while the other falls (一升一降)."""

    up: Count
    down: Count
    up_zh: Label
    up_en: Label
    down_zh: Label
    down_en: Label


class Suspicion(Model):
    """From where on a number is looked at twice (数据质量核查, domain 7.1)."""

    least: int = Field(ge=2)
    """Fewer cases than this say nothing."""
    jump_points: float = Field(gt=0, le=100)
    """A rate that moved by so many points against the three periods before."""
    month_end_days: int = Field(ge=1, le=10)
    month_end_percent: float = Field(gt=0, le=100)
    """More than this share of a unit's ends in the last days of a month."""
    same_phone: int = Field(ge=2)
    """So many persons of different cases confirmed with one phone."""
    rates: tuple[str, ...]
    """Ids of the rates that are watched for 100 % and for jumps."""


class Kpis(Model):
    """The indicators of a place."""

    version: int = Field(ge=1)
    suppress_below: int = Field(ge=1, le=50)
    """A statistician is not told numbers of cases below this, other than none."""
    kpis: tuple[Kpi, ...]
    pair: Pair
    suspicion: Suspicion

    @model_validator(mode="after")
    def _once(self) -> Self:
        seen: set[str] = set()
        for number, kpi in enumerate(self.kpis):
            if kpi.id in seen:
                raise wrong(f"kpis.{number}.id", f'"{kpi.id}" stands twice')
            seen.add(kpi.id)
        percents = {kpi.id for kpi in self.kpis if kpi.shows is Shows.PERCENT}
        for number, rate in enumerate(self.suspicion.rates):
            if rate not in percents:
                raise wrong(f"suspicion.rates.{number}", f'"{rate}" is no percent of the list')
        return self

    def get(self, kpi_id: str) -> Kpi | None:
        """Return the indicator of this id, or None."""
        return next((kpi for kpi in self.kpis if kpi.id == kpi_id), None)
